"""How strongly people respond to a change of rules: a named response with its strengths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import nearest_name
from ...policy.policy_errors import Mistake
from ..responses import declared
from .phase_in import PhaseIn, read_phase_in

if TYPE_CHECKING:
    from ..responses import Declaration

PHASE_IN = "phase_in"


@dataclass(frozen=True)
class ResponseSetting:
    """One behavioural response and its values; a parameter at its declared default is not among them."""

    name: str
    values: Mapping[str, float]
    phase_in: PhaseIn | None = None

    def to_document(self) -> dict[str, Any]:
        phased = {PHASE_IN: self.phase_in.to_document()} if self.phase_in else {}
        return dict(self.values) | phased

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.values.items()), self.phase_in))


def known_responses() -> Mapping[str, Declaration]:
    """The declared responses by name, in the order they are applied."""
    return declared()


def read_responses(raw: Any, problems: list[Mistake]) -> tuple[ResponseSetting, ...]:
    """The responses of a document, in the order in which they are applied whatever the order of writing."""
    if not isinstance(raw, Mapping | None):
        problems.append(Mistake("responses", "not a mapping of names to strengths", type(raw).__name__))
        return ()
    known = known_responses()
    settings: dict[str, ResponseSetting] = {}
    for name, stated in (raw or {}).items():
        where = f"responses.{name}"
        if name not in known:
            near = nearest_name(str(name), known)
            problems.append(Mistake(where, "no such response", allowed=", ".join(known), nearest=near))
        elif not isinstance(stated, Mapping | None):
            problems.append(Mistake(where, "not a mapping of parameters to values", stated))
        else:
            given = {str(key): value for key, value in (stated or {}).items() if key != PHASE_IN}
            phase_in = read_phase_in((stated or {}).get(PHASE_IN), f"{where}.{PHASE_IN}", problems)
            settings[name] = ResponseSetting(name, known[name].check(given, where, problems), phase_in)
    return tuple(settings[name] for name in known if name in settings)
