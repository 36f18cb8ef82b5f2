# SPDX-License-Identifier: Apache-2.0
# The front door: `make` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.NOTPARALLEL:
.DEFAULT_GOAL := help

# make vm-test KERNEL=6.12 · make install FLAGS=--dry-run · make fuzz FOR=600s
KERNEL ?=
FOR ?= 60s
FLAGS ?= --yes

.PHONY: help
help: ## List the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: setup
setup: ## Install by apt what building and checking needs
	@Tools/setup.sh

.PHONY: build
build: setup ## Build .build/release/toa
	@# With Swift's libraries inside and without symbols: the package toa-ebpf carries a copy of this file.
	swift build -c release --product toa --static-swift-stdlib -Xlinker -s

.PHONY: install
install: build ## Install TOA on this machine, to a passing self-test
	.build/release/toa install $(FLAGS)

.PHONY: check
check: setup ## Lint, debug build with warnings as errors, unit tests, the module's parsers in user space
	swift format lint --strict -r Sources Tests Package.swift
	swift build --build-tests
	swift test --skip-build --quiet
	Tests/Module/run.sh

.PHONY: fuzz
fuzz: setup ## Fuzz the module's parsers, a minute each; FOR=600s or FOR=1000000 executions
	Tests/Module/fuzz.sh --seed 0 $(FOR)

.PHONY: static
static: setup ## Build dist/toa, one static file for every host
	Tools/static.sh

.PHONY: bpf-test
bpf-test: static ## Test the eBPF backend and transparent proxying natively
	Tests/Bpf/run.sh

.PHONY: package-test
package-test: static ## Make every package, and have dpkg, rpm, DKMS, lintian and rpmlint judge them
	Tests/Packages/run.sh

.PHONY: test
test: check dist ## All that CI runs: check, static file and packages, eBPF, VM tests with four kernels and distributions
	Tests/run.sh

.PHONY: vm-test
vm-test: static ## Test in VMs; KERNEL=6.12 takes one kernel
	Tests/VM/run.sh $(if $(KERNEL),--kernel $(KERNEL))

.PHONY: kernel-debug
kernel-debug: ## Test the module in a kernel that watches itself (KASAN, lockdep, kmemleak, failing allocations); not in CI
	Tests/VM/debug-kernel.sh

.PHONY: vm-demo
vm-demo: static ## Show the whole story in a VM, from a bare Debian to a reboot
	Tests/VM/demo.sh

.PHONY: dist
dist: static ## Put the static file, its deb and its rpm, and their checksums into dist/
	Tools/dist.sh

.PHONY: dist-repo
dist-repo: dist ## Lay out apt and yum repositories in REPO=dist/repo; PACKAGES="..." adds some, KEY=... signs
	Tools/dist-repo.sh $(if $(KEY),--sign $(KEY)) $(or $(REPO),dist/repo) $(PACKAGES)

.PHONY: dist-test
dist-test: dist ## Test the static file and the packages in chroots of Debian 11, 12, 13, with lintian, rpmlint, apt, dnf
	Tests/Dist/run.sh

.PHONY: clean
clean: ## Remove what was built; the fetched VM images in .vm stay
	rm -rf .build .static dist
