"""A catalogue under a rule set, ready to answer, kept beside the compiled schemes and as they are: under the
hash of what it was made from, one that is damaged, swapped or another's made anew."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._paths import data_path
from ..codes import Codebook
from ..schemes.compile_cache import cache_folder, keep, kept
from ..schemes.compiled import as_block, mapped, opened, whole_block
from ..schemes.identity import folders_hash
from .compile import CompiledDip
from .compile_bounds import check_dip
from .expressions import codebook
from .frames import AnswerWords
from .pack import folder_of
from .prices import PrimaryCareList

if TYPE_CHECKING:
    from .prepared import Prepared
    from .rules import RuleSet

FORM = "dip-1"  # the next number whenever the arrays or their meaning change, so that old ones are not read
_ABOUT = ("id", "title", "title_zh", "trust")
_PLAIN = ("type_of", "score", "primary", "worth", "cut")


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadyDip:
    """What a grouper needs to answer cases, without the catalogue itself.

    `id`, titles and `trust` are those of the catalogue; `indexed` says whether it states classes of a
    comorbidity index; `listed` are the kernel's tables of its list of primary care, where it has one.
    """

    id: str
    title: str
    title_zh: str
    trust: str
    indexed: bool
    diagnoses: Codebook
    procedures: Codebook
    compiled: CompiledDip
    listed: CompiledDip | None
    words: AnswerWords
    made_from: str = ""


def ready(prepared: Prepared, compiled: CompiledDip) -> ReadyDip:
    """That of a prepared catalogue, compiled."""
    catalogue = prepared.catalogue
    listed = PrimaryCareList(lambda: prepared).compiled if catalogue.primary_care else None
    return ReadyDip(
        **{name: getattr(catalogue, name) for name in _ABOUT},
        indexed=bool(catalogue.comorbidity_classes),
        diagnoses=prepared.diagnoses,
        procedures=prepared.procedures,
        compiled=compiled,
        listed=listed,
        words=AnswerWords.of(prepared, compiled),
    )


def source_of(named: str | Path | None, rules: RuleSet) -> str:
    """A hash of what a catalogue under a rule set is made from: its tables, the shipped ones, the rules.
    Empty for one that was not named and may be in no file."""
    if named is None:
        return ""
    files = folders_hash([folder_of(named), data_path("dip")])
    return hashlib.sha256(f"{files}\0{rules!r}".encode()).hexdigest()


def kept_dip(source: str) -> ReadyDip | None:
    """What is kept under a hash; None when it is not there or not to be trusted."""
    return kept(_place(source), source, _read) if source else None


def keep_dip(made: ReadyDip, source: str) -> None:
    """Keep it under a hash; a place that cannot be written to is no error."""
    keep(_place(source), _block(replace(made, made_from=source)))


def _place(source: str) -> Path:
    return cache_folder() / f"{source}-{FORM}.scheme"


def _block(made: ReadyDip) -> bytes:
    head = {name: getattr(made, name) for name in (*_ABOUT, "indexed")}
    head["extra"] = [book.codes[book.n_catalogue :] for book in (made.diagnoses, made.procedures)]
    head["words"] = made.words.words
    arrays = {f"words.{name}": getattr(made.words, name) for name in _PLAIN}
    arrays |= {f"places.{name}": places for name, places in made.words.places.items()}
    for name, tables in (("own", made.compiled), ("listed", made.listed)):
        head[name] = None
        if tables is None:
            continue
        of = dict(tables.tables)
        of |= dict(zip(("from_diagnosis", "from_procedure"), tables.crosswalks or (), strict=False))
        numbers = {key: value for key, value in of.items() if not isinstance(value, np.ndarray)}
        head[name] = {"numbers": numbers, "columns": tables.columns, "ties": tables.ties}
        arrays |= {f"{name}.{key}": of[key] for key in of if key not in numbers}
        arrays[f"{name}.factors"] = tables.factors
    return as_block(FORM, head, arrays, made.made_from)


def _read(path: Path) -> ReadyDip:
    """FileFormatError when the file is damaged, or when an index in it points outside."""
    with whole_block(str(path)):
        found = opened(mapped(path), FORM)
        head, extra = found.head, found.head["extra"]
        books = codebook("diagnosis", extra[0]), codebook("procedure", extra[1])
        if [list(book.codes[book.n_catalogue :]) for book in books] != extra:
            raise ValueError("its codes are others")
        own, listed = (_tables(found.arrays, name, head[name], books) for name in ("own", "listed"))
        told = {"words": head["words"], "places": _under(found.arrays, "places")}
        words = AnswerWords(own, books[0].codes, **told, **_under(found.arrays, "words"))
        words.check()
        return ReadyDip(
            **{name: head[name] for name in (*_ABOUT, "indexed")},
            diagnoses=books[0],
            procedures=books[1],
            compiled=own,
            listed=listed,
            words=words,
            made_from=found.made_from,
        )


def _under(arrays: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key.partition(".")[2]: array for key, array in arrays.items() if key.startswith(f"{name}.")}


def _tables(arrays: Mapping[str, Any], name: str, head: Any, books: tuple[Codebook, Codebook]) -> Any:
    if head is None:
        return None
    of = _under(arrays, name)
    factors = of.pop("factors")
    changes = [of.pop(key) for key in ("from_diagnosis", "from_procedure") if key in of]
    tables = {**of, **{key: int(value) for key, value in head["numbers"].items()}}
    made = CompiledDip(tables, tuple(head["columns"]), tuple(head["ties"]), factors, tuple(changes) or None)
    check_dip(made, diagnoses=len(books[0]), procedures=len(books[1]))
    return made
