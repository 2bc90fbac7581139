"""Every reader of a packed or structured file: flipped and cut ones end in an answer or an error of ours."""

import gzip
import json
import zlib

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

import drgsim
from drgsim import DipCatalogue, Scheme, read_cases
from drgsim._damaged import is_damage, read_json, read_toml, whole
from drgsim.audit.library import Library
from drgsim.audit.reading import read_table, scan_table
from drgsim.audit.reading import read_through as audit_read_through
from drgsim.audit.self_inspection import read_decisions
from drgsim.cases.beside import headed_table, table_beside, workbook_frames, workbook_rows
from drgsim.cases.sheet_measure import below_merges
from drgsim.dip.classes import ProcedureClasses, read_comorbidity
from drgsim.errors import DrgsimError, FileFormatError, NotFoundError
from drgsim.exchange import read_exchange
from drgsim.fund.own_tables import read_tables
from drgsim.fund.record import read_record
from drgsim.office.bureau import read_bureau
from drgsim.office.references import read_reference
from drgsim.schemes.pack_tables import read_text as read_pack_text

TRIES = 12  # a reader and a way to break its file
COLUMNS = ["病种编码", "病种名称", "分值"]
LINES = {"case_id": "7", "hospital_id": "H1", "code": "C1", "time": "2024-01-01", "amount": "9.5"}


def sheets(path):
    with xlsxwriter.Workbook(path) as made:
        for name in ("参保人数", "基金收支"):
            sheet = made.add_worksheet(name)
            sheet.write_row(0, 0, COLUMNS)
            for row in range(1, 40):
                sheet.write_row(row, 0, [f"K80.{row}", "甲" * (row % 7), row * 1.5])


def parquet(path):
    pd.DataFrame({"case_id": [f"{n}" for n in range(300)], "diagnoses": "I10.x00|J18.900"}).to_parquet(path)


def packed(path):
    path.write_bytes(gzip.compress(b"case_id,diagnoses\n" + b"1,I10.x00\n" * 500, mtime=0))


def scanned(path):
    with audit_read_through("dispensings"):
        plan = scan_table("dispensings", path)
        plan.collect(engine="streaming")


READERS = {
    "cases.xlsx": (sheets, read_cases),
    "cases.parquet": (parquet, read_cases),
    "cases.csv.gz": (packed, read_cases),
    "dip.xlsx": (sheets, DipCatalogue.from_table),
    "dip-official.xlsx": (sheets, DipCatalogue.from_official_workbook),
    "scheme.xlsx": (sheets, Scheme.from_official_workbook),
    "bureau.xlsx": (sheets, read_bureau),
    "means.xlsx": (sheets, read_reference),
    "fund.xlsx": (sheets, read_tables),
    "rows.xlsx": (sheets, workbook_rows),
    "decisions.xlsx": (sheets, read_decisions),
    "items.parquet": (parquet, lambda path: read_table("items", path)),
    "items.csv.gz": (packed, lambda path: read_table("items", path)),
    "pack.csv.gz": (packed, read_pack_text),
    "sold.parquet": (parquet, scanned),
}


@pytest.mark.parametrize("name", READERS)
def test_flipped_and_cut(name, tmp_path):
    path = tmp_path / name
    make, read = READERS[name]
    make(path)
    sound = path.read_bytes()
    draw = np.random.default_rng(zlib.crc32(name.encode()))
    flips = [(int(place), 1 << int(bit)) for place, bit in draw.integers(0, (len(sound), 8), (TRIES, 2))]
    broken = [sound[:place] + bytes([sound[place] ^ bit]) + sound[place + 1 :] for place, bit in flips]
    broken += [sound[: int(place)] for place in draw.integers(0, len(sound), TRIES)]
    refused = 0
    for number, content in enumerate(broken):
        path.write_bytes(content)
        try:
            read(path)
        except DrgsimError:
            refused += 1
        except BaseException as error:
            pytest.fail(f"{name}, way {number}: {type(error).__name__} at large")
    assert refused > TRIES / 2


def test_what_is_damage_and_what_is_not():
    class PanicException(BaseException):  # as compiled readers raise it
        pass

    assert all(map(is_damage, [zlib.error(), EOFError(), KeyError(), RecursionError(), PanicException()]))
    assert not any(map(is_damage, [MemoryError(), KeyboardInterrupt(), SystemExit(), ImportError()]))


def test_a_library_s_own_message_is_not_passed_on():
    with pytest.raises(FileFormatError) as caught, whole("some/folder/cases.bin"):
        raise ValueError("病人 110101199001011234")
    assert "110101" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert "where: cases.bin" in str(caught.value)


def test_what_the_system_refuses_is_told_in_its_words(tmp_path):
    with pytest.raises(FileFormatError, match="cannot be opened"), whole(tmp_path):
        tmp_path.read_bytes()
    (tmp_path / "peers.csv").write_text("a\n1\n")
    with pytest.raises(NotFoundError, match=r"did you mean 'peers\.csv'"):
        table_beside(tmp_path / "peer.csv")


def test_error_cells_and_formulas_without_value_are_seen_in_every_sheet(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["group", "weight"])
        sheet.write_row(1, 0, ["A", 1.5])
        sheet.write(2, 0, "B")
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")
        sheet.write(3, 0, "C")
        sheet.write_formula(3, 1, "=A1*2", None, "")
        sheet.merge_range(4, 1, 5, 1, 2.5, made.add_format())
        sheet.write_column(4, 0, ["D", "E"])
        sheet.merge_range(6, 0, 7, 1, "", made.add_format())  # holds nothing
    weights = workbook_frames(path)["Sheet1"]["weight"].tolist()
    assert weights == [1.5, "#N/A", "#NO VALUE", 2.5, "#MERGED"]


def test_merges_over_each_other_are_damage():
    rows = [["a", "b"]] * 100
    once = [((0, 0), (1_048_575, 0)), ((0, 1), (50, 16_383))]
    found = below_merges(rows, once)
    assert found == {(row, 0): "a" for row in range(1, 100)} | {(row, 1): "b" for row in range(1, 51)}
    with pytest.raises(ValueError, match="over each other"):
        below_merges(rows, [*once, ((10, 0), (20, 1)), ((0, 0), (60, 0))])


def test_a_header_of_two_rows_with_merges_is_no_row_of_the_table(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        for place, word in enumerate(["group", "weight"]):
            sheet.merge_range(0, place, 1, place, word, made.add_format())
        sheet.write_row(2, 0, ["A", 1.5])
    table, _ = headed_table(path, {"group": ["group"], "weight": ["weight"]})
    assert table.to_numpy().tolist() == [["A", 1.5]]


@pytest.mark.parametrize(
    ("text", "told"),
    [("a = " + "[" * 5000, "TOML"), ("a = 1\nb = [1, }", "line 2"), ("a = " + "9" * 9000, "beyond")],
)
def test_toml_beyond_sense(tmp_path, text, told):
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(FileFormatError, match=told):
        read_toml(path)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ', "9" * 9000, '"\\ud800"x', ""])
def test_json_beyond_sense(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FileFormatError, match="JSON"):
        read_json(path)
    path.write_text(json.dumps({"a": [1]}), encoding="utf-8-sig")
    assert read_json(path) == {"a": [1]}


NAMED = {
    "cases": drgsim.read_cases,
    "layout": lambda name: drgsim.read_cases(pd.DataFrame({"sex": [1]}), layout=name),
    "policy": drgsim.Policy.load,
    "scenario": drgsim.Scenario.load,
    "scheme": drgsim.DrgGrouper,
    "catalogue": drgsim.DipCatalogue.load,
    "rules of DIP": lambda name: drgsim.DipGrouper("example", rules=name),
    "workbook of a scheme": drgsim.Scheme.from_official_workbook,
    "workbook of a catalogue": drgsim.DipCatalogue.from_official_workbook,
    "classes": ProcedureClasses.load,
    "comorbidity": read_comorbidity,
    "exchange": read_exchange,
    "fund": drgsim.Fund.read,
    "valuation": read_record,
    "rules of audit": Library.load,
    "decisions": read_decisions,
}


@pytest.mark.parametrize("name", ["a\0b", "a\udcffb", "a\ud800", "x" * 300, "x/" * 3_000], ids=range(5))
@pytest.mark.parametrize("reader", NAMED)
def test_names_that_no_file_has(tmp_path, reader, name):
    for ending in ("", ".csv", ".toml", ".yaml", ".xlsx"):
        with pytest.raises(DrgsimError) as told:
            NAMED[reader](f"{tmp_path}/{name}{ending}")
        assert str(told.value).encode(), "can be printed"
