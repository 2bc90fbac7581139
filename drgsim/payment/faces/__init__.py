"""Results of paying as people meet them: frames, words, workbooks, worklists."""
