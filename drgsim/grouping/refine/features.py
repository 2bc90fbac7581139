"""What a split may look at in a case, as small whole numbers, and what it has to fulfil."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..._damaged import read_toml
from ..._paths import data_dir
from ...errors import ArgumentError, FileFormatError
from ...schemes.model import Adrg
from ...schemes.rules.terms import Member, Role
from ...schemes.rules.walk import leaves
from ...schemes.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Treatment:
    """A kind of treatment as prefixes of procedure codes, with its names."""

    id: str
    prefixes: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True)
class Constraints:
    """The constraints of a refinement; each is explained where the shipped values stand."""

    min_cases: int
    min_hospitals: int
    min_cv_fall: float
    min_difference: float
    min_gain: float
    most_groups: int
    folds: int
    trim: float
    ages: tuple[int, ...]
    classes: int
    class_length: int
    treatments: tuple[Treatment, ...]
    state: str = "assumed"

    @classmethod
    def load(cls, path: str | Path | None = None, **changed: Any) -> Constraints:
        """The shipped constraints or those of a file, with single ones `changed`.

        Raises ArgumentError for a name that is none, or a value out of its range; FileFormatError for a file
        that is no such document.

        >>> Constraints.load(min_cases=50).min_cases
        50
        """
        source = data_dir() / "refine" / "constraints.toml" if path is None else Path(path)
        document = read_toml(source)
        try:
            found = cls(
                **{name: each["value"] for name, each in document["constraints"].items()},
                **{**document["features"], "ages": tuple(document["features"]["ages"])},
                treatments=tuple(
                    Treatment(name, tuple(each["prefixes"]), each["zh"], each["en"])
                    for name, each in document.get("treatments", {}).items()
                ),
                state=document.get("state", "assumed"),
            )
        except (KeyError, TypeError, AttributeError):
            raise FileFormatError(
                "not a file of constraints",
                where=source.name,
                allowed=f"[constraints] and [features] with each of {', '.join(_NUMBERS)}, ages",
                do="copy data/refine/constraints.toml and change its values",
            ) from None
        known = [each.name for each in fields(cls)]
        for name in changed:
            if name not in known:
                raise ArgumentError("no such constraint", got=name, allowed=known, nearest=known)
        return replace(found, **changed)._checked()

    def _checked(self) -> Constraints:
        for name in _NUMBERS:
            stated, whole = getattr(self, name), name in _WHOLE
            kind = int if whole else (int, float)
            if not isinstance(stated, kind) or isinstance(stated, bool) or not 0 <= stated <= _LARGEST:
                allowed = f"{'whole numbers' if whole else 'numbers'} from 0 to {_LARGEST:,}"
                raise ArgumentError(f"{name} is no sensible number", got=str(stated)[:40], allowed=allowed)
        if not all(isinstance(age, int) and 0 < age <= _OLDEST for age in self.ages):
            raise ArgumentError("ages are edges of age bands", got=str(self.ages)[:40], allowed="whole years")
        for name, low in (("min_cases", 2), ("min_hospitals", 1), ("most_groups", 1), ("folds", 2)):
            if getattr(self, name) < low:
                raise ArgumentError(
                    f"{name} is too small", got=getattr(self, name), allowed=f"at least {low}"
                )
        if not 0 < self.trim <= 1:
            raise ArgumentError("trim is a quantile", got=self.trim, allowed="above 0, at most 1")
        return self

    def words(self) -> Mapping[str, Mapping[str, Any]]:
        """The names of the constraints in both languages, as the shipped file has them."""
        path = data_dir() / "refine" / "constraints.toml"
        return dict(read_toml(path)["constraints"])


_NUMBERS = tuple(each.name for each in fields(Constraints) if each.type in ("int", "float"))
_WHOLE = tuple(each.name for each in fields(Constraints) if each.type == "int")
_LARGEST, _OLDEST = 1_000_000_000, 150

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
SEVERITIES = {"none": 0, "CC": 1, "MCC": 2}


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of a cell: severity (0, 1, 2), age band, or whether a class or treatment is there (0, 1)."""

    kind: Literal["severity", "age", "class", "treatment"]
    key: str = ""


@dataclass(frozen=True)
class Read:
    """What is read of all cases, once: cost in yuan, fold and year, and the features common to all ADRGs."""

    cost: Floats
    fold: Ints
    hospital: Ints
    year: Ints
    severity: Ints
    age: Ints  # band; -1 unknown
    main: Ints  # place of the main procedure's class among `classes`; -1 without
    classes: tuple[str, ...]
    treatments: npt.NDArray[np.bool_]  # (treatments, n)


@dataclass(frozen=True)
class Cells:
    """Cases of an ADRG added up: one row a distinct (features, fold, year)."""

    features: tuple[Feature, ...]
    values: Ints  # (cells, features)
    fold: Ints
    year: Ints
    base: Ints  # the group of the base scheme, its place among the ADRG's
    n: Floats
    cost: Floats
    square: Floats
    case_cell: Ints  # the cell of each case, and its hospital
    case_hospital: Ints

    def __len__(self) -> int:
        return len(self.n)


def read(cases: pd.DataFrame, answers: pd.DataFrame, cost: Floats, year: Ints, c: Constraints) -> Read:
    """Read the cases once."""
    codes, labels = pd.factorize(cases["hospital_id"].astype(str), sort=True)
    fold = np.random.default_rng(0).permutation(len(labels)) % c.folds
    procedures = cases["procedures"].astype("string").fillna("").to_numpy(dtype=object)
    texts, unique = pd.factorize(procedures)
    mains = np.array([text.partition("|")[0][: c.class_length] for text in unique], dtype=object)
    main, classes = pd.factorize(mains, sort=True)
    kept = np.array([text != "" for text in classes], bool)
    main = np.where(kept[main], main, -1) if len(classes) else main
    patterns = [
        re.compile(r"(?:^|\|)(?:" + "|".join(map(re.escape, each.prefixes)) + ")") for each in c.treatments
    ]
    found = np.array([[bool(one.search(text)) for text in unique] for one in patterns], bool)
    ages = pd.to_numeric(cases["age"], errors="coerce").to_numpy(np.float64)
    band = np.searchsorted(np.array(c.ages, float), ages, side="right").astype(np.int64)
    severity = np.asarray(answers["severity"].astype(object).map(SEVERITIES).fillna(0), np.int64)
    return Read(
        cost,
        np.asarray(fold[codes], np.int64),
        np.asarray(codes, np.int64),
        year,
        severity,
        np.where(np.isnan(ages), -1, band),
        np.asarray(main[texts], np.int64),
        tuple(map(str, classes)),
        found[:, texts] if len(patterns) else np.zeros((0, len(cases)), bool),
    )


def own_classes(scheme: Scheme, adrg: Adrg, length: int) -> frozenset[str]:
    """Classes of the procedures that the ADRG's own sets ask of the main procedure."""
    names = {
        name
        for leaf in leaves(adrg.rule)
        if isinstance(leaf, Member) and not leaf.negated and Role.MAIN_PROCEDURE in leaf.roles
        for name in leaf.sets
    }
    return frozenset(
        code[:length]
        for name in names
        if scheme.sets[name].kind == "procedure"
        for code in scheme.sets[name].codes
    )


def cells(read_: Read, rows: Ints, base: Ints, own: frozenset[str], c: Constraints) -> Cells:
    """The cases of one ADRG as cells. `base` is the place of each case's base group."""
    top = np.quantile(read_.cost[rows], c.trim)
    cost = np.minimum(read_.cost[rows], top)
    features = [Feature("severity"), Feature("age")]
    columns: list[Ints] = [read_.severity[rows], read_.age[rows]]
    main = read_.main[rows]
    counts = np.bincount(main[main >= 0], minlength=len(read_.classes))
    common = [
        place for place in np.argsort(-counts, kind="stable")[: c.classes] if counts[place] >= c.min_cases
    ]
    for place in common:
        if read_.classes[place] in own and counts[place] <= len(rows) - c.min_cases:
            features.append(Feature("class", read_.classes[place]))
            columns.append((main == place).astype(np.int64))
    for which, each in enumerate(c.treatments):
        there = read_.treatments[which][rows]
        if c.min_cases <= there.sum() <= len(rows) - c.min_cases:
            features.append(Feature("treatment", each.id))
            columns.append(there.astype(np.int64))
    names = [f"f{place}" for place in range(len(columns))]
    table = pd.DataFrame(dict(zip(names, columns, strict=True)))
    table["fold"], table["year"], table["base"] = read_.fold[rows], read_.year[rows], base
    keys = [*names, "fold", "year", "base"]
    # by size of cost, so that the order of the cases cannot show in a sum
    order = np.lexsort((cost, *(table[key].to_numpy() for key in reversed(keys))))
    table = table.iloc[order].assign(cost=cost[order])
    table["square"] = table["cost"] ** 2
    grouped = table.groupby(keys, sort=True)
    sums = grouped[["cost", "square"]].sum()
    keyed = sums.reset_index()
    return Cells(
        tuple(features),
        keyed[names].to_numpy(np.int64),
        keyed["fold"].to_numpy(np.int64),
        keyed["year"].to_numpy(np.int64),
        keyed["base"].to_numpy(np.int64),
        np.asarray(grouped.size(), np.float64),
        sums["cost"].to_numpy(),
        sums["square"].to_numpy(),
        np.asarray(grouped.ngroup(), np.int64),
        np.asarray(read_.hospital[rows][order]),
    )
