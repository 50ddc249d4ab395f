# martlet: `make demo` shows it, `make test` proves it; both work on a fresh clone, as root and as an ordinary user.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
# One goal at a time: two Swift builds of one package would only wait for each other.
.NOTPARALLEL:

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
STRIP ?= strip
# System programs live where an ordinary user's PATH often does not look.
export PATH := $(PATH):/usr/sbin:/sbin

# What the build cannot do without, and what the demo and the tests use besides.
BUILD_PACKAGES := libnl-3-dev libnl-route-3-dev nettle-dev pkg-config
LAB_PACKAGES := iproute2 iputils-ping nftables util-linux procps psmisc keepalived frr tshark tcpdump systemd \
  nginx haproxy redis-server postgresql mariadb-server dnsmasq-base openssl
LAB_PROGRAMS := ip nft ping unshare nsenter setpriv killall keepalived /usr/lib/frr/zebra /usr/lib/frr/vrrpd tshark tcpdump systemd-analyze \
  nginx haproxy redis-server mariadbd dnsmasq openssl

# Namespaces of our own: the kernel takes everything in them away when the command ends, however it ends.
NAMESPACES := --net --mount --pid --fork --kill-child --mount-proc
ifneq ($(shell id -u),0)
NAMESPACES := --user --map-root-user $(NAMESPACES)
endif
# $(LAB) COMMAND… runs it inside; a terminal's Ctrl-C reaches the command, and its exit code comes back.
LAB := unshare $(NAMESPACES) env MARTLET_LAB=1 /bin/sh -c \
  'mount -t tmpfs -o mode=755 tmpfs /run && ip link set lo up && "$$@"' lab

RELEASE := -c release --static-swift-stdlib
INSTALLED := $(DESTDIR)$(PREFIX)
BUILT ?= .build/release

.PHONY: deps build demo test simulate scale fuzz docs interoperability lint bench install clean have-build-packages have-lab-packages

## deps: install the Debian packages that are missing (as root; otherwise say what to type)
deps: have-build-packages have-lab-packages

have-build-packages:
	@command -v $(SWIFT) >/dev/null || { echo "Swift 6.3 is needed: https://www.swift.org/install/linux/" >&2; exit 1; }
	@if ! pkg-config --exists libnl-3.0 libnl-route-3.0 nettle 2>/dev/null; then \
	  $(call install_packages,$(BUILD_PACKAGES)) || exit 1; fi

# What only the lab needs is no reason to stop: a test that misses something is skipped by name.
have-lab-packages:
	@for program in $(LAB_PROGRAMS); do command -v $$program >/dev/null || missing=yes; done; \
	if [ -n "$${missing:-}" ]; then \
	  $(call install_packages,$(LAB_PACKAGES)) || echo "Going on without; what needs them is skipped." >&2; fi

# The policy file keeps Debian from starting the daemons it installs; one that is there already is left alone.
define install_packages
if [ "$$(id -u)" = 0 ]; then \
  policy=/usr/sbin/policy-rc.d; \
  if [ ! -e $$policy ]; then printf '#!/bin/sh\nexit 101\n' > $$policy; chmod 755 $$policy; trap "rm -f $$policy" EXIT; \
  fi; \
  export DEBIAN_FRONTEND=noninteractive; \
  apt-get install -y -q --no-install-recommends $(1) >/dev/null 2>&1 \
  || { apt-get update -q && apt-get install -y -q --no-install-recommends $(1); }; \
else \
  echo "Missing Debian packages. Type this once:  sudo apt-get install --no-install-recommends $(1)" >&2; false; \
fi
endef

# What is installed: the command line with the parser, and the service. SwiftPM builds one product at a time.
PROGRAMS := martlet martletd
define build_programs
for program in $(PROGRAMS); do $(SWIFT) build $(1) --product $$program --quiet || exit 1; done
endef

## build: the release programs, with Swift's runtime inside it
build: have-build-packages
	@for program in $(PROGRAMS); do $(SWIFT) build $(RELEASE) --product $$program || exit 1; done

## demo: two hosts, a floating address and a client that never stops asking
demo: deps
	@echo "Building martlet (the first time takes a few minutes) …"
	@$(call build_programs,$(RELEASE))
	@$(SWIFT) build $(RELEASE) --product Demo --quiet
	@$(LAB) "$$($(SWIFT) build $(RELEASE) --show-bin-path)/Demo"

## test: every test; those with real hosts run inside namespaces, after the others
test: deps
	$(SWIFT) build --build-tests
	@$(call build_programs)
	@echo "Building what the labs run, as it is released …"
	@$(call build_programs,$(RELEASE))
	@if $(LAB) true 2>/dev/null; then inside=yes; else \
	  echo "No namespaces can be made here, so tests with real hosts will be skipped." >&2; fi; \
	failed=0; \
	run() { if [ -n "$${inside:-}" ]; then $(LAB) "$$@"; else "$$@"; fi; }; \
	run $(SWIFT) test --skip-build --skip LabTests || failed=1; \
	export MARTLET_BINARY="$$($(SWIFT) build $(RELEASE) --show-bin-path)/martlet"; \
	run $(SWIFT) test --skip-build --filter LabTests || failed=1; \
	exit $$failed

## simulate: random clusters through random faults in virtual time; SEEDS=n for seeds 1 to n, SEED=n to see one again
simulate: have-build-packages
	@$(SWIFT) build $(RELEASE) --product RandomRuns --quiet
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/RandomRuns" $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),10000)) \
	  --commit "$$(git describe --always --dirty 2>/dev/null || echo unknown)"

## scale: what clusters of 1,000 hosts and of 4,000 routers cost in virtual time
scale: have-build-packages
	@$(SWIFT) build $(RELEASE) --product RandomRuns --quiet
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/RandomRuns" --scale

## fuzz: a million changed configurations, each within a second and 256 MiB; RUNS=n for fewer, SEED=n for others, FILES=… for which
fuzz: have-build-packages
	@$(SWIFT) build $(RELEASE) --product MutationRuns --quiet
	@nice -n 19 "$$($(SWIFT) build $(RELEASE) --show-bin-path)/MutationRuns" $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED)) \
	  $(or $(FILES),$$(find config ../shared/corpus -name '*.conf' -size -64k 2>/dev/null | sort))

## docs: the reference of the configuration language, from the schema: docs/configuration.md and martlet.conf(5); then the articles beside
## the code (Sources/*/*.docc) as pages in .build/documentation
docs: have-build-packages
	@$(SWIFT) build --product Reference --quiet
	@"$$($(SWIFT) build --show-bin-path)/Reference" docs/configuration.md config/martlet.conf.5
	@SWIFT=$(SWIFT) .ci/articles

## interoperability: the takeovers beside keepalived and FRR, written to docs/interoperability.md when all of them passed
interoperability: deps
	$(SWIFT) build --build-tests
	@$(call build_programs,$(RELEASE))
	@table=.build/interoperability.md; rm -f $$table; \
	$(LAB) env MARTLET_BINARY="$$($(SWIFT) build $(RELEASE) --show-bin-path)/martlet" \
	  MARTLET_INTEROPERABILITY="$$PWD/$$table" $(SWIFT) test --skip-build \
	  --filter 'LabTests/(Interoperability|BFD/aSilentNeighborIsDetectedInTime)'; \
	[ -e $$table ] || { echo "A peer is missing, so there is no table; see the tests that were skipped." >&2; exit 1; }; \
	mv $$table docs/interoperability.md

## lint: the style the tools can check
lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks

## bench: takeover times beside the least that a backup can do, scripts and checked files side by side with keepalived, memory and recovery,
## and probes; ROUNDS=n for more takeovers, TAKEOVERS=1, PROBES=1, SCRIPTS=1, CHECKS=1 or RECOVERY=1 for those alone, ROUTERS=65024 for so many
bench: deps
	@$(call build_programs,$(RELEASE))
	@$(SWIFT) build $(RELEASE) --product Benchmarks --quiet
	@$(SWIFT) build $(RELEASE) --product LeastBackup --quiet
	@$(LAB) "$$($(SWIFT) build $(RELEASE) --show-bin-path)/Benchmarks" $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(TAKEOVERS),--takeovers) $(if $(PROBES),--probes) $(if $(SCRIPTS),--scripts) $(if $(CHECKS),--checks) $(if $(RECOVERY),--recovery) $(if $(ROUTERS),--routers $(ROUTERS))

## install: the programs without their symbols, the systemd unit, the manual page and the sample configurations, below $(DESTDIR)$(PREFIX);
## builds only what is not built yet, so that root needs no Swift after the `make build` of somebody else
install:
	@for program in $(PROGRAMS); do \
	  if [ ! -x $(BUILT)/$$program ] || [ -n "$$(find Package.swift Sources -newer $(BUILT)/$$program -print -quit)" ]; then \
	    $(MAKE) --no-print-directory build; break; fi; done
	@for program in $(PROGRAMS); do file=$(INSTALLED)/sbin/$$program; \
	  install -D -m 755 $(BUILT)/$$program $$file || exit 1; \
	  $(STRIP) --strip-all $$file 2>/dev/null || echo "$$file keeps its symbols: $(STRIP) could not take them." >&2; done
	for unit in systemd/*.service; do \
	  sed 's#/usr/sbin/martlet#$(PREFIX)/sbin/martlet#g' "$$unit" \
	  | install -D -m 644 /dev/stdin $(INSTALLED)/lib/systemd/system/"$${unit##*/}"; done
	for file in systemd/sysusers.d/*.conf; do [ ! -e "$$file" ] || \
	  install -D -m 644 "$$file" $(INSTALLED)/lib/sysusers.d/"$${file##*/}"; done
	for file in systemd/tmpfiles.d/*.conf; do [ ! -e "$$file" ] || \
	  install -D -m 644 "$$file" $(INSTALLED)/lib/tmpfiles.d/"$${file##*/}"; done
	install -D -m 644 config/martlet.conf.5 $(INSTALLED)/share/man/man5/martlet.conf.5
	for file in config/*.conf; do [ ! -e "$$file" ] || \
	  install -D -m 644 "$$file" $(INSTALLED)/share/doc/martlet/examples/"$${file##*/}"; done

## clean: everything that was built
clean:
	$(SWIFT) package clean
