"""What every page route shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from ...errors import ArgumentError, DrgsimError, NotFoundError
from ..answers import Answers
from ..settings import Settings
from ..told import told
from .desk import Desk
from .html import tag
from .shell import COOKIE, error_box, language, saying, shell

YEAR = 365 * 24 * 3600
_MOST_FIELDS = 20_000


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
        try:
            fields = parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            raise ArgumentError("too many fields in one form", allowed=f"{_MOST_FIELDS:,}") from None
        return {name: values[-1] for name, values in fields.items()}

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
