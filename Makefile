# Plain `make` lists what there is. Python 3.11, 3.12 or 3.13 and make are all that is needed.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name))))
BIN := .venv/bin
# Each of the many processes of a run would compile all of our modules anew.
unexport PYTHONDONTWRITEBYTECODE
# Tests divide themselves over this many processes: one more than processors, since some tests wait.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Tools load the settings and never serve: no address in them leads anywhere.
NOWHERE := SECRET_KEY=a-key-of-tools-that-never-serve-7Q2mXv9LpRt4ZkWd8BnY6cHs3JfGe5Ua \
	TARGET_KEYS=1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= BASE_URL=https://breakglass.example.com \
	DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing REDIS_URL=redis://127.0.0.1:1/0

# uv where it runs and finds its index; else pip, slower and just as strict about hashes.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
install = $(PIP) --only-binary :all: -r requirements-uv.txt 2>/dev/null && \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r $(1) || \
	$(PIP) -r $(1)

# Only looked up where there is a network, and never a reason to fail: tomorrow's news about a
# library says nothing about today's change.
AUDIT := if $(BIN)/python -c 'import requests as r; r.get("https://pypi.org/pypi/pip/json", timeout=3).json()' \
	2>/dev/null; then found=$$($(BIN)/pip-audit --progress-spinner off --disable-pip --require-hashes \
	-r requirements.txt 2>&1) || echo "$$found"; \
	else echo "No network: known weaknesses of libraries were not looked up."; fi

.PHONY: help run test coverage screenshots check fix messages bench bgverify lock clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

run: .venv/run.stamp  ## everything on this machine, with the demo; Ctrl-C stops it (BIND=, DEMO=no)
	@exec $(BIN)/python -m config.run --with-parent

# The rules of the house read the code and run nothing of it: they are part of the check.
test: .venv/dev.stamp  ## all tests, on private servers of their own (a few: ARGS="tests/audit -k chain")
	@sh tests/install-system-packages tests/system-packages
	@sh tests/html-checker & sh tests/other-verifiers & wait
	@$(BIN)/python -m pytest $(if $(ARGS),$(ARGS),-n $(JOBS) --ignore=tests/test_house_rules.py)

coverage: .venv/dev.stamp  ## which lines and branches no test reaches (takes half as long again)
	@$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term:skip-covered --ignore=tests/journeys --ignore=tests/faults --ignore=tests/house

screenshots: .venv/dev.stamp  ## pictures of every page, light and dark, wide and phone (SHOTS=)
	@sh tests/install-system-packages tests/system-packages
	@SHOTS="$(SHOTS)" $(BIN)/python -m tests.journeys.screenshots

check: .venv/dev.stamp  ## everything that can be checked without running; changes nothing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@echo "mypy"; $(NOWHERE) $(BIN)/mypy $(if $(CI),--cache-dir=/dev/null) .
	$(BIN)/lint-imports --no-cache
	@echo "manage.py check"; $(NOWHERE) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@echo "manage.py makemigrations --check"; \
	  $(NOWHERE) $(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	@echo "djade"; git ls-files -z '*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2 --check
	@echo "house rules"; $(NOWHERE) $(BIN)/python -m pytest -p no:cacheprovider tests/test_house_rules.py
	@$(AUDIT)

fix: .venv/dev.stamp  ## put right what tools can put right
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	git ls-files -z '*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2

messages: .venv/dev.stamp  ## collect what is to be translated, and compile what is (needs gettext)
	@$(NOWHERE) $(BIN)/python manage.py makemessages --locale de --locale ar --no-wrap --no-obsolete \
	  --add-location file --ignore .venv --ignore staticfiles --ignore static --ignore tests
	@$(NOWHERE) $(BIN)/python manage.py compilemessages --locale de --locale ar --ignore .venv

bench: .venv/dev.stamp  ## measure, and print ratios
	@for script in bench/bench_*.py; do $(BIN)/python -m bench.$$(basename $$script .py) || exit 1; done

bgverify: .venv/made.stamp  ## pack the verifier into dist/bgverify.pyz, for any Python from 3.9 on
	@$(BIN)/python -m audit.bgverify dist/bgverify.pyz

lock: .venv/dev.stamp  ## compile the requirements into locks with hashes
	for name in requirements-uv requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
	    $$name.in -o $$name.txt || exit 1; done

clean:  ## remove .venv and caches; keeps .local/, which holds your data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .coverage htmlcov staticfiles

.venv/run.stamp: requirements.txt requirements-uv.txt | .venv/made.stamp
	@echo "Installing libraries …"
	@$(call install,requirements.txt)
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing tools …"
	@$(call install,requirements-dev.txt)
	@touch $@

.venv/made.stamp:
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Making .venv …"
	@$(PYTHON) -m venv .venv || \
	  { echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@touch $@
