"""Encoded cases check themselves, since the kernel trusts them."""

from dataclasses import replace

import numpy as np
import pytest

from drgsim.codes import CodeLists
from drgsim.grouping.encoded import Departments
from drgsim.grouping.grouping_errors import EncodedCasesError

from .support import grouper


@pytest.fixture(scope="module")
def encoded():
    cases = [
        {"sex": 1, "age": age, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"} for age in (1, 2, 3)
    ]
    return grouper("chs-drg-1.1").encode(cases)


def test_they_have_a_length_and_are_cut_without_a_copy(encoded):
    assert len(encoded) == 3
    assert "3 cases" in repr(encoded)
    part = encoded[1:]
    assert len(part) == 2
    assert part.numbers["age"].base is not None
    assert part.numbers["age"].tolist() == [2, 3]


def test_columns_of_different_length_are_refused(encoded):
    for wrong in (
        {"problem": np.zeros(2, dtype=np.uint8)},
        {"numbers": {**encoded.numbers, "age": np.zeros(4, dtype=np.float32)}},
        {"departments": Departments(np.zeros(1, dtype=np.int32), ("a",))},
        {"diagnoses": encoded.diagnoses[1:]},
    ):
        with pytest.raises(EncodedCasesError, match="length"):
            replace(encoded, **wrong)


def test_ids_and_offsets_outside_their_arrays_are_refused(encoded):
    lists = encoded.diagnoses
    ids, offsets = lists.ids.copy(), lists.offsets.copy()
    ids[0] = 10**6
    with pytest.raises(EncodedCasesError, match="not in the codebook"):
        replace(encoded, diagnoses=CodeLists(ids, offsets, lists.dropped))
    offsets[1] = 99
    with pytest.raises(EncodedCasesError, match="offsets"):
        replace(encoded, diagnoses=CodeLists(lists.ids, offsets, lists.dropped))


def test_sex_and_age_are_needed(encoded):
    with pytest.raises(EncodedCasesError, match="sex and age"):
        replace(encoded, numbers={"age": encoded.numbers["age"]})
