# Two commands matter: `make run` and `make test`. Each sets up all it needs, given Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint bench torture lock clean
.DELETE_ON_ERROR:

run: .venv/run.stamp
	@$(BIN)/streamlit run dashboard.py

test: .venv/test.stamp .venv-strangers/stamp lint
	@$(BIN)/python tests/postgres.py
	@BROWSER_PATH="$$($(BIN)/python tests/browser/provision.py)" $(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: .venv/test.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

bench: .venv/test.stamp .venv-strangers/stamp
	@for script in tests/bench/bench_*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

# The long runs, in parts: `make torture PART=engine`. Each prints its seed.
PART ?=
torture: .venv/test.stamp
	@$(BIN)/pytest -s tests/torture$(if $(PART),/test_torture_$(PART).py)

# The compiled requirements, with hashes, from the readable ones. Needs uv (pip install uv).
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' \
		pyproject.toml -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' \
		-c requirements.txt pyproject.toml --extra test -o tests/requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' \
		tests/strangers/requirements.in -o tests/strangers/requirements.txt

clean:
	rm -rf .venv .venv-strangers .mypy_cache .ruff_cache .hypothesis

.venv/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Python 3.11 or newer is needed, {sys.executable} is {sys.version.split()[0]}: name another with make PYTHON=...")'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: requirements.txt .venv/python.stamp
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/test.stamp: tests/requirements.txt .venv/run.stamp
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@touch $@

# Other people's KuCoin clients, by which the practice exchange is judged: one of them has our package's import name.
.venv-strangers/stamp: tests/strangers/requirements.txt
	@$(PYTHON) -m venv .venv-strangers
	@.venv-strangers/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
