"""Reading the file of a visit as it was agreed, and checking its cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from ...cases import check_cases, read_cases
from ...cases.given import GROUPS, SCORES
from ...cases.hospital_facts import HospitalFacts
from ...errors import ArgumentError
from ...language import in_chinese, speaking
from .desk import Visit
from .file_look import source_of

CASES, PROBLEMS = "cases.pickle", "problems.xlsx"
MOST_PROBLEM_ROWS = 1_000_000  # of a sheet


def read(visit: Visit, options: Mapping[str, Any], tell: Any) -> dict[str, Any]:
    """The cases into the folder of the visit, the problems into a workbook; the answer holds counts only."""
    done = 0

    def watch(report: Any) -> None:
        nonlocal done
        done += sum(file["rows"] for file in report["files"])
        tell("read", done)

    cases = read_cases(
        source_of(visit),
        layout=options.get("layout", "auto"),
        code_edition=options.get("code_edition", "insurance"),
        rename=options.get("rename", {}),
        ignore=options.get("ignore", ()),
        keep=GROUPS.__contains__,
        watch=watch,
    )
    report = cases.attrs["drgsim"]
    tell("check")
    if "procedures" not in cases.columns:  # a file of diagnoses only: none had a procedure
        cases["procedures"] = ""
    scores = {name: pd.to_numeric(cases[name], errors="coerce") for name in SCORES if name in cases.columns}
    cases = cases.assign(**scores)
    problems = check_cases(cases)
    cases, told = HospitalFacts.of(options.get("hospital")).fill(cases)
    cases.to_pickle(visit.folder / CASES)
    found = problems.frame if len(problems.frame) <= MOST_PROBLEM_ROWS else None
    if found is not None:
        tell("write")
        problems.to_file(visit.out / PROBLEMS)
    return {
        "cases": len(cases),
        "account": _in_both(report.account),
        "warnings": [
            {"kind": each.kind, "column": each.column, "zh": each.zh, "en": each.en}
            for each in report.warnings
        ],
        "problems": [
            {name: str(row[name]) for name in ("rule", "column", "severity", "count", "zh", "en", "state")}
            for row in problems.summary().to_dict("records")
        ],
        "problem_cases": int(problems.frame["row"].dropna().nunique()),
        "not_checked": sorted({str(each) for each in problems.not_checked["column"]}),
        "told": {"zh": [in_chinese(line) for line in told], "en": list(told)},
        "columns": [str(name) for name in cases.columns],
        "options": dict(options),
    }


def _in_both(say: Callable[[], str]) -> dict[str, list[str]]:
    """The lines of what is said, in either language."""
    with speaking("zh"):
        zh = in_chinese(say()).splitlines()
    with speaking("en"):
        return {"zh": zh, "en": say().splitlines()}


def cases_of(visit: Visit) -> pd.DataFrame:
    """The cases that were read. Raises ArgumentError before, and while codes lie unread."""
    path = visit.folder / CASES
    if not path.is_file():
        raise ArgumentError("the file was not read yet", do="agree to its columns first")
    unread = [each for each in visit.read("read")["warnings"] if each["kind"] == "unread-codes"]
    if unread:
        names = [each["column"] for each in unread]
        raise ArgumentError(
            "a column of codes lies unread", got=names, do="say what it is, or that it is not to be read"
        )
    return pd.read_pickle(path)
