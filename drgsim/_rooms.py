"""A room whose name is also a public function: `drgsim.transition` cannot be two things, so it is both."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def callable_room(name: str, target: str) -> None:
    """Let the package `name` be called: the call goes to `target`, written `module:function`."""

    class Room(ModuleType):
        def __call__(self, *arguments: Any, **options: Any) -> Any:
            module, _, function = target.partition(":")
            return getattr(import_module(module), function)(*arguments, **options)

    Room.__call__.__doc__ = f"See `{target.replace(':', '.')}`."
    sys.modules[name].__class__ = Room
