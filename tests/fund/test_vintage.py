"""What was known when: no figure of later days in a set, and a back-test that shows its misses."""

import datetime

import pytest

import drgsim
from drgsim.fund import series
from drgsim.fund.backtest import back_test, breaks_between
from drgsim.fund.fund import Fund
from drgsim.fund.series import Known, Observation, observations


def test_a_valuation_of_a_day_uses_accounts_known_then():
    assert Fund.national(as_of="2023-12-31").year == 2022
    assert Fund.national(as_of="2024-07-31").year == 2023
    assert Fund.national(as_of="2024-07-24").year == 2022
    assert Fund.national(as_of="2024-09-12").assumptions["retirement_reform"].value == 0
    assert Fund.national(as_of="2024-09-13").assumptions["retirement_reform"].value == 1


def test_later_figures_change_nothing(monkeypatch):
    """Every figure that became known after the day may be anything at all."""
    day = datetime.date(2022, 8, 31)
    before = drgsim.value(Fund.national(as_of=day), years=3).courses[0].point.books.money
    twisted = tuple(
        each
        if each.known_from <= day or each.measure.startswith(("un_", "census_"))
        else Observation(
            *[getattr(each, name) for name in Observation.__slots__[:4]],
            each.value * 7,
            *[getattr(each, name) for name in Observation.__slots__[5:]],
        )
        for each in observations()
    )
    monkeypatch.setattr(series, "observations", lambda: twisted)
    series._by_key.cache_clear()
    try:
        assert Known().at("employee", "fund_income", 2024) == pytest.approx(7 * 23_732.47e8)
        after = drgsim.value(Fund.national(as_of=day), years=3).courses[0].point.books.money
    finally:
        monkeypatch.undo()
        series._by_key.cache_clear()
    assert (before == after).all()


@pytest.fixture(scope="module")
def tested():
    return back_test(draws=200, seed=1)


def test_every_start_year_and_both_places_are_there(tested):
    frame = tested.frame
    assert set(frame.query("place == 'china'")["start"]) == set(range(2017, 2025))
    assert len(set(frame.query("place != 'china'")["start"])) >= 4
    assert (frame["year"] > frame["start"]).all()
    assert set(frame["scheme"]) == {"employee", "resident"}
    assert set(frame["measure"]) == {"income", "spending"}


def test_the_targets_are_the_published_ones(tested):
    row = tested.frame.query("place == 'china' and start == 2023 and year == 2024 and scheme == 'employee'")
    actual = row.set_index("measure")["actual"]
    assert actual["spending"] == pytest.approx(19_102.54e8)
    assert actual["income"] == pytest.approx(23_732.47e8)


def test_it_answers_better_than_growth_repeated_and_shows_what_it_missed(tested):
    own = tested.frame.query("place == 'china'")
    for scheme in ("employee", "resident"):
        spending = own[(own["scheme"] == scheme) & (own["measure"] == "spending") & (own["ahead"] == 1)]
        assert spending["error"].abs().mean() < spending["last_growth"].abs().mean()
        assert spending["error"].abs().mean() < spending["mean_growth"].abs().mean()
    assert len(tested.misses) > 0  # the merger of the rural scheme, at least
    assert "miss" in tested.to_markdown()


def test_breaks_are_dated():
    assert "pooling" in breaks_between("china", "employee", 2022, 2023)[1]
    assert breaks_between("china", "employee", 2023, 2025) == ("", "")
    assert "halved" in breaks_between("tianjin (inferred)", "employee", 2019, 2020)[1]
