# The two commands: `make run` and `make test`. Everything is set up in .venv the first time.
PYTHON ?= python3
PORT ?= 8501
ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test test-slow fuzz audit lint format clean

# Compiled modules are kept: the tests start a hundred processes, and each would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE

# Modules are called with `python -m`, since the scripts in .venv/bin break when the folder is moved or renamed.
PY := .venv/bin/python
PIP := $(PY) -m pip install --disable-pip-version-check
# Whole files side by side, since what several tests of a file share is made once for each process. Four, since
# many tests wait for the processes that they start.
SIDE_BY_SIDE := --numprocesses=4 --dist=loadfile --no-loadscope-reorder
VERSION_FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

help: ## Say what there is
	@echo "Cats and dogs: a dashboard to learn image classification with."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "PYTHON=python3.12 picks another Python, PORT=8600 another port, ARGS=... goes to pytest."

setup: .venv/.ready ## Install what the dashboard needs into .venv

run: .venv/.ready ## Fetch the photos (first time) and open the dashboard on http://127.0.0.1:8501
	@$(PY) -m catdog data --fetch --give-up-after 20 || true
	@$(PY) dashboard.py --server.port="$(PORT)"

test: .venv/.ready-to-test ## Run the tests, in minutes; ARGS="-k flip" picks some
	@$(PY) -m pytest -m "not slow" $(SIDE_BY_SIDE) $(ARGS)

test-slow: .venv/.ready-to-test ## Run the tests of Ray, benchmarks and long trainings
	@$(PY) -m pytest -m slow $(SIDE_BY_SIDE) --numprocesses=3 $(ARGS)

fuzz: .venv/.ready-to-test ## Read 10,000 damaged image files; ARGS="--cases 100000 --seed 2" reads more
	@$(PY) -m tests.fuzz --cases 10000 $(ARGS)

audit: .venv/.ready-to-test ## Look for known weaknesses of the installed packages; asks pypi.org about each
	@$(PY) -m pip_audit --local --strict --progress-spinner off $(ARGS)

lint: .venv/.ready-to-test ## Check style, format, docstrings and who imports whom
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@PYTHONPATH=. $(PY) -c 'import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())'

format: .venv/.ready-to-test ## Put the code into the project's format
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

clean: ## Remove .venv and tool caches; photos and runs in var/ stay
	@rm -rf .venv .pytest_cache .ruff_cache
	@find . \( -path ./.git -o -path ./var \) -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

# A virtual environment that works is kept; one that is half made, or of a Python that is gone, is made anew.
.venv/.ready: requirements.txt
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
		echo "Python 3.11 to 3.13 is needed, and $(PYTHON) was not found: install it, or say make PYTHON=/path/to/python." >&2; exit 1; }
	@$(PYTHON) -c '$(VERSION_FITS)' || { \
		echo "Python 3.11 to 3.13 is needed, and $(PYTHON) is $$($(PYTHON) -V 2>&1): say for example make PYTHON=python3.12." >&2; exit 1; }
	@$(PY) -c 'import pip; $(VERSION_FITS)' 2>/dev/null || { \
		echo "Setting up .venv: first time only, a few minutes, about 3 GB."; $(PYTHON) -m venv --clear .venv; }
	$(PIP) -r requirements.txt
	@touch $@

.venv/.ready-to-test: .venv/.ready requirements-dev.txt requirements-ray.txt requirements-signin.txt requirements-onnx.txt
	$(PIP) -r requirements-dev.txt
	@touch $@
