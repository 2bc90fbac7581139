"""Keeps `data/texts.csv` beside the code: every sentence that code speaks, and its Chinese.

    python -m tools.texts              # sentences without Chinese, and Chinese whose sentence is gone
    python -m tools.texts --prune      # drop the latter

A sentence is a text of two words or more in `drgsim/`, not a docstring, and not the English half of a pair
whose Chinese stands beside it. A value in it is a place, `{0}`; a text of several lines is a sentence a line.
Notes, clauses, units and evidence that documents of `data/` say in English alone are sentences too; so are
the titles and issuers of sources and what schemes say of their departures.
A row with `zh` in its last column is the English of a sentence that code says in Chinese alone.
"""

from __future__ import annotations

import argparse
import ast
import csv
import re
import sys
import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "data" / "texts.csv"
PLACE = re.compile(r"\{(\d+)\}")
CHINESE = re.compile("[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"(?<![\w.`/-])[A-Za-z][a-z']+,?:? +[a-z(][a-z']*|[a-z]{2,} +[a-z]{2,}")
_MARKUP = re.compile(r"</|<\w+[ >]|\\[sdS(]|^\^|^# TYPE|^@page|^default-src|\{ *[a-z-]+: [^}]*;")
# files whose texts are no speech: builders, what has both languages of its own, names of random streams
_OTHERWISE = (
    "_kernels/", "language.py", "report/markup.py",
    "web/openapi.py", "web/kept.py", "web/metrics.py",
    "policy/manual.py", "schemes/pack_write.py", "grouping/refine/refine.py", "grouping/explanation.py",
    "cases/conditions/words.py", "cases/checking/proposals.py", "payment/faces/estimate_words.py",
    "payment/faces/enough.py", "office/bureau.py",
    "synthetic/case_codes.py", "synthetic/complications.py", "synthetic/dirt.py", "synthetic/people.py",
    "synthetic/outcome.py", "synthetic/planted.py",
)  # fmt: skip
_NO_SPEECH = {  # words of libraries and files, or part of what is said whole elsewhere
    "yyyy-mm-dd hh:mm:ss", "axes fraction", "offset points", "figure fraction", "outside upper right",
    "outside upper left", "Failed to find font weight", "small mono",
    "what to do: {}", "did you mean {}?", "note box", "bad box", "button quiet",
    "root entry", "hidden sheet",
}  # fmt: skip
_ROOMS = ("policies", "scenarios", "fund", "simulation", "dip", "weights", "layouts", "office")
_NOTED = {"note", "notes", "clause", "evidence", "unit", "title", "round_note", "placeholder_note"}
_INWARD = {"series.csv", "procedure_classes.csv", "retirement.csv"}  # notes for those who keep the data
_NAMED = re.compile(f"{CHINESE.pattern}{{2}}")  # Chinese, where a grade such as Ⅰ级 is a name
_SPELLINGS = re.compile(f"(?: [^ ,;。]*{CHINESE.pattern}[^ ,;。]*){{4,}}$")  # a list of headers
_PHRASE = re.compile("[a-z]{3,} [a-z]{2,}|[a-z]{5,}$")  # what a departure says, beside codes and rules
_FEWEST = 4  # letters a template must say itself


def sentences() -> dict[str, str]:
    """Every sentence of the code and of the documents, and the file that says it first."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "drgsim").rglob("*.py")):
        name = path.relative_to(ROOT / "drgsim").as_posix()
        if not name.startswith(_OTHERWISE):
            for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
                for line in lines_of(text):
                    found.setdefault(line, name)
    for text, name in (*noted(), *cited()):
        found.setdefault(text, name)
    return found


def cited() -> Iterator[tuple[str, str]]:
    """Titles and issuers of sources in English; columns of an audit's tables; departures of a scheme from its
    source."""
    for row in _table("sources.csv"):
        yield from (
            (row[key], "data/sources.csv")
            for key in ("title", "issuer")
            if not CHINESE.search(row[key]) and _SENTENCE.search(row[key])
        )
    for row in _table("audit/tables.csv"):
        if row["description"]:
            yield row["description"], "data/audit/tables.csv"
    for path in sorted((ROOT / "data" / "schemes").glob("*/departures.csv")):
        for row in _table(path.relative_to(ROOT / "data").as_posix()):
            for text in (row["source"], row["here"], row["evidence"]):
                if (
                    _PHRASE.search(text)
                    and not CHINESE.search(text)
                    and not text.startswith("appendix table")
                ):
                    yield text, path.relative_to(ROOT).as_posix()


def _table(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def noted() -> Iterator[tuple[str, str]]:
    """What documents that ship say in English alone, under the keys users are shown, and the document."""
    for room in _ROOMS:
        for path in sorted((ROOT / "data" / room).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.name in _INWARD:
                continue
            if path.suffix in (".yaml", ".yml"):
                read = yaml.load(
                    path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
                )
            elif path.suffix == ".toml":
                read = tomllib.loads(path.read_text(encoding="utf-8"))
            elif path.suffix == ".csv":
                with path.open(encoding="utf-8", newline="") as file:
                    read = list(csv.DictReader(file))
            else:
                continue
            yield from ((" ".join(text.split()), name) for text in _notes(read, ""))


def _notes(read: object, key: str) -> Iterator[str]:
    if isinstance(read, dict):
        for name, value in read.items():
            yield from _notes(value, str(name))
    elif isinstance(read, list):
        for value in read:
            yield from _notes(value, key)
    elif isinstance(read, str) and key in _NOTED and " " in read.strip() and not _NAMED.search(read):
        yield read


def lines_of(text: str) -> Iterator[str]:
    """The sentences of a text, a line each, with their places counted from 0."""
    for line in text.split("\n"):
        body = numbered(line).strip()
        said = PLACE.sub("X", body)
        letters = sum(map(len, re.findall("[A-Za-z]+", PLACE.sub("", body))))
        if body in _NO_SPEECH or _SPELLINGS.search(body) or _MARKUP.search(body) or letters < _FEWEST:
            continue
        if _SENTENCE.search(said):
            yield body


def numbered(line: str) -> str:
    """A line with its places counted from 0."""
    numbers = iter(range(line.count("{")))
    return PLACE.sub(lambda _: f"{{{next(numbers)}}}", line)


def _texts(tree: ast.AST, above: tuple[ast.AST, ...] = ()) -> Iterator[str]:
    for child in ast.iter_child_nodes(tree):
        text = _template(child)
        if text is None:
            yield from _texts(child, (*above, tree))
            continue
        if not isinstance(tree, ast.Expr) and not _paired(child, text, tree, above):
            yield text
        for value in getattr(child, "values", ()):
            if isinstance(value, ast.FormattedValue):
                yield from _texts(value, (*above, tree, child))


def _template(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    said, place = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            said += str(part.value)
        else:
            said += f"{{{place}}}"
            place += 1
    return said


def _paired(node: ast.AST, text: str, tree: ast.AST, above: tuple[ast.AST, ...]) -> bool:
    """Whether the Chinese of a text stands beside it in the code."""
    if CHINESE.search(text):
        return False
    beside: list[ast.AST] = []
    if isinstance(tree, ast.Tuple | ast.List):
        beside = list(tree.elts)
    elif isinstance(tree, ast.Call):
        beside = [*tree.args, *(each.value for each in tree.keywords)]
    elif isinstance(tree, ast.IfExp):
        beside = [tree.body, tree.orelse]
    elif isinstance(tree, ast.Dict):
        beside = list(tree.values)
    elif isinstance(tree, ast.keyword) and above and isinstance(above[-1], ast.Call):
        beside = [each.value for each in above[-1].keywords]
    other = [_template(each) for each in beside if each is not node]
    return any(each and CHINESE.search(each) and not _SENTENCE.search(PLACE.sub("X", each)) for each in other)


def table() -> dict[str, str]:
    """The Chinese of each sentence, as `data/texts.csv` has it."""
    return {row["en"]: row["zh"] for row in _rows() if not row["said"]}


def said_in_chinese() -> dict[str, str]:
    """The English of each sentence that the code says in Chinese alone, by its Chinese."""
    return {row["zh"]: row["en"] for row in _rows() if row["said"] == "zh"}


def chinese() -> set[str]:
    """What the code says in Chinese: every text with a Chinese sign, its values as places, a line each."""
    found: set[str] = set()
    for path in (ROOT / "drgsim").rglob("*.py"):
        for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            if CHINESE.search(text):
                found.update(numbered(line).strip() for line in text.split("\n"))
    found.update(row[key] for row in _table("sources.csv") for key in ("title", "issuer"))
    return found


def _rows() -> list[dict[str, str]]:
    return _table(TABLE.name)


def write(rows: dict[str, str], back: dict[str, str]) -> None:
    """Write the table, in the order of its sentences."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["en", "zh", "said"])
        lines = [(en, zh, "") for en, zh in rows.items()] + [(en, zh, "zh") for zh, en in back.items()]
        writer.writerows(sorted(lines))


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prune", action="store_true", help="drop Chinese whose sentence is gone")
    asked = parser.parse_args()
    said, known = sentences(), table()
    kept = {text: zh for text, zh in known.items() if text in said or text in OUTSIDE}
    lines = [f"{said[text]}: {text}" for text in said if text not in known]
    lines.append(f"{len(said)} sentences, {len(lines)} without Chinese, {len(known) - len(kept)} gone")
    sys.stdout.write("\n".join(lines) + "\n")
    if asked.prune:
        here = chinese()
        write(kept, {zh: en for zh, en in said_in_chinese().items() if zh in here})


def _bounded() -> Iterator[str]:
    """What a value of a policy may be, as `allowed` puts it together."""
    amount = "a number, an expression over facts, or a table {fact: {value: amount, other: amount}}"
    least, most = ("", " at least {}", " above {}"), ("", " at most {}")
    numbers = product(("number", "integer", "ratio", "money", "a number", amount), least, most)
    others = product(("text", "true or false", "a list of codes"), [""], [""])
    for (kind, low, high), end in product([*numbers, *others], ("", ", or null")):
        text = f"{kind}{low}{high}{end}".replace("{}", "{0}", 1).replace("{}", "{1}", 1)
        if " " in text:
            yield text


# sentences of the standard library, and words in the places of others, that users read through ours
OUTSIDE = (
    *_bounded(),
    "no such parameter, effect or fact",
    "`drgsim policy show national-drg-rate --all` lists them",
    "table {0}",
    "Learned from {0} cases of {1}; score method {2}.",
    "Learned on {0} from {1} cases of {2}; score method {3}.",
    "key is {0}",
    "no such row in 排除表 of the first edition of the workbook ({0})",
    "appendix table {0} of the published text of the scheme has the row",
    "the end",
    "line {0}, column {1}",
    "character {0} of {1}",
    "{0}: {1} cases",
    "{0} problems",
    "1 problem",
    "diagnosis",
    "procedure",
    "Expecting value ({0})",
    "Expecting property name enclosed in double quotes ({0})",
    "Extra data ({0})",
    "layout {0} ({1})",
    "encoding {0}, separator {1}",
    "scheme {0} ({1}), trust: {2}",
    "region {0}; method {1}; scheme {2}; valid {3} to {4}; on {5}",
    "encoding {0}",
    "separator {0}",
    "hash {0}",
    "cmi CMI: {0}",
    "说明 notes",
    "选择 choices",
    "诊断 diagnosis",
    "手术操作 procedure",
    "sheet {0}",
    "comma",
    "semicolon",
    "tab",
    "(default: {0})",
    "{0} and {1} more",
    "usage:",
    "positional arguments",
    "options",
    "show this help message and exit",
    "show program's version number and exit",
    "the following arguments are required: {0}",
    "argument {0}: {1}",
    "invalid choice: {0} (choose from {1})",
    "unrecognized arguments: {0}",
    "expected one argument",
    "expected at least one argument",
    "expected {0} arguments",
    "invalid {0} value: {1}",
    "not allowed with argument {0}",
    "one of the arguments {0} is required",
    "ignored explicit argument {0}",
    "ambiguous option: {0} could match {1}",
    "No such file or directory",
    "Permission denied",
    "No space left on device",
    "Is a directory",
    "Not a directory",
    "File exists",
    "Read-only file system",
    "File name too long",
    "Too many open files",
    "Input/output error",
    "Address already in use",
)

if __name__ == "__main__":
    main()
