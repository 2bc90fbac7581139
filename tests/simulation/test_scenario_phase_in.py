"""A phased change never falls, is nothing before its start and whole after its last step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.simulation.scenario.phase_in import PROFILES, STEP, PhaseIn, read_phase_in
from drgsim.simulation.scenario_errors import ScenarioError

PHASED = st.builds(
    PhaseIn,
    st.integers(2000, 2100),
    st.integers(1, 30),
    st.sampled_from([name for name in PROFILES if name != STEP]),
)


@given(PHASED)
def test_the_share_rises_from_nothing_to_all(phase_in):
    years = range(phase_in.start - 2, phase_in.start + phase_in.years + 2)
    shares = [phase_in.share(year) for year in years]
    assert shares == sorted(shares)
    assert shares[:2] == [0.0, 0.0]
    assert shares[-3:] == [1.0, 1.0, 1.0]
    assert shares[2] > 0
    assert all(share < 1 for share in shares[:-3])


@given(st.integers(2000, 2100), st.integers(3, 30))
def test_profiles_lead_and_lag_the_line(start, years):
    def halfway(profile):
        return PhaseIn(start, years, profile).share(start + years // 2 - 1)

    assert halfway("back_loaded") < halfway("linear") < halfway("front_loaded")
    front, back = PhaseIn(start, years, "front_loaded"), PhaseIn(start, years, "back_loaded")
    for step in range(1, years):  # each is the other, walked backwards
        mirrored = 1 - back.share(start + years - 1 - step)
        assert front.share(start + step - 1) == pytest.approx(mirrored)


def test_a_step_is_whole_in_its_year():
    step = PhaseIn(2027)
    assert [step.share(year) for year in (2026, 2027, 2028)] == [0.0, 1.0, 1.0]
    assert PhaseIn(2027, 1, "linear") == step
    assert PhaseIn().share(1990) == 1.0


@given(PHASED)
def test_a_document_gives_the_same_phase_in(phase_in):
    problems = []
    assert read_phase_in(phase_in.to_document(), "phase_in", problems) == phase_in
    assert problems == []


@pytest.mark.parametrize(
    ("raw", "paths"),
    [
        ({"start": 2027, "years": 0}, ["p.years"]),
        ({"start": 2027, "years": 2.5, "profile": "linear"}, ["p.years"]),
        ({"start": 2027, "years": 3, "profile": "step"}, ["p.years"]),
        ({"start": 2027, "years": 3, "profile": ["linear"]}, ["p.profile"]),
        ({"start": "soon", "years": True, "profile": "frontloaded"}, ["p.start", "p.years", "p.profile"]),
        ({"years": 3}, ["p.start"]),
        ({"begin": 2027}, ["p.begin"]),
        (2027, ["p"]),
    ],
)
def test_what_is_wrong_is_said_with_its_path(raw, paths):
    problems = []
    assert read_phase_in(raw, "p", problems) is None
    assert [problem.path for problem in problems] == paths


def test_the_nearest_profile_is_named():
    problems = []
    read_phase_in({"start": 2027, "years": 3, "profile": "frontloaded"}, "p", problems)
    assert problems[0].nearest == "front_loaded"
    with pytest.raises(ScenarioError, match="front_loaded"):
        PhaseIn(2027, 3, "frontloaded")
