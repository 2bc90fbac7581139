"""The region's document, its insured and its hospitals."""

import pytest

from drgsim.errors import NotFoundError
from drgsim.published import published
from drgsim.synthetic.generate import synthetic_cases
from drgsim.synthetic.region import SyntheticRegion
from drgsim.synthetic.region_record import RegionError


@pytest.fixture
def stated():
    return SyntheticRegion.document("province")


def test_insured_and_discharges_are_the_published_ones_to_scale(region):
    table = region.insured(2025).groupby("insurance")[["persons", "discharges"]].sum()
    for insurance in ("employee", "resident"):
        for column, measure in (("persons", "insured"), ("discharges", "discharges")):
            whole = published(measure, 2025, insurance=insurance).amount
            assert table.loc[insurance, column] == pytest.approx(whole * region.insured_share)


def test_retired_are_the_published_share(region):
    table = region.insured(2025)
    employees = table[table["insurance"] == "employee"]
    retired = employees.loc[employees["member"] == "retired", "persons"].sum() / employees["persons"].sum()
    whole = published("insured", 2025, insurance="employee").amount
    assert retired == pytest.approx(
        published("insured", 2025, insurance="employee", member="retired").amount / whole
    )


def test_minors_are_the_published_share_of_residents(region):
    """Fund rules: pupils 24.4 % of the resident scheme's insured."""
    table = region.insured(2025)
    residents = table[table["insurance"] == "resident"].groupby("member")["persons"].sum()
    share = published("member_share", 2021, insurance="resident", member="pupil").amount
    assert residents["minor"] / residents.sum() == pytest.approx(share, abs=0.001)


def test_effects_of_hospitals_cancel_in_each_place_and_level(region):
    table = region.hospitals()
    assert table["hospital_id"].is_unique
    for _, level in table.groupby(["care_region", "hospital_level"]):
        assert level["share"].sum() == pytest.approx(1)
        assert (level["share"] * level["cost_factor"]).sum() == pytest.approx(1, abs=1e-5)
        assert (level["share"] * level["stay_factor"]).sum() == pytest.approx(1, abs=1e-5)


def test_a_missing_section_is_named(stated):
    del stated["flows"]
    with pytest.raises(RegionError, match="flows"):
        SyntheticRegion.from_document(stated)


def test_shares_of_cities_must_add_up(stated):
    stated["cities"][0]["insured"] = 0.5
    with pytest.raises(RegionError, match="add to 1"):
        SyntheticRegion.from_document(stated)


def test_every_level_needs_a_hospital(stated):
    stated["cities"][0]["hospitals"]["3"] = 0
    with pytest.raises(RegionError, match="every level"):
        SyntheticRegion.from_document(stated)


def test_a_region_of_ones_own(stated):
    stated["id"], stated["flows"]["inbound"] = "mine", 0.0
    own = SyntheticRegion.from_document(stated)
    assert (synthetic_cases(own, n=500)["insured_region"] != own.outside.id).all()


def test_an_unknown_region():
    with pytest.raises(NotFoundError, match="did you mean 'province'"):
        SyntheticRegion.load("provinz")
