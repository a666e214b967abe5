"""From a baked image to values: what a Dockerfile and its scripts write into PostgreSQL's configuration.

Nothing is executed. `shell` reads commands, `commands`, `sed` and `sql` say what they write, `dockerfile`
walks through an image, `values` turns what was found into a chart's values.
"""
