# Every command sets up what it needs, and notices in a moment when nothing changed.
# On a bare Debian 12 it wants make and python3, and root the first time.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
unexport PYTHONPATH

PYTHON ?= $(shell command -v /usr/bin/python3.11 || command -v python3)
BIN := .venv/bin
NOTARY := $(BIN)/flask --app server.wiring notary
PYTEST := $(BIN)/pytest -q
REDOCLY := PATH="$(CURDIR)/$(BIN):$$PATH" REDOCLY_TELEMETRY=off tools/npm/node_modules/.bin/redocly
SPEC := mobile_api_spec/openapi.yaml
REDOCLY_RULES := --config mobile_api_spec/redocly.yaml
BUNDLE := mobile_api_spec/openapi.bundled.json
# Fast and independent of one another, so they run on every core and count for coverage.
QUICK := $(wildcard $(addprefix tests/,unit property architecture spec security))
# People who see and hear one another in real time: these have the machine to themselves.
ALONE := $(wildcard tests/media)
# These mostly wait, for a server that was killed or a page that is drawn, so that three of them fit
# on two cores. What takes longest comes first, and whoever is done takes over from the others.
WAITING := $(wildcard $(addprefix tests/,faults browser contract))
# One use case after another, counted for coverage as the quick ones are.
CASES := $(wildcard $(addprefix tests/,edge functional/case functional/log functional/tasks))
# Whatever else there is, so that nobody's tests are forgotten; benchmarks measure, they do not judge.
# They send thousands of requests, or have others judge what we signed, over ways that were counted
# already: counting costs them two fifths more. What takes longest comes first, or one of two
# processors waits for it.
LONGEST := tests/fuzz tests/functional/esign
FOLDERS := $(patsubst %/,%,$(wildcard tests/*/ tests/functional/*/))
REST := $(LONGEST) $(filter-out $(QUICK) $(ALONE) $(WAITING) $(CASES) $(LONGEST) tests/benchmarks tests/functional,$(FOLDERS))

# Least coverage by all that are counted, in per cent of lines and branches: of what decides
# about people, cases and money, and of everything.
DOMAIN := server/access/*,server/billing/*,server/cases/*,server/catalogue/*,server/ceremony/*,server/delivery/*,server/register/*
DOMAIN_FLOOR := 100
FLOOR := 89

# The log of 100,000 entries is the longest and comes last.
BENCHMARKS := esign_seal issuing_stages identity_chips identity_documents identity_faces \
    identity_face_gates identity_liveness storage_envelope media_rooms transparency_log

.PHONY: help setup run serve test sure format-check lint types contracts units spec-check rest
.PHONY: faults engines faces seats networks bench screenshots format bundle clean

help:  ## Tell every command
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r name says; do \
	    printf '  make %-12s %s\n' "$$name" "$$says"; done

setup:  ## Install all that the other commands need (Debian packages as root)
	@$(PYTHON) tools/set_up.py test

run:  ## Take one case from intake to a sealed certificate; everything it made is in build/run
	@began=$$SECONDS; $(PYTHON) tools/set_up.py run; ready=$$SECONDS; \
	$(NOTARY) demo run --into build/run; \
	echo "make run: $$((SECONDS - began)) s, of which set-up $$((ready - began)) s"

serve:  ## Serve the platform with demo offices on http://127.0.0.1:8000
	@$(PYTHON) tools/set_up.py serve
	@$(NOTARY) serve --demo

test:  ## Set up and run every check and every test there is
	@began=$$SECONDS; $(PYTHON) tools/set_up.py test; ready=$$SECONDS; \
	$(MAKE) checks; $(MAKE) rest; \
	echo "make test: $$((SECONDS - began)) s, of which set-up $$((ready - began)) s"

sure:  ## Check format, lint, types, import contracts, the API contract and the quick tests
	@$(PYTHON) tools/set_up.py test
	@$(MAKE) checks

.PHONY: checks
checks: format-check lint types contracts spec-check units

format-check:
	@$(call timed,format,$(BIN)/ruff format --quiet --check .)

lint:
	@$(call timed,lint,$(BIN)/ruff check --quiet .)

types:
	@$(call timed,types,$(BIN)/mypy --no-error-summary)

contracts:
	@$(call timed,import contracts,$(BIN)/lint-imports > build/import-contracts.log || { cat build/import-contracts.log; false; })

units:
	@rm -f .coverage .coverage.*
	@$(call timed,unit tests,$(PYTEST) -n 2 --cov --cov-report= $(QUICK))
	@echo "coverage by these alone: $$($(BIN)/coverage report --format=total --fail-under=0) %"

spec-check:
	@$(call timed,API contract,$(REDOCLY) lint $(REDOCLY_RULES) --format=stylish $(SPEC) > build/redocly.log 2>&1 || { cat build/redocly.log; false; })
	@$(REDOCLY) bundle $(REDOCLY_RULES) $(SPEC) --output build/openapi.bundled.json > build/redocly.log 2>&1 || { cat build/redocly.log; false; }
	@cmp -s build/openapi.bundled.json $(BUNDLE) || { echo "$(BUNDLE) is not what $(SPEC) says: make bundle"; false; }

rest:
	@$(call timed,tests that want quiet,$(PYTEST) --cov --cov-append --cov-report= $(ALONE))
	@$(call timed,tests that wait,$(PYTEST) -n 3 --dist worksteal --cov --cov-append --cov-report= $(WAITING))
	@$(call timed,tests of use cases,$(PYTEST) -n 2 --dist loadfile --cov --cov-append --cov-report= $(CASES))
	@$(call timed,all other tests,$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder $(REST))
	@$(call timed,coverage of at least $(FLOOR) %,$(BIN)/coverage report --fail-under=$(FLOOR))
	@$(call timed,coverage of the domain,$(BIN)/coverage report --include='$(DOMAIN)' --fail-under=$(DOMAIN_FLOOR))

faults:  ## Kill the platform and stop its servers at every step of issuing, and look what is lost
	@$(PYTHON) tools/set_up.py test
	@FEIGUI_FAULT_REPEATS=10 $(PYTEST) -n 2 --dist worksteal -m faults tests

engines:  ## Hold whole ceremonies on Janus, as `make test` does on the embedded engine
	@$(PYTHON) tools/set_up.py test
	@FEIGUI_MEDIA_ENGINE=janus $(PYTEST) tests/media/test_live_ceremony.py

faces:  ## Put another face before the camera half-way through whole ceremonies, and see them stopped
	@$(PYTHON) tools/set_up.py test
	@FEIGUI_FACES=1 $(PYTEST) tests/media/test_another_face.py

seats:  ## Hold a ceremony of seven people, and one of two at one telephone, at the page in Chromium
	@$(PYTHON) tools/set_up.py test
	@FEIGUI_SEATS=1 $(PYTEST) tests/media/test_ceremony_seats.py tests/media/test_two_at_one_device.py

networks:  ## Hold a ceremony over a bad line while everything breaks, and print how long it took to return
	@$(PYTHON) tools/set_up.py test
	@FEIGUI_NETWORKS=1 $(PYTEST) tests/media/test_networks.py tests/media/test_rooms.py; cat build/networks.txt

bench:  ## Measure (an hour); figures, tables and plots are in build/bench
	@$(PYTHON) tools/set_up.py test
	@mkdir -p build/bench
	@missed=; for each in $(BENCHMARKS); do echo "== $$each"; \
	    $(BIN)/python -m tests.benchmarks.$$each || missed="$$missed $$each"; done; \
	if [ -n "$$missed" ]; then echo "a bar was missed, or a measurement failed:$$missed" >&2; exit 1; fi

screenshots:  ## Take the pictures of the README anew
	@$(PYTHON) tools/set_up.py test
	@$(BIN)/python -m tools.screenshots

bundle:  ## Write the API contract, and the verifier that is shipped, anew as one file each
	@$(PYTHON) tools/set_up.py test
	@$(BIN)/python -m esign.offline.bundling
	@$(REDOCLY) bundle $(REDOCLY_RULES) $(SPEC) --output $(BUNDLE)

format:  ## Format the code
	@$(PYTHON) tools/set_up.py test
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

clean:  ## Remove what the commands made, the demo's data included; .venv stays
	@rm -rf build tools/npm/node_modules .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# One line per step, with its time; the step's own words only when it fails.
define timed
began=$$SECONDS; $(2); echo "$(1): ok, $$((SECONDS - began)) s"
endef
