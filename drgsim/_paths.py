"""Where the shipped facts are: inside an installed package, or `data/` beside a checkout."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from .errors import NotFoundError

# False for a name that no file can have as well (too long, a zero byte), where `Path` raises
exists, is_dir, is_file = os.path.exists, os.path.isdir, os.path.isfile
PACKAGE = Path(__file__).resolve().parent


@cache
def data_dir() -> Path:
    """The folder that holds `schemes/`, `policies/`, `catalogues/` …

    A wheel carries it as `drgsim/_data`; an editable or in-place checkout has it beside the package.
    """
    for folder in (PACKAGE / "_data", PACKAGE.parent / "data"):
        if (folder / "README.md").is_file():
            return folder
    raise NotFoundError(
        "the data that ships with drgsim is missing",
        where=f"looked in {PACKAGE / '_data'} and {PACKAGE.parent / 'data'}",
        do="install drgsim again, or run from a complete checkout",
    )


def data_path(*parts: str) -> Path:
    """One shipped file or folder; raises NotFoundError when it is not there."""
    path = data_dir().joinpath(*parts)
    if not path.exists():
        raise NotFoundError(
            f"no shipped file {'/'.join(parts)}",
            allowed=sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else None,
            do="check the name, or install drgsim again",
        )
    return path


def data_yaml(*parts: str) -> Any:
    """What a shipped YAML file holds, parsed in C where that is there: a tenth of the time.

    >>> data_yaml("fund", "discount.yaml")["goal"]
    0.035
    """
    import yaml

    with data_path(*parts).open(encoding="utf-8") as file:
        return yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
