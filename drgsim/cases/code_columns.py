"""Lists of codes from a table: one joined column, or one column a code, into codes joined by `|`.

Places are kept: an empty column before a filled one leaves an empty piece, so that no code slides into the
principal's place or over a gap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._optional import installed
from ..codes import UNKNOWN, Codebook, CodeLists
from ..codes.normalise import left_alone, parter
from ..codes.parting import SEPARATORS
from .columns import text_dtype
from .layout import Layout
from .list_places import ListPlaces
from .personal import names_a_person, suspects, unnamed
from .problems import Finding
from .raw_table import RawChunk
from .repair import KINDS
from .texts import as_text, plain_text

if TYPE_CHECKING:
    import pandas as pd


_LIST = (list, tuple, np.ndarray)
_BETWEEN = "[;；\n\r]"  # between names; a comma may belong to one


def code_list(
    chunk: RawChunk, name: str, places: ListPlaces, layout: Layout
) -> tuple[pd.Series, list[Finding]]:
    """The joined codes of every row, and what was found in reading them."""
    blank = blank_marks(layout)
    if places.joined is not None:
        codes = _joined(chunk.columns[places.joined], blank)
    else:
        codes = _from_slots(chunk, places, blank)
    codes, parted = parted_cells(codes, name, places.source.separators)
    if places.overlapping:
        codes = _each_once(codes)
    findings = _numbers(chunk, name, places)
    told = [] if places.principal is None else principal_findings(chunk.columns[places.principal], name)
    if places.joined is None:
        findings += parted_findings(codes, parted, name, told)
    findings += told
    return codes, findings


_HEAD, _FEW = 1024, 4096  # rows that say whether most are to be looked at; and rows for which it is not asked


def rows_to_look_at(
    texts: Any, ids: CodeLists, book: Codebook, name: str, blank: frozenset[str]
) -> tuple[npt.NDArray[np.int64], int, int]:
    """The rows of an Arrow array of joined codes that hold a text to be repaired, parted or taken out; and of
    the other rows, how many codes the catalogue does not have, and how many of them the clinical edition has.

    A code of the catalogue stands for itself; so does one of the scheme's, or of nobody's, that is spelt as a
    code and to which nothing would be done. Each text is judged once, not in every chunk.
    """
    verdicts = _verdicts(book.codes[book.n_catalogue :], name)
    places = np.flatnonzero((ids.flat == UNKNOWN) | (ids.flat >= book.n_catalogue))
    found = verdicts[np.maximum(ids.flat[places] - book.n_catalogue, -1)]
    strange = np.zeros(len(ids.flat), dtype=bool)
    strange[places[found < 0]] = True
    rows = ids.rows_where(strange)
    # those in the other rows
    starts, ends = (np.searchsorted(places, ids.offsets[rows + end] - ids.offsets[0]) for end in (0, 1))
    unknown, clinical = (
        int(before[-1] - (before[ends] - before[starts]).sum())
        for before in (np.append(0, np.cumsum(found > least)) for least in (0, 1))
    )
    for among in [rows[:_HEAD], rows] if len(rows) > _FEW else [rows] if len(rows) else []:
        odd, more, of_them = _judged(texts, among, book, name, blank)
        if len(odd) * 2 > len(among) and len(among) < len(rows):
            break
        if len(among) == len(rows):
            return odd, unknown + more, clinical + of_them
    return rows, unknown, clinical


@lru_cache(16)
def _verdicts(codes: tuple[str, ...], name: str) -> npt.NDArray[np.int8]:
    """Of codes that the catalogue does not have: 1 where nothing would be done to it, 2 where the clinical
    edition has it besides, -1 for others, and for a text that is unknown, behind the last."""
    stays = [left_alone(code, KINDS[name]) for code in codes]
    return np.array([*(1 + clinical if stay else -1 for stay, clinical in stays), -1], dtype=np.int8)


def _judged(
    texts: Any, rows: npt.NDArray[np.int64], book: Codebook, name: str, blank: frozenset[str]
) -> tuple[npt.NDArray[np.int64], int, int]:
    """As `rows_to_look_at`, of these rows, whose unknown texts are looked at."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def judge(text: str) -> int:
        stays, clinical = left_alone(text, KINDS[name])
        return 1 + clinical if stays and text not in blank and not names_a_person(text) else -1

    lists = pc.split_pattern(texts.take(pa.array(rows)), "|")
    pieces, row = lists.flatten(), pc.list_parent_indices(lists).to_numpy()
    ids = book.encode(pieces)
    places = ids.rows_where((ids.flat == UNKNOWN) | (ids.flat >= book.n_catalogue))
    unknown = ids.rows_with(UNKNOWN)
    found = np.zeros(len(pieces), dtype=np.int8)
    found[places] = _verdicts(book.codes[book.n_catalogue :], name)[
        np.maximum(ids.take(places).flat - book.n_catalogue, -1)
    ]
    told = pieces.take(pa.array(unknown)).dictionary_encode()
    found[unknown] = np.array([judge(text) for text in told.dictionary.to_pylist()], dtype=np.int8)[
        told.indices.to_numpy()
    ]
    odd = np.bincount(row, weights=found < 0, minlength=len(rows)) > 0
    stay = found[~odd[row]]
    return rows[odd], int((stay > 0).sum()), int((stay > 1).sum())


def without_persons(codes: pd.Series, name: str) -> tuple[pd.Series, list[Finding]]:
    """The codes without those that name a person, their places left empty: no other code slides there."""
    rows = suspects(codes)
    if not rows.size:
        return codes, []
    result = codes.copy()
    result.iloc[rows] = [unnamed(plain_text(text)) for text in codes.iloc[rows].tolist()]
    return result, [Finding("identifier-in-cell", name, rows, "(hidden)")]


def beside_codes(chunk: RawChunk, places: ListPlaces, layout: Layout, codes: Any) -> dict[str, pd.Series]:
    """By column of the case table, the texts beside the `codes` (a Series or Arrow array of joined texts)
    joined by `|`, place by place."""
    blank = blank_marks(layout)
    found = {}
    for name, slots in places.beside.items():
        if len(slots) == 1 and slots[0] is not None:
            text = _parted_names(as_text(chunk.columns[slots[0]]), codes)
            found[name] = text.mask(text.isin(blank).to_numpy(dtype=bool), None)
        else:
            joined = _joined_slots(chunk, slots, blank)
            found[name] = joined.mask((joined == "").to_numpy(dtype=bool), None)
    return found


def _parted_names(text: pd.Series, codes: Any) -> pd.Series:
    """As many texts as there are codes are parted already: a semicolon in one of them is its own."""
    rows = np.flatnonzero(_holding(text, _BETWEEN))
    if not rows.size:
        return text
    beside = ["" if each is None or each != each else str(each) for each in codes.take(rows).tolist()]
    result = text.copy()
    result.iloc[rows] = [
        each if each.count("|") == code.count("|") else re.sub(rf"\s*{_BETWEEN}+\s*", "|", each)
        for each, code in zip(text.iloc[rows].tolist(), beside, strict=True)
    ]
    return result


def blank_marks(layout: Layout) -> frozenset[str]:
    """The texts of a layout that say there is no code."""
    return frozenset({"", *layout.missing, *layout.text_missing, *layout.not_applicable})


def parted_cells(
    codes: pd.Series, name: str, separators: tuple[str, ...]
) -> tuple[pd.Series, npt.NDArray[np.int64]]:
    """Every sign that parts codes, and the blanks around it, as a bar; commas inside a name stay. And the
    rows in which one parted codes."""
    signs = re.escape("".join({*SEPARATORS, *(sign for sign in separators if len(sign) == 1)} - {"|"}))
    rows = np.flatnonzero(_holding(codes, rf"[{signs}]|\s\||\|\s"))
    if not rows.size:
        return codes, rows
    part = parter(KINDS[name], "insurance")
    cut = re.compile(rf"\s*[{signs}|]\s*")
    parted = {
        text: part.cells(text)
        if _words(text)
        else "|".join(cut.split(part.unnumbered(text.strip()))).rstrip("|")
        for text in set(codes.iloc[rows])
    }
    result = codes.copy()
    before = codes.iloc[rows].tolist()
    result.iloc[rows] = [parted[text] for text in before]
    more = {text: new.count("|") > text.strip().rstrip("|").count("|") for text, new in parted.items()}
    return result, rows[np.array([more[text] for text in before], dtype=bool)]


def parted_findings(
    codes: pd.Series, rows: npt.NDArray[np.int64], name: str, told: Sequence[Finding]
) -> list[Finding]:
    """Rows with several codes in one of the cells that should hold one, but for those `told` already."""
    for finding in told:
        rows = np.setdiff1d(rows, finding.rows)
    return [Finding("codes-in-one-cell", name, rows, codes.iloc[rows].tolist())] if rows.size else []


def principal_findings(raw: pd.Series, name: str) -> list[Finding]:
    """Rows whose principal cell holds several codes; the first of them is taken for the principal one."""
    import pandas as pd

    places, distinct = pd.factorize(as_text(raw))
    repair = parter(KINDS[name], "insurance").repair
    several = np.array([len(text) > 8 and "|" in repair(text).text for text in distinct] + [False])
    rows = np.flatnonzero(several[places])
    if not rows.size:
        return []
    return [Finding("principal-several", name, rows, [distinct[place] for place in places[rows]])]


def _joined(raw: pd.Series, blank: frozenset[str]) -> pd.Series:
    import pandas as pd

    if raw.dtype == object and any(isinstance(cell, _LIST) for cell in raw):
        cells = [_listed(cell) if isinstance(cell, _LIST) else cell for cell in raw]
        raw = pd.Series(cells, index=raw.index, dtype=object)
    text = as_text(raw)
    return text.mask(text.isin(blank - {""}).to_numpy(dtype=bool))


def _listed(cell: Any) -> str:
    return "|".join("" if piece is None else plain_text(piece) for piece in cell)


def _from_slots(chunk: RawChunk, places: ListPlaces, blank: frozenset[str]) -> pd.Series:
    if not any(place is not None for place in places.attached):
        return _joined_slots(chunk, places.slots, blank)
    codes = [_slot(chunk, place, blank) for place in places.slots]
    for order, place in enumerate(places.attached):
        if place is not None:
            codes[order] = _with_asterisk(codes[order], _slot(chunk, place, blank))
    return _bars(codes, chunk.rows)


def _joined_slots(chunk: RawChunk, slots: Sequence[int | None], blank: frozenset[str]) -> pd.Series:
    return _bars([_slot(chunk, place, blank) for place in slots], chunk.rows)


def _bars(slots: Sequence[npt.NDArray[Any]], rows: int) -> pd.Series:
    """The texts of every row joined by bars, those behind the last text left out."""
    import pandas as pd

    joined: npt.NDArray[Any] = np.full(rows, "", dtype=object)
    for codes in reversed(slots):
        tail = joined != ""
        alone = (codes != "") & ~tail
        joined[tail] = codes[tail] + "|" + joined[tail]
        joined[alone] = codes[alone]
    return pd.Series(joined, dtype=text_dtype())


def _slot(chunk: RawChunk, place: int | None, blank: frozenset[str]) -> npt.NDArray[Any]:
    """The codes of one column, `""` for none."""
    if place is None:
        return np.full(chunk.rows, "", dtype=object)
    text = _joined(chunk.columns[place], blank)
    empty = text.isna().to_numpy(dtype=bool) | text.isin(blank).to_numpy(dtype=bool)
    if empty.all():
        return np.full(chunk.rows, "", dtype=object)
    return np.where(empty, "", text.to_numpy(dtype=object))


def _with_asterisk(codes: npt.NDArray[Any], extra: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Base codes with the asterisk code of the same place behind `+`; morphology codes are left out."""
    both = np.array([code != "" and "*" in more for code, more in zip(codes, extra, strict=True)], dtype=bool)
    result = codes.copy()
    result[both] = [
        code.rstrip("†+") + "+" + more.lstrip("+")
        for code, more in zip(codes[both], extra[both], strict=True)
    ]
    return result


def _each_once(codes: pd.Series) -> pd.Series:
    """Each code of a row once, where it stands first; an empty principal stays empty."""

    def once(text: str) -> str:
        first, *rest = text.split("|")
        return "|".join([first, *(code for code in dict.fromkeys(rest) if code not in ("", first))])

    return codes.map(once, na_action="ignore").astype(text_dtype())


def _holding(codes: pd.Series, pattern: str) -> npt.NDArray[np.bool_]:
    """Which texts hold what the pattern says."""
    if installed("pyarrow"):
        import pyarrow as pa
        import pyarrow.compute as pc

        try:
            text = pa.array(codes, type=pa.large_string(), from_pandas=True)
        except (pa.ArrowInvalid, UnicodeError):  # half a surrogate pair
            pass
        else:
            held = pc.fill_null(pc.match_substring_regex(text, pattern), False)
            return np.asarray(held.to_numpy(zero_copy_only=False), dtype=bool)
    return codes.str.contains(pattern, regex=True, na=False).to_numpy(dtype=bool)


def _words(text: str) -> bool:
    return any(sign.isalpha() and not sign.isascii() for sign in text)


def _numbers(chunk: RawChunk, name: str, places: ListPlaces) -> list[Finding]:
    """Rows whose code stood there as a number: zeros in front and behind are gone."""
    import pandas as pd

    found: npt.NDArray[np.bool_] = np.zeros(chunk.rows, dtype=bool)
    for place in places.positions:
        if place in chunk.numbers:
            found |= chunk.numbers[place]
        elif pd.api.types.is_numeric_dtype(chunk.columns[place].dtype):
            found |= chunk.columns[place].notna().to_numpy(dtype=bool)
    return [Finding("code-as-number", name, np.flatnonzero(found))] if found.any() else []
