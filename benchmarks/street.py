"""The whole street beside its parts: `drgsim group` from file to file, and what it cannot do without.

    python benchmarks/street.py [--rows 10_000_000] [--form parquet|csv] [--threads 2] [--folder FOLDER]

Parts, in the same run on the same file: pyarrow's own read of every column, the grouper on the Arrow table it
read, pyarrow's own write of the answer. The whole is a process of its own, so that its peak of memory is its
own. Goals: the whole ≤ 1.5 × the parts, on one core (`taskset -c 0`, --threads 1) and on two; 10⁷ rows
Parquet → Parquet in 6 s on two cores and 700 MB.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from case_mix import case_mix

from drgsim import DrgGrouper, Scheme

DRAWN = 500_000  # different cases; longer files repeat them under new case ids
SCHEME = "chs-drg-2.0"
COLUMNS = ["case_id", "sex", "age", "age_days", "birth_weight", "los", "discharge", "diagnoses", "procedures"]
PART = 1 << 17


def cases_table(rows: int) -> pa.Table:
    """Cases as a bureau holds them."""
    drawn = pa.Table.from_pandas(case_mix(Scheme.load(SCHEME), min(rows, DRAWN)), preserve_index=False)
    tables = []
    for start in range(0, rows, drawn.num_rows):
        part = drawn.slice(0, min(drawn.num_rows, rows - start))
        ids = pa.array([f"c{number:09d}" for number in range(start, start + part.num_rows)])
        tables.append(part.append_column("case_id", ids).select(COLUMNS))
    return pa.concat_tables(tables)


def write_bare(table: pa.Table, path: Path) -> None:
    if path.suffix == ".csv":
        plain = table.cast(pa.schema([(f.name, _plain(f.type)) for f in table.schema]))
        pa.csv.write_csv(plain, path, pa.csv.WriteOptions(quoting_style="none"))
        return
    with pa.parquet.ParquetWriter(path, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=PART):
            writer.write_batch(batch)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def read_bare(path: Path) -> pa.Table:
    return pa.csv.read_csv(path) if path.suffix == ".csv" else pa.parquet.read_table(path)


def parts(source: Path, target: Path, threads: int) -> dict[str, float]:
    """Seconds of each part."""
    pa.set_cpu_count(threads)
    grouper = DrgGrouper(SCHEME, threads=threads)
    grouper.group(read_bare(source).slice(0, 1000))
    marks = [time.perf_counter()]
    table = read_bare(source)
    marks.append(time.perf_counter())
    answer = grouper.group(table)
    marks.append(time.perf_counter())
    for place, name in enumerate(answer.column_names):
        table = table.append_column(name, answer.column(place))
    write_bare(table, target)
    marks.append(time.perf_counter())
    return {name: marks[k + 1] - marks[k] for k, name in enumerate(("read", "group", "write"))}


def whole(source: Path, target: Path, threads: int) -> tuple[float, float]:
    """Seconds and peak megabytes of the command, in a process of its own."""
    command = [sys.executable, "-m", "drgsim", "group", str(source), "-o", str(target), "--scheme", SCHEME]
    start = time.perf_counter()
    subprocess.run([*command, "--threads", str(threads), "--quiet"], check=True)
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--rows", type=int, default=10_000_000)
    words.add_argument("--form", choices=("parquet", "csv"), default="parquet")
    words.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    words.add_argument("--folder", type=Path, help="keep the files here, and use them again")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        source = folder / f"cases-{given.rows}.{given.form}"
        if not source.exists():
            write_bare(cases_table(given.rows), source)
        seconds, peak = whole(source, folder / f"whole.{given.form}", given.threads)
        found = parts(source, folder / f"parts.{given.form}", given.threads)
    total = sum(found.values())
    print(f"{given.rows:,} rows, {given.form} → {given.form}, {given.threads} threads, {SCHEME}")
    for name, part in found.items():
        print(f"  {name:<6}{part:8.2f} s  {part / given.rows * 1e9:6.0f} ns a case")
    print(f"  parts {total:8.2f} s")
    print(f"  whole {seconds:8.2f} s  {seconds / total:.2f} × the parts, peak {peak:,.0f} MB")


if __name__ == "__main__":
    main()
