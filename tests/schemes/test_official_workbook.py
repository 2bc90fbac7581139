"""The official configuration workbook: read by header, every operator, everything odd named at once."""

import re
import zipfile

import pytest

from drgsim import Scheme
from drgsim.errors import NotFoundError
from drgsim.schemes.model import AdrgKind, CcExclusion, NewbornWeight
from drgsim.schemes.pack import read_pack
from drgsim.schemes.pack_write import write_pack
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.walk import print_rule
from drgsim.schemes.scheme_errors import WorkbookError
from tests.schemes.official import published, write_official
from tests.schemes.workbooks import HEADERS, SHEETS, write_workbook

load = Scheme.from_official_workbook


def shuffled(headers, rows):
    """The same columns in another order, with a further one between."""
    order = list(range(len(headers)))[::-1]
    return (
        [*(headers[i].upper() if headers[i].isascii() else f" {headers[i]} " for i in order[:2]), "备注",
         *(headers[i] for i in order[2:])],
        [[*(row[i] for i in order[:2]), "x", *(row[i] for i in order[2:])] for row in rows],
    )  # fmt: skip


def test_rows_stand_in_the_order_of_their_place(tmp_path):
    scheme = load(write_workbook(tmp_path / "a.xlsx"))
    assert [mdc.code for mdc in scheme.mdcs] == ["MDCA", "MDCP", "MDCZ", "MDCB"]
    assert [adrg.code for adrg in scheme.adrgs] == ["AC1", "PS1", "ZZ1", "BB1", "BQY", "BR1"]
    assert [drg.code for drg in scheme.drgs] == [
        "AC19", "PS19", "ZZ19", "BB11", "BB13", "BB15", "BQY", "BR1E", "BR19",
    ]  # fmt: skip


def test_the_rules_are_those_of_the_sheet(tmp_path):
    scheme = load(write_workbook(tmp_path / "a.xlsx"))
    rules = {row.code: print_rule(row.rule) for row in (*scheme.mdcs, *scheme.adrgs, *scheme.drgs)}
    assert rules["MDCP"] == (
        "(NL = 0 and XSRTL >= 29 and XSRTL < 366 and ZYZD in DI_PV1 and ZYSS not in OP_ALL)"
        " or (NL = 0 and XSRTL < 29)"
    )
    assert rules["MDCZ"] == "length(DI_Z00 ∩ {ZYZD, QTZD}) >= 2"
    assert rules["BB1"] == "ZYZD in {DI_BB1, DI_BR1} and ZYSS in OP_BB1"
    assert rules["PS19"] == "XB = 1 or XB = 2"
    assert rules["BR1E"] == "MCC and NL >= 70"
    assert rules["BB15"] == rules["ZZ1"] == "TRUE"
    assert (rules["BB11"], rules["BB13"]) == ("MCC", "MCC or CC")
    assert all(print_rule(parse_rule(text)) == text for text in rules.values())


def test_what_an_edition_3_0_is(tmp_path):
    """Structure of the official 3.0 workbook; grouping formats."""
    scheme = load(write_workbook(tmp_path / "a.xlsx"))
    assert (scheme.id, scheme.version, scheme.family) == ("chs-drg-3.0", "3.0", "chs-drg")
    assert scheme.valid_from.isoformat() == "2027-01-01"
    assert scheme.switches.cc_exclusion is CcExclusion.MEMBERSHIP
    assert scheme.switches.newborn_weight is NewbornWeight.ADMISSION
    assert scheme.trust == "secondary"
    assert scheme.mcc == {"J96.000": "EX_103"}
    assert scheme.cc == {"E11.900": "EX_9", "I10.x00": ""}
    assert scheme.exclusion["I63.000"] == ("EX_9", "EX_103")
    kinds = {adrg.code: adrg.kind for adrg in scheme.adrgs}
    assert kinds["BQY"] is AdrgKind.AMBIGUOUS
    assert (kinds["BB1"], kinds["BR1"]) == (AdrgKind.SURGICAL, AdrgKind.MEDICAL)
    assert scheme.sets["OP2_AC1"].kind == "procedure"


def test_the_notes_hold_what_the_import_met(tmp_path):
    notes = "\n".join(load(write_workbook(tmp_path / "a.xlsx")).notes)
    assert "sha256" in notes
    assert "a fallback row, not a group: its cases stay ungrouped: ADRG row 8 (B00)" in notes
    assert "DRG row 11 (B000), DRG row 12 (0000)" in notes
    assert "a code stands twice in a set: 集合 row 4 (DI_B00 I60.000)" in notes
    assert "missing in one edition of the workbook: EX_103 P22.100" in notes
    assert "P24.100" not in notes
    assert notes.count("17.7200x001") == 1, "an extra code is told once, however many sets hold it"
    assert "a code stands twice in an exclusion table: 排除表 row 5 (EX_9 I63.000)" in notes
    assert "无" not in notes.partition("is not in 排除表")[2]


def test_columns_are_found_by_their_header_in_any_place(tmp_path):
    headers, sheets = {}, {}
    for name, rows in SHEETS.items():
        headers[name], sheets[name] = shuffled(HEADERS[name], rows)
    plain = load(write_workbook(tmp_path / "a.xlsx"))
    other = load(write_workbook(tmp_path / "b.xlsx", headers=headers, title_rows=2, **sheets))
    rows = ("mdcs", "adrgs", "drgs", "sets", "cc", "mcc", "exclusion")
    assert all(getattr(plain, name) == getattr(other, name) for name in rows)


def test_an_import_survives_as_a_pack(tmp_path):
    scheme = load(
        write_workbook(tmp_path / "a.xlsx"), id="ours", title="我们的", trust="read", source="letter"
    )
    assert read_pack(Scheme, write_pack(scheme, tmp_path / "ours")) == scheme
    assert (scheme.title, scheme.trust, scheme.source) == ("我们的", "read", "letter")


def replaced(sheet, index, column, value):
    rows = [list(row) for row in SHEETS[sheet]]
    rows[index][column] = value
    return {sheet: rows}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (replaced("MDC", 0, 2, "ZYZD im DI_B00"), "a rule cannot be read: MDC row 2 (MDCB)"),
        (replaced("ADRG", 0, 3, "ZYZD in DI_BR9"), "does not exist: ADRG row 2 (BR1: DI_BR9)"),
        (replaced("ADRG", 0, 4, "MDCX"), "the row above does not exist: ADRG row 2 (BR1 under MDCX)"),
        (replaced("DRG", 0, 3, ""), "the row above does not exist: DRG row 2 (AC19 under -)"),
        (replaced("CC", 1, 0, ""), "a row without a code: CC row 3"),
        (replaced("CC", 2, 0, "E11.900"), "names two exclusion tables: CC row 4 (E11.900)"),
        (replaced("DRG", 1, 0, "AC19"), "a code stands twice: DRG row 3 (AC19)"),
        (replaced("DRG", 1, 0, ""), "a row without a code: DRG row 3"),
        (replaced("DRG", 1, 5, "first"), "no place in the order of testing: DRG row 3 (BB11: first)"),
        (replaced("DRG", 1, 5, "nan"), "no place in the order of testing: DRG row 3 (BB11: nan)"),
        (replaced("CC", 0, 3, "severe"), "neither MCC nor CC: CC row 2 (J96.000: severe)"),
        (replaced("CC", 1, 0, "J96.000"), "two severities: CC row 3 (J96.000)"),
        (replaced("集合", 0, 1, ""), "a row without set or code: 集合 row 2"),
        (replaced("排除表", 0, 0, ""), "a row without table or code: 排除表 row 2"),
    ],
)
def test_what_cannot_be_used_is_named_with_sheet_and_row(tmp_path, changed, message):
    path = write_workbook(tmp_path / "a.xlsx", **changed)
    with pytest.raises(WorkbookError) as caught:
        load(path)
    assert message in str(caught.value)
    lenient = load(path, strict=False)
    assert any(message.partition(":")[0] in note for note in lenient.notes)


def test_everything_wrong_is_said_at_once_and_left_out_when_lenient(tmp_path):
    changed = {
        **replaced("MDC", 0, 2, "ZYZD im DI_B00"),
        **replaced("DRG", 0, 2, "NL >"),
        **replaced("ADRG", 1, 3, "ZYSS in OP_NONE and length(NONE ∩ QTZD) > 1"),
    }
    path = write_workbook(tmp_path / "a.xlsx", **changed)
    with pytest.raises(WorkbookError, match="4 things in the workbook cannot be used") as caught:
        load(path)
    assert len(caught.value.findings) >= 2
    scheme = load(path, strict=False)
    rules = {row.code: print_rule(row.rule) for row in (*scheme.mdcs, *scheme.drgs)}
    assert (rules["MDCB"], rules["AC19"]) == ("FALSE", "FALSE")
    assert scheme.sets["OP_NONE"].kind == "procedure"
    assert (scheme.sets["NONE"].kind, scheme.sets["NONE"].codes) == ("diagnosis", frozenset())


def test_missing_sheets_and_columns_are_all_named(tmp_path):
    headers = {**HEADERS, "CC": ["icd", "name", "table", "type"]}
    path = write_workbook(tmp_path / "a.xlsx", headers=headers, 集合=None)
    with pytest.raises(WorkbookError, match="sheet 集合; sheet CC: a header with the columns"):
        load(path)


@pytest.mark.parametrize("sheet", ["MDC", "ADRG", "DRG", "CC"])
def test_a_row_that_stands_twice_is_a_note(tmp_path, sheet):
    rows = [*SHEETS[sheet], SHEETS[sheet][0]]
    once, twice = (
        load(write_workbook(tmp_path / "a.xlsx")),
        load(write_workbook(tmp_path / "b.xlsx", **{sheet: rows})),
    )
    assert (twice.mdcs, twice.adrgs, twice.drgs, twice.cc, twice.mcc) == (
        once.mdcs, once.adrgs, once.drgs, once.cc, once.mcc
    )  # fmt: skip
    assert any(f"stands twice: {sheet} row {len(rows) + 1}" in note for note in twice.notes)


def test_a_code_that_is_a_number_is_noted(tmp_path):
    notes = load(write_workbook(tmp_path / "a.xlsx", **replaced("集合", 8, 1, 37.51)), strict=False).notes
    assert any("may have lost zeros: 集合 row 10" in note for note in notes)


def test_an_exclusion_table_that_is_not_there_is_noted(tmp_path):
    notes = load(write_workbook(tmp_path / "a.xlsx", **replaced("CC", 0, 2, "EX_77"))).notes
    assert any("is not in 排除表: EX_77" in note for note in notes)


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "a.xlsx").write_text("no workbook")
    with pytest.raises(WorkbookError, match="the workbook cannot be read"):
        load(tmp_path / "a.xlsx")
    with pytest.raises(NotFoundError, match="no such workbook"):
        load(tmp_path / "missing.xlsx")


@pytest.mark.shared
@pytest.mark.parametrize("late", [pytest.param(False, marks=pytest.mark.slow), True])
def test_the_published_tables_laid_out_as_a_workbook_are_the_shipped_scheme(shared, tmp_path, late):
    """Both editions: MDCT numbered from 12 or from 1, the seven exclusion rows missing or there."""
    made = load(write_official(tmp_path / "a.xlsx", shared, late=late, from_one=late))
    assert made.counts == {"mdc": 26, "adrg": 492, "drg": 825, "ambiguous": 21}
    shipped = Scheme.load("chs-drg-3.0")
    for name in ("mdcs", "adrgs", "drgs", "sets", "cc", "mcc", "switches", "valid_from", "family"):
        assert getattr(made, name) == getattr(shipped, name), name
    lacking = {
        (t, c) for c, ts in shipped.exclusion.items() for t in ts if t not in made.exclusion.get(c, ())
    }
    gaps = {tuple(departure.item.split()) for departure in shipped.departures}
    assert len(gaps) == 7
    assert lacking == (set() if late else gaps)
    assert made.exclusion.keys() <= shipped.exclusion.keys()
    doubled = sum(map(len, published(shared).values())) - sum(
        len({tuple(row.values()) for row in rows}) for rows in published(shared).values()
    )
    assert any("a code stands twice in a set: " in note and f"({doubled})" in note for note in made.notes)
    extra = [note for note in made.notes if note.startswith("a code in no catalogue")]
    assert len(extra) == 1
    assert extra[0].endswith("17.7200x005, 17.7200x006, 43.4100x026")


@pytest.mark.parametrize("mark", ["#N/A", "merge"])
@pytest.mark.parametrize(("sheet", "column"), [("CC", 2), ("集合", 0), ("排除表", 0), ("DRG", 3), ("MDC", 3)])
def test_cells_without_a_value_of_their_own_are_refused(tmp_path, sheet, column, mark):
    """A merge over two rows of CC would otherwise say that nothing excludes the second."""
    path = write_workbook(tmp_path / "a.xlsx")
    part = f"xl/worksheets/sheet{list(SHEETS).index(sheet) + 1}.xml"
    letter = "ABCDEF"[column]
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    cell = f'<c r="{letter}3" t="e"><v>#N/A</v></c>' if mark == "#N/A" else ""
    text = re.sub(rf'<c r="{letter}3".*?</c>', cell, parts[part].decode(), count=1)
    if mark == "merge":
        merge = f'<mergeCells count="1"><mergeCell ref="{letter}2:{letter}3"/></mergeCells>'
        text = text.replace("</sheetData>", f"</sheetData>{merge}")
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, text if name == part else data)
    shown = "#N/A" if mark == "#N/A" else "#MERGED"
    with pytest.raises(WorkbookError, match=rf"no value of its own: {sheet} row 3 \(\w+ {shown}\)"):
        Scheme.from_official_workbook(path)
