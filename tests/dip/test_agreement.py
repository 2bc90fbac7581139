"""Kernel, readable twin and explanation give one answer, whatever the order, the chunks and the threads."""

import random
import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim._parallel import over_chunks
from drgsim.dip import DipGrouper, RuleSet
from drgsim.dip.answers import Answers
from drgsim.errors import ArgumentError, ColumnError

from . import random_catalogues

FIELDS = tuple(Answers.__dataclass_fields__)


def made(seed: int, rules: str) -> DipGrouper:
    national = rules.startswith("national")
    catalogue = random_catalogues.catalogue(
        seed, national=national, primary_composites=national or rules == "jingmen"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return DipGrouper(catalogue, rules=rules, threads=1)


@pytest.mark.parametrize("rules", RuleSet.published())
@settings(max_examples=8)
@given(seed=st.integers(0, 10_000))
def test_kernel_and_twin_agree(rules, seed):
    grouper = made(seed, rules)
    cases = grouper.encode(random_catalogues.cases(seed + 1, 40))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGSIM_REFERENCE", "0")
        fast = grouper.match(cases)
        patch.setenv("DRGSIM_REFERENCE", "1")
        slow = grouper.match(cases)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(fast, name), getattr(slow, name), err_msg=name)


@pytest.mark.parametrize("rules", RuleSet.published())
@settings(max_examples=5)
@given(seed=st.integers(0, 10_000))
def test_the_last_line_of_an_explanation_is_the_answer(rules, seed):
    grouper = made(seed, rules)
    cases = random_catalogues.cases(seed + 2, 12)
    answers = grouper.group(cases)
    for (_, case), (_, answer) in zip(cases.iterrows(), answers.iterrows(), strict=True):
        for language in ("zh", "en"):
            explanation = grouper.explain(case, lang=language)
            code = None if pd.isna(answer["dip_code"]) else answer["dip_code"]
            assert explanation.dip_code == code
            last = str(explanation).splitlines()[-1]
            assert (code or "—") in last
        assert explanation.account.status == answer["status"]
        chosen = explanation.account.chosen
        if chosen is not None:
            assert sum("chosen" in line for line in explanation.lines) == 1
            assert all(item.loss for item in explanation.account.candidates if item is not chosen)


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000))
def test_rows_secondary_codes_and_procedures_may_stand_in_any_order(seed):
    grouper = made(seed, "base")
    cases = random_catalogues.cases(seed, 30)
    chance = random.Random(seed)
    before = grouper.group(cases)
    mixed = cases.sample(frac=1, random_state=seed % 1000)
    pd.testing.assert_frame_equal(grouper.group(mixed).sort_index(), before)

    def shuffled(cell, first):
        if not isinstance(cell, str) or cell.startswith("|"):
            return cell
        pieces = cell.split("|")
        rest = pieces[first:]
        chance.shuffle(rest)
        return "|".join(pieces[:first] + rest)

    def principal_stays(cell):
        return isinstance(cell, str) and cell.split("|")[0] != ""

    other = cases.assign(
        diagnoses=[shuffled(cell, 1) if principal_stays(cell) else cell for cell in cases["diagnoses"]],
        procedures=[shuffled(cell, 0) for cell in cases["procedures"]],
    )
    # procedures that start with an empty piece keep it: it says that the principal one is missing
    after = grouper.group(other)
    same = ["dip_code", "score", "status", "auxiliary_factor"]
    asks_for_the_first = any("operation_level" in str(key.conditions) for key in grouper.catalogue.keys)
    if not asks_for_the_first:
        pd.testing.assert_frame_equal(after[same], before[same])


def test_chunks_and_threads_do_not_matter(monkeypatch):
    grouper = made(3, "base")
    cases = random_catalogues.cases(5, 700)
    whole = grouper.group(cases)
    monkeypatch.setattr("drgsim.dip.answers.over_chunks", partial(over_chunks, chunk=64))
    grouper.threads = 4
    threaded = grouper.group(cases)
    pieces = pd.concat([grouper.group(cases.iloc[start : start + 90]) for start in range(0, 700, 90)])
    pd.testing.assert_frame_equal(threaded, whole)
    pd.testing.assert_frame_equal(pieces, whole)


def test_long_records_go_through_the_twin():
    grouper = made(11, "base")
    cases = random_catalogues.cases(11, 200)
    long = cases["procedures"].str.count(r"\|") >= 64
    assert long.any()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGSIM_REFERENCE", "1")
        slow = grouper.group(cases)
    pd.testing.assert_frame_equal(grouper.group(cases), slow)


def test_a_grouper_can_be_pickled():
    import pickle

    grouper = made(5, "base")
    cases = random_catalogues.cases(5, 20)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(grouper)).group(cases), grouper.group(cases))


@pytest.mark.parametrize("storage", ["default", "object", "lists", "arrow", "categorical"])
def test_every_kind_of_text_column_is_taken(storage):
    grouper = made(7, "base")
    cases = random_catalogues.cases(7, 60)
    whole = grouper.group(cases)
    for name in ("diagnoses", "procedures"):
        column = cases[name]
        if storage == "object":
            cases[name] = column.astype(object)
        elif storage == "lists":
            cases[name] = [cell.split("|") if isinstance(cell, str) and cell else None for cell in column]
        elif storage == "arrow":
            pytest.importorskip("pyarrow")
            cases[name] = column.astype("string[pyarrow]")
        elif storage == "categorical":
            cases[name] = column.astype("category")
    pd.testing.assert_frame_equal(grouper.group(cases), whole)


def test_no_cases_give_no_rows():
    found = made(1, "base").group(random_catalogues.cases(1, 3).iloc[:0])
    assert len(found) == 0
    assert found["score"].dtype == "float64"


def test_input_may_be_one_case_mappings_or_arrow():
    pa = pytest.importorskip("pyarrow")
    grouper = DipGrouper("example", threads=1)
    case = {"diagnoses": "K80.100", "procedures": "51.2300|38.9300", "age": 70}
    one = grouper.group(case)
    assert (one["dip_code"], one["auxiliary"], one["unmatched_procedures"]) == (
        "K80.1-51.2300",
        "age_66",
        "38.9300",
    )
    frame = grouper.group([case, {"diagnoses": "J18.900"}])
    assert frame["dip_code"].tolist() == ["K80.1-51.2300", "J18.9-0"]
    table = grouper.group(pa.table({"diagnoses": ["K80.100"], "procedures": ["51.2300"]}))
    assert isinstance(table, pa.Table)
    assert table["dip_code"].to_pylist() == ["K80.1-51.2300"]
    with pytest.raises(ArgumentError, match="not a table"):
        grouper.group(3)
    with pytest.raises(ColumnError, match="lacks diagnoses"):
        grouper.group(pd.DataFrame({"diagnosis": ["K80.100"]}))


def test_the_frame_says_by_what_it_was_made_and_what_it_lacked():
    cases = pd.DataFrame({"diagnoses": ["J18.900"] * 2, "age": ["seventy", "70"], "los": [4, 4]})
    found = DipGrouper("example", threads=1).group(cases)
    origin = found.attrs["drgsim"]
    assert (origin["catalogue"], origin["rules"], origin["trust"]) == ("example", "base", "assumed")
    assert origin["missing_columns"] == ["age_days", "birth_weight", "discharge"]
    assert origin["unreadable"] == {"age": 1}
    assert found["auxiliary"].astype(object).fillna("").tolist() == ["", "age_66"]


def test_frames_of_several_chunks_have_the_same_categories():
    grouper = DipGrouper("example", threads=1)
    cases = pd.DataFrame({"diagnoses": ["J18.900", "K80.100"], "procedures": ["", "51.2300"]})
    parts = pd.concat([grouper.group(cases.iloc[:1]), grouper.group(cases.iloc[1:])])
    pd.testing.assert_frame_equal(parts, grouper.group(cases))
