"""Looking through rules."""

from hypothesis import given

from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.walk import leaves, rename_sets, set_names
from tests.schemes.strategies import canonical_rules


def test_the_sets_a_rule_names_come_once_and_in_order():
    rule = parse_rule("ZYZD in {B, A} and (QTZD in A or length({C, B} ∩ {ZYZD}) > 1) and MCC")
    assert set_names(rule) == ["B", "A", "C"]


@given(canonical_rules)
def test_renaming_there_and_back_changes_nothing(rule):
    renamed = rename_sets(rule, lambda name: name + "_x")
    assert set_names(renamed) == [name + "_x" for name in set_names(rule)]
    assert rename_sets(renamed, lambda name: name[:-2]) == rule
    assert len(list(leaves(renamed))) == len(list(leaves(rule)))
