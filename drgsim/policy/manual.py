"""Help for writing a policy: a document to start from, and the page of each parameter, effect and fact."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..cases.columns import case_columns
from ..errors import ArgumentError, NotFoundError
from ..language import both, told
from ..words import pairs, unit_text, word_in
from .display import after, declared, value_text
from .document import METHODS
from .parameters import Parameter, catalogue
from .policy import Policy
from .rules.facts import DIMENSIONS, rule_facts
from .rules.menu import EffectKind, effects
from .rules.order import AFTER

# <English|Chinese> is said in the language asked for, in both where none was
_BOTH = re.compile(r"<([^|<>]*)\|([^|<>]*)>")
_HEAD = """# <A policy document.|政策文档。>
# drgsim policy check FILE: <every problem with its line|逐行指出问题>
# drgsim policy explain NAME: <the page of a parameter, effect or fact|参数、效果、事实的说明>
# drgsim policy test FILE: <runs the examples|运行文末例题>
drgsim_policy: 1
id: {id}
title: {{zh: {id}, en: {id}}}  # <one language is enough|写一种即可>
region: null  # <division code in quotes, such as|行政区划代码，加引号，如> "371000"
valid: {{from: {year}-01-01, to: {year}-12-31}}  # <the days the rules are known to hold|已知有效期>
"""
_METHOD = """method: {method}  # {methods}
scheme: {scheme}  # `drgsim scheme list` <lists them|列出分组方案>
"""
_SOURCES = """note: <What was read, and what not.|读过哪些原文，哪些没有。>
sources:
  NOTICE:
    title: <Title and number of the notice|文件名称与文号>
    # <read: the text itself, secondary: a re-post, assumed|read 已核原文，secondary 二手来源，assumed 假设>
    state: secondary
"""
_RULES = """
# <Rules beside parameters: a condition and one effect|参数之外的规则：一个条件加一个效果> (docs/rules.md).
# <effects|效果>: {effects}
rules: []
#  - id: day-surgery
#    title: {{zh: 日间手术不设起付线, en: no deductible for day surgery}}
#    when: stay_kind = day_surgery
#    effect: {{benefit: {{deductible: 0}}}}
#    source: NOTICE
#    state: secondary

# <Published examples, which `drgsim policy test` runs|文件公布的例题，由 `drgsim policy test` 运行>.
examples: []
#  - id: one
#    case: {{drg: IU23, hospital_level: 3, insurance: employee, los: 8, total_cost: 12000}}
#    weights: {{IU23: 0.8}}
#    expect: {{payment: 9600}}
#    source: NOTICE
#    state: secondary
"""


def template(name: str, *, like: str | None = None) -> str:
    """The text of a new document. `like` is a policy it extends; its values at the end of the document's year
    stand there as comments, said in the language asked for.

    Raises ArgumentError for a name that is none, NotFoundError for a policy that is none.
    """
    if not name.replace("-", "").replace(".", "").isalnum():
        raise ArgumentError("not a name for a policy", got=name, allowed="letters, digits, dots and hyphens")
    named = re.findall(r"(?<!\d)(20\d\d)(?!\d)", name)
    year = int(named[-1]) if named else datetime.date.today().year
    base = None if like is None else _read_for(like, datetime.date(year, 12, 31))
    method = "drg_rate" if base is None or base.method is None else base.method
    lines = [_HEAD.format(id=name, year=year)]
    scheme = "null" if base is None or base.scheme is None else base.scheme
    lines.append(_METHOD.format(method=method, methods=", ".join(METHODS), scheme=scheme))
    lines.append(f"extends: [{like}]\n" if base is not None else "extends: []  # such as [common-drg]\n")
    lines.append(_SOURCES)
    lines.append("parameters:\n")
    required = [path for path, parameter in catalogue().items() if method in parameter.required]
    lacking = [path for path in required if base is None or base[path] is None]
    for path in lacking:
        parameter = catalogue()[path]
        lines.append(f"  # {after(parameter.en, parameter.zh)}, {unit_text(parameter.unit)}\n")
        value = "{value: 10000, source: NOTICE, state: assumed}"
        lines.append(f"  {path}: {value}  # <to be filled in|待填>\n")
    lines += _repeated(base) if base is not None else []
    if not lacking:
        lines.append("  {}  # <to be taken out once a value stands above|填入参数后删去>\n")
    lines.append(_RULES.format(effects=", ".join(effects())))
    return _BOTH.sub(lambda pair: after(pair[1], pair[2]), "".join(lines))


def _read_for(like: str, day: datetime.date) -> Policy:
    """The policy as a document that extends it has it on a day, whether or not its own days reach so far."""
    held = Policy.load(like).document
    first, last = min(held.valid_from, day), max(held.valid_to, day)
    return Policy(replace(held, valid_from=first, valid_to=last), on=day)


def _repeated(base: Policy) -> list[str]:
    """What the document takes over, as comments to be changed where the notice says otherwise."""
    lines = []
    for path, dated in base.in_force.items():
        parameter = catalogue()[path]
        text = value_text(dated.value, parameter)
        label, trust = after(parameter.en, parameter.zh), word_in(dated.state, "trust")
        lines.append(f"  # {path}: {text}  # {label} ({trust}, {dated.source})\n")
    return lines


def manual(name: str) -> str:
    """What a parameter, an effect or a fact means and may be, in Chinese and English.

    Raises NotFoundError with the nearest name.

    >>> manual("per_diem").splitlines()[0]
    'per_diem  按床日付费 the stay leaves the case payment and is paid by the day'
    """
    if name in catalogue():
        return "\n".join(_parameter(catalogue()[name]))
    if name in effects():
        return "\n".join(_effect(effects()[name]))
    if name in rule_facts():
        return "\n".join(_fact(name))
    below = [path for path in catalogue() if path.startswith(f"{name}.")]
    if below:
        return "\n".join(f"{path}  {both(catalogue()[path].zh, catalogue()[path].en)}" for path in below)
    raise NotFoundError(
        "no such parameter, effect or fact",
        got=name,
        nearest=[*catalogue(), *effects(), *rule_facts()],
        do="`drgsim policy show national-drg-rate --all` lists them",
    )


def _parameter(parameter: Parameter) -> Iterator[str]:
    yield f"{parameter.path}  {both(parameter.zh, parameter.en)}"
    yield f"  {declared(parameter)}"
    yield f"  {after('default', '默认')}: {value_text(parameter.default, parameter)}"
    for key, choice in parameter.choices.items():
        needs = ", ".join(parameter.needs.get(key, ()))
        needed = f" ({after('needs', '需要')} {needs})" if needs else ""
        yield f"    {key}: {both(choice['zh'], choice['en'])}{needed}"
    if parameter.required:
        yield f"  {after('required by', '必填于')}: {', '.join(parameter.required)}"
    if parameter.note:
        yield f"  {told(parameter.note)}"
    yield f"  {after('in a document', '写法')}:"
    yield f"    {parameter.path}: {{value: {_sample(parameter)}, source: R090, state: assumed}}"


def _sample(parameter: Parameter) -> str:
    scalar = next(iter(parameter.choices), None) or {"bool": "true", "text": "text", "codes": "[CODE]"}.get(
        parameter.type, "1"
    )
    if parameter.band is not None:
        scalar = f"[[1, {scalar}], [null, {scalar}]]"
    if parameter.by:
        scalar = f"{{KEY: {scalar}, other: {scalar}}}"
    return scalar


def _effect(kind: EffectKind) -> Iterator[str]:
    outside = f"  ({after('from outside drgsim', '外部效果')})" if kind.outside else ""
    yield f"{kind.name}  {both(kind.zh, kind.en)}{outside}"
    yield f"  {after('stage', '环节')}: {kind.stage}, {after('after', '在其后')}: {AFTER[kind.stage]}"
    for argument in kind.arguments.values():
        default = f"{after('default', '默认')} {_flow(argument.default)}"
        default = after("required", "必填") if argument.required else default
        yield f"    {argument.name}: {both(argument.zh, argument.en)}; {told(argument.allowed)}; {default}"
    if kind.any_of:
        yield f"  {after('at least one of', '至少其一')}: {', '.join(kind.any_of)}"
    if kind.note:
        yield f"  {told(kind.note)}"
    if kind.example:
        yield f"  {after('in a document', '写法')}:"
        yield "    rules:"
        yield f"      - id: NAME\n        when: {kind.example.get('when', 'true')}"
        yield f"        effect: {_flow(kind.example['effect'])}"
        yield "        source: R090\n        state: assumed"


def _fact(name: str) -> Iterator[str]:
    fact = rule_facts()[name]
    yield f"{fact.name}  {both(fact.zh, fact.en)}"
    unit = f", {after('unit', '单位')}: {unit_text(fact.unit)}" if fact.unit else ""
    yield f"  {after('kind', '类型')}: {fact.kind}{unit}"
    column = case_columns().get(name)
    if column is not None and column.description not in ("", ", ".join(fact.values)):
        yield f"  {told(column.description)}"
    if fact.values:
        yield f"  {after('values', '取值')}: {', '.join(map(_value, fact.values))}"
    if name in ("stays", "share", "mean"):
        named = f"{after('dimensions', '维度')}: {', '.join(DIMENSIONS)}"
        yield f"  {name}[DIMENSION+DIMENSION: {after('condition or expression', '条件或表达式')}]; {named}"
    elif fact.keyed:
        yield f"  {after('asked with a key', '需带键')}: {name}[…]"


def _value(key: str) -> str:
    """`tcm (中医类医院)`; one that has no words of its own stands alone."""
    return f"{key} ({both(*known[key])})" if key in (known := pairs("value")) else key


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f'"{value}"' if isinstance(value, str) and any(each in value for each in ":{}[],>") else str(value)
