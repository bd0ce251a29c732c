# The two doors: `make demo` and `make test`. Each does all its own set-up, from a bare clone.
VENV := .venv
PYTHON := $(VENV)/bin/python
UV := $(shell command -v uv 2>/dev/null)
# One more than there are cores, four at most: while one waits for a process that it killed, another works.
WORKERS := $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n < 4 ? n + 1 : 4)))

.PHONY: demo test lint bench help
help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

demo: $(VENV)/.run ## a fictional county with simulated handsets
	@$(VENV)/bin/standby demo $(ARGS)

test: $(VENV)/.test ## every test
	@$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.test ## types and style
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

bench: $(VENV)/.test ## the measurements, printed as tables
	@$(PYTHON) -m tests.bench $(ARGS)

$(VENV)/.made:
ifdef UV
	@$(UV) venv -q --allow-existing $(VENV)
else
	@python3 -m venv $(VENV)
endif
	@touch $@

$(VENV)/.run: requirements.txt pyproject.toml $(VENV)/.made
ifdef UV
	@$(UV) pip install -q --python $(PYTHON) --require-hashes -r requirements.txt
	@$(UV) pip install -q --python $(PYTHON) --no-deps -e .
else
	@$(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(VENV)/bin/pip install -q --disable-pip-version-check --no-deps -e .
endif
	@touch $@

$(VENV)/.test: requirements-test.txt $(VENV)/.run
ifdef UV
	@$(UV) pip install -q --python $(PYTHON) --require-hashes -r requirements-test.txt
else
	@$(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-test.txt
endif
	@touch $@
