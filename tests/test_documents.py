"""Documents that would choke a parser: each reader refuses them in our words, quickly, naming the file."""

import copy
import json
import tomllib
from pathlib import Path

import pytest

from drgsim._paths import data_path
from drgsim.audit.library import Library
from drgsim.cases.hospital_facts import HospitalFacts
from drgsim.cases.layouts import load_layout
from drgsim.dip.rules import RuleSet, read_rules
from drgsim.errors import DrgsimError
from drgsim.fund.record import read_record as read_valuation
from drgsim.fund.scenario import FundScenario, assignments
from drgsim.grouping.refine.features import Constraints
from drgsim.office.warnings import thresholds
from drgsim.policy.policy import Policy
from drgsim.policy.reform import parse_assignments
from drgsim.simulation.record.record import read_record
from drgsim.web.settings import Settings

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
YAML = {
    "bomb": BOMB,
    "deep": "a: " + "[" * 5_000 + "]" * 5_000,
    "huge": "a: " + "9" * 10_000,
    "twice": "a: 1\na: 2\n",
    "sexagesimal": "a: 12:30\n",
    "bytes": "a: \udcff\n",
    "torn": "a: [1, 2\n",
}
TOML = {
    "deep": "a = " + "[" * 5_000 + "]" * 5_000,
    "huge": "a = " + "9" * 10_000,
    "twice": "a = 1\na = 2\n",
    "bytes": "a = '\udcff'\n",
    "torn": "a = [1, 2\n",
}
JSON = {
    "deep": "[" * 200_000,
    "huge": '{"a": ' + "9" * 10_000 + "}",
    "bytes": '{"a": "\udcff"}',
    "torn": '{"a": [1, 2',
    "empty": "",
}


def _library(path: Path) -> object:
    return Library.load(path.parent, only_own=True)


READERS = {
    "yaml": (YAML, [Policy.load, FundScenario.of, _library]),
    "toml": (TOML, [HospitalFacts.of, load_layout, thresholds, Constraints.load, RuleSet.load]),
    "json": (JSON, [read_record, read_valuation]),
}
TRIED = [
    pytest.param(kind, text, reader, id=f"{getattr(reader, '__qualname__', reader)}-{name}")
    for kind, (texts, readers) in READERS.items()
    for reader in readers
    for name, text in texts.items()
]


@pytest.mark.parametrize(("kind", "text", "reader"), TRIED)
def test_what_would_choke_a_parser_is_refused(kind, text, reader, tmp_path):
    path = tmp_path / f"ours.{kind}"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DrgsimError) as caught:
        reader(path)
    assert "ours" in str(caught.value)


@pytest.mark.parametrize("value", ["12:30", "9" * 10_000, "[" * 5_000, "[1", "&a [*a]", "{a: 1, a: 2}"])
def test_a_value_of_an_assignment_is_read_as_strictly(value):
    with pytest.raises(DrgsimError):
        parse_assignments([f"outlier.high.threshold={value}"])
    with pytest.raises(DrgsimError):
        assignments(f"premium={value}")


# what stands in the place of any part of a document
ODD = [
    None,
    "",
    -1,
    1e309,
    float("nan"),
    [],
    {},
    "x" * 100_000,
    True,
    [[[["a"]]]],
    10**30,
    0,
    {"a": {"b": 1}},
]


def _places(part, place=()):
    yield place
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, each in inner:
        yield from _places(each, (*place, key))


def _with(document, place, value):
    if not place:
        return value
    document = copy.deepcopy(document)
    part = document
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    return document


def _dip_rules():
    return tomllib.loads(data_path("dip", "rules", "base.toml").read_text(encoding="utf-8"))


PARTS = {
    "settings": (lambda: json.loads(Settings().to_json()), lambda d: Settings.from_json(json.dumps(d))),
    "DIP rules": (_dip_rules, read_rules),
    "hospital": (lambda: {"level": 3, "region": "a", "parameters": {"a": 1}}, HospitalFacts.of),
}


@pytest.mark.parametrize("kind", PARTS)
def test_anything_in_the_place_of_any_part_is_taken_or_refused_in_our_words(kind):
    document, reader = PARTS[kind][0](), PARTS[kind][1]
    for place in _places(document):
        for value in ODD:
            if kind == "DIP rules" and not place and not isinstance(value, dict):
                continue  # a TOML file is a table
            said = ""
            try:
                reader(_with(document, place, value))
            except DrgsimError as error:  # any other fails the test
                said = str(error)
            assert len(said) < 25_000


def test_settings_say_what_is_wrong_with_them():
    good = json.loads(Settings(hospital=HospitalFacts(level=3), allowed_hosts=("a",)).to_json())
    assert Settings.from_json(json.dumps(good)) == Settings(
        hospital=HospitalFacts(level=3), allowed_hosts=("a",)
    )
    for changed, said in (
        ({"prot": 1}, "did you mean 'port'"),
        ({"port": "8321"}, "a whole number"),
        ({"port": True}, "a whole number"),
        ({"seconds": -1}, "a number"),
        ({"allowed_hosts": "a"}, "a list of texts"),
        ({"hospital": []}, "an object of facts"),
    ):
        with pytest.raises(DrgsimError, match=said):
            Settings.from_json(json.dumps(good | changed))
    for text in ("", "[", "[]", "[" * 100_000):
        with pytest.raises(DrgsimError, match="no JSON"):
            Settings.from_json(text)


@pytest.mark.parametrize(
    ("part", "key"),
    [("identifiers", "names"), ("lists", "diagnoses"), ("recognise", None), ("needs", None)],
)
def test_a_text_where_a_layout_lists_texts_is_not_its_letters(part, key, tmp_path):
    text = data_path("layouts", "plain.toml").read_text(encoding="utf-8")
    stated = f'{part} = "abc"\n' if key is None else ""
    text = stated + "\n".join(line for line in text.split("\n") if not line.startswith(f"{part} ="))
    if part == "identifiers":
        text = text.partition("[identifiers]")[0] + '[identifiers]\nnames = "abc"\n'
    elif part == "lists":
        text = text.partition("[lists.")[0] + '[lists.diagnoses]\nprincipal = "abc"\n'
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DrgsimError, match="a list of texts"):
        load_layout(path)
