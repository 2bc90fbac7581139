"""Repair a column of codes, and list every repair."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import numpy.typing as npt

from ..errors import ArgumentError
from .catalogue import Catalogue, Kind
from .code_lists import UNKNOWN
from .codebook import Codebook
from .crosswalk import Edition, clinical_changes
from .parting import PAIRED, PARTED, Parter, is_star, paired
from .repairs import REPAIRS, Repaired, repairer
from .rewrite import EXAMPLES, as_series, outcome_table, rewrite_rows
from .spellings import WORTHWHILE, Spellings, spellings
from .text_table import BLANK, CUT, LEFT, WIDE, ArrowColumn, Folded, TextTable, joined_codes, parted_rows

if TYPE_CHECKING:
    import pandas as pd


_HEAD = 1 << 12  # rows that say whether a column is mostly wrong


@dataclass(frozen=True, slots=True, eq=False)
class Normalised:
    """A column repaired.

    Attributes
    ----------
    column : Series with the index of the column given
    repairs : DataFrame as `normalise_codes` gives it
    codes : how many codes there were; `unknown`: how many are in no edition asked for after all repairs;
        `clinical`: how many of those the clinical edition has
    """

    column: pd.Series[Any]
    repairs: pd.DataFrame
    codes: int
    unknown: int
    clinical: int


def normalise_codes(
    column: Any, kind: Kind, *, edition: Edition = "insurance"
) -> tuple[pd.Series[Any], pd.DataFrame]:
    """A column with misspelt codes repaired where that loses nothing, and a table of the repairs.

    `column` is what `Codebook.encode` takes; the answer is a Series with the same index. `edition` says
    which codes the column holds; it is not changed (`to_insurance` does that). Several codes in one text
    are taken apart (`;`, `、`, a blank, `+` or `/` between codes), a name beside a code is taken off, an
    asterisk code joins its dagger code where the catalogue has the pair. The table has a row for each kind
    of repair that was made, with the columns repair, zh, en, count (codes) and examples
    ("k80.100 → K80.100"); a last row counts texts that could mean several codes and were left alone.
    Codes that are right, or beyond repair, stay as they are.

    Raises ArgumentError for another kind or edition, CodeColumnError for what is no column of codes.

    >>> column, repairs = normalise_codes(["512300| 54.5100X005", None], "procedure")
    >>> column[0], repairs["repair"].tolist()
    ('51.2300|54.5100x005', ['space', 'case', 'decimal'])
    >>> normalise_codes(["I50.900;J44.100", "K80.101 胆囊结石"], "diagnosis")[0].tolist()
    ['I50.900|J44.100', 'K80.101']
    """
    done = normalised(column, kind, edition=edition)
    return done.column, done.repairs


def normalised(column: Any, kind: Kind, *, edition: Edition = "insurance") -> Normalised:
    """As `normalise_codes`, with what the column held."""
    if edition not in get_args(Edition):
        raise ArgumentError(
            "no such edition of the codes", got=edition, allowed=get_args(Edition), nearest=get_args(Edition)
        )
    book = _book(kind, edition)
    series = as_series(column)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    text = ArrowColumn.of(series) if _mostly_wrong(series, book) else None
    mended, rows, codes = series, np.empty(0, dtype=np.int64), -1
    if text is None:
        lists = book.encode(series)
        rows, codes = lists.rows_with(UNKNOWN), lists.n_codes
        many = lists.n_unknown > WORTHWHILE and rows.size > len(series) // 8
        text = ArrowColumn.of(series) if many else None
    if text is not None:  # one look by the slips, which know the right codes too
        folded = Folded.of(text.text)
        mended, rows, held = _usual_slips(text, folded, spellings(kind, edition), found)
        left = np.flatnonzero(folded.rows & LEFT)
        codes = codes if codes >= 0 else held + book.encode(text.take(left)).n_codes
    if not rows.size and not found:
        return Normalised(series.copy(), outcome_table("repair", REPAIRS, {}), codes, 0, 0)
    rewritten, unknown, clinical = _one_by_one(mended, rows, kind, edition, found)
    return Normalised(rewritten, outcome_table("repair", REPAIRS, found), codes, unknown, clinical)


def _mostly_wrong(series: pd.Series[Any], book: Codebook) -> bool:
    """Whether the first rows of a long column are wrong, most of them."""
    if len(series) < WORTHWHILE:
        return False
    head = book.encode(series.iloc[:_HEAD])
    return head.rows_with(UNKNOWN).size * 2 > len(head) and head.n_unknown * 2 > head.n_codes


def _usual_slips(
    column: ArrowColumn, folded: Folded, slips: Spellings, found: dict[str, Counter[str]]
) -> tuple[pd.Series[Any], npt.NDArray[np.int64], int]:
    """The column with the rows repaired in which every text is a code or a usual slip, the rows left, and how
    many codes there were in the rows that were folded."""
    lists = slips.book.encode(folded.text)
    good = (lists.dropped == 0) & (lists.counts > 0)
    good[lists.rows_where(lists.flat < 0)] = False
    rows = np.flatnonzero(~good & (np.diff(folded.raw.offsets) > 0))
    held = lists.n_codes if folded.marks is None else folded.bars + int(np.count_nonzero(lists.counts))
    if not good.any():
        return column.series, rows, held
    places: Any = slice(None) if good.all() else np.flatnonzero(np.repeat(good, lists.counts))
    ids = lists.flat[places]
    marks = np.zeros(1, dtype=np.uint8) if folded.marks is None else folded.marks[places]
    for mark in range(marks.min(), marks.max() + 1):
        whole = bool((marks == mark).all())
        these = ids if whole else ids[marks == mark]
        signs = tuple(sign for bit, sign in ((WIDE, "width"), (BLANK, "space")) if mark & bit)

        def written(id: int, mark: int = mark) -> Counter[str]:
            at = np.flatnonzero((marks == mark) & (ids == id))
            return folded.as_written(at if good.all() else places[at], lists.offsets)

        for repair, examples in slips.repairs(these, EXAMPLES, signs, written if mark else None).items():
            found[repair].update(examples)
    if (cut := np.flatnonzero(good & (folded.rows & CUT > 0))).size:
        found[PARTED].update(parted_rows(column, cut, EXAMPLES))
    return column.with_texts(joined_codes(slips.codes, lists, good, folded.raw)), rows, held


def _one_by_one(
    series: pd.Series[Any],
    rows: npt.NDArray[np.int64],
    kind: Kind,
    edition: Edition,
    found: dict[str, Counter[str]],
) -> tuple[pd.Series[Any], int, int]:
    """The column with every distinct text of these rows looked at; how many codes stay unknown, and how many
    of them the clinical edition has."""
    if not rows.size:
        return series.copy(), 0, 0
    book = _book(kind, edition)
    table = TextTable.of(series, rows)
    counts = table.counts() if table else book.count_unknown(series, rows=rows)
    part = _remembered(kind, edition)
    repaired = {text: part(text) for text in counts if text and text not in book}
    if table is not None and table.cut.any():
        becomes = [_some(repaired[text].text if text in repaired else text, book) for text in table.texts]
        table = table.keep_whole(np.array(becomes, dtype=bool))
        counts = table.counts()
        found[PARTED].update(table.parted(EXAMPLES))
    unknown = clinical = 0
    for text, result in repaired.items():
        count = counts.get(text, 0)
        if count and result.repairs:
            example = f"{text} → {' / '.join(result.may_mean) or result.text}"
            for repair in result.repairs:
                found[repair][example] += count
        if count and (strange := [code for code in result.text.split("|") if code not in book]):
            unknown += count * len(strange)
            if edition == "insurance":
                clinical += count * _clinical(kind, strange)
    changed = {text: result.text for text, result in repaired.items() if result.text != text}
    joined: Counter[str] = Counter()
    starred = any(is_star(result.text) for result in repaired.values())
    pairing = _pairing(book, joined) if starred else None
    if table is not None:
        rewritten = table.rewritten(changed, pairing)
    else:
        todo = rows if changed or starred else rows[:0]
        rewritten = rewrite_rows(series, todo, lambda text: changed.get(text, text), pairing)
    found[PAIRED].update(joined)
    return rewritten, unknown - joined.total(), clinical


@lru_cache(1 << 16)
def left_alone(code: str, kind: Kind) -> tuple[bool, bool]:
    """Whether `normalise_codes` leaves this text, which the catalogue does not have, alone wherever it stands
    in the insurance edition; and if so, whether the clinical edition has it.

    >>> left_alone("17.9100x005", "procedure"), left_alone("00.31", "procedure")
    ((True, False), (False, False))
    """
    plain = code.isascii() and code.replace(".", "").isalnum()
    if not plain or parter(kind, "insurance").repair(code) != Repaired(code, ()):
        return False, False
    return True, _clinical(kind, [code]) > 0


@cache
def _remembered(kind: Kind, edition: Edition) -> Any:
    """What a text becomes; the same few come again in every chunk of a file."""
    return lru_cache(_HEAD)(parter(kind, edition).repair)


def _some(text: str, book: Codebook) -> bool:
    return any(code in book for code in text.split("|"))


def _pairing(book: Codebook, joined: Counter[str]) -> Any:
    """A function that joins asterisk and dagger codes of a row, and counts the pairs it made."""

    def pair(codes: list[str]) -> list[str]:
        if not any(map(is_star, codes)):
            return codes
        together = paired(codes, book.__contains__)
        if together is None:
            return codes
        joined.update(code for code in together if code not in codes)
        return together

    return pair


def _clinical(kind: Kind, codes: list[str]) -> int:
    """How many of the codes are codes of the clinical edition."""
    clinical = repairer(kind, "clinical")
    return sum(clinical.knows(clinical.repair(code).text) for code in codes)


@cache
def _book(kind: Kind, edition: Edition) -> Codebook:
    return Codebook.for_kind(kind, extra=clinical_changes(kind) if edition == "clinical" else ())


@cache
def parter(kind: Kind, edition: Edition) -> Parter:
    """What repairs one text of an edition's codes; made once a process."""
    catalogue = Catalogue.load(kind)

    def name_of(code: str) -> str | None:
        return catalogue.name_of(code) if code in catalogue else None

    return Parter(repairer(kind, edition), name_of)
