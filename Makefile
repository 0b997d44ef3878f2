# make demo   install into .venv and rank the bundled sample
# make test   install everything into .venv-test and run all checks
# make model  train the shipped model anew: make model DATA=path/to/data
# make bench  run the benchmarks and write their tables: make bench DATA=path/to/data
# make wheel  build dist/*.whl

PYTHON ?= python3
DATA ?= ../shared/data
DEMO = .venv/.installed
TEST = .venv-test/.installed
RUN = .venv-test/bin/python
# They fork, kill and interrupt: measuring coverage there costs minutes and counts nothing. Beside
# other tests in one process, garbage is collected too seldom to give back the files they open.
KILLED = tests/store/test_store_crash.py tests/store/test_store_faults.py
# What tests write lies in memory where 4 GB fit (containers often have 64 MB): disks take longer.
MEMORY = $(shell [ "$$(df --output=avail /dev/shm 2>&1 | tail -n 1)" -gt 4000000 ] 2>&- && \
	echo TMPDIR=/dev/shm)
WORKERS ?= 2
# On a busy machine OpenMP threads wait for each other longer than they work.
PYTEST = $(MEMORY) OMP_NUM_THREADS=1 $(RUN) -m pytest --numprocesses=$(WORKERS) --dist=worksteal
# Empty means that compiled modules are kept: tests start many processes.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test lint types unit killed measured model bench wheel clean

demo: $(DEMO)
	.venv/bin/matchmaker demo --output demo-output

# Nothing runs beside the tests that kill: a starved writer is killed before it has begun. Types are
# checked beside the others, which take longer, so that pytest has the last word.
test: lint killed
	$(MAKE) --no-print-directory --jobs=2 types measured

lint: $(TEST)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: $(TEST)
	$(RUN) -m mypy

unit: killed measured

killed: $(TEST)
	$(PYTEST) $(KILLED)

measured: $(TEST)
	$(PYTEST) --cov --cov-fail-under=95 $(KILLED:%=--ignore=%)

model: $(TEST)
	$(RUN) -m matchmaker.training --data $(DATA) --out models

bench: $(TEST)
	$(RUN) -m benchmarks.bdci --data $(DATA)
	$(RUN) -m benchmarks.calibration --data $(DATA)
	$(RUN) -m benchmarks.learning --data $(DATA)
	$(RUN) -m benchmarks.retrieval --data $(DATA)
	$(RUN) -m benchmarks.throughput
	$(RUN) -m benchmarks.scale --data $(DATA)
	$(RUN) -m benchmarks.indicators
	$(RUN) -m benchmarks.reasons --data $(DATA)
	$(RUN) -m benchmarks.cleaning --data $(DATA) --needs $(DATA)/bdci2019/needs.jsonl
	$(RUN) -m benchmarks.anonymity
	$(RUN) -m benchmarks.assignment
	$(RUN) -m benchmarks.event
	$(RUN) -m benchmarks.startup
	$(RUN) -m benchmarks.tables

wheel: $(TEST)
	$(RUN) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

$(DEMO): pyproject.toml
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --editable .
	touch $@

# torch first and by version: otherwise the newest build with gigabytes of CUDA comes along.
# Of the three largest libraries little is used: what is imported is compiled then. The others are
# compiled here, so that a warning of their sources is none of the tests'.
$(TEST): pyproject.toml
	$(PYTHON) -m venv .venv-test
	$(RUN) -m pip install --quiet --upgrade pip
	$(RUN) -m pip install --quiet --no-compile torch==2.13.0
	$(RUN) -m pip install --quiet --no-compile --editable '.[dev]'
	$(RUN) -m compileall -q -j 2 -x 'site-packages/(torch|transformers|sympy)/|/tests/' .venv-test/lib
	touch $@

clean:
	rm -rf .venv .venv-test demo-output dist build .coverage .mypy_cache .pytest_cache .ruff_cache
