"""Writes a page of reference for each room, `docs/api/<room>.md`, from what the rooms make public.

python -m tools.api_pages
"""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

import drgsim

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "api"
_LEFT_OUT = {"_kernels", "cli", "web"}  # loops, and the doors: pages of their own tell of these
# what a room offers beside the names of `drgsim` itself
_FURTHER = {
    "audit": (
        "audit.screening.audit",
        "audit.library.Library",
        "audit.money.recover",
        "audit.money.supervision",
    ),
    "fund": (
        "fund.goal.seek",
        "fund.sensitivity.sensitivity",
        "fund.sensitivity.stressed",
        "fund.record.verify_record",
    ),
    "office": ("office.monthly.office",),
    "schemes": ("schemes.registry.list_schemes", "schemes.describe.english_name"),
    "transition": ("transition.transition",),
    "weights": ("weights.measured.difference_coefficients",),
    "engines": (),
}


def pages() -> dict[str, str]:
    """The text of each page by the name of its room."""
    found = {}
    for module in pkgutil.iter_modules(drgsim.__path__):
        if module.ispkg and module.name not in _LEFT_OUT:
            names = public(module.name)
            if names:
                room = import_module(f"drgsim.{module.name}")
                head = (inspect.getdoc(room) or "").split("\n\n")[0].replace("\n", " ")
                parts = [f"# {module.name}", "", head, ""]
                parts += [f"::: {name}\n" for name in names]
                found[module.name] = "\n".join(parts).rstrip() + "\n"
    found["drgsim"] = "# drgsim\n\nErrors, and the language users are spoken to in.\n\n" + "\n".join(
        f"::: drgsim.{name}\n" for name in ("errors", "language")
    )
    return found


def public(room: str) -> list[str]:
    """The dotted names of what a room offers, each once."""
    names: dict[str, None] = {}
    for name in drgsim.__all__:
        known = getattr(drgsim, name)
        module = getattr(known, "__module__", "") or ""
        if module.split(".")[:2] == ["drgsim", room]:
            names[f"{module}.{known.__name__}"] = None
    own = import_module(f"drgsim.{room}")
    for name in getattr(own, "__all__", ()):
        known = getattr(own, name)
        module = getattr(known, "__module__", "") or ""
        if (inspect.isclass(known) or inspect.isfunction(known)) and module.startswith(f"drgsim.{room}"):
            names[f"{module}.{known.__name__}"] = None
    names |= dict.fromkeys(f"drgsim.{name}" for name in _FURTHER.get(room, ()))
    return list(names)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.md"):
        old.unlink()
    for room, text in pages().items():
        (FOLDER / f"{room}.md").write_text(text, encoding="utf-8")
