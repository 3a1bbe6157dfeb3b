# ace-risk: every command a person needs. `make` alone prints them.
# Needs Python 3.11 or newer and make; everything else is installed into .venv.

PYTHON ?= python3
OUT ?= out/demo
CHILDREN ?= 20000
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow check bench scale sample world planted reference docs pictures lock clean

help:  ## print this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(STAMP)  ## install everything into .venv (again only when the lock file changes)

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@grep -A 100 '^uv==' requirements.lock | awk 'NR > 1 && /^[a-z]/ {exit} {print}' > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP)  ## the whole path on 20,000 synthetic children, into out/demo
	@$(BIN)/ace-risk demo --children $(CHILDREN) --out $(OUT)

test: $(STAMP)  ## the test suite (without what make test-slow runs)
	@$(BIN)/python -m pytest

test-slow: $(STAMP) .venv/.pages  ## what takes longer: killed trainings, the committed pack rebuilt, pages in Chromium
	@$(BIN)/python -m pytest -m slow -n 1 tests

.venv/.pages: requirements-pages.lock | $(STAMP)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-pages.lock
	@touch $@

check: $(STAMP)  ## style, types, the direction of imports, and the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest

bench: $(STAMP) .venv-peers/.installed .venv-peers-points/.installed  ## speed beside other libraries, into docs/benchmarks.md (about 15 minutes)
	@$(BIN)/python benchmarks/run.py

scale: $(STAMP)  ## how our own time grows with size (about 3 minutes; docs/scale.md tells what was found)
	@$(BIN)/python benchmarks/scale.py

.venv-peers/.installed: benchmarks/peers.txt | $(STAMP)
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venv-peers
	@$(BIN)/uv pip install --quiet --python .venv-peers/bin/python -r benchmarks/peers.txt
	@touch $@

.venv-peers-points/.installed: benchmarks/peers_points.txt | $(STAMP)
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venv-peers-points
	@$(BIN)/uv pip install --quiet --python .venv-peers-points/bin/python -r benchmarks/peers_points.txt
	@touch $@

sample: $(STAMP)  ## make data/synthetic and models/demo again (same bytes)
	@$(BIN)/ace-risk synth --config configs/sample.yaml --out data/synthetic
	@$(BIN)/ace-risk demo --out out/demo
	@rm -rf models/demo && mkdir -p models && cp -r out/demo/run/pack models/demo

world: $(STAMP)  ## how much of the synthetic world can be learnt: models, oracle, shuffled labels
	@$(BIN)/python benchmarks/world.py

planted: $(STAMP)  ## would the audit notice? biases planted in a world, into docs/planted-bias.md (about 20 minutes)
	@$(BIN)/python benchmarks/planted.py

reference: $(STAMP)  ## write the pages of docs/ that are made from the code: features, data, study files, commands
	@$(BIN)/python docs/build_reference.py

docs: .venv-docs/.installed  ## build the documentation into out/docs; a warning is an error
	@rm -rf out/docs
	@.venv-docs/bin/zensical build --clean --strict
	@! grep -rlE '<(script|link|img|iframe)[^>]* (src|href)="?(https?:)?//' out/docs --include='*.html' \
		|| (echo "docs: the pages above fetch something from elsewhere" && false)
	@echo "Start here: out/docs/index.html"

.venv-docs/.installed: requirements-docs.lock | $(STAMP)
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venv-docs
	@$(BIN)/uv pip install --quiet --python .venv-docs/bin/python --require-hashes -r requirements-docs.lock
	@touch $@

pictures: $(STAMP)  ## draw the pictures of the README and the docs from out/demo (needs Chromium)
	@$(BIN)/python docs/draw_pictures.py $(OUT)

lock: $(STAMP)  ## resolve the newest allowed releases into the three lock files
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade --quiet \
		--generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock
	@$(BIN)/uv pip compile --group pages --universal --python-version 3.11 --upgrade --quiet -c requirements.lock \
		--generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements-pages.lock
	@$(BIN)/uv pip compile --group docs --universal --python-version 3.11 --upgrade --quiet \
		--generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements-docs.lock

clean:  ## remove what was made here (keeps .venv)
	@rm -rf out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
