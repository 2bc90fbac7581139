"""Rules turned into what a case must have."""

import math

import pytest

from drgsim.schemes.model import CodeSet
from drgsim.schemes.rules.terms import And, Compare, Constant, Count, Member, Or, Role, Variable
from drgsim.synthetic.satisfy.recipe import Recipe, recipes

PRINCIPAL, OTHER = Role.PRINCIPAL_DIAGNOSIS, Role.OTHER_DIAGNOSES
MAIN, FURTHER = Role.MAIN_PROCEDURE, Role.OTHER_PROCEDURES
SETS = {
    name: CodeSet(name, "diagnosis", frozenset(codes.split()))
    for name, codes in {"A": "a1 a2", "AB": "a2 b1", "B": "b1", "C": "c1 c2 c3"}.items()
} | {
    name: CodeSet(name, "procedure", frozenset(codes.split()))
    for name, codes in {"P": "p1", "Q": "q1"}.items()
}


def member(role, *names, negated=False):
    return Member((role,) if isinstance(role, Role) else role, names, negated)


def test_terms_that_hold_together_narrow_each_other():
    (recipe,) = recipes(And((member(PRINCIPAL, "A"), member(PRINCIPAL, "AB"))), SETS)
    assert recipe.principal == {"a2"}


def test_a_contradiction_is_left_out():
    assert recipes(And((member(PRINCIPAL, "A"), member(PRINCIPAL, "B"))), SETS) == []
    assert recipes(And((member(PRINCIPAL, "A"), Constant(False))), SETS) == []


def test_any_role_is_an_alternative_for_each():
    found = recipes(member((MAIN, FURTHER), "P"), SETS)
    assert found == [Recipe(main=frozenset({"p1"})), Recipe(procedures=(frozenset({"p1"}),))]


def test_alternatives_multiply():
    rule = And(
        (Or((member(PRINCIPAL, "A"), member(PRINCIPAL, "B"))), Or((member(MAIN, "P"), member(MAIN, "Q"))))
    )
    assert len(recipes(rule, SETS)) == 4


def test_codes_of_several_sets_are_counted():
    rule = Count((PRINCIPAL, OTHER), ("A", "B", "C"), ">=", 2)
    firsts = [recipe for recipe in recipes(rule, SETS) if recipe.principal]
    assert {(next(iter(sorted(recipe.principal))), len(recipe.diagnoses)) for recipe in firsts} == {
        ("a1", 1),
        ("b1", 1),
    }


def test_several_codes_of_one_set_are_counted():
    (recipe,) = recipes(Count((OTHER,), ("C",), ">", 1), SETS)
    assert recipe.diagnoses == (SETS["C"].codes,) * 2


def test_what_must_not_be_there_is_remembered():
    (recipe,) = recipes(member((MAIN, FURTHER), "P", negated=True), SETS)
    assert recipe.avoided == ((MAIN, SETS["P"].codes), (FURTHER, SETS["P"].codes))


@pytest.mark.parametrize(
    ("comparison", "value", "bound"),
    [
        ("<", 1500, (-math.inf, 1499)),
        ("<=", 28, (-math.inf, 28)),
        (">", 96, (97, math.inf)),
        (">=", 2.5, (3, math.inf)),
        ("=", 0, (0, 0)),
    ],
)
def test_comparisons_bound_whole_numbers(comparison, value, bound):
    (recipe,) = recipes(Compare(Variable.WEIGHT, comparison, value), SETS)
    assert recipe.bound(Variable.WEIGHT) == bound


def test_bounds_that_leave_nothing_contradict():
    rule = And((Compare(Variable.LOS, ">", 5), Compare(Variable.LOS, "<", 4)))
    assert recipes(rule, SETS) == []


def test_sex_and_discharge_are_choices():
    (recipe,) = recipes(And((Compare(Variable.SEX, "=", 2), Compare(Variable.DISCHARGE, "!=", 5))), SETS)
    assert recipe.allowed(Variable.SEX) == {2}
    assert recipe.allowed(Variable.DISCHARGE) == {1, 2, 3, 4, 9}


def test_a_department_is_kept():
    (recipe,) = recipes(Compare(Variable.DEPARTMENT, "=", "ICU"), SETS)
    assert recipe.department == "ICU"
