"""The JSON Schema of a policy document, made from the parameter catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from drgsim.policy.dated_scheme import BY, DayOf
from drgsim.policy.document import COVERAGE, DOCUMENT_VERSION, FIELDS, METHODS, REQUIRED, SOURCE_MORE
from drgsim.policy.examples import FIELDS as EXAMPLE_FIELDS
from drgsim.policy.parameters import NUMERIC, OTHER, Parameter, catalogue, dimensions
from drgsim.policy.rules.menu import EffectKind, effects
from drgsim.policy.rules.rule import FIELDS as RULE_FIELDS
from drgsim.sources import STATES

_DAY = {"type": "string", "format": "date"}
_DAY_KEY = {"pattern": r"^\d{4}-\d{2}-\d{2}$"}
_TEXT = {"type": "string"}


def json_schema() -> dict[str, Any]:
    """Draft 2020-12. What it cannot say (bands rise, sources resolve, trust) the loader checks.

    >>> json_schema()["properties"]["method"]["enum"][0]
    'drg_rate'
    """
    names = {"type": "array", "items": _TEXT}
    shared: dict[str, Any] = {}
    parameters = {path: _parameter(parameter, shared) for path, parameter in catalogue().items()}
    fields: dict[str, Any] = {
        "drgsim_policy": {"const": DOCUMENT_VERSION},
        "id": _TEXT,
        "title": {"anyOf": [_TEXT, {**_object({"zh": _TEXT, "en": _TEXT}), "minProperties": 1}]},
        "region": _nullable(_TEXT),
        "valid": _object({"from": _DAY, "to": _DAY}, required=("from", "to")),
        "method": {"enum": [*METHODS, None]},
        "scheme": {
            "anyOf": [
                _nullable(_TEXT),
                {
                    "type": "object",
                    "minProperties": 1,
                    "properties": {BY: {"enum": list(get_args(DayOf))}},
                    "patternProperties": {_DAY_KEY["pattern"]: _TEXT},
                    "additionalProperties": False,
                },
            ]
        },
        "extends": {"anyOf": [_TEXT, names]},
        "coverage": {
            "type": "array",
            "items": _object(
                {"clause": _TEXT, "state": {"enum": list(COVERAGE)}}, required=("clause", "state")
            ),
        },
        "note": _TEXT,
        "sources": {"type": "object", "additionalProperties": _source()},
        "parameters": _object(parameters),
        "lists": {
            "type": "object",
            "additionalProperties": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]},
        },
        "rules": {"type": "array", "items": _rule(shared)},
        "examples": {"type": "array", "items": _example()},
    }
    schema = _object(
        {name: {"description": words, **fields[name]} for name, words in FIELDS.items()}, required=REQUIRED
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "drgsim policy document",
        **schema,
        "$defs": dict(sorted(shared.items())),
    }


def _rule(shared: dict[str, Any]) -> dict[str, Any]:
    """A rule with one effect of the menu; conditions and expressions are text, which the loader reads."""
    shared["amount"] = {
        "anyOf": [
            {"type": "number"},
            _TEXT,
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": {
                    "anyOf": [
                        {"type": "object", "additionalProperties": {"$ref": "#/$defs/amount"}},
                        {
                            "type": "array",
                            "items": {
                                "type": "array",
                                "prefixItems": [{"type": ["number", "null"]}, {"$ref": "#/$defs/amount"}],
                            },
                        },
                    ]
                },
            },
        ]
    }
    kinds = {
        kind.name: {"description": f"{kind.zh} {kind.en}. {kind.note}".strip(), **_arguments(kind)}
        for kind in effects().values()
        if not kind.outside
    }
    names = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
    fields = {
        "id": _TEXT,
        "title": {"anyOf": [_TEXT, _object({"zh": _TEXT, "en": _TEXT})]},
        "when": {"anyOf": [_TEXT, {"type": "boolean"}]},
        "effect": {**_object(kinds), "minProperties": 1, "maxProperties": 1},
        "valid": _object({"from": _DAY, "to": _DAY, "by": {"enum": ["discharge", "admission"]}}),
        "known": _DAY,
        "instead_of": names,
        "after": names,
        "source": _TEXT,
        "state": {"enum": list(STATES)},
        "note": _TEXT,
    }
    described = {name: {"description": words, **fields[name]} for name, words in RULE_FIELDS.items()}
    return _object(described, required=("id", "effect", "source", "state"))


def _arguments(kind: EffectKind) -> dict[str, Any]:
    forms: dict[str, Any] = {
        "amount": {"$ref": "#/$defs/amount"},
        "words": {"$ref": "#/$defs/amount"},
        "number": {"type": "number"},
        "ratio": {"type": "number", "minimum": 0, "maximum": 1},
        "bool": {"type": "boolean"},
        "condition": {"anyOf": [_TEXT, {"type": "boolean"}]},
        "bands": {"type": "array", "minItems": 1},
    }
    fields = {
        name: {
            "description": f"{argument.zh} {argument.en}",
            "anyOf": [
                {"enum": list(argument.choices)} if argument.kind == "choice" else forms[argument.kind],
                {"type": "null"},
            ],
        }
        for name, argument in kind.arguments.items()
    }
    form = _object(fields, required=[name for name, each in kind.arguments.items() if each.required])
    return {**form, "type": ["object", "null"]} if "required" not in form else form


def _example() -> dict[str, Any]:
    any_of: dict[str, dict[str, Any]] = {name: {} for name in EXAMPLE_FIELDS}
    any_of["source"], any_of["state"] = _TEXT, {"enum": list(STATES)}
    described = {name: {"description": words, **any_of[name]} for name, words in EXAMPLE_FIELDS.items()}
    return _object(described, required=("expect", "source", "state"))


def _parameter(parameter: Parameter, shared: dict[str, Any]) -> dict[str, Any]:
    unit = f" ({parameter.unit})" if parameter.unit else ""
    value = _keyed(parameter, parameter.by, shared)
    provenance = {"source": _TEXT, "state": {"enum": list(STATES)}, "note": _TEXT, "known": _DAY}
    dated = {
        "type": "object",
        "propertyNames": _DAY_KEY,
        "additionalProperties": value,
        "minProperties": 1,
    }
    entry = {
        **_object({"value": value, "values": dated, **provenance}, required=("source", "state")),
        "oneOf": [{"required": ["value"]}, {"required": ["values"]}],
    }
    one = _shared(f"entry of {_name(value)}", entry, shared)
    return {
        "description": " ".join(filter(None, [f"{parameter.zh} {parameter.en}{unit}.", parameter.note])),
        "anyOf": [one, {"type": "array", "items": one, "minItems": 1}],
    }


def _keyed(parameter: Parameter, by: Sequence[str], shared: dict[str, Any]) -> dict[str, Any]:
    """A value, or a table over the first dimension; closed dimensions before another may be left out."""
    bands = _banded(parameter, shared)
    if not by:
        return bands
    forms = [bands]
    for depth, name in enumerate(by):
        dimension = dimensions()[name]
        if depth and dimension.keys is None:
            continue
        below = _keyed(parameter, by[depth + 1 :], shared)
        table: dict[str, Any] = {"type": "object", "minProperties": 1, "additionalProperties": below}
        if dimension.keys is not None:
            keys = {"enum": [*dimension.keys, *dimension.aliases, OTHER]}
            table["propertyNames"] = _shared(f"keys of {name}", keys, shared)
        forms.append(table)
    return _shared(f"{_name(bands)} by {', '.join(by)}", {"anyOf": forms}, shared)


def _banded(parameter: Parameter, shared: dict[str, Any]) -> dict[str, Any]:
    name, form = _scalar(parameter)
    scalar = _shared(name, form, shared)
    if parameter.band is None:
        return scalar
    pair = {
        "type": "array",
        "prefixItems": [{"type": ["number", "null"]}, scalar],
        "minItems": 2,
        "items": False,
    }
    bands = {"anyOf": [scalar, {"type": "array", "items": pair, "minItems": 1}]}
    return _shared(f"{name} in bands", bands, shared)


def _scalar(parameter: Parameter) -> tuple[str, dict[str, Any]]:
    """A name for the scalar form, equal for equal forms, and the form."""
    form: dict[str, Any]
    name = parameter.allowed
    if parameter.type in NUMERIC:
        bounds = {
            "minimum": parameter.min,
            "maximum": parameter.max,
            "exclusiveMinimum": parameter.above,
        }
        kind = "integer" if parameter.type == "integer" else "number"
        form = {"type": kind, **{word: bound for word, bound in bounds.items() if bound is not None}}
    elif parameter.type == "choice":
        form, name = {"enum": list(parameter.choices)}, f"choice of {parameter.path}"
    elif parameter.type == "codes":
        form = {"type": "array", "items": {"type": "string", "minLength": 1}}
    elif parameter.type == "bool":
        form = {"type": "boolean"}
    else:
        form = {"type": "string", "minLength": 1}
    return name, _nullable(form) if parameter.nullable else form


def _shared(name: str, form: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """A reference to a form kept once under its name."""
    shared[name] = form
    return {"$ref": f"#/$defs/{name.replace(' ', '%20')}"}


def _name(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).removeprefix("#/$defs/").replace("%20", " ")


def _source() -> dict[str, Any]:
    fields = {"title": _TEXT, "state": {"enum": list(STATES)}, **dict.fromkeys(SOURCE_MORE, _TEXT)}
    return _object(fields, required=("title", "state"))


def _nullable(form: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [form, {"type": "null"}]}


def _object(properties: dict[str, Any], *, required: Sequence[str] = ()) -> dict[str, Any]:
    form = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**form, "required": list(required)} if required else form
