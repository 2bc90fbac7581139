"""Rebuild `data/audit/packs/` from the reference folder: `python -m tools.audit_packs --reference DIR`.

Published limits are carried over as numbers and marks, not as sentences: what a row's text says beyond
them becomes the names of what a record must show (`needs`). Same reference, same bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from drgsim._paths import data_dir
from drgsim.errors import FileFormatError

COLUMNS = (
    "kind", "row", "item", "sex", "group", "unit", "cap", "days", "gap_days", "age_min", "age_max",
    "level_min", "way", "start_hours", "period", "includes", "needs", "codes",
)  # fmt: skip

KINDS = {
    "药品区分性别使用": "drug_sex",
    "医疗服务项目区分性别使用": "service_sex",
    "药品儿童专用": "drug_child_only",
    "药品限儿童使用": "drug_for_children",
    "医疗服务项目儿童专用": "service_child_only",
    "手术项目未按规定折价收费": "incision_discount",
    "药品限工伤保险": "drug_injury",
    "药品限生育保险": "drug_maternity",
    "药品限就医方式": "drug_way_of_care",
    "药品限医疗机构级别": "drug_level",
    "药品限支付疗程": "drug_course",
    "医疗服务项目周期超频次": "service_cycle",
    "医疗服务项目限定频次": "service_frequency",
    "医疗服务项目限年龄": "service_age",
    "医疗服务项目限支付疗程": "service_course",
    "药品限二线使用": "drug_second_line",
    "超互联网医院药品支付范围": "drug_not_internet",
    "中药饮片单复方均不予支付": "slice_never",
    "中药饮片单方使用不予支付": "slice_not_alone",
    "药品限适应症": "drug_indication",
}
_SEX = {"男": "1", "女": "2"}
# published without their sex in the transcription of the update; treatments of prostate cancer (derived)
_SEX_DERIVED = {"氘恩扎鲁胺软胶囊": "1", "醋酸阿比特龙片(Ⅱ)": "1", "尼拉帕利阿比特龙片": "1"}
_GROUPS = {
    "肝胆手术组": "hepatobiliary",
    "胃肠手术组": "gastrointestinal",
    "膀胱尿道手术组": "bladder_urethra",
    "女性生殖系统手术组": "female_genital",
    "直肠肛门手术组": "rectum_anus",
    "经腹直肠手术组": "transabdominal_rectum",
    "男性生殖系统手术组": "male_genital",
}
_PERIODS = {"单日": "day", "单次就诊": "visit", "6小时": "6_hours", "同一小时": "hour"}
# days of a cycle whose published basis states the reason, not the number (printed column of another
# transcription, the register's note on SV02)
_CYCLES = {"00250302003": 15, "00250302002": 7}
# what the record must show: name -> words that ask for it
_NEEDS = {
    "nutrition_screening": "营养风险筛查",
    "no_enteral_route": "不能经饮食",
    "earlier_treatment": "二线|既往|失败|不耐受|不佳|无效|复发|难治|应答不足|反应不",
    "test_result": "阳性|阴性|突变|检测|表达|证据|重排|扩增|融合|缺失|BMI|视力|造影|OCT",
    "combination": "联合|合用|联用",
    "onset_time": "发作|新发|急性期",
    "specialist_prescription": "医师|处方",
    "prior_approval": "事前审查",
    "stage_of_disease": "晚期|转移|早期|不可切除|重度|中度|轻度|急性|恢复期|高危",
    "diagnosis": "",  # every limit of use names a disease
}


def build(reference: Path, target: Path) -> list[Path]:
    """Write the packs below `target` from `reference/audit`; returns their folders, oldest first.

    Raises FileFormatError when a batch has a kind, a sex, a group or a period that is not known here.
    """
    batches: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for raw in _rows(reference / "audit" / "two_library_items.csv.gz"):
        if not raw["codes"].strip():
            continue  # the note under a table
        batches[raw["date"], raw["batch"]].append(_item(raw))
    pairs = _rows(reference / "audit" / "two_library_pairs.csv.gz")
    batches["2025-12-12", "batch_07"] += [_pair(raw) for raw in pairs]
    written = []
    for (date, batch), rows in sorted(batches.items()):
        folder = target / f"national-{date}"
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "rows.csv", rows)
        number = batch.removeprefix("batch_") if batch.startswith("batch_") else "update"
        (folder / "pack.toml").write_text(
            f'id = "national-{date}"\nissuer = "国家医疗保障局"\nbatch = "{number}"\nvalid_from = {date}\n'
            f'source = "SV01"\nstate = "secondary"\nrows = {len(rows)}\n',
            encoding="utf-8",
        )
        written.append(folder)
    return written


def _item(raw: dict[str, str]) -> dict[str, Any]:
    kind = _known(KINDS, raw["rule"], "rule")
    basis, codes = raw["basis"], raw["codes"].split()
    row: dict[str, Any] = {"kind": kind, "row": raw["seq"], "item": raw["item"], "codes": " ".join(codes)}
    if kind in ("drug_sex", "service_sex"):
        row["sex"] = _SEX_DERIVED.get(raw["item"]) or _known(_SEX, raw["sex"], f"sex of {raw['item']}")
    elif kind == "incision_discount":
        row["group"] = _known(_GROUPS, basis, "group")
    elif kind == "service_frequency":
        hour = basis == "小时"
        row |= {"unit": "hour" if hour else "day", "cap": 24 if hour else 1}
    elif kind == "service_cycle":
        row |= {"cap": 1, "gap_days": _CYCLES.get(codes[0][:11]) or _gap(basis)}
    elif kind == "service_course":
        row |= {"days": _days(basis), "gap_days": _gap(basis) if re.search("间隔|每周", basis) else ""}
    elif kind == "service_age":
        row |= {"age_min": 16, "age_max": 63, "needs": "age"}  # working age; the upper end is assumed
    elif kind == "drug_for_children":
        row |= _ages(basis)
    elif kind == "drug_course":
        row |= {"days": _days(basis), "start_hours": _found(r"发作(\d+)小时", basis)}
    elif kind == "drug_level":
        row |= _level(basis)
    elif kind == "drug_way_of_care":
        row["way"] = "inpatient emergency" if "急诊" in basis else "inpatient"
    if kind.startswith("drug_") and kind not in (
        "drug_sex",
        "drug_child_only",
        "drug_injury",
        "drug_maternity",
    ):
        row["needs"] = " ".join(_needs(kind, basis))
    return row


def _pair(raw: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": "service_duplicate",
        "row": raw["seq"],
        "item": f"{raw['a_name']} ⊃ {raw['b_name']}",
        "includes": raw["b_code"],
        "period": _known(_PERIODS, raw["period"], "period"),
        "codes": raw["a_code"],
    }


def _needs(kind: str, basis: str) -> Iterable[str]:
    for name, words in _NEEDS.items():
        if kind == "drug_not_internet" or (name == "specialist_prescription" and kind == "drug_course"):
            continue
        if (words and re.search(words, basis)) or (name == "diagnosis" and _names_disease(basis)):
            yield name


def _names_disease(basis: str) -> bool:
    """Whether anything but days, levels and ways of care is left of a limit."""
    left = re.sub(
        r"限|二级及以上医疗机构|支付不超过\d+天|单次\w*最多支付\d+天|急诊或住院|患者|[。,，的]", "", basis
    )
    return bool(left)


def _level(basis: str) -> dict[str, Any]:
    if "三级" in basis:  # a hospital of level 3, or one for eyes only of level 2
        return {"level_min": 3, "group": "eye"}
    if "首次处方" in basis:
        return {"level_min": 2, "group": "first_prescription"}
    return {"level_min": 2}


def _ages(basis: str) -> dict[str, Any]:
    between = re.search(r"(\d+)(?:岁)?[-至—](\d+)岁", basis)
    if between:
        return {"age_min": between[1], "age_max": between[2]}
    above = re.search(r"(\d+)岁及(?:\d+岁)?以上", basis)
    return {"age_min": above[1]} if above else {}


def _days(basis: str) -> int:
    months = re.search(r"不超过(\d+)个月", basis)
    if months:
        return int(months[1]) * 365 // 12
    if "一年" in basis:
        return 365
    found = re.search(r"(?:不超过|最多支付)(\d+)天", basis)
    if not found:
        raise FileFormatError("a course without its days", got=basis)
    return int(found[1])


def _gap(basis: str) -> int:
    found = re.search(r"不短于(\d+)天", basis)
    if found:
        return int(found[1])
    if "每周最多支付一次" in basis:
        return 7
    raise FileFormatError("a cycle without its days", got=basis)


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""


def _known(table: dict[str, str], key: str, what: str) -> str:
    if key not in table:
        raise FileFormatError(f"an unknown {what} in the published rows", got=key, allowed=sorted(table))
    return table[key]


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    used = [name for name in COLUMNS if any(row.get(name, "") != "" for row in rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, used, lineterminator="\n", restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--target", type=Path, default=None)
    asked = parser.parse_args()
    build(asked.reference, asked.target or data_dir() / "audit" / "packs")
