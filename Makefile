# The two commands: `make serve` and `make test`. `make help` lists the others.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin
GRAPHIQL := lifecare_gql/web/static/graphiql
WORKERS ?= 3  # the long tests wait more than they compute
REGIONS := $(sort $(wildcard plugins/*))
NODE := $(shell command -v npm 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help serve test check contract fuzz bench bench-documents bench-kits bench-regions graphiql install format clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

serve: install $(if $(NODE),graphiql)  ## install, migrate, load the demo, serve on 127.0.0.1 (PORT=8000)
	$(if $(NODE),,@echo "Node is not installed: GraphiQL's page will say what to run.")
	$(BIN)/lifecare-gql serve --port $(PORT)

test: install $(if $(NODE),graphiql)  ## the whole suite, on SQLite and on a real PostgreSQL
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder $(ARGS)

check: install  ## lint, types, floors, schema, its contract and docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lifecare-gql schema | diff -u schema.graphql - || (echo "schema.graphql is stale: make contract" && false)
	$(BIN)/lifecare-gql contract check
	$(BIN)/lifecare-gql contract changelog --check
	$(BIN)/lifecare-gql contract docs --check

schema.graphql: install
	$(BIN)/lifecare-gql schema --output $@

contract: schema.graphql  ## write what is generated from the schema: SDL, changelog, API reference
	$(BIN)/lifecare-gql contract changelog
	$(BIN)/lifecare-gql contract docs

fuzz: install  ## compare both executors with 10 000 random operations on each database
	LIFECARE_TEST_FUZZ=10000 $(BIN)/python -m pytest -q tests/compiled/test_same.py --log-cli-level=INFO $(ARGS)

bench: install  ## our server against hand-written SQL and others, paired, CPU per request
	$(BIN)/python bench/run.py $(ARGS)

bench-documents: install  ## what documents cost that nobody sent before, and leave in memory (minutes)
	$(BIN)/python bench/documents.py --documents 100000 $(ARGS)

bench-kits: install  ## the outage kits of a region of 500 units: time, progress, peak memory
	$(BIN)/python bench/kits.py $(ARGS)

bench-regions: install  ## 21 regions against four: start, memory, an inbox's cost, compareRegions
	$(BIN)/python bench/regions.py $(ARGS)

format: install  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt $(wildcard plugins/*/pyproject.toml)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11 …" if sys.version_info < (3, 11) else 0)'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]' $(addprefix --editable ,$(REGIONS))
	$(BIN)/python -m compileall -q lifecare_gql plugins  # many processes are started
	touch $@

graphiql: $(GRAPHIQL)/.stamp  ## bundle GraphiQL (needs Node >= 20)

$(GRAPHIQL)/.stamp: graphiql/package.json graphiql/build.mjs $(wildcard graphiql/src/*)
	cd graphiql && npm install --no-audit --no-fund --no-package-lock --loglevel=error && node build.mjs --if-changed ../$(GRAPHIQL)

clean:  ## remove what was built, not the database
	rm -rf $(VENV) graphiql/node_modules $(GRAPHIQL) .mypy_cache .ruff_cache .pytest_cache
