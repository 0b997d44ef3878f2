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
# They fork, kill and interrupt: measuring coverage there costs minutes and counts nothing.
KILLED = tests/store/test_store_crash.py tests/store/test_store_faults.py

.PHONY: demo test lint types unit model bench wheel clean

demo: $(DEMO)
	.venv/bin/matchmaker demo --output demo-output

test: lint types unit

lint: $(TEST)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: $(TEST)
	$(RUN) -m mypy

# On a busy machine OpenMP threads wait for each other longer than they work.
unit: $(TEST)
	OMP_NUM_THREADS=1 $(RUN) -m pytest -q $(KILLED)
	OMP_NUM_THREADS=1 $(RUN) -m pytest --cov --cov-fail-under=95 $(KILLED:%=--ignore=%)

model: $(TEST)
	$(RUN) -m matchmaker.training --data $(DATA) --out models

bench: $(TEST)
	$(RUN) -m benchmarks.bdci --data $(DATA)
	$(RUN) -m benchmarks.calibration --data $(DATA)
	$(RUN) -m benchmarks.learning --data $(DATA)
	$(RUN) -m benchmarks.retrieval --data $(DATA)
	$(RUN) -m benchmarks.throughput
	$(RUN) -m benchmarks.scale --data $(DATA)
	$(RUN) -m benchmarks.startup
	$(RUN) -m benchmarks.tables

wheel: $(TEST)
	$(RUN) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

$(DEMO): pyproject.toml
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --editable .
	touch $@

# torch first and by version: otherwise the newest build with gigabytes of CUDA comes along.
$(TEST): pyproject.toml
	$(PYTHON) -m venv .venv-test
	$(RUN) -m pip install --quiet torch==2.13.0
	$(RUN) -m pip install --quiet --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv .venv-test demo-output dist build .coverage .mypy_cache .pytest_cache .ruff_cache
