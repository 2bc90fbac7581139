"""The assumptions in `data/synthetic` are complete, and agree with the catalogue and each other."""

import re
import string
from pathlib import Path
from types import SimpleNamespace

import pytest

from drgsim.codes import Catalogue
from drgsim.sources import load
from drgsim.synthetic import mix
from drgsim.synthetic.common_codes import with_prefix
from drgsim.synthetic.mix import KINDS
from drgsim.synthetic.region import SyntheticRegion
from drgsim.synthetic.satisfy.severity_codes import SEVERITIES
from drgsim.synthetic.targets import bands, rows


def test_age_limits_end_where_bands_do():
    """So that whatever brings a person of a band into hospital fits the person's age."""
    begin, end = {band.age_from for band in bands()}, {band.age_to for band in bands()} | {120}
    for row in rows("age_limits.csv"):
        assert int(row["age_from"]) in begin, row["prefix"]
        assert int(row["age_to"]) in end, row["prefix"]


@pytest.mark.parametrize(("kind", "table"), [("diagnosis", "diagnoses"), ("procedure", "procedures")])
def test_common_codes_are_codes(kind, table):
    gray = dict(zip(Catalogue.load(kind).codes, Catalogue.load(kind).gray, strict=True))
    for row in rows(f"common_{table}.csv"):
        assert any(not gray[code] for code in with_prefix(kind, row["prefix"])), row["prefix"]


def test_every_chapter_has_its_mix():
    stated = rows("mdc_mix.csv")
    assert [row["mdc"] for row in stated] == list(string.ascii_uppercase)
    for row in stated:
        assert sum(float(row[kind.value]) for kind in KINDS) == pytest.approx(1)
        assert all(float(row[band.id]) >= 0 for band in bands())


def test_severities_of_a_band_add_up():
    assert [row["band"] for row in rows("severity_mix.csv")] == [band.id for band in bands()]
    for row in rows("severity_mix.csv"):
        assert sum(float(row[name]) for name in SEVERITIES) == pytest.approx(1)


def test_members_of_a_scheme_add_up():
    totals = {}
    for row in rows("members.csv"):
        key = row["insurance"], row["member"] if row["insurance"] == "employee" else ""
        totals[key] = totals.get(key, 0) + float(row["share"])
    assert totals == pytest.approx(dict.fromkeys(totals, 1.0))


def test_anchors_cite_sources_that_are_there():
    for scheme in ("chs-drg-1.0", "chs-drg-1.1", "chs-drg-2.0"):
        for row in rows("cost_anchors", f"{scheme}.csv"):
            assert row["source"] in load()
            assert float(row["weight"]) > 0


def test_what_draws_go_by_has_its_trust_and_is_used():
    """Each number has its source and its trust, and is read by the code of the room."""
    code = "".join(path.read_text(encoding="utf-8") for path in Path(mix.__file__).parent.rglob("*.py"))
    for row in rows("draws.csv"):
        assert (row["state"], bool(row["note"])) == (load()[row["source"]].state, True), row["name"]
        assert row["source"] == "P90" or row["name"].startswith("upcoded_"), row["name"]
        asked = re.search(rf"""drawn\(['"]{row["name"]}['"]\)""", code)
        assert asked or row["name"].startswith("severity_cost."), row["name"]


def test_a_group_without_anchor_costs_by_its_severity():
    drgs = [SimpleNamespace(code=code) for code in ("AB11", "AB13", "AB15", "AB19")]
    assert [mix._by_severity(drg) for drg in drgs] == [1.35, 1.05, 0.8, 1.0]


def test_shares_of_the_region_add_up():
    assumed = SyntheticRegion.load("province").assumed
    for kind in KINDS:
        assert sum(assumed["cost"][kind.value]) == pytest.approx(1)
    for way in assumed["registration"].values():
        assert sum(way.values()) == pytest.approx(1)
    assert sum(assumed["repeats"]["stays"]) == pytest.approx(1)
