"""Every shipped policy pays the same fen as before: what moves is written down, with the reason."""

import pandas as pd

from .golden import FILE, found


def test_every_shipped_policy_pays_as_written_down():
    written = pd.read_csv(FILE, dtype={"digest": str})
    pd.testing.assert_frame_equal(found(), written, check_dtype=False)
