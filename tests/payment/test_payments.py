"""The result object: displays without case rows, sums, comparison, explanation, trust."""

import numpy as np
import pandas as pd
import pytest

from drgsim.errors import ArgumentError, NotFoundError
from drgsim.payment.engine.ledger import Ledger, LedgerError

from .streets import column, street

ROWS = (
    {"case_id": "secret-1", "hospital_id": "H1"},
    {"case_id": "secret-2", "hospital_id": "H2", "insurance": "resident", "drg": "GZ13"},
    {"case_id": "secret-3", "hospital_id": "H2", "total_cost": None},
)
HIGH = {"outlier.high.method": "by_item", "outlier.high.threshold": 3}


def test_displays_show_totals_problems_and_trust_but_no_case():
    result = street(None, *ROWS)
    for text in (repr(result), result._repr_html_(), str(result)):
        assert "secret" not in text
        assert "25,000.00" in text
        assert "缺总费用" in text
        assert "1 of 1 parameters assumed" in text


def test_displays_say_which_stays_no_outlier_rule_could_look_at():
    changes = HIGH | {"outlier.basis": "group_mean"}
    weights = pd.DataFrame({"drg": ["ES13"], "weight": [1.0]})
    assert "for want of a mean cost 缺例均费用、未判倍率: 1" in repr(street(changes, {}, weights=weights))
    assert "for want" not in repr(street(changes, {}))


def test_sums_in_all_and_by_columns_of_cases_or_result():
    result = street(None, *ROWS)
    whole = result.summary().iloc[0]
    assert (whole["cases"], whole["not_payable"], whole["payment"], whole["cmi"]) == (3, 1, 25_000, 1.25)
    by_hospital = result.summary("hospital_id")
    assert by_hospital["payment"].to_dict() == {"H1": 10_000, "H2": 15_000}
    assert result.summary(["hospital_id", "status"]).index.names == ["hospital_id", "status"]
    with pytest.raises(ArgumentError, match="did you mean 'hospital_id'"):
        result.summary("hospitalid")


def test_comparison_by_payer_and_by_column():
    before, after = street(None, *ROWS), street({"standard.base_rate": 11_000}, *ROWS)
    assert before.compare(after).loc["payment"].tolist() == [25_000, 27_500, 2_500]
    assert before.compare(after, by="hospital_id")["change"]["borne_by_hospital"].to_dict() == {
        "H1": -1_000,
        "H2": -1_500,
    }
    with pytest.raises(ArgumentError, match="different cases"):
        before.compare(street(None, *ROWS[:2]))


def test_money_of_a_stay_that_cannot_be_paid_is_missing_not_zero():
    frame = street(None, {"total_cost": 5_000.0, "insurance": None}).frame
    assert frame["total_cost"].tolist() == [5_000.0]
    assert frame[["payment", "fund", "patient", "borne_by_hospital"]].isna().all(axis=None)


def test_the_chain_of_a_case_names_rules_values_and_sources_in_both_languages():
    result = street(HIGH, {"total_cost": 50_000.0})
    chinese, english = result.explain("C0"), result.explain("C0", "en")
    for text in (chinese, english):
        assert "[standard.base_rate]" in text
        assert "[outlier.high.threshold]" in text
        assert "R090 " in text.split("\n")[-1]  # what the source is
        assert "+40,000.00" in text
    assert "高倍率" in chinese
    assert "高倍率" not in english.replace("(按实际费用)", "")
    assert "cost is 5 times its basis" in english


def test_the_chain_of_a_stay_that_cannot_be_paid_says_why():
    assert "缺总费用" in street(None, *ROWS).explain("secret-3")


def test_a_case_that_is_not_there_is_not_explained():
    with pytest.raises(NotFoundError):
        street(None, *ROWS).explain("secret-9")


def test_cases_without_ids_are_explained_by_their_label():
    from drgsim.payment.pay import pay

    from .streets import WEIGHTS, cases, policy

    rows = cases({}).drop(columns="case_id").set_index(pd.Index(["row-7"]))
    assert "ES13" in pay(rows, policy(), weights=pd.DataFrame(WEIGHTS)).explain("row-7")


def test_trust_counts_the_parameters_that_were_read_and_set():
    result = street(HIGH, {})
    assert result.states["assumed"] == 3
    assert result.states["default"] > 10


def test_a_ledger_that_does_not_close_is_an_error():
    one = np.array([100])
    zero = np.zeros(1, np.int64)
    names = (
        "total_cost", "carved_out", "standard", "payment", "fund_by_item", "fund", "fund_care_region",
        "catastrophic", "medical_aid", "other_funds", "commercial", "patient", "borne_by_hospital",
    )  # fmt: skip
    columns = dict.fromkeys(names, zero) | {"total_cost": one, "payment": one, "fund": one}
    Ledger(adjustments={"standard": one}, **columns).check()
    with pytest.raises(LedgerError, match=r"0\.01 yuan"):
        Ledger(adjustments={"standard": one}, **columns | {"patient": np.array([1])}).check()
    with pytest.raises(LedgerError, match="adjustments"):
        Ledger(adjustments={"standard": zero}, **columns).check()


def test_every_route_has_words():
    from drgsim.payment.engine.problems import Unpaid
    from drgsim.payment.engine.state import Review, Route
    from drgsim.payment.engine.steps.routes import ROUTE_WORDS
    from drgsim.payment.engine.steps.special_review import REVIEW_WORDS

    assert set(ROUTE_WORDS) == set(Route)
    assert set(REVIEW_WORDS) == set(Review)
    assert all(problem.zh and problem.en for problem in Unpaid if problem)


def test_adjustments_are_columns_of_their_own():
    frame = street(HIGH | {"tcm.support": 0.1}, {"total_cost": 50_000.0}).frame
    assert frame["adjust_high_outlier"].tolist() == [40_000.0]
    assert frame["adjust_tcm_support"].tolist() == [5_000.0]
    assert column(street(HIGH, {}), "payment") == [10_000.0]


def test_a_workbook_of_a_result(tmp_path):
    calamine = pytest.importorskip("python_calamine")
    pytest.importorskip("xlsxwriter")
    target = tmp_path / "paid.xlsx"
    street(HIGH, {"total_cost": 50_000.0}, *ROWS).to_excel(target)
    book = calamine.CalamineWorkbook.from_path(target)
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert list(sheets) == ["汇总", "明细", "无法付费", "说明"]
    assert [row[0] for row in sheets["汇总"]] == ["险种", "employee", "resident", "合计"]
    row = dict(zip(sheets["明细"][0], sheets["明细"][1], strict=True))
    assert (row["付费途径"], row["倍率类别"], row["调整:高倍率病例"]) == ("病组付费", "高倍率病例", 40_000)
    assert len(sheets["无法付费"]) == 2


def test_arrow_tables_are_paid_like_frames():
    pa = pytest.importorskip("pyarrow")
    from drgsim.payment.pay import pay

    from .streets import WEIGHTS, cases, policy

    rows = cases({}, {"total_cost": 30_000.0})
    table = pay(pa.Table.from_pandas(rows), policy(), weights=pd.DataFrame(WEIGHTS)).frame
    pd.testing.assert_frame_equal(table, pay(rows, policy(), weights=pd.DataFrame(WEIGHTS)).frame)
