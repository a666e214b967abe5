# Everything here runs in .venv, which the first target that needs it makes. PYTHON=python3.12 make … chooses
# the interpreter (3.10 or newer), for a .venv that does not exist yet.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
WORKERS ?= 2

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help demo test oracle lint bench bench-smoke catalog rules clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.package  ## check the example chart and show what is found
	@echo '$$ pgcfglint examples/citus-cluster'
	@$(BIN)/pgcfglint examples/citus-cluster; code=$$?; test $$code -le 1 || exit $$code

test: $(VENV)/.test  ## run every test (TESTS=tests/hooks for a part of them)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(TESTS)

oracle: $(VENV)/.test  ## ask real servers of every major every recorded and many made-up values, half an hour
	PGCFGLINT_ORACLE_MAJORS=all PGCFGLINT_ORACLE_SWEEP=1 \
	  $(BIN)/python -m pytest -n $(WORKERS) tests/oracle/test_values.py tests/oracle/test_catalog.py tests/oracle/test_shared_memory.py

lint: $(VENV)/.dev  ## style, types, layers: what .pre-commit-config.yaml names
	$(BIN)/pre-commit run --all-files --show-diff-on-failure

bench: $(VENV)/.package  ## the whole table of bench/README.md, some minutes
	$(BIN)/python bench/run.py

bench-smoke: $(VENV)/.package  ## fewer repetitions, but fails when a limit of bench/README.md is broken
	$(BIN)/python bench/run.py --smoke

catalog: $(VENV)/.test  ## export the parameter tables from real servers again
	$(BIN)/python -m pgcfglint.catalog.export

rules: $(VENV)/.package  ## write rules/README.md from the rule files
	$(BIN)/python -m pgcfglint.ruleindex

clean:  ## remove .venv and everything that can be made again
	rm -rf $(VENV) .cache build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# The stamps stand inside .venv, so that removing it is enough to start afresh.
$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "pgcfglint needs Python 3.10 or newer, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.package: pyproject.toml hatch_build.py | $(VENV)/.venv
	$(PIP) install --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.package
	$(PIP) install --group test
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	$(PIP) install --group dev
	@touch $@
