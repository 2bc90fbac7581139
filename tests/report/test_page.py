"""The page stands alone, is well formed, escapes what it is given, and says what it rests on."""

import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from drgsim.report import page as page_module
from drgsim.report.facts import ScenarioFacts
from drgsim.report.page import page
from drgsim.report.page_headlines import Effect, effect_en, effect_zh
from drgsim.report.reader_tables import Edges

from .conftest import SCENARIOS, TITLES, FabricatedTables, run_facts


@pytest.fixture(scope="module")
def text(tables, facts):
    return page(tables, facts, lang="en")


def tree(html):
    return ElementTree.fromstring(html.removeprefix("<!DOCTYPE html>\n"))


def said(html):
    return re.sub(r"\s+", " ", " ".join(tree(html).itertext()))


def test_the_page_is_well_formed_and_asks_for_nothing_from_outside(text):
    root = tree(text)
    tags = {each.tag for each in root.iter()}
    assert tags.isdisjoint({"script", "link", "iframe", "img", "object", "embed", "base", "form", "metadata"})
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert "//" not in value
            if name == "href":
                assert value.startswith("#")
    assert "http" not in text
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []


def test_ids_are_unique_and_every_reference_is_there(text):
    ids = [each.get("id") for each in tree(text).iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r'href="#([^"]+)"', text)) | set(re.findall(r"url\(#([^)]+)\)", text))
    assert wanted <= set(ids)


def test_the_page_is_small_and_the_same_every_time(tables, facts, text):
    assert len(text.encode()) < 1_500_000
    assert page(tables, facts, lang="en") == text


def test_all_six_charts_and_both_languages_are_there(text):
    root = tree(text)
    assert len(root.findall(".//svg")) == 6
    assert all(each.get("aria-label") for each in root.findall(".//svg"))
    headings = ["".join(each.itertext()) for each in root.findall(".//h2")]
    assert all(re.search("[一-鿿]", each) and re.search("[a-z]", each) for each in headings)


def test_headlines_carry_the_figures_of_the_tables(text):
    words = said(text)
    assert "统筹基金多支出 4,170万元（+2.06%）" in words
    assert "The fund pays more: 41.7 million yuan (+2.06%)" in words
    assert "有 90% 把握在 +3,720 至 +4,620（2025 年抽样）、+3,044 至 +5,296（2030 年参数）万元之间" in words
    assert (
        "with 90 % between +37.2 and +46.2 (sampling 2025), between +30.4 and +53.0 (parameters 2030)"
        in words
    )


def test_trust_comes_before_the_first_number_and_says_synthetic(text):
    words = said(text)
    assert "74 项参数中 41 项为假设" in words
    assert "synthetic and stand for no real place" in words
    assert words.index("可信度：") < words.index("要点")


def test_checks_that_fail_and_levers_that_did_nothing_are_named(text):
    words = said(text)
    assert "1 of 2 plausibility checks" in words
    assert "median cost to standard" in words
    assert "high_outlier.cap" in words
    assert "no stay reaches this cap" in words
    assert "11,702 11,522 +1.6%" in words
    assert "22.1% 22.4% −0.3" not in words  # a gap of shares is in points


def test_hostile_titles_are_text(tables):
    evil = '<script>alert("1")</script>&amp;"\'>'
    scenarios = tuple(ScenarioFacts(each, {"zh": evil, "en": evil}, "<b>") for each in SCENARIOS)
    html = page(tables, run_facts(scenarios=scenarios, warnings=((evil, evil),)), lang="en")
    assert "<script" not in html
    assert 'alert("1")' in said(html)


def test_hostile_ids_of_hospitals_and_regions_are_text():
    class Hostile(FabricatedTables):
        def hospitals(self, scenario=None):
            table = super().hospitals(scenario)
            return table.assign(hospital_id="</svg><script>" + table["hospital_id"])

        def by(self, key):
            table = super().by(key)
            return table.assign(**{key: "<i>" + table[key].astype(str)})

    html = page(Hostile(), run_facts(), lang="en")
    assert "<script" not in html
    assert "<i>" not in html
    tree(html)


def test_a_band_on_both_sides_of_zero_is_said_to_be_undecided():
    class Unsure(FabricatedTables):
        def bands(self):
            table = super().bands()
            wide = table["band"] == "difference_sampling"
            return table.assign(low=table["low"].where(~wide, -9e8), high=table["high"].where(~wide, 9e8))

    words = said(page(Unsure(), run_facts(), lang="en"))
    assert words.count("是增是减尚不能断定") == 4


def test_a_reform_that_changes_nothing_says_so():
    class Still(FabricatedTables):
        def summary(self):
            table = super().summary()
            for name in ("fund_change", "fund_change_share", "patient_change", "hospital_change"):
                table[name] = 0.0
            return table

        def hospitals(self, scenario=None):
            return super().hospitals(None)

        def flows(self, scenario=None, measure="fund", change=False):
            return super().flows(scenario, measure) * (0.0 if change else 1.0)

        def bands(self):
            return pd.DataFrame()

    words = said(page(Still(), run_facts(), lang="en"))
    assert words.count("统筹基金支出不变。") == 4
    assert words.count("The fund pays the same.") == 4


def test_without_years_draws_regions_or_checks_the_page_is_shorter_and_whole():
    class Bare(FabricatedTables):
        years = 0
        published = plausibility = liveness = None

        def projection(self):
            raise AssertionError("asked for years that were not simulated")

    class One(Bare):
        published = plausibility = liveness = lambda self: pd.DataFrame()

    html = page(One(regions=1, draws=False), run_facts(seed=None, draws=None, year=None), lang="en")
    assert len(tree(html).findall(".//svg")) == 4
    assert "未来年度" not in html
    assert "90%" not in said(html)
    assert "90 %" not in said(html)


def test_the_baseline_alone_is_a_page_too():
    class Alone(FabricatedTables):
        def summary(self):
            return super().summary().iloc[:1]

        def projection(self):
            return super().projection().query("scenario == 'baseline'")

        def outliers(self):
            return super().outliers().query("scenario == 'baseline'")

        def cost_to_standard(self, scenario=None):
            return super().cost_to_standard().query("scenario == 'baseline'")

    facts = run_facts(scenarios=(ScenarioFacts("baseline", TITLES["baseline"]),))
    assert len(tree(page(Alone(), facts, lang="en")).findall(".//svg")) == 4


def test_letters_name_reforms_beyond_the_alphabet():
    facts = run_facts(scenarios=tuple(ScenarioFacts(str(place)) for place in range(30)))
    assert [facts.mark(each) for each in ("0", "1", "26", "27", "28")] == ["", "A", "Z", "AA", "AB"]
    assert page_module.TITLE[0]


def test_a_reform_that_never_moves_anything_has_no_band_in_words():
    still = {"sampling": Edges(0.0, 0.0, None), "parameters": Edges(-0.4, 0.0, 2030)}
    effect = Effect(fund=0.0, share=0.0, patient=0.0, cases=100.0, bands=still)
    assert effect_zh(effect) == "统筹基金支出不变。"
    assert effect_en(effect) == "The fund pays the same."
