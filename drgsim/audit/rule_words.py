"""A rule in words: the national form, its condition, levers, rows and examples."""

from __future__ import annotations

import pandas as pd

from ..language import in_language, stated_language
from ..sources import resolve
from ..words import named, pairs, unit_text, word_in
from .facts import SCOPES, condition
from .library import Library
from .rule import Rule
from .words import word

_LABELS = named(
    "library",
    "family",
    "gz",
    "definition",
    "logic",
    "when",
    "exempt",
    "result",
    "period",
    "levels",
    "scenes",
    "fund",
    "stage",
    "insurance",
    "clears",
    "levers",
    "rows",
    "problems",
    "source",
    "valid",
    "examples",
    room="rule",
)


def rules_table(library: Library, lang: str) -> pd.DataFrame:
    """id, name, family, result, period, rows in force, codes, source, state."""
    return pd.DataFrame(
        [
            {
                "id": rule.id,
                "name": rule.name[lang],
                "family": word_in(rule.family, "audit_family"),
                "table": word("table", rule.table, lang) if stated_language() else rule.table,
                "result": word("result", rule.result, lang) if stated_language() else rule.result,
                "period": word_in(rule.period, "audit_period"),
                "rows": len(rows := library.rows.of_kind(*rule.rows)),
                "codes": sum(len(row.codes) for row in rows),
                "state": word_in(rule.state, "trust"),
            }
            for rule in library
        ]
    )


def _value(name: str, lang: str) -> str:
    return pairs("rule_value").get(name, (name, name))[lang == "en"]


def _trust(state: str, lang: str) -> str:
    return pairs("trust").get(state, (state, state))[lang == "en"]


def rule_text(rule: Rule, library: Library, lang: str) -> str:
    """Everything a rule states, a line each."""
    en = lang == "en"
    rows = library.rows.of_kind(*rule.rows)
    packs = sorted({row.pack.id for row in rows})
    source = resolve(rule.source)
    exempt = "; ".join(f"{each.words[lang]} ({rule.text(each.when)})" for each in rule.exempt)
    levers = "; ".join(
        f"{name} = {each.value} {unit_text(each.unit, lang)}".rstrip()
        + f" ({each.en if en else each.zh}, {_trust(each.state, lang)})"
        for name, each in rule.parameters.items()
    )
    told = {
        "library": _value(rule.library, lang),
        "family": word_in(rule.family, "audit_family"),
        "gz": rule.gz,
        "definition": rule.definition[lang],
        "logic": rule.logic[lang],
        "when": _condition(rule, lang),
        "exempt": exempt,
        "result": word("result", rule.result, lang),
        "period": _value(rule.period, lang),
        "levels": ", ".join(map(str, rule.levels)),
        "scenes": ", ".join(rule.scenes),
        "fund": _value(rule.fund, lang),
        "stage": ", ".join(_value(each, lang) for each in rule.stage),
        "insurance": ", ".join(rule.insurance),
        "clears": rule.clears[lang],
        "levers": levers,
        "rows": f"{len(rows):,} ({', '.join(packs)})" if rows else "",
        "problems": ", ".join(rule.problems),
        "source": f"{rule.source} {in_language(source.title, lang)} [{_trust(rule.state, lang)}]",
        "valid": f"{rule.valid_from or ''} – {rule.valid_to or ''}" if rule.valid_from else "",
        "examples": f"{len(rule.examples)}",
    }
    lines = [f"{rule.id}  {rule.name[lang]}"]
    lines += [f"  {_LABELS[name][en]}: {text}" for name, text in told.items() if text]
    return "\n".join(lines)


def _condition(rule: Rule, lang: str) -> str:
    if not rule.when:
        return ""
    text = rule.text(rule.when)
    return f"{text}  ({condition(text, SCOPES[rule.table]).in_words(lang)})"  # type: ignore[arg-type]
