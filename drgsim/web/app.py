"""The application: routes, what they take, and errors in the product's own words."""

# no `from __future__ import annotations` here: FastAPI reads the annotations of the inner functions
import json
from typing import Any

from .. import __version__
from .._optional import require
from ..errors import ArgumentError, ColumnError, DrgsimError, NotFoundError
from . import answers
from .guard import Guard
from .metrics import Metrics
from .pages.desk import Desk
from .pages.routes import add_pages
from .settings import Settings

_EXAMPLE = {"sex": 1, "age": 45, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
_PRICED = {**_EXAMPLE, "total_cost": 18000.0, "los": 6, "insurance": "employee", "hospital_level": 3}
_BODY = (
    "一个病例，或病例列表；也接受结算清单 4101 与 HQMS 的一行。"
    "One case, or a list; a 4101 settlement list and an HQMS row too."
)


def create_app(settings: Settings | None = None) -> Any:
    """The ASGI application of `drgsim serve`. Needs the extra `web`.

    Raises MissingExtraError without FastAPI, and what `Settings.checked` raises.
    """
    fastapi = require("fastapi", extra="web", feature="the service")
    from fastapi import Body, Request
    from fastapi.responses import JSONResponse, PlainTextResponse

    settings = (settings or Settings()).checked()
    metrics, desk = Metrics(), Desk()
    app = fastapi.FastAPI(
        title="drgsim",
        version=__version__,
        description="病例分组、解释、测算与核查，数据不离开本机。Group, explain, price and check cases.",
        docs_url=None,
        redoc_url=None,
        lifespan=desk.lifespan,
    )

    @app.exception_handler(DrgsimError)
    def told(request: Request, error: DrgsimError) -> JSONResponse:
        status = 404 if isinstance(error, NotFoundError) else 400
        return JSONResponse(_told(error), status)

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> JSONResponse:
        # its message may quote a case; only its kind is told
        return JSONResponse(
            {"code": "DS800", "message": "the call failed", "where": type(error).__name__}, 500
        )

    def cases_of(request: Request, body: Any, scheme: str) -> tuple[Any, bool]:
        """The cases of a body, and whether it was one."""
        given = body.get("cases", body) if isinstance(body, dict) else body
        one = isinstance(given, dict)
        listed = [given] if one else given
        if not isinstance(listed, list):
            raise ArgumentError(
                "cases are JSON objects", got=type(listed).__name__, allowed="an object or a list"
            )
        if len(listed) > settings.largest_batch:
            raise ArgumentError("too many cases in one call", got=len(listed), allowed=settings.largest_batch)
        found = answers.read(listed)
        metrics.cases(len(found))
        request.scope.setdefault("state", {})["audit"] = f"cases={len(found)} by={scheme}"
        return found, one

    def option(body: Any, name: str, default: str | None) -> str | None:
        value = body.get(name, default) if isinstance(body, dict) and "cases" in body else default
        if value is not None and not isinstance(value, str):
            raise ArgumentError(f"{name} is a text", got=type(value).__name__)
        return value

    def first(found: Any) -> dict[str, Any]:
        if len(found) != 1:
            raise ArgumentError("one case at a time", got=len(found), allowed=1)
        return dict(found.iloc[0])

    example: Any = {
        "one": {"value": _EXAMPLE},
        "batch": {"value": {"cases": [_EXAMPLE], "scheme": "chs-drg-3.0"}},
    }
    priced: Any = {"one": {"value": _PRICED}}

    @app.post("/group", summary="分组 Group cases by a DRG scheme", description=_BODY)
    def group(request: Request, body: Any = Body(openapi_examples=example)) -> Any:  # noqa: B008
        scheme = option(body, "scheme", settings.scheme) or settings.scheme
        found, one = cases_of(request, body, scheme)
        rows = answers.group(found, scheme)
        return rows[0] if one else rows

    @app.post("/explain", summary="解释 Why a case is in its group", description=_BODY)
    def explain(request: Request, body: Any = Body(openapi_examples=example), lang: str = "zh") -> Any:  # noqa: B008
        scheme = option(body, "scheme", settings.scheme) or settings.scheme
        found, _ = cases_of(request, body, scheme)
        return answers.explain(first(found), scheme, lang)

    @app.post("/what-if", summary="其他选择 What other choices would give", description=_BODY)
    def what_if(request: Request, body: Any = Body(openapi_examples=example), lang: str = "zh") -> Any:  # noqa: B008
        scheme = option(body, "scheme", settings.scheme) or settings.scheme
        found, _ = cases_of(request, body, scheme)
        return answers.other_choices(first(found), scheme, lang)

    @app.post("/estimate", summary="测算 What cases will be paid", description=_BODY)
    def estimate(request: Request, body: Any = Body(openapi_examples=priced)) -> Any:  # noqa: B008
        policy = option(body, "policy", settings.policy)
        found, _ = cases_of(request, body, policy or answers.NATIONAL)
        return answers.estimates(
            found,
            settings,
            policy=policy,
            scheme=option(body, "scheme", None),
            weights=option(body, "weights", None),
        )

    @app.post("/check", summary="核查 What is wrong in cases", description=_BODY)
    def check(request: Request, body: Any = Body(openapi_examples=example)) -> Any:  # noqa: B008
        found, _ = cases_of(request, body, "checks")
        return answers.problems(found)

    @app.post("/dip", summary="DIP 分组 Disease type and score", description=_BODY)
    def dip(request: Request, body: Any = Body(openapi_examples=example)) -> Any:  # noqa: B008
        catalogue = option(body, "catalogue", "dip-national-3.0") or "dip-national-3.0"
        found, one = cases_of(request, body, catalogue)
        rows = answers.dip(found, catalogue)
        return rows[0] if one else rows

    @app.get("/codes/search", summary="编码检索 Find codes by code or name")
    def search(text: str, kind: str = "diagnosis", most: int = 20) -> Any:
        return answers.codes(kind, text[:100], most)

    @app.get("/schemes", summary="分组方案 The schemes")
    def schemes() -> Any:
        return answers.schemes()

    @app.get("/policies", summary="付费政策 The policies")
    def policies() -> Any:
        return answers.policies()

    @app.get("/health", summary="健康检查 Health")
    def health() -> Any:
        return {"status": "ok", "version": __version__}

    @app.get("/metrics", summary="指标 Prometheus metrics", response_class=PlainTextResponse)
    def counted() -> str:
        return metrics.text()

    add_pages(app, settings, desk)
    return Guard(app, settings, metrics)


def _told(error: DrgsimError) -> dict[str, Any]:
    """The error as data: what was got, what is allowed, where, what to do."""
    parts = {name: getattr(error, name, None) for name in ("got", "allowed", "where", "do", "nearest")}
    told = {"code": error.code, "message": error.message}
    told |= {
        name: json.loads(json.dumps(value, default=str)) for name, value in parts.items() if value is not None
    }
    if isinstance(error, ColumnError):
        told["kind"] = "column"
    return told
