"""The weight a rule asks for and the weight a newborn has: at admission, at birth, or none."""

import pandas as pd
import pytest

from drgsim.grouping import DrgGrouper
from drgsim.grouping.explain import explain

from .support import group_both_ways, grouper

PRETERM = {"sex": 1, "age": 0, "diagnoses": "P07.200", "procedures": ""}

# age in days, weight at admission, weight at birth -> DRG, reason; CHS-DRG 3.0 PS1 to PS5
CASES = [
    (0, 1600, 1400, "PS39", ""),
    (0, None, 1400, "PS29", "birth_weight_taken"),
    (0, 0, 1400, "PS29", "birth_weight_taken"),
    (1, None, 1400, "0000", "admission_weight_missing"),
    (28, None, 999, "0000", "admission_weight_missing"),
    (3, 1600, 1400, "PS39", ""),
    (3, 2499, None, "PS45", ""),
    (3, 1600, "y", "PS39", ""),
    (0, "x", 1400, "PS29", "weight_unreadable"),
    (3, "x", 1400, "0000", "weight_unreadable"),
    (3, "x", "y", "0000", "weight_unreadable"),
    (0, None, None, "0000", "weight_missing"),
    (0, None, 0, "0000", "weight_missing"),
    (None, None, 1400, "0000", "age_days_missing"),
]


@pytest.mark.parametrize(("days", "admission", "birth", "drg", "reason"), CASES)
def test_the_weight_at_birth_stands_in_on_the_day_of_birth_alone(days, admission, birth, drg, reason):
    case = {**PRETERM, "age_days": days, "admission_weight": admission, "birth_weight": birth}
    made = grouper("chs-drg-3.0")
    table = group_both_ways(made, pd.DataFrame([case, case]))
    assert table["drg"].tolist() == [drg, drg]
    assert table["reason"].tolist() == [reason, reason]
    one = made.group(case)
    assert (one.drg, one.reason) == (drg, reason)
    said = explain(made, case).answer
    assert (said.drg, said.reason.name_in_results) == (drg, reason)


def test_a_table_without_the_column_says_so_and_groups_the_first_day():
    cases = pd.DataFrame([{**PRETERM, "age_days": days, "birth_weight": 1400} for days in (0, 5)])
    answer = group_both_ways(grouper("chs-drg-3.0"), cases)
    assert answer["drg"].tolist() == ["PS29", "0000"]
    assert answer["reason"].tolist() == ["birth_weight_taken", "admission_weight_missing"]
    assert answer.attrs["drgsim"]["missing_columns"] == ("admission_weight",)
    without = grouper("chs-drg-3.0").group(cases.drop(columns="birth_weight"))
    assert without["reason"].tolist() == ["weight_missing"] * 2
    assert without.attrs["drgsim"]["missing_columns"] == ("admission_weight",)


def test_the_weight_at_birth_alone_counts_where_the_rules_mean_it():
    """CHS-DRG 2.0: PS1 below 1500 g at birth, whatever the weight at admission."""
    case = {**PRETERM, "age_days": 9, "birth_weight": 1400, "admission_weight": 2600}
    answer = grouper("chs-drg-2.0").group(case)
    assert (answer.drg, answer.reason) == ("PS19", "")
    assert grouper("chs-drg-3.0").group(case).drg == "PS55"


def test_cases_encoded_for_both_schemes_keep_both_weights():
    new, old = grouper("chs-drg-3.0"), grouper("chs-drg-2.0")
    days = [{**PRETERM, "age_days": day, "birth_weight": 1400, "admission_weight": None} for day in (0, 5)]
    encoded = new.encode(days, also=[old])
    assert new.drgs(new.group_encoded(encoded)) == ["PS29", "0000"]
    assert old.drgs(old.group_encoded(encoded)) == ["PS19", "PS19"]


def test_a_more_important_reason_is_kept():
    """Unknown codes rank below, an unreadable number above."""
    case = {**PRETERM, "age_days": 0, "birth_weight": 1400}
    unknown = {**case, "diagnoses": "P07.200|nonsense"}
    assert grouper("chs-drg-3.0").group(unknown).reason == "birth_weight_taken"
    invalid = {**case, "sex": "?"}
    assert grouper("chs-drg-3.0").group(invalid).reason == "sex_unreadable"


def test_a_scheme_that_asks_for_no_weight_says_nothing_of_it():
    from dataclasses import replace

    from drgsim import Scheme
    from drgsim.schemes.rules.terms import ALWAYS, Compare, Variable
    from drgsim.schemes.rules.walk import leaves

    scheme = Scheme.load("chs-drg-3.0")
    asks = {
        adrg.code
        for adrg in scheme.adrgs
        if any(isinstance(leaf, Compare) and leaf.variable is Variable.WEIGHT for leaf in leaves(adrg.rule))
    }
    adrgs = tuple(replace(adrg, rule=ALWAYS) if adrg.code in asks else adrg for adrg in scheme.adrgs)
    made = DrgGrouper(replace(scheme, adrgs=adrgs))
    assert made.group({**PRETERM, "age_days": 0, "birth_weight": 1400}).reason == ""
