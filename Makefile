# The front door. `make help` lists the targets.
SHELL := /bin/bash
PRESET ?= release
BUILD := build/$(PRESET)

.PHONY: help setup build demo train-digits test sanitize differential raster-property conformance-variants fuzz system-test lint bench soak deb clean
help:
	@echo "make setup    install packages, build the cached third-party libraries, fetch the pinned models"
	@echo "make build    set up and build the programs into build/release/bin (PRESET=asan, tsan, debug, clang for others)"
	@echo "make test     set up, build the programs and the tests, and run every test"
	@echo "make sanitize    unit and integration tests under the presets asan and tsan (TESTS=pattern for some)"
	@echo "make differential COUNT=20000 SEED=1   random graphs against ONNX Runtime"
	@echo "make raster-property CHAINS=100000, make conformance-variants, make fuzz SECONDS=3600   longer tests"
	@echo "make demo     document reading on a device, from a git tag to a feature in the cloud (KEEP=1 keeps it running)"
	@echo "make system-test   boot a real systemd with the installed units (root; part of make test)"
	@echo "make train-digits   a small network learns scikit-learn's digits on this machine, with SGD and with Adam"
	@echo "make lint     include direction, generated files, formatting, commands in the documents"
	@echo "make soak SECONDS=300   events through walled for a while: memory, nothing lost or doubled"
	@echo "make deb      Debian packages of device, broker and tools, in build/release/deb"
	@echo "make bench    the engine beside ONNX Runtime, ratios of one run (BENCH='--threads 2 --precision fast')"

setup:
	@tools/setup/setup.sh

build: setup
	@cmake/configure.sh $(PRESET) > /dev/null
	@cmake --build $(BUILD)

test: setup
	@cmake/configure.sh $(PRESET) > /dev/null
	@cmake --build $(BUILD) --target all walle_tests
	@tools/setup/test.sh $(BUILD)

demo: build
	@examples/demo/demo.sh $(BUILD)

# Random graphs against ONNX Runtime, in every variant of the engine.
COUNT ?= 20000
SEED ?= 1
differential: setup
	@cmake/configure.sh $(PRESET) > /dev/null
	@cmake --build $(BUILD) --target random_graphs
	@tests/differential/run.sh $(BUILD)/tests/random_graphs --count $(COUNT) --seed $(SEED) --every 1000

system-test: build
	@tests/system/boot.sh $(BUILD)

train-digits: build
	@examples/train/digits.sh $(BUILD)

sanitize: setup
	@tools/setup/sanitize.sh asan '$(TESTS)'
	@tools/setup/sanitize.sh tsan '$(TESTS)'

# Random raster chains and regions against brute force.
CHAINS ?= 100000
raster-property: setup
	@cmake/configure.sh $(PRESET) > /dev/null
	@cmake --build $(BUILD) --target unit_libwalle_raster
	@WALLE_PROPERTY_CHAINS=$(CHAINS) $(BUILD)/tests/unit_libwalle_raster --gtest_filter='Compose.Random*:Canonical.*:Verify.*'

# ONNX's conformance again: unfused, rasters materialised, two threads.
conformance-variants: setup
	@cmake/configure.sh $(PRESET) > /dev/null
	@cmake --build $(BUILD) --target conformance_onnx
	@ctest --test-dir $(BUILD) -L variants --output-on-failure

# The engine's parsers, and planning and running what they take, under libFuzzer with ASan and UBSan.
SECONDS ?= 3600
FUZZERS ?= onnx tflite model_file
fuzz: setup
	@cmake/configure.sh asan > /dev/null
	@cmake --build build/asan --target $(addprefix fuzz_,$(FUZZERS))
	@cmake/configure.sh release > /dev/null
	@cmake --build build/release --target walle-model
	@for name in $(FUZZERS); do tests/fuzz/run.sh build/asan/tests/fuzz_$$name $$name $(SECONDS) build/release/bin/walle-model || exit 1; done

# The engine beside ONNX Runtime: interleaved rounds, one table of ratios. BENCH="--threads 2 --only ppocr_det --json".
bench: setup
	@cmake/configure.sh $(PRESET) > /dev/null
	@cmake --build $(BUILD) --target walle-model
	@tests/bench/engine/peers.sh $(BUILD) $(BENCH)

# Events through walled for so long: memory before and after, nothing lost or doubled. SECONDS=600 is ten minutes.
soak: SECONDS = 300
soak: setup
	@cmake/configure.sh $(PRESET) > /dev/null
	@cmake --build $(BUILD) --target walled walle-vmd walle-ctl walle-model
	@/usr/bin/python3 -B tests/soak/soak.py $(BUILD) . $(SECONDS) $(SOAK)

# walle-device, walle-broker and walle-tools as Debian packages, in build/release/deb.
deb: build
	@systemd/packaging/deb.sh $(BUILD)

lint:
	@tools/lint/lint.sh

clean:
	rm -rf build
