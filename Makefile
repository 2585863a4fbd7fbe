# Two commands are enough: `make demo` (the whole job, offline, on a simulated market) and `make test`.
# Both create .venv and install the pinned packages by themselves.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
LOCK := --generate-hashes --python-version 3.11 --universal --no-header --quiet

.PHONY: install demo test test-all test-duckdb2 test-processor test-install check duckdb2 spark lock house bench soak clean

install: $(RUNTIME)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "watchlist needs Python 3.11 or newer; name one with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

# --compile: an environment without byte code starts two to four times slower
$(RUNTIME): requirements/runtime.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --compile --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q watchlist
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --compile --require-hashes -r requirements/dev.txt
	@touch $@

# the newest duckdb 2 beside the pinned one, which is the last that has DuckLake's extension
$(VENV)/duckdb2: requirements/duckdb2.txt | $(DEV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --require-hashes --target $@ -r $<
	@touch $@

duckdb2: $(VENV)/duckdb2

# pyspark, for tests/sweep/test_spark.py
$(VENV)/spark: requirements/spark.txt | $(DEV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --require-hashes --target $@ -r $<
	@touch $@

spark: $(VENV)/spark

demo: $(RUNTIME)
	$(BIN)/watchlist demo demo

test: $(DEV) $(VENV)/duckdb2
	$(BIN)/python -m pytest -n auto -m "not slow"

# what DuckDB answers, by its newest release
test-duckdb2: $(VENV)/duckdb2
	PYTHONPATH="$(CURDIR)/$(VENV)/duckdb2" $(BIN)/python -m pytest -n auto -m "not slow" tests/sql tests/queries tests/store

# documents, golden files and statistics with the last digits of an old processor, on one thread
test-processor: $(DEV)
	OPENBLAS_CORETYPE=Nehalem OPENBLAS_NUM_THREADS=1 NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL AVX512_SPR" \
	$(BIN)/python -m pytest -n auto -m "not slow" -W ignore::ImportWarning tests/docs tests/sql/test_cookbook.py tests/sql/test_formats.py tests/report tests/study tests/study_companions

# an installation into an empty environment, with the pins and without
test-install: $(DEV)
	$(BIN)/python -m pytest tests/packaging

# everything, the seeded simulations too
test-all: $(DEV) $(VENV)/duckdb2 $(VENV)/spark
	$(BIN)/python -m pytest -n auto

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# lines, modules, cycles, copies … beside what they may be
house: $(DEV)
	$(BIN)/python -m tests.house

bench: $(DEV)
	$(BIN)/python -m tests.bench

soak: $(DEV)
	$(BIN)/python -m tests.soak

# pins with hashes, no index address; needs uv (pip install uv)
lock:
	uv pip compile pyproject.toml --extra garch --extra shell --extra notebook --extra excel --extra lake --group dev $(LOCK) --output-file requirements/dev.txt
	uv pip compile pyproject.toml --group build --constraint requirements/dev.txt $(LOCK) --output-file requirements/runtime.txt
	uv pip compile requirements/duckdb2.in $(LOCK) --output-file requirements/duckdb2.txt
	uv pip compile requirements/spark.in $(LOCK) --output-file requirements/spark.txt

clean:
	rm -rf $(VENV) demo dist build
