# make demo   sets up, then runs memsyncd on made-up logs and shows what comes out
# make test   sets up, then lint, types, import rules and all tests
# make bench  sets up, then the benchmarks; not part of the tests
# make bench-daemon  sets up, then how fast the daemon writes, and what it costs while nothing happens
# make soak   sets up, then the daemon under everything that can happen to it, for MINUTES with SEED
# make bench-redact  sets up, then what redaction finds, finds wrongly and costs
# make bench-digest  sets up, then what the memory files of made-up, labelled days hold of what a reader needs
PYTHON ?= python3
VENV   ?= .venv
MINUTES ?= 20
SEED   ?= 1
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: setup demo test lint types layers unit bench bench-redact bench-daemon bench-digest soak wheel clean
.DELETE_ON_ERROR:

setup: $(READY)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "memsyncd needs Python 3.11 or newer; name one with make PYTHON=…")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: setup
	@$(BIN)/memsyncd demo

test: lint types layers unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

unit: setup
	$(BIN)/python -m pytest -n auto

bench: setup
	$(BIN)/python -m benchmarks

bench-redact: setup
	$(BIN)/python -m benchmarks.redaction

bench-daemon: setup
	$(BIN)/python -m benchmarks.daemon

bench-digest: setup
	$(BIN)/python -m benchmarks.digest

soak: setup
	$(BIN)/python -m benchmarks.soak --minutes $(MINUTES) --seed $(SEED)

wheel: setup
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
