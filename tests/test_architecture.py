"""The street has no way back: each room imports only the rooms the design allows."""

import ast
from pathlib import Path

import pytest

import drgsim

PACKAGE = Path(drgsim.__file__).resolve().parent

# room -> rooms it may import; helpers at the top of the package may be imported by all
MAY_IMPORT: dict[str, set[str]] = {
    "_kernels": set(),
    "codes": {"_kernels"},
    "cases": {"_kernels", "codes"},
    "schemes": {"_kernels", "codes", "cases"},
    "grouping": {"_kernels", "codes", "cases", "schemes"},
    "dip": {"_kernels", "codes", "cases", "schemes", "grouping"},
}
_GROUPED = {*MAY_IMPORT}
MAY_IMPORT["synthetic"] = _GROUPED
MAY_IMPORT["policy"] = _GROUPED
MAY_IMPORT["weights"] = _GROUPED | {"policy"}
MAY_IMPORT["payment"] = _GROUPED | {"policy", "weights"}
_PAID = _GROUPED | {"policy", "weights", "payment"}
MAY_IMPORT["settlement"] = _PAID
MAY_IMPORT["transition"] = _PAID | {"settlement"}
MAY_IMPORT["office"] = _PAID | {"settlement", "transition"}
MAY_IMPORT["audit"] = _PAID
MAY_IMPORT["fund"] = _PAID | {"settlement"}
MAY_IMPORT["simulation"] = _PAID | {"synthetic", "settlement", "transition", "fund", "audit"}
MAY_IMPORT["exchange"] = _PAID | {"settlement"}
MAY_IMPORT["engines"] = _PAID | {"settlement"}
MAY_IMPORT["spark"] = _PAID | {"settlement", "engines"}
MAY_IMPORT["report"] = set(MAY_IMPORT)
ROOMS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file())
MAY_IMPORT["web"] = set(MAY_IMPORT)
MAY_IMPORT["notebook"] = set(MAY_IMPORT)
MAY_IMPORT["cli"] = set(MAY_IMPORT)


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Absolute names of everything a file imports, wherever in the file."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found.update(f"{base}.{name.name}" for name in node.names)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_before_it(room):
    assert room in MAY_IMPORT, f"the new room {room!r} has no place on the street yet"
    wrong = [
        f"{module_name(path)} imports {name}"
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for name in sorted(imports(path))
        if name.startswith("drgsim.")
        and (PACKAGE / name.split(".")[1] / "__init__.py").is_file()
        and name.split(".")[1] not in MAY_IMPORT[room] | {room}
    ]
    assert wrong == []


def test_helpers_at_the_top_import_no_room():
    wrong = [
        f"{path.name} imports {name}"
        for path in sorted(PACKAGE.glob("*.py"))
        if path.name not in {"__init__.py", "__main__.py"}
        for name in sorted(imports(path))
        if name.startswith("drgsim.") and name.split(".")[1] in ROOMS
    ]
    assert wrong == []


def test_kernels_know_no_python_modules():
    lines = [
        f"{path.name}: {line.strip()}"
        for path in sorted((PACKAGE / "_kernels").glob("*.pyx"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("import ", "from ")) and " cimport " not in line
    ]
    assert lines == []


def test_every_kernel_has_a_stub_with_the_same_names():
    for path in sorted((PACKAGE / "_kernels").glob("*.pyx")):
        stub = path.with_suffix(".pyi")
        assert stub.is_file(), f"{path.name} has no stub"
        module = __import__(f"drgsim._kernels.{path.stem}", fromlist=["*"])
        public = {name for name in vars(module) if not name.startswith("_")}
        declared = {
            node.name
            for node in ast.parse(stub.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        assert public == declared, path.name


def test_what_is_installed_imports_nothing_that_is_not():
    """`tools`, `tests` and `benchmarks` lie beside the package in a checkout and are in no wheel."""
    beside = ("tools", "tests", "benchmarks")
    wrong = [
        f"{module_name(path)} imports {name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for name in sorted(imports(path))
        if name.split(".")[0] in beside
    ]
    assert wrong == []
