"""Carrying out remedies in the files: `pgcfglint --fix`.

Pure but for files.py. `edits` says which findings an edit of the file cures and where; `yamltext` that
nothing else in a YAML text is touched by it; `files` writes. Who calls them checks the result anew.
"""
