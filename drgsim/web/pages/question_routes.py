"""The addresses of the page of a question."""

# no `from __future__ import annotations` here: FastAPI reads the annotations of the inner functions
import asyncio
from typing import Any

from ...errors import DrgsimError
from ...language import in_chinese
from .door import Door
from .file_read import must_be_read
from .question_asked import (
    CASES,
    LEAST_CASES,
    MOST_CASES,
    MOST_DRAWS,
    MOST_YEARS,
    baseline,
    changes_of,
    policy_of,
    problems_of,
    rows,
    scenarios_of,
    whole,
)
from .question_page import checked, question_page, run_page
from .shell import saying


def add_question(app: Any, door: Door) -> None:
    """Add the page of a question to the application."""
    from fastapi import Request
    from fastapi.responses import HTMLResponse, Response

    desk = door.desk

    def visit_of(key: str) -> Any:
        """The visit whose cases were read, or None where the question is asked of invented ones."""
        if not key:
            return None
        visit = desk.get(key)
        must_be_read(visit)
        return visit

    @app.get("/question", include_in_schema=False)
    async def form(request: Request, baseline: str = "", visit: str = "") -> Any:
        return await door.show(
            request, lambda: question_page(door.lang(request), baseline, visit_of(visit)), "/question"
        )

    @app.post("/question/check", include_in_schema=False)
    async def check(request: Request) -> Any:
        """What is changed and whether it can be, while it is typed; a header says which fields are wrong."""
        given, say = await door.form(request), saying(door.lang(request))
        found = await asyncio.to_thread(_checked, given, door.lang(request))
        answer = HTMLResponse(checked(found, say))
        answer.headers["x-wrong"] = " ".join(path for path in found["problems"] if path.isascii())[:4000]
        return answer

    @app.post("/question/document", include_in_schema=False)
    async def document(request: Request) -> Any:
        """The reform as a scenario document, as the command line writes it."""
        given = await door.form(request)
        try:
            _, reform = await asyncio.to_thread(scenarios_of, given.get("baseline", ""), changes_of(given))
        except DrgsimError as error:
            return door.failed(request, error, "/question")
        headers = {"content-disposition": 'attachment; filename="reform.yaml"', "x-hash": reform.hash}
        return Response(reform.to_yaml(), media_type="application/yaml; charset=utf-8", headers=headers)

    @app.post("/question", include_in_schema=False)
    async def run(request: Request) -> Any:
        given = await door.form(request)

        def begin() -> Any:
            options: dict[str, Any] = {
                "baseline": given.get("baseline", ""),
                "changes": changes_of(given),
                "n": whole(given, "n", CASES, LEAST_CASES, MOST_CASES),
                "years": whole(given, "years", 3, 0, MOST_YEARS),
                "draws": whole(given, "draws", 100, 0, MOST_DRAWS),
                "seed": whole(given, "seed", 0, 0, 1 << 31),
                "lang": door.lang(request),
            }
            scenarios_of(options["baseline"], options["changes"])  # told before anything is begun
            visit = visit_of(given.get("visit", "")) or desk.new()
            visit.must_be_free()
            visit.forget("question")
            desk.start(visit, "question", options)
            return door.to(f"/question/{visit.key}")

        try:
            return await asyncio.to_thread(begin)
        except DrgsimError as error:
            return door.failed(request, error, "/question")

    @app.get("/question/{key}", include_in_schema=False)
    async def shown(request: Request, key: str) -> Any:
        return await door.show(request, lambda: run_page(desk.get(key), door.lang(request)), "/question")


def _said(error: Any, lang: str) -> str:
    return str(error) if lang == "en" else in_chinese(str(error))


def _checked(given: dict[str, str], lang: str) -> dict[str, Any]:
    """Changes with their present values, problems by path, and the hash where there are none."""
    word, changes = given.get("baseline", ""), changes_of(given)
    try:
        now = {row.path: row.now for row in rows(policy_of(baseline(word)), lang)}
    except DrgsimError as error:
        return {"changes": [], "problems": {"baseline": _said(error, lang)}, "hash": ""}
    problems = {path: _said(text, lang) for path, text in problems_of(word, changes).items()}
    hashed = ""
    if changes and not problems:
        try:
            hashed = scenarios_of(word, changes)[1].hash
        except DrgsimError as error:  # each can be, all together cannot
            problems = {"": _said(error, lang)}
    return {
        "changes": [(path, now.get(path, "–"), text) for path, text in changes.items()],
        "problems": problems,
        "hash": hashed,
    }
