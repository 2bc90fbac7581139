"""Writes `docs/glossary.md` from `data/words.csv`.

python -m tools.glossary
"""

from __future__ import annotations

from pathlib import Path

from drgsim.words import Word, words

PAGE = Path(__file__).resolve().parent.parent / "docs" / "glossary.md"
_HEAD = """\
# Glossary 词汇表

Every word that tables, reports and messages use, once, in Chinese and English. The page is written from
`data/words.csv` by `python -m tools.glossary`; change a word there.
本页由 `data/words.csv` 生成，改词请改该文件。
"""
_TITLES = {
    "house": ("Words of the house", "本程序自有的词"),
    "route": ("Routes of payment", "付费途径"),
    "outlier": ("Outliers", "倍率类别"),
    "review_outcome": ("Outcomes of special review", "特例单议结果"),
    "standing": ("Standing of a stay", "结余口径"),
    "not_payable": ("Why a stay cannot be paid", "无法付费的原因"),
    "trust": ("Trust in a fact", "可信度"),
    "method": ("Payment methods", "付费方式"),
    "severity": ("Severity of a problem", "问题级别"),
    "other_payer": ("Who else pays", "其他承担方"),
}


def page() -> str:
    """The page as text."""
    known = words()
    kinds: dict[str, list[Word]] = {}
    for each in known.values():
        kinds.setdefault(each.id.split(".")[0] if "." in each.id else "", []).append(each)
    defined = [each for each in known.values() if each.definition and not each.id.startswith("house.")]
    parts = [_HEAD, _section("Words of the house", "本程序自有的词", kinds["house"], told=True)]
    parts.append(_section("Words of the field", "业务用词", defined, told=True))
    for kind, (en, zh) in _TITLES.items():
        if kind != "house":
            parts.append(_section(en, zh, kinds[kind]))
    rest = [
        each
        for each in known.values()
        if not (each.definition or ("." in each.id and each.id.split(".")[0] in _TITLES))
    ]
    parts.append(_section("Headings and other names", "表头与其他名称", rest))
    return "\n".join(parts)


def _section(en: str, zh: str, found: list[Word], *, told: bool = False) -> str:
    heads = ["中文", "English", "id", *(["short 简称", "what it is", "含义"] if told else [])]
    lines = [f"## {en} {zh}", "", _row(heads), _row(["---"] * len(heads))]
    for each in found:
        cells = [each.zh, each.en, f"`{each.id}`"]
        lines.append(_row([*cells, *([each.short, each.definition, each.definition_zh] if told else [])]))
    return "\n".join([*lines, ""])


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
