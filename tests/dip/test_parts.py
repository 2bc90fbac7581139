"""Small parts of the DIP grouper and of learning a catalogue, on values reckoned by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from drgsim.codes import Codebook
from drgsim.dip.answers import BY_CATALOGUE_ORDER, ONLY, Answers
from drgsim.dip.classes import read_comorbidity
from drgsim.dip.explain import _codes
from drgsim.dip.frames import _reason_words, _reasons
from drgsim.dip.learn.cases import _procedures
from drgsim.dip.learn.report import overall
from drgsim.dip.learn.scores import _of_class, _plain, with_statistics
from drgsim.dip.learn.stats import Groups, Trim, spread, spread_inside, spreads
from drgsim.dip.learn.types import threshold_of
from drgsim.dip.model import DipType
from drgsim.dip.pack import META, _read_meta
from drgsim.dip.prepared import names
from drgsim.dip.stages import Codes
from drgsim.dip.words import Kind
from drgsim.errors import FileFormatError

from .small import catalogue, codes, composite, entry


@pytest.mark.parametrize(
    ("named", "code", "exact", "prefix", "extension"),
    [
        ("51.2300", "51.2300", True, True, True),
        ("51.23", "51.2300", False, True, False),
        ("51.23", "51.2200", False, False, False),
        ("51.2300", "51.2300x001", False, False, True),
        ("51.2300x001", "51.2300", False, False, True),
        ("51.2300x001", "51.2300x001", True, True, True),
        ("51.2300x001", "51.2300x002", False, False, False),
    ],
)
def test_a_catalogue_code_stands_for_the_codes_its_rule_set_says(named, code, exact, prefix, extension):
    found = [names(named, code, Codes(match=match)) for match in ("exact", "prefix", "extension")]
    assert found == [exact, prefix, extension]


def test_a_prefix_is_shorter_than_the_rule_set_says():
    assert names("51.230", "51.2300", Codes("prefix", 7))
    assert not names("51.230", "51.2300", Codes("prefix", 6))


def test_types_never_seen_take_the_weighted_score_of_their_class():
    seen = [
        DipType(code, code, Kind.CORE, score=score, mean_cost=cost, cases=n)
        for code, score, cost, n in (("a", 10.0, 100.0, 2), ("b", 11.0, 103.0, 1))
    ]
    assert _of_class(seen) == {"score": 10.3333, "mean_cost": 101.0}


@pytest.mark.parametrize(
    ("value", "decimals", "plain"),
    [(1.23456, 4, 1.2346), (1.23456, None, 1.23456), (math.nan, 4, None), (None, None, None), (7, None, 7)],
)
def test_numbers_of_a_catalogue(value, decimals, plain):
    assert _plain([value, 2.00006, None], decimals) == [plain, 2.00006 if decimals is None else 2.0001, None]


def test_spreads_of_groups():
    """1 and 3 lie 1 from their mean of 2; a single cost has none; an empty group has no number."""
    cost = np.array([1.0, 3, 5])
    found = spreads(cost, np.array([0, 0, 1]), 3)
    assert found[:2].tolist() == [0.5, 0.0]
    assert math.isnan(found[2])
    assert spread(np.array([1.0, 3])) == 0.5
    assert math.isnan(spread(np.zeros(2)))
    assert spread_inside(cost, np.array([0, 0, 2])) == pytest.approx(math.sqrt(2 / 3) / 3)


def test_the_share_of_the_variance_between_types():
    """1 and 3 lie 1 from their type's mean, 5 on its own: 2 of the 8 squares around 3 are inside types."""
    cases = type("Cases", (), {"cost": np.array([1.0, 3, 5]), "left_out": {"x": 2}, "__len__": lambda self: 3,
                               "years": SimpleNamespace(stated=(2024, 2025))})()  # fmt: skip
    kinds = {"a": SimpleNamespace(kind="core", score=1.0), "b": SimpleNamespace(kind="composite", score=None)}
    made = SimpleNamespace(types=kinds, summary=lambda: {"primary_care": 0}, auxiliary=())
    found = overall(cases, Groups.of(np.array([0, 0, 1]), ["a", "b"]), made, 2)
    assert found["riv"] == pytest.approx(1 - 2 / 8)
    assert (found["coverage"], found["without_score"], found["years"], found["left_out"]) == (2 / 3, 1, 2, 2)


def test_costs_far_outside_are_trimmed_and_one_or_none_never():
    cost = np.array([1.0, 2, 3, 4, 100])
    assert Trim("iqr").counts(cost).tolist() == [True, True, True, True, False]
    assert Trim("iqr", iqr=100).counts(cost).all()
    assert Trim("percentile", (0, 75)).counts(cost).tolist() == [True, True, True, True, False]
    whole = Trim("percentile").counts(np.arange(1.0, 101))  # from 3.475 to 97.525
    assert (np.flatnonzero(whole)[[0, -1]] + 1).tolist() == [4, 97]
    assert Trim("percentile", (40, 45)).counts(np.array([1.0, 9])).all(), "none would be left"
    assert Trim("iqr").counts(np.array([5.0])).tolist() == [True]
    groups = Groups.of(np.array([0, 0, 0, 0, 0, 1]), ["a", "b"])
    counted = Trim("iqr").counted(np.array([1.0, 2, 3, 4, 100, 7]), groups)
    assert counted.tolist() == [True] * 4 + [False, True]


@pytest.mark.parametrize(("coverage", "least"), [(0.5, 6), (0.6, 6), (0.61, 3), (0.9, 3), (0.95, 1), (1, 1)])
def test_the_threshold_is_the_largest_that_covers_the_share(coverage, least):
    assert threshold_of(np.array([3, 1, 6]), coverage) == least


def test_a_head_needs_an_id_and_a_title_and_no_more(tmp_path):
    path = tmp_path / META
    path.write_text('id = "a"\ntitle = "b"\n', encoding="utf-8")
    assert _read_meta(path) == {"id": "a", "title": "b", "notes": ()}
    for text in ('id = "a"\n', 'title = "b"\n', 'id = "a"\ntitle = "b"\ncolour = "red"\n'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FileFormatError, match="states id and title"):
            _read_meta(path)


def test_classes_of_an_index_are_read_or_all_their_faults_told(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text("name,weight,diagnoses\nheart,2,I50|I11.0\n", encoding="utf-8")
    (found,) = read_comorbidity(path)
    assert (found.name, found.weight) == ("heart", 2)
    for text, told in (
        ("name,weight,diagnoses\n", "no row"),
        ("name,weight,diagnoses\nheart,x,I50\nlung,1,J44\n", "heart|'x'|weight"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FileFormatError, match=told):
            read_comorbidity(path)


def test_a_code_that_nobody_knows_meets_no_entry_that_names_another_such():
    made = catalogue(entry("K80.1-X", "K80.1", "99.9998"), composite("K80-4", "K80", None))
    for rules in ("base", "jining", "xiangyang"):
        assert codes(made, rules, ("K80.100", "99.9999"), ("K80.100", "")) == ["K80-4", "K80-4"]


def test_types_that_no_case_is_in_take_their_class_s_own_mean_or_that_of_all():
    made = catalogue(
        composite("K80-1", "K80", "conservative"), composite("K81-1", "K81", "conservative"),
        composite("K82-4", "K82", "surgical"), entry("J18.9-0", "J18.9"), entry("I50-B", "I50", kind="blank"),
    )  # fmt: skip
    statistics = pd.DataFrame(
        {"score": [10.0, 40.0], "mean_cost": [100.126, 400.0], "cases": [3, 1], "told": ["x", "y"]},
        index=["K80-1", "J18.9-0"],
    )
    types = with_statistics(made, statistics).types
    found = {code: (kind.score, kind.mean_cost) for code, kind in types.items()}
    assert found == {
        "K80-1": (10.0, 100.13), "K81-1": (10.0, 100.13), "K82-4": (17.5, 175.0975), "J18.9-0": (40.0, 400.0),
        "I50-B": (100.0, None),
    }  # fmt: skip
    assert types["K80-1"].cases == 3


@pytest.mark.parametrize(
    ("cell", "found"),
    [("a|b", ("a", "b")), ("", ()), ("|b", ("", "b")), ("a||b", ("a", "b")), (["a", "", "b"], ("a", "b")),
     (["", "b"], ("", "b")), ((), ()), (None, ()), (5.0, ())],
)  # fmt: skip
def test_an_empty_code_counts_in_the_first_place_only(cell, found):
    assert _codes(cell) == found


def test_what_decided_is_told_by_its_number():
    """The first tie-break is number 0; a case without a key has its status for a reason."""
    compiled = SimpleNamespace(ties=("fewest_missed", "most_matched"))
    answers = Answers.empty(6, 0)
    answers.key[1:] = 0
    answers.decided[:] = [ONLY, 0, 1, BY_CATALOGUE_ORDER, ONLY, ONLY]
    answers.candidates[:] = [0, 2, 2, 2, 1, 2]
    words = _reason_words(compiled)
    told = [words[place] for place in _reasons(answers, compiled)]
    assert told == [
        words[answers.status[0]], "fewest_missed", "most_matched", "catalogue_order", "only_candidate",
        "class_order",
    ]  # fmt: skip


def test_procedures_that_tell_types_apart_are_kept_once_in_their_own_stay():
    book = Codebook(["a", "b", "c"])
    ranks = SimpleNamespace(ranks=lambda codes, interventional: np.array([2, 3, 1]))
    lists = book.encode(["a|b|a", "", "c|unknown", "b|c"])
    found, treatment = _procedures(lists, book, frozenset("c"), ranks, "therapeutic")
    assert [found.row(row).tolist() for row in range(4)] == [[0, 1], [], [], [1]]
    assert found.offsets.tolist() == [0, 2, 2, 2, 3]
    assert treatment.tolist() == [3, 0, 0, 3]
