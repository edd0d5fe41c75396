# make demo    hear it: makes loops, scans them, arranges a set and performs it
# make test    run the tests
# make check   lint, format, types, layers
#
# Each makes .venv when it is missing or older than pyproject.toml; a second run installs nothing.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
STAMP := $(VENV)/.made
DEV_STAMP := $(VENV)/.made-dev
# On all processors; those that play in real time at last and alone (tests/conftest.py). SHARED= runs
# all in one process.
SHARED := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test check format readme layouts wheel clean

help:
	@sed -n 's/^# \(make .*\)/  \1/p' Makefile

demo: $(STAMP)
	@echo "demo: making loops and a set in demo/"
	@$(BIN)/loopmind demo --out demo

test: $(DEV_STAMP)
	@echo "test: running the tests (add ARGS='tests/timing' to run some of them)"
	@$(BIN)/python -m pytest $(SHARED) $(ARGS)

check: $(DEV_STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

readme: $(DEV_STAMP)
	$(BIN)/python .make/update_readme.py

layouts: $(STAMP)
	@$(BIN)/loopmind touchosc --out controllers

wheel: $(DEV_STAMP)
	$(PIP) wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) demo dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@PYTHON='$(PYTHON)' sh .make/make_venv.sh $(VENV)

$(STAMP): pyproject.toml | $(BIN)/python
	@echo "setup: installing what loopmind needs into $(VENV) (a few minutes the first time)"
	@$(PIP) install --quiet --editable .
	@sh .make/check_sound.sh $(BIN)/python
	@touch $@

$(DEV_STAMP): $(STAMP)
	@echo "setup: installing what the checks and tests need into $(VENV)"
	@$(PIP) install --quiet --editable '.[dev]'
	@touch $@
