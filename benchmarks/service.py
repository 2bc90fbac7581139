"""The service with a real client over loopback: each number beside its goal.

    python benchmarks/service.py                       # two workers, a million cases through Arrow
    python benchmarks/service.py --cases 100000 --calls 500

Cases differ: each has a principal diagnosis, secondary ones and procedures drawn anew. Rates are of the whole
machine, the client's own work among it.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

CLIENTS = 8
GOALS = {
    "median": "< 3 ms",
    "p99": "< 15 ms",
    "cases": "≥ 300 a second",
    "groups": "≥ 1,500 a second",
    "arrow": "≥ 300,000 a second",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1_000_000, help="through Arrow")
    parser.add_argument("--calls", type=int, default=3_000, help="single cases over HTTP, of each kind")
    parser.add_argument("--inside", type=int, default=1_000, help="single cases inside the process")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    drawn = draw(max(asked.calls, asked.inside))
    inside(drawn[: asked.inside])
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        log = Path(folder) / "audit.log"
        service = subprocess.Popen(
            [sys.executable, "-m", "drgsim", "serve", "--port", str(port), "--workers", str(asked.workers),
             "--audit-log", str(log)]
        )  # fmt: skip
        try:
            wait(port)
            over_http(port, service.pid, "/group", drawn[: asked.calls], "grouped over HTTP", GOALS["groups"])
            over_http(
                port,
                service.pid,
                "/case",
                drawn[: asked.calls],
                "grouped, explained, estimated over HTTP",
                GOALS["cases"],
            )
            through_arrow(port, asked.cases, service.pid)
        finally:
            service.terminate()
            service.wait(60)
    return 0


def draw(number: int) -> list[dict[str, Any]]:
    """Cases that differ, in the columns of the case table."""
    from drgsim.codes import Catalogue

    chance = random.Random(1)
    known = {
        kind: [code for code, gray in zip(book.codes, book.gray, strict=True) if not gray]
        for kind, book in ((kind, Catalogue.load(kind)) for kind in ("diagnosis", "procedure"))
    }
    return [
        {
            "case_id": f"c{row}",
            "sex": chance.choice((1, 2)),
            "age": chance.randint(1, 95),
            "diagnoses": "|".join(chance.choices(known["diagnosis"], k=chance.randint(1, 6))),
            "procedures": "|".join(chance.choices(known["procedure"], k=chance.randint(0, 3))),
            "total_cost": round(chance.lognormvariate(9.2, 0.9), 2),
            "los": chance.randint(1, 30),
            "insurance": chance.choice(("employee", "resident")),
            "hospital_level": chance.choice((3, 2)),
        }
        for row in range(number)
    ]


def inside(cases: list[dict[str, Any]]) -> None:
    """One case grouped, explained and estimated inside the process, as the service does it."""
    from drgsim.web.answers import Answers
    from drgsim.web.giving import dumped
    from drgsim.web.running import settle
    from drgsim.web.settings import Settings
    from drgsim.web.taking import cases_of

    work = Answers(Settings())
    for case in cases[:50]:
        work.case(cases_of([case]), {})
    settle()
    taken, busy = [], []
    for case in cases:
        started, used = time.perf_counter(), time.process_time()
        dumped(work.case(cases_of([case]), {}).rows)
        taken.append((time.perf_counter() - started) * 1e3)
        busy.append((time.process_time() - used) * 1e3)
    taken.sort()
    tell("one case, processor time, median", f"{statistics.median(busy):.2f} ms", GOALS["median"])
    tell("one case inside the process, median", f"{statistics.median(taken):.2f} ms", GOALS["median"])
    tell("one case inside the process, p99", f"{taken[int(len(taken) * 0.99)]:.2f} ms", GOALS["p99"])


def over_http(port: int, pid: int, path: str, cases: list[dict[str, Any]], words: str, goal: str) -> None:
    """Single cases by several clients, each on a connection that it keeps, beside the service's own time."""
    bodies = [json.dumps(case).encode() for case in cases]
    shares = [bodies[number::CLIENTS] for number in range(CLIENTS)]
    failed: list[int] = []

    def work(share: list[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for body in share:
            connection.request("POST", path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failed.append(answer.status)
        connection.close()

    for share in (shares, shares):  # the first time warms the workers up
        threads = [threading.Thread(target=work, args=(each,)) for each in share]
        started, busy = time.perf_counter(), processor_seconds(pid)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds, busy = time.perf_counter() - started, processor_seconds(pid) - busy
    assert not failed, failed[:3]
    tell(words, f"{len(bodies) / seconds:,.0f} a second", goal)
    if busy:
        tell("  processor time of the service a call", f"{busy / len(bodies) * 1e3:.2f} ms", "one core's")
        tell("  so two cores, all its own, answer", f"{2 * len(bodies) / busy:,.0f} a second", goal)


def processor_seconds(pid: int) -> float:
    """Processor seconds a process and its children have used; 0 where the system does not say."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        each = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in (pid, *children)]
    except OSError:
        return 0.0
    return sum(int(fields[11]) + int(fields[12]) for fields in each) / os.sysconf("SC_CLK_TCK")


def through_arrow(port: int, number: int, pid: int) -> None:
    """A stream of cases, sent as it is made, and its answer; the most memory the service took meanwhile."""
    import pyarrow as pa

    piece = 50_000
    base = draw(piece)
    table = pa.table({name: [case[name] for case in base] for name in base[0]})
    schema = table.schema

    def parts() -> Any:
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, schema) as writer:
            for _ in range(0, number, piece):
                writer.write_table(table.slice(0, min(piece, number)))
                yield sink.getvalue()
                sink.seek(0)
                sink.truncate()
        yield sink.getvalue()

    most, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            most[0] = max(most[0], memory(pid))

    before = memory(pid)
    watcher = threading.Thread(target=watch)
    watcher.start()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    started = time.perf_counter()
    connection.request(
        "POST",
        "/group",
        parts(),
        {"content-type": "application/vnd.apache.arrow.stream"},
        encode_chunked=True,
    )
    answer = connection.getresponse()
    found = pa.ipc.open_stream(answer.read()).read_all()
    seconds = time.perf_counter() - started
    ended.set()
    watcher.join()
    assert found.num_rows == number, found.num_rows
    tell(f"{number:,} cases through Arrow", f"{number / seconds:,.0f} a second", GOALS["arrow"])
    tell("memory of all workers, before and most", f"{before:,} and {most[0]:,} MB", "bounded")


def memory(pid: int) -> int:
    """Resident MB of a process and its children; 0 where the system does not say."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in (pid, *children))
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def wait(port: int) -> None:
    for _ in range(600):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", "/health")
                connection.getresponse().read()
                connection.close()
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the service did not start")


def tell(words: str, number: str, goal: str) -> None:
    print(f"{words:<48} {number:>24}   goal {goal}", flush=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
