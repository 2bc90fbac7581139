"""The rules by which reading and checking find problems: rows of `data/cases/checks.csv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, get_args

from .._paths import data_path
from .case_errors import CheckRuleError

Severity = Literal["error", "warning", "hint"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # worst first


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One rule.

    Attributes
    ----------
    id : stable name
    number : the published rule (Q01 to Q17) or warning (W01 to W08) it is one of; empty for others
    kind : the check that runs it (`drgsim.cases.check_kinds`), or "reading" for what readers find
    columns : what it looks at; for "reading" empty, the reader says
    when : a condition in the one condition language, `age = 0 and age_days <= 28`; empty for always
    argument, low, high : what the kind needs
    severity : error, warning or hint
    allowed, allowed_zh : what would be right, as shown to people; the same in Chinese
    proposal : how a correction is proposed (`drgsim.cases.checking.proposals`); empty for none
    zh, en : the finding in a sentence
    source, state : whose rule it is, and how far to trust it
    """

    id: str
    number: str
    kind: str
    columns: tuple[str, ...]
    when: str
    argument: str
    low: float | None
    high: float | None
    severity: Severity
    allowed: str
    allowed_zh: str
    proposal: str
    zh: str
    en: str
    source: str
    state: str


@cache
def check_rules() -> Mapping[str, CheckRule]:
    """Every shipped rule by id.

    >>> check_rules()["principal-missing"].severity
    'error'
    """
    with data_path("cases", "checks.csv").open(encoding="utf-8", newline="") as file:
        rules = [_rule(row) for row in csv.DictReader(file)]
    return MappingProxyType({rule.id: rule for rule in rules})


def _rule(row: dict[str, str]) -> CheckRule:
    severity = row["severity"]
    if severity not in SEVERITIES:
        raise CheckRuleError("no such severity", got=severity, allowed=SEVERITIES, where=f"rule {row['id']}")
    return CheckRule(
        id=row["id"],
        number=row["number"],
        kind=row["kind"],
        columns=tuple(filter(None, row["columns"].split("|"))),
        when=row["when"],
        argument=row["argument"],
        low=_number(row["low"]),
        high=_number(row["high"]),
        severity=severity,
        allowed=row["allowed"],
        allowed_zh=row["allowed_zh"] or row["allowed"],
        proposal=row["proposal"],
        zh=row["zh"],
        en=row["en"],
        source=row["source"],
        state=row["state"],
    )


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
