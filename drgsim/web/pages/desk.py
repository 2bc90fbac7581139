"""Where files lie while somebody works on them: one folder a visit, emptied at the end, by age and on stop.

A visit is known by an unguessable key in its address. What is computed runs in a process of its own, so that
it can be stopped at once and the service goes on answering; all that is known of it stands in the folder.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..._atomic import scratch_folder
from ...errors import ArgumentError, NotFoundError

KEPT_SECONDS = 3600.0  # a visit nobody has looked at for so long is emptied
AT_ONCE = 2  # computations; others wait
MOST_VISITS = 200
RUNNING = ("waiting", "running")
_KEY = re.compile(r"[A-Za-z0-9_-]{22}")
_SWEEP_SECONDS = 60.0
SHARED = "DRGSIM_DESK"  # the folder of a service that runs in several processes; who sets it empties it


@dataclass(frozen=True, slots=True)
class Visit:
    """One folder: `files` as they came, `out` what was made of them, small JSON files between."""

    key: str
    folder: Path

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def tables(self) -> dict[str, Path]:
        """What was given beside the stays, by kind (charge items, prescriptions …)."""
        folder = self.folder / "tables"
        if not folder.is_dir():
            return {}
        return {path.stem: path for path in sorted(folder.iterdir()) if not path.name.startswith(".")}

    def read(self, name: str) -> Any:
        """A small JSON file of the visit; None where there is none."""
        try:
            return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def write(self, name: str, value: Any) -> None:
        """Whole or not at all: pages read while others write."""
        part = self.folder / f".{name}.{threading.get_ident()}"
        part.write_text(json.dumps(value, ensure_ascii=False, default=str), encoding="utf-8")
        part.replace(self.folder / f"{name}.json")

    @property
    def state(self) -> dict[str, Any]:
        """state (new, waiting, running, done, failed, cancelled), task, and how far it is."""
        return self.read("state") or {"state": "new"}

    @property
    def busy(self) -> bool:
        return self.state["state"] in RUNNING

    def must_be_free(self) -> None:
        """Raises ArgumentError while something is computed."""
        if self.busy:
            raise ArgumentError("something is being computed already", do="wait, or cancel it first")

    def forget(self, *names: str) -> None:
        """Take away what these tasks found."""
        for name in names:
            (self.folder / f"{name}.json").unlink(missing_ok=True)
            for path in self.out.glob(f"{name}.*"):
                path.unlink()

    def cancel(self) -> None:
        """Ask the computation to stop; it looks for this file all the time."""
        if self.busy:
            (self.folder / "cancel").touch()


class Desk:
    """All visits of one service."""

    def __init__(self, *, seconds: float = KEPT_SECONDS, at_once: int = AT_ONCE) -> None:
        self._seconds = seconds
        self._free = threading.Semaphore(at_once)
        self._swept = time.monotonic()
        self._closed = threading.Event()

    @cached_property
    def root(self) -> Path:
        """The folder of all visits, made when the first one is; only the user of the service may open it."""
        given = os.environ.get(SHARED)
        if given is not None:
            return Path(given)
        root = scratch_folder()
        atexit.register(shutil.rmtree, root, ignore_errors=True)
        return root

    def new(self) -> Visit:
        """An empty visit. Raises ArgumentError where there are too many."""
        self.sweep()
        if sum(1 for _ in self.root.iterdir()) >= MOST_VISITS:
            raise ArgumentError("too many visits at once", allowed=MOST_VISITS, do="finish one, or wait")
        visit = Visit(key := secrets.token_urlsafe(16), self.root / key)
        visit.folder.mkdir(mode=0o700)
        visit.files.mkdir()
        visit.out.mkdir()
        return visit

    def get(self, key: str) -> Visit:
        """The visit of this key. Raises NotFoundError, also where it was emptied by age."""
        if self._swept + _SWEEP_SECONDS < time.monotonic():
            self.sweep()
        visit = Visit(key, self.root / key)
        if not _KEY.fullmatch(key) or not visit.folder.is_dir():
            raise NotFoundError("this visit is over and was emptied", do="drop the file again: /file")
        os.utime(visit.folder)
        return visit

    def end(self, visit: Visit) -> None:
        """Stop what runs and empty the visit."""
        visit.cancel()
        shutil.rmtree(visit.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Empty the visits that are too old."""
        self._swept = time.monotonic()
        for folder in self.root.iterdir():
            try:
                old = time.time() - folder.stat().st_mtime > self._seconds
            except FileNotFoundError:
                continue
            if old:
                self.end(Visit(folder.name, folder))

    def close(self) -> None:
        """Empty all. A computation that runs ends by itself when its folder is gone."""
        self._closed.set()
        if "root" in self.__dict__ and SHARED not in os.environ:
            shutil.rmtree(self.root, ignore_errors=True)

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[None]:
        """As long as the service runs; emptied when it stops."""
        yield
        self.close()

    def start(self, visit: Visit, task: str, options: dict[str, Any]) -> None:
        """Compute in a process of its own. Raises ArgumentError while something runs."""
        visit.must_be_free()
        (visit.folder / "cancel").unlink(missing_ok=True)
        run = secrets.token_hex(8)
        visit.write("task", {"task": task, "options": options, "run": run})
        visit.write("state", {"state": "waiting", "task": task, "run": run, "since": time.time()})
        threading.Thread(target=self._run, args=(visit, task, run), daemon=True).start()

    def _run(self, visit: Visit, task: str, run: str) -> None:
        cancelled = visit.folder / "cancel"
        while not self._free.acquire(timeout=0.2):
            if cancelled.exists() or self._closed.is_set() or not visit.folder.exists():
                _settle(visit, run, {"state": "cancelled", "task": task})
                return
        try:
            command = [sys.executable, "-m", "drgsim.web.pages.work", str(visit.folder)]
            # its input ends when this process does, and it ends with it
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process:
                while process.poll() is None:
                    if cancelled.exists() or self._closed.is_set() or not visit.folder.exists():
                        process.kill()
                    time.sleep(0.05)
            if cancelled.exists():
                _settle(visit, run, {"state": "cancelled", "task": task})
            else:
                told = {
                    "code": "DS820",
                    "message": "the computation ended before it was done",
                    "do": "fewer cases, or more memory",
                }
                _settle(visit, run, {"state": "failed", "task": task, "error": told})
        finally:
            self._free.release()


def _settle(visit: Visit, run: str, state: dict[str, Any]) -> None:
    """Say how a run ended, where it did not say so itself and no other has begun."""
    now = visit.state
    if now["state"] not in RUNNING or now["run"] != run:
        return
    try:
        visit.write("state", state)
    except FileNotFoundError:  # emptied meanwhile
        shutil.rmtree(visit.folder, ignore_errors=True)
