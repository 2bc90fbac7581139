"""`drgsim serve`: the service and its page, on this machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ._hospital import add_hospital_arguments, hospital_facts


def add_parser(commands: Any) -> None:
    """Add `serve` to the command line."""
    parser = commands.add_parser(
        "serve",
        help="a page and a service on this machine 本机网页与服务",
        description="Starts one process that answers on this machine only, unless told otherwise: a page for "
        "one case, and a service for systems (JSON; /openapi.json). Nothing leaves the machine. "
        "在本机启动网页与接口服务，数据不离开本机。",
        epilog="example: drgsim serve, then open http://127.0.0.1:8321/",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine)")
    parser.add_argument("--port", type=int, default=8321)
    parser.add_argument("--policy", metavar="ID|FILE", help="the policy that estimates")
    parser.add_argument(
        "--scheme", default="chs-drg-2.0", metavar="ID", help="the scheme where a call names none"
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="its first line is asked of every call"
    )
    parser.add_argument("--tls-certificate", type=Path, metavar="FILE")
    parser.add_argument("--tls-key", type=Path, metavar="FILE")
    parser.add_argument(
        "--calls-a-minute", type=int, default=0, metavar="N", help="of one address; 0: no limit"
    )
    add_hospital_arguments(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from .._optional import require
    from ..web.app import create_app
    from ..web.settings import Settings

    uvicorn = require("uvicorn", extra="web", feature="the service")
    settings = Settings(
        host=arguments.host,
        port=arguments.port,
        policy=arguments.policy,
        scheme=arguments.scheme,
        hospital=hospital_facts(arguments),
        token_file=arguments.token_file,
        tls_certificate=arguments.tls_certificate,
        tls_key=arguments.tls_key,
        calls_a_minute=arguments.calls_a_minute,
    )
    app = create_app(settings)
    scheme = "http" if settings.tls_key is None else "https"
    print(f"{scheme}://{settings.host}:{settings.port}/  (Ctrl+C 停止 to stop)", file=sys.stderr, flush=True)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ssl_certfile=None if settings.tls_certificate is None else str(settings.tls_certificate),
        ssl_keyfile=None if settings.tls_key is None else str(settings.tls_key),
        timeout_graceful_shutdown=30,
    )
    return 0
