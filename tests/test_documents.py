"""Documents that would choke a parser: each reader refuses them in our words, quickly, naming the file."""

from pathlib import Path

import pytest

from drgsim.audit.library import Library
from drgsim.cases.hospital_facts import HospitalFacts
from drgsim.cases.layouts import load_layout
from drgsim.dip.rules import RuleSet
from drgsim.errors import DrgsimError
from drgsim.fund.record import read_record as read_valuation
from drgsim.fund.scenario import FundScenario, assignments
from drgsim.grouping.refine.features import Constraints
from drgsim.office.warnings import thresholds
from drgsim.policy.policy import Policy
from drgsim.policy.reform import parse_assignments
from drgsim.simulation.record.record import read_record

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
