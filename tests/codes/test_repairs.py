"""One misspelt code at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.codes import Catalogue, clinical_changes
from drgsim.codes.repairs import REPAIRS, Repairer, repairer

DIAGNOSES = Catalogue.load("diagnosis").codes
PROCEDURES = Catalogue.load("procedure").codes


@pytest.mark.parametrize(
    ("text", "code", "repairs"),
    [
        ("K80.100x001", "K80.100x001", ()),
        ("Ｋ８０．１００ｘ００１", "K80.100x001", ("width",)),
        ("K80。100x001", "K80.100x001", ("width",)),
        (" K80.100 x001\u3000", "K80.100x001", ("space",)),
        ("\ufeffK80.100x001\u200b", "K80.100x001", ("space",)),
        ("'K80.100x001", "K80.100x001", ("quote",)),
        ('="K80.100x001"', "K80.100x001", ("quote",)),
        ("K80.100×001", "K80.100x001", ("cross",)),
        ("K80.100X001", "K80.100x001", ("case",)),
        ("k80.100x001", "K80.100x001", ("case",)),
        ("A17.000x001†G05.0＊", "A17.000x001+G05.0*", ("width", "mark")),
        ("A17.000x001✝G05.0∗", "A17.000x001+G05.0*", ("mark",)),
        ("K80.100x001†", "K80.100x001", ("mark",)),
        ("K80.100x001*", "K80.100x001", ("mark",)),
        ("K80100x001", "K80.100x001", ("decimal",)),
        ("k80100X001", "K80.100x001", ("case", "decimal")),
        (" ｋ80.100×001 ", "K80.100x001", ("width", "space", "cross", "case")),
        ("I10x00", "I10.x00", ("decimal",)),
        ("  ", "", ("space",)),
    ],
)
def test_diagnoses(text, code, repairs):
    result = repairer("diagnosis", "insurance").repair(text)
    assert (result.text, result.repairs, result.may_mean) == (code, repairs, ())


@pytest.mark.parametrize(
    ("text", "code", "repairs"),
    [
        ("512300", "51.2300", ("decimal",)),
        ("512300.0", "51.2300", ("decimal",)),
        ("5123", "51.2300", ("decimal",)),
        ("51.23", "51.2300", ("decimal",)),
        ("3.9", "03.9000", ("decimal",)),
        ("03.9", "03.9000", ("decimal",)),
        (".01", "00.0100", ("decimal",)),
        ("000100", "00.0100", ("decimal",)),
        ("39100", "03.9100", ("decimal",)),
        ("17.911", "17.91100", ("decimal",)),
        ("17911", "17.91100", ("decimal",)),
        ("1791100", "17.91100", ("decimal",)),
        ("545100X005", "54.5100x005", ("case", "decimal")),
        ("3.9100x004", "03.9100x004", ("decimal",)),
        ("38.9300X001", "38.9300x001", ("case",)),
        ("17.912a0", "17.912A0", ("case",)),
    ],
)
def test_procedures(text, code, repairs):
    result = repairer("procedure", "insurance").repair(text)
    assert (result.text, result.repairs, result.may_mean) == (code, repairs, ())


@pytest.mark.parametrize(
    "text", ["K80", "K80.1", "I10", "Q99.123", "胆囊 结石", "？", "K80.100x001;B05.900", "\ud800 "]
)
def test_what_is_no_code_stays_as_it_is(text):
    assert repairer("diagnosis", "insurance").repair(text) == (text, (), ())


@pytest.mark.parametrize("text", ["86", "123", "5", "99.9999x999", "0123456789", "1e5", "."])
def test_a_category_is_not_taken_for_a_code(text):
    assert repairer("procedure", "insurance").repair(text) == (text, (), ())


def test_two_meanings_are_reported_and_nothing_is_changed():
    result = repairer("procedure", "insurance").repair("1200 ")
    assert result.text == "1200"
    assert result.repairs == ("space", "ambiguous")
    assert result.may_mean == ("01.2000", "12.0000")


def test_letter_case_can_be_ambiguous_too():
    result = Repairer("diagnosis", ["A00.x", "A00.X"]).repair("a00.x")
    assert result == ("a00.x", ("ambiguous",), ("A00.X", "A00.x"))


def test_the_clinical_edition_knows_its_own_codes():
    code = next(code for code in clinical_changes("diagnosis") if code not in DIAGNOSES)
    assert repairer("diagnosis", "clinical").repair(code.lower()).text == code
    assert repairer("diagnosis", "insurance").repair(code.lower()).text == code.lower()


@pytest.mark.parametrize(("kind", "codes"), [("diagnosis", DIAGNOSES), ("procedure", PROCEDURES)])
def test_the_usual_slips_are_undone_for_every_code(kind, codes):
    repair = repairer(kind, "insurance").repair
    for code in codes:
        assert repair(code) == (code, (), ())
        assert repair(f" {code.upper()}").text == code
        assert repair(code.replace(".", "")).text == code


def test_every_number_a_spreadsheet_makes_of_a_procedure_is_undone():
    repair = repairer("procedure", "insurance").repair
    for code in PROCEDURES:
        if code.replace(".", "").isdecimal():
            assert repair(str(float(code))).text == code


@given(st.text(st.characters(codec=None), max_size=20), st.sampled_from(["diagnosis", "procedure"]))
def test_a_repair_is_stable_and_ends_in_the_catalogue_or_changes_signs_only(text, kind):
    repair = repairer(kind, "insurance").repair
    result = repair(text)
    assert set(result.repairs) <= set(REPAIRS)
    assert (result.text != text) <= bool(set(result.repairs) - {"ambiguous"})
    again = repair(result.text)
    assert again.text == result.text
    assert not set(again.repairs) - {"ambiguous"}
