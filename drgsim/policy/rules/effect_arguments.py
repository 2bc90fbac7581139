"""What a rule says: its condition, and its effect with every argument checked against the menu."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...cases.case_errors import ConditionError
from ...cases.conditions import Condition, Facts
from ...errors import nearest_name
from ..parameters import largest
from ..policy_errors import Mistake, shown
from .amounts import AmountError, Fixed, bounds_of, read_amount
from .facts import check_keys
from .menu import Argument, effects


def read_condition(raw: Any, where: str, facts: Facts, problems: list[Mistake]) -> Condition | None:
    """A condition over the facts of rules; None where it is none, which is a problem."""
    text = {True: "true", False: "false"}.get(raw) if isinstance(raw, bool) else raw
    if not isinstance(text, str):
        problems.append(Mistake(where, "not a condition", got=shown(raw), allowed="text, such as los > 60"))
        return None
    try:
        condition = Condition.parse(text, facts)
        check_keys(condition.names)
    except ConditionError as error:
        problems.append(_of_condition(where, error))
        return None
    return condition


def read_effect(raw: Any, where: str, facts: Facts, problems: list[Mistake]) -> tuple[str, dict[str, Any]]:
    """The name of a rule's effect and its arguments as the menu declares them; problems are appended."""
    if not isinstance(raw, Mapping) or len(raw) != 1:
        got = list(map(str, raw)) if isinstance(raw, Mapping) else shown(raw)
        problems.append(
            Mistake(f"{where}.effect", "a rule has one effect", got=got, allowed=", ".join(effects()))
        )
        return "", {}
    ((name, given),) = raw.items()
    kind = effects().get(name) if isinstance(name, str) else None
    if kind is None:
        near = nearest_name(str(name), effects())
        problems.append(Mistake(f"{where}.effect", "no such effect", shown(name), ", ".join(effects()), near))
        return "", {}
    if given is not None and not isinstance(given, Mapping):
        problems.append(Mistake(f"{where}.{name}", "not a mapping", shown(given), ", ".join(kind.arguments)))
        return "", {}
    given = given or {}
    for key in (key for key in given if key not in kind.arguments):
        near = nearest_name(str(key), kind.arguments)
        problems.append(
            Mistake(
                f"{where}.{name}.{key}", "no such argument", allowed=", ".join(kind.arguments), nearest=near
            )
        )
    if kind.any_of and not any(given.get(key) is not None for key in kind.any_of):
        problems.append(
            Mistake(f"{where}.{name}", "says nothing", allowed=f"one of {', '.join(kind.any_of)}")
        )
    arguments = {}
    for key, argument in kind.arguments.items():
        arguments[key] = _value(argument, given.get(key), f"{where}.{name}.{key}", facts, problems)
    return str(name), arguments


def _value(argument: Argument, raw: Any, where: str, facts: Facts, problems: list[Mistake]) -> Any:
    if raw is None:
        if argument.required:
            problems.append(Mistake(where, "is missing", allowed=argument.allowed))
            return None
        raw = argument.default
        if raw is None:
            return None
    if argument.kind == "condition":
        return read_condition(raw, where, facts, problems)
    try:
        value = _typed(argument, raw, facts)
        for number in _fixed(value):
            outside = (
                (argument.min is not None and number < argument.min)
                or (argument.max is not None and number > argument.max)
                or (argument.above is not None and number <= argument.above)
                or abs(number) > (largest("money") or 0)  # no amount, weight or share is more
            )
            if outside:
                raise AmountError("outside its bounds", number, argument.allowed)
    except ConditionError as error:
        problems.append(_of_condition(where, error))
        return None
    except AmountError as error:
        problems.append(
            Mistake(where, str(error), error.got, error.allowed or argument.allowed, error.nearest)
        )
        return None
    return value


def _typed(argument: Argument, raw: Any, facts: Facts) -> Any:
    kind = argument.kind
    if kind in ("amount", "words"):
        amount = read_amount(raw, facts, words=kind == "words")
        check_keys(amount.names)
        return amount
    if kind == "bool":
        if not isinstance(raw, bool):
            raise AmountError("not true or false", shown(raw))
        return raw
    if kind == "choice":
        if raw not in argument.choices:
            raise AmountError("not a choice", shown(raw), None, nearest_name(str(raw), argument.choices))
        return raw
    if kind == "bands":
        return _banded(raw)
    fixed = read_amount(raw, facts)
    if not isinstance(fixed, Fixed):
        raise AmountError("not a number", shown(raw))
    return fixed.value


def _banded(raw: Any) -> tuple[tuple[float, float], ...]:
    if not isinstance(raw, list) or not raw:
        raise AmountError("not a list of bands", shown(raw))
    found: list[tuple[float, float]] = []
    for number, pair in enumerate(raw, start=1):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise AmountError("a band is a pair of upper bound and number", shown(pair))
        upper, value = pair
        good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15
        last = number == len(raw)
        rising = (
            upper is None
            if last
            else (
                isinstance(upper, int | float)
                and not isinstance(upper, bool)
                and (not found or upper > found[-1][0])
            )
        )
        if not good or not rising:
            raise AmountError("bounds must rise, the last be null, and values be numbers", shown(pair))
        found.append((float("inf") if last else float(upper), float(value)))
    return tuple(found)


def _fixed(value: Any) -> Iterable[float]:
    if isinstance(value, float):
        return [value]
    if isinstance(value, tuple):
        return [number for _, number in value]
    return bounds_of(value)


def _of_condition(where: str, error: ConditionError) -> Mistake:
    allowed = error.allowed
    if allowed is not None and not isinstance(allowed, str):
        allowed = ", ".join(map(str, allowed)) if hasattr(allowed, "__iter__") else str(allowed)
    message = f"{error.message} ({error.where})" + (f"; {error.do}" if error.do else "")
    return Mistake(where, message, error.got, allowed, error.nearest)
