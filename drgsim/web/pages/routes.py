"""The addresses of the pages."""

# no `from __future__ import annotations` here: FastAPI reads the annotations of the inner functions
import asyncio
from pathlib import Path
from typing import Any

from ...errors import NotFoundError
from ..answers import Answers
from ..guard import COOKIE as TOKEN_COOKIE
from ..guard import LOGIN, WRONG_SECONDS, cookie_of, is_token
from ..settings import Settings
from .case_routes import add_case
from .desk import Desk
from .door import Door
from .file_routes import add_file
from .fund_routes import add_fund
from .html import field, tag
from .question_routes import add_question
from .shell import saying, shell

STATIC = Path(__file__).parents[1] / "static"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def add_pages(app: Any, settings: Settings, desk: Desk, work: Answers) -> None:
    """Add all pages to the application."""
    from fastapi import Request
    from fastapi.responses import Response

    door = Door(settings, desk, work)

    @app.get("/static/{name}", include_in_schema=False)
    def static(name: str) -> Response:
        path = STATIC / name
        known = {each.name for each in STATIC.iterdir()}
        if name not in known or path.suffix not in KINDS:
            raise NotFoundError("no such file", got=name)
        return Response(path.read_text(encoding="utf-8"), media_type=KINDS[path.suffix])

    @app.get(LOGIN, include_in_schema=False)
    async def login(request: Request) -> Any:
        return door.page(request, _login_page(door.lang(request), wrong=False))

    @app.post(LOGIN, include_in_schema=False)
    async def enter(request: Request) -> Any:
        token = settings.token()
        given = (await door.form(request)).get("token", "")
        if token is not None and not is_token(given, token):
            await asyncio.sleep(WRONG_SECONDS)
            return door.page(request, _login_page(door.lang(request), wrong=True), 401)
        answer = door.to("/")
        if token is not None:
            answer.set_cookie(
                TOKEN_COOKIE,
                cookie_of(token),
                httponly=True,
                samesite="strict",
                secure=settings.tls_key is not None,
            )
        return answer

    add_case(app, door)
    add_file(app, door)
    add_fund(app, door)
    add_question(app, door)


def _login_page(lang: str, *, wrong: bool) -> str:
    say = saying(lang)
    form = tag(
        "form",
        tag("p", say("口令不对。", "This is not the token."), class_="bad", role="alert") if wrong else None,
        field(
            say("口令", "Token"),
            tag(
                "input",
                type="password",
                id="token",
                name="token",
                required=True,
                autocomplete="current-password",
            ),
            for_="token",
            hint=say(
                "启动服务时 --token-file 文件的第一行", "the first line of the file given as --token-file"
            ),
        ),
        tag("button", say("进入", "Enter"), type="submit"),
        method="post",
        action=LOGIN,
        class_="card",
    )
    return shell(lang, ("进入", "Enter"), form, here=LOGIN)
