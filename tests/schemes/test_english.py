"""Every group of 2.0 and 3.0 has an English name, marked as our translation; English views show it."""

import csv
import re

import pytest

from drgsim import DrgGrouper, Scheme
from drgsim._paths import data_path
from drgsim.words import OWN, english_name

CASE = {"sex": 1, "age": 45, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}


@pytest.mark.parametrize("edition", ["chs-drg-2.0", "chs-drg-3.0"])
def test_every_row_of_the_edition_has_an_english_name(edition):
    scheme = Scheme.load(edition)
    rows = [*scheme.mdcs, *scheme.adrgs, *scheme.drgs]
    assert len(rows) > 1_000
    assert [row.name for row in rows if not english_name(row.name)] == []


def test_every_name_is_marked_as_our_translation_and_is_english():
    with data_path("schemes", "english_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["state"] for row in rows} == {OWN}
    assert len({row["zh"] for row in rows}) == len(rows)
    for row in rows:
        assert not re.search("[\u4e00-\u9fff，（）]", row["en"]), row
        assert re.search("[A-Za-z]{3}", row["en"]) or row["kind"] == "ending", row


@pytest.mark.parametrize("edition", ["chs-drg-2.0", "chs-drg-3.0"])
def test_groups_of_one_adrg_keep_names_of_their_own(edition):
    """No two DRGs that differ in Chinese are one in English."""
    found = {}
    for drg in Scheme.load(edition).drgs:
        found.setdefault((drg.adrg, english_name(drg.name)), set()).add(drg.name)
    assert {key: names for key, names in found.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("胆囊切除手术，不伴合并症或并发症，大于等于70岁", "Cholecystectomy, without CC, age 70 or more"),
        ("胰／肾联合移植", "Combined pancreas/kidney transplant"),
        ("胰/肾联合移植", "Combined pancreas/kidney transplant"),
        ("，伴合并症或并发症", ""),
        ("没有这个病组，伴合并症或并发症", ""),
        ("", ""),
    ],
)
def test_endings_are_put_together(zh, en):
    assert english_name(zh) == en


def test_an_english_explanation_shows_english_names_and_says_whose_they_are():
    said = DrgGrouper("chs-drg-2.0").explain(CASE)
    english, chinese = said.text("en"), said.text("zh")
    assert "HC2 Cholecystectomy" in english
    assert "own-translation" in english
    assert "胆囊切除手术" not in english.replace("laparoscopic", "")
    assert "HC2 胆囊切除手术" in chinese
    assert "Cholecystectomy" not in chinese
