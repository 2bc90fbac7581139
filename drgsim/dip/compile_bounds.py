"""Every index of a kept DIP catalogue stays inside what it points into: checked before the kernel trusts it,
as `schemes.compile_bounds` does for schemes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..schemes.compile_bounds import within
from .compile import CompiledDip
from .facts import MATCHED_FACTS
from .words import CLASSES, POOLS

MOST_GROUPS = 16  # of pools among which a rule set chooses; _kernels/_dip.pyx
_SOURCES = 5  # where a condition finds its number; _kernels/_dip_candidates.pyx
_FROM_COLUMN, _FROM_MATCH = 0, 4

# by length: name → type, as the kernel reads them; `+` is one more
FORM: dict[str, dict[str, str]] = {
    "diagnoses": {
        **dict.fromkeys(("comp_level", "comp_include", "comp_exclude"), "<i4"),
        "excluded_dx": "|u1",
    },
    "procedures": {
        **dict.fromkeys(("proc_class", "proc_note", "proc_level"), "|i1"),
        "proc_minor": "|u1",
        "proc_list": "<i4",
    },
    "keys": {"key_type": "<i4", "key_class": "|i1", "key_any_position": "|u1", "key_exact": "<i4"},
    "keys+": dict.fromkeys(("key_terms", "key_related", "key_conds", "key_shadows"), "<i4"),
    "lookups": {"lookup_key": "<i4", "lookup_narrow": "<i2", "lookup_sketch": "<u8"},
    "types": {"type_score": "<f8", "type_cost": "<f8"},
    "types+": {"aux_start": "<i4"},
    "factors": {"aux_factor": "<f8"},
    "factors+": {"aux_conds": "<i4"},
    "conditions": {"cond_from": "|i1", "cond_index": "<i4", "cond_low": "<f8", "cond_high": "<f8"},
    "stages": dict.fromkeys(("stage_pool", "stage_principal", "stage_all"), "<i4"),
    "choices": dict.fromkeys(("choose_pools", "choose_leaves_one"), "<i4"),
    "choices+": {"choose_ties": "<i4"},
    "order": dict.fromkeys(("order_pool", "order_class"), "<i4"),
    "lines": {"severity_value": "<i4"},
    "lines+": {"severity_conds": "<i4"},
    "lists": {"list_default": "<f8"},
    "": dict.fromkeys(
        ("term_set", "related_set", "shadow_key", "set_start", "set_code", "tie_kind", "fallback_pool"), "<i4"
    ),
}
SHAPED = {"lookup_span": "<i4", "list_value": "|i1"}
NUMBERS = (
    *("most_candidates", "composite", "composite_by_first", "unmatched_first", "auxiliary"),
    *("exclude_mode", "minor_conservative"),
)
# starts of rows, and what they are rows of
ROWS = {
    "key_terms": "term_set",
    "key_related": "related_set",
    "key_conds": "cond_from",
    "key_shadows": "shadow_key",
    "aux_start": "aux_factor",
    "aux_conds": "cond_from",
    "severity_conds": "cond_from",
    "choose_ties": "tie_kind",
    "set_start": "set_code",
}


def check_dip(made: CompiledDip, *, diagnoses: int, procedures: int) -> None:
    """Raises ValueError for the first table that is missing, of another form, or points outside."""
    t = made.tables
    _check_form(t, {"diagnoses": diagnoses, "procedures": procedures})
    if t["lookup_span"].shape != (diagnoses, len(POOLS), 2):
        raise ValueError("lookup_span has another form")
    if t["list_value"].shape != (len(t["list_default"]), diagnoses):
        raise ValueError("list_value has another form")
    for name, what in ROWS.items():
        if not len(t[name]):
            raise ValueError(f"{name} is empty")
        within(name, t[name], 0, len(t[what]) + 1)
        if (np.diff(t[name].astype(np.int64)) < 0).any():
            raise ValueError(f"{name} does not ascend")
    sets, lists, classes = len(t["set_start"]) - 1, len(t["list_default"]), len(CLASSES)
    for name, least, below in (
        ("key_type", 0, len(t["type_score"])),
        ("key_class", -1, classes),
        ("key_exact", -1, sets),
        ("term_set", 0, sets),
        ("related_set", 0, sets),
        ("lookup_key", 0, len(t["key_type"])),
        ("proc_class", 0, classes),
        ("proc_list", -1, lists),
        ("comp_include", -1, lists),
        ("comp_exclude", -1, lists),
        ("stage_pool", 0, len(POOLS)),
        ("fallback_pool", 0, len(POOLS)),
        ("cond_from", 0, _SOURCES),
    ):
        within(name, t[name], least, below)
    _check_conditions(made, lists)
    _check_room(t)
    if len(made.ties) != len(t["tie_kind"]):
        raise ValueError("ties are others than tie_kind")
    if len(made.factors) != len(t["aux_factor"]):
        raise ValueError("factors are others than aux_factor")
    for change, count in zip(made.crosswalks or (), (diagnoses, procedures), strict=False):
        if change.shape != (count,):
            raise ValueError("a crosswalk is of other codes")
        within("a crosswalk", change, 0, count)


def _check_form(t: Any, lengths: dict[str, int]) -> None:
    """Types and dimensions, and the same length for all that is by the same thing."""
    for by, names in FORM.items():
        for name, kind in names.items():
            array = t.get(name)
            if np.dtype(getattr(array, "dtype", "O")).newbyteorder("<").str != kind or array.ndim != 1:
                raise ValueError(f"{name} is missing or has another form")
            length = len(array) - by.endswith("+")
            if by and lengths.setdefault(by.rstrip("+"), length) != length:
                raise ValueError(f"{name} has another length")
    for name, kind in SHAPED.items():
        if np.dtype(getattr(t.get(name), "dtype", "O")).newbyteorder("<").str != kind:
            raise ValueError(f"{name} is missing or has another form")
    if not {*NUMBERS} <= {*t}:
        raise ValueError("a number is missing")


def _check_conditions(made: CompiledDip, lists: int) -> None:
    source, index = made.tables["cond_from"], made.tables["cond_index"]
    column, match = source == _FROM_COLUMN, source == _FROM_MATCH
    within("cond_index", index[column], 0, len(made.columns))
    within("cond_index", index[match], 0, len(MATCHED_FACTS))
    within("cond_index", index[~column & ~match], 0, lists)


def _check_room(t: Any) -> None:
    """Room for every candidate that a case may have, and for what each choice says."""
    spans = t["lookup_span"].astype(np.int64)
    within("lookup_span", spans, 0, len(t["lookup_key"]) + 1)
    sizes = spans[:, :, 1] - spans[:, :, 0]
    most = sizes[:, t["stage_pool"]].sum(axis=1).max(initial=0) + 1
    if (sizes < 0).any() or t["most_candidates"] != most:
        raise ValueError("lookup_span has no room")
    if len(t["choose_pools"]) > MOST_GROUPS:
        raise ValueError("choose_pools are too many")
