"""What lies beside a stay, codes that meet, days of a rule and multiples of a fine, each by hand."""

import datetime
from dataclasses import replace

import polars as pl
import pytest

from drgsim.audit.codes import ChargedCodes, CodeIndex, mapped
from drgsim.audit.library import Library
from drgsim.audit.money import Fine, fine
from drgsim.audit.stays.beside import with_care_outside, with_companions, with_stay_before
from drgsim.audit.trace.screen import _share

COLUMNS = {
    "stay": pl.UInt32, "patient_id": pl.String, "hospital_id": pl.String, "admission": pl.Date,
    "discharge_day": pl.Date, "category": pl.String,
}  # fmt: skip


def day(text):
    return datetime.date.fromisoformat(f"2025-{text}")


def stays(*rows):
    given = [(n, person, hospital, day(a), day(b), category) for n, person, hospital, a, b, category in rows]
    return pl.DataFrame(given, COLUMNS, orient="row")


STAY = stays((0, "p", "h1", "03-10", "03-20", "J18"))


def event(person="p", hospital="h2", on="03-15", category="J18", amount=100.0):
    return (person, hospital, day(on), category, amount)


@pytest.mark.parametrize(
    ("given", "elsewhere", "money", "outside"),
    [
        (event(), 1, 100, 100),
        (event(hospital="h1"), 0, 0, 100),  # in the hospital itself: not away
        (event(on="03-10"), 0, 0, 100),  # the day of admission is not inside
        (event(on="03-20"), 0, 0, 100),
        (event(on="03-11"), 1, 100, 100),
        (event(on="03-19"), 1, 100, 100),
        (event(on="03-05"), 0, 0, 100),  # five days before count for the same disease
        (event(on="03-04"), 0, 0, 0),
        (event(on="03-21"), 0, 0, 0),
        (event(category="K80"), 1, 100, 0),  # another disease
        (event(category=None), 1, 100, 100),  # a purchase of unknown disease
        (event(person="q"), 0, 0, 0),
    ],
)
def test_care_elsewhere_is_strictly_inside_and_of_the_same_disease_before(given, elsewhere, money, outside):
    events = pl.DataFrame(
        [given], ["patient_id", "hospital_id", "day", "category", "amount"], orient="row"
    )  # fmt: skip
    found = with_care_outside(STAY, events, 5).row(0, named=True)
    assert (found["elsewhere"], found["elsewhere_amount"], found["outside_amount"]) == (
        elsewhere,
        money,
        outside,
    )


def test_without_events_nothing_is_known_of_care_elsewhere():
    found = with_care_outside(STAY, pl.DataFrame(schema=["patient_id"]), 5).row(0, named=True)
    assert [found[name] for name in ("elsewhere", "elsewhere_amount", "outside_amount")] == [None] * 3


def test_companions_are_persons_who_share_two_stays():
    rows = [
        (0, "p", "h", "01-01", "01-05", ""), (1, "p", "h", "02-01", "02-05", ""),
        (2, "q", "h", "01-01", "01-05", ""), (3, "q", "h", "02-01", "02-05", ""),
        (4, "r", "h", "01-01", "01-05", ""), (5, "r", "h", "02-01", "02-06", ""),
        (6, "s", "other", "01-01", "01-05", ""), (7, "s", "other", "02-01", "02-05", ""),
        (8, None, "h", "01-01", "01-05", ""),
    ]  # fmt: skip
    found = with_companions(stays(*rows))["admitted_together"].to_list()
    assert found == [1, 1, 1, 1, 0, 0, 0, 0, None]


def before(**changed):
    """What the second stay of a person says of the first; both alike but for what is changed."""
    alike = {
        "patient_id": "p", "hospital_id": "h", "adrg": "ES3", "group": "ES35", "mdc": "E", "category": "J18",
        "department": "呼吸科", "procedures": "", "diagnoses": "J18.900", "principal": "J18.900",
        "discharge": 1.0, "sex": 1.0, "age": 60.0,
    }  # fmt: skip
    first = alike | {"stay": 0, "admission": day("01-01"), "discharge_day": day("01-08")}
    second = alike | {"stay": 1, "admission": day("01-15"), "discharge_day": day("01-20")}
    table = pl.DataFrame([first, second | changed], infer_schema_length=None)
    return with_stay_before(table).row(1, named=True)


SAME = [f"same_{name}" for name in ("hospital", "adrg", "drg", "mdc", "category", "department", "treatment")]


def test_a_stay_is_tied_to_the_one_before():
    found = before()
    assert (found["before"], found["gap_days"], found["stays_in_year"]) == (0, 7, 2)
    assert [found[name] for name in SAME] == [1] * 7
    others = ("planned", "referred", "overlapping", "sex_changed", "age_conflict")
    assert [found[name] for name in others] == [0] * 5


@pytest.mark.parametrize(
    ("changed", "name", "told"),
    [
        ({"hospital_id": "x"}, "same_hospital", 0), ({"adrg": "x"}, "same_adrg", 0),
        ({"group": "x"}, "same_drg", 0), ({"mdc": "x"}, "same_mdc", 0),
        ({"category": "x"}, "same_category", 0),
        ({"department": "x"}, "same_department", 0), ({"procedures": "51.2300"}, "same_treatment", 0),
        ({"sex": 2.0}, "sex_changed", 1), ({"sex": 9.0}, "sex_changed", 0),
        # two weeks later nobody is younger, nor more than two years older
        ({"age": 59.0}, "age_conflict", 1), ({"age": 61.0}, "age_conflict", 0),
        ({"age": 62.0}, "age_conflict", 0),
        ({"age": 63.0}, "age_conflict", 1),
        ({"admission": day("01-07")}, "overlapping", 1), ({"admission": day("01-08")}, "overlapping", 0),
        ({"admission": day("01-07")}, "gap_days", -1),
        ({"principal": "Z51.100", "diagnoses": "Z51.100"}, "planned", 1),
        ({"patient_id": "q"}, "before", None),
    ],
)  # fmt: skip
def test_what_changed_since_the_stay_before(changed, name, told):
    assert before(**changed)[name] == told


def test_a_transfer_is_the_way_the_stay_before_ended():
    rows = [
        {"patient_id": "p", "hospital_id": "h", "stay": n, "admission": day(a), "discharge_day": day(b),
         "discharge": way, "sex": 1.0, "age": 60.0, "procedures": "", "diagnoses": "J18.900",
         "principal": "J18.900", "adrg": "", "group": "", "mdc": "", "category": "", "department": ""}
        for n, a, b, way in (
             (0, "01-01", "01-31", 2.0), (1, "01-05", "01-08", 1.0), (2, "01-20", "01-22", 1.0)
         )
    ]  # fmt: skip
    found = with_stay_before(pl.DataFrame(rows))
    assert found["referred"].to_list() == [None, 1, 0]
    # the first one lasts beyond the second: the third overlaps it still
    assert found["overlapping"].to_list() == [None, 1, 1]


def test_codes_that_are_charged_meet_rows_the_same_way_one_by_one_and_all_at_once():
    index = CodeIndex()
    for row, code in enumerate(("310603001", "310701022", "3106*", "XA10BBG059A001010100001")):
        index.add(code, row)
    index.add("310702022", 4, exact_only=True)
    codes = [mapped(each, None, {})[0] for each in ("310603001", "310701022", "310702022", "3107020220001")]
    charged = ChargedCodes([*codes, "XA10BBG059A001010200009"])
    together = sorted(index.met(charged))
    single = sorted(
        (place, *each) for code, place in charged.places.items() for each in index.lookup(code)
    )  # fmt: skip
    assert together == single
    met = {
        (code, row, how) for code, place in charged.places.items() for p, row, how in together if p == place
    }
    assert (codes[0], 0, "code") in met
    assert {how for code, _, how in met if code == codes[2]} == {"code"}
    assert not [each for each in met if each[1] == 4 and each[2] != "code"]  # that row takes its code alone


def test_a_rule_holds_from_its_first_to_its_last_day():
    rule = next(iter(Library.load()))
    dated = replace(rule, valid_from=day("02-01"), valid_to=day("02-28"))
    for on, holds in (("01-31", False), ("02-01", True), ("02-28", True), ("03-01", False)):
        assert dated.in_force(day(on)) is holds
    assert not dated.in_force(None)  # it has ended
    opened = replace(rule, valid_from=None, valid_to=None)
    assert opened.in_force(None)
    assert opened.in_force(day("01-01"))
    assert not replace(opened, valid_from=day("02-01")).in_force(day("01-01"))
    assert replace(opened, valid_to=day("02-01")).in_force(day("01-01"))


def test_the_multiple_of_a_fine_is_what_was_stated():
    found = fine(1_000.0, "article_40", multiple=5)
    assert (found.loss, found.fine, found.multiple) == (1_000.0, 5_000.0, 5.0)
    assert (found.low, found.high) == (2_000.0, 5_000.0)
    assert fine(1_000.0).multiple is None
    assert Fine(0.0, 0.0, 0.0, 0.0).multiple is None


@pytest.mark.parametrize(("doubled", "found"), [(5, ["h1"]), (1, [])])
def test_an_institution_stands_out_by_codes_it_sold_twice_itself(doubled, found):
    """A thousand sales each. Five codes sold twice where half a code was due: a tail of 0.0002. Codes that
    each institution sold once are nobody's doubles."""
    rows = [(f"t{n}", "h1", 2.0) for n in range(doubled) for _ in range(2)]
    rows += [(f"s{n}", hospital, 1.0) for n in range(9) for hospital in ("h1", "h2")]
    here = pl.DataFrame(rows, ["code", "hospital_id", "net_sales"], orient="row")
    sales = pl.LazyFrame({"hospital_id": ["h1"] * 1_000 + ["h2"] * 1_000})
    rule = next(each for each in Library.load() if each.id == "trace-institution-share")
    assert _share(rule, here, sales)["hospital_id"].to_list() == found
