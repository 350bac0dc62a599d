# Every target makes what it needs: a virtual environment of its own in .venv, from the exact versions tested.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test quick bench constraints clean

demo: $(VENV)/.installed
	$(BIN)/python build.py deploy ec2-alb dev --local --yes

test: $(VENV)/.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses auto --dist loadscope

quick: $(VENV)/.installed
	$(BIN)/python -m pytest --numprocesses auto --dist loadscope -m "not e2e"

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

constraints:
	$(PYTHON) -m venv $(VENV)-fresh
	$(VENV)-fresh/bin/pip install --quiet --editable '.[local,app,test]'
	$(VENV)-fresh/bin/pip freeze --exclude-editable | sed '1i # The exact versions tested with, for every extra; refreshed with "make constraints".' > constraints.txt
	rm -rf $(VENV)-fresh

clean:
	rm -rf $(VENV) build .cache

$(VENV)/.installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[local,app,test]'
	touch $@
