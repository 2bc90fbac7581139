"""A made-up DIP catalogue of 12,000 types and cases for it, from real codes; the same for the same seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from drgsim.codes import Catalogue
from drgsim.dip import DipCatalogue
from drgsim.dip.expressions import Pattern
from drgsim.dip.facts import parse_conditions
from drgsim.dip.model import AuxiliaryClass, AuxiliaryFactor, DipKey, DipType
from drgsim.dip.words import CLASSES, Kind

TYPES = 12_000
_OWN = 400  # procedures that occur at all, the first of them most often


def catalogue(seed: int = 1) -> DipCatalogue:
    """12,000 core and composite types: few of most diagnoses, dozens of the common ones."""
    chance = np.random.default_rng(seed)
    subcategories = sorted({code[:5] for code in Catalogue.load("diagnosis").codes})
    categories = sorted({code[:3] for code in subcategories})
    procedures = _procedures(chance)
    types, keys = {}, []

    def add(code: str, kind: Kind, **key: object) -> None:
        if code not in types:
            types[code] = DipType(
                code,
                code,
                kind,
                score=float(chance.integers(50, 5000)),
                mean_cost=float(chance.integers(600, 60_000)),
                primary_care=kind is Kind.CORE and chance.random() < 0.02,
            )
            keys.append(DipKey(code, **key))

    for category in categories[::2]:
        for treatment in CLASSES:
            code = f"{category}-{treatment.rank + 1}"
            add(code, Kind.COMPOSITE, diagnoses=(Pattern(category),), treatment_class=treatment)
    for treatment in CLASSES:
        code = f"A00-Z99-{treatment.rank + 1}"
        add(code, Kind.COMPOSITE, diagnoses=(Pattern("A00", "Z99"),), treatment_class=treatment)
    ranked = chance.permutation(subcategories)
    while len(types) < TYPES:
        diagnosis = ranked[_skewed(chance, len(ranked))]
        n_terms = int(chance.choice(4, p=(0.2, 0.5, 0.25, 0.05)))
        terms = tuple((procedures[_skewed(chance, _OWN)],) for _ in range(n_terms))
        code = f"{diagnosis}-{'+'.join(term[0] for term in terms) or 0}"
        add(code, Kind.CORE, diagnoses=(Pattern(diagnosis),), procedures=terms)
    return DipCatalogue(
        id="benchmark",
        title="made up for the benchmark",
        types=types,
        keys=tuple(keys),
        auxiliary_classes={
            "old": AuxiliaryClass("old", "age", parse_conditions("age>=66")),
            "young": AuxiliaryClass("young", "age", parse_conditions("age<=6")),
            "died": AuxiliaryClass("died", "severity", parse_conditions("died=1; los>3")),
        },
        auxiliary=tuple(
            AuxiliaryFactor(code, name, 1.1)
            for code in list(types)[:3000]
            for name in ("old", "young", "died")
        ),
    )


def cases(n: int, made: DipCatalogue, seed: int = 2) -> pd.DataFrame:
    """Cases most of which some core type takes: its diagnosis, its procedures, and now and then more."""
    chance = np.random.default_rng(seed)
    diagnoses = Catalogue.load("diagnosis").codes
    procedures = _procedures(np.random.default_rng(1))
    under: dict[str, list[str]] = {}
    for code in diagnoses:
        under.setdefault(code[:5], []).append(code)
    core = [key for key in made.keys if made.types[key.type].kind is Kind.CORE]
    drawn = np.minimum(chance.zipf(1.15, n) - 1, len(core) - 1)
    rows = []
    for place in drawn.tolist():
        key = core[place] if place < len(core) - 1 else core[int(chance.integers(len(core)))]
        own = under[key.diagnoses[0].first]
        codes = [own[int(chance.integers(len(own)))]]
        codes += [diagnoses[int(i)] for i in chance.integers(len(diagnoses), size=int(chance.integers(0, 8)))]
        done = [term[0] for term in key.procedures]
        done += [procedures[_skewed(chance, _OWN)] for _ in range(int(chance.choice(3, p=(0.6, 0.3, 0.1))))]
        rows.append(("|".join(codes), "|".join(done)))
    frame = pd.DataFrame(rows, columns=["diagnoses", "procedures"])
    frame["age"] = chance.integers(0, 95, n)
    frame["los"] = chance.integers(1, 30, n)
    frame["discharge"] = chance.choice((1, 2, 5), n, p=(0.95, 0.04, 0.01))
    frame["total_cost"] = chance.lognormal(9, 0.8, n).round(2)
    return frame


def _procedures(chance: np.random.Generator) -> list[str]:
    return list(np.random.default_rng(0).permutation(Catalogue.load("procedure").codes)[:_OWN])


def _skewed(chance: np.random.Generator, n: int) -> int:
    return int(min(n - 1, n * chance.random() ** 2.5))
