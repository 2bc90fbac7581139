"""Trace codes: forms, netting, published cases in miniature, any number of sales in parts."""

import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import drgsim
from drgsim.audit.trace import screen
from drgsim.audit.trace.sales import check_digit, clean, drug_id_of, form_of, parse

GTIN = "06924561884074"


@pytest.mark.parametrize(
    ("code", "form", "drug"),
    [
        ("83857930000879766660", "maker20", "8385793"),
        ("8385793 0000879766660", "maker20", "8385793"),
        (f"(01){GTIN}(21)A1B2", "gs1", GTIN),
        (f"01{GTIN}17270131\x1d10LOT7\x1d21SER1", "gs1", GTIN),
        (f"01{GTIN}21SER1", "gs1", GTIN),
        ("(01)06924561884075(21)A1", "malformed", ""),
        (f"(01){GTIN}(10)LOT", "malformed", ""),
        ("8385793000087976666", "malformed", ""),
        ("ABC-123456", "other", ""),
        ("12345678901234567890", "other", ""),
        ("药品码", "malformed", ""),
        ("", "malformed", ""),
    ],
)
def test_forms(code, form, drug):
    found = parse(code)
    assert (found.form, found.drug_id) == (form, drug)
    frame = pl.DataFrame({"code": [code]}).with_columns(code=clean(pl.col("code")))
    frame = frame.with_columns(form=form_of(pl.col("code")))
    assert frame["form"].to_list() == [form]
    assert frame.select(drug_id_of(pl.col("code"), pl.col("form"))).item() == (drug or None)


def test_what_a_gs1_code_says():
    found = parse(f"01{GTIN}1727022810LOT7\x1d21SER1")
    assert (found.expires, found.lot, found.serial) == (datetime.date(2027, 2, 28), "LOT7", "SER1")
    assert parse(f"(01){GTIN}(17)270200(21)S").expires == datetime.date(2027, 2, 28)
    assert parse(f"(01){GTIN}(17)271300(21)S").form == "malformed"


@given(st.integers(0, 10**12 - 1))
def test_a_wrong_last_digit_is_found(number):
    digits = f"0{number:012d}"
    right = digits + str(check_digit(digits))
    assert parse(f"(01){right}(21)A").form == "gs1"
    wrong = digits + str((check_digit(digits) + 1) % 10)
    assert parse(f"(01){wrong}(21)A").form == "malformed"


def sale(number, place, day, *, person=None, document=None, **more):
    time = datetime.datetime(2025, 1, 1, 9) + datetime.timedelta(days=day)
    plain = {"trace_code": f"8385793{number:013d}", "hospital_id": place, "time": time, "patient_id": person}
    plain |= {"document_id": document or f"{place}{number}-{day}", "fund_paid": 50.0, "drug_code": "D"}
    return plain | more


def screened(rows, *rules, **more):
    return drgsim.audit(dispensings=rows, only=rules or ["trace-doubled", "trace-return-flow"], **more)


@pytest.mark.parametrize("doubled", [72, 10, 32])
def test_published_cases_of_doubled_codes_at_one_institution(doubled):
    rows = [sale(n, "H", 0, person=f"P{n}") for n in range(200)]
    rows += [sale(n, "H", 68 if n == 0 else 30, person=f"Q{n}") for n in range(doubled)]
    found = screened(rows).frame
    assert found["rule"].tolist() == ["trace-doubled"] * doubled
    assert found["result"].unique().tolist() == ["violation"]
    assert any("68" in words for words in found["evidence_zh"])


def test_one_code_settled_eight_times_is_one_code_and_seven_sales_of_money():
    rows = [sale(1, "V", day, person=f"P{day}") for day in range(8)] + [sale(2, "V", d) for d in (0, 9)]
    found = screened(rows).frame
    assert sorted(found["amount"]) == [50.0, 350.0]
    assert any("净销售8次" in words for words in found["evidence_zh"])


def test_linked_pharmacies_sell_what_another_province_sold_before():
    rows = [sale(n, "far", 0, person="A", region="62") for n in range(37)]
    rows += [sale(n, f"near{n % 9}", 33 if n % 2 else 62, person=f"B{n}", region="51") for n in range(37)]
    found = screened(rows).frame
    assert found["rule"].tolist() == ["trace-return-flow"] * 37
    assert found["hospital_id"].nunique() == 9
    assert not found["weak"].any()


def test_without_document_and_person_a_doubled_code_is_a_suspicion():
    rows = [{**sale(1, "H", day), "document_id": None} for day in (0, 5)]
    assert screened(rows).frame["result"].tolist() == ["suspicion"]


def test_uploads_again_returns_and_split_packs_are_no_sales():
    rows = [sale(1, "H", 0, document="A"), sale(1, "H", 0.001, document="A")]
    rows += [sale(2, "H", 0), sale(2, "H", 1, returned=1), sale(2, "H", 3)]
    rows += [sale(3, "H", day, split=1, pack_units=3) for day in range(3)]
    result = screened(rows)
    assert result.frame.empty
    assert (result.told["events_merged"], result.told["splits"]) == (1, 2)
    more = [*rows, sale(3, "H", 9, split=1, pack_units=3)]
    assert len(screened(more)) == 1  # a fourth sale of three units opens another box


def test_packs_of_packs_are_not_boxes():
    rows = [sale(1, "H", day, level="middle") for day in (0, 5)]
    assert screened(rows).frame.empty


def test_parts_of_the_table_change_no_finding(monkeypatch, tmp_path):
    rows = [sale(n % 90, f"H{n % 3}", n % 50, person=f"P{n % 7}") for n in range(400)]
    whole = screened(rows).frame.sort_values("finding")
    monkeypatch.setattr(screen, "_PART", 37)
    monkeypatch.setattr(screen, "_BATCH", 53)
    pl.DataFrame(rows).write_parquet(tmp_path / "sales.parquet")
    pl.DataFrame(rows).write_csv(tmp_path / "sales.csv")
    for source in (tmp_path / "sales.parquet", tmp_path / "sales.csv", rows[::-1]):
        parts = screened(source).frame.sort_values("finding")
        columns = ["finding", "rule", "amount", "evidence_zh"]
        assert parts[columns].to_numpy().tolist() == whole[columns].to_numpy().tolist()
    assert len(whole)


def test_sales_without_a_time_that_can_be_read_are_told(tmp_path):
    rows = [{**sale(1, "H", 0), "time": "gestern"}, {**sale(2, "H", 0), "time": "2025-01-02 10:00:00"}]
    pl.DataFrame(rows).write_csv(tmp_path / "sales.csv")
    assert screened(tmp_path / "sales.csv").told["dispensings_unusable"] == 1
