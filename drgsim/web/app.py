"""The application: which call is where."""

# no `from __future__ import annotations` here: FastAPI reads the annotations of the inner functions
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .. import __version__
from .._optional import require
from ..errors import ArgumentError, DrgsimError
from .answers import Answers, find_codes
from .calls import CALLS
from .endpoint import Endpoint
from .giving import dumped
from .guard import Guard
from .kept import Kept
from .metrics import Metrics, Rates
from .openapi import document
from .pages.desk import Desk
from .pages.routes import add_pages
from .settings import Settings
from .told import NoSuchCallError, ServiceError, status_of, told, unexpected

SETTINGS = "DRGSIM_SERVE"  # in the environment of a worker
_THREADS = 4


def create_app(settings: Settings | None = None) -> Any:
    """The ASGI application of `drgsim serve`. Needs the extra `web`.

    Raises MissingExtraError without FastAPI, and what `Settings.checked` and loading the policy and the
    scheme of the settings raise.
    """
    fastapi = require("fastapi", extra="web", feature="the service")
    from fastapi import Request
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import PlainTextResponse, Response
    from starlette.exceptions import HTTPException
    from starlette.requests import ClientDisconnect
    from starlette.routing import Route

    settings = (settings or Settings()).checked()
    kept = Kept(settings)
    kept.warm()
    shared = settings.shared_counts
    metrics, desk = Metrics(shared), Desk()
    rates = Rates(None if shared is None else shared.with_suffix(".rates"))
    app = fastapi.FastAPI(
        title="drgsim",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=desk.lifespan,
    )

    def plain(value: Any, status: int = 200) -> Response:
        return Response(dumped(value), status, media_type="application/json")

    @app.exception_handler(DrgsimError)
    def refused(request: Request, error: DrgsimError) -> Response:
        request.scope.setdefault("state", {}).setdefault("audit", {})["error"] = error.code
        return plain(told(error), status_of(error))

    @app.exception_handler(HTTPException)
    def no_such(request: Request, error: HTTPException) -> Response:
        known = [call.path for call in CALLS]
        wrong = NoSuchCallError("no such call", got=request.method, allowed=known, do="see /openapi.json")
        return plain(told(wrong), error.status_code)

    @app.exception_handler(RequestValidationError)
    def misfit(request: Request, error: RequestValidationError) -> Response:
        where = ", ".join(str(each["loc"][-1])[:60] for each in error.errors())
        wrong = ArgumentError("not a value of this option", where=where, do="leave it out, or write 1 or 0")
        return refused(request, wrong)

    @app.exception_handler(ClientDisconnect)
    def left(request: Request, error: ClientDisconnect) -> Response:
        return refused(request, ServiceError("the client left before the end of its body"))

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> Response:
        return plain(unexpected(error), 500)

    work = Answers(settings, kept)
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="drgsim")
    for call in CALLS:
        app.router.routes.append(Route(call.path, Endpoint(call, work, metrics, pool)))

    async def asked(request: Request) -> dict[str, Any]:
        """The options of a list: from the query, or from a JSON object in the body."""
        from .taking import parsed

        body = await request.body() if request.method == "POST" else b""
        given = parsed(body) if body.strip() else {}
        return {**request.query_params, **(given if isinstance(given, dict) else {})}

    @app.api_route("/codes/search", methods=["GET", "POST"], include_in_schema=False)
    async def search(request: Request) -> Response:
        options = await asked(request)
        return plain(find_codes(options))

    @app.api_route("/schemes", methods=["GET", "POST"], include_in_schema=False)
    def schemes() -> Response:
        return plain(kept.schemes())

    @app.api_route("/policies", methods=["GET", "POST"], include_in_schema=False)
    def policies() -> Response:
        return plain(kept.policies())

    @app.get("/health", include_in_schema=False)
    async def health() -> Response:
        return plain({"status": "ok", "version": __version__, "stale": kept.stale()})

    @app.get("/metrics", include_in_schema=False)
    async def counted() -> Response:
        return PlainTextResponse(metrics.text(), media_type="text/plain; version=0.0.4")

    @app.get("/openapi.json", include_in_schema=False)
    async def described() -> Response:
        return plain(document())

    add_pages(app, settings, desk, work)
    return Guard(app, settings, metrics, rates)
