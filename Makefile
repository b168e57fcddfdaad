# Every target sets up what it needs in .venv; nothing else on the machine is changed.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready
WORKERS ?= 2

.PHONY: help setup demo check test fuzz bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv with everything the other targets need

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11, 3.12 or 3.13 found; install one, or name it: make PYTHON=/path/to/python3"; exit 2; }
	@echo "setting up .venv with $(PYTHON), once; this takes about a minute"
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv \
		|| { echo "make: $(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

demo: $(READY) ## the main job: drop a request, watch it being built, ask the agent
	@sh examples/demo.sh

check: $(READY) ## lint, format, types, direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(READY) ## all tests, at least 90 % of the branches
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --cov --cov-report=term

fuzz: $(READY) ## the property tests with many more examples
	$(BIN)/python -m pytest --numprocesses $(WORKERS) -m hypothesis --hypothesis-profile=fuzz --timeout=0

bench: $(READY) ## speed and memory, as a table with the targets
	@$(BIN)/python -m benchmarks

clean: ## remove .venv, the demo and everything the tools left behind
	rm -rf .venv demo build dist *.egg-info .coverage* .*_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
