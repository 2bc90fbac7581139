"""What-if tables: every row is what the grouper answers to that coding."""

from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim.codes import Catalogue
from drgsim.errors import ArgumentError
from drgsim.grouping.grouper import DrgGrouper
from drgsim.grouping.what_if import ONLY_DOCUMENTED, what_if

from .cases_of import SCHEMES, conformance_cases, random_cases

GALL = {"sex": 1, "age": 45, "diagnoses": "K80.101|I50.900|E11.900", "procedures": "51.2300|54.2100"}
ANSWER = ["mdc", "adrg", "drg", "severity", "status"]


@cache
def grouper(scheme):
    return DrgGrouper(scheme, threads=1)


def placed_first(codes, first):
    """The codes with `first` before the others."""
    pieces = codes if isinstance(codes, list | tuple) else (codes or "").split("|")
    if not first or not pieces or pieces[0] == first:
        return codes
    rest = list(pieces)
    rest.remove(first)
    return "|".join([first, *filter(None, rest)])


def check_rows(scheme, case):
    frame = what_if(grouper(scheme), case, lang="en")
    rows = frame[frame["eligible_codes"].isna()]
    recoded = [
        case
        | {
            "diagnoses": placed_first(case["diagnoses"], row.principal),
            "procedures": placed_first(case["procedures"], row.main_procedure),
        }
        for row in rows.itertuples()
    ]
    expected = grouper(scheme).group(recoded)[ANSWER].astype(str)
    pd.testing.assert_frame_equal(
        rows[ANSWER].astype(object), expected.astype(object), check_index_type=False
    )
    now = tuple(expected.iloc[0][["mdc", "adrg", "drg"]])
    assert frame["same_as_now"].tolist() == [
        tuple(row) == now for row in frame[["mdc", "adrg", "drg"]].itertuples(index=False)
    ]
    return frame


@pytest.mark.parametrize("scheme", SCHEMES)
def test_rows_are_the_groupers_answers_to_conformance_cases(shared, scheme):
    for case, expected in conformance_cases(shared, scheme, 8):
        frame = check_rows(scheme, case)
        assert tuple(frame.iloc[0][["mdc", "adrg", "drg", "status"]]) == expected


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=10)
@given(data=st.data())
def test_rows_are_the_groupers_answers_to_any_case(scheme, data):
    check_rows(scheme, data.draw(random_cases(grouper(scheme).scheme)))


def test_every_order_of_the_documented_codes_is_there():
    frame = grouper("chs-drg-2.0").what_if(GALL)
    assert frame["change"].tolist() == [
        "现编码",
        *["主要诊断改选"] * 2,
        "主要手术操作改选",
        *["两者都改选"] * 2,
    ]
    assert frame[["principal", "main_procedure"]].apply(tuple, axis=1).tolist() == [
        ("K80.101", "51.2300"),
        ("I50.900", "51.2300"),
        ("E11.900", "51.2300"),
        ("K80.101", "54.2100"),
        ("I50.900", "54.2100"),
        ("E11.900", "54.2100"),
    ]
    assert frame["drg"][0] == "HC23"
    assert frame["drg_name"][0].startswith("胆囊切除手术")


def test_pairs_are_left_out_when_there_are_many():
    catalogue = Catalogue.load("diagnosis").codes
    case = GALL | {
        "diagnoses": list(catalogue[::900][:12]),
        "procedures": list(Catalogue.load("procedure").codes[:8]),
    }
    frame = what_if("chs-drg-2.0", case, lang="en")
    assert (frame["change"] == "other principal diagnosis").sum() == 11
    assert (frame["change"] == "other main procedure").sum() == 7
    assert not (frame["change"] == "both").any()


@pytest.mark.parametrize("scheme", ["chs-drg-1.1", "zhejiang-2022"])
def test_a_further_diagnosis_leads_where_the_row_says(scheme):
    case = GALL | {"diagnoses": "K22.301", "procedures": ""}
    frame = what_if(scheme, case)
    rows = frame[frame["eligible_codes"].notna()]
    assert rows["change"].tolist() == ["另有一项计入的 CC", "另有一项计入的 MCC"]
    whole = grouper(scheme).scheme
    named = frozenset().union(*(listed.codes for listed in whole.sets.values()))
    tables = whole.exclusion["K22.301"]
    gray = Catalogue.load("diagnosis").gray
    for row, listed in zip(rows.itertuples(), (whole.cc, whole.mcc), strict=True):
        ids = {code: Catalogue.load("diagnosis").id_of(code) for code in listed}
        eligible = [
            code
            for code, place in ids.items()
            if place >= 0 and not gray[place] and listed[code] not in tables
        ]
        assert len(eligible) == row.eligible_codes
        plain = next((code for code in eligible if code not in named), eligible[0])
        assert (
            grouper(scheme).group(case | {"diagnoses": f"K22.301|{plain}"}).drg == row.drg != frame["drg"][0]
        )


def test_a_severity_that_changes_nothing_has_no_row():
    assert what_if("chs-drg-2.0", GALL | {"diagnoses": "K80.101|I50.900"})["eligible_codes"].isna().all()


def test_an_invalid_case_is_shown_what_would_make_it_valid():
    frame = what_if("chs-drg-1.1", GALL | {"diagnoses": "|K22.301", "procedures": None})
    assert frame["status"].tolist() == ["invalid", "grouped"]
    assert frame["principal"].tolist() == ["", "K22.301"]


def test_the_note_is_always_there():
    for lang in ("zh", "en"):
        frame = what_if("chs-drg-2.0", GALL, lang=lang)
        assert frame.attrs["note"] == ONLY_DOCUMENTED.of(lang)
        assert frame.attrs["drgsim"] == {"scheme": "chs-drg-2.0", "trust": "secondary"}
        assert set(frame["note"]) == {ONLY_DOCUMENTED.of(lang)}


def test_there_are_two_languages():
    with pytest.raises(ArgumentError, match="two languages"):
        what_if("chs-drg-2.0", GALL, lang="fr")
