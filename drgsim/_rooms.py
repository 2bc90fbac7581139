"""How one room reaches another by name: a room that is also a function, and what the last room draws."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any


def callable_room(name: str, target: str) -> None:
    """Let the package `name` be called: the call goes to `target`, written `module:function`.

    `drgsim.transition` is a package and a public function: it cannot be two things, so it is both.
    """

    class Room(ModuleType):
        def __call__(self, *arguments: Any, **options: Any) -> Any:
            module, _, function = target.partition(":")
            return getattr(import_module(module), function)(*arguments, **options)

    Room.__call__.__doc__ = f"See `{target.replace(':', '.')}`."
    sys.modules[name].__class__ = Room


def late(package: str, **homes: str) -> Callable[[str], Any]:
    """The `__getattr__` of a package: `homes` are modules of it, by the name in them that is public, imported
    when it is first asked for, because most who use the package never do."""

    def found(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return found


def report_room(module: str) -> ModuleType:
    """A module of the report room, for a result that shows itself.

    The report room comes last on the street and reads results; a result's `to_html` or `plot_…` calls it by
    name, when asked and never on import. Nothing else goes up the street.
    """
    return import_module(f"drgsim.report.{module}")
