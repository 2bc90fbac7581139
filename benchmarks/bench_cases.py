"""Reading and checking cases: how fast a file becomes a table of cases, and how fast that is checked.

Goals, on one core: a million cases of plain CSV read in four seconds, or streamed for grouping in two, in
memory that does not grow; Parquet in half the time of CSV; a workbook at the pace of its reader; all checks
on a million fine cases in five seconds (problems cost extra, by their number). `extra_info` holds cases a
second in the best round. Run with `pytest benchmarks/bench_cases.py`.
"""

import numpy as np
import pandas as pd
import pytest

from drgsim import check_cases, iter_cases, read_cases, write_cases
from drgsim.codes import Catalogue

CASES = {"csv": 300_000, "parquet": 300_000, "xlsx": 20_000}
GROUPING = [
    "case_id",
    "sex",
    "age",
    "age_days",
    "birth_weight",
    "los",
    "discharge",
    "diagnoses",
    "procedures",
]


@pytest.fixture(scope="module")
def region():
    """Cases of chapters and operations that neither sex nor age contradicts."""
    random = np.random.default_rng(7)
    rows = max(CASES.values())
    joined = {
        kind: _joined(Catalogue.load(kind), mean, rows, random)
        for kind, mean in (("diagnosis", 4), ("procedure", 1))
    }
    return pd.DataFrame({
        "case_id": [f"c{number:07d}" for number in range(rows)],
        "sex": random.integers(1, 3, rows),
        "age": random.integers(1, 100, rows),
        "age_days": pd.array([None] * rows, dtype="Int32"),
        "birth_weight": pd.array([None] * rows, dtype="Int32"),
        "los": random.integers(1, 40, rows),
        "discharge": random.choice([1, 2, 3, 4, 5, 9], rows, p=[0.9, 0.03, 0.02, 0.03, 0.01, 0.01]),
        "diagnoses": joined["diagnosis"],
        "procedures": joined["procedure"],
        "total_cost": random.lognormal(9, 0.8, rows).round(2),
    })  # fmt: skip


def _joined(catalogue, mean, rows, random):
    codes = np.array(catalogue.codes, dtype=object)[~catalogue.gray]
    used = codes[[code[0] in ("EIJK" if catalogue.kind == "diagnosis" else "45") for code in codes]]
    counts = 1 + random.poisson(mean, rows)
    flat = iter(used[random.integers(0, len(used), counts.sum())].tolist())
    return ["|".join([next(flat) for _ in range(count)]) for count in counts]


@pytest.fixture(scope="module")
def files(region, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    for kind, rows in CASES.items():
        write_cases(region.head(rows), folder / f"cases.{kind}")
    write_cases(region.head(CASES["csv"]), folder / "gb.csv", labels="zh", encoding="gb18030")
    return folder


def _rate(benchmark, rows):
    benchmark.extra_info["cases a second"] = round(rows / benchmark.stats.stats.min)


@pytest.mark.parametrize("name", ["cases.csv", "gb.csv", "cases.parquet", "cases.xlsx"])
def test_read(benchmark, files, name):
    cases = benchmark.pedantic(read_cases, (files / name,), rounds=3)
    assert len(cases) == CASES[name.partition(".")[2]]
    _rate(benchmark, len(cases))


def test_read_without_pyarrow(benchmark, files, monkeypatch):
    monkeypatch.setattr("drgsim.cases.csv_table.installed", lambda module: False)
    cases = benchmark.pedantic(read_cases, (files / "cases.csv",), rounds=3)
    _rate(benchmark, len(cases))


def test_stream_what_grouping_needs(benchmark, files):
    def stream():
        chunks = iter_cases(files / "cases.csv", normalise=False, columns=GROUPING)
        return sum(len(chunk) for chunk in chunks)

    assert benchmark.pedantic(stream, rounds=3) == CASES["csv"]
    _rate(benchmark, CASES["csv"])


def test_check(benchmark, files):
    cases = read_cases(files / "cases.parquet")
    problems = benchmark.pedantic(check_cases, (cases,), rounds=3)
    benchmark.extra_info["problems"] = len(problems)
    _rate(benchmark, len(cases))


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_write(benchmark, files, tmp_path, kind):
    cases = read_cases(files / f"cases.{kind}")
    benchmark.pedantic(write_cases, (cases, tmp_path / f"out.{kind}"), rounds=2)
    _rate(benchmark, len(cases))
