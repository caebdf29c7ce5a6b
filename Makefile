# Two commands set everything up on a machine that has Python 3.11 or newer and make:
#   make run    create .venv, install, run KEYNOTE-006, print its table, leave runs/keynote-006/report.html
#   make test   install what the tests need and run lint, types, house rules and tests
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := run

.PHONY: run test lint benchmark clean

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "remission needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12" % sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/installed-test: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

run: .venv/installed
	$(BIN)/remission run keynote-006 --out runs/keynote-006

test: .venv/installed-test lint
	$(BIN)/pytest tests src

lint: .venv/installed-test
	$(BIN)/ruff check src tests benchmarks validation
	$(BIN)/ruff format --check src tests benchmarks validation
	$(BIN)/mypy

clean:
	rm -rf .venv runs
