# What there is to do here; each target does its own set-up.

.PHONY: help demo test long lint score accept gallery bench dist
.DEFAULT_GOAL := help

help:
	@echo 'make demo     the main job on the example in inputs/: see outputs/'
	@echo 'make test     all tests'
	@echo 'make long     the long tests that end within minutes; CONTRIBUTING.md tells of the others'
	@echo 'make lint     format, clippy and documentation, warnings are errors'
	@echo 'make score    what the reader gets right of the fixtures, by kind'
	@echo 'make accept   write the generated pages and expected files anew; read the difference'
	@echo 'make gallery  pictures of each kind of page into docs/gallery'
	@echo 'make bench    speed and memory against the bare libraries; CONTRIBUTING.md says how long'
	@echo 'make dist     a release in dist/'

demo:
	@scripts/demo.sh

test:
	@scripts/setup.sh test
	cargo test --locked

long:
	@scripts/setup.sh test
	ZHITI_LONG=1 cargo test --locked --test reference --test fuzz --test incremental --test unbreakable

lint:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps

score:
	cargo test --locked --test fixtures -- --nocapture

accept:
	ZHITI_ACCEPT=1 cargo test --locked --test docs
	git status --short docs templates

gallery:
	@scripts/gallery.sh

bench:
	@scripts/setup.sh demo
	cargo bench --locked --bench inner --bench reading --bench documents --bench site --bench job --bench memory

dist:
	@scripts/dist.sh
