"""The process that computes for one visit: `python -m drgsim.web.pages.work FOLDER`."""

from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from ...errors import DrgsimError
from ..told import told as as_data
from .desk import Visit

# task → where it is; each is called with the visit, its options and a function that tells how far it is
TASKS = {
    "look": "file_read:look",
    "read": "file_read:read",
    "office": "file_tasks:office",
    "transition": "file_tasks:transition",
    "audit": "file_tasks:audit",
    "question": "file_tasks:question",
    "fund": "fund_asked:read_opened",
}
Tell = Callable[..., None]
_LOOK_SECONDS = 0.1


def run(visit: Visit) -> None:
    """Do the task of a visit; its state says how far it is and how it ended."""
    task = visit.read("task")
    started = time.time()
    state = {"state": "running", "task": task["task"], "run": task["run"], "since": started}

    def tell(stage: str, done: int = 0, total: int = 0) -> None:
        visit.write("state", {**state, "stage": stage, "done": done, "total": total})

    tell("start")
    module, _, name = TASKS[task["task"]].partition(":")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function = getattr(import_module(f"{__package__}.{module}"), name)
            answer = function(visit, task["options"], tell)
    except DrgsimError as error:
        visit.write("state", {**state, "state": "failed", "error": as_data(error)})
    except MemoryError:
        told = {"code": "DS820", "message": "there is not enough memory", "do": "fewer cases at once"}
        visit.write("state", {**state, "state": "failed", "error": told})
    except Exception as error:  # its message may quote a case; only its kind is told
        told = {"code": "DS820", "message": "the computation failed", "where": type(error).__name__}
        visit.write("state", {**state, "state": "failed", "error": told})
    else:
        visit.write(task["task"], answer)
        visit.write("state", {**state, "state": "done", "seconds": time.time() - started})


def _watch(visit: Visit) -> None:
    """End at once when asked to, or when the visit was emptied."""
    while visit.folder.exists() and not (visit.folder / "cancel").exists():
        time.sleep(_LOOK_SECONDS)
    os._exit(3)


def _watch_parent() -> None:
    """End when the service ends: then this input does."""
    sys.stdin.buffer.read()
    os._exit(3)


def main(folder: str) -> None:
    """Run the task of the folder of a visit."""
    visit = Visit(Path(folder).name, Path(folder))
    threading.Thread(target=_watch, args=(visit,), daemon=True).start()
    threading.Thread(target=_watch_parent, daemon=True).start()
    run(visit)
    os._exit(0)  # the watching thread holds the input; nothing is left to close


if __name__ == "__main__":
    main(sys.argv[1])
