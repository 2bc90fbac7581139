"""Item rules on inputs of their kind: codes, refunds, periods, exemptions, and that order does not matter."""

import datetime

import polars as pl
import pytest

import drgsim
from drgsim.audit.codes import ChargedCodes, CodeIndex, mapped

DAY = datetime.datetime(2026, 3, 2, 9)


def line(code, *, quantity=1.0, price=10.0, hours=0.0, **more):
    time = DAY + datetime.timedelta(hours=hours)
    return {"visit_id": "V1", "time": time, "item_code": code, "quantity": quantity, "price": price, **more}


def screen(items, *, only, visit=None, **more):
    visits = [{"visit_id": "V1", "patient_id": "P1", "way": "inpatient", **(visit or {})}]
    return drgsim.audit(items=items, visits=visits, only=only, **more)


def test_a_local_code_counts_only_when_it_is_mapped():
    items = [line(None, local_code="H77", quantity=30.0, price=2.0, item_name="心电监测")]
    assert screen(items, only=["hour-items"]).frame.empty
    assert screen(items, only=["hour-items"]).told["lines_unmapped"] == 1
    found = screen(items, only=["hour-items"], mapping={"H77": "310701022"})
    assert found.frame["amount"].tolist() == [12.0]


def test_names_never_match():
    items = [line("9999", item_name="心电监测", quantity=30.0)]
    assert screen(items, only=["hour-items"]).frame.empty


def test_a_new_maker_of_a_listed_drug_is_a_weaker_match():
    listed, strange = "XG04CBD247E002010101503", "XG04CBD247E002010199999"
    found = screen([line(listed), line(strange)], only=["drug-sex"], visit={"sex": 2}).frame
    assert found["weak"].tolist() == [False, True]
    other_form = "XG04CBD247A001010199999"
    assert screen([line(other_form)], only=["drug-sex"], visit={"sex": 2}).frame.empty


def test_a_surcharge_is_not_its_item():
    index = CodeIndex()
    index.add("310603001", 0)
    assert index.lookup("003106030010000") == [(0, "code")]
    assert index.lookup("003106030010300") == [(0, "project")]
    assert index.lookup("003106030010001") == []
    codes = ["003106030010000", "003106030010300", "003106030010001"]
    assert index.met(ChargedCodes(codes)) == [(0, 0, "code"), (1, 0, "project")]
    assert mapped("310603001", None, {}) == ("003106030010000", "stated")


@pytest.mark.parametrize(
    ("refund", "left"),
    [
        ({"quantity": -4.0}, 0.0),
        ({"quantity": -1.0}, 1.0),
        ({"quantity": 4.0, "amount": -40.0}, 0.0),
        ({"quantity": 4.0, "price": -10.0}, 0.0),
        ({"quantity": -4.0, "original_line_id": "A"}, 0.0),
        ({"quantity": -4.0, "price": 7.0}, 2.0),
    ],
)
def test_refunds_are_taken_off_before_rules_look(refund, left):
    items = [line("310701022", quantity=26.0, line_id="A"), {**line("310701022", line_id="B"), **refund}]
    found = screen(items, only=["hour-items"])
    assert found.findings.get_column("quantity").sum() == left
    assert found.told["refunds"] == 1
    assert found.told.get("refunds_unmatched", 0) == (1 if refund.get("price") == 7.0 else 0)


def test_a_withdrawn_line_is_gone():
    items = [line("310701022", quantity=20.0), line("310701022", quantity=20.0, valid=0)]
    assert screen(items, only=["hour-items"]).frame.empty


def test_hours_over_a_day_are_those_that_came_last():
    items = [line("310701022", quantity=20.0), line("310701022", quantity=10.0, hours=3)]
    found = screen(items, only=["hour-items"]).frame
    assert found[["row", "quantity"]].values.tolist() == [[1, 6.0]]


def test_six_hours_and_the_same_hour():
    birth, check = "331400002", "310904004"
    assert len(screen([line(birth), line(check, hours=5.5)], only=["duplicate-charge"])) == 1
    assert len(screen([line(birth), line(check, hours=6.5)], only=["duplicate-charge"])) == 0
    pressure, monitor = "310702002", "310701022"
    assert len(screen([line(pressure), line(monitor, hours=0.5)], only=["duplicate-charge"])) == 1
    assert len(screen([line(pressure), line(monitor, hours=1.5)], only=["duplicate-charge"])) == 0


def test_a_pair_of_the_visit_spans_days():
    radical, partial = "331002005", "331002003"
    found = screen([line(radical, hours=0), line(partial, hours=72)], only=["duplicate-charge"]).frame
    assert found["item_code"].tolist() == ["003310020030000"]


def test_an_item_that_contains_itself_is_due_once():
    found = screen(
        [line("310207002", quantity=1.0), line("310207002", hours=2)], only=["duplicate-charge"]
    ).frame
    assert found[["row", "quantity"]].values.tolist() == [[1, 1.0]]


def test_methods_of_one_test_share_its_cycle():
    items = [
        line("002503020030000"),
        line("002503020030100", hours=24 * 5),
        line("002503020030000", hours=24 * 15),
    ]
    found = screen(items, only=["service-cycle"]).frame
    assert found["row"].tolist() == [1]


def test_the_cycle_runs_from_the_last_payable_one():
    items = [line("340200039", hours=24 * day) for day in (0, 10, 14, 27, 28)]
    assert screen(items, only=["service-cycle"]).frame["row"].tolist() == [1, 3]


def test_a_discounted_operation_is_as_it_should_be():
    dear, other = "331001014", "331001016"
    catalogue = [{"item_code": other, "standard_price": 2000.0}]
    full = [line(dear, price=3000.0, operation_id="1"), line(other, price=2000.0, operation_id="1")]
    half = [full[0], {**full[1], "price": 1000.0}]
    assert screen(full, only=["incision-discount"], items_catalogue=catalogue).frame["amount"].tolist() == [
        1000.0
    ]
    assert screen(half, only=["incision-discount"], items_catalogue=catalogue).frame.empty
    lever = {"incision-discount.share": 0.8}
    assert screen(full, only=["incision-discount"], levers=lever).frame["amount"].tolist() == [400.0]


def test_what_is_not_known_is_told_and_not_found():
    result = screen([line("XG04CBD247E002010101503")], only=["drug-sex"])
    assert result.frame.empty
    assert result.undecided == {"drug-sex": 1}
    assert "无法判断" in result.text("zh")


def test_one_line_found_by_two_rules_counts_once():
    items = [line("120100003", quantity=3.0, price=10.0)]
    visit = {"admission": "2026-03-02", "discharge": "2026-03-03"}
    found = screen(items, only=["day-items", "day-items-over-stay"], visit=visit)
    assert found.findings.get_column("amount").to_list() == [20.0, 20.0]
    assert found.findings.get_column("counted").sum() == 20.0


def test_row_order_changes_nothing():
    items = [line("310701022", quantity=float(n), hours=n, line_id=str(n)) for n in range(1, 9)]
    first = screen(items, only=["hour-items", "duplicate-charge"]).frame.sort_values("finding")
    second = screen(items[::-1], only=["hour-items", "duplicate-charge"]).frame.sort_values("finding")
    columns = ["finding", "rule", "quantity", "amount", "evidence_zh"]
    assert first[columns].values.tolist() == second[columns].values.tolist()


def test_tables_of_every_form_are_read_alike(tmp_path):
    import pandas as pd

    rows = [line("310701022", quantity=26.0, price=5.0)]
    frame = pd.DataFrame(rows)
    chinese = frame.set_axis(["就诊流水号", "费用发生时间", "医保项目编码", "数量", "单价"], axis=1)
    chinese.to_csv(tmp_path / "a.csv", index=False, encoding="gb18030")
    pl.DataFrame(rows).write_parquet(tmp_path / "a.parquet")
    with pd.ExcelWriter(tmp_path / "a.xlsx", engine="xlsxwriter") as book:
        chinese.to_excel(book, index=False, startrow=2)
    for source in (
        rows,
        frame,
        pl.DataFrame(rows),
        *map(tmp_path.joinpath, ("a.csv", "a.parquet", "a.xlsx")),
    ):
        assert drgsim.audit(items=source, only=["hour-items"]).frame["amount"].tolist() == [10.0]


def test_bad_cells_are_told_and_crash_nothing():
    rows = [
        line("310701022", quantity=26.0),
        line("310701022", quantity="viele"),
        {**line("1"), "time": "gestern"},
    ]
    result = drgsim.audit(items=[{k: str(v) for k, v in row.items()} for row in rows], only=["hour-items"])
    assert result.problems.select("row", "column").sort("row").rows() == [(1, "quantity"), (2, "time")]
    assert result.told["lines_unusable"] == 2
    assert len(result) == 1


def test_a_limit_in_words_is_a_checklist():
    result = screen([line("XC09CAA284A001010100553", price=30.0)], only=["limits-in-words"])
    row = result.checklist.row(0, named=True)
    assert (row["item"], row["lines"], row["amount"]) == ("阿利沙坦酯片", 1, 30.0)
    assert "诊断" in row["needs_zh"]


def test_rules_and_rows_of_a_day():
    import datetime

    before, after = datetime.date(2026, 1, 5), datetime.date(2026, 1, 6)
    items = [line("310701022", quantity=30.0)]
    assert screen(items, only=["hour-items"], on=before).frame.empty
    assert len(screen(items, only=["hour-items"], on=after)) == 1


def test_national_codes_of_levels_are_not_levels():
    """hosp_lv 01 is a tertiary hospital, 1 a primary one."""
    drug = "ZC01AAA0042010105549"
    visits = [{"mdtrt_id": "V1", "hosp_lv": code} for code in ("01",)]
    assert drgsim.audit(items=[line(drug)], visits=visits, only=["drug-level"]).frame.empty
    for code in ("1", "09", "14", "11", "一级"):
        visits = [{"mdtrt_id": "V1", "hosp_lv": code}]
        assert len(drgsim.audit(items=[line(drug)], visits=visits, only=["drug-level"])) == 1


def test_days_stated_stand_in_for_dates_and_funds_bear_their_share():
    visits = [{"visit_id": "V1", "way": "inpatient", "los": 11, "total_cost": 1000.0, "fund_total": 700.0}]
    items = [line("110200005", quantity=12.0, price=10.0)]
    found = drgsim.audit(items=items, visits=visits, only=["day-items-over-stay"]).frame
    assert found[["amount", "fund"]].to_numpy().tolist() == [[10.0, 7.0]]


def test_own_conditions_name_shipped_lists_of_codes():
    from drgsim.audit.facts import condition

    held = condition("diagnoses in @delivery and not diagnoses.first in @check_up", "item").holds(
        {"diagnoses": ["O80.000|Z37.000", "I10.x00"]}
    )
    assert held.tolist() == [True, False]
