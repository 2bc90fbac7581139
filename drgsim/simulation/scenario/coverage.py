"""What a scenario says of the rule it stands for: which clauses it models, and which it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import nearest_name
from ...policy.document import COVERAGE as STATES
from ...policy.policy_errors import Mistake
from ...words import chinese

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
        clause, state = str(row.get("clause") or "").strip(), row.get("state")
        if not clause:
            problems.append(Mistake(f"{where}.clause", "is missing"))
        if state not in STATES:
            near = nearest_name(str(state), STATES)
            problems.append(Mistake(f"{where}.state", "not a state", state, ", ".join(STATES), near))
        elif clause:
            found[clause] = Coverage(clause, str(state), str(row.get("note") or "").strip())
    return tuple(found.values())
