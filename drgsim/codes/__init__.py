"""The diagnosis and procedure catalogues: codes, names, ids, crosswalk, and the encoder from text to ids."""

from .catalogue import Catalogue, Kind
from .code_lists import EMPTY, UNKNOWN, CodeLists
from .codebook import Codebook

__all__ = ["EMPTY", "UNKNOWN", "Catalogue", "CodeLists", "Codebook", "Kind"]
