"""Load the official configuration workbook of CHS-DRG 3.0, which a user brings, as a Scheme.

Sheets: MDC, ADRG, DRG (code, name, rule, place), 集合 (code sets), CC (with its type and exclusion
table), 排除表. Rules are in the national rule language. The layout is that of the published workbook
and its updated edition (source SC05), as public programs read them.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from .._paths import data_path
from .model import AmbiguousAdrg, CcExclusion, NewbornWeight, StatedScheme, Switches
from .scheme_errors import WorkbookError
from .workbook_sheets import Findings, read_sheets
from .workbook_tables import SHEETS, tables_of

S = TypeVar("S", bound=StatedScheme)
_CODE_COLUMNS = ("icd_code", "icd")
_SOURCE = "SC05"
SWITCHES = Switches(
    cc_exclusion=CcExclusion.MEMBERSHIP,
    newborn_weight=NewbornWeight.ADMISSION,
    ambiguous_adrg=AmbiguousAdrg.OWN,
)


def from_official_workbook(
    make: type[S],
    path: str | Path,
    *,
    id: str = "chs-drg-3.0",
    title: str = "按病组（DRG）付费分组方案（3.0版）",
    version: str = "3.0",
    strict: bool = True,
    **metadata: Any,
) -> S:
    """The scheme that the workbook states; see `Scheme.from_official_workbook`.

    Parameters
    ----------
    make
        The class of the scheme.
    path
        An `.xlsx` with the sheets named above; columns are found by their header, in any place.
    id, title, version, metadata
        Fields of `Scheme`; the dates are those of the announced edition of this version.
    strict
        With False, what cannot be used is left out and named in `notes`: a rule that cannot be read
        never holds, a set that is not there is empty, a row without its parent is dropped.

    Returns
    -------
    Scheme
        Rows XQY are ambiguous groups. Fallback rows (X00, X000, 0000) are no groups: their cases stay
        ungrouped. CC and MCC are excluded by membership, the newborn weight is that at admission.
        `notes` holds everything the import met, with sheet and row.

    Raises
    ------
    NotFoundError
        There is no such file.
    WorkbookError
        Sheets or columns are missing; or, when strict, anything else is wrong. `findings` has it all.
    MissingExtraError
        python-calamine is not installed.
    """
    file = Path(path)
    findings = Findings()
    sheets = read_sheets(file, SHEETS, _CODE_COLUMNS, findings)
    edition = edition_facts(version)
    tables = tables_of(sheets, findings, edition.get("known_gaps", {}))
    if findings.errors and strict:
        listed = findings.all_errors()
        raise WorkbookError(
            f"{len(listed)} things in the workbook cannot be used:\n  " + "\n  ".join(listed[:40]) + "\n",
            where=str(file),
            do="correct them in a copy of the workbook, or import with strict=False (--lenient)",
            findings=findings.lines(),
        )
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    about = f"由用户提供的工作簿导入。Imported from a workbook the user brought: sha256 {digest}."
    fields = {
        "title_en": f"CHS-DRG {version}",
        "family": edition.get("family", ""),
        "valid_from": edition.get("valid_from"),
        "trust": "secondary",
        "source": _SOURCE,
        "switch_sources": {"cc_exclusion": _SOURCE, "newborn_weight": "SC06"},
        **metadata,
    }
    return make(
        id=id,
        title=title,
        version=version,
        **vars(tables),
        switches=SWITCHES,
        notes=(about, *findings.lines()),
        **fields,
    )


def edition_facts(version: str) -> Mapping[str, Any]:
    """What is known of the official workbooks of this edition; empty for any other."""
    editions = tomllib.loads(data_path("schemes", "editions.toml").read_text(encoding="utf-8"))["edition"]
    return next((edition for edition in editions if edition["version"] == version), {})
