# Everything happens in .venv and ./var; nothing outside this folder is touched.
# `make` alone lists the targets.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Each command and each test is a process: they start twice as fast where modules are kept compiled.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Only wheels that the lock names by hash: no package runs code while it is installed. The lock
# holds all of them, so nothing is resolved again: a release of today could not match it.
INSTALL := $(PIP) install --require-hashes --no-deps --only-binary :all:

# The first of these that is 3.11 or newer makes .venv; `make PYTHON=python3.13 …` names another.
PYTHON ?= python3.11 python3.12 python3.13 python3 python
# Test processes; `make test JOBS=0 ARGS="tests/domain -x"` for one process and some tests.
JOBS ?= 2
ARGS ?=

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/.runtime ## Live 100 days of nurturing on this machine, then serve the pages
	@$(BIN)/nurture demo

.PHONY: up
up: $(VENV)/.runtime ## Run everything: pages, workers, clock, mailbox; state in ./var
	@$(BIN)/nurture up

.PHONY: test
test: lint ## Lint, types, layers, and all tests
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

# Measuring costs a quarter of the time, so it is not a part of every run.
.PHONY: cover
cover: $(VENV)/.dev ## All tests, and how much of the package they reach (85 % at least)
	@$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term --cov-fail-under=85 $(ARGS)

.PHONY: faults
faults: $(VENV)/.dev ## Kill, stop and cut off processes for an hour, seeds printed
	@NURTURE_KILLS=500 NURTURE_STEPS=100000 $(BIN)/python -m pytest -n $(JOBS) -s tests/faults $(ARGS)

.PHONY: lint
lint: $(VENV)/.dev ## Style, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

.PHONY: format
format: $(VENV)/.dev ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# Hashes of every platform's files for Python 3.11 and newer. `make lock UPGRADE=--upgrade`
# takes the newest versions; without it, those in the lock stay where they fit.
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile pyproject.toml --quiet \
	--cache-dir $(VENV)/uv --universal --python-version 3.11 --generate-hashes --no-annotate --extra build
UPGRADE ?=

.PHONY: lock
lock: $(VENV)/.dev ## Pin the dependencies of pyproject.toml in requirements*.lock
	$(COMPILE) $(UPGRADE) --output-file requirements.lock
	$(COMPILE) $(UPGRADE) --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock

.PHONY: clean
clean: ## Remove .venv and caches; ./var stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

# Stamps: a step runs again only when what it was made from has changed.

# Scripts in .venv hold this folder's path, so a moved checkout gets a new .venv.
PLACE := $(shell cat $(VENV)/.place 2>/dev/null)
ifneq ($(PLACE),$(CURDIR))
.PHONY: $(VENV)/.place
endif
$(VENV)/.place:
	@for candidate in $(PYTHON); do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			python=$$candidate; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Nurture needs Python 3.11 or newer; none of these is: $(PYTHON)." >&2; \
		echo "Install it, or name it: make PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv $(if $(PLACE),--clear) --prompt nurture $(VENV)
	@echo "$(CURDIR)" > $@

$(VENV)/.runtime: requirements.lock pyproject.toml $(VENV)/.place
	@echo "Installing requirements.lock"
	@$(INSTALL) -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml $(VENV)/.place
	@echo "Installing requirements-dev.lock"
	@$(INSTALL) -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
