"""What a scenario states: its fields, the policies it names, its canonical document and its hash."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .document import DOCUMENT_VERSION
from .stated_policy import Documents, Policies, documents, policies_on, rules

if TYPE_CHECKING:
    from .assumptions import Assumptions
    from .lever import Lever
    from .parts import Coverage
    from .response_setting import ResponseSetting


@dataclass(frozen=True, eq=False, repr=False)
class ScenarioRecord:
    """All that a scenario states; `Scenario` is it with what a user makes of it."""

    id: str
    title: Mapping[str, str]
    note: str
    policy: Any
    on: datetime.date | None
    weights: str
    levers: tuple[Lever, ...]
    responses: tuple[ResponseSetting, ...]
    assumptions: Assumptions
    coverage: tuple[Coverage, ...]

    @cached_property
    def policy_documents(self) -> Documents:
        """The whole documents of `policy`, or a dict of them by care region."""
        return documents(self.policy)

    def policies(self, day: datetime.date) -> Policies:
        """The policy, or a dict of them by care region, that pays on a day, without levers.

        With `on` that day's rules hold on every day. Without, a day after a policy's last known one takes
        the last, and one before its first the first.
        """
        return policies_on(self.policy_documents, self.on, day)

    @cached_property
    def latest(self) -> datetime.date:
        """The day `on`, or the last day on which all the policies' rules are known."""
        whole = self.policy_documents
        return self.on or min(
            each.valid_to for each in (whole.values() if isinstance(whole, dict) else [whole])
        )

    @cached_property
    def document(self) -> dict[str, Any]:
        """The canonical document as plain mappings, lists and values; `load` reads it back."""
        return {
            "drgsim_scenario": DOCUMENT_VERSION,
            "id": self.id,
            "title": dict(self.title),
            "note": self.note,
            "policy": self.policy,
            "on": self.on.isoformat() if self.on else None,
            "weights": self.weights,
            "levers": [lever.to_document() for lever in self.levers],
            "responses": {setting.name: setting.to_document() for setting in self.responses},
            "assumptions": self.assumptions.stated(),
            "coverage": [clause.to_document() for clause in self.coverage],
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 of all that can change an answer: rules, levers, responses, assumptions.

        Names, titles, notes, sources and spelling do not enter; a policy enters by its rules.
        """
        content = {
            "policy": rules(self.policy_documents),
            "on": self.document["on"],
            "weights": self.weights,
            "levers": [lever.meaning() for lever in self.levers],
            "responses": self.document["responses"],
            "assumptions": self.assumptions.hash,
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ScenarioRecord) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)
