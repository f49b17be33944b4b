# SSC Portal. `make help` lists the targets. Needs Python 3.11 and nothing else.
.DEFAULT_GOAL := help
.PHONY: help demo setup test check lint types imports migrations deployment backup restore messages pseudo schema clients lock bench eval screenshots

PORT ?= 8000
PYTHON ?= $(shell for name in python3.11 python3 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin

# Whoever checks has no settings of his own, whatever `.env` says: these are for the tools alone, never for a server.
CHECK_ENV := ENV_FILE=/dev/null SECRET_KEY=only-for-checks-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH DEBUG=off \
	DATABASE_URL=sqlite:///:memory: ALLOWED_HOSTS=portal.example.org CACHE_URL=locmemcache:// LOG_LEVEL=WARNING
COMPILE := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: .python ## Show the whole portal on the 2018 survey, at http://127.0.0.1:8000 (PORT=, DEMO_PASSWORD=)
	@$(PYTHON) tools/install.py requirements.txt --extra requirements-fast.txt
	@$(PYTHON) tools/write_env.py
	@$(BIN)/python manage.py demo --port $(PORT)

setup: .python ## Make .venv with everything that development needs
	@$(PYTHON) tools/install.py requirements-dev.txt --extra requirements-fast.txt

test: setup ## Run every test on SQLite, those of the database on PostgreSQL too, and in Chromium (ARGS= for pytest)
	@$(BIN)/python tools/run_tests.py $(ARGS)

check: lint types imports migrations deployment ## Check style, types, imports, migrations and production settings

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files -z 'templates/*.html' | xargs -0 -r $(BIN)/djade --check --target-version 5.2

types: setup
	$(CHECK_ENV) $(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

migrations: setup
	$(CHECK_ENV) $(BIN)/python manage.py makemigrations --check --dry-run

deployment: setup
	$(CHECK_ENV) $(BIN)/python manage.py check --deploy --fail-level WARNING

backup: ## Back the database up (FILE=portal.backup)
	@tools/backup $(or $(FILE),portal.backup)

restore: ## Put a backup in the place of all that the database holds; stop the portal first (FILE=portal.backup)
	@tools/restore $(or $(FILE),portal.backup)

messages: setup ## Bring the catalogues of locale/ in line with the texts, compile them, list what is not translated (LANGUAGE=es)
	$(BIN)/python -m tools.messages $(LANGUAGE)

pseudo: setup ## Make the right-to-left pseudo-language, for trying layouts with PSEUDO_LANGUAGE=on
	$(BIN)/python -m tools.messages --pseudo

schema: setup ## Write docs/api/openapi.json, the schema of the API, and name what changed
	@$(CHECK_ENV) $(BIN)/python manage.py write_api_schema

clients: setup ## Check the schema with two linters and build a TypeScript client from it, where Node is
	@$(BIN)/python -m tools.clients

lock: setup ## Bring the lock files in line with pyproject.toml (ARGS=--upgrade for newer releases)
	$(BIN)/uv pip compile pyproject.toml --extra topic $(COMPILE) -o requirements.txt $(ARGS) --quiet
	$(BIN)/uv pip compile pyproject.toml --extra topic --extra fast -c requirements.txt $(COMPILE) -o requirements-fast.txt $(ARGS) --quiet
	$(BIN)/uv pip compile pyproject.toml --extra topic --extra dev -c requirements-fast.txt $(COMPILE) -o requirements-dev.txt $(ARGS) --quiet
	$(BIN)/uv pip compile --group postgresql $(COMPILE) -o requirements-postgresql.txt $(ARGS) --quiet

bench: setup ## Measure the engine beside its peers, whole runs and a survey file (SIZE=10000, BENCH=full)
	$(BIN)/python -m benchmarks

eval: setup ## Measure the score on real texts and projects (PAIRS=file.csv PROJECTS=file.csv)
	$(BIN)/python -m benchmarks.evaluation $(if $(PAIRS),--pairs $(PAIRS)) $(if $(PROJECTS),--projects $(PROJECTS)) $(ARGS)

screenshots: setup ## Take the pictures of the README from a running demo (PORT=, DEMO_PASSWORD=)
	$(BIN)/python tools/screenshots.py --port $(PORT)

.PHONY: .python
.python:
	@test -n "$(PYTHON)" || { echo "SSC Portal needs Python 3.11, which is not on the path. Install it (Debian 12: \
	apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }

setup: .python
