"""Catalogues of a few lines, written where they are tested."""

from __future__ import annotations

from typing import Any

import pandas as pd

from drgsim.dip import DipCatalogue, DipGrouper
from drgsim.dip.expressions import parse_conditions, parse_expression, parse_patterns
from drgsim.dip.model import DipKey, DipType, ExcludedProcedure, ProcedureFacts
from drgsim.dip.words import Kind, ProcedureClass, ProcedureNote, TreatmentClass

_TYPE = ("score", "mean_cost", "primary_care", "primary_care_factor")


def entry(
    code: str, diagnoses: str, procedures: str = "", kind: str = "core", **more: Any
) -> tuple[DipType, DipKey]:
    """A type with its only key."""
    about = {name: more.pop(name) for name in _TYPE if name in more}
    treatment = more.pop("treatment", None)
    key = DipKey(
        code,
        parse_patterns(diagnoses),
        parse_expression(procedures),
        parse_expression(more.pop("related", "")),
        parse_patterns(more.pop("other_diagnoses", "")),
        parse_conditions(more.pop("conditions", "")),
        TreatmentClass(treatment) if treatment else None,
        more.pop("any_position", False),
    )
    assert not more, more
    return DipType(code, code, Kind(kind), **{"score": 100.0, **about}), key


def composite(code: str, diagnoses: str, treatment: str | None, **more: Any) -> tuple[DipType, DipKey]:
    return entry(code, diagnoses, kind="composite", treatment=treatment, **more)


def primary(code: str, diagnoses: str, procedures: str = "", **more: Any) -> tuple[DipType, DipKey]:
    return entry(code, diagnoses, procedures, primary_care=True, **more)


def catalogue(
    *entries: tuple[DipType, DipKey], excluded: dict[str, str] | None = None, **more: Any
) -> DipCatalogue:
    """`excluded` maps a procedure to its note; `levels` a procedure to (class, level, incision)."""
    levels = more.pop("levels", {})
    return DipCatalogue(
        id="small",
        title="small",
        types={kind.code: kind for kind, _ in entries},
        keys=tuple(key for _, key in entries),
        excluded_procedures={
            code: ExcludedProcedure(code, ProcedureNote(note)) for code, note in (excluded or {}).items()
        },
        procedure_facts={
            code: ProcedureFacts(code, ProcedureClass(kind), level, incision)
            for code, (kind, level, incision) in levels.items()
        },
        **more,
    )


def answers(made: DipCatalogue, rules: str, *cases: tuple[str, str], **columns: Any) -> pd.DataFrame:
    """The answers to cases of (diagnoses, procedures), with further columns."""
    frame = pd.DataFrame(cases, columns=["diagnoses", "procedures"]).assign(**columns)
    return DipGrouper(made, rules=rules, threads=1).group(frame)


def codes(made: DipCatalogue, rules: str, *cases: tuple[str, str], **columns: Any) -> list[str | None]:
    found = answers(made, rules, *cases, **columns)["dip_code"]
    return [None if missing else code for code, missing in zip(found, found.isna(), strict=True)]
