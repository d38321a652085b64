# make run    install into .venv, load the shipped corpus, serve on this machine
# make test   install what the tests need, run them
# make bundle dist/bundle: everything to install on a machine without a package registry
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8765
# Where PyTorch's CPU builds are, for machines whose registry serves the CUDA build of torch (only `make test` needs torch).
TORCH_INDEX ?=

VENV := .venv
PIP := $(VENV)/bin/pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet -c constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
PINS := pyproject.toml constraints.txt

.PHONY: run test bundle clean

run: $(VENV)/.run
	$(VENV)/bin/assistant serve --host $(HOST) --port $(PORT)

test: $(VENV)/.test
	$(VENV)/bin/python -m pytest $(ARGS)

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(PINS) | $(VENV)/bin/pip
	$(INSTALL) -e .
	touch $@

$(VENV)/.test: $(PINS) | $(VENV)/bin/pip
	$(INSTALL) -e '.[test]'
	touch $@ $(VENV)/.run

bundle: | $(VENV)/bin/pip
	rm -rf dist/bundle
	mkdir -p dist/bundle/wheels
	$(PIP) wheel --quiet -c constraints.txt -w dist/bundle/wheels .
	cp bundle-install.sh dist/bundle/install.sh
	cp README.md README.zh-CN.md LICENSE dist/bundle/
	$(VENV)/bin/python -c 'import platform, sys; print("%d.%d %s %s" % (*sys.version_info[:2], platform.system(), platform.machine()))' > dist/bundle/PYTHON
	cd dist/bundle && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs sha256sum > SHA256SUMS

clean:
	rm -rf $(VENV) dist build
