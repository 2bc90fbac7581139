"""The published rules Q01 to Q17 and warnings W01 to W08: each broken, and each kept."""

from datetime import date, timedelta

import pandas as pd
import pytest

from drgsim import check_cases
from drgsim.cases import check_rules

CASE = {
    "case_id": "1", "sex": 2, "age": 61, "los": 6, "discharge": 1, "diagnoses": "K80.100x001|E11.900",
    "procedures": "51.2300", "admission_date": "2024-01-05", "discharge_date": "2024-01-11",
    "birth_date": "1962-03-01", "total_cost": 10000.0,
}  # fmt: skip
MOTHER = {"age": 28, "birth_date": None, "procedures": "74.1x01"}
BABY = {"age": 0, "birth_date": None, "procedures": "", "diagnoses": "P59.201", "birth_weight": 3000}
SOON = (date.today() + timedelta(days=3)).isoformat()

# what is changed, the rule that finds it, its column, and words of got or of the proposal
BROKEN = [
    ({**MOTHER, "diagnoses": "O82.000|Z37.000x001", "birth_weight": None},
     "mother-weights-missing", "birth_weight", ""),
    ({**MOTHER, "diagnoses": "O34.201|Z37.201", "birth_weight": 0},
     "mother-weights-missing", "birth_weight", ""),
    ({**MOTHER, "diagnoses": "O82.000|Z37.000x001", "birth_weight": 950980}, "birth-weight-out-of-range",
     "birth_weight", "950,980"),
    ({**MOTHER, "diagnoses": "O82.000|Z37.201", "children_birth_weights": "2400|24"},
     "mother-weights-out-of-range",
     "children_birth_weights", "24"),
    ({**BABY, "age_days": 28, "admission_weight": None},
     "newborn-admission-weight-missing", "admission_weight", ""),
    ({**BABY, "age_days": 3, "admission_weight": 10000},
     "admission-weight-out-of-range", "admission_weight", ""),
    ({**BABY, "age_days": 3, "admission_weight": 3.1},
     "admission-weight-out-of-range", "admission_weight", "3100 克"),
    ({**BABY, "age_days": 200, "admission_weight": 50},
     "infant-admission-weight-range", "admission_weight", ""),
    ({**BABY, "age_days": 3, "newborn_admission_type": None}, "newborn-admission-type-missing",
     "newborn_admission_type", ""),
    ({"los": 5}, "los-against-dates", "los", "应为 6 天"),
    ({"los": 0, "discharge_date": "2024-01-05"}, "los-zero", "los", "应为 1 天"),
    ({"diagnoses": "S72.000", "external_causes": None}, "external-cause-missing", "external_causes", ""),
    ({"diagnoses": "T39.101", "external_causes": ""}, "external-cause-missing", "external_causes", ""),
    ({"diagnoses": "S72.000", "external_causes": "I10.x00x002"},
     "external-cause-not-one", "external_causes", "I10"),
    ({"diagnoses": "R50.900"}, "principal-symptom", "diagnoses", "R50.900"),
    ({"diagnoses": "Z98.800x210"}, "principal-factor", "diagnoses", "Z98.800x210"),
    ({"diagnoses": "B96.200"}, "principal-organism", "diagnoses", "B96.200"),
    ({"diagnoses": "J96.900x001"}, "principal-respiratory-failure", "diagnoses", "J96.900x001"),
    ({"admission_conditions": "4|1"}, "principal-acquired", "admission_conditions", "4"),
    ({"procedures": "96.7201", "los": 3, "discharge_date": "2024-01-08", "ventilation_hours": 96},
     "ventilation-96-short-stay", "procedures", "96.7201"),
    ({"procedures": "96.7201", "ventilation_hours": 90},
     "ventilation-96-short-stay", "procedures", "96.7201"),
    ({"procedures": "96.7101", "ventilation_hours": 120},
     "ventilation-under-96-long", "procedures", "96.7101"),
    ({"procedures": "96.7101", "ventilation_hours": None},
     "ventilation-hours-missing", "ventilation_hours", ""),
    ({**MOTHER, "diagnoses": "O80.000|Z37.000x001"}, "caesarean-with-spontaneous", "diagnoses", "O80.000"),
    ({**MOTHER, "diagnoses": "O82.000|Z37.000x001", "procedures": ""},
     "caesarean-diagnosis-without-procedure",
     "procedures", ""),
    ({**MOTHER, "diagnoses": "O80.000|Z37.000x001", "procedures": "72.1x00"}, "spontaneous-with-instruments",
     "diagnoses", "O80.000"),
    ({**MOTHER, "diagnoses": "O81.000|Z37.000x001", "procedures": ""}, "instruments-without-procedure",
     "procedures", ""),
    ({**MOTHER, "diagnoses": "O34.201|O80.000|Z37.000x001"},
     "both-ways-of-delivery", "procedures", "74.1x01"),
    ({**MOTHER, "diagnoses": "O34.201"}, "delivery-without-outcome", "diagnoses", ""),
    ({"sex": 1, "age": 6, "birth_date": None, "diagnoses": "N40.x00"},
     "age-prostate", "diagnoses", "N40.x00"),
    ({**BABY, "age_days": 5, "diagnoses": "H25.900"}, "age-old", "diagnoses", "H25.900"),
    ({"age": 20, "birth_date": None, "diagnoses": "G30.900"}, "age-degenerative", "diagnoses", "G30.900"),
    ({"age": 20, "birth_date": None, "diagnoses": "N95.100"}, "age-menopause", "diagnoses", "N95.100"),
    ({"age": 70, "birth_date": None, "diagnoses": "N91.200"}, "age-menstruation", "diagnoses", "N91.200"),
    ({"sex": 1, "diagnoses": "N92.000"}, "sex-female-diagnoses", "diagnoses", "N92.000"),
    ({"diagnoses": "K80.100x001|P22.000"}, "age-newborn", "diagnoses", "P22.000"),
    ({"diagnoses": "K80.100x001|D46.700x007"}, "age-infant", "diagnoses", "D46.700x007"),
    ({"sex": 1, "age": 6, "birth_date": None, "procedures": "60.5x01"},
     "age-child-procedure", "procedures", "60.5x01"),
    ({"birth_date": "2024-02-01", "age": None}, "admission-before-birth", "birth_date", ""),
    ({"age": 60}, "age-against-birth-date", "age", "按日期应为 61 岁"),
    ({**BABY, "birth_date": "2024-01-01", "age_days": 9}, "age-days-against-birth-date", "age_days", "4"),
    ({"discharge_date": SOON, "los": None}, "date-in-future", "discharge_date", ""),
    ({"procedure_dates": "2024-01-12"}, "procedure-outside-stay", "procedure_dates", "2024-01-12"),
    ({"procedures": "51.2300|54.5100x005", "procedure_dates": "2024-01-07 10:00|2024-01-04"},
     "procedure-outside-stay", "procedure_dates", "2024-01-04"),
    ({"diagnoses": "I10.x00x002", "diagnosis_names": "胆囊结石"},
     "diagnosis-name", "diagnosis_names", "的编码是 K80.20"),
    ({"procedure_names": "全髋关节置换"}, "procedure-name", "procedure_names", "腹腔镜下胆囊切除术"),
    ({"diagnosis_count": 3}, "diagnosis-count", "diagnosis_count", "应为 2"),
    ({"procedure_count": 0}, "procedure-count", "procedure_count", "应为 1"),
    ({"procedures": "", "surgery_cost": 1200.0}, "surgery-fee-without-procedure", "surgery_cost", ""),
    ({"procedures": "", "anaesthesia_cost": 800.0},
     "anaesthesia-fee-without-procedure", "anaesthesia_cost", ""),
    ({"surgery_cost": 0.0}, "procedure-without-surgery-fee", "surgery_cost", ""),
    ({"nursing_cost": 0.0}, "nursing-fee-zero", "nursing_cost", ""),
    ({"general_service_cost": 0.0}, "general-service-fee-zero", "general_service_cost", ""),
    ({"ventilation_stated": "1/25/0"}, "ventilation-stated-form", "ventilation_stated", "1/25/0"),
    ({"coma_before_admission": "0/3/61"}, "coma-form", "coma_before_admission", "0/3/61"),
    ({"coma_after_admission": "5小时"}, "coma-form", "coma_after_admission", "5小时"),
    ({"discharge": 2, "receiving_institution": None},
     "receiving-institution-missing", "receiving_institution", ""),
    ({"discharge": 5, "autopsy": None}, "autopsy-missing", "autopsy", ""),
    ({"discharge": 1, "autopsy": "1"}, "autopsy-without-death", "autopsy", ""),
    ({"procedures": "", "los": 2, "discharge_date": "2024-01-07", "examination_cost": 7000.0},
     "low-standard-admission", "los", ""),
    ({"diagnoses": "R50.900|J18.900"}, "principal-choice-symptom", "diagnoses", "J18.900 肺炎"),
    ({"diagnoses": "I25.103|E11.900|I21.401"}, "principal-choice-acute", "diagnoses", "I21.401"),
    ({"diagnoses": "I10.x00x002|K80.100x001"}, "principal-choice-operated", "diagnoses", "K80.100x001"),
    ({"procedures": "96.7101", "ventilation_hours": 9},
     "complication-perhaps-missed", "procedures", "呼吸衰竭"),
    ({"los": 35, "discharge_date": "2024-02-09"}, "los-over-30", "los", ""),
    ({"los": 66, "discharge_date": "2024-03-11"}, "los-over-60", "los", ""),
    ({"diagnoses": "M17.100"}, "principal-gray", "diagnoses", "M17.101 原发性单侧膝关节病"),
    ({"discharge": 5, "diagnoses": "K35.301"}, "low-risk-death", "diagnoses", "K35.301"),
]  # fmt: skip


def found(*changes, rules=None):
    return check_cases(pd.DataFrame([{**CASE, **change} for change in changes]), rules=rules).frame


@pytest.mark.parametrize(
    ("change", "rule", "column", "words"), BROKEN, ids=[f"{n}-{b[1]}" for n, b in enumerate(BROKEN)]
)
def test_what_breaks_a_published_rule_is_told_with_the_column_to_correct(change, rule, column, words):
    told = found(change, rules=[rule])
    assert told["column"].tolist() == [column]
    assert words in told["got"].item() or words in told["proposal"].item()
    assert told["zh"].item()
    assert told["number"].item()[:1] in ("Q", "W", "")


# what breaks none of the rules named
KEPT = [
    ({**MOTHER, "diagnoses": "O82.000|Z37.201", "birth_weight": None, "children_birth_weights": "950|980"},
     ["Q01"]),
    ({**MOTHER, "diagnoses": "O83.400", "procedures": "", "birth_weight": None},
     ["Q01", "delivery-without-outcome"]),
    ({**MOTHER, "diagnoses": "O82.000|Z37.000x001", "birth_weight": 3200}, ["Q01"]),
    ({**BABY, "age_days": 29, "admission_weight": None, "newborn_admission_type": None}, ["Q02"]),
    ({"los": 1, "discharge_date": "2024-01-05"}, ["Q03"]),
    ({"diagnoses": "S72.000|W01.x00", "external_causes": None}, ["Q04"]),
    ({"diagnoses": "S72.000", "external_causes": "W01.x00"}, ["Q04"]),
    ({"diagnoses": "K80.100x001|S72.000", "external_causes": None}, ["Q04"]),
    ({"diagnoses": "Z51.103|C15.900"}, ["Q05"]),
    ({"diagnoses": "Z50.100x001"}, ["Q05"]),
    ({"diagnoses": "K80.100x001|R50.900|J96.900x001|B96.200"}, ["Q05"]),
    ({"admission_conditions": "1|4"}, ["Q06"]),
    ({"procedures": "96.7201", "los": 4, "discharge_date": "2024-01-09", "ventilation_hours": 96}, ["Q07"]),
    ({**MOTHER, "diagnoses": "O82.000|Z37.000x001"}, ["Q08"]),
    ({"sex": 1, "age": 66, "birth_date": None, "diagnoses": "N40.x00|H25.900"}, ["Q09"]),
    ({"age": 61}, ["Q10"]),
    ({"procedure_dates": "2024-01-05 09:00:00"}, ["Q10"]),
    ({"diagnoses": "K80.203", "diagnosis_names": "胆囊结石(伴)"}, ["Q11"]),
    ({"diagnosis_count": 2, "procedure_count": 1}, ["Q12"]),
    ({"surgery_cost": 900.0, "nursing_cost": 60.0, "general_service_cost": 50.0}, ["Q13"]),
    ({"procedures": "88.7901", "surgery_cost": 0.0}, ["procedure-without-surgery-fee"]),
    ({"los": 1, "nursing_cost": 0.0, "general_service_cost": 0.0}, ["Q13"]),
    ({"coma_before_admission": "0/24/60", "ventilation_stated": "12/3/0"}, ["Q14"]),
    ({"discharge": 2, "receiving_institution": "某医院", "autopsy": None}, ["Q15"]),
    ({"diagnoses": "J18.900|R50.900"}, ["W02"]),
    ({"procedures": "96.7101", "diagnoses": "J18.900|J96.900x001"}, ["W03"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "rules"), KEPT, ids=[f"{n}-{k[1][0]}" for n, k in enumerate(KEPT)])
def test_what_keeps_a_published_rule_is_not_told(change, rules):
    told = found(change, rules=rules)
    assert told[["rule", "got"]].values.tolist() == []


STAYS = [  # one person, and the days since the last discharge
    {"case_id": "1", "admission_date": "2024-01-01", "discharge_date": "2024-01-05", "diagnoses": "J18.900"},
    {"case_id": "2", "admission_date": "2024-01-06", "discharge_date": "2024-01-09", "diagnoses": "J18.900"},
    {
        "case_id": "3",
        "admission_date": "2024-01-11",
        "discharge_date": "2024-01-15",
        "diagnoses": "I10.x00x002",
    },
    {"case_id": "4", "admission_date": "2024-02-10", "discharge_date": "2024-02-12", "diagnoses": "C15.900"},
    {"case_id": "5", "admission_date": "2024-02-15", "discharge_date": "2024-02-16", "diagnoses": "C15.901"},
    {"case_id": "6", "admission_date": "2024-04-15", "discharge_date": "2024-04-16", "diagnoses": "C15.901"},
]


@pytest.mark.parametrize("order", [1, -1])
def test_returns_are_told_on_the_later_stay(order):
    cases = [{**one, "patient_id": "p"} for one in STAYS][::order]
    told = found(*cases, {"case_id": "7", "patient_id": "q"}, rules=["W07"])
    assert sorted(told[["rule", "case"]].values.tolist()) == [
        ["return-24h", "2"],
        ["return-31-days", "4"],
        ["return-31-days", "5"],
        ["return-48h", "3"],
        ["split-admission", "2"],  # the same category; tumours come back by plan
    ]


def test_a_rule_that_cannot_be_applied_is_told_beside_the_problems():
    problems = check_cases(
        pd.DataFrame([{"case_id": "1", "diagnoses": "S72.000"}, {"case_id": "2", "diagnoses": "I10.x00"}])
    )
    missing = problems.not_checked.set_index("rule")["cases"]
    assert missing["external-cause-missing"] == 1
    assert "diagnosis-name" in missing.index
    assert not (problems.frame["rule"] == "external-cause-missing").any()


def test_rules_are_asked_for_by_their_number():
    numbered = {rule.number for rule in check_rules().values()}
    assert {f"Q{n:02}" for n in range(1, 18)} | {f"W{n:02}" for n in (1, 2, 3, 5, 7, 8)} <= numbered
    assert set(found({"diagnoses": "R50.900"}, rules=["Q05"])["rule"]) == {"principal-symptom"}


ITEMS = [
    ({"charge_items": "床位费|人血白蛋白注射液"},
     "complication-perhaps-missed-by-items", "人血白蛋白注射液", "低蛋白"),
    ({"charge_items": "床位费|西药"}, "procedure-not-charged", "51.2300", ""),
    ({"charge_items": "床位费；有创呼吸机辅助通气", "procedures": "96.7201|51.2300"},
     "procedure-not-charged", "51.2300", ""),
    ({"charge_items": "腹腔镜胆囊切除术|床位费"}, None, "", ""),
    ({"charge_items": "腹腔镜胆囊切除术|人血白蛋白", "diagnoses": "K80.101|E77.801"}, None, "", ""),
    # a stay without diagnoses has nothing that an item could be missing from
    ({"charge_items": "腹腔镜胆囊切除术|人血白蛋白", "diagnoses": ""}, None, "", ""),
    ({"charge_items": None}, None, "", ""),
    ({"charge_items": ""}, None, "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rule", "got", "proposal"), ITEMS)
def test_what_the_items_charged_say(changes, rule, got, proposal):
    rules = ["complication-perhaps-missed-by-items", "procedure-not-charged"]
    found = check_cases(pd.DataFrame([{**CASE, **changes}]), rules=rules).frame
    own = found[found["rule"] == rule] if rule else found
    assert own["got"].tolist() == ([got] if rule else [])
    assert all(proposal in text for text in own["proposal"])


def test_without_items_charged_the_rules_on_them_are_not_checked():
    told = check_cases(pd.DataFrame([CASE]), rules=["W03", "W04"]).not_checked
    assert told[["rule", "column"]].to_numpy().tolist() == [
        ["complication-perhaps-missed-by-items", "charge_items"],
        ["procedure-not-charged", "charge_items"],
    ]
