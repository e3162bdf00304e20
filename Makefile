# The only command a newcomer needs. `make help` lists what it does.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
DONE := .venv/done
WITH_NODE := PATH="$$(../scripts/find-node):$$PATH"
CONSOLE := dashboards/dist/index.html
NODE_MODULES := dashboards/node_modules/.package-lock.json
KERNEL := .cache/kernel/compiled
WORKERS ?= 2

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export NO_UPDATE_NOTIFIER := 1

say = @echo "→ $(1)"

# --- what a person runs

.PHONY: help
help: ## This list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

.PHONY: setup
setup: ## Make .venv with the command liaowang, build the console, compile the kernel
	@$(MAKE) -s -j3 $(DONE)/command $(CONSOLE) $(KERNEL)

.PHONY: demo
demo: setup ## Run the platform on 127.0.0.1:8080 with demo traffic; prints a sign-in link
	@exec $(BIN)/liaowang serve --demo

.PHONY: test
test: setup-dev ## Check everything: lint, the console's tests, the platform's tests
	@scripts/test-tools
	@$(MAKE) -j1 lint-python lint-console test-console test-python

.PHONY: lint
lint: setup-dev ## Check format, style, types and who may import whom
	@$(MAKE) -j1 lint-python lint-console

.PHONY: oracle
oracle: setup-dev ## Compare decoded fields with tshark, frame by frame, on every capture at hand
	@scripts/test-tools
	@$(BIN)/python -m tests.oracle
	@$(BIN)/python -m pytest tests -m oracle -n $(WORKERS) --timeout 1800

.PHONY: bench
bench: setup-dev ## Measure speed, with a peer in the same run
	@scripts/test-tools
	@for file in tests/benchmarks/bench_*.py; do echo "→ $$file"; $(BIN)/python -m "$$(tr / . <<<"$${file%.py}")"; done

.PHONY: soak
soak: setup-dev ## Run for long: memory and counters under hours of traffic and damaged input
	@$(BIN)/python -m pytest tests -m soak --timeout 0

.PHONY: generate
generate: setup-dev ## Write what derives from the API: dashboards/openapi.json and the console's client
	@$(BIN)/python -m api >.cache/openapi.json && mv .cache/openapi.json dashboards/openapi.json
	@cd dashboards && $(WITH_NODE) npm run --silent generate

.PHONY: docs
docs: setup-dev ## Write docs/reference: fields, protocols, counters, rules, settings, command line
	@$(BIN)/python -m cli.reference

.PHONY: lock
lock: setup-dev ## Take the newest releases of everything into the lock files
	@for part in runtime dev lab node; do \
		echo "→ requirements/$$part.txt"; \
		$(BIN)/uv pip compile requirements/$$part.in -o requirements/$$part.txt --upgrade --quiet --universal \
			--python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links; \
	done
	$(call say,dashboards/package-lock.json)
	@cd dashboards && $(WITH_NODE) npm update --no-audit --no-fund --ignore-scripts

.PHONY: clean
clean: ## Remove everything that make made
	@rm -rf .venv .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache liaowang.egg-info
	@rm -rf dashboards/node_modules dashboards/dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the parts of it

.PHONY: setup-dev lint-python lint-console test-console test-python
setup-dev:
	@$(MAKE) -s -j3 $(DONE)/command $(DONE)/dev $(CONSOLE) $(KERNEL)

lint-python:
	$(call say,ruff)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	$(call say,mypy)
	@$(BIN)/mypy
	$(call say,import contracts)
	@$(BIN)/lint-imports --no-logo | sed '/^[[:space:]]*$$/d'

lint-console:
	$(call say,types and style of the console)
	@cd dashboards && $(WITH_NODE) npm run --silent typecheck
	@cd dashboards && $(WITH_NODE) npm run --silent lint

test-console:
	$(call say,tests of the console)
	@cd dashboards && $(WITH_NODE) npm run --silent test

# Always last: a run ends with pytest's own closing line.
test-python:
	$(call say,tests)
	@$(BIN)/python -m pytest tests -n $(WORKERS)

# --- files: what is done and unchanged is not done again

$(DONE)/venv:
	@[ -x $(BIN)/pip ] || { python=$$(scripts/find-python); echo "→ .venv with $$python"; "$$python" -m venv .venv; }
	@mkdir -p $(DONE) && touch $@

$(DONE)/runtime: requirements/runtime.txt | $(DONE)/venv
	@scripts/install "Python packages" $<
	@touch $@

$(DONE)/dev: requirements/dev.txt requirements/lab.txt | $(DONE)/runtime
	@scripts/install "Python packages for tests and the lab" $^
	@touch $@

$(DONE)/command: pyproject.toml requirements/runtime.in $(DONE)/runtime
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DONE)/node: requirements/node.txt | $(DONE)/venv
	@[ -n "$$(scripts/find-node)" ] || scripts/install "Node.js; none new enough was found" $<
	@touch $@

$(NODE_MODULES): dashboards/package.json dashboards/package-lock.json | $(DONE)/node
	$(call say,packages of the console)
	@cd dashboards && $(WITH_NODE) npm ci --no-audit --no-fund --loglevel error
	@touch $@

$(CONSOLE): $(NODE_MODULES) $(shell find dashboards -name node_modules -prune -o -name dist -prune -o -type f ! -name '*.tsbuildinfo' -print 2>/dev/null)
	$(call say,building the console)
	@cd dashboards && $(WITH_NODE) npm run --silent build
	@touch $@

$(KERNEL): $(wildcard collectors/wire/*.py) $(DONE)/runtime
	$(call say,compiling the kernel)
	@$(BIN)/python -m collectors.wire.compile
	@mkdir -p $(@D) && touch $@
