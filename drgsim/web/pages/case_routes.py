"""The addresses of the page of one case."""

# no `from __future__ import annotations` here: FastAPI reads the annotations of the inner functions
from typing import Any

from ...errors import DrgsimError
from ..told import told as as_data
from .case_answer import further, quick
from .case_page import case_page
from .case_read import case_of, pasted
from .door import Door
from .one_case import OneCase
from .shell import error_box


def add_case(app: Any, door: Door) -> None:
    """Add the page of one case to the application."""
    from fastapi import Request
    from starlette.concurrency import run_in_threadpool

    work = door.work

    @app.get("/", include_in_schema=False)
    async def front(request: Request) -> Any:
        return await door.show(request, lambda: case_page({}, work, door.lang(request)), "/")

    @app.post("/", include_in_schema=False)
    async def whole(request: Request) -> Any:
        """The page with its answer, for a browser without scripts."""
        form = await door.form(request)
        lang = door.lang(request)

        def make() -> str:
            told: list[tuple[str, str]] = []
            fields, answer = dict(form), ""
            try:
                if form.get("paste", "").strip() and form.get("do") == "paste":
                    found, told = pasted(form["paste"])
                    fields = {**fields, **found, "paste": ""}
                one = OneCase(case_of(fields), fields, work, lang)
                answer = quick(one) + further(one)
            except DrgsimError as error:
                answer = error_box(lang, as_data(error)).text
            return case_page(fields, work, lang, answer, told)

        return await door.show(request, make, "/")

    @app.post("/case/{part}", include_in_schema=False)
    async def answered(request: Request, part: str) -> Any:
        """A part of the answer as HTML: `quick` or `further`; `paste` gives the fields of the form."""
        form = await door.form(request)
        lang = door.lang(request)
        if part == "paste":
            fields, told = await run_in_threadpool(pasted, form.get("paste", ""))
            return {"fields": fields, "told": [zh if lang == "zh" else en for zh, en in told]}

        def make() -> str:
            one = OneCase(case_of(form), form, work, lang)
            return further(one) if part == "further" else quick(one)

        try:
            text = await run_in_threadpool(make)
        except DrgsimError as error:
            text = error_box(lang, as_data(error)).text
        return door.page(request, text)
