"""The manual page of one parameter, one effect, or one fact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import NotFoundError
from .display import declared, value_text
from .parameters import Parameter, catalogue
from .rules.facts import DIMENSIONS, rule_facts
from .rules.menu import EffectKind, effects
from .rules.order import AFTER


def manual(name: str) -> str:
    """What a parameter, an effect or a fact means and may be, in Chinese and English.

    Raises NotFoundError with the nearest name.

    >>> manual("per_diem").splitlines()[0]
    'per_diem  按床日付费 the stay leaves the case payment and is paid by the day'
    """
    if name in catalogue():
        return "\n".join(_parameter(catalogue()[name]))
    if name in effects():
        return "\n".join(_effect(effects()[name]))
    if name in rule_facts():
        return "\n".join(_fact(name))
    below = [path for path in catalogue() if path.startswith(f"{name}.")]
    if below:
        return "\n".join(f"{path}  {catalogue()[path].zh} {catalogue()[path].en}" for path in below)
    raise NotFoundError(
        "no such parameter, effect or fact",
        got=name,
        nearest=[*catalogue(), *effects(), *rule_facts()],
        do="`drgsim policy show national-drg-rate --all` lists them",
    )


def _parameter(parameter: Parameter) -> Iterator[str]:
    yield f"{parameter.path}  {parameter.zh} {parameter.en}"
    yield f"  {declared(parameter)}"
    yield f"  default 默认: {value_text(parameter.default, parameter)}"
    for key, choice in parameter.choices.items():
        needs = ", ".join(parameter.needs.get(key, ()))
        yield f"    {key}: {choice['zh']} {choice['en']}" + (f" (needs 需要 {needs})" if needs else "")
    if parameter.required:
        yield f"  required by 必填于: {', '.join(parameter.required)}"
    if parameter.note:
        yield f"  {parameter.note}"
    yield "  in a document 写法:"
    yield f"    {parameter.path}: {{value: {_sample(parameter)}, source: R090, state: assumed}}"


def _sample(parameter: Parameter) -> str:
    scalar = next(iter(parameter.choices), None) or {"bool": "true", "text": "text", "codes": "[CODE]"}.get(
        parameter.type, "1"
    )
    if parameter.band is not None:
        scalar = f"[[1, {scalar}], [null, {scalar}]]"
    if parameter.by:
        scalar = f"{{KEY: {scalar}, other: {scalar}}}"
    return scalar


def _effect(kind: EffectKind) -> Iterator[str]:
    outside = "  (from outside drgsim 外部效果)" if kind.outside else ""
    yield f"{kind.name}  {kind.zh} {kind.en}{outside}"
    yield f"  stage 环节: {kind.stage}, after 在其后: {AFTER[kind.stage]}"
    for argument in kind.arguments.values():
        default = "required 必填" if argument.required else f"default 默认 {_flow(argument.default)}"
        yield f"    {argument.name}: {argument.zh} {argument.en}; {argument.allowed}; {default}"
    if kind.any_of:
        yield f"  at least one of 至少其一: {', '.join(kind.any_of)}"
    if kind.note:
        yield f"  {kind.note}"
    if kind.example:
        yield "  in a document 写法:"
        yield "    rules:"
        yield f"      - id: NAME\n        when: {kind.example.get('when', 'true')}"
        yield f"        effect: {_flow(kind.example['effect'])}"
        yield "        source: R090\n        state: assumed"


def _fact(name: str) -> Iterator[str]:
    fact = rule_facts()[name]
    yield f"{fact.name}  {fact.zh} {fact.en}"
    yield f"  kind 类型: {fact.kind}" + (f", unit 单位: {fact.unit}" if fact.unit else "")
    if fact.values:
        yield f"  values 取值: {', '.join(fact.values)}"
    if name in ("stays", "share", "mean"):
        yield f"  {name}[DIMENSION+DIMENSION: condition or expression]; dimensions: {', '.join(DIMENSIONS)}"
    elif fact.keyed:
        yield f"  asked with a key 需带键: {name}[…]"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f'"{value}"' if isinstance(value, str) and any(each in value for each in ":{}[],>") else str(value)
