"""A command of the whole street beside its parts: from file to file, and what it cannot do without.

    python benchmarks/street.py [--command group|dip|convert|check|estimate] [--rows 10_000_000]
        [--form parquet|csv] [--threads 2] [--folder FOLDER]

Parts, in the same run on the same file, one after the other: pyarrow's own read, what the command does to the
Arrow table that was read, pyarrow's own write of cases and answers, by the very settings the command writes
with; beside them the same table by pyarrow's defaults, for comparison. The whole is a process of its own, so
that its peak of memory is its own, and its seconds hold its start: what the same command takes for 1,000 of
the rows is printed as such, and the ratio once more without it. Goals for `group`: the whole ≤ 1.5 × the
parts, on one core (`taskset -c 0`, --threads 1) and on two; 10⁷ rows Parquet → Parquet in 6 s on two cores
and 700 MB. Seconds of a busy machine say little; seconds of processor time, which are printed too, say more.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from apart import Took, drgsim_apart
from case_mix import case_mix

import drgsim
from drgsim import DrgGrouper, Scheme
from drgsim.cases.chunk_writer import parquet_settings

DRAWN = 500_000  # different cases; longer files repeat them under new case ids
SCHEME, CATALOGUE, POLICY = "chs-drg-2.0", "dip-national-3.0", "harbin"
COLUMNS = ["case_id", "sex", "age", "age_days", "birth_weight", "los", "discharge", "diagnoses", "procedures"]
PART, FEW = 1 << 17, 1000
COMMANDS = ("group", "dip", "convert", "check", "estimate")


def cases_table(rows: int) -> pa.Table:
    """Cases as a bureau holds them."""
    drawn = pa.Table.from_pandas(case_mix(Scheme.load(SCHEME), min(rows, DRAWN)), preserve_index=False)
    tables = []
    for start in range(0, rows, drawn.num_rows):
        part = drawn.slice(0, min(drawn.num_rows, rows - start))
        ids = pa.array([f"c{number:09d}" for number in range(start, start + part.num_rows)])
        tables.append(part.append_column("case_id", ids).select(COLUMNS))
    return pa.concat_tables(tables)


def priced(table: pa.Table) -> pa.Table:
    """The cases with what an estimate asks for: a cost of some 1,500 yuan a day, insurance, level."""
    draw = np.random.default_rng(1)
    cost = np.round(1500 * table["los"].to_numpy() * draw.lognormal(0, 0.5, len(table)), 2)
    insurance = pa.array(np.where(draw.random(len(table)) < 0.3, "employee", "resident"))
    level = pa.array(np.full(len(table), 3))
    named = {"insurance": insurance, "hospital_level": level, "total_cost": pa.array(cost)}
    for name, array in named.items():
        table = table.append_column(name, array)
    return table


def write_bare(table: pa.Table, path: Path, *, as_we_do: bool = True) -> None:
    if path.suffix == ".csv":
        plain = table.cast(pa.schema([(f.name, _plain(f.type)) for f in table.schema]))
        pa.csv.write_csv(plain, path, pa.csv.WriteOptions(quoting_style="none"))
        return
    settings = parquet_settings(table) if as_we_do else {}
    with pa.parquet.ParquetWriter(path, table.schema, **settings) as writer:
        for batch in table.to_batches(max_chunksize=PART):
            writer.write_batch(batch)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def read_bare(path: Path) -> pa.Table:
    return pa.csv.read_csv(path) if path.suffix == ".csv" else pa.parquet.read_table(path)


class Clock:
    """Seconds and processor seconds by part."""

    def __init__(self) -> None:
        self.parts: dict[str, tuple[float, float]] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        start, used = time.perf_counter(), _used()
        yield
        self.parts[name] = time.perf_counter() - start, _used() - used


def _used() -> float:
    """Processor seconds of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def worker(command: str, threads: int) -> Callable[[pa.Table], Any] | None:
    """What the command does to a table that was read; None for nothing."""
    if command == "group":
        return DrgGrouper(SCHEME, threads=threads).group
    if command == "dip":
        return drgsim.DipGrouper(CATALOGUE, threads=threads).group
    if command == "check":
        from drgsim.cases.check import findings_of

        return lambda table: sum(len(found.rows) for found in findings_of(table.to_pandas()))
    if command == "estimate":
        policy = drgsim.Policy.load(POLICY)
        return lambda table: drgsim.estimate(table.to_pandas(), policy)
    return None


def parts(command: str, source: Path, target: Path, threads: int) -> tuple[Clock, float]:
    """The clock of the parts, and seconds of writing as pyarrow does by itself."""
    pa.set_cpu_count(threads)
    work = worker(command, threads)
    if work is not None:
        work(read_bare(source).slice(0, 1000))
    clock, answer = Clock(), None
    with clock.part("read"):
        table = read_bare(source)
    if work is not None:
        with clock.part(command):
            answer = work(table)
    if command == "estimate":
        with clock.part("write"):
            answer.to_excel(target)
        return clock, 0.0
    if command == "check":
        return clock, 0.0
    if answer is not None:
        for place, name in enumerate(answer.column_names):
            table = table.append_column(name, answer.column(place))
    with clock.part("write"):
        write_bare(table, target)
    start = time.perf_counter()
    write_bare(table, target, as_we_do=False)
    return clock, time.perf_counter() - start


def whole(command: str, source: Path, target: Path, threads: int) -> Took:
    """What the command took in a process of its own."""
    limited = ["--threads", str(threads), "--quiet"]
    words = {
        "group": ["group", source, "-o", target, "--scheme", SCHEME, *limited],
        "dip": ["dip", "group", source, "-o", target, "--catalogue", CATALOGUE, *limited],
        "convert": ["convert", source, target],
        "check": ["check", source],
        "estimate": ["estimate", source, "-o", target, "--policy", POLICY],
    }[command]
    took = drgsim_apart(*words)
    if took.code not in ((0,) if command in ("group", "dip", "convert") else (0, 1)):
        raise SystemExit(f"drgsim {command} ended with {took.code}\n{took.told}")
    return took


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--command", choices=COMMANDS, default="group")
    words.add_argument("--rows", type=int, default=10_000_000)
    words.add_argument("--form", choices=("parquet", "csv"), default="parquet")
    words.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    words.add_argument("--folder", type=Path, help="keep the files here, and use them again")
    given = words.parse_args()
    form = "xlsx" if given.command == "estimate" else given.form
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        kind = "priced" if given.command == "estimate" else "cases"
        source, few = (folder / f"{kind}-{rows}.{given.form}" for rows in (given.rows, FEW))
        if not (source.exists() and few.exists()):
            table = priced(cases_table(given.rows)) if kind == "priced" else cases_table(given.rows)
            write_bare(table, source, as_we_do=False)
            write_bare(table.slice(0, FEW), few, as_we_do=False)
        begun = whole(given.command, few, folder / f"few.{form}", given.threads)
        took = whole(given.command, source, folder / f"whole.{form}", given.threads)
        found, by_default = parts(given.command, source, folder / f"parts.{form}", given.threads)
    print(f"{given.rows:,} rows, {given.form} → {form}, {given.threads} threads, {given.command}")
    for name, (seconds, used) in found.parts.items():
        print(
            f"  {name:<8}{seconds:8.2f} s {used:8.2f} s of processor {used / given.rows * 1e9:6.0f} ns a case"
        )
    total, worked = (sum(each) for each in zip(*found.parts.values(), strict=True))
    seconds, used = took.seconds, took.processor
    print(f"  parts   {total:8.2f} s {worked:8.2f} s of processor")
    print(f"  whole   {seconds:8.2f} s {used:8.2f} s of processor, peak {took.peak:,.0f} MB")
    print(f"  whole   {seconds / total:8.2f} × the parts, {used / worked:.2f} × their processor time")
    print(f"  start   {begun.seconds:8.2f} s {begun.processor:8.2f} s of processor")
    left = (seconds - begun.seconds) / total, (used - begun.processor) / worked
    print(f"  without {left[0]:8.2f} × the parts, {left[1]:.2f} × their processor time")
    if by_default and given.form == "parquet":
        instead = total - found.parts["write"][0] + by_default
        print(f"  pyarrow's default write takes {by_default:.2f} s: {seconds / instead:.2f} × such parts")


if __name__ == "__main__":
    main()
