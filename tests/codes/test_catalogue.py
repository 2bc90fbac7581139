"""The shipped catalogues: what is in them, and how codes are found."""

import numpy as np
import pytest

import drgsim
from drgsim.codes import Catalogue
from drgsim.errors import ArgumentError, NotFoundError
from drgsim.sources import resolve


@pytest.mark.parametrize(
    ("kind", "codes", "gray", "code", "name"),
    [
        ("diagnosis", 33304, 2828, "K80.200x003", "胆囊结石"),
        ("procedure", 13767, 2243, "51.2300", "腹腔镜下胆囊切除术"),
    ],
)
def test_the_shipped_edition(kind, codes, gray, code, name):
    catalogue = Catalogue.load(kind)
    assert len(catalogue) == len(catalogue.names) == len(catalogue.gray) == codes
    assert catalogue.gray.sum() == gray
    assert catalogue.name_of(code) == name
    assert catalogue.codes[catalogue.id_of(code)] == code
    assert code in catalogue
    assert list(catalogue.codes) == sorted(set(catalogue.codes))


def test_the_shipped_tables_name_their_source():
    for kind in ("diagnosis", "procedure"):
        assert resolve(Catalogue.load(kind).source).state == "secondary"


def test_it_is_read_once_and_public():
    assert Catalogue.load("diagnosis") is drgsim.Catalogue.load("diagnosis")


@pytest.mark.parametrize("code", ["a00.000", "A00.000 ", "A00", "", "K80.200X003"])
def test_codes_compare_exactly(code):
    catalogue = Catalogue.load("diagnosis")
    assert catalogue.id_of(code) == -1
    assert code not in catalogue


def test_dual_codes_are_ordinary_codes():
    catalogue = Catalogue.load("diagnosis")
    assert "A17.000x001+G05.0*" in catalogue
    assert "A17.000x001" not in catalogue


def test_a_gray_code_is_known():
    catalogue = Catalogue.load("diagnosis")
    assert catalogue.gray[catalogue.id_of("A00.000")]
    assert not catalogue.gray[catalogue.id_of("A00.000x001")]


def test_gray_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        Catalogue.load("procedure").gray[0] = False


def test_an_unknown_code_has_no_name_but_a_neighbour():
    with pytest.raises(NotFoundError, match=r"did you mean 'K80\.200x003'") as caught:
        Catalogue.load("diagnosis").name_of("K80.200X003")
    assert caught.value.got == "K80.200X003"


def test_an_unknown_kind():
    with pytest.raises(ArgumentError, match="did you mean 'diagnosis'"):
        Catalogue.load("diagnoses")


def found(kind, text, n=20):
    return Catalogue.load(kind).search(text, n=n)["code"].tolist()


def test_search_puts_the_code_itself_first():
    assert found("procedure", "51.2300", n=1) == ["51.2300"]
    assert found("procedure", "512300", n=1) == ["51.2300"]
    assert found("diagnosis", "i10.x00", n=2) == ["I10.x00", "I10.x00x002"]


def test_search_by_the_beginning_of_a_code_is_in_order():
    codes = found("diagnosis", "k80.2")
    assert codes == sorted(codes)
    assert all(code.startswith("K80.2") for code in codes)


def test_search_by_name_puts_the_name_itself_then_shorter_names_first():
    frame = Catalogue.load("diagnosis").search("胆囊结石")
    assert frame["name"][0] == "胆囊结石"
    starts = frame["name"].str.startswith("胆囊结石")
    assert starts.is_monotonic_decreasing
    assert frame["name"][starts].str.len().is_monotonic_increasing


def test_search_by_words_needs_all_of_them():
    names = Catalogue.load("procedure").search("腹腔镜 胆囊", n=50)["name"]
    assert len(names) > 5
    assert (names.str.contains("腹腔镜") & names.str.contains("胆囊")).all()


def test_search_forgives_full_width_signs():
    assert found("diagnosis", "Ｋ８０．２", n=3) == found("diagnosis", "K80.2", n=3)


@pytest.mark.parametrize("text", ["", "  ", "没有这个词"])
def test_search_may_find_nothing(text):
    frame = Catalogue.load("diagnosis").search(text)
    assert list(frame.columns) == ["code", "name", "gray"]
    assert len(frame) == 0
    assert frame["gray"].dtype == np.bool_


@pytest.mark.parametrize("n", [0, -1, 2.5, True])
def test_search_needs_a_sensible_number(n):
    with pytest.raises(ArgumentError, match="n must be"):
        Catalogue.load("diagnosis").search("胆囊", n=n)


def test_the_rare_characters_of_names_are_there():
    diagnoses, procedures = Catalogue.load("diagnosis"), Catalogue.load("procedure")
    assert diagnoses.name_of("K07.400") == "错𬌗畸形"
    assert procedures.name_of("77.5900") == "其他𧿹囊肿切除术"
    assert not any("??" in name for name in (*diagnoses.names, *procedures.names))
