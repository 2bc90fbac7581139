"""The page for people: server-made HTML, one small script, no library."""

from __future__ import annotations

from html import escape
from typing import Any

from .settings import Settings

_FIELDS = (
    ("sex", "性别", "Sex", "1 男 2 女"),
    ("age", "年龄（岁）", "Age, years", "45"),
    ("age_days", "不足1岁天数", "Days, below one year", ""),
    ("admission_weight", "新生儿入院体重（克）", "Newborn's weight, g", ""),
    ("los", "住院天数", "Days of stay", "6"),
    ("discharge", "离院方式", "Discharge mode", "1"),
    ("total_cost", "总费用（元）", "Total cost, yuan", "18000"),
)


def front_page(schemes: list[dict[str, Any]], settings: Settings) -> str:
    """One case: its codes, group, reasons and money. Chinese first, English beside."""
    options = "".join(
        f'<option value="{escape(str(each["id"]))}"{" selected" if each["id"] == settings.scheme else ""}>'
        f"{escape(str(each['id']))}</option>"
        for each in schemes
    )
    fields = "".join(
        f'<label for="{name}"><span>{zh}</span> <span class="en" lang="en">{en}</span></label>'
        f'<input id="{name}" name="{name}" inputmode="decimal" autocomplete="off" placeholder="{hint}">'
        for name, zh, en, hint in _FIELDS
    )
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>drgsim 单病例 One case</title>
<link rel="stylesheet" href="/static/page.css"><script src="/static/page.js" defer></script></head>
<body><header><h1>单病例分组与测算 <span class="en" lang="en">One case</span></h1>
<p>数据只在本机处理，不保存。
<span class="en" lang="en">Nothing leaves this machine; nothing is kept.</span></p></header>
<main class="one"><form id="case" autocomplete="off">
<fieldset><legend>编码 <span class="en" lang="en">Codes</span></legend>
<label for="diagnoses">诊断（主要诊断在前，每行一个）
<span class="en" lang="en">Diagnoses, the principal first</span></label>
<textarea id="diagnoses" rows="5" spellcheck="false" aria-describedby="found"></textarea>
<label for="procedures">手术操作（主要手术在前）
<span class="en" lang="en">Procedures, the main one first</span></label>
<textarea id="procedures" rows="3" spellcheck="false" aria-describedby="found"></textarea>
<ul id="found" class="found" role="listbox" aria-label="编码检索结果 codes found"></ul></fieldset>
<fieldset><legend>病例 <span class="en" lang="en">Case</span></legend>{fields}
<label for="insurance">险种 <span class="en" lang="en">Insurance</span></label>
<select id="insurance"><option value="employee">职工 employee</option>
<option value="resident">居民 resident</option></select>
<label for="hospital_level">医院等级 <span class="en" lang="en">Hospital level</span></label>
<select id="hospital_level"><option value="3">三级 3</option><option value="2">二级 2</option>
<option value="1">一级 1</option></select>
<label for="scheme">分组方案 <span class="en" lang="en">Scheme</span></label>
<select id="scheme">{options}</select>
<button type="submit">分组 Group</button></fieldset></form>
<section aria-live="polite"><h2>结果 <span class="en" lang="en">Answer</span></h2><div id="answer"></div>
<h2>各方案对照 <span class="en" lang="en">Side by side</span></h2><table id="beside"><tbody></tbody></table>
<h2>测算 <span class="en" lang="en">Estimate</span></h2><div id="money"></div>
<h2>提示 <span class="en" lang="en">Warnings</span></h2><ul id="problems"></ul>
<h2>其他选择 <span class="en" lang="en">Other choices</span></h2><table id="choices"><tbody></tbody></table>
<h2>路径 <span class="en" lang="en">Why</span></h2><pre id="why"></pre></section></main></body></html>
"""
