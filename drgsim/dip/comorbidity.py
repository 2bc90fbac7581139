"""The comorbidity index (CCI) of a stay: what its secondary diagnoses add, each class of them once.

The table of classes is data that a catalogue brings (`comorbidity_classes.csv`: name, weight, diagnoses);
none ships, because no official one was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..codes import Codebook, CodeLists
from ..errors import FileFormatError
from .catalogue_tables import COMORBIDITY_CLASSES
from .code_index import code_index
from .facts import column_facts
from .model import ComorbidityClass

if TYPE_CHECKING:
    import pandas as pd

CCI = "cci"
NEEDED = "the table of classes (comorbidity_classes.csv: name, weight, diagnoses), or a column cci"


def comorbidity_index(
    diagnoses: CodeLists, book: Codebook, classes: Sequence[ComorbidityClass]
) -> npt.NDArray[np.float64]:
    """The index of each case, float64 [cases]: the weights of the classes its secondary diagnoses are in.

    >>> from drgsim.dip.code_index import codebook
    >>> from drgsim.dip.expressions import parse_patterns
    >>> book = codebook("diagnosis")
    >>> cases = book.encode(["J18.900|I50.900|I50.100|E11.900", "I50.900"], threads=1)
    >>> classes = [ComorbidityClass("heart failure", 1, parse_patterns("I50")),
    ...            ComorbidityClass("diabetes", 2, parse_patterns("E10-E14"))]
    >>> comorbidity_index(cases, book, classes).tolist()
    [3.0, 0.0]
    """
    index = code_index(book)
    ids = diagnoses.flat.astype(np.int64)
    row = np.repeat(np.arange(len(diagnoses)), diagnoses.counts)
    principal = np.zeros(len(ids), bool)
    principal[diagnoses.offsets[:-1][diagnoses.counts > 0] - diagnoses.offsets[0]] = True
    counts = (ids >= 0) & ~principal
    total = np.zeros(len(diagnoses))
    for item in classes:
        member = np.zeros(len(book), bool)
        for pattern in item.diagnoses:
            member[index.matching(pattern)] = True
        found = np.zeros(len(diagnoses), bool)
        found[row[counts & member[ids]]] = True
        total += item.weight * found
    return total


def read_comorbidity(path: str | Path) -> tuple[ComorbidityClass, ...]:
    """The classes in a CSV with columns name, weight, diagnoses and, as wished, zh.

    Raises FileFormatError for a file without a class, or with rows that cannot be read, all of them at once.
    """
    path, problems = Path(path), list[str]()
    table = replace(COMORBIDITY_CLASSES, file=path.name)
    found = tuple(table.read(path.parent, problems))
    if problems or not found:
        raise FileFormatError(
            "the classes of the comorbidity index cannot be read",
            got=problems or "no row",
            allowed="columns name, weight (a whole number), diagnoses (like I50|I11.0)",
            where=str(path),
        )
    return found


def facts_with_index(
    cases: pd.DataFrame,
    names: Sequence[str],
    diagnoses: CodeLists,
    book: Codebook,
    classes: Sequence[ComorbidityClass],
) -> npt.NDArray[np.float64]:
    """As `column_facts`; where classes are given the index follows from them, whatever a column says."""
    facts = column_facts(cases, names)
    if CCI in names and classes:
        facts[:, list(names).index(CCI)] = comorbidity_index(diagnoses, book, classes)
    return facts
