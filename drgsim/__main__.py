"""`python -m drgsim` is the same as the command `drgsim`."""

import sys

from .cli import main

sys.exit(main())
