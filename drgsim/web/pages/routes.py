"""The addresses of the pages."""

# no `from __future__ import annotations` here: FastAPI reads the annotations of the inner functions
import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from ...errors import ArgumentError, DrgsimError, NotFoundError
from ..answers import Answers
from ..guard import COOKIE as TOKEN_COOKIE
from ..guard import LOGIN, WRONG_SECONDS, cookie_of, is_token
from ..settings import Settings
from ..told import told
from .case_routes import add_case
from .desk import Desk
from .file_routes import add_file
from .fund_routes import add_fund
from .html import field, tag
from .question_routes import add_question
from .shell import COOKIE, error_box, language, saying, shell

STATIC = Path(__file__).parents[1] / "static"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
YEAR = 365 * 24 * 3600


class Door:
    """What every page route shares: its language, its form, its errors as pages."""

    def __init__(self, settings: Settings, desk: Desk, work: Answers) -> None:
        self.settings, self.desk, self.work = settings, desk, work

    @staticmethod
    def lang(request: Any) -> str:
        return language(request.scope["query_string"], request.headers.get("cookie", ""))

    @staticmethod
    async def form(request: Any) -> dict[str, str]:
        """The fields of a form. Raises ArgumentError for a form that another site sent."""
        Door.same_site(request)
        body = (await request.body()).decode("utf-8", errors="replace")
        return {
            name: values[-1]
            for name, values in parse_qs(body, keep_blank_values=True, max_num_fields=20_000).items()
        }

    @staticmethod
    def same_site(request: Any) -> None:
        """Refuse what another site sent: a browser says from where, other clients say nothing."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site in ("same-origin", "none"):
            return
        if site is not None:
            raise ArgumentError("this form was sent by another site", got=site[:100])
        if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
            raise ArgumentError("this form was sent by another site", got=origin[:100])

    def page(self, request: Any, text: str, status: int = 200) -> Any:
        from fastapi.responses import HTMLResponse

        answer = HTMLResponse(text, status)
        # without a referrer a browser says Origin: null of a form of our own
        answer.headers["referrer-policy"] = "same-origin"
        if "lang" in request.query_params:
            answer.set_cookie(COOKIE, self.lang(request), max_age=YEAR, samesite="strict", httponly=True)
        return answer

    async def show(self, request: Any, make: Callable[[], str], here: str = "/file") -> Any:
        """A page, made in a thread; an error of the product as a page too."""
        try:
            return self.page(request, await asyncio.to_thread(make))
        except DrgsimError as error:
            return self.failed(request, error, here)

    def failed(self, request: Any, error: DrgsimError, here: str) -> Any:
        lang = self.lang(request)
        box = error_box(lang, told(error))
        back = tag("p", tag("a", saying(lang)("返回", "Back"), href=here))
        status = 404 if isinstance(error, NotFoundError) else 400
        return self.page(
            request, shell(lang, ("出了问题", "Something is wrong"), box, back, here=here), status
        )

    @staticmethod
    def to(address: str) -> Any:
        from fastapi.responses import RedirectResponse

        return RedirectResponse(address, 303)


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
