"""Long runs: telling a caller how far one has come, and doing a part of it in a process beside this one."""

from __future__ import annotations

import gc
import mmap
import os
import pickle
import select
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn, TypeVar

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


def telling(listener: Listener | None, stage: str) -> Callable[[int, int, str], object]:
    """A function that tells the listener how far a stage is; nothing without a listener."""
    if listener is None:
        return lambda done, total, what: None
    return lambda done, total, what: listener(Progress(done, total, stage, what))


_PATIENCE = 60.0  # seconds the process beside may take longer than ten times what was done meanwhile
_beside: ContextVar[set[int] | None] = ContextVar("beside", default=None)  # those at work, where allowed


@contextmanager
def processes() -> Iterator[None]:
    """Let `beside` use a second process: for commands, which are alone in theirs. A library never knows what
    threads its caller runs. Whatever is still at work when the block ends, by an error, is ended."""
    running: set[int] = set()
    before, looking = _beside.set(running), gc.isenabled()
    gc.disable()  # unused circles are a fiftieth of a run's memory, and looking for them took half a second
    try:
        yield
    finally:
        _beside.reset(before)
        if looking:
            gc.enable()
        for child in running:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def at_hand() -> bool:
    """Whether `beside` would use a second process: a command allows it, and a second core is there."""
    return _beside.get() is not None and hasattr(os, "memfd_create") and thread_count(None) > 1  # Linux


def beside(work: Callable[[], Done]) -> Callable[[], Done]:
    """Begin `work` in a process beside this one; what is returned waits for its result.

    The result is pickled. Where there is no second core, the system cannot fork, or the other process comes
    to grief, the work is done here when its result is asked for: answers and errors are the same everywhere.

    >>> beside(lambda: 6 * 7)()
    42
    """
    return in_turn(work)[0]


def in_turn(*works: Callable[[], Any]) -> list[Callable[[], Any]]:
    """Several works in one process `beside` this one, in their order; each result is had once it is there.

    >>> [done() for done in in_turn(lambda: 6 * 7, lambda: "seven")]
    [42, 'seven']
    """
    running = _beside.get()
    if running is None or not at_hand():
        return [*works]
    reading, writing = os.pipe()
    held = os.memfd_create("beside")  # results wait there: a full pipe would stop the other process
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # idle threads of libraries
        child = os.fork()
    if not child:
        _work_and_end(works, writing, held)
    os.close(writing)
    other = _Other(child, reading, held, len(works), running)
    return [partial(other.result, number, work) for number, work in enumerate(works)]


class _Other:
    """The process beside this one: which of its results have come, and which are still wanted."""

    def __init__(self, child: int, reading: int, held: int, works: int, running: set[int]) -> None:
        self.child, self.reading, self.held, self.running = child, reading, held, running
        self.start, self.ends, self.wanted = time.monotonic(), [0], {*range(works)}
        running.add(child)

    def result(self, number: int, work: Callable[[], Done]) -> Done:
        """The result of a work, done here where the other process has none."""
        while len(self.ends) < number + 2 and self.child in self.running:
            patience = 10 * (time.monotonic() - self.start) + _PATIENCE
            heard = select.select([self.reading], [], [], patience)[0]
            told = os.read(self.reading, 8) if heard else b""
            self.ends += (int.from_bytes(told),) if told else self._ended()
        self.wanted.discard(number)
        came, answer = self.ends[number : number + 2], None  # first byte, last
        if len(came) == 2:
            with mmap.mmap(self.held, came[1], access=mmap.ACCESS_READ) as whole:
                answer = whole[slice(*came)]
        if not self.wanted:
            os.close(self.held)
            self._ended()
        return work() if answer is None else pickle.loads(answer)

    def _ended(self) -> tuple[int, ...]:
        if self.child in self.running:
            self.running.remove(self.child)
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
            os.close(self.reading)
        return ()


def _work_and_end(works: Sequence[Callable[[], object]], writing: int, held: int) -> NoReturn:
    """The other process: whatever happens it ends here, and nothing of its parent's is undone twice."""
    try:
        _beside.set(None)
        with os.fdopen(held, "wb") as results:
            for work in works:
                results.write(pickle.dumps(work()))
                results.flush()
                os.write(writing, results.tell().to_bytes(8))  # where it ends
    finally:
        os._exit(0)
