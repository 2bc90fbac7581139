"""Counts of calls in the text form that Prometheus reads; of all workers, where there are several."""

from __future__ import annotations

from pathlib import Path

from .calls import CALLS
from .counts import SharedNumbers

KNOWN = (
    *(call.path for call in CALLS),
    *(
        "/codes/search",
        "/schemes",
        "/policies",
        "/openapi.json",
        "/health",
        "/metrics",
        "/",
        "/login",
        "/file",
        "/question",
        "/fund",
    ),
)
_OTHER = "other"
_NAMES = (*KNOWN, _OTHER)  # unknown paths are one, so that nobody can make the list long
_STATUSES = (200, 303, 304, 400, 401, 404, 405, 413, 415, 421, 422, 429, 500, 501, 503, 0)
_UPPERS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # seconds
_WIDTH = len(_STATUSES) + len(_UPPERS) + 2  # by status, by time, all, seconds
_CASES = len(_NAMES) * _WIDTH
_CELLS = _CASES + 1


class Metrics:
    """Calls by path and status, how long they took, and cases that were answered."""

    def __init__(self, path: Path | None = None) -> None:
        self._numbers = SharedNumbers(_CELLS * 8, path)

    def count(self, path: str, status: int, seconds: float) -> None:
        """One call that has ended; status 0 for a client that left."""
        start = _NAMES.index(path if path in KNOWN else _OTHER) * _WIDTH
        place = _STATUSES.index(status) if status in _STATUSES else _STATUSES.index(500)
        cells = {start + place: 1.0}
        times = start + len(_STATUSES)
        for upper, limit in enumerate(_UPPERS):
            if seconds <= limit:
                cells[times + upper] = 1.0
                break
        self._numbers.add({**cells, times + len(_UPPERS): 1.0, times + len(_UPPERS) + 1: seconds})

    def cases(self, number: int) -> None:
        """Cases that were answered."""
        self._numbers.add({_CASES: float(number)})

    def text(self) -> str:
        """All counts."""
        calls, times = ["# TYPE drgsim_calls_total counter"], ["# TYPE drgsim_seconds histogram"]
        for number, path in enumerate(_NAMES):
            start = number * _WIDTH
            for place, status in enumerate(_STATUSES):
                if found := self._numbers.cell(start + place):
                    calls.append(f'drgsim_calls_total{{path="{path}",status="{status}"}} {found:.0f}')
            at, below = start + len(_STATUSES), 0.0
            if not (whole := self._numbers.cell(at + len(_UPPERS))):
                continue
            for upper, limit in enumerate(_UPPERS):
                below += self._numbers.cell(at + upper)
                times.append(f'drgsim_seconds_bucket{{path="{path}",le="{limit:g}"}} {below:.0f}')
            seconds = self._numbers.cell(at + len(_UPPERS) + 1)
            times += [
                f'drgsim_seconds_bucket{{path="{path}",le="+Inf"}} {whole:.0f}',
                f'drgsim_seconds_sum{{path="{path}"}} {seconds:.6f}',
                f'drgsim_seconds_count{{path="{path}"}} {whole:.0f}',
            ]
        cases = f"# TYPE drgsim_cases_total counter\ndrgsim_cases_total {self._numbers.cell(_CASES):.0f}"
        return "\n".join([*calls, *times, cases]) + "\n"
