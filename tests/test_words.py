"""Every word of the field stands once, in `data/words.csv`, in Chinese and in English."""

import ast
import csv
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

import drgsim
from drgsim._paths import data_path
from drgsim.errors import NotFoundError
from drgsim.language import speaking
from drgsim.words import (
    begun_in_english,
    cells_in_words,
    headers,
    in_words,
    own_english,
    pairs,
    region_words,
    word,
    words,
)

PACKAGE = Path(drgsim.__file__).resolve().parent
_CHINESE = re.compile("[\u4e00-\u9fff]")
# dictionaries that are no list of words for readers: what they are instead
_OTHERWISE = {
    "cases/conditions/words.py": "the grammar of conditions",
    "grouping/explanation.py": "variables beside their units",
    "grouping/case.py": "reasons of the grouper, whole sentences",
    "grouping/refine/write_rules.py": "beginnings of names that a cut scheme writes",
    "dip/explain.py": "sentences of an explanation",
    "fund/words.py": "spellings of headings, as they are read",
    "office/bureau.py": "spellings of headings, as they are read",
    "office/references.py": "spellings of headings, as they are read",
    "payment/faces/enough.py": "sentences on what to give",
    "payment/engine/steps/coefficient.py": "sentences on where a coefficient comes from",
    "schemes/check.py": "sentences of the checks",
    "schemes/describe.py": "sentences on switches",
    "schemes/workbook_tables.py": "headings of the published workbook",
    "simulation/checks/liveness_reasons.py": "which stays a parameter reaches",
    "web/": "labels of forms beside the fields they name, and the manual of the service",
    "weights/table.py": "spellings of headings, as they are read",
}


def _rows():
    with data_path("words.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_ids_are_unique_and_every_word_is_complete():
    rows = _rows()
    doubled = [id for id, count in Counter(row["id"] for row in rows).items() if count > 1]
    assert doubled == []
    for row in rows:
        assert {None} & {*row, *row.values()} == set(), row
        # the keys of a place's document are in its own words: value.三甲
        assert re.fullmatch(r"[A-Za-z_]+(\.[A-Za-z0-9_ ()-]+)?|(level|low|high)_\d+|value\..+", row["id"]), (
            row["id"]
        )
        for text in (row["zh"], row["en"]):
            assert text.strip() == text != "", row
        assert _CHINESE.search(row["zh"]) or row["zh"] == row["en"], row
        assert not _CHINESE.search(row["en"]), row


def test_an_own_meaning_differs_from_the_general_one():
    known = words()
    rooms = {"settlement", "cash", "prepayments", "office", "estimate", "reconcile", "valuation", "report"}
    same = [
        id
        for id, each in known.items()
        if id.split(".")[0] in rooms
        and (general := known.get(id.split(".", 1)[1])) is not None
        and (general.zh, general.en) == (each.zh, each.en)
    ]
    assert same == []


def _labels(value):
    """Whether a value of a dictionary is a word for readers: Chinese, alone or beside its English."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str) and bool(_CHINESE.search(value.value))
    if isinstance(value, ast.Call):  # a register of things with titles is no list of words
        return getattr(value.func, "id", "") == "Words" and any(map(_labels, value.args))
    return isinstance(value, ast.Tuple | ast.List) and any(map(_labels, value.elts))


def test_no_second_list_of_words_stands_in_code():
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict) and sum(map(_labels, node.values)) >= 3:
                found.setdefault(name, []).append(node.lineno)
    assert {name: lines for name, lines in found.items() if not name.startswith(tuple(_OTHERWISE))} == {}
    unused = [name for name in _OTHERWISE if not any(each.startswith(name) for each in found)]
    assert unused == [], "no longer needed"


@pytest.mark.parametrize("term", ["医院承担", "极端异常", "统筹基金", "大病保险"])
def test_a_payer_and_an_outlier_have_one_name(term):
    """The name of a thing is a row; other rows may hold it inside a longer phrase."""
    assert sum(row["zh"] == term for row in _rows()) == 1


def test_the_outlier_beyond_all_limits_has_one_name():
    told = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")) + str(_rows())
    assert "极高倍率" not in told
    assert pairs("outlier")["extreme"][0] == "极端异常病例"
    assert word("extreme_outlier").zh == "极端异常"


def test_a_room_takes_its_own_meaning_first():
    assert headers("reserve", "cases", room="settlement") == {"reserve": "调剂金", "cases": "病例数"}
    assert headers("reserve") == {"reserve": "累计结余"}


def test_a_word_that_is_none_is_told():
    with pytest.raises(NotFoundError, match="payment"):
        word("paymemt")


def test_regions_have_a_name_in_each_language():
    """Codes of the standard, each province and prefecture once; the English is ours, and marked so."""
    with data_path("regions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["code"] for row in rows}) == len({row["en"] for row in rows}) == len(rows) > 360
    assert {row["en_state"] for row in rows} == {"own-translation"}
    assert not [row for row in rows if _CHINESE.search(row["en"]) or not row["code"].isdigit()]
    assert region_words("610100") == ("610100 西安市", "610100 Xi'an")
    assert region_words("somewhere") == ("somewhere", "somewhere")
    assert [own_english(name) for name in ("陕西省", "山西", "苏州市", "宿州市")] == [
        "Shaanxi", "Shanxi", "Suzhou (Jiangsu)", "Suzhou (Anhui)",
    ]  # fmt: skip


def test_cells_of_ids_are_words_in_the_language_asked_for():
    table = pd.DataFrame(
        {
            "scenario": ["baseline", "mine"],
            "region": ["230100", "R1"],
            "light": ["green", "red"],
            "unit": ["share", "yuan"],
            "births.resident": [1.0, 2.0],
        }
    )
    with speaking("zh"):
        shown = in_words(table)
    assert list(shown.columns) == ["方案", "统筹区", "信号灯", "单位", "出生（居民医保）"]
    assert shown.iloc[0].tolist() == ["基线", "230100 哈尔滨市", "绿", "占比", 1.0]
    assert shown.iloc[1].tolist() == ["mine", "R1", "红", "元", 2.0]
    with speaking("en"):
        assert cells_in_words(table)["region"].tolist() == ["230100 Harbin", "R1"]
        assert begun_in_english("眼疾病及功能障碍 TRUE") == "Diseases and disorders of the eye TRUE"
