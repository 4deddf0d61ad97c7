# Everything starts here: `make run` starts the platform on this machine, `make test` proves it.
.DELETE_ON_ERROR:
.PHONY: run test suite lint types bench proof lock

PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

run: $(INSTALLED)
	@$(VENV)/bin/iae up

test: $(INSTALLED)
	@$(MAKE) --no-print-directory --jobs 3 --output-sync=target lint types suite

suite: $(INSTALLED)
	$(PYTHON) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: $(INSTALLED)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports

types: $(INSTALLED)
	$(VENV)/bin/mypy

bench: $(INSTALLED)
	$(PYTHON) -m tests.bench

proof: $(INSTALLED)
	for seed in 1 2 3; do \
		$(PYTHON) -m tests.faults --seed $$seed --faults 100 --bus kafka,journal || exit 1; \
	done
	$(PYTHON) -m tests.faults --seed 4 --every-point --bus kafka
	$(PYTHON) -m tests.faults.defects
	$(PYTHON) -m tests.mutation structures parcours funding

# The versions and digests of everything that is installed, for every mode and for the tests.
lock: $(INSTALLED)
	$(VENV)/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links --no-emit-options --no-header --extra dev --extra postgres --output-file requirements.lock pyproject.toml

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Il faut Python 3.11 ou plus récent : make run PYTHON3=/chemin/vers/python3.11" >&2; exit 1; }
	@echo "Installation des dépendances dans $(VENV) (une seule fois)…"
	@$(PYTHON3) -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@
