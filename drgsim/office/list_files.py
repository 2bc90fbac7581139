"""Files of settlement lists 4101, opened so that corrected lists go back in the form in which they came: JSON
with its wrapping, or a workbook with its sheets, headers and all cells that were not corrected."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .._atomic import replacing
from .._damaged import read_json, read_text, whole
from .._excel import open_book
from .._paths import is_file
from ..cases.child_sheets import Sheet, column_of_header, key_places
from ..cases.excel_table import SheetTable, cell_text, excel_tables
from ..cases.joined_table import JoinedTable, with_children
from ..cases.json_table import stays_of_tables
from ..cases.layouts import find_layout
from ..errors import ArgumentError, FileFormatError

HEAD = "setlinfo"
NODES = ("diseinfo", "oprninfo", "icuinfo", "iteminfo", "payinfo")
BOOKS, TEXTS = (".xlsx", ".xlsm", ".xls"), (".json", ".jsonl", ".ndjson")
# column of the case table → field of setlinfo, for what has one plain field
FIELDS = {
    "case_id": "medcasno", "stay_id": "mdtrt_id", "settlement_id": "setl_id", "patient_id": "psn_no",
    "hospital_id": "fixmedins_code", "hospital_level": "hi_setl_lv", "department": "dscg_caty",
    "doctor": "chfpdr_code", "insured_region": "insuplc",
    "sex": "gend", "age": "age", "age_days": "nwb_age", "birth_weight": "nwb_bir_wt",
    "admission_weight": "nwb_adm_wt", "newborn_admission_type": "nwb_adm_type", "admission_date": "adm_time",
    "discharge_date": "dscg_time", "los": "act_ipt_days", "discharge": "dscg_way",
    "receiving_institution": "acp_medins_name", "ventilation_stated": "vent_used_dura",
    "coma_before_admission": "pwcry_bfadm_coma_dura", "coma_after_admission": "pwcry_afadm_coma_dura",
    "account_paid": "acct_pay", "cash_paid": "psn_cashpay", "admission_route": "adm_way",
}  # fmt: skip
_KEYS = ("setl_id", "mdtrt_id")  # what joins a list to its stay in a workbook of ours
_DAY = "yyyy-mm-dd hh:mm:ss"

Document = dict[str, Any]


class JsonLists:
    """A JSON file of lists: `documents` are the lists without their wrapping."""

    def __init__(self, path: Path) -> None:
        self._lines = path.suffix.lower() in TEXTS[1:]
        if self._lines:
            with whole(path, FileFormatError):
                given: Any = [json.loads(line) for line in read_text(path).splitlines() if line.strip()]
        else:
            given = read_json(path)
        self._given = given
        listed = given if isinstance(given, list) else [given]
        self._tables = [isinstance(_plain(each).get(HEAD), list) for each in listed]
        self.documents: list[Document] = []
        for each, table in zip(listed, self._tables, strict=True):
            self.documents += map(dict, stays_of_tables(_plain(each))) if table else [dict(_plain(each))]

    def write(self, changed: Mapping[int, Document], path: Path) -> None:
        """The lists with those changed in their places; those that are not named are left out."""
        if any(self._tables):  # tables side by side become a list a stay, which says the same
            write_new(list(changed.values()), path)
            return
        listed = self._given if isinstance(self._given, list) else [self._given]
        wrapped = [_wrapped(listed[place], document) for place, document in changed.items()]
        lone = not isinstance(self._given, list) and len(wrapped) == 1
        _write_json(wrapped[0] if lone else wrapped, path, lines=self._lines)


class BookLists:
    """A workbook of lists: a sheet of stays, and a sheet for each list below them."""

    def __init__(self, path: Path) -> None:
        self._tables = excel_tables(path)
        nodes = find_layout("settlement-4101").nodes
        found = [each for each in with_children(self._tables, nodes) if isinstance(each, JoinedTable)]
        if not found:
            raise FileFormatError(
                "the workbook has no sheet of stays with sheets of their diagnoses",
                where=path.name,
                do="give the settlement lists (4101) the cases were read from",
            )
        self._joined = max(found, key=lambda each: len(each.keys))
        self._main = self._joined.main
        header = self._main.cells[self._joined.header_row]
        self._fields = [_field(str(cell)) for cell in header]
        self._first = self._joined.header_row + 1
        self._sheets = {sheet.name: sheet for sheet in self._joined.children}
        self.documents = [self._document(place) for place in range(len(self._joined.stays))]

    def _document(self, place: int) -> Document:
        cells = self._main.cells[self._first + place]
        info = {name: _value(cell) for name, cell in zip(self._fields, cells, strict=False) if name}
        document: Document = {HEAD: info}
        for sheet in self._joined.children:
            rows = [row for row, stay in enumerate(self._joined.joins[id(sheet)]) if stay == place]
            document.setdefault(sheet.node, []).extend(self._item(sheet, row) for row in rows)
        return document

    def _item(self, sheet: Sheet, row: int) -> dict[str, Any]:
        cells = self._raw(sheet)[sheet.at[row]]
        return {
            name: _value(cells[at]) for at, name in enumerate(self._names(sheet)) if at < len(cells) and name
        }

    def _names(self, sheet: Sheet) -> list[str]:
        header = [str(cell) for cell in self._table(sheet).cells[sheet.header_row]]
        by_place = {place: name for name, place in sheet.fields.items()}
        return [by_place.get(place, " ".join(cell.split())) for place, cell in enumerate(header)]

    def _table(self, sheet: Sheet) -> SheetTable:
        return next(table for table in self._tables if table.sheet == sheet.name)

    def _raw(self, sheet: Sheet) -> dict[int, Sequence[Any]]:
        """By its number in the sheet, the cells of each row."""
        table = self._table(sheet)
        return {at + 1: cells for at, cells in zip(table.at, table.cells, strict=True)}

    def write(self, changed: Mapping[int, Document], path: Path) -> None:
        """The workbook with the lists changed in their places; every other cell as it was."""
        if path.suffix.lower() not in BOOKS:
            write_new([_as_text(document) for document in changed.values()], path)
            return
        sheets = {}
        for table in self._tables:
            if table is self._main:
                sheets[table.sheet] = self._main_rows(changed)
            elif table.sheet in self._sheets:
                sheets[table.sheet] = self._list_rows(self._sheets[table.sheet], changed)
            else:
                sheets[table.sheet] = dict(zip(table.at, table.cells, strict=True))
        _write_book(sheets, path)

    def _main_rows(self, changed: Mapping[int, Document]) -> dict[int, Sequence[Any]]:
        rows: dict[int, Sequence[Any]] = dict(zip(self._main.at, self._main.cells, strict=True))
        for place, document in changed.items():
            at = self._main.at[self._first + place]
            before, info = self.documents[place][HEAD], document[HEAD]
            rows[at] = [
                info[name] if name and info.get(name) != before.get(name) else cell
                for name, cell in zip(self._fields, rows[at], strict=False)
            ]
        return rows

    def _list_rows(self, sheet: Sheet, changed: Mapping[int, Document]) -> dict[int, Sequence[Any]]:
        """The rows of a list: those of a stay whose list changed stand where its first one stood."""
        raw, names = self._raw(sheet), self._names(sheet)
        stay_of = {sheet.at[row]: stay for row, stay in enumerate(self._joined.joins[id(sheet)].tolist())}
        number_of = {at: sheet.numbers[row] for row, at in enumerate(sheet.at)}
        new = {
            place: document.get(sheet.node, [])
            for place, document in changed.items()
            if document.get(sheet.node, []) != self.documents[place].get(sheet.node, [])
        }
        put: list[tuple[int, Sequence[Any]]] = []
        done: set[int] = set()
        last = max(raw, default=1)
        for at, cells in raw.items():
            stay = stay_of.get(at, -1)
            if stay in new:
                if stay not in done:
                    put += [(at, self._cells(sheet, names, item, stay)) for item in new[stay]]
                done.add(stay)
                continue
            own = list(cells)
            for name, place in sheet.keys.items():  # a merged number is said in every row
                own[place] = own[place] if own[place] != "" else number_of.get(at, {}).get(name, "")
            put.append((at, own))
        put += [
            (last + 1, self._cells(sheet, names, item, stay))
            for stay in new
            if stay not in done
            for item in new[stay]
        ]
        above = [(at, cells) for at, cells in put if at <= sheet.header_row + 1]
        start = above[-1][0] if above else 0
        rows: dict[int, Sequence[Any]] = {at - 1: cells for at, cells in above}
        return rows | dict(enumerate((cells for _, cells in put[len(above) :]), start))

    def _cells(self, sheet: Sheet, names: Sequence[str], item: Mapping[str, Any], stay: int) -> list[Any]:
        cells = ["" if item.get(name) is None else item[name] for name in names]
        for name, place in sheet.keys.items():
            cells[place] = cells[place] or self._joined.stays[stay].get(name, "")
        return cells


def open_lists(path: Path) -> JsonLists | BookLists:
    """A file of settlement lists, by its ending. Raises FileFormatError, NotFoundError."""
    return BookLists(path) if path.suffix.lower() in BOOKS else JsonLists(path)


def is_lists(path: str) -> bool:
    """Whether a file may hold lists that go back in their form: JSON, or a workbook by its sheets."""
    suffix = Path(path).suffix.lower()
    if suffix in TEXTS:
        return True
    if suffix not in BOOKS or not is_file(path):
        return False
    nodes = find_layout("settlement-4101").nodes
    return any(isinstance(each, JoinedTable) for each in with_children(excel_tables(Path(path)), nodes))


def write_new(documents: Sequence[Document], path: Path) -> None:
    """Lists in a new file: `.json`, `.jsonl`, or `.xlsx` with a sheet for each list. Raises ArgumentError."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        _write_book(_new_sheets(documents), path)
    elif suffix in TEXTS:
        _write_json(list(documents), path, lines=suffix != ".json")
    else:
        raise ArgumentError(
            "settlement lists are written as JSON or as a workbook", got=path.name, allowed=(*TEXTS, ".xlsx")
        )


def _new_sheets(documents: Sequence[Document]) -> dict[str, dict[int, Sequence[Any]]]:
    infos = [dict(document[HEAD]) for document in documents]
    keys = [name for name in _KEYS if any(info.get(name) for info in infos)] or ["medcasno"]
    tables: dict[str, list[Document]] = {HEAD: infos}
    for node in NODES:
        tables[node] = [
            {**{name: info.get(name) for name in keys}, **item}
            for info, document in zip(infos, documents, strict=True)
            for item in document.get(node, ())
        ]
    sheets: dict[str, dict[int, Sequence[Any]]] = {}
    for name, rows in tables.items():
        header = list(dict.fromkeys([*keys, *(key for row in rows for key in row)]))
        cells = [["" if row.get(key) is None else row[key] for key in header] for row in rows]
        sheets[name] = dict(enumerate([header, *cells]))
    return sheets


def _write_book(sheets: Mapping[str, Mapping[int, Sequence[Any]]], path: Path) -> None:
    with open_book(path) as book:
        text, day = book.add_format({"num_format": 49}), book.add_format({"num_format": _DAY})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for at, cells in rows.items():
                for place, cell in enumerate(cells):
                    if isinstance(cell, dt.date):
                        page.write_datetime(at, place, cell, day)
                    elif isinstance(cell, int | float):
                        page.write_number(at, place, cell)
                    elif cell not in (None, ""):
                        page.write_string(at, place, str(cell), text)


def _write_json(document: Any, path: Path, *, lines: bool) -> None:
    with replacing(path) as part:
        if lines:
            listed = document if isinstance(document, list) else [document]
            content = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in listed)
        else:
            content = json.dumps(document, ensure_ascii=False, indent=1)
        part.write_text(content, encoding="utf-8")


def _plain(document: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = document.get("input", document)
    return inner if isinstance(inner, Mapping) else document


def _wrapped(before: Mapping[str, Any], document: Document) -> Document:
    return {**before, "input": document} if isinstance(before.get("input"), Mapping) else document


def _field(header: str) -> str:
    """The field of `setlinfo` under a header, or the header itself."""
    name = " ".join(header.split())
    column = column_of_header(header, FIELDS)
    return FIELDS[column] if column is not None else name


def _value(cell: Any) -> Any:
    if cell == "":
        return None
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _as_text(document: Document) -> Document:
    """With dates of a workbook as texts, as JSON has them."""

    def plain(cell: Any) -> Any:
        return cell_text(cell) if isinstance(cell, dt.date | dt.time) else cell

    return {
        name: {key: plain(cell) for key, cell in part.items()}
        if isinstance(part, Mapping)
        else [{key: plain(cell) for key, cell in item.items()} for item in part]
        for name, part in document.items()
    }


def numbers_of_list(document: Mapping[str, Any]) -> dict[str, str]:
    """The numbers that name a list's stay, by column of the case table."""
    info = document.get(HEAD, document)
    names = list(info)
    found = {key: info[names[place]] for key, place in key_places(names).items()}
    return {key: str(value).strip() for key, value in found.items() if value not in (None, "")}
