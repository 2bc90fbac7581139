"""The short grammar of neutral tables becomes the same terms as the national language."""

import pytest

from drgsim.schemes.rules.neutral import negate, parse_neutral
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.walk import print_rule
from drgsim.schemes.scheme_errors import RuleSyntaxError

DIAGNOSES = {"mdc": "DI_Z00", "dx": "DI_AB1", "dx1": "DI1_AB1", "dx2": "DI2_AB1"}
PROCEDURES = {"valid": "OP_ALL", "proc": "OP_AB1", "proc1": "OP1_AB1", "proc2": "OP2_AB1"}


class Names:
    regions = ("DI1_Z00", "DI2_Z00")

    def listed(self, name, where):
        if name in DIAGNOSES:
            return DIAGNOSES[name], True
        return PROCEDURES[name], False

    def inline(self, codes):
        return "_".join(code.strip("%").replace(".", "") for code in codes), codes[0][0].isalpha()

    def sections(self):
        return self.regions


class NoRegions(Names):
    regions = ()


@pytest.mark.parametrize(
    ("neutral", "national"),
    [
        ("", "TRUE"),
        ("always", "TRUE"),
        ("never", "FALSE"),
        ("has_mcc | has_cc", "MCC or CC"),
        ("principal(mdc) & sex=M", "ZYZD in DI_Z00 and XB = 1"),
        ("principal(mdc) & sections>=2", "ZYZD in DI_Z00 and length({DI1_Z00, DI2_Z00} ∩ {ZYZD, QTZD}) >= 2"),
        ("(principal(mdc) | any[Z37.%]) & sex=F", "(ZYZD in DI_Z00 or {ZYZD, QTZD} in Z37) and XB = 2"),
        ("main[96.0400 96.7201]", "ZYSS in 960400_967201".replace("960400_967201", "S")),
        ("any(proc1) & other(proc2)", "{ZYSS, QTSS} in OP1_AB1 and QTSS in OP2_AB1"),
        ("!main(valid)", "ZYSS not in OP_ALL"),
        ("!(main(valid) | has_mcc)", "ZYSS not in OP_ALL and MCC = 0"),
        ("!!any(dx)", "{ZYZD, QTZD} in DI_AB1"),
        ("any(dx) & weight>0 & weight<1500 & age_days<=28",
         "{ZYZD, QTZD} in DI_AB1 and XSRTZ > 0 and XSRTZ < 1500 and XSRTL <= 28"),
        ("los<5 & (discharge=2 | discharge=5)", "ZYTS < 5 and (LYFS = 2 or LYFS = 5)"),
        ("dept=ICU", 'CYKS = "ICU"'),
        ("icu_hours>=1 & age!=3", "ZZXS >= 1 and NL != 3"),
        ("principal(dx1) | (other(dx2))", "ZYZD in DI1_AB1 or QTZD in DI2_AB1"),
    ],
)  # fmt: skip
def test_the_national_rule_of(neutral, national):
    names = Names()
    if neutral.startswith("main["):
        names.inline = lambda codes: ("S", False)
    assert print_rule(parse_neutral(neutral, names)) == national
    assert parse_rule(national) == parse_neutral(neutral, names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("principal(dx9)", "no such list"),
        ("principal(proc)", "does not go with"),
        ("main(dx)", "does not go with"),
        ("principal dx", "expected `\\(list\\)`"),
        ("principal(dx", "expected `\\)`"),
        ("(has_cc", "expected `\\)`"),
        ("has_cc has_mcc", "should end here"),
        ("has_pcc", "did you mean 'has_mcc'|did you mean 'has_cc'"),
        ("age 3", "expected a comparison"),
        ("age < old", "expected a number"),
        ("!age<3", "cannot be negated"),
        ("has_cc &", "unknown word"),
        ("]", "no meaning"),
        ("(" * 9_000 + "has_cc", "inside each other"),
        ("!" * 9_000 + "has_cc", "inside each other"),
    ],
)
def test_a_fault_is_named(text, message):
    with pytest.raises(RuleSyntaxError, match=message):
        parse_neutral(text, Names())


def test_body_regions_must_exist():
    with pytest.raises(RuleSyntaxError, match="no body regions"):
        parse_neutral("sections>=2", NoRegions())


def test_a_comparison_has_no_opposite_because_a_missing_value_fails_both():
    assert negate(parse_rule("ZYZD in X and NL < 1")) is None
    assert negate(parse_rule("TRUE and CC = 0")) == parse_rule("FALSE or CC")
