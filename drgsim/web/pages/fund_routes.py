"""The addresses of the page of the fund."""

# no `from __future__ import annotations` here: FastAPI reads the annotations of the inner functions
from typing import Any
from urllib.parse import urlencode

from ..._paths import data_path
from ...errors import DrgsimError, NotFoundError
from ..told import told
from .door import Door
from .file_routes import take_files
from .fund_answer import goal, moved_most, valued
from .fund_asked import Asked, Funds, opened
from .fund_page import fund_page, opening_page
from .shell import error_box

PARTS = ("value", "tornado", "goal")


def add_fund(app: Any, door: Door) -> None:
    """Add the page of the fund to the application."""
    import yaml
    from fastapi import Request
    from fastapi.responses import FileResponse, Response
    from starlette.concurrency import run_in_threadpool

    desk, funds = door.desk, Funds(door.settings, door.desk)

    @app.get("/fund", include_in_schema=False)
    async def page(request: Request, place: str = "") -> Any:
        place = place or funds.first
        return await door.show(request, lambda: fund_page(door.lang(request), funds, place), "/fund")

    @app.get("/fund/template", include_in_schema=False)
    async def template() -> Any:
        """The blank tables of a fund, as `drgsim value --template` writes them."""
        return FileResponse(data_path("templates", "fund.xlsx"), filename="fund.xlsx")

    # a bureau's own tables, into a folder of this visit
    take_files(app, door, "/fund/own", "fund")

    @app.get("/fund/own/{key}", include_in_schema=False)
    async def reading(request: Request, key: str) -> Any:
        """How far reading the tables is; the page of their fund when it is done."""
        try:
            visit = desk.get(key)
        except DrgsimError as error:
            return door.failed(request, error, "/fund")
        if visit.state["state"] == "done":
            return door.to(f"/fund?{urlencode({'place': opened(visit)})}")
        return await door.show(request, lambda: opening_page(visit, door.lang(request)), "/fund")

    @app.post("/fund/scenario", include_in_schema=False)
    async def scenario(request: Request) -> Any:
        """The scenario document, as `drgsim value --scenario FILE` reads it."""
        try:
            asked = Asked.of(await door.form(request), funds)
        except DrgsimError as error:
            return door.failed(request, error, "/fund")
        text = yaml.safe_dump(asked.scenario.to_document(), allow_unicode=True, sort_keys=False)
        headers = {"content-disposition": 'attachment; filename="fund-scenario.yaml"'}
        return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)

    @app.post("/fund/{part}", include_in_schema=False)
    async def answered(request: Request, part: str) -> Any:
        """A part of the answer as HTML."""
        if part not in PARTS:
            raise NotFoundError("no such part", got=part[:40], allowed=PARTS, nearest=PARTS)
        form, lang = await door.form(request), door.lang(request)

        def make() -> str:
            asked = Asked.of(form, funds)
            if part == "goal":
                return goal(asked, form, lang)
            return valued(asked, lang) if part == "value" else moved_most(asked, lang)

        try:
            text = await run_in_threadpool(make)
        except DrgsimError as error:
            text = error_box(lang, told(error)).text
        return door.page(request, text)
