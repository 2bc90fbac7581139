"""Clinical edition to insurance edition."""

import pandas as pd
import pytest

from drgsim.codes import Catalogue, Codebook, clinical_changes, to_insurance
from drgsim.errors import ArgumentError


@pytest.mark.parametrize(("kind", "changes", "reused"), [("diagnosis", 4388, 245), ("procedure", 560, 5)])
def test_the_shipped_crosswalk(kind, changes, reused):
    catalogue = Catalogue.load(kind)
    crosswalk = clinical_changes(kind)
    assert len(crosswalk) == changes
    assert all(code in catalogue for code in crosswalk.values())
    assert all(old != new for old, new in crosswalk.items())
    assert sum(code in catalogue for code in crosswalk) == reused


def test_every_change():
    for kind in ("diagnosis", "procedure"):
        crosswalk = clinical_changes(kind)
        column, outcomes = to_insurance(list(crosswalk), kind)
        assert column.tolist() == list(crosswalk.values())
        assert outcomes["outcome"].tolist() == ["mapped"]
        assert outcomes["count"].tolist() == [len(crosswalk)]


def test_codes_are_counted_by_what_became_of_them():
    # A19.000x001 exists in both editions with different meanings
    series = pd.Series(["A19.000x001|A00.100||", None, "|?", "A00.100|A00.100"], index=list("wxyz"))
    column, outcomes = to_insurance(series, "diagnosis")
    assert column.tolist()[0] == "A19.001|A00.100||"
    assert column.tolist()[2:] == ["|?", "A00.100|A00.100"]
    assert column.isna().tolist() == [False, True, False, False]
    assert column.index.equals(series.index)
    assert outcomes["outcome"].tolist() == ["mapped", "unchanged", "unknown"]
    assert outcomes["count"].tolist() == [1, 3, 1]
    assert outcomes["examples"].tolist() == ["A19.000x001 → A19.001", "A00.100", "?"]
    assert outcomes["zh"].tolist() == ["已转换", "两版相同,未变", "两版均无,未变"]


def test_afterwards_all_known_codes_are_of_the_insurance_edition():
    column, _ = to_insurance(
        [*clinical_changes("procedure"), *Catalogue.load("procedure").codes], "procedure"
    )
    assert Codebook.for_kind("procedure").encode(column).n_unknown == 0


def test_lists_and_empty_columns():
    column, _ = to_insurance(pd.Series([["A19.000x001"], None]), "diagnosis")
    assert column[0] == ["A19.001"]
    column, outcomes = to_insurance([], "diagnosis")
    assert (len(column), len(outcomes)) == (0, 0)


def test_an_unknown_kind():
    with pytest.raises(ArgumentError, match="kind"):
        to_insurance(["A00.100"], "diagnoses")
