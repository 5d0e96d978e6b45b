# Chokepoint. `make help` lists the targets; V=1 shows the commands. All that is built lands in $(BUILD).

VERSION = 0.1.0

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
CC = gcc
OPT ?= -O2 -g
SANITIZE ?=
SCRIPTS ?= --scripts
MEASURED ?= ../shared/data/training-measured
PUBLISHED = tests/validation/published
Q = $(if $(V),,@)

# Every run of make uses all cores; a -j on the command line wins.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-print-directory

SHARE = $(PREFIX)/share/chokepoint
CFLAGS = -std=c17 -Wall -Wextra -Werror $(OPT) $(SANITIZE) -ffp-contract=off -ffile-prefix-map=$(CURDIR)=. -pthread
CPPFLAGS = -D_DEFAULT_SOURCE -I.
LDLIBS = $(shell pkg-config --libs gsl yaml-0.1 2>/dev/null) -lm
PLACES = -DCHOKEPOINT_VERSION='"$(VERSION)"' -DCHOKEPOINT_SHARE_DIR='"$(SHARE)"'
# Expanded here, where no target has added to them.
FLAGS := $(CC) $(CPPFLAGS) $(CFLAGS) $(PLACES)

find_c = $(sort $(shell find $(1) -name '$(2)' 2>/dev/null))
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LAYERS = $(wildcard sim models scenarios plots)
SOURCES := $(call find_c,$(LAYERS),*.c)
TESTS := $(call find_c,tests,test_*.c)
BENCHES := $(call find_c,tests/bench,bench_*.c)
ORACLE_C := $(call find_c,tests/oracle,*.c)
ORACLE_CPP := $(call find_c,tests/oracle,*.cpp)
TEST_SHARED := $(filter-out $(TESTS) $(BENCHES) $(ORACLE_C),$(call find_c,tests,*.c))

PROGRAM = $(BUILD)/chokepoint
LIBRARY = $(BUILD)/libchokepoint.a
LIBRARY_OBJECTS = $(call objects,$(filter-out sim/main.c,$(SOURCES)))
TEST_OBJECTS = $(call objects,$(TEST_SHARED))
TEST_PROGRAMS = $(TESTS:%.c=$(BUILD)/%)
BENCH_PROGRAMS = $(BENCHES:%.c=$(BUILD)/%)
ORACLE = $(BUILD)/oracle
ORACLE_OBJECTS = $(call objects,$(ORACLE_C)) $(ORACLE_CPP:%.cpp=$(BUILD)/obj/%.o)
HAS_SIMGRID = $(shell pkg-config --exists simgrid 2>/dev/null && echo yes)

.PHONY: build demo test check validate analyze sanitize bench oracle golden golden-update determinism gallery install uninstall clean help
.PHONY: tests-build objects always

build: $(PROGRAM) ## build/chokepoint and build/libchokepoint.a (the default)

demo: ## on a bare Debian or Ubuntu: install what is missing, build, run the main scenarios, leave pictures in out/
	@tests/check/install.sh build
	@$(MAKE) build
	@tests/check/demo.sh $(PROGRAM)

test: ## build and run every test; the last line counts them
	@tests/check/install.sh build test
	@$(MAKE) tests-build
	@BUILD=$(BUILD) CC=$(CC) tests/check/run_tests.sh $(SCRIPTS) $(TEST_PROGRAMS)

check: ## layers, circles, headers, sizes, globals, names, format, lint, and a proof that each of them can fail
	@tests/check/install.sh build test check
	@$(MAKE) -k objects || true
	@BUILD=$(BUILD) tests/check/run.sh

analyze: ## clang's static analyzer over every file; slower than check
	@tests/check/install.sh build check
	@tests/check/analyze.sh

sanitize: ## every test under the address, leak and undefined-behaviour sanitizers
	@tests/check/install.sh build test
	@$(MAKE) tests-build BUILD=$(BUILD)/sanitize OPT="-O1 -g -fno-omit-frame-pointer" \
		SANITIZE="-fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all"
	@BUILD=$(BUILD)/sanitize tests/check/run_tests.sh $(TESTS:%.c=$(BUILD)/sanitize/%)

validate: $(PROGRAM) ## simulate the measured runs of $(MEASURED), a folder of tables, and compare: a report, tables and a picture
	@if [ -e "$(MEASURED)" ]; then $(PROGRAM) validate -q "$(MEASURED)" -o $(BUILD)/validate && echo "wrote $(BUILD)/validate"; \
		else echo "skipped: no $(MEASURED); make validate MEASURED=FOLDER takes another one"; fi
	@$(PROGRAM) validate -q $(PUBLISHED) -o $(BUILD)/validate-published && echo "wrote $(BUILD)/validate-published"

bench: $(PROGRAM) $(BENCH_PROGRAMS) $(if $(HAS_SIMGRID),$(ORACLE)) ## build and run every bench, one after the other
	@for bench in $(BENCH_PROGRAMS); do echo "== $${bench##*/}"; $$bench || exit 1; done
	@! command -v gnuplot >/dev/null || { gnuplot -e "data='$(BUILD)/tests/bench/growth.dat'" tests/bench/growth.gp && \
		echo "drew $(BUILD)/tests/bench/growth.png"; }
	@echo "== flows beside SimGrid"
	@$(if $(HAS_SIMGRID),$(ORACLE) speed,echo "skipped: libsimgrid-dev is not here; make oracle installs it")

oracle: ## flows in SimGrid and here: equal completion times, and the time that both take; installs libsimgrid-dev
	@tests/check/install.sh build oracle
	@$(MAKE) $(ORACLE)
	@$(ORACLE) times
	@$(ORACLE) speed

golden: $(PROGRAM) ## compare every golden file with what the program does now
	@BUILD=$(BUILD) tests/golden/run.sh

golden-update: $(PROGRAM) ## rewrite the golden files; explain the diff in the commit
	@BUILD=$(BUILD) tests/golden/run.sh --update

determinism: ## the same bytes from gcc and clang, at -O0 and -O2
	@BUILD=$(BUILD) tests/golden/determinism.sh

gallery: build ## redraw the pictures of the README in plots/gallery/
	@tests/check/gallery.sh $(PROGRAM)

install: build ## copy program, scenarios and plot scripts below $(DESTDIR)$(PREFIX)
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/chokepoint
	for file in $$(find scenarios -name '*.yaml' -o -name '*.csv') $$(find plots -name '*.gp'); do \
		install -D -m 644 "$$file" "$(DESTDIR)$(SHARE)/$$file" || exit 1; done
	for file in README.md LICENSE CHANGELOG.md; do \
		install -D -m 644 "$$file" "$(DESTDIR)$(PREFIX)/share/doc/chokepoint/$$file" || exit 1; done

uninstall: ## remove what install copied
	rm -f $(DESTDIR)$(PREFIX)/bin/chokepoint
	rm -rf $(DESTDIR)$(SHARE) $(DESTDIR)$(PREFIX)/share/doc/chokepoint

clean: ## remove build/ and nothing else
	rm -rf $(BUILD)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

tests-build: $(PROGRAM) $(TEST_PROGRAMS)

objects: $(LIBRARY_OBJECTS) $(call objects,sim/main.c)

$(PROGRAM): $(call objects,sim/main.c) $(LIBRARY)
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(LIBRARY): $(LIBRARY_OBJECTS) $(BUILD)/sources.txt
	@rm -f $@
	@echo "  AR $@"
	$(Q)ar rcsD $@ $(LIBRARY_OBJECTS)

$(TEST_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(TEST_OBJECTS) $(LIBRARY)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lcriterion $(LDLIBS)

$(BENCH_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(ORACLE): $(ORACLE_OBJECTS) $(LIBRARY)
	@echo "  LD $@"
	$(Q)$(CXX) $(OPT) $(SANITIZE) -pthread -Wl,-z,now -o $@ $^ $$(pkg-config --libs simgrid) $(LDLIBS)

$(BUILD)/obj/%.o: %.cpp $(BUILD)/flags.txt
	@mkdir -p $(@D)
	@echo "  CXX $<"
	$(Q)$(CXX) $(CPPFLAGS) -std=c++17 -Wall -Wextra -Werror $(OPT) $(SANITIZE) -pthread -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.c $(BUILD)/flags.txt
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Only the command line knows the version and the installed places.
$(BUILD)/obj/sim/main.o $(BUILD)/obj/sim/commands/%.o: CPPFLAGS += $(PLACES)

# Rewritten only when they change: new flags rebuild all, a removed file rebuilds the library.
$(BUILD)/flags.txt: always
	@mkdir -p $(@D); echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' > $@

$(BUILD)/sources.txt: always
	@mkdir -p $(@D); echo '$(SOURCES)' | cmp -s - $@ || echo '$(SOURCES)' > $@

.SECONDARY:
-include $(patsubst %.o,%.d,$(call objects,$(SOURCES) $(TESTS) $(BENCHES) $(TEST_SHARED)) $(ORACLE_OBJECTS))
