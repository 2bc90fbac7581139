"""What is asked of Spark, without a session: what is kept together or refused, and what is sent to tasks."""

import sys
from types import SimpleNamespace

import pytest

from drgsim.dip import DipGrouper
from drgsim.engines.bonds import EVERYTHING, SplitError
from drgsim.engines.transforms import Pay, Statistics
from drgsim.errors import ColumnError
from drgsim.grouping import DrgGrouper
from drgsim.settlement.statistics import KEYS, MEASURES
from drgsim.spark import frames
from tests.schemes.example import SMALL

NOTHING = {
    "outlier.high.quota": None, "outlier.high.quota_scope": "hospital", "special_review.method": "none",
    "special_review.quota_scope": "region", "special_review.eligible.group_cases": None,
}  # fmt: skip


class Terms:
    """A policy that states these."""

    def __init__(self, **stated):
        self.stated = NOTHING | {name.replace("__", "."): value for name, value in stated.items()}

    def __getitem__(self, path):
        return self.stated[path]


QUOTA = Terms(outlier__high__quota=0.05)


@pytest.fixture
def cases(monkeypatch):
    monkeypatch.setattr(frames, "run", lambda rows, transform: (rows, transform))
    return SimpleNamespace(
        columns=["case_id", "hospital_id", "care_region"], repartition=lambda by: f"by {by}", name="as given"
    )


def test_free_stays_stay_where_they_are(cases):
    rows, transform = frames.pay(cases, Terms(), weights="w", price="p")
    assert rows is cases
    assert (type(transform), transform.whole, transform.columns) == (Pay, False, tuple(cases.columns))
    assert (transform.weights, transform.options) == ("w", {"price": "p"})


def test_stays_that_one_column_binds_come_together_by_it(cases):
    rows, transform = frames.pay(cases, QUOTA)
    assert (rows, transform.whole) == ("by hospital_id", True)
    review = Terms(special_review__method="points")
    assert frames.pay(cases, review)[0] == "by care_region"
    everything = Terms(special_review__method="points", special_review__eligible__group_cases=5)
    for bound in (Terms(outlier__high__quota=0.05, special_review__method="points"), everything):
        with pytest.raises(SplitError, match="together"):
            frames.pay(cases, bound)


def test_a_column_named_is_checked_against_what_else_binds(cases, monkeypatch):
    checked = []
    monkeypatch.setattr(frames, "_refuse_torn", lambda *asked: checked.append(asked[1:]))
    assert frames.pay(cases, QUOTA, together="care_region")[0] == "by care_region"
    assert frames.pay(cases, QUOTA, together="hospital_id")[0] == "by hospital_id"
    assert checked == [(["hospital_id"], "care_region"), ([], "hospital_id")]
    with pytest.raises(ColumnError) as refused:
        frames.pay(cases, QUOTA, together="hospital")
    assert (refused.value.got, refused.value.nearest) == ("hospital", "hospital_id")


class Counting:
    """A table of which a query finds so many torn values."""

    def __init__(self, torn):
        self.torn, self.asked = torn, []

    def where(self, condition):
        self.asked.append(condition)
        return self

    def groupBy(self, *keys):
        self.asked.append(keys)
        return self

    def agg(self, *made):
        self.asked.append(made)
        return self

    def orderBy(self, *keys):
        self.asked.append(keys)
        return self

    def count(self):
        return self.torn


class Asked(str):
    """An expression as the text of what was asked."""

    def __getattr__(self, name):
        return lambda *given: Asked(f"{self}.{name}({', '.join(map(str, given))})")


@pytest.fixture
def functions(monkeypatch):
    def named(name):
        return lambda *given: Asked(f"{name}({', '.join(map(str, given))})")

    made = SimpleNamespace(
        **{each: named(each) for each in ("col", "lit", "coalesce", "countDistinct", "sum")}
    )
    monkeypatch.setitem(sys.modules, "pyspark.sql", SimpleNamespace(functions=made))


def test_values_in_two_places_are_counted_and_refused(functions):
    whole = Counting(0)
    frames._refuse_torn(whole, ["patient_id"], "care_region")
    known, by, (values,), torn = whole.asked
    assert (known, by, torn) == ("col(patient_id).isNotNull()", ("patient_id",), "values > 1")
    assert values == "countDistinct(coalesce(col(care_region).cast(string), lit())).alias(values)"
    with pytest.raises(
        SplitError, match="1,200 values of patient_id have stays in more than one care_region"
    ):
        frames._refuse_torn(Counting(1_200), ["patient_id"], "care_region")
    with pytest.raises(SplitError, match="all stays at once"):
        frames._refuse_torn(Counting(0), ["hospital_id", EVERYTHING], "care_region")


def test_sums_of_tasks_are_added_up_by_their_keys(cases, functions, monkeypatch):
    parts = Counting(0)
    monkeypatch.setattr(
        frames, "run", lambda rows, transform: parts if type(transform) is Statistics else None
    )
    assert frames.statistics(cases, Terms()) is parts
    by, sums, order = parts.asked
    assert by == order == tuple(KEYS)
    assert list(sums) == [f"sum({name}).cast(long).alias({name})" for name in MEASURES]


def test_a_transform_is_broadcast_where_the_session_can():
    def twice(batches):
        return [each * 2 for each in batches]

    sent = []
    context = SimpleNamespace(broadcast=lambda made: sent.append(made) or SimpleNamespace(value=made))
    for session in (SimpleNamespace(sparkContext=context), SimpleNamespace()):
        tasks = frames._on_workers(SimpleNamespace(sparkSession=session), twice)
        assert tasks([1, 2]) == [2, 4]
    assert sent == [twice]


def small():
    return {"drg": DrgGrouper(SMALL, threads=4), "dip": DipGrouper("example", threads=4)}


@pytest.mark.parametrize("kind", ["drg", "dip"])
def test_a_task_groups_with_one_thread_and_the_callers_grouper_keeps_its_own(cases, kind):
    many = small()[kind]
    call = {"drg": frames.group, "dip": frames.dip}[kind]
    before = dict(vars(many))
    rows, transform = call(cases, many)
    assert rows is cases
    assert (transform.grouper.threads, many.threads) == (1, 4)
    assert vars(many) == before
    assert {name for name, value in vars(transform.grouper).items() if value is not before[name]} == {
        "threads"
    }
    assert call(cases, transform.grouper)[1].grouper is transform.grouper, "one that has one thread is sent"
    if kind == "drg":
        assert transform.names is False
        assert call(cases, many, names=True)[1].names is True
