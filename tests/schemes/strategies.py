"""Hypothesis strategies: any canonical rule, any small universe of codes."""

from hypothesis import strategies as st

from drgsim.schemes.rules.parse import RESERVED
from drgsim.schemes.rules.terms import (
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

SIGNS = ("<", "<=", ">", ">=", "=", "!=")
NUMBERS = [variable for variable in Variable if variable is not Variable.DEPARTMENT]

set_names = st.one_of(
    st.sampled_from(["DI_M00", "OP1_AC1", "DI9_Z00", "OP_ALL", "重症", "set_2"]),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True),
).filter(lambda name: name.upper() not in RESERVED)
several_sets = st.lists(set_names, min_size=1, max_size=4, unique=True).map(tuple)
roles = st.one_of(
    st.permutations([Role.PRINCIPAL_DIAGNOSIS, Role.OTHER_DIAGNOSES]),
    st.permutations([Role.MAIN_PROCEDURE, Role.OTHER_PROCEDURES]),
    st.sampled_from(Role).map(lambda role: [role]),
).map(tuple)
numbers = st.one_of(
    st.integers(-(10**14), 10**14), st.floats(-1e14, 1e14, allow_nan=False).filter(lambda x: x == x)
)

leaf_rules = st.one_of(
    st.builds(Constant, st.booleans()),
    st.builds(Member, roles, several_sets, st.booleans()),
    st.builds(Count, roles, several_sets, st.sampled_from(SIGNS), st.integers(0, 99)),
    st.builds(Compare, st.sampled_from(NUMBERS), st.sampled_from(SIGNS), numbers),
    st.builds(Compare, st.just(Variable.DEPARTMENT), st.sampled_from(["=", "!="]), st.text(max_size=8)),
    st.builds(HasSeverity, st.sampled_from(Severity), st.booleans()),
)


def _join(kind, rules):
    """An And of terms that are no And, or an Or of terms that are no Or."""
    parts = rules.filter(lambda rule: not isinstance(rule, kind))
    return st.lists(parts, min_size=2, max_size=4).map(tuple).map(kind)


canonical_rules = st.recursive(
    leaf_rules, lambda rules: st.one_of(_join(And, rules), _join(Or, rules)), max_leaves=12
)

codes = st.from_regex(r"[AB0][01]{1,2}(\.[01]{1,3})?(x00[12])?(\+B1\*)?", fullmatch=True)
universes = st.sets(codes, min_size=1, max_size=60)
