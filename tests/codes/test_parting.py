"""Several codes in one text, a name beside a code, dagger and asterisk apart."""

import numpy as np
import pandas as pd
import pytest

from drgsim.codes import Catalogue, normalise_codes
from drgsim.codes import normalise as module
from drgsim.codes.normalise import normalised
from drgsim.codes.parting import paired

PAIR = "A17.000x001+G05.0*"


@pytest.fixture(params=["arrow", "objects", "no arrow"])
def as_column(request, monkeypatch):
    if request.param == "no arrow":
        monkeypatch.setattr("drgsim.codes.text_table.installed", lambda module: False)
    dtype = object if request.param == "objects" else None
    return lambda texts: pd.Series(texts, dtype=dtype)


@pytest.mark.parametrize(
    ("text", "codes", "repairs"),
    [
        ("I50.900;J44.100", "I50.900|J44.100", ["parted"]),
        ("I50.900；J44.100、I10.x00", "I50.900|J44.100|I10.x00", ["parted"]),
        ("i50.900，j44.100", "I50.900|J44.100", ["case", "parted"]),
        ("I50.900\r\nJ44.100", "I50.900|J44.100", ["parted"]),
        ("I50.900 J44.100", "I50.900|J44.100", ["parted"]),
        ("I50.900+J44.100", "I50.900|J44.100", ["parted"]),
        ("I50.900/J44.100", "I50.900|J44.100", ["parted"]),
        ("I50.900/J44.100；", "I50.900|J44.100", ["parted"]),
        ("、K80.101胆囊结石;", "K80.101", ["named"]),
        (PAIR, PAIR, []),
        (f"{PAIR}+I10.x00", f"{PAIR}|I10.x00", ["parted"]),
        (f"{PAIR} 结核性脑膜炎", PAIR, ["named"]),
        ("A17.000x001|I10.x00|G05.0*", f"{PAIR}|I10.x00", ["paired"]),
        ("A17.000x001+|G05.0*", PAIR, ["paired"]),
        ("G05.0*|A17.000x001", PAIR, ["paired"]),
        ("K80.101 胆囊结石", "K80.101", ["named"]),
        ("K80.101胆囊结石", "K80.101", ["named"]),
        ("胆囊结石(K80.101)", "K80.101", ["named"]),
        ("2型糖尿病 E11.900", "E11.900", ["named"]),
        ("I50.900心衰；J44.100慢阻肺", "I50.900|J44.100", ["parted", "named"]),
        ("A00.000 霍乱，由于O1群霍乱弧菌，霍乱生物型所致;I10.x00", "A00.000|I10.x00", ["parted", "named"]),
    ],
)
def test_diagnoses(text, codes, repairs, as_column):
    column, table = normalise_codes(as_column(["I10.x00", text, None]), "diagnosis")
    assert column.tolist()[:2] == ["I10.x00", codes]
    assert column.isna().tolist() == [False, False, True]
    assert sorted(table["repair"]) == sorted(repairs)


@pytest.mark.parametrize(
    "text",
    ["胆囊结石", "I50.900 ZZ9", "I50.900+ZZ9", "J18.900 12", "a;b", "G05.0*", "I50.900+G05.0*", ";", "2、3"],
)
def test_what_does_not_come_out_as_codes_is_not_taken_apart(text, as_column):
    column, table = normalise_codes(as_column([text, "I10.x00"]), "diagnosis")
    assert column[0].replace(" ", "") == text.replace(" ", "")
    assert set(table["repair"]) <= {"space"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("51.23;545100x005", "51.2300|54.5100x005"),
        ("51.2300 54.5100x005", "51.2300|54.5100x005"),
        ("51.2300 腹腔镜下胆囊切除术", "51.2300"),
        ("51.23腹腔镜", "51.2300"),
    ],
)
def test_procedures(text, codes, as_column):
    assert normalise_codes(as_column([text]), "procedure")[0].tolist() == [codes]


def test_a_pair_needs_the_catalogue():
    known = {PAIR}.__contains__
    assert paired(["I10.x00", "G05.0*"], known) is None
    assert paired(["A17.000x001", "G05.0*", "G05.0*"], known) == [PAIR, "G05.0*"]


def test_lists_are_taken_apart_too():
    column, _ = normalise_codes(pd.Series([["A17.000x001", "G05.0*"], ["I50.900;J44.100"]]), "diagnosis")
    assert column.tolist() == [[PAIR], ["I50.900", "J44.100"]]


@pytest.mark.parametrize("kind", ["diagnosis", "procedure"])
@pytest.mark.parametrize("dtype", [None, object])
def test_a_wholly_wrong_column_gives_what_one_by_one_gives(kind, dtype, monkeypatch):
    codes = Catalogue.load(kind).codes
    rng = np.random.default_rng(5)
    picked = [codes[at] for at in rng.integers(0, len(codes), 600)]
    slips = [str.lower, str.upper, lambda code: code.replace(".", ""), lambda code: code.rstrip("0"), str]
    wrong = [slips[at](code) for at, code in zip(rng.integers(0, len(slips), 600), picked, strict=True)]
    texts = ["|".join(wrong[at : at + 3]) for at in range(0, 600, 3)]
    column = pd.Series([*texts, None, "", "?|" + wrong[0], wrong[1] + ";" + wrong[2]], dtype=dtype)
    slow, slowly = normalise_codes(column, kind)
    monkeypatch.setattr(module, "WORTHWHILE", 10)
    fast, quickly = normalise_codes(column, kind)
    pd.testing.assert_series_equal(fast, slow)
    pd.testing.assert_frame_equal(quickly, slowly)


def test_codes_of_the_clinical_edition_are_counted():
    from drgsim.codes import clinical_changes

    only = [code for code in clinical_changes("diagnosis") if code not in Catalogue.load("diagnosis")][:3]
    done = normalised(pd.Series(["|".join(only), "I10.x00|Z", only[0].lower()]), "diagnosis")
    assert (done.codes, done.unknown, done.clinical) == (6, 5, 4)
