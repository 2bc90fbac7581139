"""Keyed random numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drgsim.payment.engine.streams import case_keys, uniforms

IDS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), max_size=30)


@given(IDS, st.randoms())
def test_a_case_keeps_its_number_whatever_stands_beside_it(ids, random):
    numbers = dict(zip(ids, uniforms(ids, "a"), strict=True))
    shuffled = [*random.sample(ids, len(ids)), "another, longer id"]
    again = dict(zip(shuffled, uniforms(shuffled, "a"), strict=True))
    assert all(again[key] == number for key, number in numbers.items())


def test_streams_and_seeds_are_different_numbers():
    ids = [f"C{i}" for i in range(2000)]
    a, b, c = uniforms(ids, "a"), uniforms(ids, "b"), uniforms(ids, "a", seed=1)
    assert len(set(a) | set(b) | set(c)) == 6000
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.06
    assert abs(np.corrcoef(a, c)[0, 1]) < 0.06


def test_numbers_fill_the_unit_interval_evenly():
    counts, _ = np.histogram(uniforms(np.arange(20_000), "x"), bins=10, range=(0, 1))
    assert counts.min() > 1800
    assert counts.max() < 2200


def test_the_key_of_a_case_is_written_down_so_that_results_can_be_repeated_in_later_versions():
    assert case_keys(["C0", "病例1"], "special_review.acceptance").tolist() == KEYS


KEYS = [6783463492567167840, 10627619798046702327]
