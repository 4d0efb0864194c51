# Everything one does with a checkout. `make run` and `make test` need Python 3.11 or newer and nothing else.

.PHONY: help environment browser run simulate demo test check crash machine schema bench growth screenshots audit sbom promises lock vendor

python := .venv/bin/python
# The tests of a file stay together: they share its servers.
parallel := --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

help: ## Say what can be done here
	@sed -n 's/^\([a-z]*\):.*## /  make \1: /p' Makefile

environment: ## Make the Python environment in .venv, if it is not up to date
	@scripts/environment.sh

browser: ## Install Chromium for the browser tests, where it is missing and this account may
	@scripts/browser.sh

run: environment ## Serve on http://localhost:8000, with a demonstration clinic, pharmacy and insurer
	@exec $(python) -m app run

simulate: environment ## The pretended authenticity authority alone, on port 8900, with its knobs
	@exec $(python) -m app simulate

demo: environment ## The whole main job through the public API; starts the service where none answers
	@exec $(python) -m app demo

test: environment browser ## Run every test, on all cores; words=... goes to pytest instead
	@exec $(python) -m pytest $(or $(words),$(parallel))

check: environment ## What CI runs: lint, format, types, import contracts, tests
	$(python) -m ruff check
	$(python) -m ruff format --check
	$(python) -m mypy
	$(python) .venv/bin/lint-imports
	@$(MAKE) --no-print-directory test

crash: environment ## Kill the service and its database for half an hour while people work, and look for what was lost
	@exec $(python) -m tests.proof.crash --minutes 30

machine: environment ## Ask every verb of every room in any order for half an hour, and look for a broken promise
	@exec $(python) -m tests.proof.machine --minutes 30

schema: environment ## Call the API by its own document for ten minutes, and look for an answer that it does not describe
	@exec $(python) -m tests.proof.schema --minutes 10

promises: environment ## Break a line for each promise, in a copy of the tree, and see its test turn red
	@exec $(python) -m tests.proof.promises --break

bench: environment browser ## How fast it all is, beside bare SQL that writes the same rows; PEER=gnuhealth also beside that
	@$(python) -m tests.bench.speed
	@$(python) -m tests.bench.loading
	$(if $(PEER),@$(python) -m tests.bench.versus $(PEER))
	@NOSKHEH_TYPING_MS=90 exec $(python) -m pytest -s tests/browser/test_by_keyboard.py

growth: environment ## What the same requests cost with 2 million prescriptions beside 100 thousand; takes 50 GB of disk for a while
	@exec $(python) -m tests.bench.growth

screenshots: environment browser ## Play the whole story in a browser and take the pictures of docs/screenshots again
	@exec $(python) -m scripts.screenshots

audit: environment ## Ask the public advisories about every dependency; fails when it could not ask
	@exec $(python) -m scripts.audit

sbom: environment ## Write the software bill of materials, CycloneDX, to var/sbom.json
	@exec $(python) -m scripts.sbom

lock: ## Pin the dependencies again, by hash and without addresses (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header -o requirements.lock

vendor: environment ## Fetch the browser's files again into static/vendor (needs npm)
	@exec $(python) scripts/vendor.py
