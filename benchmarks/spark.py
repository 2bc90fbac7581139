"""Rows a second a core on a real local Spark: grouping, and grouping, paying and adding up.

    python benchmarks/spark.py [--rows 1_000_000] [--cores 2]

The cases are read from Parquet; answers are counted, not collected. Each stage runs once to warm the workers
and once by the clock. docs/scale.md computes the cost of 10⁸ cases from what this prints.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from nation import COLUMNS, RULES

import drgsim
import drgsim.spark


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--rows", type=int, default=1_000_000)
    words.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    given = words.parse_args()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{given.cores}]")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "8",
        "spark.ui.showConsoleProgress": "false",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    drawn = drgsim.synthetic_cases(n=min(given.rows, 100_000), year=2024, seed=16)[COLUMNS]
    policy = drgsim.Policy.load("national-drg-points").reform(RULES)
    weights = drgsim.Weights.fit(drawn.join(drgsim.DrgGrouper("chs-drg-2.0").group(drawn)))
    with tempfile.TemporaryDirectory() as folder:
        for copy in range(-(-given.rows // len(drawn))):
            rows = drawn.assign(case_id=f"r{copy}-" + drawn["case_id"])
            rows.to_parquet(Path(folder) / f"part-{copy}.parquet", index=False)
        cases = session.read.parquet(folder).repartition(8).cache()
        count = cases.count()

        def group() -> int:
            return drgsim.spark.group(cases, "chs-drg-2.0").groupBy("drg").count().count()

        def add_up() -> pd.DataFrame:
            grouped = drgsim.spark.group(cases, "chs-drg-2.0")
            return drgsim.spark.statistics(grouped, policy, weights=weights).toArrow()

        print(f"{count:,} rows, {given.cores} cores, 8 partitions")
        for name, work in (("group", group), ("group, pay and add up", add_up)):
            work()
            start = time.perf_counter()
            work()
            seconds = time.perf_counter() - start
            rate = count / seconds / given.cores
            print(f"  {name:<22}{seconds:8.1f} s {rate:10,.0f} rows a second a core")
    session.stop()


if __name__ == "__main__":
    main()
