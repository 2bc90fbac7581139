"""The run record: what was asked, of what, with what, and what came out, in one file without a case row."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..._atomic import replacing
from ..._damaged import read_json
from ..._version import __version__
from ..scenario_errors import RecordError
from ..world.ingredients import installed, learned
from .recorded_tables import tables
from .run_inputs import run_inputs

if TYPE_CHECKING:
    from ..comparison.comparison import Comparison

FORMAT, VERSION = "drgsim_record", 2  # 2: the fund pays catastrophic insurance
DIGEST = "digest"
SECTIONS = ("versions", "run", "input", "scenarios", "installed", "learned", "results")


def record(results: Comparison, *, recipe: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All it takes to check a run again, as plain data for JSON.

    `recipe` says how the cases can be made again: `{"synthetic": {"region": "province", "n": 300_000,
    "year": 2025, "seed": 1}}`, the keywords of `drgsim.synthetic_cases`. Without it `verify` needs the cases.

    The cases enter as a fingerprint, a count and the names of columns. Money is in whole fen. `digest` is
    SHA-256 over everything else.
    """
    world = results.world
    seen = results.fingerprint
    content: dict[str, Any] = {
        FORMAT: VERSION,
        "versions": {
            "drgsim": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
        },
        "run": run_inputs(results),
        "input": {
            "fingerprint": seen.digest,
            "cases": seen.rows,
            "columns": list(seen.columns),
            "base_year": world.year,
            "groups_given": world.groupings.given is not None,
            "recipe": None if recipe is None else dict(recipe),
        },
        "scenarios": [
            {"id": each.id, "hash": each.hash, "document": each.document} for each in results.scenarios
        ],
        "installed": installed(results.scenarios, world.year),
        "learned": learned(world, results.scenarios),
        "states": dict(sorted(results.states.items())),
        "notes": {id: dict(outcome.payments.notes) for id, outcome in results.outcomes.items()},
        "results": tables(results),
    }
    plain: dict[str, Any] = json.loads(_text(content))
    return plain | {DIGEST: digest(plain)}


def write_record(
    results: Comparison, path: str | PathLike[str], *, recipe: Mapping[str, Any] | None = None
) -> Path:
    """Write the record of a run as JSON; returns the path."""
    text = json.dumps(record(results, recipe=recipe), ensure_ascii=False, indent=1, allow_nan=False)
    with replacing(path) as part:
        part.write_text(text + "\n", encoding="utf-8")
    return Path(path)


def read_record(source: str | PathLike[str] | Mapping[str, Any]) -> dict[str, Any]:
    """A record from a file or a mapping.

    Raises RecordError when it is no record, is incomplete, or was written by a newer format.
    """
    name = "the record" if isinstance(source, Mapping) else Path(source).name
    found = dict(source) if isinstance(source, Mapping) else _read(Path(source), name)
    version = found.get(FORMAT)
    if not isinstance(version, int) or version < 1:
        raise RecordError("not a run record", where=name, do="give the run record a simulation wrote")
    if version > VERSION:
        raise RecordError(
            "the record is of a newer format than this drgsim knows",
            got=version,
            allowed=f"up to {VERSION}",
            where=name,
            do="install the drgsim that wrote it, or a later one",
        )
    lacking = [section for section in SECTIONS if not isinstance(found.get(section), Mapping | list)]
    if lacking:
        raise RecordError("the record is not complete", got=f"without {', '.join(lacking)}", where=name)
    return found


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a record's content, its own digest left out."""
    rest = {key: value for key, value in content.items() if key != DIGEST}
    return hashlib.sha256(_text(rest).encode()).hexdigest()


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _read(path: Path, name: str) -> dict[str, Any]:
    if not path.is_file():
        raise RecordError(
            "the record cannot be read", got="no such file", where=name, do="give a run record (JSON)"
        )
    found = read_json(path, RecordError)
    if not isinstance(found, dict):
        raise RecordError("not a run record", got=type(found).__name__, where=name)
    return found
