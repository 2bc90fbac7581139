"""One door to libraries that are not required; its error names the feature and the extra to install."""

from importlib import import_module
from types import ModuleType

from .errors import MissingExtraError


def require(module: str, *, extra: str, feature: str) -> ModuleType:
    """Import `module`, or say which extra of drgsim brings it.

    >>> require("json", extra="none", feature="an example").__name__
    'json'
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{feature} needs the library {module.partition('.')[0]!r}, which is not installed",
            do=f'pip install "drgsim[{extra}]"',
        ) from error


def installed(module: str) -> bool:
    """Whether an optional library can be imported, without importing it."""
    from importlib.util import find_spec

    return find_spec(module) is not None
