# make demo   speak a paragraph into target/demo.wav
# make test   every test
# make bench  benchmarks, also beside PyPI's onnxruntime
# make fuzz   fuzz targets, ten minutes each
# make sanitize   the C interface under valgrind, AddressSanitizer and ThreadSanitizer
# make install PREFIX=/usr/local   the C library
# Each installs what it needs into .venv; Rust, Python 3 and make must be there.

PYTHON ?= python3
FUZZ_SECONDS ?= 600
PREFIX ?= /usr/local
LIBDIR ?= lib
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
TEST_TOOLS := $(VENV)/.test-tools

# The Python package is tested in an environment of its own, as users install it.
PACKAGE_VENV := .venv-package
PACKAGE_BIN := $(PACKAGE_VENV)/bin
PACKAGE_TOOLS := $(PACKAGE_VENV)/.tools

DEMO_TEXT := Good morning. This is the Kokoro library, speaking with the small robotic voice that it carries. \
	Nothing was downloaded for it, and nothing leaves this computer. The bus stops in front of the school, \
	and the old bridge was destroyed by fire.

.PHONY: demo test bench fuzz sanitize install runtime test-tools package-tools check-rust test-rust test-python \
	test-speech test-package test-wheel test-batch deny clean

demo: runtime
	@echo "building (a few minutes the first time) ..."
	@cargo run --quiet --release --locked -p kokoro-core --example speak -- --model builtin --out target/demo.wav "$(DEMO_TEXT)"
	@echo
	@echo "Real voices (326 MB, see docs/assets.md):"
	@echo "  cargo run --release -p kokoro-core --features download --example fetch -- --model fp32 --voices af_heart"
	@echo "  cargo run --release --example speak -- --model kokoro-v1.0 --voice af_heart --out speech.wav \"Hello world.\""

test: check-rust test-rust test-python test-speech test-package

check-rust: runtime
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --features kokoro-core/download -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --features kokoro-core/download

# espeak-ng is among the tools of the tests: its cases are skipped where there is none.
test-rust: test-tools
	cargo test --workspace --locked --features kokoro-core/download

test-python: test-tools
	$(BIN)/ruff check tools examples
	$(BIN)/python tools/builtin_model/build.py --check
	$(BIN)/pytest -q tools

# The built-in model, from text through the whole library to a speech recogniser.
test-speech: test-tools
	cargo run --quiet --release --locked -p kokoro-testkit --bin render-corpus -- --out target/corpus
	$(BIN)/python tools/builtin_model/score.py target/corpus

# The Python package: style, its wheel, types against what the wheel has, tests.
test-package: package-tools
	$(PACKAGE_BIN)/ruff check kokoro-py
	$(PACKAGE_BIN)/ruff format --check kokoro-py
	rm -rf target/wheels
	$(PACKAGE_BIN)/maturin build --quiet --release --locked --out target/wheels
	$(PACKAGE_BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall target/wheels/*.whl
	$(PACKAGE_BIN)/python -m pip install --quiet --disable-pip-version-check "kokoro-rs[server]"
	$(PACKAGE_BIN)/mypy kokoro-py/python/kokoro_rs kokoro-py/tests
	$(PACKAGE_BIN)/python -m mypy.stubtest kokoro_rs._native
	$(PACKAGE_BIN)/pytest -q kokoro-py/tests

# The package as users install it, in clean environments of these Pythons.
PYTHONS ?= $(PYTHON)
test-wheel: package-tools
	rm -rf target/wheels
	$(PACKAGE_BIN)/maturin build --quiet --release --locked --out target/wheels
	tools/test_wheel.sh target/wheels/*.whl $(PYTHONS)

# The example with Ray, which is large: on the wheel that test-package has built, two minutes.
test-batch:
	$(PYTHON) -m venv .venv-batch
	.venv-batch/bin/python -m pip install --quiet --disable-pip-version-check -r examples/batch/requirements-test.txt target/wheels/*.whl
	.venv-batch/bin/pytest -q examples/batch

# Criterion, then this library beside PyPI's onnxruntime on full-size models: an hour and 2 GB of disk. VOICES: a folder
# with published voices as raw f32, in place of the built-in ones.
bench: test-tools
	cargo bench -p kokoro-core --features bench
	cargo bench -p kokoro-ffi
	cargo build --release --locked -p kokoro-testkit --bins
	$(BIN)/python tools/reference/side_by_side.py --write benches/RESULTS.md $(if $(VOICES),--voices "$(VOICES)")

# Fuzzing, FUZZ_SECONDS for each target; needs a nightly compiler.
fuzz: runtime
	cargo fuzz --version || cargo install --locked cargo-fuzz
	mkdir -p fuzz/corpus/text fuzz/corpus/lexicon fuzz/corpus/c
	tail -n +2 kokoro-core/tests/data/english.tsv | cut -f1 | split -l 1 -a 4 - fuzz/corpus/text/golden-
	printf '# names\nNguyen\tw\313\210\311\252n\n' > fuzz/corpus/lexicon/tsv
	printf '{"Nguyen": "w\313\210\311\252n"}' > fuzz/corpus/lexicon/json
	for target in text lexicon c; do \
		cargo +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -max_len=2048 || exit 1; \
	done

# C and C++ programs with the library; needs valgrind, and a nightly compiler of Rust with its component rust-src.
sanitize: runtime
	$(BIN)/python tools/sanitize_c.py valgrind address thread

# The C library, its headers, and files for pkg-config and CMake. DESTDIR is put in front of every path.
install:
	cargo build --release --locked -p kokoro-ffi
	$(PYTHON) tools/install_c.py --from target/release --prefix "$(PREFIX)" --libdir "$(LIBDIR)" --destdir "$(DESTDIR)"

deny:
	cargo deny --version || cargo install --locked cargo-deny
	cargo deny check

# ONNX Runtime's library from PyPI, and .cargo/config.toml, by which plain `cargo run` and `cargo test` find it (and
# espeak-ng's, if the tools of the tests are installed).
runtime: $(RUNTIME)

$(RUNTIME): tools/requirements-runtime.txt tools/setup_runtime.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tools/requirements-runtime.txt
	$(BIN)/python tools/setup_runtime.py
	@touch $@

test-tools: $(TEST_TOOLS)

$(TEST_TOOLS): $(RUNTIME) tools/requirements-test.txt tools/builtin_model/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tools/requirements-test.txt
	$(BIN)/python tools/setup_runtime.py
	@touch $@

package-tools: $(PACKAGE_TOOLS)

$(PACKAGE_TOOLS): tools/requirements-runtime.txt tools/requirements-package.txt kokoro-py/tests/server/requirements.txt
	$(PYTHON) -m venv $(PACKAGE_VENV)
	$(PACKAGE_BIN)/python -m pip install --quiet --disable-pip-version-check -r tools/requirements-package.txt
	@touch $@

clean:
	cargo clean
	rm -rf $(VENV) $(PACKAGE_VENV) .cargo
