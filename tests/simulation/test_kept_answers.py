"""A result is worked out once: page and workbook read it, and without its rows it says what it cannot do."""

import pickle

import pytest

import drgsim
from drgsim.simulation.scenario_errors import SimulationError
from drgsim.simulation.simulate import simulate
from drgsim.simulation.world.world import World


@pytest.fixture(scope="module")
def found():
    cases = drgsim.synthetic_cases(n=800, year=2025, seed=6)
    return simulate(cases, ["baseline-drg", {"outlier.high.threshold/3": 2.5, "special_review.quota": 0.0}])


@pytest.fixture(scope="module")
def small(found):
    return pickle.loads(pickle.dumps(found.without_rows()))


@pytest.fixture
def paid(monkeypatch):
    """How often the cases are paid while a test runs."""
    calls = []
    own = World._pay
    monkeypatch.setattr(World, "_pay", lambda *given: calls.append(given[1]) or own(*given))
    return calls


def test_page_and_workbook_pay_nothing(found, paid, tmp_path):
    found.to_html(tmp_path / "a.html", lang="en")
    found.to_excel(tmp_path / "a.xlsx")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert paid == []
    assert "lever by lever" in text
    assert "special_review.quota" in text


def test_a_result_not_explained_is_told_on_the_page_and_pays_on_request(found, paid, tmp_path):
    bare = simulate(found.world.given_cases, [*found.scenarios], explain=False)
    assert len(paid) == 2
    bare.to_html(tmp_path / "a.html", lang="en")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert len(paid) == 2
    assert "explain()" in text
    assert "lever by lever" not in text
    assert bare.liveness().equals(found.liveness())
    assert bare.attribution().equals(found.attribution())


def test_what_nobody_asked_yet_is_paid_on_request(found, paid):
    """Of two parameters each is tried without the other; where one is left out, the baseline stands."""
    changes = {"outlier.high.threshold/3": 2.5, "outlier.low.threshold": 0.3}
    bare = simulate(found.world.given_cases, ["baseline-drg", changes], explain=False)
    assert len(paid) == 2
    bare.liveness()
    assert len(paid) == 4


def test_answers_are_copies(found):
    table = found.summary()
    table["fund"] = 0.0
    assert (found.summary()["fund"] > 0).all()


def test_without_rows_it_answers_what_page_and_usual_questions_need(found, small, tmp_path):
    assert len(pickle.dumps(small)) < 500_000 < len(pickle.dumps(found))
    for key in ("region", "hospital", "level", "insurance", "mdc", "age_band", "month", "outlier"):
        assert small.by(key).equals(found.by(key))
    for measure in ("fund", "patient", "cases"):
        assert small.attribution(measure=measure).equals(found.attribution(measure=measure))
        assert small.flows("baseline-drg", measure=measure).equals(
            found.flows("baseline-drg", measure=measure)
        )
    for name in (
        "summary",
        "hospitals",
        "migration",
        "outliers",
        "cost_to_standard",
        "plausibility",
        "liveness",
    ):
        assert getattr(small, name)().equals(getattr(found, name)()), name
    assert repr(small) == repr(found)
    assert small.states == found.states
    assert small.cautions() == found.cautions()
    for each, name in ((found, "a.html"), (small, "b.html")):
        each.to_html(tmp_path / name, lang="en")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_without_rows_it_says_what_it_cannot_do(small):
    assert small.rowless
    assert small.without_rows() is small
    for ask in (
        lambda: small.by("ward"),
        lambda: small.liveness(every=True),
        lambda: small.attribution(method="shapley"),
        lambda: small.outcomes["baseline-drg"],
        lambda: list(small.outcomes),
        lambda: small.world.cases,
    ):
        with pytest.raises(SimulationError, match="without its rows"):
            ask()
    with pytest.raises(SimulationError, match=r"by\(key='ward'\).*allowed: .*key='insured_region'"):
        small.by("ward")


def test_no_case_is_left_in_a_result_without_rows(found, small):
    held = pickle.dumps(small)
    ids = found.world.given_cases["case_id"].astype(str)
    assert not [id for id in ids if id.encode() in held]
