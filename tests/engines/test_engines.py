"""DuckDB, polars, dask and ray give the bytes of the local call."""

import os
import pickle
import secrets
import warnings
from contextlib import contextmanager
from functools import cache

import pandas as pd
import pyarrow as pa
import pytest

import drgsim
from drgsim.engines import Dip, Group, Pay, Statistics
from drgsim.engines.bonds import SplitError, bonds
from drgsim.engines.transforms import ROWS, _told, at_wall_time, gathered, with_every_step
from drgsim.payment.engine.street import STEP_NAMES
from drgsim.settlement import merge_statistics, statistics

from .support import FREE, QUOTAS, cases, grouped, grouper, same, table, weights

PIECES = 7  # batches, of uneven sizes


def batches(frame):
    whole = table(frame)
    size = len(frame) // PIECES + 1
    return whole.to_batches(max_chunksize=size)


def by_hand(frame, transform):
    return pa.Table.from_batches(list(transform(iter(batches(frame)))), transform.schema(table(frame).schema))


def by_duckdb(frame, transform):
    duckdb = pytest.importorskip("duckdb")
    from drgsim.engines import duckdb as door

    connection = duckdb.connect()
    connection.register("given", table(frame))
    other = connection.cursor()
    other.register("answer", door.run(connection.sql("select * from given"), transform))
    return other.sql("select * from answer").to_arrow_table()


def by_polars(frame, transform):
    polars = pytest.importorskip("polars")
    from drgsim.engines import polars as door

    lazy = polars.from_arrow(table(frame)).lazy()
    return door.run(lazy, transform).collect(engine="streaming").to_arrow()


def by_dask(frame, transform):
    dask = pytest.importorskip("dask.dataframe")
    from drgsim.engines import dask as door

    parted = dask.from_pandas(frame.reset_index(drop=True), npartitions=4)
    return table(door.run(parted, transform).compute(scheduler="synchronous"))


def by_ray(frame, transform):
    ray = local_ray()
    from drgsim.engines import ray as door

    with quiet():
        blocks = ray.data.from_arrow([pa.Table.from_batches([batch]) for batch in batches(frame)])
        return pa.concat_tables(ray.get(door.run(blocks, transform).to_arrow_refs()))


@contextmanager
def quiet():
    """Ray's own deprecations, sockets and files left open are no business of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@cache
def local_ray():
    """One real local Ray of two workers, with a token of its own, that tells nobody of its use."""
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    with quiet():
        pytest.importorskip("ray.data", reason="ray is not installed")
        import ray

        ray.init(
            num_cpus=2, object_store_memory=300 << 20, include_dashboard=False, log_to_driver=False,
            logging_level="ERROR", _node_ip_address="127.0.0.1",
        )  # fmt: skip
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = context.print_on_execution_start = False
    return ray


# a local Ray takes half a minute to start
RAY = pytest.param(
    by_ray,
    marks=[pytest.mark.slow, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")],
)
ENGINES = [by_hand, by_duckdb, by_polars, by_dask, RAY]


@pytest.mark.parametrize("engine", ENGINES)
def test_groups(engine):
    got = engine(cases(), Group(grouper(), names=True)).to_pandas()
    expected = cases().join(grouper().group(cases(), names=True).astype(str))
    same(got, expected[["case_id", *expected.columns[len(cases().columns) :]]])


@pytest.mark.parametrize("engine", ENGINES)
def test_disease_types(engine):
    types = drgsim.DipGrouper("example", threads=1)
    got = engine(cases(), Dip(types, ("dip_code", "status", "score"))).to_pandas()
    expected = types.group(cases(), columns=["dip_code", "status", "score"])
    same(got, cases()[["case_id"]].join(expected))


@pytest.mark.parametrize("engine", ENGINES)
def test_payments(engine):
    pay = Pay(FREE, weights(), tuple(grouped().columns))
    same(engine(grouped(), pay).to_pandas(), drgsim.pay(grouped(), FREE, weights=weights()).frame)


@pytest.mark.parametrize("engine", ENGINES)
def test_statistics(engine):
    transform = Statistics(FREE, weights(), tuple(grouped().columns))
    expected = statistics(drgsim.pay(grouped(), FREE, weights=weights()))
    got = merge_statistics([engine(grouped(), transform).to_pandas()])
    pd.testing.assert_frame_equal(got, expected, check_dtype=False)


@pytest.mark.parametrize("engine", ENGINES)
def test_stays_that_are_paid_together_come_together_from_every_part(engine):
    whole = Statistics(QUOTAS, weights(), tuple(grouped().columns), whole=True)
    got = engine(grouped(), whole).to_pandas()
    expected = statistics(drgsim.pay(grouped(), QUOTAS, weights=weights()))
    pd.testing.assert_frame_equal(merge_statistics([got]), expected, check_dtype=False)


def test_statistics_of_a_relation_settle_to_the_same_fen():
    duckdb = pytest.importorskip("duckdb")
    from drgsim.engines import duckdb as door

    connection = duckdb.connect()
    connection.register("given", table(grouped()))
    whole = Statistics(QUOTAS, weights(), tuple(grouped().columns), whole=True)
    found = door.statistics(connection.sql("select * from given"), whole)
    paid = drgsim.pay(grouped(), QUOTAS, weights=weights())
    money = paid.frame.assign(region=grouped()["insured_region"], insurance=grouped()["insurance"])
    budgets = money.groupby(["region", "insurance"], as_index=False)["fund"].sum()
    budgets = budgets.rename(columns={"fund": "budget"})
    one, other = (drgsim.settle(each, QUOTAS, budgets=budgets) for each in (paid, found))
    pd.testing.assert_frame_equal(one.ledger, other.ledger)
    pd.testing.assert_frame_equal(one.hospitals, other.hospitals)


def test_stays_that_belong_together_are_not_paid_apart():
    with pytest.raises(SplitError, match=r"hospital_id.*outlier\.high\.quota|special_review"):
        Pay(QUOTAS, weights(), tuple(grouped().columns))
    assert bonds(FREE, ["case_id"]) == {}
    assert bonds({"A": FREE, "B": QUOTAS}, ["patient_id"]).keys() == {"patient_id", "hospital_id"}
    few = QUOTAS.reform({"special_review.eligible.group_cases": 5})
    assert "*" in bonds(few, [])


def test_streams_without_rows_and_without_batches():
    group = Group(grouper())
    assert list(group([])) == []
    assert list(group(table(cases().head(0)).to_batches())) == []
    empty = group.schema(table(cases().head(0)).schema)
    assert empty.names[-6:] == ["mdc", "adrg", "drg", "severity", "status", "reason"]
    assert set(map(str, empty.types[-6:])) == {"string"}


def test_transforms_travel_to_workers():
    for transform in (Group(grouper()), Pay(FREE, weights()), Dip(drgsim.DipGrouper("example"))):
        again = pickle.loads(pickle.dumps(transform))
        given = grouped().head(500)
        assert list(again(iter(batches(given)))) == list(transform(iter(batches(given))))


def test_a_moment_of_a_time_zone_is_the_day_there():
    late = pd.Timestamp("2024-12-31 23:30", tz="Asia/Shanghai")
    moved = at_wall_time(pa.table({"discharge_date": pa.array([late])}))
    assert moved["discharge_date"].to_pylist() == [late.tz_localize(None).to_pydatetime()]


def test_a_patients_account_stands_in_every_batch():
    given = grouped().head(400).assign(account_paid=[5.0, *[None] * 399])
    pay = Pay(FREE, weights(), tuple(given.columns))
    expected = drgsim.pay(given, FREE, weights=weights()).frame
    assert "patient_account" in expected.columns
    same(by_hand(given, pay).to_pandas(), expected)


def test_batches_are_gathered_to_tables_of_so_many_rows():
    parts = [pa.record_batch({"n": list(range(rows))}) for rows in (3, 0, 4, 5, 1, 9, 2)]
    assert [each.num_rows for each in gathered(parts, 6)] == [7, 6, 9, 2]
    assert [each.num_rows for each in gathered(parts, 7)] == [7, 15, 2]
    assert [each.num_rows for each in gathered(parts, None)] == [24]
    assert list(gathered(parts[1:2], 6)) == []


def test_columns_of_payments_do_not_depend_on_the_rows_at_hand():
    steps = [f"adjust_{name}" for name in STEP_NAMES if name != "standard"]
    moved, still = steps[2], [name for name in steps if name != steps[2]]
    frame = pd.DataFrame({
        "case_id": ["a", "b"], "status": ["paid", "not_payable"], "standard": [9.0, None],
        moved: [-2.0, None], "patient": [3.0, None], "margin": [1.0, None],
    })  # fmt: skip
    found = with_every_step(frame, account=False)
    assert list(found) == ["case_id", "status", "standard", *steps, "patient", "margin"]
    assert found[moved].iloc[0] == -2.0
    assert found[still].iloc[0].tolist() == [0.0] * len(still)
    assert found[steps].iloc[1].isna().all()
    found = with_every_step(frame, account=True)
    assert list(found) == [
        "case_id", "status", "standard", *steps, "patient", "margin", "patient_account", "patient_cash",
    ]  # fmt: skip
    assert found[["patient_account", "patient_cash"]].iloc[0].tolist() == [0.0, 3.0]
    assert found[["patient_account", "patient_cash"]].iloc[1].isna().all()
    known = with_every_step(frame.assign(patient_account=1.0, patient_cash=2.0), account=True)
    assert known[["patient_account", "patient_cash"]].iloc[0].tolist() == [1.0, 2.0]


def test_transforms_work_on_parts_unless_they_must_see_all():
    assert Group(grouper()).apart
    assert not Group(grouper()).names
    assert Pay(FREE, weights()).apart
    assert not Pay(QUOTAS, weights(), whole=True).apart
    assert (Pay(FREE, weights())._rows(), Pay(FREE, weights(), whole=True)._rows()) == (ROWS, None)


def test_texts_have_one_type_whether_or_not_the_rows_at_hand_hold_any():
    kinds = {pa.null(): pa.string(), pa.large_string(): pa.string(), pa.string(): pa.string()}
    kinds |= {kind: kind for kind in (pa.int64(), pa.float64(), pa.bool_())}
    assert {kind: _told(pa.field("x", kind)) for kind in kinds} == kinds


def test_an_account_stands_in_the_answer_only_where_the_cases_have_one():
    given = pa.Table.from_pandas(grouped().head(2), preserve_index=False).schema
    pay = Pay(FREE, weights(), tuple(given.names))
    assert "patient_account" not in pay.schema(given).names
    assert "patient_account" in pay.schema(given.append(pa.field("account_paid", pa.float64()))).names
