"""Scheme packs: grouping rules as data, loaded, checked, compared and compiled.

`drgsim.schemes()` lists the schemes that are installed, one row each; `Scheme.load` loads one.
"""

import sys

from .._rooms import callable_room

schemes = sys.modules[__name__]
callable_room(__name__, "drgsim.schemes.registry:list_schemes")
