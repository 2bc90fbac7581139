"""The national rule language: its terms, a parser, a printer."""
