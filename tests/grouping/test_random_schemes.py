"""Any scheme, any cases: the compiled scheme in the kernel answers as the rules read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim.grouping import DrgGrouper
from drgsim.schemes.model import Adrg, AdrgKind, CcExclusion, CodeSet, Drg, Mdc, Switches
from drgsim.schemes.rules.terms import (
    ALWAYS,
    And,
    Compare,
    Constant,
    Count,
    HasSeverity,
    Member,
    Or,
    Role,
    Severity,
    Variable,
)
from drgsim.schemes.scheme import Scheme

from .support import group_both_ways

DIAGNOSES = (
    "A00.000",
    "B20.x00",
    "C61.x00",
    "I10.x00",
    "O80.000",
    "P07.200",
    "S06.000",
    "T02.100",
    "local-dx",
)
PROCEDURES = ("00.0100", "51.2300", "74.1x01", "96.7201", "99.9900", "local-op")
SIGNS = ("<", "<=", ">", ">=", "=", "!=")
# values beside which comparisons change
NUMBERS = {
    Variable.AGE: (0, 1, 17, 18),
    Variable.AGE_DAYS: (0, 28, 29),
    Variable.WEIGHT: (0, 1499, 1500, 2500),
    Variable.SEX: (1, 2),
    Variable.LOS: (1, 60),
    Variable.DISCHARGE: (1, 5),
    Variable.ICU_HOURS: (0, 0.5, 120),
}
COLUMNS = {
    "age_days": Variable.AGE_DAYS,
    "birth_weight": Variable.WEIGHT,
    "los": Variable.LOS,
    "discharge": Variable.DISCHARGE,
    "icu_hours": Variable.ICU_HOURS,
}
SETS = [f"D{k}" for k in range(5)], [f"P{k}" for k in range(4)]
ROLES = (
    [(Role.PRINCIPAL_DIAGNOSIS,), (Role.OTHER_DIAGNOSES,), (Role.OTHER_DIAGNOSES, Role.PRINCIPAL_DIAGNOSIS)],
    [(Role.MAIN_PROCEDURE,), (Role.OTHER_PROCEDURES,), (Role.MAIN_PROCEDURE, Role.OTHER_PROCEDURES)],
)


def _of_kind(kind):
    several = st.lists(st.sampled_from(SETS[kind]), min_size=1, max_size=3, unique=True).map(tuple)
    roles = st.sampled_from(ROLES[kind])
    return st.one_of(
        st.builds(Member, roles, several, st.booleans()),
        st.builds(Count, roles, several, st.sampled_from(SIGNS), st.integers(0, 3)),
    )


def _compare(variable):
    return st.builds(Compare, st.just(variable), st.sampled_from(SIGNS), st.sampled_from(NUMBERS[variable]))


rules = st.recursive(
    st.one_of(
        _of_kind(0),
        _of_kind(1),
        st.sampled_from(list(NUMBERS)).flatmap(_compare),
        st.builds(Compare, st.just(Variable.DEPARTMENT), st.sampled_from(["=", "!="]), st.sampled_from("ab")),
        st.builds(HasSeverity, st.sampled_from(Severity), st.booleans()),
        st.builds(Constant, st.booleans()),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(And),
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(Or),
    ),
    max_leaves=5,
)


@st.composite
def schemes(draw):
    mdcs, adrgs, drgs = [], [], []
    for m in range(draw(st.integers(1, 3))):
        mdcs.append(Mdc(f"MDC{m}", f"m{m}", draw(rules)))
        for a in range(draw(st.integers(m == 0, 4))):
            adrg = Adrg(f"{m}A{a}", f"MDC{m}", "", draw(st.sampled_from(AdrgKind)), draw(rules))
            adrgs.append(adrg)
            drgs += [
                Drg(f"{adrg.code}{d}", adrg.code, "", draw(rules)) for d in range(draw(st.integers(0, 3)))
            ]
    subsets = [st.frozensets(st.sampled_from(codes)) for codes in (DIAGNOSES, PROCEDURES)]
    sets = [CodeSet(name, "diagnosis", draw(subsets[0])) for name in SETS[0]]
    sets += [CodeSet(name, "procedure", draw(subsets[1])) for name in SETS[1]]
    tables = st.sampled_from(["", "t1", "t2"])
    severe = draw(st.dictionaries(st.sampled_from(DIAGNOSES), st.tuples(st.booleans(), tables)))
    return Scheme(
        id="random",
        title="",
        version="1",
        mdcs=tuple(mdcs),
        adrgs=tuple(adrgs),
        drgs=tuple(drgs),
        sets={each.name: each for each in sets},
        cc={code: table for code, (mcc, table) in severe.items() if not mcc},
        mcc={code: table for code, (mcc, table) in severe.items() if mcc},
        exclusion=draw(
            st.dictionaries(
                st.sampled_from(DIAGNOSES),
                st.lists(st.sampled_from(["t1", "t2", "t3"]), max_size=2).map(tuple),
            )
        ),
        switches=Switches(
            cc_exclusion=draw(st.sampled_from(CcExclusion)), retry_single_procedures=draw(st.booleans())
        ),
    )


def _optional(values):
    return st.one_of(st.none(), st.sampled_from(values))


cases = st.lists(
    st.fixed_dictionaries(
        {
            "sex": st.sampled_from([1, 2, 9, None]),
            "age": st.sampled_from([0, 0, 1, 17, 18, 151, None, "x"]),
            "diagnoses": st.lists(st.sampled_from([*DIAGNOSES, "", "nothing"]), max_size=6),
            "procedures": st.lists(st.sampled_from([*PROCEDURES, "", "nothing"]), max_size=4),
            "department": _optional(["a", "b", "c"]),
            **{name: _optional([*NUMBERS[variable], -1, "?"]) for name, variable in COLUMNS.items()},
        }
    ),
    min_size=20,
    max_size=40,
)


@settings(max_examples=20)
@given(schemes(), cases)
def test_kernel_and_twin_agree(scheme, listed):
    group_both_ways(DrgGrouper(scheme, threads=1), listed)


@pytest.mark.slow
@settings(max_examples=600)
@given(schemes(), cases)
def test_kernel_and_twin_agree_on_many_schemes(scheme, listed):
    group_both_ways(DrgGrouper(scheme, threads=1), listed)


@settings(max_examples=2)
@given(schemes(), cases)
def test_rows_beyond_a_line_of_the_cache(scheme, listed):
    never = tuple(
        Adrg(f"Z{k}", "MDC0", "", AdrgKind.MEDICAL, Member(ROLES[0][1], ("D0",))) for k in range(1100)
    )
    last = Adrg("ZZ", "MDC0", "", AdrgKind.MEDICAL, ALWAYS)
    wide = Scheme(
        **{
            **{name: getattr(scheme, name) for name in Scheme.__dataclass_fields__},
            "mdcs": (Mdc("MDC0", "", ALWAYS), *scheme.mdcs[1:]),
            "adrgs": (*never, last, *scheme.adrgs),
            "drgs": (*scheme.drgs, Drg("ZZ9", "ZZ", "", HasSeverity(Severity.CC, negated=True))),
        }
    )
    group_both_ways(DrgGrouper(wide, threads=1), listed)
