# Two commands are enough: `make run` starts the portal, `make test` proves it. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
APPS := $(patsubst apps/%/__init__.py,%,$(wildcard apps/*/__init__.py))

.DEFAULT_GOAL := help
.PHONY: help run check test faults format lock bench size dev audit

help: ## Print this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

run: ## Start the portal with its demo: PORT=8000, ROADWORTHY_HOME=./var; EMPTY=1 starts a bare one
	@$(PYTHON) scripts/bootstrap.py
	@exec $(BIN)/python scripts/run.py

dev: ## Install what development needs into .venv
	@$(PYTHON) scripts/bootstrap.py --dev

check: export ROADWORTHY_HOME := .venv/home-of-checks
check: dev ## Before each commit, below 90 s: style, types, layers, templates, migrations, tests on SQLite
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy apps portal
	$(BIN)/lint-imports
	$(BIN)/djade --target-version 5.2 --check $$(find templates -name '*.html')
	$(BIN)/python manage.py makemigrations --check --dry-run
	@# SQLite remakes a table to add a column; how PostgreSQL does it, `make test` judges with all rules.
	$(BIN)/python manage.py lintmigrations --no-cache -q ok ignore --warnings-as-errors --include-apps $(APPS) \
		--exclude-migration-tests NOT_NULL ADD_UNIQUE
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(BIN)/pytest -q -n 2 --dist loadgroup -m "not thorough" --ignore=tests/celery --ignore=tests/stories \
		--ignore=tests/faults --ignore=tests/running --ignore=tests/api/test_schemathesis.py

test: ## Everything: check, PostgreSQL with races, a real worker on Redis and without, Chromium; skips nothing
	@$(PYTHON) scripts/bootstrap.py --tests
	@$(BIN)/python scripts/test_all.py

faults: ## Kill, stop and fill everything, long and on both editions; writes docs/RELIABILITY.md
	@$(PYTHON) scripts/bootstrap.py --tests
	@$(BIN)/python scripts/faults.py

format: dev ## Put Python and templates into their form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djade --target-version 5.2 $$(find templates -name '*.html')

audit: dev ## Look up known holes in what the portal runs with (needs the network)
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements.txt

lock: ## Write requirements*.txt anew from requirements*.in (needs uv)
	uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 requirements-telemetry.in -o requirements-telemetry.txt

bench: ## Measure pages as multiples of the floor on PostgreSQL; see docs/BENCHMARKS.md
	@$(PYTHON) scripts/bootstrap.py --tests
	@$(BIN)/python -m bench

size: ## Measure growth to 100,000 services, reminders, transitions, long history and many editors
	@$(PYTHON) scripts/bootstrap.py --tests
	@SIZES="$${SIZES:-1000 10000 100000}" PARTS="$${PARTS:-pages goals findings report reminders steps history editors}" \
		$(BIN)/python -m bench
