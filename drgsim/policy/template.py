"""A commented document to start from, for a region whose rules are to be written."""

from __future__ import annotations

import datetime
import re

from ..errors import ArgumentError
from .display import value_text
from .document import METHODS
from .parameters import catalogue
from .policy import Policy
from .rules.menu import effects

_HEAD = """# A policy document. `drgsim policy check FILE` tells every problem with its line, `drgsim policy
# explain NAME` is the manual page of parameter, effect or fact, `drgsim policy test FILE` runs the examples.
# 政策文档。check 逐行指出问题, explain 查参数、效果、事实的说明, test 运行文末例题。
drgsim_policy: 1
id: {id}
title: {{zh: {id}, en: {id}}}  # one language is enough 写一种即可
region: null  # division code in quotes, such as "371000" 行政区划代码
valid: {{from: {year}-01-01, to: {year}-12-31}}  # the days the rules are known to hold 已知有效期
"""
_METHOD = "method: {method}  # {methods}\nscheme: {scheme}  # `drgsim scheme list` 分组方案\n"
_SOURCES = """note: What was read, and what not.
sources:
  NOTICE:
    title: Title and number of the notice 文件名称与文号
    state: secondary  # read (the text itself 已读原文), secondary (a re-post 转载), assumed (假设)
"""
_RULES = """
# Rules beside parameters: a condition (docs/conditions.md) and one effect. 参数之外的规则: 条件加一个效果。
# effects 效果: {effects}
rules: []
#  - id: day-surgery
#    title: {{zh: 日间手术不设起付线, en: no deductible for day surgery}}
#    when: stay_kind = day_surgery
#    effect: {{benefit: {{deductible: 0}}}}
#    source: NOTICE
#    state: secondary

# Published examples; `drgsim policy test` runs them. 文件公布的例题。
examples: []
#  - id: one
#    case: {{drg: IU23, hospital_level: 3, insurance: employee, los: 8, total_cost: 12000}}
#    weights: {{IU23: 0.8}}
#    expect: {{payment: 9600}}
#    source: NOTICE
#    state: secondary
"""


def template(name: str, *, like: str | None = None) -> str:
    """The text of a new document. `like` is a policy it extends; its values stand there as comments.

    Raises ArgumentError for a name that is none, NotFoundError for a policy that is none.
    """
    if not name.replace("-", "").replace(".", "").isalnum():
        raise ArgumentError("not a name for a policy", got=name, allowed="letters, digits, dots and hyphens")
    base = None if like is None else Policy.load(like)
    named = re.findall(r"(?<!\d)(20\d\d)(?!\d)", name)
    year = int(named[-1]) if named else datetime.date.today().year
    method = "drg_rate" if base is None or base.method is None else base.method
    lines = [_HEAD.format(id=name, year=year)]
    scheme = "null" if base is None or base.scheme is None else base.scheme
    lines.append(_METHOD.format(method=method, methods=", ".join(METHODS), scheme=scheme))
    lines.append(f"extends: [{like}]\n" if base is not None else "extends: []  # such as [common-drg]\n")
    lines.append(_SOURCES)
    lines.append("parameters:\n")
    required = [path for path, parameter in catalogue().items() if method in parameter.required]
    for path in required:
        if base is None or base[path] is None:
            parameter = catalogue()[path]
            lines.append(f"  # {parameter.zh} {parameter.en}, {parameter.unit}\n")
            lines.append(
                f"  {path}: {{value: 10000, source: NOTICE, state: assumed}}  # to be filled in 待填\n"
            )
    lines += _repeated(base) if base is not None else []
    if lines[-1] == "parameters:\n":
        lines[-1] = "parameters: {}\n"
    lines.append(_RULES.format(effects=", ".join(effects())))
    return "".join(lines)


def _repeated(base: Policy) -> list[str]:
    """What the document takes over, as comments to be changed where the notice says otherwise."""
    lines = []
    for path, dated in base.in_force.items():
        parameter = catalogue()[path]
        text = value_text(dated.value, parameter)
        lines.append(f"  # {path}: {text}  # {parameter.zh} {parameter.en} ({dated.state}, {dated.source})\n")
    if not any(not line.startswith("  #") for line in lines):
        lines.append("  {}\n")
    return lines
