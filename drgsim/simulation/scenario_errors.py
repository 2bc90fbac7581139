"""Errors of scenarios and of runs: DS701 to DS703."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import DrgsimError
from ..policy.library import located
from ..policy.policy_errors import Mistake, counted
from ..policy.yaml_text import Lined

_DEEP = ("levers", "responses")  # sections whose problems are grouped one step further down


class SimulationError(DrgsimError, ValueError):
    """A simulation asked for something it cannot do with what it was given."""

    code = "DS701"


class ScenarioError(SimulationError):
    """A scenario document that cannot be used.

    `problems` holds everything that was wrong, each with its path, what was got, what is allowed and the
    nearest name; the text shows them grouped by the part of the document they are in.
    """

    code = "DS702"

    def __init__(self, message: str, *, problems: Iterable[Mistake], **parts: Any) -> None:
        super().__init__(message, **parts)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        sections: dict[str, list[Mistake]] = {}
        for problem in self.problems:
            sections.setdefault(_section(problem), []).append(problem)
        lines = [super().__str__()]
        for section, found in sections.items():
            lines += [f"  {section}", *(f"    {problem}" for problem in found)]
        return "\n".join(lines)


class RecordError(SimulationError):
    """A run record that cannot be read, or that no longer gives the results it states."""

    code = "DS703"


def refuse(problems: Iterable[Mistake], name: str, raw: Any = None) -> None:
    """Raise ScenarioError when there is any problem; one stated twice is shown once.

    Where `raw` is a document read from a file, each problem has its line.
    """
    problems = list(problems)
    if problems and isinstance(raw, Lined):
        problems = list(located(problems, raw.text))
    found = list({str(problem): problem for problem in problems}.values())
    if found:
        raise ScenarioError(
            f"{name} cannot be used: {counted(found)} {'problem' if len(found) == 1 else 'problems'}",
            problems=found,
            do="correct them; all that is wrong in the document is listed here",
        )


def _section(problem: Mistake) -> str:
    first, *rest = problem.path.split(".")
    return ".".join([first, *rest[:1]]) if first in _DEEP else first
