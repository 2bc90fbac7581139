"""A scenario shows its policy, levers, responses and trust, briefly and in both languages."""

import pytest

from drgsim import Scenario

SCENARIO = (
    Scenario.of("national-drg-rate", id="own", on="2025-12-31")
    .reform({"outlier.low.threshold": 0.4, "settlement.reserve": 0.03}, id="both")
    .reform({"outlier.high.method": "none"}, id="high", phase_in={"start": 2027, "years": 3})
    .reform(id="dip", policy="national-dip", scheme="dip", title={"zh": "改用 DIP", "en": "To DIP"})
    .respond("coding_drift", share=0.05, phase_in={"start": 2028})
)


@pytest.mark.parametrize("shown", [str(SCENARIO), SCENARIO._repr_html_()])
def test_text_and_page_say_the_same(shown):
    for words in (
        "national-drg-rate, on 2025-12-31",
        "fit 由基线病例测算",
        "高倍率病例的付费 how high outliers are paid (high)",
        "2027 to 2029 年, linear 线性",
        "改用 DIP To DIP (dip)",
        "policy → national-dip; scheme → dip",
        "share 0.05; from 2028 起",
        "3 参数 parameters: 3 assumed 假设",
        "national",
    ):
        assert words in shown


def test_one_line_names_id_policy_levers_and_hash():
    line = repr(SCENARIO)
    assert "\n" not in line
    assert line.startswith(
        "Scenario('own', policy='national-drg-rate', on='2025-12-31', levers=['both', 'high', 'dip']"
    )
    assert SCENARIO.hash[:12] in line


def test_how_many_values_are_assumed_is_counted_with_their_states():
    policy = SCENARIO.policies(SCENARIO.on)
    assert f"{policy.states['assumed']} assumed 假设" in str(SCENARIO)
    assert "2 参数 parameters: 1 secondary 二手来源, 1 assumed 假设" in str(
        Scenario.load("cross-region-price-book")
    )


def test_text_of_others_is_escaped():
    scenario = Scenario.of("national-drg-rate", on="2025-12-31").named("own", title="<b>", note="<script>")
    assert "<script>" not in scenario._repr_html_()
    assert "&lt;b&gt;" in scenario._repr_html_()
    assert str(scenario).endswith("<script>")


def test_policies_by_region_and_without_a_day():
    scenario = Scenario.of({"330100": "national-drg-points", "other": "national-drg-rate"})
    assert "330100: national-drg-points, other: national-drg-rate" in str(scenario)
    assert "each year's own last day 各年年末" in str(scenario)
