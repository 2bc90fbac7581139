"""The answers in words: a frame with one row a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cases.texts import whole_texts
from ..errors import ArgumentError
from ..schemes.compile_bounds import within
from .answers import BY_CATALOGUE_ORDER, Answers, EncodedCases, named_procedures
from .compile import CompiledDip
from .expressions import print_conditions
from .model import DipKey, DipType
from .prepared import Prepared
from .readable_case import CATALOGUE_ORDER
from .words import CLASSES, POOLS, STATUSES, Pool

ONLY_CANDIDATE, CLASS_ORDER, FALLBACK = "only_candidate", "class_order", "fallback"


COLUMNS = (
    *("dip_code", "dip_name", "kind", "treatment_class", "primary_care", "score"),
    *("score_state", "status", "reason"),
    *("matched_procedures", "unmatched_procedures", "auxiliary", "auxiliary_factor", "auxiliary_reason"),
)
"""What a grouper can say of a case, in the order it says it."""


def wanted_columns(columns: Iterable[str] | None) -> tuple[str, ...]:
    """The columns asked for, each once; all when None. ArgumentError for one that there is not."""
    if columns is None:
        return COLUMNS
    asked = (columns,) if isinstance(columns, str) else tuple(dict.fromkeys(columns))
    for name in asked:
        if name not in COLUMNS:
            raise ArgumentError(
                "a DIP grouper has no such column", got=name, allowed=COLUMNS, nearest=COLUMNS
            )
    return asked


@dataclass(frozen=True)
class Coded:
    """A column of texts of which there are few: `places` in `words`, -1 for none."""

    words: Sequence[str]
    places: npt.NDArray[np.int32]


Told = Coded | npt.NDArray[Any] | Any  # or texts: a list, or an Arrow array


@dataclass(frozen=True, eq=False)
class AnswerWords:
    """What the answers by a catalogue say. Whatever a text column could say is in its words, each once and in
    the catalogue's order, so that the tables of several chunks agree.

    Attributes
    ----------
    words, places
        By column of text: what it can say, and which of it a type, key, factor … says (-1 for nothing).
    type_of : int32 [keys + 1], the type of each key; -1 for no key
    score, primary : float64 and bool [types + 1], of each type; the last for none
    worth : float64 [auxiliary factors + 1], what each multiplies by; 1 for none
    cut : int32 [keys + 1], how many characters of a key's code give way to the category of the case
    """

    compiled: CompiledDip
    diagnoses: Sequence[str]
    words: Mapping[str, Sequence[str]]
    places: Mapping[str, npt.NDArray[np.int32]]
    type_of: npt.NDArray[np.int32]
    score: npt.NDArray[np.float64]
    primary: npt.NDArray[np.bool_]
    worth: npt.NDArray[np.float64]
    cut: npt.NDArray[np.int32]

    @classmethod
    def of(cls, prepared: Prepared, compiled: CompiledDip) -> AnswerWords:
        """Those of a catalogue under a rule set."""
        catalogue = prepared.catalogue
        types = [*catalogue.types.values(), None]
        number = {code: place for place, code in enumerate(catalogue.types)}
        cut = [_given_way(prepared, key) for key in catalogue.keys]
        told = {name: _numbered(each) for name, each in _said(prepared, compiled).items()}
        return cls(
            compiled=compiled,
            diagnoses=prepared.diagnoses.codes,
            words={name: words for name, (words, _) in told.items()},
            places={name: places for name, (_, places) in told.items()},
            type_of=np.array([*(number[key.type] for key in catalogue.keys), -1], np.int32),
            score=np.array([_score_of(item) for item in types], np.float64),
            primary=np.array([item is not None and item.primary_care for item in types]),
            worth=np.array([*(item.factor for item in catalogue.auxiliary), 1.0], np.float64),
            cut=np.array([*cut, 0], np.int32),
        )

    def check(self) -> None:
        """Raises ValueError when it says nothing of one of the keys or types, or what is no word."""
        keys, types = (len(self.compiled.tables[name]) for name in ("key_type", "type_score"))
        lengths = {"type_of": keys + 1, "cut": keys + 1, "score": types + 1, "primary": types + 1}
        if any(len(getattr(self, name)) != length for name, length in lengths.items()):
            raise ValueError("its words are of other types")
        within("type_of", self.type_of, -1, types)
        lengths = {"dip_code": keys + 1, **dict.fromkeys(("dip_name", "kind"), types + 1)}
        lengths |= dict.fromkeys(("auxiliary", "auxiliary_reason"), len(self.worth))
        lengths |= {"score_state": types + 2, "treatment_class": len(CLASSES) + 1, "status": len(STATUSES)}
        lengths["reason"] = len(_reason_words(self.compiled))
        if {name: len(places) for name, places in self.places.items()} != lengths:
            raise ValueError("its words are of other columns")
        within("factors", self.compiled.factors, 0, len(self.worth) - 1)
        for name, places in self.places.items():
            if not all(isinstance(word, str) for word in self.words[name]):
                raise ValueError("a word in it is no text")
            within(name, places, -1, len(self.words[name]))

    @cached_property
    def scoreless(self) -> npt.NDArray[np.bool_]:
        """For each key whether its type has no score; the last is for no key."""
        stated = np.array([word == "not_stated" for word in self.words["score_state"]] + [False])
        return stated[self.places["score_state"][self.type_of]]

    def columns(
        self,
        procedures: Any,
        encoded: EncodedCases,
        answers: Answers,
        names: Sequence[str],
        listed: npt.NDArray[np.bool_] | None,
    ) -> dict[str, Told]:
        """The columns of these `names`, of cases with these texts of procedures.

        `listed` says which cases are on the catalogue's list of primary care.
        """
        kind = self.type_of[answers.key]
        factor = np.append(self.compiled.factors, -1)[answers.auxiliary]

        @cache
        def texts() -> tuple[Any, Any]:
            return named_procedures(procedures, encoded.procedures.offsets, answers.flags)

        made: dict[str, Callable[[], Told]] = {
            "dip_code": lambda: self._codes(answers, encoded),
            "treatment_class": lambda: self._coded("treatment_class", answers.treatment),
            "primary_care": lambda: self.primary[kind] | (False if listed is None else listed),
            "score": lambda: self.score[kind],
            "status": lambda: self._coded("status", answers.status),
            "reason": lambda: self._coded("reason", _reasons(answers, self.compiled)),
            "matched_procedures": lambda: texts()[0],
            "unmatched_procedures": lambda: texts()[1],
            "auxiliary_factor": lambda: self.worth[factor],
            **{name: partial(self._coded, name, kind) for name in ("dip_name", "kind", "score_state")},
            **{name: partial(self._coded, name, factor) for name in ("auxiliary", "auxiliary_reason")},
        }
        return {name: made[name]() for name in names}

    def _coded(self, name: str, places: npt.NDArray[Any]) -> Coded:
        """-1 takes the last of the values there are."""
        return Coded(self.words[name], self.places[name][places])

    def _codes(self, answers: Answers, encoded: EncodedCases) -> Coded:
        """The codes of answers; where the rules say so, a range in one gives way to the case's category."""
        words = self.words["dip_code"]
        places = self.places["dip_code"][answers.key]
        ranged = np.flatnonzero(self.cut[answers.key])
        if not ranged.size:
            return Coded(words, places)
        numbers, categories = self._categories
        principals = encoded.diagnoses.ids[encoded.diagnoses.offsets[:-1][ranged]]
        pairs = answers.key[ranged].astype(np.int64) * len(categories) + numbers[principals]
        which, distinct = pd.factorize(pairs, sort=True)
        codes = [self._code_in(pair) for pair in distinct.tolist()]
        further = [code for code in dict.fromkeys(codes) if code not in self._known]
        own = {code: len(words) + number for number, code in enumerate(further)}
        places[ranged] = np.array([own.get(code, self._known.get(code)) for code in codes], np.int32)[which]
        return Coded([*words, *further], places)

    @cached_property
    def _known(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self.words["dip_code"])}

    @cached_property
    def _categories(self) -> tuple[npt.NDArray[np.int64], list[str]]:
        """The category of every diagnosis, as a number, and all of them."""
        numbers, categories = pd.factorize(np.array([code[:3] for code in self.diagnoses], object))
        return numbers, categories.tolist()

    def _code_in(self, pair: int) -> str:
        """The code of a key in a category."""
        if pair not in self._told:
            key, category = divmod(pair, len(self._categories[1]))
            own = self.words["dip_code"][self.places["dip_code"][key]]
            self._told[pair] = self._categories[1][category] + own[self.cut[key] :]
        return self._told[pair]

    @cached_property
    def _told(self) -> dict[int, str]:
        return {}


def _given_way(prepared: Prepared, key: DipKey) -> int:
    return len(str(key.diagnoses[0])) if prepared.takes_category(key) else 0


def _said(prepared: Prepared, compiled: CompiledDip) -> dict[str, list[str | None]]:
    """What each column of text says of every type, key, auxiliary factor …, and last of none."""
    catalogue = prepared.catalogue
    types, factors = [*catalogue.types.values(), None], [*catalogue.auxiliary, None]
    why = {name: print_conditions(item.conditions) for name, item in catalogue.auxiliary_classes.items()}
    stated = [None if item is None else "not_stated" if item.score is None else "stated" for item in types]
    return {
        "dip_code": [*(key.type for key in catalogue.keys), None],
        "dip_name": [None if item is None else item.name for item in types],
        "kind": [None if item is None else item.kind.value for item in types],
        "treatment_class": [*(word.value for word in CLASSES), None],
        "score_state": [*stated, None],
        "status": [word.value for word in STATUSES],
        "reason": [*_reason_words(compiled)],
        "auxiliary": [None if item is None else item.name for item in factors],
        "auxiliary_reason": [None if item is None else why[item.name] for item in factors],
    }


def _score_of(item: DipType | None) -> float:
    return np.nan if item is None or item.score is None else item.score


def _numbered(values: Sequence[str | None]) -> tuple[list[str], npt.NDArray[np.int32]]:
    """The different values, and for each value which it is."""
    known = dict.fromkeys(value for value in values if value is not None)
    numbers: dict[str | None, int] = {value: number for number, value in enumerate(known)}
    return list(known), np.array([numbers.get(value, -1) for value in values], np.int32)


def frame_of(cases: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Cases as mappings, one row each."""
    names = dict.fromkeys(("diagnoses", *(name for case in cases for name in case)))
    return pd.DataFrame({name: pd.Series([case.get(name) for case in cases], dtype=object) for name in names})


def as_frame(columns: Mapping[str, Told], origin: Mapping[str, Any], index: pd.Index) -> pd.DataFrame:
    """The columns as pandas has them: few texts as categories, others as pandas' own text."""
    text: Any = pd.Series([""]).dtype  # what pandas itself gives text

    def series(told: Told) -> Any:
        if isinstance(told, Coded):
            return pd.Categorical.from_codes(told.places, categories=pd.Index(list(told.words), dtype=object))
        if isinstance(told, np.ndarray):
            return told
        if isinstance(told, list):
            return whole_texts(told).astype(text).array
        return text.__from_arrow__(told) if hasattr(text, "__from_arrow__") else told.to_pandas().array

    frame = pd.DataFrame({name: series(told) for name, told in columns.items()}, index=index)
    frame.attrs["drgsim"] = origin
    return frame


def as_table(columns: Mapping[str, Told], origin: Mapping[str, Any]) -> Any:
    """The columns as a pyarrow Table: few texts as dictionaries, others as large strings."""
    import pyarrow as pa

    def array(told: Told) -> Any:
        if isinstance(told, Coded):
            places = pa.array(told.places, mask=told.places < 0)
            return pa.DictionaryArray.from_arrays(places, pa.array(told.words, pa.string()))
        if isinstance(told, list):
            return pa.array(whole_texts(told), pa.large_string())
        return pa.array(told, from_pandas=True) if isinstance(told, np.ndarray) else told

    table = pa.table({name: array(told) for name, told in columns.items()})
    few = table.slice(0, 0).to_pandas()
    few.attrs["drgsim"] = origin  # pandas then has it again
    return table.replace_schema_metadata(pa.Schema.from_pandas(few, preserve_index=False).metadata)


def _reason_words(compiled: CompiledDip) -> list[str]:
    statuses = [word.value for word in STATUSES]
    return [*statuses, *compiled.ties, CATALOGUE_ORDER, ONLY_CANDIDATE, CLASS_ORDER, FALLBACK]


def _reasons(answers: Answers, compiled: CompiledDip) -> npt.NDArray[np.int64]:
    """The place of each case's reason among the words."""
    by_order = _reason_words(compiled).index(CATALOGUE_ORDER)
    fallback = np.isin(answers.pool, [POOLS.index(Pool.LETTER), POOLS.index(Pool.BLANK)])
    return np.select(
        [
            answers.key < 0,
            fallback,
            answers.decided == BY_CATALOGUE_ORDER,
            answers.decided >= 0,
            answers.candidates > 1,
        ],
        [
            answers.status.astype(np.int64),
            by_order + 3,
            by_order,
            len(STATUSES) + answers.decided.astype(np.int64),
            by_order + 2,
        ],
        default=by_order + 1,
    )
