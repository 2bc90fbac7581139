"""A mix of cases like that of a region, drawn from a scheme's own lists.

ADRGs by a Zipf law, 45 % of the cases driven by a procedure; principal diagnosis and main procedure
from the ADRG's lists; 0–15 other diagnoses, 35 % of them CC or MCC (5.75 diagnoses a case in all);
0–6 further procedures (1.32 a case in all). Newborns where the MDC asks for them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from drgsim.schemes.model import Adrg, AdrgKind, Mdc
from drgsim.schemes.rules.terms import Compare, Member, Role, Rule, Variable
from drgsim.schemes.rules.walk import leaves
from drgsim.schemes.scheme import Scheme

PROCEDURE_SHARE = 0.45
SEVERE_SHARE = 0.35
# means before they are cut off at 15 and 6, set to give the means above
OTHER_DIAGNOSES, OTHER_PROCEDURES, MEDICAL_PROCEDURES = 5.12, 0.90, 0.12
NEWBORN_WEIGHTS = (900, 1400, 1800, 2300, 2600, 3300)


def case_mix(scheme: Scheme, n: int, seed: int = 1) -> pd.DataFrame:
    """`n` cases in drgsim's plain columns."""
    draw = np.random.default_rng(seed)
    mdcs = {mdc.code: mdc for mdc in scheme.mdcs}
    rows = [adrg for adrg in scheme.adrgs if adrg.kind is not AdrgKind.AMBIGUOUS]
    driven = np.array([bool(_codes(scheme, adrg.rule, Role.MAIN_PROCEDURE)) for adrg in rows])
    weights = 1 / (1 + draw.permutation(len(rows)))
    share = np.where(driven, PROCEDURE_SHARE, 1 - PROCEDURE_SHARE)
    weights *= share / np.where(driven, weights[driven].sum(), weights[~driven].sum())
    chosen = draw.choice(len(rows), size=n, p=weights / weights.sum())
    severe = np.array(sorted({*scheme.cc, *scheme.mcc}))
    every = np.array(sorted({*scheme.exclusion, *scheme.cc, *scheme.mcc}))
    operations = np.array(sorted({c for s in scheme.sets.values() if s.kind == "procedure" for c in s.codes}))
    used = [_codes(scheme, adrg.rule, Role.MAIN_PROCEDURE) for adrg in rows]
    minor = np.array(sorted(set(operations.tolist()).difference(*used))) if used else operations
    minor = minor if len(minor) else operations
    made = []
    for place in range(len(rows)):
        size = int((chosen == place).sum())
        if size:
            made.append(_cases(scheme, mdcs[rows[place].mdc], rows[place], size, draw))
    cases = pd.concat(made, ignore_index=True)
    others = np.minimum(draw.geometric(1 / (1 + OTHER_DIAGNOSES), n) - 1, 15)
    pool = np.where(
        draw.random(others.sum()) < SEVERE_SHARE,
        draw.choice(severe, others.sum()),
        draw.choice(every, others.sum()),
    )
    cases["diagnoses"] = _joined(cases["diagnoses"], others, pool)
    operated = (cases["procedures"] != "").to_numpy()
    further = np.minimum(
        np.where(operated, draw.poisson(OTHER_PROCEDURES * 2, n), draw.poisson(MEDICAL_PROCEDURES, n)), 6
    )
    kind = np.repeat(operated, further)
    pool = np.where(kind, draw.choice(operations, len(kind)), draw.choice(minor, len(kind)))
    cases["procedures"] = _joined(cases["procedures"], further, pool)
    return cases.iloc[draw.permutation(n)].reset_index(drop=True)


def _cases(scheme: Scheme, mdc: Mdc, adrg: Adrg, n: int, draw: np.random.Generator) -> pd.DataFrame:
    principal = _codes(scheme, adrg.rule, Role.PRINCIPAL_DIAGNOSIS)
    listed = _codes(scheme, mdc.rule, Role.PRINCIPAL_DIAGNOSIS) or sorted(scheme.exclusion)
    principal = sorted(set(principal) & set(listed)) or principal or listed
    main = _codes(scheme, adrg.rule, Role.MAIN_PROCEDURE)
    newborn = any(isinstance(leaf, Compare) and leaf.variable is Variable.AGE for leaf in leaves(mdc.rule))
    age = np.zeros(n, dtype=np.int64) if newborn else draw.integers(1, 95, n)
    sexes = [
        leaf.value for leaf in leaves(mdc.rule) if isinstance(leaf, Compare) and leaf.variable is Variable.SEX
    ]
    return pd.DataFrame(
        {
            "sex": sexes[0] if sexes else draw.integers(1, 3, n),
            "age": age,
            "age_days": np.where(newborn, draw.integers(0, 29, n), age * 365 + draw.integers(0, 365, n)),
            "birth_weight": np.where(newborn, draw.choice(NEWBORN_WEIGHTS, n), 0),
            "los": draw.integers(1, 30, n),
            "discharge": 1,
            "diagnoses": draw.choice(principal, n),
            "procedures": draw.choice(main, n) if main else "",
        }
    )


def _codes(scheme: Scheme, rule: Rule, role: Role) -> list[str]:
    """The codes that `rule` looks for in `role`."""
    return sorted(
        {
            code
            for leaf in leaves(rule)
            if isinstance(leaf, Member) and role in leaf.roles and not leaf.negated
            for name in leaf.sets
            for code in scheme.sets[name].codes
        }
    )


def _joined(first: pd.Series, counts: np.ndarray, pool: np.ndarray) -> list[str]:
    """The first code of each case and its share of the pool, joined by `|`."""
    pieces = np.split(pool, np.cumsum(counts)[:-1])
    return ["|".join([code, *more] if code else more) for code, more in zip(first, pieces, strict=True)]
