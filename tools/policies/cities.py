"""The cities of the reference table as policy documents, by `data/policies/recipes/cities.yaml`."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from drgsim._paths import data_path
from drgsim.policy.document import DOCUMENT_VERSION, refuse
from drgsim.policy.parameter_values import canonical, to_plain
from drgsim.policy.parameters import OTHER, catalogue, dimensions
from drgsim.policy.policy_errors import Mistake
from drgsim.policy.yaml_text import read_yaml, write_yaml

_METHODS = {"points": "drg_points", "score": "drg_points", "rate": "drg_rate"}
_HEADER = "# Built by `python -m tools.policies.build` from the table of source {source}; do not edit here.\n"
_TABLE = "regional_payment_parameters.json"


def city_documents(reference: Path) -> dict[str, str]:
    """File name → YAML of one document for every place of the table below `reference`."""
    recipe = read_yaml(data_path("policies", "recipes", "cities.yaml"))
    table = json.loads((reference / _TABLE).read_text(encoding="utf-8"))
    documents = {}
    for name, record in table["cities"].items():
        plan = recipe["cities"][name]
        document = _document(name, record, plan, recipe, table["caps"])
        text = _HEADER.format(source=recipe["source"]) + write_yaml(document)
        documents[f"{plan['id']}.yaml"] = text
    return documents


def _document(
    name: str,
    record: Mapping[str, Any],
    plan: Mapping[str, Any],
    recipe: Mapping[str, Any],
    caps: Mapping[str, Any],
) -> dict[str, Any]:
    year = int(plan["id"].rsplit("-", 1)[1])
    zh = plan.get("zh", name)
    fields = {
        "drgsim_policy": DOCUMENT_VERSION,
        "id": plan["id"],
        "title": {"zh": f"{zh} {year}", "en": f"{plan['en']} {year}"},
        "region": plan["region"],
        "valid": {"from": datetime.date(year, 1, 1), "to": recipe["valid_to"]},
        "method": _METHODS[record["family"]],
        "scheme": record["schemes"][-1].replace("_", "-"),
        "extends": ["common-drg"],
        "coverage": plan.get("coverage"),
        "note": recipe["note"],
        "parameters": _parameters(record, plan, recipe, caps),
    }
    return {key: value for key, value in fields.items() if value}


def _parameters(
    record: Mapping[str, Any], plan: Mapping[str, Any], recipe: Mapping[str, Any], caps: Mapping[str, Any]
) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for path, value in _columns(record, recipe, caps):
        entries[path] = {"value": value, "source": recipe["source"], **_trust(path, value, recipe)}
    if "of_level" in plan:
        entries["levels.of_level"] = {
            "value": plan["of_level"],
            "source": "R090",
            "state": "assumed",
            "note": "Which of the place's classes a plain national level is taken for.",
        }
    for path, own in plan.get("parameters", {}).items():
        entry = own if isinstance(own, Mapping) and "value" in own else {"value": own}
        entries[path] = {"source": recipe["source"], "state": "secondary", **entry}
    return {path: _ordered(path, entries[path]) for path in catalogue() if path in entries}


def _columns(
    record: Mapping[str, Any], recipe: Mapping[str, Any], caps: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """What the columns of the table say, as paths and values."""
    forms = recipe["forms"]
    price = record["point_value"] or record["rate"]
    points = _METHODS[record["family"]] == "drg_points"
    yield "standard.point_value" if points else "standard.base_rate", _by_insurance(price)
    if record["avg_cost"] is not None:
        yield "standard.mean_cost", record["avg_cost"]
    if record["level_coefficients"] is not None:
        yield "standard.coefficient.scope", "level"
        yield "standard.coefficient.level", record["level_coefficients"]
    if record["ratio_denominator"] in forms["basis"]:
        yield "outlier.basis", forms["basis"][record["ratio_denominator"]]
    yield "outlier.low.threshold", record["low_threshold"]
    yield "outlier.high.threshold", _threshold(record["high_cap"], forms["threshold"], caps)
    yield from forms["low"][record["low"]].items()
    yield from forms["high"][record["high"]].items()


def _threshold(cap: str, forms: Mapping[str, Any], caps: Mapping[str, Any]) -> Any:
    """A cap by its name in the table: bands over the weight, a rule in words, or the words themselves."""
    named = caps.get(cap, cap)
    return forms[named] if isinstance(named, str) else named


def _by_insurance(price: Any) -> Any:
    """A price keyed by level, or by level and then insurance, turned round to insurance and then level."""
    insurance = dimensions()["insurance"]
    if not isinstance(price, Mapping) or all(insurance.label(key) in (insurance.keys or ()) for key in price):
        return price
    if not any(isinstance(each, Mapping) for each in price.values()):
        return {OTHER: dict(price)}
    kinds = sorted({kind for each in price.values() for kind in each}, key=insurance.label)
    return {kind: {level: each[kind] for level, each in price.items()} for kind in kinds}


def _trust(path: str, value: Any, recipe: Mapping[str, Any]) -> dict[str, str]:
    """A placeholder is called one; everything else is as good as the table."""
    if path in ("standard.point_value", "standard.base_rate", "standard.mean_cost"):
        numbers = set(_leaves(value))
        if path == "standard.point_value" and numbers & set(recipe["placeholders"]):
            return {"state": "assumed", "note": recipe["placeholder_note"]}
        if numbers & set(recipe["round"]):
            return {"state": "assumed", "note": recipe["round_note"]}
    return {"state": "secondary"}


def _leaves(value: Any) -> list[float]:
    return (
        [leaf for each in value.values() for leaf in _leaves(each)] if isinstance(value, Mapping) else [value]
    )


def _ordered(path: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with its value in canonical form, so that two builds are equal byte for byte."""
    problems: list[Mistake] = []
    value = canonical(catalogue()[path], entry["value"], where=path, problems=problems)
    refuse(problems, "the recipe of the cities")
    ordered = {"value": to_plain(value), "source": entry["source"], "state": entry["state"]}
    return {**ordered, "note": entry["note"]} if entry.get("note") else ordered
