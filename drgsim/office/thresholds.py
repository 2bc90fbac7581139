"""What the warnings are cut at: `data/office/thresholds.toml`, and a file of one's own over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._damaged import read_toml
from .._paths import data_path
from ..errors import ArgumentError, NotFoundError

Thresholds = Mapping[str, Mapping[str, float]]


def thresholds(given: Any = None) -> Thresholds:
    """Section → name → number. `given`: a mapping or the path of a TOML file that states what differs.

    Raises NotFoundError, FileFormatError, ArgumentError for an unknown name.

    >>> thresholds({"low_standard": {"days": 2}})["low_standard"]["days"]
    2
    """
    shipped = _read(data_path("office", "thresholds.toml"))
    result = {name: dict(part) for name, part in shipped.items() if isinstance(part, dict)}
    if given is None:
        return result
    own = given if isinstance(given, Mapping) else _read(Path(given))
    for name, part in own.items():
        if not isinstance(part, Mapping):
            continue
        for key, value in part.items():
            if key not in result.get(name, {}):
                allowed = [f"{section}.{each}" for section, keys in result.items() for each in keys]
                raise ArgumentError(
                    "no such threshold", got=f"{name}.{key}", allowed=allowed, nearest=allowed
                )
            result[name][key] = value
    return result


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise NotFoundError("no such file of thresholds", got=str(path))
    return read_toml(path)
