# Every target sets up what it needs by itself; on a fresh Debian machine `make run` and `make test` are enough.
PYTHON ?= python3
VENV := .venv/bin
SETUP := $(PYTHON) deploy/local/bootstrap.py

.DEFAULT_GOAL := help
.PHONY: help run demo test bench lint format lock schemas catalogs emails k8s-validate clean

help:  ## show this
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run:  ## the whole system with demo data, until Ctrl-C
	@$(SETUP)
	@$(VENV)/python -m deploy.local.run

demo:  ## drive the main job once, on the running system or on one of its own
	@$(SETUP)
	@$(VENV)/python -m deploy.local.demo

test:  ## all tests, on real servers
	@$(SETUP)
	@$(VENV)/python -m pytest

bench:  ## speed, each measurement against a baseline in turn with it
	@$(SETUP)
	@$(VENV)/python -m benchmarks

lint:  ## style, types, architecture
	@$(SETUP) --without-servers
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/mypy
	@$(VENV)/lint-imports

format:  ## put the code in shape
	@$(SETUP) --without-servers
	@$(VENV)/ruff check --fix-only --quiet .
	@$(VENV)/ruff format .

lock:  ## renew the hash locks from requirements/*.in
	@$(SETUP) --without-servers
	@cd requirements && for name in runtime dev; do \
		../$(VENV)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
			--custom-compile-command 'make lock' $$name.in -o $$name.txt; done

schemas:  ## write the JSON Schemas of all events
	@$(SETUP) --without-servers
	@$(VENV)/python -m shared.schemas.published

catalogs:  ## collect what the e-mails say into the catalogs of the other languages
	@$(SETUP) --without-servers
	@mkdir -p build
	@$(VENV)/pybabel -q extract -k say --no-location --sort-output --project=Openchair --version=1 -o build/messages.pot services/notifier
	@$(VENV)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=100 -i build/messages.pot -d services/notifier/locale

emails:  ## write one of each e-mail to .local/email-preview, and renew the golden ones of the tests
	@$(SETUP) --without-servers
	@$(VENV)/python -m cli email-preview
	@$(VENV)/python -m tests.contract.golden_emails

k8s-validate:  ## render the Kubernetes manifests and check them strictly
	@$(SETUP) --without-servers
	@$(VENV)/python -m deploy.k8s.validate

clean:  ## forget the local data and the virtual environment
	rm -rf .local .venv node_modules .hypothesis build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
