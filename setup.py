"""Extensions and the place of `data/` in a wheel; everything else is in pyproject.toml.

DRGSIM_BOUNDS_CHECK=1   build the kernels with bounds and overflow checks (one CI run does)
DRGSIM_ABI3=1           build against the stable ABI of CPython 3.11 (cost below 3 % not shown; not shipped)
DRGSIM_ANNOTATE=1       write Cython's annotated HTML beside each kernel
"""

import os
from compileall import compile_dir
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).parent
CHECKED = os.environ.get("DRGSIM_BOUNDS_CHECK") == "1"
ABI3 = os.environ.get("DRGSIM_ABI3") == "1"
ANNOTATE = os.environ.get("DRGSIM_ANNOTATE") == "1"

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": CHECKED,
    "wraparound": False,
    "initializedcheck": CHECKED,
    "overflowcheck": False,
    "cdivision": True,
    "freethreading_compatible": True,
}


def kernels():
    sources = sorted((HERE / "drgsim" / "_kernels").glob("*.pyx"))
    extensions = [
        Extension(
            f"drgsim._kernels.{path.stem}",
            [path.relative_to(HERE).as_posix()],
            # no debug symbols: a fifth of the size; a build with checks is tested, and need not be fast
            extra_compile_args=[] if os.name == "nt" else ["-O0" if CHECKED else "-O3", "-g0"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")] if ABI3 else [],
            py_limited_api=ABI3,
        )
        for path in sources
    ]
    # force: a build with and one without bounds checks must never share generated C
    return cythonize(extensions, compiler_directives=DIRECTIVES, annotate=ANNOTATE, force=CHECKED or ABI3)


def data_packages():
    """`data/` and each folder in it, as packages under `drgsim._data` that hold no code."""
    folders = [path for path in sorted((HERE / "data").rglob("*")) if path.is_dir()]
    names = {"drgsim._data": "data"}
    for folder in folders:
        if "." in folder.name:  # a wheel would split it into two folders
            raise SystemExit(f"a folder under data/ has a dot in its name: {folder.name}")
        relative = folder.relative_to(HERE / "data")
        names[".".join(("drgsim._data", *relative.parts))] = folder.relative_to(HERE).as_posix()
    return names


class Kernels(build_ext):
    """Kernels; beside those built in place also bytecode, which pip makes for what it copies. Where
    PYTHONDONTWRITEBYTECODE is set, as in many containers, every start would compile the package anew."""

    def run(self):
        super().run()
        if self.inplace:
            compile_dir(HERE / "drgsim", quiet=1)


DATA = data_packages()

setup(
    packages=[*find_packages(include=["drgsim", "drgsim.*"]), *DATA],
    package_dir=DATA,
    package_data={
        "drgsim": ["py.typed"],
        "drgsim._kernels": ["*.pyi", "*.pxd"],
        "drgsim.web": ["static/*"],
        **{name: ["*"] for name in DATA},
    },
    exclude_package_data={"drgsim._kernels": ["*.c", "*.html"]},
    ext_modules=kernels(),
    cmdclass={"build_ext": Kernels},
    options={
        "build_ext": {"parallel": os.cpu_count() or 1},
        **({"bdist_wheel": {"py_limited_api": "cp311"}} if ABI3 else {}),
    },
)
