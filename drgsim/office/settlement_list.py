"""A corrected settlement list written out again as 4101: what was corrected, and all else as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ..cases import read_cases
from ..cases.beside import headed_table
from ..cases.columns import case_column, case_columns, column_labels
from ..cases.layouts import find_layout
from ..cases.values import value_labels
from ..codes import Catalogue, normalise_codes
from ..errors import ArgumentError, ColumnError, FileFormatError
from .bureau import as_number_of_stay
from .list_files import FIELDS, HEAD, numbers_of_list, open_lists, write_new

_INSURANCE = {"employee": "310", "resident": "390"}
_LISTS = {
    "diagnoses": ("diseinfo", "diag_code", "diag_name", "maindiag_flag", ("1", "0"), "diagnosis"),
    "procedures": ("oprninfo", "oprn_oprt_code", "oprn_oprt_name", "oprn_oprt_type", ("1", "2"), "procedure"),
}  # fmt: skip
# column → (class of the charge, class of the part of it that has a column of its own, that column)
_CHARGES = {
    "drug_cost": ("09", "11", "tcm_cost"), "consumable_cost": ("08", "", ""),
    "examination_cost": ("03", "", ""), "procedure_cost": ("05", "06", "surgery_cost"),
    "nursing_cost": ("07", "", ""), "other_cost": ("14", "02", "general_service_cost"),
}  # fmt: skip
_FUNDS = {
    "fund_civil_servant": "320100", "fund_enterprise": "370100", "fund_catastrophic": "390200",
    "fund_large_claim": "330100", "fund_medical_aid": "610100",
}  # fmt: skip
_BESIDE = {
    "diagnoses": {"diagnosis_names": "diag_name", "admission_conditions": "adm_cond_type"},
    "procedures": {"procedure_names": "oprn_oprt_name", "procedure_dates": "oprn_oprt_date"},
}
_CORRECTIONS = {  # spellings of headings
    name: spellings.split()
    for name, spellings in (
        ("case_id", "case_id 病案号 住院流水号 结算ID 病例号"),
        ("column", "column 应改项目"),
        ("value", "value 改为"),
    )
}
_NUMBERS = ("case_id", "stay_id", "settlement_id", "record_number")
_TOLD_ANEW = ("total_cost", "insurance", "icu_hours", "ventilation_hours", "children_birth_weights")
_COUNTED = ("diagnosis_count", "procedure_count")  # from the lists themselves
_COUNTS = {"diseinfo": "diag_code_cnt", "oprninfo": "oprn_oprt_code_cnt"}


def read_corrections(given: Any) -> pd.DataFrame:
    """Corrections: case_id (病案号, 住院流水号 or 结算ID), column (应改项目: name or Chinese label), value
    (改为). `given`: a DataFrame, CSV or workbook, with a title above the header or none.

    Raises ColumnError, and NotFoundError for a column that the case table does not have.
    """
    table, found = headed_table(given, _CORRECTIONS)
    if len(found) < len(_CORRECTIONS):
        raise ColumnError(
            "not a table of corrections",
            got=list(found.values()) or "none of the headers",
            allowed="case_id, column, value",
        )
    labels = {label: name for name, label in column_labels("zh").items()}
    columns = [case_column(labels.get(str(each).strip(), str(each).strip())).name for each in table["column"]]
    numbers = table["case_id"].map(as_number_of_stay)
    return table.assign(column=columns, case_id=numbers)[["case_id", "column", "value"]]


def corrected(cases: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """The cases with corrections applied, each to the stay that alone bears its number. Raises ArgumentError
    where there is none or there are several."""
    result = cases.copy()
    numbers = [result[name].map(as_number_of_stay) for name in _NUMBERS if name in result.columns]
    for case, column, value in corrections.itertuples(index=False):
        hits = [hit for hit in (ids == case for ids in numbers) if hit.any()]
        hit = hits[0] if hits else pd.Series(False, index=result.index)
        if int(hit.sum()) != 1:
            raise ArgumentError("a correction needs one case", got=f"{int(hit.sum())} cases of this id")
        if column not in result.columns:
            result[column] = None
        result[column] = result[column].astype(object)
        kind = case_columns()[column].kind
        number = kind in ("whole", "decimal", "money") and value is not None and value == value
        result.loc[hit, column] = float(value) if number else value
    return result


def write_4101(cases: pd.DataFrame, path: Any, *, source: Any = None, before: Any = None) -> int:
    """Write cases as settlement lists 4101; the number of lists. The ending of `path` says how: JSON
    (`.json`, one a line in `.jsonl`) or a workbook with a sheet for each list (`.xlsx`).

    `source` is the file the cases were read from (JSON or such a workbook): its lists are kept, wrapping,
    sheets, headers and all, and only what differs from `before` is changed (the cases as they were read; by
    default the file is read again). Without it the lists hold what the case table holds. Raises
    FileFormatError when a case has no list in the source, ArgumentError for another ending.
    """
    rows = _records(cases)
    target = Path(path)
    if source is None:
        write_new([_document(row, {}, {}) for row in rows], target)
        return len(rows)
    held = open_lists(Path(source))
    place_of = _places(held.documents)
    old = {_id(row): row for row in _records(read_cases(source) if before is None else before)}
    changed = {}
    for row in rows:
        place = _place(row, place_of)
        changed[place] = _document(row, held.documents[place], old.get(_id(row), {}))
    held.write(changed, target)
    return len(rows)


def not_in_4101(cases: pd.DataFrame) -> dict[str, int]:
    """What lists of these cases, written without a source, do not say: column of the case table → number of
    stays that state something there. A sum of zero and no hours are nothing to say; charges that do not add
    up to the total are not written, and so told.

    >>> import pandas as pd
    >>> not_in_4101(pd.DataFrame({"case_id": ["A", "B"], "hospital_level": [3, 3], "in_scope": [90.0, None]}))
    {'in_scope': 1}
    """
    beside = [name for each in _BESIDE.values() for name in each]
    parts = [part for _, _, part in _CHARGES.values() if part]
    places = {*FIELDS, *_LISTS, *beside, *_CHARGES, *parts, *_FUNDS, "fund_basic", "record_number"}
    places |= {*_TOLD_ANEW, *_COUNTED, "out_of_scope"}
    left = Counter[str]()
    for name in map(str, cases.columns):
        column = cases[name]
        # a flag that is false says something
        said = (one is False or one not in (0, "") for one in column.dropna().tolist())
        if name not in places and name != "not_applicable" and (count := sum(said)):
            left[name] = count
    for row in _records(cases):
        charges, left_over = _charges(row)
        own, part = row.get("birth_weight"), row.get("children_birth_weights")
        lost = {name for name in (*_CHARGES, *parts) if left_over and _fen(row.get(name))}
        stated = charges or (left_over and _fen(row.get("total_cost")))
        lost |= {"out_of_scope"} if not stated and _fen(row.get("out_of_scope")) else set()
        lost |= {"children_birth_weights"} if _there(own) and _there(part) else set()
        left.update(lost)
    return dict(left)


def _records(cases: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in cases.to_dict("records")]


def _id(row: Mapping[str, Any]) -> str:
    return str(row.get("case_id"))


def _places(documents: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """The place of each list by each number that names its stay and no other's."""
    found: dict[tuple[str, str], int] = {}
    for place, document in enumerate(documents):
        for each in numbers_of_list(document).items():
            found[each] = place if found.get(each, place) == place else -1
    return found


def _place(row: Mapping[str, Any], place_of: Mapping[tuple[str, str], int]) -> int:
    names = {
        "settlement_id": "settlement_id",
        "stay_id": "stay_id",
        "record_number": "case_id",
        "case_id": "case_id",
    }
    for name, key in names.items():
        place = place_of.get((key, str(row.get(name))), -1)
        if place >= 0:
            return place
    raise FileFormatError(
        "a case has no settlement list in the source", do="give the file the cases were read from"
    )


def _document(row: Mapping[str, Any], kept: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The list of a stay: `kept` with what the row says otherwise than the row `before`."""
    nested = HEAD in kept or not kept
    info = dict(kept.get(HEAD, {}) if nested else kept)
    for name, field in FIELDS.items():
        field_of_list = _same(info, field)
        if name == "case_id" and _there(row.get("record_number")):
            name = "record_number"
        if _there(row.get(name)) and (not kept or not _alike(row[name], before.get(name))):
            info[field_of_list] = _plain(row[name], name)
    if not kept and row.get("insurance") in _INSURANCE:
        info["hi_type"] = _INSURANCE[str(row["insurance"])]
    if not kept and _there(row.get("children_birth_weights")) and not _there(row.get("birth_weight")):
        info["nwb_bir_wt"] = str(row["children_birth_weights"]).replace("|", ",")
    document = {**kept, HEAD: info} if nested else info
    for name, (node, code, named, mark, marks, kind) in _LISTS.items():
        if isinstance(row.get(name), str):
            items = kept.get(node, [])
            document[node] = _listed(row, name, items, code, named, mark, marks, kind)
            count = _same(info, _COUNTS[node])
            if not kept:
                info[count] = len(document[node])
            elif str(info.get(count, "")).isdecimal():  # as it was counted, and the difference
                more = len(document[node]) - len(items)
                if more:  # a text stays a text
                    info[count] = type(info[count])(int(info[count]) + more)
    return document if kept else document | _amounts(row, info)


def _amounts(row: Mapping[str, Any], info: dict[str, Any]) -> dict[str, Any]:
    """Charges by class, funds and intensive care, from the columns of the case table."""
    items, rest = _charges(row)
    if rest:  # parts that do not add up are not written as if they did; the total stands, of no class
        items = [("", total)] if (total := _fen(row.get("total_cost"))) else []
    charges: list[dict[str, Any]] = [{"med_chrgitm": code, "amt": each / 100} for code, each in sorted(items)]
    if charges and _there(row.get("out_of_scope")):
        charges[0]["fulamt_ownpay_amt"] = float(row["out_of_scope"])
    basic = "390100" if row.get("insurance") == "resident" else "310100"
    funds = [(code, _fen(row.get(name))) for name, code in {"fund_basic": basic, **_FUNDS}.items()]
    hours = row.get("icu_hours")
    if not _there(row.get("ventilation_stated")) and _there(row.get("ventilation_hours")):
        info["vent_used_dura"] = _duration(row["ventilation_hours"])
    return {
        "iteminfo": charges,
        "payinfo": [{"fund_pay_type": code, "fund_payamt": amount / 100} for code, amount in funds if amount],
        "icuinfo": [{"scs_cutd_sum_dura": _duration(hours)}] if _there(hours) and hours else [],
    }


def _charges(row: Mapping[str, Any]) -> tuple[list[tuple[str, int]], int]:
    """Classes of charges and their amounts; none, and what is over, where parts and total do not agree."""
    items = []
    for name, (own, part, part_name) in _CHARGES.items():
        amount = _fen(row.get(name))
        of_it = min(_fen(row.get(part_name)), amount) if part else 0
        items += [(own, amount - of_it)] if amount - of_it else []
        items += [(part, of_it)] if of_it else []
    rest = _fen(row.get("total_cost")) - sum(amount for _, amount in items)
    if rest > 0 and not _there(row.get("other_cost")):
        return [*items, ("14", rest)], 0
    return ([], rest) if rest else (items, 0)


def _duration(hours: Any) -> str:
    """Hours as 天/时/分."""
    minutes = round(float(hours) * 60)
    return f"{minutes // 1440}/{minutes // 60 % 24}/{minutes % 60}"


def _fen(amount: Any) -> int:
    return round(float(amount) * 100) if _there(amount) else 0


def _listed(
    row: Mapping[str, Any],
    name: str,
    before: list[dict[str, Any]],
    code: str,
    named: str,
    mark: str,
    marks: tuple[str, str],
    kind: Any,
) -> list[dict[str, Any]]:
    """The codes as items; an item that had the code keeps its other fields, and a list that says the same
    stays in its order. Items of another kind (Chinese medicine) stay."""
    node = find_layout("settlement-4101").nodes[_LISTS[name][0]]
    own = [item for item in before if not node.is_apart({key: _word(value) for key, value in item.items()})]
    apart = [item for item in before if item not in own]
    right = normalise_codes([_word(item.get(code)) for item in own], kind)[0].tolist() if own else []
    codes = [each for each in row[name].split("|") if each]
    fixed = [
        {**item, code: text} if text != _word(item.get(code)) else item
        for item, text in zip(own, right, strict=True)
    ]
    cells, _ = node.columns("x", [{key: _word(item.get(key)) for key in node.fields} for item in fixed])
    if fixed and cells.get(f"x.{code}", "").strip("|") == "|".join(codes):
        return [fixed[own.index(item)] if item in own else item for item in before]
    catalogue = Catalogue.load(kind)
    pool: dict[str, list[dict[str, Any]]] = {}
    for item, text in zip(fixed, right, strict=True):
        pool.setdefault(text, []).append(item)
    beside = {
        field: str(row[each]).split("|") for each, field in _BESIDE[name].items() if _there(row.get(each))
    }
    usual = {node.kinds[0]: own[0][node.kinds[0]]} if node.kinds and own and own[0].get(node.kinds[0]) else {}
    items = []
    for place, each in enumerate(codes):
        known = pool.get(each)
        item = dict(known.pop(0)) if known else {}
        if known is None:
            item |= usual
            texts = {
                field: cells[place] for field, cells in beside.items() if not before and place < len(cells)
            }
            item |= {field: text for field, text in texts.items() if text}
            if each in catalogue:
                item.setdefault(named, catalogue.name_of(each))
        item[code], item[mark] = each, marks[0] if place == 0 else marks[1]
        if node.sequence is not None and any(node.sequence in other for other in own):
            item[node.sequence] = place + 1
        items.append(item)
    return [*items, *apart]


def _same(info: Mapping[str, Any], field: str) -> str:
    """The field as the list spells it (GEND)."""
    return field if field in info else next((key for key in info if key.casefold() == field), field)


def _word(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _alike(value: Any, before: Any) -> bool:
    return value == before or (not _there(value) and not _there(before))


def _there(value: Any) -> bool:
    return value is not None and value == value and not (hasattr(value, "isoformat") and str(value) == "NaT")


def _plain(value: Any, name: str) -> Any:
    if hasattr(value, "isoformat"):
        return str(value).removesuffix(" 00:00:00")
    kind = case_columns()[name].kind
    if name == "hospital_level":
        return value_labels(name).get(int(value), str(value))
    if kind == "whole":
        return str(int(value)) if name in ("sex", "discharge") else int(value)
    return float(value) if kind in ("decimal", "money") else str(value)
