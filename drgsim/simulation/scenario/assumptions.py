"""`Assumptions`: how insured, use, cost, prices, income and other spending grow, as one dated document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import pandas as pd

from ..._paths import data_path, is_file
from ...errors import ArgumentError, NotFoundError, nearest_name
from ...policy.policy_errors import Mistake, Mistakes, as_text
from ...policy.yaml_text import read_yaml
from ..scenario_errors import refuse
from .assumption_values import Assumed, Interval, assumable, catalogue, neutral, paths, read_assumed

DOCUMENT_VERSION = 1
HEAD = ("drgsim_assumptions", "id", "title", "note", "extends", "values")


@dataclass(frozen=True, eq=False, repr=False)
class Assumptions:
    """Growth assumptions, each with a central value, an interval, a source and a state of trust.

    `values` maps a path (`income_growth.employee`, `insured_growth.employee/oldest`, `reweighting_lag`) to
    its dated values. Equal values make equal assumptions, whatever their titles, notes and spelling.

    >>> national = Assumptions.load("national")
    >>> national.value("income_growth", 2027, insurance="employee")
    0.0504
    >>> faster = national.over({"income_growth.employee": {2026: 0.05, 2029: 0.04}})
    >>> faster.value("income_growth", 2030, insurance="employee"), faster == national
    (0.04, False)
    """

    id: str
    title: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    values: Mapping[str, Assumed] = field(default_factory=dict)

    @classmethod
    def load(cls, source: str | Path | Mapping[str, Any] | Assumptions) -> Assumptions:
        """Assumptions from a shipped id, a YAML file, or a mapping of paths to values.

        A mapping may extend another document (`extends`), name its values directly or under `values`, and
        leave out the insurance to set both. A value set for an insurance replaces those of its age bands.

        Raises NotFoundError for a name that is neither id nor file, FileFormatError for a file that is not
        YAML, and ScenarioError with all problems of a document at once.
        """
        if isinstance(source, Assumptions):
            return source
        if isinstance(source, str) and source in _shipped():
            return _load_shipped(source)
        name = "the assumptions" if isinstance(source, Mapping) else str(source)
        raw = source if isinstance(source, Mapping) else read_yaml(_find(str(source)))
        problems = Mistakes(lambda found: refuse(found, name, raw))
        found = cls.read(raw, "", problems)
        refuse(problems, name, raw)
        return found

    @classmethod
    def read(cls, raw: Any, where: str, problems: list[Mistake]) -> Assumptions:
        """`load` for a document inside another: what is wrong is added to `problems`, nothing is raised.

        `where` is the path of this part in the whole document; the values that can be read are kept.
        """
        return _read(raw, where, problems, trail=())

    @staticmethod
    def available() -> list[str]:
        """Ids of the shipped documents.

        >>> Assumptions.available()
        ['national', 'reference', 'reference-high', 'reference-low']
        """
        return list(_shipped())

    def over(self, overrides: Mapping[str, Any]) -> Assumptions:
        """These assumptions with some values replaced; raises ScenarioError with all problems at once."""
        problems = Mistakes(lambda found: refuse(found, "the overrides"))
        top = _entries(overrides, "", problems)
        refuse(problems, "the overrides")
        return Assumptions(self.id, self.title, self.note, _laid_over(self.values, top))

    def assumed(self, name: str, *, insurance: str = "", band: str = "") -> Assumed:
        """The dated values that hold for an insurance and age band."""
        what = catalogue().get(name)
        if what is None:
            raise ArgumentError("nothing of that name is assumed", got=name, nearest=catalogue())
        level = f"{name}.{insurance}" if "insurance" in what.by else name
        return self.values.get(f"{level}/{band}") or self.values.get(level) or neutral(what)

    def interval(self, name: str, year: int, *, insurance: str = "", band: str = "") -> Interval:
        """Central value, low and high of a year."""
        return self.assumed(name, insurance=insurance, band=band).at(year)

    def value(self, name: str, year: int, *, insurance: str = "", band: str = "") -> float:
        """The central value of a year."""
        return self.interval(name, year, insurance=insurance, band=band).value

    def uncertain(self) -> list[str]:
        """The paths whose interval is not a point: what the draws of a parameter band move."""
        return sorted(path for path, each in self.values.items() if each.uncertain)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the values; titles, notes, sources and values that change nothing do not enter."""
        text = json.dumps(self._canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def stated(self) -> Any:
        """The id of a shipped set of assumptions, or the whole document of any other.

        A shipped set with other values keeps neither that set's title nor its note, which speak of its own.
        """
        if self.id not in self.available():
            return self.to_document()
        if self == type(self).load(self.id):
            return self.id
        return {key: part for key, part in self.to_document().items() if key not in ("title", "note")}

    def to_document(self) -> dict[str, Any]:
        """One whole document, with what it extends written out; loading it gives an equal hash."""
        head: dict[str, Any] = {"drgsim_assumptions": DOCUMENT_VERSION, "id": self.id}
        head |= {"title": dict(self.title)} if self.title else {}
        head |= {"note": self.note} if self.note else {}
        return head | {"values": {path: self.values[path].to_entry() for path in sorted(self.values)}}

    def table(self, year: int) -> pd.DataFrame:
        """Every value of a year: path, title_zh, title_en, unit, value, low, high, source, state, note."""
        rows = []
        for path, each in sorted(self.values.items()):
            what, at = assumable(path), each.at(year)
            rows.append(
                {
                    "path": path, "title_zh": what.zh, "title_en": what.en, "unit": what.unit,
                    "value": at.value, "low": at.low, "high": at.high,
                    "source": each.source, "state": each.state, "note": each.note,
                }
            )  # fmt: skip
        return pd.DataFrame(rows).set_index("path")

    def _canonical(self) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for path, each in sorted(self.values.items()):
            level, _, band = path.partition("/")
            under = self.values.get(level) if band else None
            if each.canonical() != (under or neutral(assumable(path))).canonical():
                kept[path] = each.canonical()
        return kept

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Assumptions) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __repr__(self) -> str:
        return f"Assumptions({self.id!r}, {len(self.values)} values, hash={self.hash[:12]!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (Assumptions, (self.id, dict(self.title), self.note, dict(self.values)))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # nothing in it can change


@cache
def _shipped() -> Mapping[str, Path]:
    files = data_path("simulation", "assumptions").glob("*.yaml")
    return MappingProxyType({path.stem: path for path in sorted(files, key=lambda path: path.stem)})


@cache
def _load_shipped(name: str) -> Assumptions:
    problems: list[Mistake] = []
    found = _read(read_yaml(_shipped()[name]), "", problems, trail=())
    refuse(problems, name)
    return found


def _find(name: str) -> Path:
    path = _shipped().get(name) or Path(name)
    if path.suffix in (".yaml", ".yml") and is_file(path):
        return path
    raise NotFoundError(
        "no such assumptions",
        got=name,
        allowed=list(_shipped()),
        nearest=_shipped(),
        do="name a shipped document, or a file that ends in .yaml",
    )


def _read(raw: Any, where: str, problems: list[Mistake], *, trail: tuple[str, ...]) -> Assumptions:
    if isinstance(raw, Assumptions):
        return raw
    if isinstance(raw, str | Path):
        return _named(str(raw), where, problems, trail)
    if not isinstance(raw, Mapping):
        problems.append(Mistake(where or "assumptions", "not a name or a mapping", got=raw))
        return Assumptions("unread")
    version = raw.get("drgsim_assumptions", DOCUMENT_VERSION)
    if version != DOCUMENT_VERSION or isinstance(version, bool):
        at = _under(where, "drgsim_assumptions")
        problems.append(Mistake(at, "a form this drgsim does not know", version, str(DOCUMENT_VERSION)))
    base = Assumptions("own")
    if raw.get("extends") is not None:
        base = _named(str(raw["extends"]), _under(where, "extends"), problems, trail)
    inner = raw.get("values", {})
    if not isinstance(inner, Mapping):
        problems.append(Mistake(_under(where, "values"), "not a mapping of paths to values", got=inner))
        inner = {}
    own = {str(key): value for key, value in raw.items() if key not in HEAD}
    for path in (path for path in own if path in inner):
        problems.append(Mistake(_under(where, path), "stands twice: beside values and in it"))
    title = raw.get("title") or {}
    if not isinstance(title, Mapping):
        problems.append(Mistake(_under(where, "title"), "not a mapping", got=title, allowed="zh and en"))
        title = {}
    top = _entries({**inner, **own}, where, problems)
    return Assumptions(
        as_text(raw.get("id"), _under(where, "id"), problems) or base.id,
        MappingProxyType(
            {
                str(key): as_text(text, f"{_under(where, 'title')}.{key}", problems)
                for key, text in (title or base.title).items()
            }
        ),
        as_text(raw.get("note"), _under(where, "note"), problems),
        _laid_over(base.values, top),
    )


def _named(name: str, where: str, problems: list[Mistake], trail: tuple[str, ...]) -> Assumptions:
    if name in trail:
        circle = " → ".join((*trail, name))
        problems.append(Mistake(where or name, "assumptions that extend themselves", got=circle))
        return Assumptions(name)
    try:
        path = _find(name)
    except NotFoundError:
        near = nearest_name(name, _shipped())
        problems.append(
            Mistake(where or "assumptions", "no such assumptions", name, ", ".join(_shipped()), near)
        )
        return Assumptions(name)
    return _read(read_yaml(path), where, problems, trail=(*trail, name))


def _entries(raw: Mapping[str, Any], where: str, problems: list[Mistake]) -> dict[str, Assumed]:
    """Path to values, the insurance written out; a path that names it wins over one that does not."""
    found: dict[str, Assumed] = {}
    for key in sorted(map(str, raw), key=lambda path: (path.count(".") + path.count("/"), path)):
        at = _under(where, key)
        if key not in paths():
            problems.append(
                Mistake(at, "nothing of that name is assumed", nearest=nearest_name(key, paths()))
            )
            continue
        read = read_assumed(assumable(key), raw[key], at, problems)
        if read is not None:
            found |= dict.fromkeys(assumable(key).levels if key in catalogue() else (key,), read)
    return found


def _laid_over(base: Mapping[str, Assumed], top: Mapping[str, Assumed]) -> Mapping[str, Assumed]:
    """`top` over `base`: a dated value leaves the years before it, an undated one replaces all ages too."""
    kept = dict(base)
    for path, each in top.items():
        for below in [other for other in base if other.partition("/")[0] == path and other not in top]:
            kept[below] = each.after(base[below])
        kept[path] = each.after(base.get(path) or base.get(path.partition("/")[0]))
    bands = {path: path.partition("/")[0] for path in kept if "/" in path and path not in top}
    for path in (path for path, level in bands.items() if level in top and kept[path] == kept[level]):
        del kept[path]
    return MappingProxyType(kept)


def _under(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
