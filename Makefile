# Every target makes what it needs: a virtual environment of its own in .venv, from the exact versions tested.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TASKCAT := .cache/taskcat-venv

# Two more than there are cores: who talks to a server waits about as long as it works.
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 2)

.PHONY: demo test quick bench taskcat regional constraints lock clean

demo: $(VENV)/.installed
	$(BIN)/python build.py deploy ec2-alb dev --local --yes

test: $(VENV)/.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder

quick: $(VENV)/.installed
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not e2e"

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

taskcat: $(TASKCAT)/.installed

# On AWS, with the credentials of the environment (AWS_PROFILE), and it bills: docs/regional-tests.md.
regional: export BLUEPRINT ?= ec2-alb
regional: $(VENV)/.installed $(TASKCAT)/.installed
	$(BIN)/python build.py build "$$BLUEPRINT"
	$(BIN)/python build.py publish "$$BLUEPRINT" dev --region us-east-1
	$(TASKCAT)/bin/python -P -W ignore tests/support/regional.py "$$BLUEPRINT" dev

constraints:
	$(PYTHON) -m venv $(VENV)-fresh
	$(VENV)-fresh/bin/pip install --quiet --editable '.[local,app,test]'
	$(VENV)-fresh/bin/pip freeze --exclude-editable | sed '1i # The exact versions tested with, for every extra; refreshed with "make constraints".' > constraints.txt
	rm -rf $(VENV)-fresh

# What the image installs, with the digest of every file it may be; after "make constraints".
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet --disable-pip-version-check uv==0.13.8
	$(VENV)-lock/bin/uv pip compile app/requirements.in --constraint constraints.txt --output-file app/requirements.txt \
	    --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock"
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) build .cache

$(VENV)/.installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[local,app,test]'
	touch $@

# An environment of its own: taskcat's pins clash with everybody else's.
$(TASKCAT)/.installed: constraints-taskcat.txt
	$(PYTHON) -m venv $(TASKCAT)
	$(TASKCAT)/bin/pip install --quiet --disable-pip-version-check --requirement constraints-taskcat.txt
	touch $@

include delivery.mk
