"""Long runs: telling a caller how far one has come, and doing a part of it in a process beside this one."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from .._parallel import thread_count

Done = TypeVar("Done")


@dataclass(frozen=True)
class Progress:
    """What a `progress` callable is given: work done and in all (0 to 1 in even parts), and what is next."""

    done: int
    total: int
    stage: str
    what: str


Listener = Callable[[Progress], object]


def telling(listener: Listener | None, stage: str) -> Callable[[int, int, str], None]:
    """A function that tells the listener how far a stage is; nothing without a listener."""

    def tell(done: int, total: int, what: str) -> None:
        if listener is not None:
            listener(Progress(done, total, stage, what))

    return tell


_PATIENCE = 60.0  # seconds the process beside may take longer than ten times what was done meanwhile
_beside: ContextVar[set[int] | None] = ContextVar("beside", default=None)  # those at work, where allowed


@contextmanager
def processes() -> Iterator[None]:
    """Let `beside` use a second process: for commands, which are alone in theirs. A library never knows what
    threads its caller runs. Whatever is still at work when the block ends, by an error, is ended."""
    running: set[int] = set()
    before = _beside.set(running)
    try:
        yield
    finally:
        _beside.reset(before)
        for child in running:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def beside(work: Callable[[], Done]) -> Callable[[], Done]:
    """Begin `work` in a process beside this one; what is returned waits for its result.

    The result is pickled. Where there is no second core, the system cannot fork, or the other process comes
    to grief, the work is done here when its result is asked for: answers and errors are the same everywhere.

    >>> beside(lambda: 6 * 7)()
    42
    """
    running = _beside.get()
    if running is None or thread_count(None) < 2 or not hasattr(os, "sched_getaffinity"):  # not Linux
        return work
    reading, writing = os.pipe()
    start = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # idle threads of libraries
        child = os.fork()
    if not child:
        _work_and_end(work, writing)
    os.close(writing)
    running.add(child)

    def result() -> Done:
        patience = 10 * (time.monotonic() - start) + _PATIENCE
        with os.fdopen(reading, "rb") as pipe:
            if not select.select([pipe], [], [], patience)[0]:
                os.kill(child, signal.SIGKILL)
            answer = pipe.read()
        _, status = os.waitpid(child, 0)
        running.discard(child)
        return pickle.loads(answer) if status == 0 else work()

    return result


def _work_and_end(work: Callable[[], object], writing: int) -> NoReturn:
    """The other process: whatever happens it ends here, and nothing of its parent's is undone twice."""
    status = 1
    try:
        _beside.set(None)
        answer = pickle.dumps(work())
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(answer)
        status = 0
    finally:
        os._exit(status)
