"""`drgsim serve`: the service and its page, on this machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ._reading import add_hospital_arguments, hospital_facts
from ._say import both, say


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
        "--fund", type=Path, metavar="FILE",
        help="a bureau's workbook or folder of tables, as for `drgsim value`: the page of the fund",
    )  # fmt: skip
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="its first line is asked of every call"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name calls may come under, where a proxy on this machine passes them on",
    )
    parser.add_argument("--tls-certificate", type=Path, metavar="FILE")
    parser.add_argument("--tls-key", type=Path, metavar="FILE")
    parser.add_argument(
        "--calls-a-minute", type=int, default=0, metavar="N", help="of one address; 0: no limit"
    )
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes that answer 进程数")
    parser.add_argument(
        "--seconds",
        type=float,
        default=60.0,
        metavar="N",
        help="a call may take; one that streams has an hour",
    )
    parser.add_argument(
        "--largest-body", type=int, default=8, metavar="MB", help="of JSON; NDJSON and Arrow may be larger"
    )
    parser.add_argument(
        "--audit-log", type=Path, metavar="FILE", help="a line a call, without case content (default: stderr)"
    )
    add_hospital_arguments(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..web.running import run
    from ..web.settings import Settings

    settings = Settings(
        host=arguments.host,
        port=arguments.port,
        policy=arguments.policy,
        scheme=arguments.scheme,
        hospital=hospital_facts(arguments),
        fund=arguments.fund,
        token_file=arguments.token_file,
        tls_certificate=arguments.tls_certificate,
        tls_key=arguments.tls_key,
        allowed_hosts=tuple(arguments.allow_host),
        calls_a_minute=arguments.calls_a_minute,
        workers=arguments.workers,
        seconds=arguments.seconds,
        largest_body=arguments.largest_body << 20,
        audit_log=arguments.audit_log,
    ).checked()
    way = "http" if settings.tls_key is None else "https"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    stop = both("Ctrl+C 停止", "Ctrl+C to stop")
    say(f"{way}://{host}:{settings.port}/  ({stop})", file=sys.stderr, flush=True)
    run(settings)
    return 0
