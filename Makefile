# SPDX-License-Identifier: BSD-3-Clause
#
# The build of Quorate: one file, GNU make, everything into build/. `make help` lists the targets.
#
#   V=1          show the commands                DEVELOPER=1  -Werror and the long list of warnings
#   SAN=a,b      with these sanitizers, into a build directory of their own
#   B=DIR        build into DIR                   DESTDIR= PREFIX= OCFDIR=   where install puts things
#
# An executable has a manifest of its own beside its sources, with the one line that names the
# pkg-config packages it links:
#   agents/NAME/NAME.mk      NAME_PKGS := libmnl      build/agents/NAME, out of agents/NAME/*.c
#   fence/NAME/NAME.mk       NAME_PKGS := ...         build/fence/NAME, out of fence/NAME/*.c
#                            NAME_ALSO := ...        and further names of it, symbolic links
#   agents/ROOM/DAEMON.mk    DAEMON_PKGS := ...       build/libexec/DAEMON, whose main is
#                                                     agents/ROOM/DAEMON_main.c; one named
#                                                     quorate-X is for people, unless X is a daemon
# Mains are named *_main.c and stay out of the archives; a room's other objects are an archive, so
# that an executable carries only what it calls.

.DEFAULT_GOAL := all
ifeq ($(MAKELEVEL) $(filter -j% --jobserver%,$(MAKEFLAGS)),0 )
MAKEFLAGS += -j$(shell nproc)
endif
.DELETE_ON_ERROR:
.SECONDEXPANSION:
.SUFFIXES:
comma := ,
empty :=

PREFIX ?= /usr
OCFDIR ?= /usr/lib/ocf
AGENTDIR := $(OCFDIR)/resource.d/quorate
LIBEXECDIR := $(PREFIX)/libexec/quorate
MANDIR := $(PREFIX)/share/man
EXAMPLEDIR := $(PREFIX)/share/doc/quorate/examples
TMPFILESDIR := $(PREFIX)/lib/tmpfiles.d

B ?= build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
O := $(B)/obj
Q := $(if $(filter 1,$(V)),,@)
say = @$(if $(filter 1,$(V)),:,printf '  %-8s %s\n' $1 $2)
export BUILD := $(B)
export V

# Flags ------------------------------------------------------------------------------------------

ifeq ($(origin CC),default)
CC := gcc
endif
PKG_CONFIG ?= pkg-config
INSTALL ?= install
CFLAGS ?= $(if $(SAN),-O1,-O2) -g

WARNINGS := -Wall -Wextra -Wno-unused-parameter -Werror=format-security
ifeq ($(DEVELOPER),1)
WARNINGS += -Werror -Wfloat-equal -Wformat=2 -Winit-self -Wmissing-declarations \
	-Wmissing-prototypes -Wnested-externs -Wold-style-definition \
	-Wpointer-arith -Wredundant-decls -Wstrict-prototypes -Wundef -Wvla -Wwrite-strings
ifneq ($(findstring clang,$(CC)),clang)
WARNINGS += -Wduplicated-branches -Wduplicated-cond -Wjump-misses-init -Wlogical-op \
	-Wrestrict -Wshadow=local -Wtrampolines
endif
endif

# Fortified functions hide the calls that the sanitizers watch, so a build has the one or the other.
HARDEN := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer,\
	-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE
ALL_CFLAGS = -std=gnu11 -Icommon -Iagents -Ifence -D_GNU_SOURCE -DLIBEXECDIR='"$(LIBEXECDIR)"' \
	$(PKG_CFLAGS) $(CPPFLAGS) \
	-ffunction-sections -fdata-sections $(WARNINGS) $(HARDEN) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,--gc-sections \
	$(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)

# What there is ----------------------------------------------------------------------------------

MANIFESTS := $(sort $(wildcard agents/*/*.mk fence/*/*.mk))
include $(MANIFESTS)
names = $(notdir $(patsubst %/,%,$(dir $(foreach m,$(filter $1/%,$(MANIFESTS)),\
	$(if $(filter $(notdir $(patsubst %/,%,$(dir $m))),$(basename $(notdir $m))),$m)))))
AGENTS := $(call names,agents)
FENCES := $(call names,fence)
FENCE_NAMES := $(foreach f,$(FENCES),$f $($f_ALSO))
ROOMS := $(AGENTS) $(FENCES)
DAEMON_MAINS := $(sort $(wildcard agents/*/*_main.c))
DAEMONS := $(patsubst %_main.c,%,$(notdir $(DAEMON_MAINS)))
TOOLS := $(filter-out %d,$(filter quorate-%,$(DAEMONS)))

objects = $(patsubst %.c,$(O)/%.o,$(filter-out %_main.c,$(sort $(wildcard $(addsuffix /*.c,$1)))))
room = $(wildcard agents/$1 fence/$1)
archives = $(foreach r,$1,$(B)/rooms/$r.a)

TEST_SOURCES := $(sort $(wildcard tests/unit/test-*.c \
	$(foreach s,host conformance cluster kernel lab bench,tests/$s/*.c)))
programs = $(patsubst %.c,$(B)/%,$(filter $(foreach s,$1,tests/$s/%),$(TEST_SOURCES)))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz-*.c)))
C_FILES = $(sort $(wildcard $(foreach d,common/* agents/* fence/* ocf-metadata tests/*,$d/*.[ch])))

LIBCOMMON := $(B)/libcommon.a
BINARIES := $(AGENTS:%=$(B)/agents/%) $(FENCE_NAMES:%=$(B)/fence/%) $(DAEMONS:%=$(B)/libexec/%)
RENDERERS := $(ROOMS:%=$(B)/render/%)
MAN_PAGES := $(AGENTS:%=ocf-metadata/ocf_quorate_%.7) $(FENCE_NAMES:%=ocf-metadata/%.8) \
	$(sort $(wildcard agents/*/*.8))
EXAMPLES := $(wildcard agents/*/examples/*)

# Packages by pkg-config name. Tests are offered all that any executable uses; --as-needed picks.
RENDER_PKGS := libxml-2.0
PKGS := $(sort $(foreach x,$(ROOMS) $(DAEMONS),$($x_PKGS)))
TEST_PKGS := $(sort cmocka libmnl libqb libcpg libquorum libcmap $(RENDER_PKGS) $(PKGS))
libs = $(if $(strip $1),$(shell $(PKG_CONFIG) --libs $1))
cflags = $(shell $(PKG_CONFIG) --cflags $1 2>/dev/null)
PKG_CFLAGS := $(foreach p,$(TEST_PKGS),$(call cflags,$p))

# Targets ----------------------------------------------------------------------------------------

.PHONY: all
all: $(BINARIES) ## build the agents, the fence agents and the daemons into build/

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' Makefile
	@echo 'Variables: V=1 DEVELOPER=1 SAN=address,undefined B=DIR; the head of Makefile explains them.'

.PHONY: deps deps-present
deps: ## install what building and testing need (Debian, Ubuntu), or print the list (elsewhere)
	$(Q)tests/deps
deps-present:
	$(Q)tests/deps --check >/dev/null || tests/deps

.PHONY: demo
demo: deps-present ## a three-node cluster on this machine that loses nodes and keeps its address (root)
	$(Q)test "$$(id -u)" = 0 || { echo 'make demo: needs root (try: sudo make demo)' >&2; exit 1; }
	$(Q)$(MAKE) --no-print-directory all lab-programs
	$(Q)tests/lab/demo

.PHONY: lab-programs test-programs objects
lab-programs: $(call programs,lab)
test-programs: $(call programs,unit host conformance cluster kernel lab bench)
objects: $(patsubst %.c,$(O)/%.o,$(filter %.c,$(C_FILES)))

.PHONY: check check-built
SUITES := lint kernel unit conformance host fuzz cluster
check: deps-present ## every test (root; under 15 minutes)
	$(Q)$(MAKE) --no-print-directory check-built
check-built: all objects test-programs $(RENDERERS) $(FUZZ:%=$(B)/tests/fuzz/%)
	$(Q)tests/run $(SUITES)

.PHONY: check-metadata check-unit check-conformance check-host check-kernel check-fuzz check-cluster check-san check-long
check-metadata: all $(RENDERERS) ## the checked-in metadata and man pages are what the agents' tables say
	$(Q)tests/run conformance/test-rendered
check-unit: $(call programs,unit) ## unit tests: no root, no cluster
	$(Q)tests/run unit
check-conformance: all $(RENDERERS) $(call programs,conformance) ## every agent against OCF 1.1 and the cluster's own tools
	$(Q)tests/run conformance
check-host: all $(call programs,host) ## the agents on this host, in network namespaces (root)
	$(Q)tests/run host
check-kernel: all $(call programs,kernel) ## what needs IPVS: on this kernel, or in a virtual machine (root)
	$(Q)tests/run kernel
check-fuzz: $(FUZZ:%=$(B)/tests/fuzz/%) ## replay the corpora of the fuzz targets
	$(Q)tests/run fuzz
check-cluster: all $(call programs,cluster lab) ## the agents in three-node clusters in namespaces (root)
	$(Q)tests/run cluster
check-long: all objects $(call programs,lab) ## every fault at every cloud, rounds of failover, 10000 inputs of each fuzz target, the analyzers: ROUNDS=8 (root)
	+$(Q)! command -v clang >/dev/null || $(make_fuzzers)
	$(Q)tests/run long
check-san: ## unit and host tests and the corpora again, under ASan and UBSan
	$(Q)$(MAKE) --no-print-directory SAN=address,undefined check-san-built
.PHONY: check-san-built
check-san-built: all $(call programs,unit host) $(FUZZ:%=$(B)/tests/fuzz/%)
	$(Q)tests/run unit host fuzz

make_fuzzers = $(MAKE) --no-print-directory B=build/fuzz CC=clang SAN=fuzzer-no-link,address,undefined fuzzers

.PHONY: lint
lint: objects ## format, static analysis, floors, headers, budgets, banned words, scripts
	$(Q)V=1 tests/run lint/test-tree long/test-analysis

.PHONY: fuzz fuzzers
SECONDS ?= 30
fuzz: ## let libFuzzer look for new inputs (clang), SECONDS=30 each
	+$(Q)$(make_fuzzers)
	$(Q)tests/fuzz/run $(SECONDS)
fuzzers: $(FUZZ:%=$(B)/%)

.PHONY: bench
bench: all $(call programs,bench lab kernel) ## measure the agents against their peers and print the table (root)
	$(Q)tests/bench/bench

.PHONY: metadata
metadata: $(RENDERERS) ## render ocf-metadata/*.xml and the man pages out of the agents' tables
	$(Q)set -e; \
	render() { $(B)/render/$$1 $$2 $$4 >$$3.new; cmp -s $$3.new $$3 && rm $$3.new || mv $$3.new $$3; }; \
	for a in $(AGENTS); do render $$a xml ocf-metadata/$$a.xml; done; \
	for a in $(AGENTS); do render $$a man ocf-metadata/ocf_quorate_$$a.7; done; \
	fences() { for n in "$$@"; do render $$1 xml ocf-metadata/$$n.xml $$n; render $$1 man ocf-metadata/$$n.8 $$n; done; }; \
	$(foreach f,$(FENCES),fences $f $($f_ALSO);)

.PHONY: format
format: ## put all C files into the house's format
	$(Q)clang-format -i $(C_FILES)

.PHONY: install uninstall
install: all ## install into DESTDIR=, PREFIX=/usr and OCFDIR=/usr/lib/ocf
	$(Q)$(INSTALL) -d $(DESTDIR)$(TMPFILESDIR)
	$(Q)$(INSTALL) -m 644 common/ocf/quorate.conf $(DESTDIR)$(TMPFILESDIR)/quorate.conf
	$(call install_to,755,$(AGENTDIR),$(AGENTS:%=$(B)/agents/%))
	$(call install_to,755,$(PREFIX)/sbin,$(FENCES:%=$(B)/fence/%))
	$(Q)$(foreach f,$(FENCES),$(foreach n,$($f_ALSO),ln -sf $f $(DESTDIR)$(PREFIX)/sbin/$n; )):
	$(call install_to,755,$(LIBEXECDIR),$(DAEMONS:%=$(B)/libexec/%))
	$(Q)$(foreach t,$(TOOLS),ln -sf ../libexec/quorate/$t $(DESTDIR)$(PREFIX)/sbin/$t; ):
	$(call install_to,644,$(MANDIR)/man7,$(filter %.7,$(MAN_PAGES)))
	$(call install_to,644,$(MANDIR)/man8,$(filter %.8,$(MAN_PAGES)))
	$(call install_to,755,$(EXAMPLEDIR),$(EXAMPLES))
uninstall: ## remove what install has put there
	$(Q)rm -f $(DESTDIR)$(TMPFILESDIR)/quorate.conf $(AGENTS:%=$(DESTDIR)$(AGENTDIR)/%) \
		$(FENCE_NAMES:%=$(DESTDIR)$(PREFIX)/sbin/%) $(DAEMONS:%=$(DESTDIR)$(LIBEXECDIR)/%) \
		$(TOOLS:%=$(DESTDIR)$(PREFIX)/sbin/%) \
		$(foreach m,$(notdir $(MAN_PAGES)),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $m))/$m) \
		$(addprefix $(DESTDIR)$(EXAMPLEDIR)/,$(notdir $(EXAMPLES)))
	$(Q)rmdir $(DESTDIR)$(AGENTDIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(EXAMPLEDIR) 2>/dev/null || :
install_to = $(if $(strip $3),$(Q)$(INSTALL) -d $(DESTDIR)$2 && $(INSTALL) -m $1 $3 $(DESTDIR)$2/)

.PHONY: clean
clean: ## remove build/
	$(Q)rm -rf build

# Rules ------------------------------------------------------------------------------------------

link = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@

# Remembers the flags, so that another DEVELOPER=, CC= or CFLAGS= compiles again.
$(B)/flags: FORCE
	@test -z '$(PKGS)' || $(PKG_CONFIG) --exists $(PKGS) || echo 'a package is missing: `make deps` installs it' >&2
	@mkdir -p $(@D); f='$(subst ','\'',$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS))'; \
	test "$$f" = "$$(cat $@ 2>/dev/null)" || printf '%s\n' "$$f" >$@
FORCE:

$(O)/%.o: %.c $(B)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/metadata/%.o: common/ocf/metadata.S ocf-metadata/%.xml
	$(call say,EMBED,ocf-metadata/$*.xml)
	@mkdir -p $(@D)
	$(Q)$(CC) -c -DMETADATA_FILE='"ocf-metadata/$*.xml"' -o $@ $<

fence_documents = $(foreach n,$1 $($1_ALSO),ocf-metadata/$n.xml)
fence_names = $(subst $(empty) $(empty),$(comma),$(strip $1 $($1_ALSO)))
$(FENCES:%=$(B)/metadata/%.o): $(B)/metadata/%.o: common/ocf/fence_metadata.S $$(call fence_documents,$$*)
	$(call say,EMBED,ocf-metadata/$*.xml)
	@mkdir -p $(@D)
	$(Q)$(CC) -c -DFENCE_NAMES='$(call fence_names,$*)' -o $@ $<

ocf-metadata/%.xml:
	@echo '$@ is missing; `make metadata` renders it' >&2; exit 1

archive = $(Q)mkdir -p $(@D) && rm -f $@ && $(AR) rcs $@ $^
$(LIBCOMMON): $(call objects,common/*)
	$(call say,AR,$@)
	$(archive)
$(B)/rooms/%.a: $$(call objects,$$(call room,$$*))
	$(call say,AR,$@)
	$(archive)
$(B)/tests/unit/support.a: $(filter-out $(O)/tests/unit/test-%,$(call objects,tests/unit))
	$(archive)

$(AGENTS:%=$(B)/agents/%): $(B)/agents/%: $(O)/common/ocf/agent_main.o $(B)/metadata/%.o $(B)/rooms/%.a $(LIBCOMMON)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) $^ $(call libs,$($*_PKGS))

$(FENCES:%=$(B)/fence/%): $(B)/fence/%: $(O)/common/ocf/fence_main.o $(B)/metadata/%.o $(B)/rooms/%.a $(LIBCOMMON)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) $^ $(call libs,$($*_PKGS))

fence_of = $(strip $(foreach f,$(FENCES),$(if $(filter $1,$($f_ALSO)),$f)))
$(filter-out $(FENCES:%=$(B)/fence/%),$(FENCE_NAMES:%=$(B)/fence/%)): $(B)/fence/%: $$(B)/fence/$$(call fence_of,$$*)
	$(Q)ln -sf $(<F) $@

daemon_main = $(filter %/$1_main.c,$(DAEMON_MAINS))
daemon_room = $(notdir $(patsubst %/,%,$(dir $(call daemon_main,$1))))
$(DAEMONS:%=$(B)/libexec/%): $(B)/libexec/%: $$(patsubst %.c,$(O)/%.o,$$(call daemon_main,$$*)) \
		$$(call archives,$$(call daemon_room,$$*)) $(LIBCOMMON)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) $^ $(call libs,$($*_PKGS))

RENDER_OBJECTS := $(patsubst %.c,$(O)/%.o,$(sort $(wildcard ocf-metadata/*.c)))
$(B)/ocf-metadata.a: $(RENDER_OBJECTS)
	$(call say,AR,$@)
	$(archive)
$(RENDERERS): $(B)/render/%: $(RENDER_OBJECTS) $(B)/rooms/%.a $(LIBCOMMON)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) $^ $(call libs,$(RENDER_PKGS) $($*_PKGS))

# A test is linked with the rooms whose headers it includes, never with two tables called `agent`. The
# other files of tests/unit stand in front of libcommon.a where the test includes their header, as a
# fake must, and behind it where not.
TEST_ARCHIVES := $(call archives,$(ROOMS)) $(B)/ocf-metadata.a $(LIBCOMMON)
includes = $(shell grep -l '^#include "$1/' $2)
test_libs = $(foreach r,$(ROOMS),$(if $(call includes,$r,$1),$(call archives,$r))) \
	$(if $(call includes,ocf-metadata,$1),$(B)/ocf-metadata.a) $(LIBCOMMON) $(call libs,$(TEST_PKGS))
own_headers = $(shell sed -n 's/^#include "\([^/"]*\)\.h"$$/\1/p' $1)
support = $(patsubst %.c,$(O)/%.o,$(wildcard $(patsubst %,tests/unit/%.c,$(call own_headers,$1))))
$(O)/tests/%.o: ALL_CFLAGS += -I.

$(call programs,unit host conformance cluster kernel lab bench): $(B)/%: $(O)/%.o \
		$(B)/tests/unit/support.a $(TEST_ARCHIVES)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) $< $(if $(filter tests/unit/%,$*),$(call support,$*.c)) \
		-Wl,--start-group $(call test_libs,$*.c) $(B)/tests/unit/support.a -Wl,--end-group

$(FUZZ:%=$(B)/tests/fuzz/%): $(B)/%: $(O)/%.o $(O)/tests/fuzz/replay.o $(TEST_ARCHIVES)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) $< $(O)/tests/fuzz/replay.o $(call test_libs,$*.c)

$(FUZZ:%=$(B)/%): $(B)/%: $(O)/tests/fuzz/%.o $(TEST_ARCHIVES)
	$(call say,LINK,$@)
	$(Q)$(link) -fsanitize=fuzzer $< $(call test_libs,tests/fuzz/$*.c)

.SECONDARY:
-include $(wildcard $(foreach d,*/*.d */*/*.d,$(O)/$d))
