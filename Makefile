# The two commands: `make run` and `make test`. Everything they need goes into .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help run programs test check test-all fuzz crash bench clean

help:
	@echo "make run       install what it needs and serve on 127.0.0.1:8080 with demo data"
	@echo "make test      install what it needs and run the tests on SQLite and PostgreSQL"
	@echo "make check     ruff, mypy and import-linter"
	@echo "make test-all  the tests under every Python of 3.11, 3.12, 3.13 that is at hand"
	@echo "make fuzz      ten thousand random bodies on both transports"
	@echo "make crash     hundreds of kills while clients write"
	@echo "make bench     the benchmarks of tests/benchmarks"
	@echo "make clean     remove the virtual environment and caches"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[test]'
	@touch $@ $(VENV)/.run

$(VENV)/.check: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[test,check]'
	@touch $@ $(VENV)/.test $(VENV)/.run

run: $(VENV)/.run
	$(BIN)/genericinterface serve --demo

# gpg and openssl are the two parts that no Python package brings along.
programs:
	@for each in gpg:gnupg openssl:openssl; do \
	  command -v "$${each%:*}" >/dev/null && continue; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -qq -y --no-install-recommends "$${each#*:}" || exit 1; \
	  else echo "The tests need $${each%:*}: install the package $${each#*:} of your system." >&2; exit 1; fi; \
	done

test: programs $(VENV)/.test
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

check: $(VENV)/.check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-all:
	@for version in 3.11 3.12 3.13; do \
	  if command -v python$$version >/dev/null && python$$version -c '' 2>/dev/null; then \
	    echo "== Python $$version"; \
	    $(MAKE) --no-print-directory test PYTHON=python$$version VENV=.venv-$$version || exit 1; \
	  else echo "== Python $$version is not here"; fi; \
	done

fuzz: $(VENV)/.test
	GENERICINTERFACE_TEST_FUZZ=5000 $(BIN)/python -m pytest tests/test_fuzz.py $(ARGS)

crash: $(VENV)/.test
	$(BIN)/python -m tests.crash $(ARGS)

bench: $(VENV)/.test
	$(BIN)/python -m tests.benchmarks $(ARGS)

clean:
	rm -rf $(VENV) .venv-* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info
