"""Compiled loops: arrays in, arrays out; no names, no policy, nothing imported from the package."""

from pathlib import Path as _Path
from typing import Any as _Any


def __getattr__(name: str) -> _Any:
    """Say what to do in a source folder whose kernels were never built: it hides an installed drgsim."""
    here = _Path(__file__).parent
    if (here / f"{name}.pyx").is_file() and not [*here.glob(f"{name}.*.so"), *here.glob(f"{name}.*pyd")]:
        raise ImportError(
            f"the compiled kernel {name} is not in this source folder, which hides an installed drgsim; "
            "what to do: pip install -e . here, or run from another folder",
            name=f"{__name__}.{name}",
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
