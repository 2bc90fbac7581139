"""Counts of calls in the text form that Prometheus reads."""

from __future__ import annotations

from collections import Counter
from threading import Lock

KNOWN = (
    "/group", "/explain", "/what-if", "/estimate", "/check", "/dip", "/codes/search", "/schemes", "/policies",
    "/health", "/metrics", "/",
)  # fmt: skip


class Metrics:
    """Calls and seconds by path and status. Unknown paths are one, so that nobody can make the list long."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: Counter[tuple[str, int]] = Counter()
        self._seconds: Counter[str] = Counter()
        self._cases = 0

    def count(self, path: str, status: int, seconds: float) -> None:
        """One call that has ended."""
        name = path if path in KNOWN else "other"
        with self._lock:
            self._calls[name, status] += 1
            self._seconds[name] += seconds  # type: ignore[assignment]

    def cases(self, number: int) -> None:
        """Cases that were answered."""
        with self._lock:
            self._cases += number

    def text(self) -> str:
        """All counts."""
        with self._lock:
            lines = ["# TYPE drgsim_calls_total counter"]
            for (path, status), number in sorted(self._calls.items()):
                lines.append(f'drgsim_calls_total{{path="{path}",status="{status}"}} {number}')
            lines.append("# TYPE drgsim_seconds_total counter")
            lines += [
                f'drgsim_seconds_total{{path="{path}"}} {s:.6f}' for path, s in sorted(self._seconds.items())
            ]
            lines += ["# TYPE drgsim_cases_total counter", f"drgsim_cases_total {self._cases}"]
        return "\n".join(lines) + "\n"
