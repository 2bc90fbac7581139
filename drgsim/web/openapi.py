"""The description of the service for machines and people: OpenAPI 3.1, Chinese and English side by side.

A test sends each of its examples and holds the answer to it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from .. import __version__
from ..cases.columns import CaseColumn, case_columns
from .answers import KINDS, MOST_FOUND
from .calls import CALLS, Call
from .kinds import Kind

CASE: dict[str, Any] = {"sex": 1, "age": 45, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
PRICED: dict[str, Any] = {
    **CASE,
    "case_id": "A1",
    "total_cost": 18000.0,
    "los": 6,
    "insurance": "employee",
    "hospital_level": 3,
}
PNEUMONIA: dict[str, Any] = {
    "case_id": "A2",
    "sex": 2,
    "age": 71,
    "diagnoses": ["J18.903", "I10.x00x002", "E11.900"],
    "procedures": [],
    "total_cost": 9200.0,
    "los": 8,
    "insurance": "resident",
    "hospital_level": 2,
}
LIST_4101: dict[str, Any] = {
    "setlinfo": {
        "mdtrt_id": "1",
        "setl_id": "2",
        "medcasno": "3",
        "gend": "1",
        "age": 45,
        "hi_type": "310",
        "adm_time": "2025-03-01",
        "dscg_time": "2025-03-07",
        "act_ipt_days": 6,
        "dscg_way": "1",
        "medfee_sumamt": 18000.0,
    },
    "diseinfo": [
        {"diag_type": "1", "maindiag_flag": "1", "diag_code": "K80.101"},
        {"diag_type": "1", "maindiag_flag": "0", "diag_code": "I50.900"},
    ],
    "oprninfo": [{"oprn_oprt_type": "1", "oprn_oprt_code": "51.2300"}],
}
HQMS_ROW: dict[str, Any] = {
    "A48": "00001234",
    "A12C": "1",
    "A14": "45",
    "B12": "2025-03-01 09:30:00",
    "B15": "2025-03-07 10:00:00",
    "B20": "6",
    "B34C": "1",
    "C03C": "K80.101",
    "C06x01C": "I50.900",
    "C14x01C": "51.2300",
    "D01": "18000.00",
}
WRONG: dict[str, Any] = {**CASE, "case_id": "A3", "diagnoses": "I10.x00|O80.000"}

# call → name → (中文, English, body)
EXAMPLES: dict[str, dict[str, tuple[str, str, Any]]] = {
    "/group": {
        "one": ("一个病例", "one case", CASE),
        "batch": (
            "一批病例，指定分组方案",
            "a batch, by a scheme that is named",
            {"cases": [PRICED, PNEUMONIA], "scheme": "chs-drg-3.0"},
        ),
        "4101": ("医保结算清单", "a settlement list (4101)", LIST_4101),
        "hqms": ("HQMS 首页一行", "a front page as HQMS has it", HQMS_ROW),
    },
    "/explain": {"one": ("一个病例", "one case", CASE)},
    "/what-if": {"one": ("一个病例", "one case", CASE)},
    "/estimate": {
        "one": ("一个病例", "one case", PRICED),
        "batch": (
            "按某地政策",
            "by the policy of a city",
            {"cases": [PRICED, PNEUMONIA], "policy": "national-drg-rate"},
        ),
    },
    "/case": {"one": ("一个病例", "one case", PRICED)},
    "/check": {"one": ("男性病例有产科编码", "an obstetric code for a man", WRONG)},
    "/dip": {"one": ("一个病例", "one case", CASE)},
    "/transition": {
        "batch": (
            "2.0 版到 3.0 版",
            "from 2.0 to 3.0",
            {"cases": [PRICED, PNEUMONIA], "from": "chs-drg-2.0", "to": "chs-drg-3.0"},
        )
    },
}
SEARCHES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "initials": ("拼音首字母", "pinyin initials", {"text": "dnjs", "most": 5}),
    "words": ("中文", "Chinese words", {"text": "胆囊切除", "kind": "procedure"}),
    "code": ("编码开头", "the beginning of a code", {"text": "K80.1"}),
}


_TYPES = {"whole": "integer", "decimal": "number", "money": "number", "flag": "boolean"}
_OPTIONS = {
    "scheme": "分组方案的编号 id of a DRG scheme (/schemes)",
    "policy": "付费政策的编号 id of a policy (/policies)",
    "weights": "权重表的编号 id of a published weight table",
    "catalogue": "DIP 目录的编号 id of a DIP catalogue",
    "lang": "zh 或 en；解释的语言 language of accounts",
    "from": "现行方案 the scheme in force",
    "to": "新方案 the new scheme",
}
_ERRORS = {
    "400": "请求有误 the call is wrong",
    "401": "需要令牌 a token is needed",
    "404": "无此方案、政策或路径 no such scheme, policy or path",
    "413": "过大 too large",
    "415": "不支持的格式 no such form",
    "429": "过于频繁 too often",
    "503": "超时 took too long",
}


@cache
def document() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, Any] = {call.path: {"post": _operation(call)} for call in CALLS}
    paths["/codes/search"] = _search()
    for path, zh, en in (
        ("/schemes", "已安装的分组方案", "The schemes that are installed"),
        ("/policies", "付费政策", "The policies"),
    ):
        paths[path] = {
            method: {
                "summary": f"{zh} {en}",
                "operationId": f"{method}{path.replace('/', '_')}",
                "responses": {"200": _json(f"{zh} {en}", {"type": "array", "items": {"type": "object"}})},
            }
            for method in ("get", "post")
        }
    paths["/health"] = {"get": {"summary": "健康检查 Health", "responses": {"200": _json("ok", {})}}}
    paths["/metrics"] = {
        "get": {
            "summary": "指标 Prometheus metrics",
            "responses": {"200": {"description": "text", "content": {"text/plain": {"schema": {}}}}},
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "drgsim",
            "version": __version__,
            "description": "病例分组、解释、测算与核查；数据不离开本机。"
            "Group, explain, price and check cases; nothing leaves this machine.\n\n"
            "病例为 JSON（一个对象或列表，或 `cases` 加选项）、NDJSON（每行一例）、Arrow 流或 CSV；"
            "结算清单（4101）与 HQMS 首页照原样接受。答复格式由 accept 决定。"
            "Cases come as JSON (an object, a list, or `cases` with options beside it), NDJSON, an Arrow "
            "stream or CSV; a settlement list (4101) and an HQMS row are taken as they are. `accept` says in "
            "which form the answer comes. 简短事实在 drgsim-facts 头内。Short facts are in the header "
            "drgsim-facts.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Case": _case(), "Error": _error()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(call: Call) -> dict[str, Any]:
    one = {"$ref": "#/components/schemas/Case"}
    batch = {"type": "array", "items": one, "minItems": 1}
    options = {name: {"type": "string", "description": _OPTIONS[name]} for name in call.options}
    wrapped = {
        "type": "object",
        "properties": {"cases": {"anyOf": [one, batch]}, **options},
        "required": ["cases"],
        "additionalProperties": False,
    }
    examples = {
        name: {"summary": f"{zh} {en}", "value": value}
        for name, (zh, en, value) in EXAMPLES[call.path].items()
    }
    content: dict[str, Any] = {
        "application/json": {"schema": {"anyOf": [wrapped, one, batch]}, "examples": examples}
    }
    for kind in (Kind.NDJSON, Kind.ARROW, Kind.CSV):
        content[kind.value] = {"schema": {"type": "string", "format": "binary"}}
    answers: dict[str, Any] = {kind.value: {"schema": {}} for kind in (Kind.JSON, Kind.NDJSON, Kind.ARROW)}
    return {
        "summary": f"{call.zh} {call.en}",
        "operationId": call.path.strip("/").replace("-", "_"),
        "parameters": [
            {"name": name, "in": "query", "description": _OPTIONS[name], "schema": {"type": "string"}}
            for name in call.options
        ],
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "答复 the answer", "content": answers}, **_refusals()},
    }


def _search() -> dict[str, Any]:
    parameters = [
        {
            "name": "text",
            "in": "query",
            "description": "编码开头、中文词或拼音首字母 the beginning of a code, words, or pinyin initials",
            "schema": {"type": "string", "maxLength": 100},
            "examples": {
                name: {"summary": f"{zh} {en}", "value": query["text"]}
                for name, (zh, en, query) in SEARCHES.items()
            },
        },
        {"name": "kind", "in": "query", "schema": {"enum": list(KINDS), "default": KINDS[0]}},
        {
            "name": "most",
            "in": "query",
            "schema": {"type": "integer", "minimum": 1, "maximum": MOST_FOUND, "default": 20},
        },
    ]
    found = _json("编码 codes", {"type": "array", "items": {"type": "object"}})
    about = {"summary": "编码检索 Find codes", "responses": {"200": found, **_refusals()}}
    body = {
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "examples": {
                    name: {"summary": f"{zh} {en}", "value": query}
                    for name, (zh, en, query) in SEARCHES.items()
                },
            }
        }
    }
    return {
        "get": {**about, "operationId": "find_codes", "parameters": parameters},
        "post": {**about, "operationId": "find_codes_by_post", "requestBody": body},
    }


def _refusals() -> dict[str, Any]:
    return {status: _json(words, {"$ref": "#/components/schemas/Error"}) for status, words in _ERRORS.items()}


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _case() -> dict[str, Any]:
    return {
        "type": "object",
        "minProperties": 1,
        "description": "病例表的列；4101 与 HQMS 用其自己的字段名 columns of the case table, or fields of "
        "4101 and HQMS under their own names",
        "properties": {column.name: _column(column) for column in case_columns().values()},
        "additionalProperties": True,
    }


def _column(column: CaseColumn) -> dict[str, Any]:
    """A column's own type first; text is read too, and what was made of it is told."""
    kinds: list[Any] = [{"type": _TYPES.get(column.kind, "string")}]
    if column.kind in ("codes", "list"):
        kinds.append({"type": "array", "items": {"type": "string"}})
    if column.kind in _TYPES:
        kinds.append({"type": "string"})
    kinds.append({"type": "null"})
    unit = f" ({column.unit})" if column.unit else ""
    return {"anyOf": kinds, "description": f"{column.label_zh} {column.label_en}{unit}"}


def _error() -> dict[str, Any]:
    words = {
        "code": "稳定的代码 stable code",
        "message": "出了什么错 what is wrong",
        "zh": "同上，中文 the same in Chinese",
        "where": "哪里 where",
        "do": "怎么办 what to do",
        "nearest": "最接近的名称 the nearest name",
    }
    return {
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            **{name: {"type": "string", "description": text} for name, text in words.items()},
            "got": {"description": "收到的 what was got"},
            "allowed": {"description": "允许的 what is allowed"},
        },
    }
