"""What stands around every page: title, ways to the other pages, the language, style and script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode

from ...language import in_chinese
from ...report.markup import Markup
from .html import Child, many, tag

LANGUAGES = ("zh", "en")
COOKIE = "lang"
Say = Callable[[str, str], str]
# how far a fact is to be trusted
STATES = {"read": ("原文", "read"), "secondary": ("转引", "secondary"), "assumed": ("假定", "assumed")}
WAYS = (
    ("/", "单病例", "One case"),
    ("/file", "文件", "A file"),
    ("/question", "政策问题", "A question"),
    ("/fund", "基金", "The fund"),
)


def language(query: bytes, cookies: str) -> str:
    """The language a call asks for, by its address, else by its cookie, else Chinese.

    >>> language(b"lang=en", ""), language(b"", "lang=en"), language(b"lang=xx", "")
    ('en', 'en', 'zh')
    """
    asked = parse_qs(query.decode("latin-1")).get("lang", [""])[-1]
    if asked in LANGUAGES:
        return asked
    try:
        kept = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        kept = None
    return kept.value if kept is not None and kept.value in LANGUAGES else LANGUAGES[0]


def language_of(lang: str) -> Literal["zh", "en"]:
    """The same for functions that take one of two."""
    return "en" if lang == "en" else "zh"


def saying(lang: str) -> Say:
    """Of two texts the one in this language."""
    return (lambda zh, en: en) if lang == "en" else (lambda zh, en: zh)


def shell(
    lang: str,
    title: tuple[str, str],
    *body: Child,
    here: str,
    path: str | None = None,
    scripts: tuple[str, ...] = (),
    lead: tuple[str, str] | None = None,
    query: Mapping[str, Any] | None = None,
) -> str:
    """A whole page. `here` is the way it belongs to, `path` its own address, for the switch of language."""
    say = saying(lang)
    other = "en" if lang == "zh" else "zh"
    switch = f"{path or here}?{urlencode({**(query or {}), 'lang': other})}"
    ways = [
        tag("a", say(zh, en), href=address, aria_current="page" if address == here else None)
        for address, zh, en in WAYS
    ]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{say(*title)} · drgsim"),
        tag("link", rel="stylesheet", href="/static/page.css"),
        tag("link", rel="icon", href="/static/icon.svg"),
        [tag("script", src=f"/static/{each}", defer=True) for each in scripts],
    )
    top = tag(
        "header",
        tag("a", say("跳到正文", "Skip to content"), href="#main", class_="skip"),
        tag(
            "div",
            tag("strong", "drgsim"),
            tag("nav", ways, aria_label=say("页面", "Pages")),
            tag(
                "a",
                "English" if other == "en" else "中文",
                href=switch,
                lang=other,
                hreflang=other,
                class_="switch",
            ),
            class_="top",
        ),
    )
    page = tag(
        "html",
        head,
        tag(
            "body",
            top,
            tag(
                "main",
                tag("h1", say(*title)),
                tag("p", say(*lead), class_="lead") if lead else None,
                *body,
                id="main",
                tabindex="-1",
            ),
            tag(
                "footer",
                say(
                    "数据只在本机处理，不上传；不另存病例。",
                    "Everything stays on this machine; no case is kept.",
                ),
            ),
            data_lang=lang,
        ),
        lang="en" if lang == "en" else "zh-CN",
    )
    return f"<!DOCTYPE html>\n{page.text}\n"


def error_box(lang: str, told: Mapping[str, Any]) -> Markup:
    """An error of the product in its own words."""
    say = saying(lang)
    names = (
        ("where", "位置", "where"),
        ("got", "得到", "got"),
        ("allowed", "允许", "allowed"),
        ("nearest", "最接近", "nearest"),
        ("do", "怎么办", "what to do"),
    )
    rows = [
        (tag("dt", say(zh, en)), tag("dd", _joined(told[name], lang)))
        for name, zh, en in names
        if told.get(name)
    ]
    message = told.get("message", "")
    head = tag(
        "p", tag("strong", f"{told.get('code', '')} "), message if lang == "en" else in_chinese(message)
    )
    return tag("div", head, tag("dl", rows) if rows else None, class_="bad box", role="alert")


def _joined(value: Any, lang: str) -> str:
    """A value of an error; what is a sentence in it in the language of the page."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value) if lang == "en" else in_chinese(str(value))


def notes(title: str, lines: list[str], kind: str = "note box") -> Markup:
    """A titled list, or nothing."""
    if not lines:
        return many()
    return tag(
        "div", tag("p", tag("strong", title)), tag("ul", [tag("li", each) for each in lines]), class_=kind
    )
