"""Mixed work for some minutes under a cap of memory: no growth, and the same answers at the end as at first.

    python benchmarks/soak.py [--minutes 10] [--cap 3000] [--rows 20_000]

Each round reads and groups files (CSV, Parquet, workbook), checks, pays, settles, simulates and exchanges;
its answers are hashed. Exit code 1 when an answer drifts, or when memory grows by more than a tenth after
the first five rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import resource
import sys
import tempfile
import time
from pathlib import Path

import drgsim
from drgsim.cli import main as drgsim_command
from drgsim.exchange import protect, read_exchange, write_exchange
from drgsim.settlement import statistics

WARM = 5  # rounds before memory is compared


def work(cases: object, folder: Path) -> str:
    """One round; the hash of its answers."""
    found = hashlib.sha256()
    for ending in ("csv", "parquet", "xlsx"):
        source = folder / f"cases.{ending}"
        if not source.exists():
            drgsim.write_cases(cases, source)
        grouped = folder / f"grouped-{ending}.csv"
        with contextlib.redirect_stderr(io.StringIO()):
            assert drgsim_command(["group", str(source), "-o", str(grouped), "--scheme", "chs-drg-2.0"]) == 0
        found.update(grouped.read_bytes())
    table = drgsim.read_cases(folder / "grouped-csv.csv", keep=["drg"])
    found.update(str(drgsim.check_cases(table).summary()).encode())
    policy = drgsim.Policy.load("national-drg-rate")
    paid = drgsim.pay(table, policy, weights=drgsim.Weights.fit(table))
    sums = protect(statistics(paid)).frame
    words = {"sender": "soak", "scheme": "chs-drg-2.0", "policy": policy.hash, "period": "2024"}
    write_exchange(sums, folder / "sums.zip", **words, small_allowed=True)
    year = drgsim.settle(read_exchange(folder / "sums.zip").frame, policy)
    found.update(year.ledger.to_csv().encode())
    result = drgsim.simulate(cases, ["baseline-drg", "special-review-ceiling"], years=2, draws=50, seed=1)
    found.update(result.summary().to_csv().encode())
    with contextlib.suppress(drgsim.DrgsimError):
        drgsim.read_cases(folder / "sums.zip")  # no file of cases
    return found.hexdigest()


def memory() -> float:
    """Megabytes this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> int:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--minutes", type=float, default=10)
    words.add_argument("--cap", type=int, default=3000, help="megabytes of memory the process may take")
    words.add_argument("--rows", type=int, default=20_000)
    given = words.parse_args()
    resource.setrlimit(resource.RLIMIT_DATA, (given.cap << 20, given.cap << 20))
    cases = drgsim.synthetic_cases(n=given.rows, year=2024, seed=16)
    stop = time.monotonic() + given.minutes * 60
    hashes: set[str] = set()
    held: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < stop or len(held) < 2:
            hashes.add(work(cases, Path(folder)))
            held.append(memory())
    after = held[WARM:] or held[-1:]
    print(f"{len(held)} rounds; {held[0]:,.0f} MB after the first, {max(after):,.0f} at most after {WARM}")
    drift, growth = len(hashes) > 1, after[-1] > 1.1 * after[0]
    print("the answers DRIFT" if drift else "every round gave the same answers")
    print("memory GROWS" if growth else "memory does not grow")
    return int(drift or growth)


if __name__ == "__main__":
    sys.exit(main())
