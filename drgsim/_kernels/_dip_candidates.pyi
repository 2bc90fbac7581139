from collections.abc import Mapping

import numpy as np

class CandidateTables:
    def __init__(self, tables: Mapping[str, np.ndarray | int]) -> None: ...
