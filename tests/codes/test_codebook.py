"""Text to ids: exactness, order of ids, what is unknown, and that nothing is lost."""

import pickle
import sys

import numpy as np
import pandas as pd
import pytest

from drgsim.codes import EMPTY, UNKNOWN, Catalogue, Codebook
from drgsim.errors import ArgumentError


def rows(lists):
    return [lists.row(position).tolist() for position in range(len(lists))]


def test_ids_are_positions_in_the_catalogue(path, diagnoses):
    codes = Catalogue.load("diagnosis").codes
    lists = diagnoses.encode(list(codes))
    assert lists.ids.tolist() == list(range(len(codes)))
    assert lists.counts.tolist() == [1] * len(codes)


def test_every_procedure_in_one_row(path, procedures):
    codes = Catalogue.load("procedure").codes
    assert rows(procedures.encode(["|".join(codes)])) == [list(range(len(codes)))]


def test_extra_codes_follow_sorted_and_once():
    book = Codebook(["B", "A"], ["Z", "C", "A", "Z"])
    assert book.codes == ("B", "A", "C", "Z")
    assert book.n_catalogue == 2
    assert [book.id_of(code) for code in ("B", "C", "Z", "Q")] == [0, 2, 3, -1]
    assert book.code_of(3) == "Z"
    assert len(book) == 4
    assert "Z" in book
    assert "Q" not in book


@pytest.mark.parametrize("codes", [["A", "A"], ["A", ""], ["A|B"], ["A\nB"]])
def test_impossible_codes_are_refused(codes):
    with pytest.raises(ArgumentError):
        Codebook(codes)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("diagnosis", "a00.100"),
        ("diagnosis", "A00.100 "),
        ("diagnosis", " A00.100"),
        ("diagnosis", "A00.100\0"),
        ("diagnosis", "A00.10"),
        ("diagnosis", "A00.1000"),
        ("diagnosis", "A00.100,B05.900"),
        ("diagnosis", "A17.000x001+G05.0"),
        ("diagnosis", "A17.000x001"),
        ("diagnosis", "Ａ00.100"),
        ("diagnosis", "\ud800"),
        ("diagnosis", "A" * 100_000),
        ("procedure", "38.9300X001"),
    ],
)
def test_what_is_not_exact_is_unknown(path, kind, text):
    assert rows(Codebook.for_kind(kind).encode([text])) == [[UNKNOWN]]


@pytest.mark.parametrize(
    ("text", "expected", "dropped"),
    [
        ("", [], 0),
        ("A", [0], 0),
        ("A|B", [0, 1], 0),
        ("A|A", [0, 0], 0),
        ("A||B", [0, 1], 1),
        ("A|", [0], 1),
        ("A|B|||", [0, 1], 3),
        ("|A", [EMPTY, 0], 0),
        ("||A", [EMPTY, 0], 1),
        ("|", [EMPTY], 1),
        ("A" + "|" * 300 + "B", [0, 1], 255),
        ("A\nB", [UNKNOWN], 0),
        ("A|B\n|A", [0, UNKNOWN, 0], 0),
    ],
)
def test_empty_pieces_are_counted_and_never_shift_the_principal_code(path, text, expected, dropped):
    lists = Codebook(["A", "B"]).encode(["B", text, "A"])
    assert rows(lists) == [[1], expected, [0]]
    assert lists.dropped.tolist() == [0, dropped, 0]


@pytest.mark.parametrize("length", [1, 7, 8, 9, 10, 11, 12, 15, 16, 17, 18, 23, 24, 25, 40])
def test_codes_of_every_length(path, length):
    codes = [letter * length for letter in "abc"] + ["a" * (length - 1) + "é"]
    book = Codebook(codes)
    near = ["a" * (length - 1), "a" * (length + 1), "a" * length + "\0", "\0" * length]
    assert rows(book.encode(codes)) == [[0], [1], [2], [3]]
    assert rows(book.encode(["|".join(codes)])) == [[0, 1, 2, 3]]
    assert set(book.encode("|".join(near).split("|")).ids.tolist()) <= {UNKNOWN}


def test_an_empty_codebook(path):
    book = Codebook([])
    assert rows(book.encode(["A", None, "A|B"])) == [[UNKNOWN], [], [UNKNOWN, UNKNOWN]]


def test_unknown_texts_are_shown_with_their_place(path, diagnoses):
    frame = diagnoses.unknown(["A00.100|?|b", None, "|x", "A00.100"])
    assert frame.to_dict("list") == {"row": [0, 0, 2], "place": [1, 2, 1], "code": ["?", "b", "x"]}


def test_unknown_texts_of_some_rows(diagnoses):
    column = pd.Series(["x", "y", "A00.100"], index=[5, 5, 7])
    frame = diagnoses.unknown(column, rows=np.array([1, 2]))
    assert frame.to_dict("list") == {"row": [1], "place": [0], "code": ["y"]}


def test_a_codebook_travels(diagnoses):
    book = Codebook.for_kind("procedure", extra=["x", "y"])
    book.encode(["51.2300"])
    again = pickle.loads(pickle.dumps(book))
    assert again.codes == book.codes
    assert again.n_catalogue == book.n_catalogue
    assert again.encode(["y|51.2300"]).ids.tolist() == book.encode(["y|51.2300"]).ids.tolist()


def test_keys_are_interned_so_that_threads_without_a_lock_do_not_wait():
    book = Codebook(["".join(("Q9", "9.1x", str(number))) for number in range(3)])
    assert book.id_of("Q99.1x2") == 2
    for key in book._ids:
        assert sys.intern("".join((key[:2], key[2:]))) is key
