"""Small random catalogues and cases over few codes, so that ties, clashes and near misses are common."""

from __future__ import annotations

import random
from dataclasses import replace

import pandas as pd

from drgsim.dip.catalogue import DipCatalogue
from drgsim.dip.expressions import parse_conditions, parse_patterns
from drgsim.dip.model import (
    AuxiliaryClass,
    AuxiliaryFactor,
    Complication,
    DipKey,
    DipType,
    ExcludedProcedure,
    ProcedureFacts,
)
from drgsim.dip.words import CLASSES, Kind, ProcedureClass, ProcedureNote

DIAGNOSES = (
    "K80.100",
    "K80.100x001",
    "K80.101",
    "K80.000",
    "K81.000",
    "J18.900",
    "J96.000",
    "A15.000",
    "U84.300",
)
PATTERNS = ("K80.1", "K80.100", "K80.100x001", "K80", "K80.0|K80.1", "K81", "K80-K83", "J18.9", "A15-A16")
WIDE = ("K80", "K8", "K", "J18", "J", "A00-C50", "A00-Z99")
PROCEDURES = (
    "51.2300",
    "51.2200",
    "51.2200x004",
    "51.8800x006",
    "51.8802",
    "36.0700",
    "36.0700x004",
    "44.1300x001",
    "38.9300",
    "99.1500",
    "96.7201",
)
NAMED = (*PROCEDURES, "51.22", "51.2", "36.07")
CONDITIONS = (
    "",
    "",
    "",
    "age<=6",
    "age>=66",
    "age_days<29; birth_weight=1000..1499",
    "cc=1",
    "mcc=1",
    "severity=1",
    "severity>=2",
    "operation_level=3..4",
    "drug_resistant=0",
    "cost_ratio>1",
    "los<=3",
    "died=1",
)
CITY = (Kind.CORE, Kind.CORE, Kind.CORE, Kind.COMPOSITE, Kind.COMPOSITE, Kind.BLANK)
NATIONAL = (Kind.EARLY, Kind.COMBINED, Kind.SUBDIVIDED, Kind.BASIC, Kind.BASIC, Kind.COMPOSITE)


def catalogue(seed: int, *, national: bool = False, primary_composites: bool = False) -> DipCatalogue:
    """A catalogue of up to 40 keys; some unreachable, many doubled in part."""
    chance = random.Random(seed)
    types, keys = {}, []
    for number in range(chance.randint(1, 40)):
        kind = chance.choice(NATIONAL if national else CITY)
        code = f"A00-C50-{number}" if chance.random() < 0.1 else f"T{number}"
        types[code] = DipType(
            code,
            f"type {number}",
            kind,
            score=chance.choice((None, 100.0, 100.0, 200.0, 350.0)),
            primary_care=chance.random() < 0.3
            and kind is not Kind.BLANK
            and (kind is not Kind.COMPOSITE or primary_composites),
            mean_cost=chance.choice((None, 1000.0, 1000.0, 2500.0, 4000.0)),
        )
        keys.append(_key(chance, code, kind))
    classes = {
        name: AuxiliaryClass(name, dimension, parse_conditions(conditions))
        for name, dimension, conditions in (
            ("old", "age", "age>=66"),
            ("young", "age", "age<=6"),
            ("cc", "severity", "cc=1"),
            ("dear", "severity", "cost_ratio>1.5"),
            ("local", "local", "drug_resistant=1"),
        )
    }
    factors = {
        (chance.choice((*types, "*")), chance.choice(list(classes))): chance.choice((0.8, 1.0, 1.1, 1.1, 1.5))
        for _ in range(chance.randint(0, 12))
    }
    return DipCatalogue(
        id=f"random-{seed}",
        title="random",
        types=types,
        keys=tuple(keys),
        excluded_diagnoses={"K81.000": ""} if chance.random() < 0.5 else {},
        excluded_procedures={
            code: ExcludedProcedure(
                code, chance.choice(list(ProcedureNote)), parse_patterns(chance.choice(("", "K80")))
            )
            for code in chance.sample(PROCEDURES, chance.randint(0, 4))
        },
        auxiliary_classes=classes,
        auxiliary=tuple(AuxiliaryFactor(*pair, factor) for pair, factor in factors.items()),
        complications={
            "J96.000": Complication("J96.000", "mcc", exclusion=chance.choice(("", "lungs"))),
            "K81.000": Complication("K81.000", "cc", include=parse_patterns(chance.choice(("", "K80", "J")))),
        },
        exclusion_lists={"lungs": parse_patterns("J18|J96")},
        procedure_facts={
            code: ProcedureFacts(
                code,
                chance.choice(list(ProcedureClass)),
                chance.choice((None, 1, 2, 3, 4)),
                chance.choice((None, 0, 1)),
            )
            for code in chance.sample(PROCEDURES, 4)
        },
        crosswalk={"K80.101": "K80.100", "51.8802": "51.2300"} if chance.random() < 0.3 else {},
    )


def _key(chance: random.Random, code: str, kind: Kind) -> DipKey:
    conditions = parse_conditions(chance.choice(CONDITIONS))
    if kind is Kind.BLANK:
        return DipKey(code, ())
    if kind is Kind.COMPOSITE:
        treatment = chance.choice((*CLASSES, None))
        return DipKey(
            code, parse_patterns(chance.choice(WIDE)), conditions=conditions, treatment_class=treatment
        )
    terms = tuple(
        tuple(chance.sample(NAMED, chance.choice((1, 1, 2)))) for _ in range(chance.choice((0, 1, 1, 2, 3)))
    )
    related = tuple((chance.choice(NAMED),) for _ in range(chance.choice((0, 0, 0, 1, 2)))) if terms else ()
    return DipKey(
        code,
        parse_patterns(chance.choice(PATTERNS)),
        terms,
        related,
        parse_patterns(chance.choice(("", "", "", "J96", "U84|K81"))),
        conditions,
        any_position=chance.random() < 0.3,
    )


def cases(seed: int, n: int) -> pd.DataFrame:
    """Cases over the same codes, with unknown, empty and missing ones among them."""
    chance = random.Random(seed)

    def codes(pool: tuple[str, ...], most: int) -> str | None:
        listed = [chance.choice((*pool, *pool, "?", "")) for _ in range(chance.randint(0, most))]
        return "|".join(listed) if listed else chance.choice(("", None))

    return pd.DataFrame(
        {
            "case_id": [f"c{number}" for number in range(n)],
            "diagnoses": [
                "|".join(filter(None, (chance.choice(DIAGNOSES), codes(DIAGNOSES, 3))))
                if chance.random() < 0.95
                else codes(DIAGNOSES, 2)
                for _ in range(n)
            ],
            "procedures": [codes(PROCEDURES, chance.choice((1, 3, 6, 70))) for _ in range(n)],
            "age": [chance.choice((0, 3, 40, 70, None)) for _ in range(n)],
            "age_days": [chance.choice((3, 100, None)) for _ in range(n)],
            "birth_weight": [chance.choice((900, 1200, None)) for _ in range(n)],
            "los": [chance.choice((1, 3, 4, 10, None)) for _ in range(n)],
            "discharge": [chance.choice((1, 5, None)) for _ in range(n)],
            "total_cost": [chance.choice((500.0, 1000.0, 1750.0, 3250.0, 9000.0, None)) for _ in range(n)],
        }
    )


def with_order(source: DipCatalogue, keys: tuple[DipKey, ...]) -> DipCatalogue:
    """The same catalogue with its keys in another order."""
    return replace(source, keys=keys)
