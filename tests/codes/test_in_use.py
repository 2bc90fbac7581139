"""What may take the place of a retired or unknown code."""

import pytest

from drgsim.codes import Catalogue
from drgsim.codes.search import codes_in_use


@pytest.mark.parametrize(
    ("code", "kind", "first"),
    [
        ("M17.100", "diagnosis", "M17.101"),
        ("A00.000", "diagnosis", "A00.000x001"),
        ("00.0200", "procedure", "00.0200x001"),
        ("I10.zzz", "diagnosis", "I10.x00x002"),  # its subcategory has none, its category has
    ],
)
def test_the_codes_in_use_of_its_category(code, kind, first):
    found = codes_in_use(code, kind)
    catalogue = Catalogue.load(kind)
    assert first in found
    assert len(found) <= 6
    assert all(one.startswith(code[:3]) and not catalogue.gray[catalogue.id_of(one)] for one in found)


def test_a_code_in_use_and_one_of_no_category_have_none():
    assert codes_in_use("M17.101", "diagnosis") == codes_in_use("?", "diagnosis") == ()
    assert codes_in_use("zzz", "diagnosis") == ()


def test_the_likest_name_comes_first():
    catalogue = Catalogue.load("diagnosis")
    found = codes_in_use("I21.400", "diagnosis")  # 急性心内膜下心肌梗死
    assert "急性" in catalogue.name_of(found[0])
