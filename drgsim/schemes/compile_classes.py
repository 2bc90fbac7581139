"""Codes that behave alike: as the first code of a case, or as one of the further ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .compile_logic import FALSE, MANY, MARKS, MAYBE, TRUE, Bounds, Others, Values, constant
from .compile_program import OTHERS, places
from .compile_sets import SPECIAL, SetTable
from .rules.terms import Compare, Count, Member, Role, Rule
from .rules.walk import leaves

# Marked codes are kept few, so that most cases have none: sets are marked from the smallest up while
# at most one code in this many is marked.
MARKED_SHARE = 16


@dataclass(frozen=True)
class FirstCode:
    """The classes of codes in first place, and what the class says about rules. A `Knowledge`."""

    diagnosis: bool
    table: SetTable
    of_id: npt.NDArray[np.int64]  # class of each id, by id + SPECIAL
    examples: npt.NDArray[np.int64]  # for each class the place of one of its ids
    others: Mapping[bool, Others]

    @property
    def size(self) -> int:
        return len(self.examples)

    def first_in(self, diagnosis: bool, names: Sequence[str]) -> Values:
        if diagnosis != self.diagnosis:
            return constant(self.size, MAYBE)
        return np.where(self.table.mask(names)[self.examples], TRUE, FALSE).astype(np.int8)

    def first_touches(self, diagnosis: bool, names: Sequence[str]) -> Bounds:
        if diagnosis != self.diagnosis:
            zero = np.zeros(self.size, dtype=np.int64)
            return zero, zero + MANY
        touched = sum(self.table.mask((name,))[self.examples].astype(np.int64) for name in names)
        return np.asarray(touched), np.asarray(touched)

    def compares(self, term: Compare) -> Values:
        return constant(self.size, MAYBE)


def first_code(
    role: Role, rules: Iterable[Rule], table: SetTable, others: Mapping[bool, Others]
) -> FirstCode:
    """The classes of codes that `rules` cannot tell apart in `role`. The special ids share a class."""
    names: dict[tuple[str, ...], None] = {}
    for rule in rules:
        for leaf in leaves(rule):
            if isinstance(leaf, Member) and role in leaf.roles:
                names[leaf.sets] = None
            elif isinstance(leaf, Count) and role in leaf.roles:
                names.update(((name,), None) for name in leaf.sets)
    masks = [table.mask(sets) for sets in names] or [np.zeros(table.size, dtype=bool)]
    signatures = np.ascontiguousarray(np.packbits(np.array(masks).T, axis=1))
    words = signatures.view(np.dtype((np.void, signatures.shape[1]))).ravel()
    _, examples, of_id = np.unique(words, return_index=True, return_inverse=True)
    return FirstCode(role.is_diagnosis, table, of_id, examples, others)


def mark_codes(
    diagnosis: bool, rules: Sequence[Rule], owners: Sequence[str], openness: Sequence[float], table: SetTable
) -> npt.NDArray[np.uint8]:
    """The marks of codes that matter to some rule when they are not in first place, by id + SPECIAL.

    The owners (MDCs) whose rows are open to most cases get a mark of their own, the rest share one.
    """
    owner_of: dict[tuple[str, ...], str] = {}
    weight: dict[str, float] = {}
    for rule, owner, share in zip(rules, owners, openness, strict=True):
        for leaf in leaves(rule):
            if not isinstance(leaf, Member | Count) or leaf.roles[0].is_diagnosis != diagnosis:
                continue
            if places(leaf.roles) & OTHERS:
                owner_of.setdefault(leaf.sets, owner)
                weight[owner] = weight.get(owner, 0) + share
    ranked = sorted(weight, key=lambda owner: -weight[owner])
    marks = np.zeros(table.size, dtype=np.uint8)
    for names in sorted(owner_of, key=lambda names: np.count_nonzero(table.mask(names))):
        mask = table.mask(names)
        if np.count_nonzero((marks != 0) | mask) * MARKED_SHARE > table.size - SPECIAL:
            break
        marks[mask] |= np.uint8(1 << min(ranked.index(owner_of[names]), MARKS - 1))
    return marks
