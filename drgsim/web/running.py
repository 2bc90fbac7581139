"""The process of the service: its server, its workers, where its audit lines go, how it stops."""

from __future__ import annotations

import gc
import logging
import os
import sys
from dataclasses import replace
from inspect import signature
from typing import Any

from .._atomic import scratch
from .._optional import require
from .app import SETTINGS, create_app
from .guard import AUDIT
from .kept import Kept
from .pages.desk import SHARED
from .settings import Settings

_GRACE = 30  # seconds that what runs may take to finish after a stop
_BACKLOG = 512
_AT_ONCE = 1000  # connections of a worker; more are told to come again


def run(settings: Settings) -> None:
    """Serve until stopped; what runs is finished first. Raises what is wrong before it listens."""
    uvicorn = require("uvicorn", extra="web", feature="the service")
    settings = settings.checked()
    if settings.workers == 1:
        log_audit(settings)
        app = create_app(settings)
        settle()
        uvicorn.Server(config(app, settings)).run()
        return
    with scratch() as folder:
        settings = replace(settings, shared_counts=folder / "counts")
        Kept(settings).warm()  # what is wrong is told here, once, and not by every worker
        os.environ[SETTINGS] = settings.to_json()
        desk = folder / "desk"
        desk.mkdir(mode=0o700)
        os.environ[SHARED] = str(desk)
        uvicorn.run("drgsim.web.running:worker", factory=True, workers=settings.workers, **options(settings))


def config(app: Any, settings: Settings) -> Any:
    """The server's configuration for one process."""
    uvicorn = require("uvicorn", extra="web", feature="the service")
    return uvicorn.Config(app, **options(settings))


def options(settings: Settings) -> dict[str, Any]:
    """How the server runs; its quiet log says nothing of calls, the audit line does."""
    uvicorn = require("uvicorn", extra="web", feature="the service")
    from .protocol import Impatient

    Impatient.seconds = settings.header_seconds
    wanted = {
        "host": settings.host,
        "port": settings.port,
        "http": Impatient,
        "ws": "none",
        "lifespan": "on",
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "date_header": False,
        "proxy_headers": False,
        "backlog": _BACKLOG,
        "limit_concurrency": _AT_ONCE,
        "timeout_keep_alive": 30,
        "timeout_graceful_shutdown": _GRACE,
        "timeout_worker_healthcheck": _GRACE,  # not in every version
        "h11_max_incomplete_event_size": 1 << 16,
        "ssl_certfile": None if settings.tls_certificate is None else str(settings.tls_certificate),
        "ssl_keyfile": None if settings.tls_key is None else str(settings.tls_key),
    }
    known = signature(uvicorn.Config.__init__).parameters
    return {name: value for name, value in wanted.items() if name in known}


def worker() -> Any:
    """The application of one worker: its settings stand in the environment."""
    settings = Settings.from_json(os.environ[SETTINGS])
    log_audit(settings)
    from .protocol import Impatient

    Impatient.seconds = settings.header_seconds
    app = create_app(settings)
    settle()
    return app


def settle() -> None:
    """Take what was loaded for good out of the garbage collector's sight: millions of objects, which it
    would look through again while a call waits. What calls leave behind it still finds."""
    gc.collect()
    gc.freeze()


def log_audit(settings: Settings) -> None:
    """Send the audit lines to their file, or to standard error."""
    handler: logging.Handler
    if settings.audit_log is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = logging.FileHandler(settings.audit_log, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(message)s"))
    AUDIT.handlers = [handler]
    AUDIT.propagate = False
    AUDIT.setLevel(logging.INFO)
