# Run `make help` for what each target does. GRID_TEST_DATA names the folder of real data for tests and acceptance:
export GRID_TEST_DATA ?= $(abspath ../shared/data)

BIN := .venv/bin
# Two workers on two cores; the databases and browsers of the tests belong to each worker alone.
WORKERS ?= 2
PYTHON ?= $(shell command -v python3 || command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
# Set-up leaves compiling to the first start (pip does it on one core); where Python may not keep it, every start would pay.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test test-fast format lint types imports js pytest acceptance bench setup setup-test clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Set up .venv with what running needs
	@$(PYTHON) scripts/bootstrap.py run

setup-test: ## Set up .venv with what the tests need
	@$(PYTHON) scripts/bootstrap.py test

run: setup ## Set up, make the demo county on first use, and serve it
	@$(BIN)/grid-app demo --serve

test: setup-test ## Everything that must be green: format, lint, types, contracts, guards, both databases, browser
	@$(BIN)/python scripts/run_tests.py --workers $(WORKERS)

test-fast: setup-test ## Pure packages and guards only, in seconds
	@$(BIN)/python -m pytest tests/unit tests/architecture -q -p no:cacheprovider

format: setup-test ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

acceptance: setup-test ## The main job end to end on real data under a simulated clock
	@$(BIN)/python -m bench.acceptance

bench: setup-test ## Measure speed and memory, write docs/benchmarks.md
	@$(BIN)/python -m bench.report

clean: ## Remove .venv and node_modules, keep instance/
	rm -rf .venv node_modules grid_app/static/vendor
