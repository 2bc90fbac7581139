"""Answers as tables and as one result: names in place of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..language import stated_language
from ..schemes.compiled import CompiledScheme
from ..words import english_name_of
from .case import Answer, CaseSeverity, Reason, Status
from .kernel import Answers

if TYPE_CHECKING:
    import pyarrow as pa

SEVERITIES = tuple({CaseSeverity.NONE: "none"}.get(value, value.name) for value in CaseSeverity)
STATUSES = tuple(value.name.lower() for value in Status)
REASONS = tuple(reason.name_in_results for reason in Reason)
_REASON_PLACE = np.zeros(256, dtype=np.int8)
_REASON_PLACE[[*Reason]] = range(len(Reason))


@dataclass(frozen=True, slots=True)
class GroupResult:
    """The answer for one case.

    Attributes
    ----------
    mdc, adrg, drg
        `0000`, `00`, `0000` for a case without a group; for an ambiguous ADRG `QY` or its
        own code (`BQY`), as the scheme has it.
    mdc_name, adrg_name, drg_name
        Chinese names, as the scheme has them.
    severity
        none, CC or MCC.
    status
        grouped, ambiguous, ungrouped or invalid.
    reason
        What is missing or wrong, a name of `drgsim.grouping.Reason` in lower case; `""` for nothing.
    scheme, trust
        The scheme's id and how far it is trusted.
    """

    mdc: str
    adrg: str
    drg: str
    mdc_name: str
    adrg_name: str
    drg_name: str
    severity: str
    status: str
    reason: str
    scheme: str
    trust: str

    def reason_text(self, lang: str = "zh") -> str:
        """The reason in words, Chinese (`zh`) or English (`en`)."""
        return Reason[self.reason.upper()].text(lang) if self.reason else ""

    def to_dict(self) -> dict[str, str]:
        """The fields by name."""
        return asdict(self)


LEVELS = ("mdc", "adrg", "drg")


@dataclass(frozen=True)
class _Coded:
    """A column as places among its different values."""

    places: npt.NDArray[np.integer[Any]]
    values: tuple[str, ...]


def _columns(answers: Answers, compiled: CompiledScheme, names: bool) -> dict[str, _Coded]:
    columns = {
        level: _Coded(getattr(answers, level), getattr(compiled, f"{level}s").codes) for level in LEVELS
    }
    columns |= {
        "severity": _Coded(answers.severity.view(np.int8), SEVERITIES),
        "status": _Coded(answers.status.view(np.int8), STATUSES),
        "reason": _Coded(_REASON_PLACE[answers.reason], REASONS),
    }
    if names:
        columns |= {
            f"{level}_name": _named(getattr(answers, level), _told(getattr(compiled, f"{level}s").names))
            for level in LEVELS
        }
    return columns


def _told(names: tuple[str, ...]) -> tuple[str, ...]:
    """In English for who asked for it and where there is an English name, else as the scheme has them."""
    return tuple(map(english_name_of, names)) if stated_language() == "en" else names


def _named(places: npt.NDArray[np.int16], names: tuple[str, ...]) -> _Coded:
    """Names are not all different, but the values of a coded column have to be."""
    values = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return _Coded(np.array([values[name] for name in names], dtype=np.int16)[places], tuple(values))


def as_frame(
    answers: Answers, compiled: CompiledScheme, *, index: pd.Index, names: bool, missing: tuple[str, ...]
) -> pd.DataFrame:
    """A frame of categorical columns. `frame.attrs["drgsim"]` says by which scheme, and without what."""
    frame = pd.DataFrame(
        {
            name: pd.Categorical.from_codes(coded.places, categories=pd.Index(coded.values))
            for name, coded in _columns(answers, compiled, names).items()
        },
        index=index,
    )
    frame.attrs["drgsim"] = _origin(compiled, missing)
    return frame


def as_arrow(
    answers: Answers, compiled: CompiledScheme, *, names: bool, missing: tuple[str, ...]
) -> pa.Table:
    """A table of dictionary columns; the metadata of its schema say by which scheme, and without what."""
    import pyarrow as pa

    columns = {
        name: pa.DictionaryArray.from_arrays(pa.array(coded.places), pa.array(coded.values))
        for name, coded in _columns(answers, compiled, names).items()
    }
    origin = {**_origin(compiled, missing), "missing_columns": ",".join(missing)}
    return pa.table(columns).replace_schema_metadata({f"drgsim.{key}": origin[key] for key in origin})


def as_result(answers: Answers, compiled: CompiledScheme) -> GroupResult:
    """The answer for the first case."""
    fields: dict[str, str] = {}
    for level in LEVELS:
        place, named = int(getattr(answers, level)[0]), getattr(compiled, f"{level}s")
        fields[level], fields[f"{level}_name"] = named.codes[place], named.names[place]
    fields["severity"] = SEVERITIES[int(answers.severity[0])]
    fields["status"] = STATUSES[int(answers.status[0])]
    fields["reason"] = REASONS[int(_REASON_PLACE[answers.reason[0]])]
    return GroupResult(**fields, scheme=compiled.id, trust=compiled.trust)


def told_as_result(answer: Answer, compiled: CompiledScheme) -> GroupResult:
    """What an explanation answers, as the grouper's answer to that case: they are held to be the same."""
    named = _names_of(compiled)
    fields = {}
    for level in LEVELS:
        fields[level] = code = getattr(answer, level)
        fields[f"{level}_name"] = named[level][code]
    fields["severity"] = SEVERITIES[answer.severity]
    fields["status"] = STATUSES[answer.status]
    fields["reason"] = answer.reason.name_in_results
    return GroupResult(**fields, scheme=compiled.id, trust=compiled.trust)


@lru_cache(maxsize=16)
def _names_of(compiled: CompiledScheme) -> dict[str, dict[str, str]]:
    """By level, the name of each code."""
    levels = {level: getattr(compiled, f"{level}s") for level in LEVELS}
    return {name: dict(zip(level.codes, level.names, strict=True)) for name, level in levels.items()}


def _origin(compiled: CompiledScheme, missing: tuple[str, ...]) -> Mapping[str, Any]:
    return {
        "scheme": compiled.id,
        "trust": compiled.trust,
        "hash": compiled.hash,
        "missing_columns": missing,
    }
