"""What every scenario document is made of: plain data, names and titles, and which clauses it models."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import nearest_name
from ...policy.document import COVERAGE as STATES
from ...policy.policy_errors import Mistake, as_text
from ...words import chinese


def plain(raw: Any, where: str, problems: list[Mistake]) -> Any:
    """`raw` as mappings, lists, text, numbers, true, false and null; keys and days as text.

    Anything else is a problem and becomes None: above all a callable, whose doings no hash can cover.

    >>> found = []
    >>> plain({"on": datetime.date(2025, 1, 1), 3: (1, 2.5)}, "", found), found
    ({'on': '2025-01-01', '3': [1, 2.5]}, [])
    """
    if raw is None or isinstance(raw, str | bool | int | float):
        return raw
    if isinstance(raw, datetime.datetime):
        return raw.date().isoformat()
    if isinstance(raw, datetime.date):
        return raw.isoformat()
    if isinstance(raw, Mapping):
        return {_key(key): plain(each, _under(where, key), problems) for key, each in raw.items()}
    if isinstance(raw, list | tuple):
        return [plain(each, f"{where} {number}", problems) for number, each in enumerate(raw, start=1)]
    if type(raw).__module__ == "numpy" and getattr(raw, "ndim", None) == 0:
        return raw.item()
    if callable(raw):
        kind = type(raw).__name__
        message = "a Python callable, which no hash covers and no record can verify"
        problems.append(Mistake(where or "document", message, kind, "plain data; write a response instead"))
    else:
        problems.append(Mistake(where or "document", "not plain data", type(raw).__name__, "what YAML holds"))
    return None


def _key(key: Any) -> str:
    return key.isoformat() if isinstance(key, datetime.date) else str(key)


def _under(where: str, key: Any) -> str:
    return f"{where}.{key}" if where else str(key)


LANGUAGES = ("zh", "en")


def is_name(raw: Any) -> bool:
    """Letters, digits, dots, hyphens and underscores: what a file name and a column may be."""
    stripped = raw.translate(str.maketrans("", "", "-._")) if isinstance(raw, str) else ""
    return stripped.isalnum()


def read_texts(raw: Any, where: str, problems: list[Mistake]) -> dict[str, str]:
    """A title by language; a single text stands for both. Nothing when there is none."""
    if raw is None or raw == {}:
        return {}
    if isinstance(raw, str):
        return dict.fromkeys(LANGUAGES, raw.strip()) if raw.strip() else {}
    if not isinstance(raw, Mapping):
        problems.append(Mistake(where, "not a title", raw, "zh and en, or one text for both"))
        return {}
    for key in (key for key in raw if key not in LANGUAGES):
        near = nearest_name(str(key), LANGUAGES)
        problems.append(Mistake(f"{where}.{key}", "unknown language", allowed="zh, en", nearest=near))
    texts = {key: text for key in LANGUAGES if (text := as_text(raw.get(key), f"{where}.{key}", problems))}
    known = next(iter(texts.values()), "")
    return {key: texts.get(key, known) for key in LANGUAGES} if known else {}


FIELDS = ("clause", "state", "note")
STATES_ZH = chinese("coverage")


@dataclass(frozen=True, slots=True)
class Coverage:
    """One clause of the rule: `state` is modelled, approximated or not_modelled."""

    clause: str
    state: str
    note: str = ""

    def to_document(self) -> dict[str, str]:
        return {"clause": self.clause, "state": self.state} | ({"note": self.note} if self.note else {})


def read_coverage(raw: Any, problems: list[Mistake]) -> tuple[Coverage, ...]:
    """The clauses in their order; one stated again replaces the earlier."""
    if not isinstance(raw, list | tuple | None):
        problems.append(Mistake("coverage", "not a list of clauses", raw))
        return ()
    found: dict[str, Coverage] = {}
    for number, row in enumerate(raw or (), start=1):
        where = f"coverage {number}"
        if not isinstance(row, Mapping):
            problems.append(Mistake(where, "not a clause", row, f"a mapping of {', '.join(FIELDS)}"))
            continue
        for key in (key for key in row if key not in FIELDS):
            near = nearest_name(str(key), FIELDS)
            problems.append(
                Mistake(f"{where}.{key}", "unknown field", allowed=", ".join(FIELDS), nearest=near)
            )
        clause, note = (as_text(row.get(key), f"{where}.{key}", problems) for key in ("clause", "note"))
        state = row.get("state")
        if row.get("clause") is None or row["clause"] == "":
            problems.append(Mistake(f"{where}.clause", "is missing"))
        if state not in STATES:
            near = nearest_name(str(state), STATES)
            problems.append(Mistake(f"{where}.state", "not a state", state, ", ".join(STATES), near))
        elif clause:
            found[clause] = Coverage(clause, str(state), note)
    return tuple(found.values())
