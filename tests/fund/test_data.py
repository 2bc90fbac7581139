"""Facts of the fund: rebuilt from the reference, sources resolve, no state better than its source's."""

import csv
import sys
from pathlib import Path

import pytest

from drgsim import sources
from drgsim._paths import data_path
from drgsim.fund.assumptions import FundAssumptions, constants, parameters
from drgsim.fund.fund_errors import FundError
from drgsim.fund.series import Known, observations

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.shared
def test_the_series_are_those_of_the_reference(shared, tmp_path):
    sys.path.insert(0, str(REPOSITORY / "tools"))
    try:
        from build_fund_data import write
    finally:
        sys.path.remove(str(REPOSITORY / "tools"))
    write(shared / "reference", tmp_path)
    assert (tmp_path / "series.csv").read_bytes() == data_path("fund", "series.csv").read_bytes()


def test_every_fact_has_a_source_and_no_more_trust_than_it():
    for each in observations():
        source = sources.resolve(each.source)
        assert sources.STATES.index(each.state) >= sources.STATES.index(source.state), each
    for name in ("profiles", "retirement", "breaks", "start_shares", "events", "correlations"):
        with data_path("fund", f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                source = sources.resolve(row["source"])
                assert sources.STATES.index(row["state"]) >= sources.STATES.index(source.state), row
    for name, held in constants().items():
        source = sources.resolve(held["source"])
        assert sources.STATES.index(held["state"]) >= sources.STATES.index(source.state), name
        assert ("value" in held) != ("low" in held and held["low"] < held["high"]), name
    for name, what in parameters().items():
        assert sources.resolve(what.source), name
        assert what.min <= what.value <= what.max, name
        assert what.low is None or what.low <= what.value <= what.high, name


def test_no_figure_stands_twice():
    keys = [(each.place, each.scheme, each.measure, each.year) for each in observations()]
    assert len(keys) == len(set(keys))


def test_nothing_is_known_before_its_year_has_begun():
    for each in observations():
        if each.year[:4].isdigit() and not each.measure.startswith(("un_", "study_", "census_")):
            assert each.known_from.year >= int(each.year[:4]), each


def test_published_totals_of_both_schemes_sum():
    """Fund series: in every year from 2019 the two schemes are the whole within 1e8."""
    known = Known()
    whole = known.series("all", "fund_income")
    for year in range(2019, 2026):
        parts = known.at("employee", "fund_income", year) + known.at("resident", "fund_income", year)
        assert parts == pytest.approx(whole[year], abs=1.2e8), year


def test_a_set_is_read_back_as_it_was():
    base = FundAssumptions.default()
    assert FundAssumptions.from_document(base.to_document()).hash == base.hash
    with pytest.raises(FundError, match="wage_growth"):
        base.with_values({"wage_growht": 0.02})
    with pytest.raises(FundError, match="outside its interval"):
        base.with_values(premium={"value": 400, "low": 410, "high": 420})
    with pytest.raises(FundError, match="one end"):
        base.with_values(premium={"value": 400, "low": 410})
    with pytest.raises(FundError, match="allowed"):
        base.with_values(premium=-1)
