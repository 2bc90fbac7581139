"""The group of one case under other choices of principal diagnosis and main procedure, or one more code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ..codes import Catalogue
from ..schemes.rules.terms import Severity
from ..schemes.scheme import Scheme
from ..words import english_name_of
from .case import Answer, Case, Status
from .explanation import Language, Words, check_language
from .one_case import OpenScheme, open_scheme, read_case
from .readable import Facts, ReferenceGrouper
from .result import SEVERITIES

ONLY_DOCUMENTED = Words(
    "只可编码病历中有记载、经诊疗的疾病和操作；本表用于复核编码，不是改码建议。",
    "Only conditions and procedures that the record documents may be coded; "
    "this table is for reviewing a coding, not advice to change it.",
)
_COMBINED = 64  # pairs of principal diagnosis and main procedure that are all tried, at most

_AS_CODED = Words("现编码", "as coded")
_PRINCIPAL = Words("主要诊断改选", "other principal diagnosis")
_PROCEDURE = Words("主要手术操作改选", "other main procedure")
_BOTH = Words("两者都改选", "both")
_FURTHER = {
    severity: Words(f"另有一项计入的 {severity}", f"a further diagnosis that counts as {severity}")
    for severity in (Severity.CC, Severity.MCC)
}


@dataclass(frozen=True, slots=True)
class _Choice:
    """A case as it might have been coded; `eligible` codes would each do for a further diagnosis."""

    change: Words
    case: Case
    answer: Answer
    eligible: int | None = None


def what_if(scheme_or_grouper: Any, case: Any, *, lang: Language = "zh") -> pd.DataFrame:
    """The group of one case for each other choice that its codes leave open.

    Parameters
    ----------
    scheme_or_grouper, case
        As in `explain`.
    lang
        Language of the columns change and note: `zh` or `en`.

    Returns
    -------
    DataFrame, the case as it is coded first; then each other documented diagnosis as the principal one,
    each other procedure as the main one, and (when there are at most 64 pairs) both; the others follow in
    their order. The last rows, where they would change the DRG, are those with one further secondary
    diagnosis that counts as CC or as MCC and has no other effect: `eligible_codes` (Int64) says how many
    codes of the catalogue would count, that is, are in the list, not retired, not in the case, and not
    excluded by the principal diagnosis. Columns: change, principal, main_procedure, mdc, adrg, drg,
    drg_name, severity, status, same_as_now (bool), eligible_codes, note.

    Only documented conditions may be coded: the column note and `frame.attrs["note"]` say so. The table
    serves the review of a coding, in either direction. `frame.attrs["drgsim"]` names the scheme and how far
    it is trusted.

    Raises what `explain` raises.

    >>> case = {"sex": 1, "age": 45, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
    >>> what_if("chs-drg-2.0", case, lang="en")[["change", "principal", "drg", "same_as_now"]]
                          change principal   drg  same_as_now
    0                   as coded   K80.101  HC23         True
    1  other principal diagnosis   I50.900   FQY        False
    """
    check_language(lang)
    opened = open_scheme(scheme_or_grouper)
    choices = list(_choices(opened, read_case(case, opened).case))
    return _frame(choices, opened.scheme, lang)


def _choices(opened: OpenScheme, case: Case) -> Iterator[_Choice]:
    group = opened.grouper.group
    now = group(case)
    yield _Choice(_AS_CODED, case, now)
    by_diagnosis = [replace(case, diagnoses=codes) for codes in _other_orders(case.diagnoses)]
    by_procedure = [replace(case, procedures=codes) for codes in _other_orders(case.procedures)]
    yield from (_Choice(_PRINCIPAL, other, group(other)) for other in by_diagnosis)
    yield from (_Choice(_PROCEDURE, other, group(other)) for other in by_procedure)
    if len(by_diagnosis) * len(by_procedure) <= _COMBINED:
        for first in by_diagnosis:
            for second in by_procedure:
                both = replace(first, procedures=second.procedures)
                yield _Choice(_BOTH, both, group(both))
    if now.status is not Status.INVALID:
        yield from _further(opened, case, now)


def _other_orders(codes: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The same codes with each other one in the first place, the rest in their order; gaps are closed."""
    tried = {codes[0]} if codes else set()
    for place, code in enumerate(codes):
        if code and code not in tried:
            tried.add(code)
            rest = (*codes[:place], *codes[place + 1 :])
            yield (code, *filter(None, rest))


def _further(opened: OpenScheme, case: Case, now: Answer) -> Iterator[_Choice]:
    scheme = opened.scheme
    for severity, listed in ((Severity.CC, scheme.cc), (Severity.MCC, scheme.mcc)):
        answer = _Supposing(opened.grouper, severity).group(case)
        eligible = _eligible(case, listed, scheme)
        if eligible and answer.drg != now.drg:
            yield _Choice(_FURTHER[severity], case, answer, eligible)


def _eligible(case: Case, listed: Mapping[str, str], scheme: Scheme) -> int:
    """How many codes of the catalogue would count beside the principal diagnosis."""
    catalogue = Catalogue.load("diagnosis")
    excluding = scheme.exclusion.get(case.diagnoses[0], ())
    return sum(
        code in catalogue and not catalogue.gray[catalogue.id_of(code)]
        for code, table in listed.items()
        if table not in excluding and code not in case.diagnoses
    )


class _Supposing(ReferenceGrouper):
    """The readable grouper, for cases that are supposed to have one more complication that counts."""

    def __init__(self, grouper: ReferenceGrouper, severity: Severity) -> None:
        self.__dict__.update(grouper.__dict__)  # its tables, which take long to make
        self._supposed = severity

    def facts(self, case: Case) -> Facts:
        facts = super().facts(case)
        return replace(facts, severities=facts.severities | {self._supposed})


def _frame(choices: list[_Choice], scheme: Scheme, lang: Language) -> pd.DataFrame:
    now = choices[0].answer
    names = {drg.code: drg.name if lang == "zh" else english_name_of(drg.name) for drg in scheme.drgs}
    note = ONLY_DOCUMENTED.of(lang)
    frame = pd.DataFrame(
        [
            {
                "change": choice.change.of(lang),
                "principal": next(iter(choice.case.diagnoses), ""),
                "main_procedure": next(iter(choice.case.procedures), ""),
                "mdc": answer.mdc,
                "adrg": answer.adrg,
                "drg": answer.drg,
                "drg_name": names.get(answer.drg, ""),
                "severity": SEVERITIES[answer.severity],
                "status": answer.status.name.lower(),
                "same_as_now": (answer.mdc, answer.adrg, answer.drg) == (now.mdc, now.adrg, now.drg),
                "eligible_codes": choice.eligible,
                "note": note,
            }
            for choice in choices
            for answer in [choice.answer]
        ]
    )
    frame["eligible_codes"] = frame["eligible_codes"].astype("Int64")
    frame.attrs["drgsim"] = {"scheme": scheme.id, "trust": scheme.trust}
    frame.attrs["note"] = note
    return frame
