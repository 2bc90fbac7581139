"""The house stays one that a stranger can walk through: sizes of files, and no circles of imports."""

import ast
import csv
from functools import cache
from pathlib import Path
from statistics import median

from .test_architecture import PACKAGE, module_name

FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = {module_name(path): path for path in FILES}
TEXTS = {path: path.read_text(encoding="utf-8") for path in FILES}
LINES = {path: len(text.splitlines()) for path, text in TEXTS.items()}
# longer than a file should be, and the length that it may only fall from
LONG: dict[str, int] = {}
MOST_FILES = 639  # falls with what is merged; 420 is where it should be
MOST_PAIRS = 4  # of modules that name each other, inside functions or for types alone; falls as well


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(TEXTS[path])


def test_no_file_is_long():
    long = {path.relative_to(PACKAGE).as_posix(): lines for path, lines in LINES.items() if lines > 350}
    assert {name: lines for name, lines in long.items() if lines > LONG.get(name, 350)} == {}


def test_files_are_few_and_of_a_readable_length():
    assert len(FILES) <= MOST_FILES
    assert 90 <= median(LINES.values()) <= 150


def imported(path: Path, *, anywhere: bool = False) -> set[str]:
    """The modules of the package that importing a file imports; with `anywhere`, also what functions import
    when they are called, and what only type checks import."""
    package = module_name(path).split(".")
    package = package if path.name == "__init__.py" else package[:-1]
    found = set()
    waiting: list[ast.AST] = list(tree(path).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += [*node.body, *node.orelse] if anywhere else []
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for name in node.names:
                inside = f"{base}.{name.name}"
                found.add(inside if inside in MODULES else base)
        elif isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif anywhere:
            waiting += ast.iter_child_nodes(node)
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules each of which comes to itself by way of all others of its group."""
    reached = {name: set(needs) for name, needs in graph.items()}
    for middle in graph:
        for needs in reached.values():
            if middle in needs:
                needs |= reached[middle]
    groups = {
        frozenset(other for other in needs if name in reached[other])
        for name, needs in reached.items()
        if name in needs
    }
    return sorted(sorted(group) for group in groups)


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": {"d"}, "f": {"a"}}) == [
        ["a", "b", "c"],
        ["d", "e"],
    ]


def test_no_module_imports_itself_by_way_of_others():
    graph = {name: imported(path) & MODULES.keys() - {name} for name, path in MODULES.items()}
    assert circles(graph) == []


def test_no_more_than_two_modules_know_each_other():
    """The picture of the imports, as one draws it who reads the files. A catalogue and what searches it, a
    scheme and where it is found are pairs of one idea in two files; there is no longer way round."""
    graph = {name: imported(path, anywhere=True) & MODULES.keys() - {name} for name, path in MODULES.items()}
    found = circles(graph)
    assert [circle for circle in found if len(circle) > 2] == []
    assert len(found) <= MOST_PAIRS


def test_modules_named_in_strings_are_there():
    """`report_room("page")` and `callable_room(…, "module:function")`: a renamed file is missed at the end
    of a run."""
    named = []
    for path in FILES:
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            last = node.args[-1]
            text = last.value if isinstance(last, ast.Constant) and isinstance(last.value, str) else ""
            if node.func.id == "report_room":
                named.append(f"drgsim.report.{text}")
            elif node.func.id == "callable_room":
                named.append(text.partition(":")[0])
    assert len(named) > 5
    assert [name for name in named if name not in MODULES] == []


def test_every_row_of_a_table_of_data_is_as_wide_as_its_header():
    """A comma in a text without quotes moves what stands behind it into other columns."""
    torn = []
    for path in sorted((PACKAGE.parent / "data").rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        torn += [f"{path.name}:{row}" for row in rows if row and len(row) != len(header)]
    assert torn == []
