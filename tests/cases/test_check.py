"""Checks: the rules as data, and each kind of rule on the smallest case that breaks it."""

import csv
import gzip

import numpy as np
import pandas as pd
import pytest

from drgsim import check_cases, read_cases
from drgsim.cases import ProblemTable, case_columns, check_rules
from drgsim.cases.case_arrays import CaseArrays
from drgsim.cases.case_errors import CheckRuleError, ConditionError, NotACaseTableError
from drgsim.cases.check import check_rows as rows_of
from drgsim.cases.check_kinds import CHECKS
from drgsim.cases.conditions.case_facts import holds, total
from drgsim.cases.conditions.code_sets import hits
from drgsim.cases.named_codes import named_codes
from drgsim.codes import Catalogue
from drgsim.sources import STATES, load

from .test_published_rules import BROKEN as PUBLISHED

FINE = {
    "case_id": "1", "sex": 2, "age": 61, "los": 6, "discharge": 1, "diagnoses": "K80.100x001|E11.900",
    "procedures": "51.2300", "admission_date": "2024-01-05", "discharge_date": "2024-01-11",
    "total_cost": 100.0, "drug_cost": 40.0, "consumable_cost": 10.0, "examination_cost": 20.0,
    "procedure_cost": 20.0, "nursing_cost": 5.0, "other_cost": 5.0, "out_of_scope": 10.0, "over_limit": 0.0,
    "prepaid_share": 5.0, "in_scope": 85.0, "fund_total": 60.0, "patient_paid": 40.0, "account_paid": 10.0,
    "cash_paid": 30.0, "payment_ratio": 0.8,
}  # fmt: skip
NEWBORN = {"sex": 1, "age": 0, "age_days": 3, "birth_weight": 3150, "admission_weight": 3100,
           "diagnoses": "P59.201", "procedures": ""}  # fmt: skip


def found(*changes, rules=None):
    """(rule, column, got) for every finding in cases that differ from a fine one by `changes`."""
    frame = check_cases(
        read_cases(pd.DataFrame([{**FINE, **change} for change in changes])), rules=rules
    ).frame
    return [tuple(row) for row in frame[["rule", "column", "got"]].to_numpy().tolist()]


def test_a_fine_case_is_fine(string_backend):
    assert found({}) == []
    assert found(NEWBORN) == []


# what is changed in the fine case → (rule, column, got)
BROKEN = [
    ({"case_id": ""}, ("case-id-missing", "case_id", "(hidden)")),
    ({"diagnoses": "|I10.x00x002"}, ("principal-missing", "diagnoses", "|I10.x00x002")),
    ({"diagnoses": ""}, ("principal-missing", "diagnoses", "")),
    ({"procedures": "|51.2300"}, ("main-procedure-missing", "procedures", "|51.2300")),
    ({"diagnoses": "I10.x00x002||E11.900"}, ("diagnosis-gap", "diagnoses", "I10.x00x002||E11.900")),
    ({"procedures": "51.2300||54.5100x005"}, ("procedure-gap", "procedures", "51.2300||54.5100x005")),
    ({"diagnoses": "I10.999|E11.900"}, ("principal-unknown", "diagnoses", "I10.999")),
    ({"diagnoses": "I10.x00x002|E11.xyz|?"}, ("diagnosis-unknown", "diagnoses", "E11.xyz ?")),
    ({"procedures": "51.9999x|51.2300"}, ("main-procedure-unknown", "procedures", "51.9999x")),
    ({"procedures": "51.2300|51.9999x"}, ("procedure-unknown", "procedures", "51.9999x")),
    ({"diagnoses": "A00.000"}, ("principal-gray", "diagnoses", "A00.000")),
    ({"diagnoses": "I10.x00x002|A00.000"}, ("diagnosis-gray", "diagnoses", "A00.000")),
    ({"procedures": "51.2300|00.0200"}, ("procedure-gray", "procedures", "00.0200")),
    ({"diagnoses": "I10.x00x002|E11.900|E11.900"}, ("diagnosis-repeated", "diagnoses", "E11.900")),
    ({"procedures": "51.2300|51.2300"}, ("procedure-repeated", "procedures", "51.2300")),
    ({"diagnoses": "W01.x00"}, ("principal-external-cause", "diagnoses", "W01.x00")),
    ({"diagnoses": "Z85.001"}, ("principal-history", "diagnoses", "Z85.001")),
    ({"diagnoses": "R65.900"}, ("principal-inflammatory-response", "diagnoses", "R65.900")),
    ({"diagnoses": "I50.900x010"}, ("principal-heart-function", "diagnoses", "I50.900x010")),
    ({"procedures": "39.6400"}, ("main-procedure-not-allowed", "procedures", "39.6400")),
    ({"age": 30, "diagnoses": "O80.000"}, ("delivery-without-outcome", "diagnoses", "O80.000")),
    ({"diagnoses": "I10.x00x002|P10.000"}, ("birth-injury-after-infancy", "diagnoses", "P10.000")),
    ({"diagnoses": "P59.201"}, ("perinatal-after-infancy", "diagnoses", "P59.201")),
    ({"discharge": 5, "diagnoses": "K35.301"}, ("low-risk-death", "diagnoses", "K35.301")),
    ({"age": 8, "diagnoses": "O02.100"}, ("obstetric-too-young", "diagnoses", "O02.100")),
    ({"age": 77, "diagnoses": "O02.100"}, ("obstetric-too-old", "diagnoses", "O02.100")),
    ({"sex": 1, "diagnoses": "N83.201"}, ("sex-female-diagnoses", "diagnoses", "N83.201")),
    ({"sex": 2, "diagnoses": "N40.x00"}, ("sex-male-diagnoses", "diagnoses", "N40.x00")),
    ({"sex": 1, "procedures": "68.4100"}, ("sex-female-procedures", "procedures", "68.4100")),
    ({"sex": 2, "procedures": "60.5x01"}, ("sex-male-procedures", "procedures", "60.5x01")),
    ({"sex": None}, ("sex-missing", "sex", "")),
    ({"sex": 9}, ("sex-not-stated", "sex", "9")),
    ({"sex": 3}, ("value-unknown", "sex", "3")),
    ({"age": None}, ("age-missing", "age", "")),
    ({"age": 140}, ("age-out-of-range", "age", "140")),
    ({"age": -1}, ("age-out-of-range", "age", "-1")),
    ({"age_days": 20}, ("age-days-too-small", "age_days", "20")),
    ({**NEWBORN, "age_days": 400, "birth_weight": 0}, ("age-days-too-large", "age_days", "400")),
    ({**NEWBORN, "age_days": None}, ("age-days-missing", "age_days", "")),
    ({**NEWBORN, "birth_weight": None}, ("newborn-weight-missing", "birth_weight", "")),
    ({**NEWBORN, "birth_weight": 0}, ("newborn-weight-zero", "birth_weight", "0")),
    ({**NEWBORN, "admission_weight": None}, ("newborn-admission-weight-missing", "admission_weight", "")),
    ({**NEWBORN, "birth_weight": 31}, ("birth-weight-out-of-range", "birth_weight", "31")),
    ({**NEWBORN, "admission_weight": 99000}, ("admission-weight-out-of-range", "admission_weight", "99000")),
    ({"birth_weight": 3150}, ("birth-weight-after-infancy", "birth_weight", "3150")),
    ({"los": 3}, ("los-against-dates", "los", "3 days, dates say 6")),
    ({"los": None}, ("los-from-dates", "los", "6 d")),
    ({"discharge": None}, ("discharge-missing", "discharge", "")),
    ({"discharge": 7}, ("value-unknown", "discharge", "7")),
    ({"discharge": "-"}, ("declared-not-applicable", "discharge", "")),
    ({"ventilation_hours": 500}, ("ventilation-longer-than-stay", "ventilation_hours", "500")),
    ({"icu_hours": -2}, ("icu-negative", "icu_hours", "-2")),
    ({"insured_region": "230100", "care_region": "110000"}, ("registration-missing", "registration", "")),
    ({"insured_region": "110000", "care_region": "110000", "registration": "referral"},
     ("registration-not-needed", "registration", "referral")),
    ({"payment_ratio": 80}, ("payment-ratio-out-of-range", "payment_ratio", "80")),
    ({"drug_cost": 50.0}, ("parts-against-total", "total_cost", "differs by -10.00")),
    ({"in_scope": 80.0}, ("scope-against-total", "total_cost", "differs by 5.00")),
    ({"account_paid": 0.0}, ("patient-against-payments", "patient_paid", "differs by 10.00")),
]  # fmt: skip


def test_a_length_of_stay_that_no_dates_give_is_missing():
    assert ("los-missing", "los", "") in found({**FINE, "los": None, "discharge_date": None})


@pytest.mark.parametrize(("change", "expected"), BROKEN, ids=[expected[0] for _, expected in BROKEN])
def test_a_rule_finds_what_breaks_it_and_nothing_else(change, expected):
    got = found({**FINE, **change, "registration": change.get("registration")})
    assert expected in got
    # a value that could not be read is missing too, and says so
    assert {rule for rule, _, _ in got} - {expected[0]} <= {"sex-missing", "discharge-missing"}


def test_money_rules_that_come_together():
    assert {rule for rule, _, _ in found({"total_cost": -1.0})} >= {
        "money-negative",
        "part-over-total",
        "funds-over-cost",
    }
    assert ("money-below-fen", "nursing_cost", "5.001") in found({"nursing_cost": 5.001})
    assert ("total-cost-zero", "total_cost", "0") in found({"total_cost": 0.0})
    assert ("funds-against-total", "fund_total", "differs by 10.00") in found({
        "fund_basic": 50.0, "fund_civil_servant": 0.0, "fund_enterprise": 0.0, "fund_catastrophic": 0.0,
        "fund_large_claim": 0.0, "fund_medical_aid": 0.0, "fund_other": 0.0,
    })  # fmt: skip
    assert ("patient-against-total", "patient_paid", "differs by 5.00") in found({"patient_paid": 45.0})


def test_a_missing_part_is_not_taken_for_zero():
    assert found({"nursing_cost": None}) == []


def test_dates():
    assert "dates-reversed" in {rule for rule, _, _ in found({"discharge_date": "2024-01-01"})}
    assert found({"discharge_date": "2024-01-05", "los": 1}) == []
    assert found({"discharge_date": "2024-01-11 23:00", "admission_date": "2024-01-05 01:00"}) == []


def test_duplicates():
    assert found({}, {}, {"case_id": "2"}, rules=["case-id-duplicate"]) == [
        ("case-id-duplicate", "case_id", "(hidden)"),
        ("case-id-duplicate", "case_id", "(hidden)"),
    ]
    same = [{"patient_id": "p"}, {"patient_id": "p", "case_id": "2"}, {"patient_id": None, "case_id": "3"}]
    assert len(found(*same, rules=["stay-duplicate"])) == 2


def test_every_rule_has_a_case_that_breaks_it():
    """Rules of one-to-one kinds are all in BROKEN; the others in the tests around it."""
    tried = {expected[0] for _, expected in BROKEN}
    elsewhere = {
        "case-id-duplicate", "stay-duplicate", "dates-reversed", "money-negative", "money-below-fen",
        "part-over-total", "funds-over-cost", "funds-against-total", "patient-against-total",
        "total-cost-zero", "total-cost-missing",
        "case-id-rounded", "age-days-negative", "los-negative", "los-long", "ventilation-negative",
        "icu-longer-than-stay", "sex-not-listed", "discharge-not-listed", "insurance-not-listed",
        "registration-not-listed", "hospital-level-not-listed", "new-technology-category-not-listed",
        "hospital-kind-not-listed", "stay-kind-not-listed",
        "new-technology-year-low", "return-24h", "return-48h", "return-31-days", "split-admission",
        "los-missing", "complication-perhaps-missed-by-items", "procedure-not-charged",
    }  # fmt: skip
    tried |= {one[1] for one in PUBLISHED}  # test_published_rules.py
    checks = {rule.id for rule in check_rules().values() if rule.kind != "reading"}
    assert checks - tried - elsewhere == set()


def test_values_that_never_went_through_a_reader():
    cases = pd.DataFrame({
        "sex": [7, 1], "discharge": [8, 1], "insurance": ["x", "employee"], "registration": ["x", None],
        "hospital_kind": ["x", "tcm"], "stay_kind": ["y", "day_ward"],
        "hospital_level": [9, 3], "los": [-1, 400], "age_days": [-5, None], "ventilation_hours": [-1.0, None],
        "icu_hours": [1e4, None], "new_technology_category": ["x", "drug"], "new_technology_year": [0, 1],
        "total_cost": [None, 1.0], "diagnoses": ["I10.x00x002", "I10.x00x002"],
    })  # fmt: skip
    rules = set(check_cases(cases).frame["rule"])
    assert rules >= {
        "sex-not-listed", "discharge-not-listed", "insurance-not-listed", "registration-not-listed",
        "hospital-kind-not-listed", "stay-kind-not-listed",
        "hospital-level-not-listed", "los-negative", "los-long", "age-days-negative", "ventilation-negative",
        "icu-longer-than-stay", "total-cost-missing", "case-id-missing",
        "new-technology-category-not-listed", "new-technology-year-low",
    }  # fmt: skip


def test_a_column_every_case_needs_is_missed_once():
    problems = check_cases(pd.DataFrame({"case_id": ["1", "2"], "diagnoses": ["I10.x00x002"] * 2}))
    missed = problems.frame[problems.frame["got"] == "no such column"]
    assert set(missed["rule"]) >= {"sex-missing", "age-missing", "los-missing"}
    assert missed["row"].isna().all()
    assert problems.worst(pd.RangeIndex(2)).isna().all()


def test_status_by_row_and_summary():
    problems = check_cases(pd.DataFrame([{**FINE, "sex": None}, FINE, {**FINE, "los": None}]))
    worst = problems.worst(pd.RangeIndex(3))
    assert worst.tolist()[0] == "error"
    assert pd.isna(worst.tolist()[1]) is False  # the case id occurs three times
    assert problems.counts()["error"] == 4
    summary = problems.summary()
    assert summary["severity"].tolist() == sorted(summary["severity"], key=["error", "warning", "hint"].index)
    assert summary["count"].sum() == len(problems)


def test_displays_show_counts_and_never_a_case():
    problems = check_cases(pd.DataFrame([{**FINE, "case_id": "SECRET-7", "diagnoses": "QQQ"}]))
    for shown in (repr(problems), problems._repr_html_()):
        assert "principal-unknown" in shown
        assert "SECRET-7" not in shown
        assert "QQQ" not in shown
    assert "secondary" in repr(problems)  # the trust state of the rule is always beside it
    assert repr(check_cases(pd.DataFrame([FINE]))) == "ProblemTable: no problems"


def test_order_of_rows_does_not_matter():
    rows = [{**FINE, **change, "case_id": str(n)} for n, (change, _) in enumerate(BROKEN)]
    forward = read_cases(pd.DataFrame(rows))
    problems = check_cases(forward).frame
    shuffled = check_cases(forward.sample(frac=1, random_state=3)).frame
    keys = ["row", "column", "rule", "got"]
    for frame in (problems, shuffled):
        frame["row"] = frame["row"].fillna(-1).astype(int)
    assert sorted(map(tuple, problems[keys].to_numpy())) == sorted(map(tuple, shuffled[keys].to_numpy()))


def test_cases_left_out_take_their_reading_problems_with_them(file):
    cases = read_cases(file("a.csv", "case_id,age,diagnoses\n1,x,I10.x00x002\n2,y,I10.x00x002\n"))
    assert check_cases(cases, rules=["unreadable"]).frame["case"].tolist() == ["1", "2"]
    assert check_cases(cases.iloc[1:], rules=["unreadable"]).frame["case"].tolist() == ["2"]


def test_the_table_of_checks_is_sound():
    for rule in check_rules().values():
        assert rule.kind == "reading" or rule.kind in CHECKS, rule.id
        assert rule.zh, rule.id
        assert rule.en, rule.id
        assert set(rule.columns) <= case_columns().keys(), rule.id
        assert STATES.index(rule.state) >= STATES.index(load()[rule.source].state), rule.id


def test_sex_specific_lists_hold_no_code_of_the_other_sexes_category(shared):
    path = shared / "reference" / "schemes" / "chs_drg_2_0" / "mdc_diagnosis.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        codes = [(row["mdc"], row["code"]) for row in csv.DictReader(file)]
    catalogue = Catalogue.load("diagnosis")
    of = {
        mdc: [catalogue.id_of(code) for own, code in codes if own == mdc] for mdc in ("MDCM", "MDCN", "MDCO")
    }
    male, female = named_codes("male-diagnoses"), named_codes("female-diagnoses")
    assert not female[of["MDCM"]].any()
    assert not male[of["MDCN"]].any()
    assert not male[of["MDCO"]].any()
    assert np.mean(female[of["MDCN"]]) > 0.8
    assert np.mean(male[of["MDCM"]]) > 0.75
    assert np.mean(female[of["MDCO"]]) > 0.99
    assert not (male & female).any()


def test_the_low_risk_list_is_whole():
    words = {
        code[:3]
        for code, hit in zip(Catalogue.load("diagnosis").codes, named_codes("low-risk"), strict=True)
        if hit
    }
    assert {"A18", "K80", "Z51", "H11"} <= words
    assert len(words) == 115 - 1  # I84 has no code in the insurance edition


def test_conditions_and_sums():
    arrays = CaseArrays(pd.DataFrame({
        "age": [0, 5, None], "los": [1, 2, 3],
        "insured_region": ["a", "b", None], "care_region": ["a", "c", "c"],
    }))  # fmt: skip
    assert holds("age=0 & los<2", arrays).tolist() == [True, False, False]
    assert holds("age!=0", arrays).tolist() == [False, True, False]
    assert holds("insured_region!=care_region", arrays).tolist() == [False, True, False]
    assert holds('insured_region="b"', arrays).tolist() == [False, True, False]
    assert holds("icu_hours>0", arrays).tolist() == [False, False, False]
    assert total("24*los + 24 - age", arrays).tolist()[:2] == [48.0, 67.0]
    for wrong in ("age ~ 3", "agee=3"):
        with pytest.raises(ConditionError):
            holds(wrong, arrays)
    for wrong in ("los ** 2", "loss"):
        with pytest.raises(ConditionError):
            total(wrong, arrays)


def test_what_is_no_table_of_cases_is_refused():
    for wrong in ([1], pd.DataFrame({"price": [1]})):
        with pytest.raises(NotACaseTableError):
            check_cases(wrong)
    with pytest.raises(CheckRuleError, match="did you mean 'sex-missing'"):
        check_cases(pd.DataFrame([FINE]), rules=["sex-mising"])


def test_texts_that_repeat_are_held_once_and_only_those_that_occur():
    rows = [{**FINE, "case_id": str(number), "los": -1, "sex": None} for number in range(3)]
    first, second = (
        check_cases(pd.DataFrame(rows), rules=[rule]) for rule in ("los-negative", "sex-missing")
    )
    joined = ProblemTable.joined([first, second]).frame
    assert joined["rule"].cat.categories.tolist() == sorted(set(joined["rule"]))
    part = ProblemTable(joined[joined["rule"] == "los-negative"])
    again = ProblemTable.joined([part, first]).frame
    assert again["rule"].cat.categories.tolist() == ["los-negative"]
    assert again["severity"].cat.categories.tolist() == ["error", "warning", "hint"]
    assert {"row", "case", "got"} == set(again.columns[again.dtypes.map(str) == "object"])


def test_rows_of_a_case_are_those_of_the_table():
    cases = pd.DataFrame({
        "case_id": ["a", None, "c"], "sex": [1, 2, 1], "age": [40, 300, 5],
        "diagnoses": ["I10.x00|O80.000", "", "K80.101|K80.101"], "patient_id": ["x", "x", "y"],
        "total_cost": [1.234, -1.0, 5.0],
    })  # fmt: skip
    for some in (cases, cases.iloc[:1], cases.iloc[1:2], cases.drop(columns="case_id")):
        table = check_cases(some)
        rows, lacking = rows_of(some)
        assert len(rows) == len(table) > 0
        assert rows == table.rows()
        assert lacking == list(dict.fromkeys(table.not_checked["column"]))


def test_rows_of_a_case_that_was_read_hold_what_reading_found_and_their_place_in_the_sheet(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(
        "某院\n病案号,性别,年龄,主要诊断编码,总费用\na,男,300,O80.000,约三百\nb,女,x,,5\n", encoding="utf-8"
    )
    cases = read_cases(path)
    for some in (cases, cases.iloc[1:], cases.iloc[:0]):
        table = check_cases(some)
        rows, lacking = rows_of(some)
        assert rows == table.rows()
        assert lacking == list(dict.fromkeys(table.not_checked["column"]))
    numbers = {row["case"]: row["sheet_row"] for row in rows_of(cases)[0] if row["case"]}
    assert numbers == {"a": 3, "b": 4}
    got = {(row["case"], row["column"], row["got"]) for row in rows_of(cases)[0]}
    assert {("a", "total_cost", "约三百"), ("b", "age", "x"), ("a", "age", "300")} <= got


def test_what_a_catalogue_was_asked_is_kept_and_cannot_be_written_into():
    codes = ("A00.000", "B01.100", "B02.200")
    first = hits(codes, ["B01-B02"])
    assert first.tolist() == [False, True, True]
    assert hits(codes, ["B01-B02"]) is first
    assert hits(codes, ["B02*"]).tolist() == [False, False, True]
    assert hits(("B01.100",), ["B01-B02"]).tolist() == [True]
    with pytest.raises(ValueError, match="read-only"):
        first[0] = True
