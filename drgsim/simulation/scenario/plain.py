"""Plain data: what a scenario may be made of, so that it can be written, hashed and verified."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from ...policy.policy_errors import Mistake


def plain(raw: Any, where: str, problems: list[Mistake]) -> Any:
    """`raw` as mappings, lists, text, numbers, true, false and null; keys and days as text.

    Anything else is a problem and becomes None: above all a callable, whose doings no hash can cover.

    >>> found = []
    >>> plain({"on": datetime.date(2025, 1, 1), 3: (1, 2.5)}, "", found), found
    ({'on': '2025-01-01', '3': [1, 2.5]}, [])
    """
    if raw is None or isinstance(raw, str | bool | int | float):
        return raw
    if isinstance(raw, datetime.datetime):
        return raw.date().isoformat()
    if isinstance(raw, datetime.date):
        return raw.isoformat()
    if isinstance(raw, Mapping):
        return {_key(key): plain(each, _under(where, key), problems) for key, each in raw.items()}
    if isinstance(raw, list | tuple):
        return [plain(each, f"{where} {number}", problems) for number, each in enumerate(raw, start=1)]
    if type(raw).__module__ == "numpy" and getattr(raw, "ndim", None) == 0:
        return raw.item()
    if callable(raw):
        kind = type(raw).__name__
        message = "a Python callable, which no hash covers and no record can verify"
        problems.append(Mistake(where or "document", message, kind, "plain data; write a response instead"))
    else:
        problems.append(Mistake(where or "document", "not plain data", type(raw).__name__, "what YAML holds"))
    return None


def _key(key: Any) -> str:
    return key.isoformat() if isinstance(key, datetime.date) else str(key)


def _under(where: str, key: Any) -> str:
    return f"{where}.{key}" if where else str(key)
