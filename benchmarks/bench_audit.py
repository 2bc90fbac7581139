"""Supervision: how fast stays, charge lines and trace codes go through all rules, and in what memory.

Goals, on two cores: all rules on a million stays in 30 s; item rules on ten million lines in 60 s and 3 GB;
ten million trace codes in 60 s and 2 GB. Each stage runs in a process of its own, whose peak memory is its
own. `python benchmarks/bench_audit.py` prints rows, seconds (wall and CPU) and GB; `--scale 0.1` is quicker.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

DAY_ITEMS = ["110900001", "120100004", "110200005", "310701022", "310603001", "250302003"]
OTHERS = [
    "320500003",
    "320500001",
    "311000010",
    "311000006",
    "XN07XXD130E002010102774",
    "XG04CBD247E002010101503",
]


def charge_lines(folder: Path, rows: int) -> None:
    """Visits of about 30 lines each: day and hour items, tests, drugs, and 3,000 codes no rule names."""
    rng = np.random.default_rng(1)
    visits = max(rows // 30, 1)
    plain = [f"9{number:08d}" for number in range(3000)]
    codes = np.array([*DAY_ITEMS, *OTHERS, *plain])
    weights = np.array([0.1] * 3 + [0.03] * 2 + [0.002] + [0.0002] * len(OTHERS) + [1 / 3000] * 3000)
    picked = rng.choice(len(codes), rows, p=weights / weights.sum())
    visit = np.sort(rng.integers(0, visits, rows))
    begun = np.datetime64("2026-01-01T08:00:00") + rng.integers(0, 300, visits) * np.timedelta64(1, "D")
    time_of = begun[visit] + rng.integers(0, 9 * 24, rows) * np.timedelta64(1, "h")
    hours = np.isin(picked, [3, 4])
    pl.DataFrame(
        {
            "visit_id": pl.Series(visit).cast(pl.String),
            "item_code": pl.Series(codes).gather(pl.Series(picked)),
            "time": pl.Series(time_of.astype("datetime64[us]")),
            "quantity": np.where(hours, rng.integers(1, 26, rows), 1).astype(float),
            "price": rng.integers(5, 300, rows).astype(float),
        }
    ).write_parquet(folder / "items.parquet")
    pl.DataFrame(
        {
            "visit_id": pl.Series(np.arange(visits)).cast(pl.String),
            "patient_id": pl.Series(np.arange(visits) // 2).cast(pl.String),
            "hospital_id": pl.Series(np.arange(visits) % 300).cast(pl.String),
            "sex": rng.integers(1, 3, visits),
            "age": rng.integers(0, 95, visits),
            "way": ["inpatient"] * visits,
            "insurance": ["employee"] * visits,
            "hospital_level": rng.integers(1, 4, visits),
            "admission": pl.Series(begun.astype("datetime64[us]")),
            "discharge": pl.Series((begun + np.timedelta64(9, "D")).astype("datetime64[us]")),
        }
    ).write_parquet(folder / "visits.parquet")


def trace_codes(folder: Path, rows: int) -> None:
    """Sales of boxes, one in two hundred of them sold again."""
    rng = np.random.default_rng(2)
    box = np.arange(rows)
    again = rng.random(rows) < 0.005
    box[again] = rng.integers(0, rows, again.sum())
    serial = pl.Series(box).cast(pl.String).str.zfill(13)
    when = np.datetime64("2026-01-01T08:00:00") + rng.integers(0, 300 * 86400, rows) * np.timedelta64(1, "s")
    pl.DataFrame(
        {
            "trace_code": "8385793" + serial,
            "hospital_id": pl.Series(rng.integers(0, 2000, rows)).cast(pl.String),
            "document_id": pl.Series(np.arange(rows)).cast(pl.String),
            "time": pl.Series(when.astype("datetime64[us]")),
            "fund_paid": rng.integers(5, 100, rows).astype(float),
        }
    ).write_parquet(folder / "sales.parquet")


def stays(folder: Path, rows: int) -> None:
    """Cases of the invented province, grouped and paid by the screening itself."""
    import pandas as pd

    from drgsim import synthetic_cases

    part = synthetic_cases(n=min(rows, 200_000), seed=3)
    copies = -(-rows // len(part))
    parts = [
        part.assign(case_id=part["case_id"] + f"-{copy}", patient_id=part["patient_id"] + f"-{copy}")
        for copy in range(copies)
    ]
    pd.concat(parts, ignore_index=True).head(rows).to_parquet(folder / "cases.parquet")


def run(stage: str, folder: Path) -> None:
    """One stage in this process; prints what it took."""
    from drgsim.audit.screening import audit

    options = {}
    if stage == "stays":
        import pandas as pd

        from drgsim import Policy

        cases, policy = pd.read_parquet(folder / "cases.parquet"), Policy.load("harbin")
        start, cpu = time.perf_counter(), time.process_time()
        result = audit(cases, policy)
        rows = len(cases)
    else:
        names = {"items": ("items", "visits"), "trace": ("dispensings",)}[stage]
        files = {"items": "items.parquet", "visits": "visits.parquet", "dispensings": "sales.parquet"}
        options = {name: folder / files[name] for name in names}
        start, cpu = time.perf_counter(), time.process_time()
        result = audit(**options)
        rows = result.screened[names[0]]
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    took = f"{wall:7.1f} s wall {used:7.1f} s CPU {peak:5.2f} GB"
    print(f"{stage:8} {rows:>12,} rows {took} {len(result):>10,} findings")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--stage", choices=("items", "trace", "stays"))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.folder:
        run(asked.stage, asked.folder)
        sys.exit()
    makers = {
        "items": (charge_lines, 10_000_000),
        "trace": (trace_codes, 10_000_000),
        "stays": (stays, 1_000_000),
    }
    for stage in [asked.stage] if asked.stage else makers:
        make, rows = makers[stage]
        with tempfile.TemporaryDirectory() as name:
            make(Path(name), round(rows * asked.scale))
            subprocess.run([sys.executable, __file__, "--stage", stage, "--folder", name], check=True)
