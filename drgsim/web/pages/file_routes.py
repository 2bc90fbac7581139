"""The addresses of the page of a file."""

# no `from __future__ import annotations` here: FastAPI reads the annotations of the inner functions
import asyncio
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..._atomic import scratch
from ...audit.schema import TABLES, write_template
from ...cases.layouts import layouts
from ...errors import ArgumentError, NotFoundError
from ...schemes.registry import available_ids
from ..settings import Settings
from .desk import Visit
from .door import Door
from .file_columns import AS_IS, NOT_READ, targets
from .file_page import drop_page, stages, visit_page
from .file_read import must_be_read
from .file_results import FROM_TO, TASKS
from .policies import choices, policy_options

_TABLE_KINDS = (".csv", ".xlsx")
_LONGEST_NAME, _MOST_FILES = 120, 40
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml; charset=utf-8",
    ".json": "application/json",
}
# a report carries its style inside and no script; nothing of it may reach out
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
)


def add_file(app: Any, door: Door) -> None:
    """Add the page of a file to the application."""
    from fastapi import Request
    from fastapi.responses import FileResponse, Response

    desk, settings = door.desk, door.settings

    @app.get("/file", include_in_schema=False)
    async def drop(request: Request) -> Any:
        return await door.show(request, lambda: drop_page(door.lang(request)))

    take_files(app, door, "/file", "look")

    @app.get("/file/{key}", include_in_schema=False)
    async def shown(request: Request, key: str) -> Any:
        return await door.show(
            request, lambda: visit_page(desk.get(key), door.lang(request), choices(settings, door.work.kept))
        )

    @app.get("/file/{key}/state", include_in_schema=False)
    async def state(request: Request, key: str) -> Any:
        now = desk.get(key).state
        words = stages(door.lang(request))
        return {**now, "said": words.get(now.get("stage", "start"), "")}

    @app.post("/file/{key}/columns", include_in_schema=False)
    async def columns(request: Request, key: str) -> Any:
        form = await door.form(request)

        def begin() -> Any:
            visit = desk.get(key)
            visit.must_be_free()
            options = _reading(form, visit)
            task = "look" if form.get("do") == "look" else "read"
            if task == "read":
                options["hospital"] = asdict(settings.hospital)
                visit.write("look", {**visit.read("look"), "options": {**options}})
                visit.forget("read", *TASKS)
            desk.start(visit, task, options)
            return door.to(f"/file/{key}")

        return await _or_told(request, begin, f"/file/{key}")

    @app.post("/file/{key}/compute/{task}", include_in_schema=False)
    async def compute(request: Request, key: str, task: str) -> Any:
        form = await door.form(request)

        def begin() -> Any:
            visit = desk.get(key)
            if task not in TASKS:
                raise NotFoundError("no such computation", got=task, allowed=list(TASKS), nearest=list(TASKS))
            options = _computing(form, task, door.lang(request), door)
            visit.must_be_free()
            must_be_read(visit)
            visit.forget(task)
            desk.start(visit, task, options)
            return door.to(f"/file/{key}")

        return await _or_told(request, begin, f"/file/{key}")

    @app.post("/file/{key}/table/{kind}", include_in_schema=False)
    async def table(request: Request, key: str, kind: str, name: str = "table.csv") -> Any:
        """A table that is screened beside the stays; it takes the place of the last of its kind."""
        door.same_site(request)
        visit = desk.get(key)
        if kind not in TABLES:
            raise NotFoundError("no such table", got=kind[:40], allowed=list(TABLES), nearest=TABLES)
        suffix = Path(_plain_name(name)).suffix.lower()
        if suffix not in _TABLE_KINDS:
            raise ArgumentError("tables are CSV or Excel", got=suffix[:20], allowed=_TABLE_KINDS)
        folder = visit.folder / "tables"
        folder.mkdir(exist_ok=True)
        came = await take(request, visit, name, settings, folder / f".{kind}{suffix}")
        for old in folder.glob(f"{kind}.*"):
            old.unlink()
        came.rename(folder / f"{kind}{suffix}")
        return {"key": visit.key, "next": f"/file/{visit.key}"}

    @app.get("/file/tables/template", include_in_schema=False)
    def template() -> Any:
        """The blank tables that are screened beside stays, as `drgsim audit template` writes them."""
        with scratch() as folder:
            path = folder / "audit-tables.xlsx"
            write_template(path)
            content = path.read_bytes()
        headers = {"content-disposition": 'attachment; filename="audit-tables.xlsx"'}
        return Response(content, media_type=_KINDS[".xlsx"], headers=headers)

    @app.post("/file/{key}/cancel", include_in_schema=False)
    async def cancel(request: Request, key: str) -> Any:
        await door.form(request)
        visit = desk.get(key)
        visit.cancel()
        for _ in range(40):
            if not visit.busy:
                break
            await asyncio.sleep(0.05)
        return door.to(f"/file/{key}" if visit.read("look") is not None else "/file")

    @app.post("/file/{key}/end", include_in_schema=False)
    async def end(request: Request, key: str) -> Any:
        await door.form(request)
        desk.end(desk.get(key))
        return door.to("/file")

    @app.get("/file/{key}/out/{name}", include_in_schema=False)
    async def out(key: str, name: str, download: bool = False) -> Any:
        visit = desk.get(key)
        there = {each.name: each for each in visit.out.iterdir() if each.suffix in _KINDS}
        if name not in there:
            raise NotFoundError("no such file in this visit", got=name, allowed=sorted(there))
        return FileResponse(
            there[name],
            media_type=_KINDS[there[name].suffix],
            filename=name if download or not name.endswith(".html") else None,
            headers={"content-security-policy": REPORT_POLICY},
        )

    async def _or_told(request: Request, begin: Any, here: str) -> Any:
        from ...errors import DrgsimError

        try:
            return await asyncio.to_thread(begin)
        except DrgsimError as error:
            return door.failed(request, error, here)


def take_files(app: Any, door: Door, at: str, task: str) -> None:
    """Add the addresses that take dropped files into a visit: the first one begins it, and the last one its
    task; `more` says that another follows."""
    from fastapi import Request

    @app.post(at, include_in_schema=False)
    async def first(request: Request, name: str = "cases", more: bool = False) -> Any:
        door.same_site(request)
        visit = door.desk.new()
        try:
            await take(request, visit, name, door.settings)
        except BaseException:
            door.desk.end(visit)
            raise
        return _taken(visit, more)

    @app.post(f"{at}/{{key}}/add", include_in_schema=False)
    async def further(request: Request, key: str, name: str = "cases", more: bool = False) -> Any:
        door.same_site(request)
        visit = door.desk.get(key)
        await take(request, visit, name, door.settings)
        return _taken(visit, more)

    def _taken(visit: Visit, more: bool) -> dict[str, str]:
        if not more:
            door.desk.start(visit, task, {})
        return {"key": visit.key, "next": f"{at}/{visit.key}"}


async def take(request: Any, visit: Visit, name: str, settings: Settings, path: Path | None = None) -> Path:
    """The body of a call into a file of the visit (`path`, else by its name), as it comes.

    Raises ArgumentError if it is too large, or empty.
    """
    visit.must_be_free()
    if len(list(visit.files.iterdir())) >= _MOST_FILES:
        raise ArgumentError("too many files at once", allowed=_MOST_FILES)
    size = 0
    path = path or visit.files / _plain_name(name)
    with path.open("wb") as file:
        async for part in request.stream():
            size += len(part)
            if size > settings.largest_file:
                raise ArgumentError("the file is too large", allowed=f"{settings.largest_file:,} bytes")
            file.write(part)
    if not size:
        path.unlink()
        raise ArgumentError("the file is empty", do="export it again")
    return path


def _plain_name(name: str) -> str:
    """A name that stays in its folder: no way up, no sign a system reads otherwise.

    >>> _plain_name("../../etc/cases.csv"), _plain_name("<b>.csv"), _plain_name("..")
    ('cases.csv', '<b>.csv', 'cases')
    """
    last = re.split(r"[/\\\\]", name)[-1]
    clean = "".join(sign for sign in last if sign.isprintable()).lstrip(".~$ ")
    stem, suffix = Path(clean).stem, Path(clean).suffix
    while len(f"{stem}{suffix}".encode()) > _LONGEST_NAME and stem:
        stem = stem[:-1]
    return f"{stem}{suffix}"[:_LONGEST_NAME] or "cases"


def _reading(form: dict[str, str], visit: Visit) -> dict[str, Any]:
    """How the file is to be read, as the form says. Raises ArgumentError for a column there is not."""
    looked = visit.read("look")
    if looked is None:
        raise ArgumentError("the file was not looked at yet")
    allowed = targets()
    rename: dict[str, str] = {}
    ignore: list[str] = []
    headers = dict.fromkeys(column["header"] for file in looked["files"] for column in file["columns"])
    for number, header in enumerate(headers):
        target = form.get(f"c{number}", AS_IS).strip()
        if target == NOT_READ:
            ignore.append(header)
        elif target != AS_IS:
            if target not in allowed:
                raise ArgumentError(
                    "no such column of the case table", got=target, where=header, nearest=allowed
                )
            rename[header] = target
    layout = form.get("layout", "auto")
    if layout != "auto" and layout not in layouts():
        raise ArgumentError(
            "no such layout", got=layout, allowed=["auto", *layouts()], nearest=list(layouts())
        )
    return {
        "layout": layout,
        "code_edition": "clinical" if form.get("code_edition") == "clinical" else "insurance",
        "rename": rename,
        "ignore": ignore,
    }


def _computing(form: dict[str, str], task: str, lang: str, door: Door) -> dict[str, Any]:
    """What a form asks for; a field that was not sent is as the page offers it first."""
    settings = door.settings
    options: dict[str, Any] = {"lang": lang, "hospital": asdict(settings.hospital)}
    options["case_ids"] = form.get("case_ids") == "1"
    if task == "transition":
        known = sorted(available_ids())
        for name, first in FROM_TO.items():
            options[name] = form.get(name, first)
            if options[name] not in known:
                raise NotFoundError("no such scheme", got=options[name], allowed=known, nearest=known)
        return options
    options |= policy_options(form.get("policy"), settings, door.work.kept)
    month = form.get("month", "")
    if month and not re.fullmatch(r"\d{4}-\d{2}", month):
        raise ArgumentError("a month is written 2025-03", got=month)
    return {**options, "month": month}
