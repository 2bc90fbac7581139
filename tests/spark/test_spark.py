"""A real local Spark gives what the local call gives, whatever partitions, skew and failures."""

import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

import drgsim
import drgsim.spark
from drgsim.engines import Group
from drgsim.engines.bonds import SplitError
from drgsim.errors import ColumnError
from drgsim.grouping.grouping_errors import CaseColumnsError
from drgsim.settlement import statistics
from drgsim.spark.frames import run

from ..engines.support import FREE, QUOTAS, SCHEME, cases, grouped, grouper, same, table, weights

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def frame(spark, rows, folder, parts=4):
    """The rows as a Spark DataFrame of so many partitions, read from as many files."""
    whole = table(rows)
    size = len(rows) // parts + 1
    for place in range(parts):
        pa.parquet.write_table(whole.slice(place * size, size), folder / f"part-{place}.parquet")
    read = spark.read.parquet(str(folder)).repartition(parts)
    assert read.rdd.getNumPartitions() == parts
    return read


def local(made):
    return made.toArrow().to_pandas()


def test_groups_in_four_partitions(spark, tmp_path):
    made = drgsim.spark.group(frame(spark, cases(), tmp_path), SCHEME, names=True)
    expected = cases().join(grouper().group(cases(), names=True).astype(str))
    same(local(made), expected[["case_id", "mdc", "adrg", "drg", "drg_name", "status", "reason"]])


def test_a_column_that_is_missing_is_told_before_a_job_starts(spark):
    few = spark.createDataFrame([("1", 2)], ["case_id", "sex"])
    with pytest.raises(CaseColumnsError, match="diagnoses"):
        drgsim.spark.group(few, SCHEME)


def test_disease_types(spark, tmp_path):
    made = drgsim.spark.dip(frame(spark, cases(), tmp_path), "example", columns=("dip_code", "score"))
    expected = drgsim.DipGrouper("example").group(cases(), columns=["dip_code", "score"])
    same(local(made), cases()[["case_id"]].join(expected))


def test_payments_and_quotas(spark, tmp_path):
    given = frame(spark, grouped(), tmp_path)
    for policy in (FREE, QUOTAS):
        made = drgsim.spark.pay(given, policy, weights=weights())
        same(local(made), drgsim.pay(grouped(), policy, weights=weights()).frame)


def test_statistics_of_a_skewed_table_settle_to_the_same_fen(spark, tmp_path):
    rows = grouped().copy()
    draw = np.random.default_rng(3)
    most = draw.random(len(rows)) < 0.9  # one hospital has nine stays of ten
    rows["hospital_id"] = np.where(most, "giant", rows["hospital_id"])
    made = local(drgsim.spark.statistics(frame(spark, rows, tmp_path), QUOTAS, weights=weights()))
    paid = drgsim.pay(rows, QUOTAS, weights=weights())
    pd.testing.assert_frame_equal(made, statistics(paid), check_dtype=False)
    budgets = pd.DataFrame(
        [(region, kind, 1e7) for region in {*rows["insured_region"], *rows["care_region"]}
         for kind in ("employee", "resident")],
        columns=["region", "insurance", "budget"],
    )  # fmt: skip
    one, other = (drgsim.settle(each, QUOTAS, budgets=budgets) for each in (paid, made))
    pd.testing.assert_frame_equal(one.ledger, other.ledger)


def test_persons_and_quotas_are_kept_together_or_refused(spark, tmp_path):
    draw = np.random.default_rng(4)
    rows = grouped().assign(patient_id=[f"p{number}" for number in draw.integers(0, 4_000, len(grouped()))])
    given = frame(spark, rows, tmp_path)
    with pytest.raises(SplitError, match="together"):
        drgsim.spark.pay(given, QUOTAS, weights=weights())
    with pytest.raises(SplitError, match=r"values of patient_id have stays in more than one care_region"):
        drgsim.spark.pay(given, QUOTAS, weights=weights(), together="care_region")
    with pytest.raises(ColumnError, match="keep stays together"):
        drgsim.spark.pay(given, QUOTAS, weights=weights(), together="nowhere")
    home = tmp_path / "home"
    home.mkdir()
    rows["patient_id"] = rows["care_region"].astype(str) + rows["patient_id"]
    rows["hospital_id"] = rows["care_region"].astype(str) + rows["hospital_id"]
    made = drgsim.spark.pay(frame(spark, rows, home), QUOTAS, weights=weights(), together="care_region")
    same(local(made), drgsim.pay(rows, QUOTAS, weights=weights()).frame)


class DiesOnce(Group):
    """A worker that is killed in the middle of its first task."""

    marker: str = ""

    def __call__(self, batches):
        if not os.path.exists(self.marker):  # noqa: PTH110 (runs in a worker)
            with open(self.marker, "w"):  # noqa: PTH123
                pass
            os._exit(9)
        return super().__call__(batches)


def test_a_killed_worker_is_started_again(spark, tmp_path):
    given = frame(spark, cases(), tmp_path)
    marker = tmp_path / "killed"
    transform = DiesOnce(grouper())
    object.__setattr__(transform, "marker", str(marker))
    got = local(run(given, transform))
    assert marker.exists()
    same(got, cases()[["case_id"]].join(grouper().group(cases())[["drg"]].astype(str)))


def test_a_million_rows(spark, tmp_path):
    drawn = grouped(50_000)
    rows = pd.concat(
        [drawn.assign(case_id=f"r{k}-" + drawn["case_id"]) for k in range(20)], ignore_index=True
    )
    assert len(rows) >= 10**6
    given = frame(
        spark, rows.drop(columns=["mdc", "adrg", "drg", "severity", "status", "reason"]), tmp_path, 6
    )
    made = drgsim.spark.group(given, SCHEME)
    one = made.select("case_id", "drg", "status", "reason").toArrow().sort_by("case_id")
    other = table(rows[["case_id", "drg", "status", "reason"]]).sort_by("case_id")
    assert one.cast(other.schema).equals(other)
    found = local(drgsim.spark.statistics(made, QUOTAS, weights=weights()))
    paid = drgsim.pay(rows, QUOTAS, weights=weights())
    pd.testing.assert_frame_equal(found, statistics(paid), check_dtype=False)
