"""A nation's year: 2.8 × 10⁸ discharges grouped, paid and settled on one machine.

    python benchmarks/nation.py [--share 1.0] [--threads 2]

A few prepared million discharges of an invented country are drawn from anew for every shard (outside the
clock). A shard is grouped from Arrow memory, paid under a floating point value, and added up; the sums of all
shards are settled at the end. Goals on two cores: under 3 minutes to group, under 10 to pay and settle, under
2 GB. `--share 0.01` is what CI runs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

import drgsim
from drgsim.settlement import merge_statistics, statistics

YEAR = 280_000_000
PREPARED, SHARD = 1_000_000, 400_000
PENDING = 1_500_000  # rows of statistics, before they are added up; half a gigabyte while they are
SCHEME = "chs-drg-2.0"
# without quotas no stay looks at another, so a year may be paid shard by shard
RULES = {
    "settlement.point_value": "floating",
    "outlier.high.quota": None,
    "special_review.method": "none",
}
COLUMNS = [
    "case_id", "hospital_id", "hospital_level", "insured_region", "care_region", "registration", "insurance",
    "retired", "sex", "age", "age_days", "birth_weight", "los", "discharge", "discharge_date", "diagnoses",
    "procedures", "total_cost",
]  # fmt: skip


def peak() -> float:
    """Megabytes at most, so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def prepare(rows: int) -> tuple[pa.Table, drgsim.Weights]:
    """Discharges to draw from and weights learned from them, made in a process of its own: what that takes
    is not what a year takes."""
    with tempfile.TemporaryDirectory() as folder:
        process = multiprocessing.get_context("spawn").Process(target=_prepare, args=(rows, folder))
        process.start()
        process.join()
        assert process.exitcode == 0
        table = pa.parquet.read_table(Path(folder) / "cases.parquet")
        weights = drgsim.Weights.from_table(pd.read_csv(Path(folder) / "weights.csv"))
    return table.replace_schema_metadata(), weights


def _prepare(rows: int, folder: str) -> None:
    cases = drgsim.synthetic_cases(n=rows, year=2024, seed=16)[COLUMNS]
    drgsim.Weights.fit(cases.join(drgsim.DrgGrouper(SCHEME).group(cases))).to_csv(
        Path(folder) / "weights.csv"
    )
    pa.parquet.write_table(pa.Table.from_pandas(cases, preserve_index=False), Path(folder) / "cases.parquet")


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def run(self, stage, work, *arguments, **words):
        start = time.perf_counter()
        done = work(*arguments, **words)
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start
        return done


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--share", type=float, default=1.0, help="of the year")
    words.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    given = words.parse_args()
    rows = int(YEAR * given.share)
    prepared = min(PREPARED, max(rows // 4, 50_000))
    whole, weights = prepare(prepared)
    policy = drgsim.Policy.load("national-drg-points").reform(RULES)
    grouper = drgsim.DrgGrouper(SCHEME, threads=given.threads)
    draw = np.random.default_rng(16)
    clock = Clock()
    sums: list[pd.DataFrame] = []
    done = 0

    def paid_and_added(part: pa.Table) -> pd.DataFrame:
        return statistics(drgsim.pay(part, policy, weights=weights))

    print(f"{rows:,} discharges in shards of {SHARD:,}, {given.threads} threads, {SCHEME}", flush=True)
    with ThreadPoolExecutor(given.threads) as pool:
        while done < rows:
            size = min(SHARD, rows - done)
            shard = whole.take(pa.array(np.sort(draw.integers(0, whole.num_rows, size))))
            ids = pa.array(np.arange(done, done + size)).cast(pa.string())
            shard = shard.set_column(0, "case_id", ids).combine_chunks()
            answers = clock.run("group", grouper.group, shard)
            shard = shard.append_column("drg", answers.column("drg"))
            step = -(-size // given.threads)
            parts = [shard.slice(start, step) for start in range(0, size, step)]
            added = clock.run("pay", lambda parts=parts: list(pool.map(paid_and_added, parts)))
            sums += added
            if sum(map(len, sums)) > PENDING:
                sums = [clock.run("add up", merge_statistics, sums)]
            done += size
    sums = [clock.run("add up", merge_statistics, sums)]
    table = sums[0]
    money = table.groupby(["insured_region", "insurance"], as_index=False)["fund"].sum()
    budgets = pd.DataFrame(
        {"region": money["insured_region"], "insurance": money["insurance"], "budget": money["fund"] / 100}
    )
    year = clock.run("settle", drgsim.settle, table, policy, budgets=budgets)
    assert year.residual == 0
    assert int(table["cases"].sum()) == rows
    for stage, seconds in clock.seconds.items():
        rate = f"{rows / seconds:12,.0f} rows a second" if seconds else ""
        print(f"  {stage:<8}{seconds:9.1f} s {rate}")
    print(f"  {len(table):,} rows of statistics, {len(year.ledger)} funds, residual {year.residual}")
    print(f"  peak memory {peak():,.0f} MB")


if __name__ == "__main__":
    main()
