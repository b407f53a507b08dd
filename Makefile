# Everything below sets itself up: a clean clone needs Python 3.11 to 3.13, GNU make and bash.
#
#   PYTHON=python3.12   the interpreter that the virtual environment is made from
#   VENV=.venv312       another virtual environment than .venv
#   ARGS="..."          more arguments for the command behind run, test or backtest

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=

# A name on the PATH proves little: version switchers answer for interpreters that are not active,
# and some distributions leave out ensurepip. So each candidate is asked.
SUITABLE := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	"$$name" -c '$(SUITABLE)' 2>/dev/null && echo "$$name" && break; done)

# Synthetic candles stay apart from those of a real exchange.
BACKTEST := --config configs/backtest.json --datadir user_data/data/sandbox

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: install
install: $(STAMP) ## Create .venv and install everything, when something changed

$(STAMP): pyproject.toml constraints.txt aurum_plugins.pth
	@python="$(PYTHON)"; \
	if [ -x $(BIN)/python ]; then python=$(BIN)/python; fi; \
	if [ -z "$$python" ]; then \
		echo "No Python 3.11, 3.12 or 3.13 with venv was found." \
			"Install one, or name it: make install PYTHON=/path/to/python" >&2; exit 1; fi; \
	if ! "$$python" -c '$(SUITABLE)'; then \
		echo "$$python is not a Python 3.11, 3.12 or 3.13 with venv." \
			"Name another: make install PYTHON=/path/to/python;" \
			"'make clean' first if $(VENV) exists" >&2; exit 1; fi; \
	if [ ! -x $(BIN)/pip ]; then "$$python" -m venv --clear $(VENV); fi
	@echo "Installing into $(VENV); the first time takes a few minutes."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input \
		--constraint constraints.txt --editable '.[dev,postgres,cluster]'
	@$(BIN)/python -m pip check
	@touch $@

.PHONY: run
run: $(STAMP) ## Start the simulated exchange and a bot that trades on it; Ctrl-C stops both
	@$(BIN)/aurum demo $(ARGS) || [ $$? -eq 130 ]

.PHONY: test
test: $(STAMP) ## Run all tests; less than 95 % branch coverage fails
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term --cov-fail-under=95 $(ARGS)

.PHONY: validate
validate: $(STAMP) ## Measure every promise in about three minutes; ARGS="--full --datadir FOLDER" takes an hour
	@$(BIN)/aurum validate $(ARGS)

.PHONY: lint
lint: $(STAMP) ## Check style, format, types and the order of the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: backtest
backtest: $(STAMP) ## Backtest the strategy on a year of the simulated exchange's candles
	@$(BIN)/aurum sandbox --port 0 --run "sh -c ' \
		$(BIN)/freqtrade download-data $(BACKTEST) --erase --timeframes 1h --days 365 \
		&& $(BIN)/freqtrade backtesting $(BACKTEST) --enable-protections $(ARGS)'"

.PHONY: clean
clean: ## Remove what the other targets made, except the bot's own data
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
