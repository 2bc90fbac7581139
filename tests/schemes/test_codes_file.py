"""Files of code lists: read, written, stated whole or as a change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.schemes.codes_file import Block, apply_blocks, difference, read_blocks, write_blocks
from drgsim.schemes.codesets import Universe
from drgsim.schemes.model import CodeSet
from drgsim.schemes.scheme_errors import PackError

CODES = [f"{letter}{n:02}.{d}00" for letter in "ABC" for n in range(4) for d in range(3)]
UNIVERSES = {"diagnosis": Universe(CODES), "procedure": Universe(["01.0100", "01.0200", "02.0100"])}

one_set = st.builds(
    CodeSet,
    name=st.sampled_from(["DI_A", "DI_B", "DI1_C"]),
    kind=st.just("diagnosis"),
    codes=st.frozensets(st.sampled_from(CODES)),
    label=st.sampled_from(["", "头部 创伤", "label"]),
)
several_sets = st.lists(one_set, unique_by=lambda s: s.name).map(lambda sets: {s.name: s for s in sets})


def diagnoses(name, *codes, label=""):
    return CodeSet(name, "diagnosis", frozenset(codes), label)


@given(several_sets, several_sets)
def test_any_difference_applied_gives_the_other(base, other):
    assert apply_blocks(base, difference(base, other, UNIVERSES), UNIVERSES) == other


@given(several_sets)
def test_nothing_differs_from_itself(sets):
    assert difference(sets, dict(reversed(sets.items())), UNIVERSES) == []


def test_a_kind_that_changes_is_stated_whole():
    base, other = {"X": diagnoses("X", "A00.000")}, {"X": CodeSet("X", "procedure", frozenset(["01.0100"]))}
    assert difference(base, other, UNIVERSES) == [Block("X", "procedure", "", ["01.0100"])]


def test_what_is_written_is_read(tmp_path):
    blocks = [
        Block("DI_A", "diagnosis", "头颈 创伤", CODES),
        Block("OP_X", "procedure"),
        Block("DI_B", "add", "", ["=A00.000", "-B01"]),
        Block("DI_C", "label", "新"),
    ]
    path = tmp_path / "sets.txt"
    write_blocks(path, blocks, "two\nlines")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# two\n# lines\nDI_A diagnosis 头颈 创伤\n  A00.000 ")
    assert max(map(len, text.splitlines())) <= 101
    read = read_blocks(path)
    assert [(b.name, b.word, b.label, b.prefixes) for b in read] == [
        (b.name, b.word, b.label, b.prefixes) for b in blocks
    ]
    assert read[1].where.startswith("sets.txt line ")


def test_no_blocks_make_no_file_and_no_file_has_no_blocks(tmp_path):
    write_blocks(tmp_path / "sets.txt", [], "nothing")
    assert not (tmp_path / "sets.txt").exists()
    assert read_blocks(tmp_path / "sets.txt") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  A00\n", "before the first heading.*line 1"),
        ("DI_A diagnoses\n  A00\n", "not a heading.*line 1"),
        ("DI_A diagnosis\n\n\nA00.000\n", "not a heading.*A00.000.*line 4"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path, text, message):
    path = tmp_path / "sets.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=message):
        read_blocks(path)


def test_windows_files_with_a_byte_order_mark_are_read(tmp_path):
    path = tmp_path / "sets.txt"
    path.write_bytes("\ufeffDI_A diagnosis 头\r\n\tA00.000 A01\r\n".encode())
    (block,) = read_blocks(path)
    assert (block.name, block.label, block.prefixes) == ("DI_A", "头", ["A00.000", "A01"])


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (Block("DI_X", "add", "", ["A00"]), "no such code list"),
        (Block("DI_X", "drop"), "no such code list"),
        (Block("DI_A", "add", "", ["A00.000"]), "already in the list"),
        (Block("DI_A", "remove", "", ["A01"]), "not in the list"),
        (Block("DI_A", "diagnosis", "", ["Z00"]), "fits no code.*DI_A"),
    ],
)
def test_a_change_that_does_not_fit_the_base_is_refused(block, message):
    with pytest.raises(PackError, match=message):
        apply_blocks({"DI_A": diagnoses("DI_A", "A00.000")}, [block], UNIVERSES)


def test_a_list_is_stated_once():
    twice = [Block("DI_A", "diagnosis", "", ["A00"]), Block("DI_A", "procedure", "", ["01"])]
    with pytest.raises(PackError, match="stated twice"):
        apply_blocks({}, twice, UNIVERSES)
