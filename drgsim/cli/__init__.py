"""The command line: `drgsim COMMAND …`. One file a command; each offers `add_parser(commands)`.

Exit codes: 0 done; 1 done, but the data has problems the command was asked to find; 2 wrong use
(unknown option, file or name); 3 a file cannot be read
or written; 130 stopped by the user.
"""

from .main import main

__all__ = ["main"]
