"""Every index of a compiled scheme stays inside what it points into: checked before the kernel trusts it.

A digest says that nothing was changed by accident. This says that whatever was changed on purpose can give
wrong answers, but reads no memory that is not its own and always ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .compile_logic import STATES
from .compile_program import FAILS, VARIABLES, Op
from .compile_words import BYTE, HALF, SPECIAL

Arrays = Mapping[str, npt.NDArray[Any]]

WORDS_OF_A_LINE = 8
ROW_COLUMNS, STEP_COLUMNS, COUNT_COLUMNS = 8, 6, 4
COMPARISONS = 6

# name → type and number of dimensions, as _kernels/_group.pyx reads them
FORM: dict[str, tuple[str, int]] = {
    "principal_word": ("<u4", 1),
    "diagnosis_word": ("<u4", 1),
    "procedure_word": ("<u4", 1),
    "exclusion": ("|u1", 2),
    "principal_row": ("<u4", 2),
    "main_row": ("<u4", 2),
    "principal_bits": ("<u8", 2),
    "main_bits": ("<u8", 2),
    "bucket_bits": ("<u8", 2),
    "exact_bits": ("<u8", 2),
    "cut": ("<f4", 1),
    "cut_variable": ("<i4", 1),
    "cut_weight": ("<i4", 1),
    "rows": ("<i2", 2),
    "split_start": ("<i4", 1),
    "row_program": ("<i4", 1),
    "split_program": ("<i4", 1),
    "split_drg": ("<i2", 1),
    "mdc_program": ("<i4", 1),
    "program": ("<i4", 2),
    "program_number": ("<f4", 1),
    "program_count": ("<i4", 2),
    "program_counted": ("<i4", 1),
    "diagnosis_sets": ("|u1", 2),
    "procedure_sets": ("|u1", 2),
}
MAY_BE_EMPTY = ("cut", "cut_variable", "cut_weight")


def check_bounds(arrays: Arrays, *, mdcs: int, adrgs: int, drgs: int) -> None:
    """Raises ValueError for the first array that is missing, of another form, or points outside."""
    for name, (kind, dimensions) in FORM.items():
        array = arrays.get(name)
        if array is None:
            raise ValueError(f"it has no {name}")
        if np.dtype(array.dtype).newbyteorder("<").str != kind or array.ndim != dimensions:
            raise ValueError(f"{name} has another form")
        if not array.size and name not in MAY_BE_EMPTY:
            raise ValueError(f"{name} is empty")
    _check_words(arrays)
    _check_bits(arrays)
    _check_rows(arrays, mdcs=mdcs, adrgs=adrgs, drgs=drgs)
    _check_programs(arrays)


def check_codes(arrays: Arrays, *, diagnoses: int, procedures: int) -> None:
    """Raises ValueError when the tables by code id are not of these numbers of codes."""
    for name, codes in (("diagnosis_word", diagnoses), ("procedure_word", procedures)):
        if len(arrays[name]) != codes + SPECIAL:
            raise ValueError(f"{name} is of {len(arrays[name]) - SPECIAL} codes, the catalogue has {codes}")


def within(name: str, array: Any, least: int, below: int) -> None:
    if np.size(array) and (np.min(array) < least or np.max(array) >= below):
        raise ValueError(f"{name} points outside")


def _check_words(a: Arrays) -> None:
    """One word a code; classes and rows of exclusions that are there."""
    if len(a["principal_word"]) != len(a["diagnosis_word"]):
        raise ValueError("principal_word is of other codes than diagnosis_word")
    low_half = (1 << HALF) - 1
    rows, tables = a["exclusion"].shape
    within("principal_word", a["principal_word"] & low_half, 0, a["principal_row"].shape[1])
    within("principal_word", a["principal_word"] >> HALF, 0, rows)
    within("diagnosis_word", a["diagnosis_word"] >> BYTE, 0, tables)
    within("procedure_word", a["procedure_word"] >> BYTE, 0, a["main_row"].shape[1])
    for sets, words in (("diagnosis_sets", "diagnosis_word"), ("procedure_sets", "procedure_word")):
        if a[sets].shape[1] * BYTE < len(a[words]):
            raise ValueError(f"{sets} is of too few codes")


def _check_bits(a: Arrays) -> None:
    """Rows of bits of one width, enough of them, and none for a row that is not there."""
    words = a["principal_bits"].shape[1]
    if words % WORDS_OF_A_LINE:
        raise ValueError("the rows of bits are no whole lines")
    for name in ("main_bits", "bucket_bits", "exact_bits"):
        if a[name].shape[1] != words:
            raise ValueError(f"{name} is of another width")
    for name in ("principal", "main"):
        if a[f"{name}_row"].shape[0] < STATES:
            raise ValueError(f"{name}_row is of too few states")
        within(f"{name}_row", a[f"{name}_row"], 0, a[f"{name}_bits"].size - words + 1)
    if len(a["exact_bits"]) < STATES * STATES:
        raise ValueError("exact_bits is of too few states")
    if not len(a["cut"]) == len(a["cut_variable"]) == len(a["cut_weight"]):
        raise ValueError("the cuts differ in length")
    within("cut_variable", a["cut_variable"], 0, len(VARIABLES))
    within("cut_weight", a["cut_weight"], 0, len(a["bucket_bits"]))
    if int(a["cut_weight"].sum(dtype=np.int64)) >= len(a["bucket_bits"]):
        raise ValueError("cut_weight points outside")
    rows = len(a["rows"])
    if rows > words * 64:
        raise ValueError("there are more rows than bits")
    bits = np.bitwise_or.reduce(a["principal_bits"], axis=0).astype("<u8").view(np.uint8)
    if np.unpackbits(bits, bitorder="little")[rows:].any():
        raise ValueError("principal_bits points outside")


def _check_rows(a: Arrays, *, mdcs: int, adrgs: int, drgs: int) -> None:
    rows, steps = a["rows"], len(a["program"])
    if rows.shape[1] != ROW_COLUMNS:
        raise ValueError("rows has another form")
    for column, (least, below) in enumerate(
        [(0, mdcs), (0, adrgs), *[(0, drgs)] * 4, (0, 1 << len(VARIABLES)), (0, 16)]
    ):
        within("rows", rows[:, column], least, below)
    if len(a["row_program"]) != len(rows) or len(a["split_start"]) != len(rows) + 1:
        raise ValueError("the tables of rows differ in length")
    if len(a["split_program"]) != len(a["split_drg"]):
        raise ValueError("the tables of splits differ in length")
    within("split_start", a["split_start"], 0, len(a["split_drg"]) + 1)
    if (np.diff(a["split_start"].astype(np.int64)) < 0).any():
        raise ValueError("split_start does not ascend")
    within("split_drg", a["split_drg"], 0, drgs)
    for name in ("row_program", "split_program", "mdc_program"):
        within(name, a[name], FAILS, steps)


def _check_programs(a: Arrays) -> None:
    """Steps that lead to earlier ones only, so that every program ends, and test what is there."""
    steps = a["program"]
    if steps.shape[1] != STEP_COLUMNS or a["program_count"].shape[1] != COUNT_COLUMNS:
        raise ValueError("program has another form")
    op, first, second, third = steps[:, 0], steps[:, 1], steps[:, 2], steps[:, 3]
    within("program", op, 0, len(Op))
    own = np.arange(len(steps))
    if len(steps) > 1 or op[0] or steps[0].any():  # one step of zeros stands for no program at all
        for ways in (steps[:, 4], steps[:, 5]):
            if (ways < FAILS).any() or (ways >= own).any():
                raise ValueError("program leads round in a circle")
    elif (np.concatenate([a["row_program"], a["split_program"], a["mdc_program"]]) >= 0).any():
        raise ValueError("program leads round in a circle")
    sets = (len(a["diagnosis_sets"]), len(a["procedure_sets"]))
    within("program", first[op == Op.DIAGNOSIS], 0, sets[0])
    within("program", first[op == Op.PROCEDURE], 0, sets[1])
    counts = op == Op.COUNT
    within("program", first[counts], 0, len(a["program_count"]))
    within("program", third[counts], 0, 2)
    compares = op == Op.COMPARE
    within("program", first[compares], 0, len(VARIABLES))
    within("program", second[compares], 0, COMPARISONS)
    within("program", third[compares], 0, len(a["program_number"]))
    starts, stops, comparisons = (a["program_count"][:, column] for column in range(3))
    within("program_count", starts, 0, len(a["program_counted"]) + 1)
    within("program_count", stops, 0, len(a["program_counted"]) + 1)
    within("program_count", comparisons, 0, COMPARISONS)
    for place, procedure in {*zip(first[counts].tolist(), third[counts].tolist(), strict=True)}:
        start, stop = int(starts[place]), int(stops[place])
        if start >= stop:
            raise ValueError("program_count counts nothing")
        within("program_counted", a["program_counted"][start:stop], 0, sets[procedure])
