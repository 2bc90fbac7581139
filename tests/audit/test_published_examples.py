"""The sixteen examples of the reference's section 10, each with its numbers and with others of its kind."""

import datetime

import pandas as pd
import pytest

import drgsim

DAY = datetime.datetime(2026, 3, 2, 9)
STENT, ANGIOGRAPHY, PERFUSION, DIALYSIS = "320500003", "320500001", "311000010", "311000006"
MONITOR, ROUNDS, PTCA, BED_CARE = "310701022", "110200005", "320500002", "120100003"
OGTT, GLUCOSE, HBA1C, REHABILITATION = "310205001", "250302001", "250302003", "340200039"
STOMACH, BOWEL = "331001014", "331001016"
DUTASTERIDE, SILDENAFIL_ELSEWHERE = "XG04CBD247E002010101503", "XG04BEX006A001010109999"
BUTYLPHTHALIDE, AIDI, NEWBORN = "XN07XXD130E002010102774", "ZC01AAA0042010105549", "311202009"


def line(code, day=0, *, quantity=1.0, price=10.0, **more):
    time = DAY + datetime.timedelta(days=day)
    return {"visit_id": "V1", "time": time, "item_code": code, "quantity": quantity, "price": price, **more}


def money(items, rule, *, visit=None, **more):
    """Lines found and their money."""
    visits = [{"visit_id": "V1", "patient_id": "P1", "way": "inpatient", **(visit or {})}]
    found = drgsim.audit(items=items, visits=visits, only=[rule], **more).frame
    return len(found), round(float(found["amount"].fillna(0).sum()), 2)


@pytest.mark.parametrize(
    ("days", "found"), [(0, (1, 2750.0)), (2, (0, 0.0)), (-1, (0, 0.0))], ids=["same", "after", "before"]
)
def test_1_a_stent_holds_the_angiography_of_its_day(days, found):
    items = [line(STENT, price=4100.0), line(ANGIOGRAPHY, days, price=2750.0)]
    assert money(items, "duplicate-charge") == found


def test_2_perfusion_holds_the_dialysis_and_of_two_dialyses_the_one_of_its_day():
    items = [line(PERFUSION, price=610.0), line(DIALYSIS, price=405.5), line(DIALYSIS, 1, price=405.5)]
    assert money(items, "duplicate-charge") == (1, 405.5)


@pytest.mark.parametrize(("hours", "over"), [(26, 2), (24, 0), (31, 7)])
def test_3_hours_over_a_day_at_their_price(hours, over):
    assert money([line(MONITOR, quantity=hours, price=4.5)], "hour-items") == (min(over, 1), over * 4.5)


@pytest.mark.parametrize(("charged", "stay", "over"), [(12, 11, 1), (11, 11, 0), (9, 5, 4)])
@pytest.mark.parametrize("code", [ROUNDS, BED_CARE])
def test_4_days_over_a_stay(code, charged, stay, over):
    visit = {"admission": DAY, "discharge": DAY + datetime.timedelta(days=stay, hours=7)}
    items = [line(code, day, price=12.0) for day in range(stay)]
    items += [line(code, stay - 1, price=12.0) for _ in range(charged - stay)]
    count, amount = money(items, "day-items-over-stay", visit=visit)
    assert amount == over * 12.0
    assert (count > 0) == (over > 0)


@pytest.mark.parametrize(("vessels", "excess"), [(3, 1.6), (2, 0.8), (1, 0.0), (4, 2.4)])
def test_5_further_vessels_are_paid_a_fifth(vessels, excess):
    assert money([line(PTCA, quantity=vessels, price=2900.0)], "further-vessels")[1] == round(
        excess * 2900.0, 2
    )


@pytest.mark.parametrize(("dear", "other"), [(3000.0, 2000.0), (1800.0, 1800.0), (5000.0, 900.0)])
def test_6_the_second_operation_of_an_incision_is_paid_half(dear, other):
    items = [line(STOMACH, price=dear, operation_id=1), line(BOWEL, price=other, operation_id=1)]
    assert money(items, "incision-discount") == (1, other / 2)
    apart = [items[0], {**items[1], "operation_id": 2}]
    assert money(apart, "incision-discount") == (0, 0.0)


@pytest.mark.parametrize("tests", [5, 3])
def test_7_a_tolerance_test_holds_every_glucose_of_its_day(tests):
    items = [line(OGTT, price=48.0), *(line(GLUCOSE, price=6.0) for _ in range(tests)), line(GLUCOSE, 1)]
    assert money(items, "duplicate-charge") == (tests, 6.0 * tests)


def test_8_a_drug_for_men_and_a_brand_outside_the_list():
    woman = {"sex": 2, "age": 47}
    assert money([line(DUTASTERIDE, quantity=3.0, price=41.0)], "drug-sex", visit=woman) == (1, 123.0)
    assert money([line(DUTASTERIDE)], "drug-sex", visit={**woman, "sex": 1}) == (0, 0.0)
    assert money([line(SILDENAFIL_ELSEWHERE)], "drug-sex", visit=woman) == (0, 0.0)


@pytest.mark.parametrize(("days", "over"), [(22, 2), (20, 0), (27, 7)])
def test_9_days_of_a_course_count_once_whatever_the_lines(days, over):
    items = [line(BUTYLPHTHALIDE, day, price=68.0) for day in range(days)]
    assert money(items, "drug-course") == (over, over * 68.0)
    twice = [*items, line(BUTYLPHTHALIDE, 0, price=68.0)]  # two lines of one day are one day
    assert money(twice, "drug-course")[1] == over * 68.0


@pytest.mark.parametrize(("gap", "found"), [(5, 1), (14, 1), (15, 0)])
def test_10_glycated_haemoglobin_again_within_fifteen_days(gap, found):
    items = [line(HBA1C, price=58.0), line(HBA1C, gap, price=58.0)]
    assert money(items, "service-cycle") == (found, found * 58.0)


@pytest.mark.parametrize(("gap", "found"), [(9, 1), (14, 0), (13, 1)])
def test_11_rehabilitation_is_assessed_once_in_fourteen_days(gap, found):
    items = [line(REHABILITATION, price=55.0), line(REHABILITATION, gap, price=55.0)]
    assert money(items, "service-cycle") == (found, found * 55.0)


@pytest.mark.parametrize(("level", "found"), [(1, 1), (2, 0), (3, 0)])
def test_12_a_drug_of_level_two_at_a_clinic(level, found):
    items = [line(AIDI, quantity=4.0, price=63.0)]
    assert money(items, "drug-level", visit={"hospital_level": level}) == (found, found * 252.0)


def sale(number, place, day, **more):
    plain = {
        "trace_code": f"8385793{number:013d}",
        "hospital_id": place,
        "time": DAY + pd.Timedelta(days=day),
    }
    plain |= {"patient_id": f"{place}{day}", "document_id": f"{place}-{number}-{day}", "fund_paid": 37.5}
    return plain | {"drug_code": "D"} | more


def sold(rows):
    return drgsim.audit(dispensings=rows, only=["trace-doubled", "trace-return-flow"]).frame


def test_13_sold_returned_and_sold_again_is_one_sale():
    assert sold([sale(7, "H", 0), sale(7, "H", 3, returned=1), sale(7, "H", 4)]).empty
    assert len(sold([sale(7, "H", 0), sale(7, "H", 4)])) == 1
    back_elsewhere = [sale(8, "A", 0), sale(8, "A", 1, returned=1), sale(8, "B", 5)]
    assert sold(back_elsewhere).empty


@pytest.mark.parametrize("days", [33, 62, 1])
def test_14_a_second_sale_elsewhere_is_return_flow(days):
    found = sold([sale(9, "A", 0), sale(9, "B", days)])
    assert found["rule"].tolist() == ["trace-return-flow"]
    assert found["result"].tolist() == ["suspicion"]
    assert found["hospital_id"].tolist() == ["B"]


def test_15_what_is_the_newborn_s_on_the_mother_s_record():
    mother = {"sex": 2, "age": 29, "diagnoses": "O80.000|Z37.000"}
    assert money([line(NEWBORN, quantity=24.0)], "service-child-only", visit=mother) == (0, 0.0)
    other = {"sex": 2, "age": 29, "diagnoses": "K35.900"}
    assert money([line(NEWBORN, quantity=24.0)], "service-child-only", visit=other) == (1, 240.0)


def stay(case, start, days, diagnoses, **more):
    admission = pd.Timestamp(start)
    plain = {
        "case_id": case,
        "patient_id": "P1",
        "hospital_id": "H1",
        "hospital_level": 3,
        "sex": 1,
        "age": 61,
    }
    plain |= {"insurance": "employee", "procedures": "", "discharge": 1, "department": "肿瘤科"}
    plain |= {"admission_date": admission, "discharge_date": admission + pd.Timedelta(days=days), "los": days}
    return plain | {"diagnoses": diagnoses, "total_cost": 8000.0} | more


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ("Z51.102|C34.900", 0),  # planned chemotherapy, twelve days after
        ("C34.900", 1),
        ("Z51.003|C34.900", 0),  # planned radiotherapy
    ],
)
def test_16_planned_chemotherapy_is_no_split(later, found):
    cases = pd.DataFrame([stay("A", "2026-03-01", 6, "C34.900"), stay("B", "2026-03-19", 5, later)])
    result = drgsim.audit(cases, only=["split-admission"], levers={"split-admission.window": 15})
    assert len(result) == found


def test_16_the_appeal_is_a_decision_that_the_next_run_respects():
    cases = pd.DataFrame([stay("A", "2026-03-01", 6, "C34.900"), stay("B", "2026-03-19", 5, "C34.900")])
    first = drgsim.audit(cases, only=["split-admission"])
    cleared = {first.frame["finding"].iloc[0]: "explained"}
    again = drgsim.audit(cases, only=["split-admission"], decisions=cleared)
    assert again.frame["decision"].tolist() == ["explained"]
    assert again.open.is_empty()
