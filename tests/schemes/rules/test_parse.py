"""The rule language: what is read, what it is read as, and where an error points."""

import pickle

import pytest
from hypothesis import given

from drgsim.errors import DrgsimError
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.terms import (
    ALWAYS,
    NEVER,
    And,
    Compare,
    Count,
    HasSeverity,
    Member,
    Or,
    Role,
    Severity,
    Variable,
)
from drgsim.schemes.rules.walk import print_rule
from drgsim.schemes.scheme_errors import RuleSyntaxError
from tests.schemes.strategies import canonical_rules

ZYZD, QTZD = Role.PRINCIPAL_DIAGNOSIS, Role.OTHER_DIAGNOSES
ZYSS, QTSS = Role.MAIN_PROCEDURE, Role.OTHER_PROCEDURES
MCC, CC = HasSeverity(Severity.MCC), HasSeverity(Severity.CC)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", ALWAYS),
        ("  \n ", ALWAYS),
        ("TRUE", ALWAYS),
        ("false", NEVER),
        ("ZYZD in DI_BB1", Member((ZYZD,), ("DI_BB1",))),
        ("{ZYSS, QTSS} in OP1_AC1", Member((ZYSS, QTSS), ("OP1_AC1",))),
        ("ZYZD in {S1, S2}", Member((ZYZD,), ("S1", "S2"))),
        ("ZYSS not in OP_ALL", Member((ZYSS,), ("OP_ALL",), negated=True)),
        ("ZYSS NOT IN OP_ALL", Member((ZYSS,), ("OP_ALL",), negated=True)),
        ("length(DI_X ∩ {ZYZD, QTZD}) >= 2", Count((ZYZD, QTZD), ("DI_X",), ">=", 2)),
        ("length({ZYSS, QTSS} ∩ OP_X) >= 2", Count((ZYSS, QTSS), ("OP_X",), ">=", 2)),
        ("LENGTH(OP_X & QTSS) = 1", Count((QTSS,), ("OP_X",), "=", 1)),
        ("length({S1, S2} ∩ {ZYZD, QTZD}) >= 2", Count((ZYZD, QTZD), ("S1", "S2"), ">=", 2)),
        ("NL<1", Compare(Variable.AGE, "<", 1)),
        ("NL<999999999999999", Compare(Variable.AGE, "<", 999_999_999_999_999)),
        ("XSRTZ >= 1499.5", Compare(Variable.WEIGHT, ">=", 1499.5)),
        ("XB = '1'", Compare(Variable.SEX, "=", 1)),
        ('CYKS = "ICU"', Compare(Variable.DEPARTMENT, "=", "ICU")),
        ("CYKS = ICU", Compare(Variable.DEPARTMENT, "=", "ICU")),
        ("MCC", MCC),
        ("MCC = 1", MCC),
        ("MCC = 0", HasSeverity(Severity.MCC, negated=True)),
        ("CC != 0", CC),
        ("QTZD in MCC", MCC),
        ("QTZD not in CC", HasSeverity(Severity.CC, negated=True)),
        ("QTZD in {MCC, CC}", Or((MCC, CC))),
        ("QTZD in {cc}", CC),
        ("qtzd IN {CC, MCC, CC}", Or((CC, MCC))),
        ("{QTZD} not in {MCC, CC}", And((HasSeverity(Severity.MCC, True), HasSeverity(Severity.CC, True)))),
        ("QTZD in {MCC, CC} and NL>=70", And((Or((MCC, CC)), Compare(Variable.AGE, ">=", 70)))),
        ("QTZD in {A, MCC}", Or((MCC, Member((Role.OTHER_DIAGNOSES,), ("A",))))),
        ("1", ALWAYS),
        ("0", NEVER),
        ("1 and XB=1", And((ALWAYS, Compare(Variable.SEX, "=", 1)))),
        ("LYFS in {5}", Compare(Variable.DISCHARGE, "=", 5)),
        ("MCC or CC", Or((MCC, CC))),
        ("MCC OR (CC OR MCC)", Or((MCC, CC, MCC))),
        ("MCC and CC or MCC", Or((And((MCC, CC)), MCC))),
        ("MCC and (CC or MCC)", And((MCC, Or((CC, MCC))))),
        ("((((MCC))))", MCC),
    ],
)
def test_a_rule_is_read_as(text, rule):
    assert parse_rule(text) == rule


def test_values_in_braces_become_alternatives():
    five = (Compare(Variable.DISCHARGE, "=", 2), Compare(Variable.DISCHARGE, "=", 5))
    assert parse_rule("LYFS in {2, 5}") == Or(five)
    assert parse_rule("MCC or LYFS in {2, 5}") == Or((MCC, *five))
    neither = tuple(Compare(Variable.DISCHARGE, "!=", value) for value in (2, 5))
    assert parse_rule("LYFS not in {2, 5}") == And(neither)


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("（ZYZD in DI_M00）and（XB＝1）", "ZYZD in DI_M00 and XB = 1"),
        ("｛ZYSS，QTSS｝ in OP_X", "{ZYSS, QTSS} in OP_X"),
        ("｛ZYSS、QTSS｝ in OP_X", "{ZYSS, QTSS} in OP_X"),
        ("ＮＬ＞＝１ and NL≤5 and XSRTL≠2", "NL >= 1 and NL <= 5 and XSRTL != 2"),
        ("NL <> 3 and XB == 2", "NL != 3 and XB = 2"),
        ("CYKS = “重症医学科”", 'CYKS = "重症医学科"'),
        ("principal in X and dept = 'ICU'", 'ZYZD in X and CYKS = "ICU"'),
        ("other_dx in X and other_proc in Y and age_days<29", "QTZD in X and QTSS in Y and XSRTL < 29"),
    ],
)
def test_full_width_forms_and_english_names_are_read(odd, plain):
    assert print_rule(parse_rule(odd)) == plain


def test_the_published_examples_are_read():
    """Structure of the official 3.0 workbook: examples of MDCP, MDCM, AC1, BQY."""
    mdcp = (
        "((NL=0) and (XSRTL>=29) and (XSRTL<366) and (ZYZD in DI_PV1) and (ZYSS not in OP_ALL))"
        " or ((NL=0) and (XSRTL<29))"
    )
    infants, newborns = parse_rule(mdcp).terms
    assert len(infants.terms) == 5
    assert newborns == And((Compare(Variable.AGE, "=", 0), Compare(Variable.AGE_DAYS, "<", 29)))
    assert parse_rule("(ZYZD in DI_M00) and (XB = 1)") == parse_rule("ZYZD in DI_M00 and XB=1")
    assert parse_rule("(ZYSS in OP1_AC1 and {ZYSS, QTSS} in OP2_AC1)") == And(
        (Member((ZYSS,), ("OP1_AC1",)), Member((ZYSS, QTSS), ("OP2_AC1",)))
    )


@given(canonical_rules)
def test_printing_and_reading_is_the_identity(rule):
    assert parse_rule(print_rule(rule)) == rule


@given(canonical_rules)
def test_what_was_read_is_printed_the_same_again(rule):
    text = print_rule(rule)
    assert print_rule(parse_rule(text)) == text


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("ZYZD in DI_M00 or ZYZ in DI_N00", 18, "unknown variable"),
        ("ZYZD im DI_M00", 5, "expected `in` or `not in`"),
        ("ZYZD not DI_M00", 9, "expected `in`"),
        ("(NL < 1", 7, "expected `)`"),
        ("NL < 1)", 6, "should end here"),
        ("NL < ", 5, "expected a number"),
        ("NL 1", 3, "expected a comparison"),
        ("not ZYZD in X", 0, "no general `not`"),
        ("{ZYZD, ZYSS} in X", 0, "cannot be looked up together"),
        ("{ZYZD, X} in Y", 7, "expected where in the case"),
        ("{} in Y", 1, "empty braces"),
        ("{ZYZD, QTZD} in MCC", 0, "only other diagnoses"),
        ("ZYZD in {A, MCC}", 0, "only other diagnoses"),
        ("ZYZD in {A, OR}", 12, "means something else"),
        ("length(MCC ∩ QTZD) >= 1", 7, "means something else"),
        ("2", 0, "expected a condition"),
        ("18 <= NL", 0, "expected a condition"),
        ("1 <= NL", 0, "begins with a variable"),
        ("ZYZD in 3", 8, "expected the name of a code set"),
        ("MCC > 0", 4, "either there or not"),
        ("MCC = 2", 6, "expected 1"),
        ("CYKS > 'a'", 5, "only equal or not"),
        ("CYKS = 3", 7, "name of a department"),
        ("XB = 'x'", 5, "not a number"),
        ("NL < 1000000000000000", 5, "not a number that a rule can hold"),
        ("NL < 9999999999999999999", 5, "not a number that a rule can hold"),
        ("length(A ∩ B) >= 2", 11, "expected where in the case"),
        ("length(A ∩ {ZYZD}) >= 1.5", 22, "whole number"),
        ("length(A, {ZYZD}) >= 1", 8, "expected `∩`"),
        ("MCC; CC", 3, "no meaning"),
        ("NL < 2A", 5, "neither a number nor a name"),
        ("CYKS = 'ICU", 7, "not closed"),
        ("or MCC", 0, "unknown variable"),
        ("MCC or", 6, "expected a condition"),
        ("(" * 61 + "MCC" + ")" * 61, 60, "brackets inside each other"),
    ],
)
def test_an_error_points_at_the_character(text, position, message):
    with pytest.raises(RuleSyntaxError) as caught:
        parse_rule(text)
    assert message in caught.value.message
    assert caught.value.position == position


def test_an_error_shows_the_place_and_the_nearest_name():
    with pytest.raises(RuleSyntaxError) as caught:
        parse_rule("诊断 in DI_M00")
    shown = str(caught.value).splitlines()
    assert shown[-2:] == ["  诊断 in DI_M00", "  ^"]
    with pytest.raises(RuleSyntaxError, match="did you mean 'XSRTZ'"):
        parse_rule("XSRTX < 1500")
    with pytest.raises(RuleSyntaxError) as caught:
        parse_rule("CYKS = '重症' and ZYZ in X")
    # each of the two Chinese characters is two columns wide
    assert str(caught.value).splitlines()[-1] == "  " + " " * 8 + "\u3000" * 2 + " " * 6 + "^"


def test_the_place_in_a_long_rule_is_shown_without_all_of_it():
    text = " or ".join(f"ZYZD in DI_{number}" for number in range(200)) + " or ZYZ in X"
    with pytest.raises(RuleSyntaxError) as caught:
        parse_rule(text)
    rule, caret = str(caught.value).splitlines()[-2:]
    assert len(rule) < 140
    assert rule[len(caret) - 1 :].startswith("ZYZ in X")


def test_an_error_survives_pickling():
    with pytest.raises(DrgsimError) as caught:
        parse_rule("NL <")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.position) == (str(caught.value), caught.value.position)
