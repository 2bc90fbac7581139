"""A corrected settlement list written out again as 4101: what was corrected, and all else as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from .._atomic import replacing
from .._damaged import read_json
from ..cases.beside import table_beside
from ..cases.columns import case_column, case_columns, column_labels
from ..codes import Catalogue
from ..errors import ArgumentError, ColumnError, FileFormatError

# column of the case table → field of setlinfo, for what has one plain field
_FIELDS = {
    "case_id": "medcasno", "stay_id": "mdtrt_id", "settlement_id": "setl_id", "patient_id": "psn_no",
    "hospital_id": "fixmedins_code", "department": "dscg_caty", "doctor": "chfpdr_code",
    "insured_region": "insuplc",
    "sex": "gend", "age": "age", "age_days": "nwb_age", "birth_weight": "nwb_bir_wt",
    "admission_weight": "nwb_adm_wt", "newborn_admission_type": "nwb_adm_type", "admission_date": "adm_time",
    "discharge_date": "dscg_time", "los": "act_ipt_days", "discharge": "dscg_way",
    "receiving_institution": "acp_medins_name", "ventilation_stated": "vent_used_dura",
    "coma_before_admission": "pwcry_bfadm_coma_dura", "coma_after_admission": "pwcry_afadm_coma_dura",
    "account_paid": "acct_pay", "cash_paid": "psn_cashpay",
}  # fmt: skip
_INSURANCE = {"employee": "310", "resident": "390"}
_LISTS = {
    "diagnoses": ("diseinfo", "diag_code", "diag_name", "maindiag_flag", ("1", "0"), "diagnosis"),
    "procedures": ("oprninfo", "oprn_oprt_code", "oprn_oprt_name", "oprn_oprt_type", ("1", "2"), "procedure"),
}  # fmt: skip
_CHARGES = {
    "drug_cost": "09", "consumable_cost": "08", "examination_cost": "03", "procedure_cost": "05",
    "nursing_cost": "07",
    "other_cost": "14",
}  # fmt: skip
_COUNTS = {"diseinfo": "diag_code_cnt", "oprninfo": "oprn_oprt_code_cnt"}
_KEYS = ("setl_id", "mdtrt_id", "medcasno")


def read_corrections(given: Any) -> pd.DataFrame:
    """Corrections: case_id (病案号), column (应改项目: name or Chinese label), value (改为).

    Raises ColumnError, and NotFoundError for a column that the case table does not have.
    """
    table = given if isinstance(given, pd.DataFrame) else table_beside(given)
    names = {"病案号": "case_id", "应改项目": "column", "改为": "value"}
    table = table.rename(columns=names)
    if not {"case_id", "column", "value"} <= set(table.columns):
        raise ColumnError(
            "not a table of corrections", got=list(map(str, table.columns)), allowed="case_id, column, value"
        )
    labels = {label: name for name, label in column_labels("zh").items()}
    columns = [case_column(labels.get(str(each).strip(), str(each).strip())).name for each in table["column"]]
    return table.assign(column=columns, case_id=table["case_id"].astype(str))[["case_id", "column", "value"]]


def corrected(cases: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """The cases with corrections applied. Raises ArgumentError for a case that is not there just once."""
    result = cases.copy()
    ids = result["case_id"].astype(str)
    for case, column, value in corrections.itertuples(index=False):
        hit = ids == case
        if int(hit.sum()) != 1:
            raise ArgumentError("a correction needs one case", got=f"{int(hit.sum())} cases of this id")
        if column not in result.columns:
            result[column] = None
        result[column] = result[column].astype(object)
        kind = case_columns()[column].kind
        number = kind in ("whole", "decimal", "money") and value == value
        result.loc[hit, column] = float(value) if number else value
    return result


def write_4101(cases: pd.DataFrame, path: Any, *, source: Any = None) -> int:
    """Write cases as settlement lists 4101 (JSON); the number of lists.

    `source` is the JSON the cases were read from: its documents are kept, and only what differs is changed.
    Without it the lists hold what the case table holds. Raises FileFormatError when a case has no document.
    """
    rows: list[dict[str, Any]] = [
        {str(name): cell for name, cell in row.items()} for row in cases.to_dict("records")
    ]
    kept = _documents(Path(source)) if source is not None else {}
    documents = [_document(row, _of(row, kept) if source is not None else {}) for row in rows]
    with replacing(Path(path)) as part:
        part.write_text(json.dumps(documents, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(documents)


def _documents(source: Path) -> dict[str, dict[str, Any]]:
    """The documents of a file by each number that names the stay."""
    given = read_json(source)
    listed = given if isinstance(given, list) else [given]
    found: dict[str, dict[str, Any]] = {}
    for document in listed:
        plain = document.get("input", document)
        info = plain.get("setlinfo", plain)
        for key in _KEYS:
            if info.get(key):
                found.setdefault(str(info[key]), plain)
    return found


def _of(row: Mapping[str, Any], kept: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    for name in ("settlement_id", "stay_id", "case_id", "record_number"):
        document = kept.get(str(row.get(name)))
        if document is not None:
            return document
    raise FileFormatError(
        "a case has no settlement list in the source", do="give the JSON the cases were read from"
    )


def _document(row: Mapping[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    info = dict(kept.get("setlinfo", {}))
    for name, field in _FIELDS.items():
        if _there(row.get(name)):
            info[field] = _plain(row[name], name)
    if row.get("insurance") in _INSURANCE and "hi_type" not in info:
        info["hi_type"] = _INSURANCE[str(row["insurance"])]
    document = {**kept, "setlinfo": info}
    for name, (node, code, named, mark, marks, kind) in _LISTS.items():
        if isinstance(row.get(name), str):
            document[node] = _listed(row[name], kept.get(node, []), code, named, mark, marks, kind)
            info[_COUNTS[node]] = len(document[node])
    if "iteminfo" not in document:
        amounts = {code: row.get(name) for name, code in _CHARGES.items()}
        document["iteminfo"] = [
            {"med_chrgitm": code, "amt": float(amount)}
            for code, amount in amounts.items()
            if amount is not None and _there(amount)
        ]
        if _there(row.get("total_cost")):
            info["medfee_sumamt"] = float(row["total_cost"])
    return document


def _listed(
    joined: str,
    before: list[dict[str, Any]],
    code: str,
    named: str,
    mark: str,
    marks: tuple[str, str],
    kind: Any,
) -> list[dict[str, Any]]:
    """The codes as items; an item that had the code keeps its other fields. Chinese-medicine items stay."""
    catalogue = Catalogue.load(kind)
    apart = [item for item in before if str(item.get("diag_type", "1")) in ("2", "3")]
    known = {str(item.get(code)): item for item in before}
    items = []
    for place, each in enumerate(filter(None, joined.split("|"))):
        item = dict(known.get(each, {}))
        item[code], item[mark] = each, marks[0] if place == 0 else marks[1]
        if each not in known and each in catalogue:
            item[named] = catalogue.name_of(each)
        items.append(item)
    return [*items, *apart]


def _there(value: Any) -> bool:
    return value is not None and value == value and not (hasattr(value, "isoformat") and str(value) == "NaT")


def _plain(value: Any, name: str) -> Any:
    if hasattr(value, "isoformat"):
        return str(value).removesuffix(" 00:00:00")
    kind = case_columns()[name].kind
    if kind == "whole":
        return str(int(value)) if name in ("sex", "discharge") else int(value)
    return float(value) if kind in ("decimal", "money") else str(value)
