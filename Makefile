# oomspect: one makefile, no recursion into folders; everything it makes is below $O.
#
#   O=DIR         build there (default: build)       CC=clang      another compiler
#   WERROR=1      warnings are errors                PREFIX=/usr   where `install` goes
#   SANITIZE=...  as for -fsanitize                  COVERAGE=1    count executed lines

VERSION := 0.1.0
O       := build
PREFIX  ?= /usr/local

packages      := ncursesw libproc2
# What the tests may link: no curses, so that a view that draws by itself does not link.
test_packages := cmocka vterm libproc2 jansson
# Expanded when a recipe runs: `make deps all` has installed pkg-config by then.
pkg = $(shell pkg-config --$1 $2)

CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wcast-qual \
	-Wwrite-strings -Wpointer-arith -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough
hardening := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
ifdef WERROR
warnings += -Werror
endif
# Both see through what _FORTIFY_SOURCE would hide, or compile without the optimizer it needs.
ifdef SANITIZE
hardening := -U_FORTIFY_SOURCE -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifdef COVERAGE
hardening := -U_FORTIFY_SOURCE -O0 --coverage
endif
override CFLAGS   += -std=gnu11 $(warnings) $(hardening) -fPIE
override CPPFLAGS += -Iinclude -Itui -Itests -D_GNU_SOURCE -DOOMSPECT_VERSION='"$(VERSION)"'
override LDFLAGS  += -pie -Wl,-z,relro,-z,now
ban := -include core/banned.h

core_sources := $(wildcard core/*/*.c)
tui_sources  := $(wildcard tui/*.c tui/*/*.c)
test_files   := $(wildcard tests/test_*.c tests/*/test_*.c)
test_sources := $(wildcard tests/support_*.c) $(test_files)
headers_of_program := $(wildcard include/oomspect/*.h tui/*.h tui/*/*.h)
headers      := $(headers_of_program) $(wildcard tests/*.h)
sources      := $(core_sources) $(tui_sources) $(test_sources)
guest_sources := $(wildcard tests/kernel/*.[ch] tests/preload/*.c)
man_pages    := $(wildcard man/*.[1-8])

core    := $(core_sources:%.c=$O/%.o)
tui     := $(tui_sources:%.c=$O/%.o)
pure    := $(filter-out %/main.o %/app.o %/screen.o %/command_screen.o,$(tui))
support := $(patsubst %.c,$O/%.o,$(wildcard tests/support_*.c))
# tests/F/test_X.c becomes $O/tests/test_X, whichever folder F it is in.
tests   := $(patsubst %.c,$O/tests/%,$(notdir $(test_files)))
objects := $(sources:%.c=$O/%.o)
# What is in tests/core links the core alone, the others the views as well.
tui_tests := $(patsubst %.c,$O/tests/%,$(notdir $(filter-out tests/core/%,$(test_files))))

.PHONY: all run check check-sanitize check-valgrind coverage lint format deps deps-dev \
	install uninstall dist clean help
.DELETE_ON_ERROR:
.SECONDARY: $(objects)

all: $O/oomspect ## build the program, $O/oomspect

run: $O/oomspect ## build and start it
	@$O/oomspect

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | while read -r target what; do \
		printf 'make %-15s %s\n' "$$target" "$$what"; done

# --- what is built

$O/oomspect: $(tui) $O/libcore.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg,libs,$(packages))

$O/libcore.a: $(core)
	@rm -f $@
	$(AR) rcs $@ $^

$O/libsupport.a: $(support)
	@rm -f $@
	$(AR) rcs $@ $^

$(objects): $O/%.o: %.c $O/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(call pkg,cflags,$(packages) $(test_packages)) $(CFLAGS) -MMD -MP -c -o $@ $<

$(core): override CPPFLAGS += $(ban)
$(core): core/banned.h

define object_of_test
$O/tests/$(basename $(notdir $1)): $O/$(1:.c=.o)
endef
$(foreach t,$(test_files),$(eval $(call object_of_test,$t)))
$(tests): $O/libsupport.a $O/libcore.a
$(tui_tests): $(pure)
$(tests):
	$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $(filter %.o,$^) $O/libsupport.a \
		$O/libcore.a $(call pkg,libs,$(test_packages))

# What stands before libc's allocator in the program that these tests start.
scarcity := $O/tests/test_scarce_memory $O/tests/test_scarce_files $O/tests/test_scarce_screen
$(scarcity): | $O/tests/scarce.so
$O/tests/scarce.so: tests/preload/scarce.c $O/flags
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(warnings) -O2 -g -D_GNU_SOURCE -fPIC -shared -o $@ $<

# Other flags or another compiler rebuild everything.
flags := $(VERSION) $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
ifneq ($(flags),$(file <$O/flags))
.PHONY: $O/flags
endif
$O/flags:
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(flags))' >$@

-include $(objects:.o=.d)

# --- what it needs

deps: ## install what all, run and check need
	@sh .ci/deps

deps-dev: ## install what lint, the sanitizers and .ci/run need
	@sh .ci/deps dev

# `make -j deps check`: nothing is compiled before the compiler is there.
$O/flags: | $(filter deps deps-dev,$(MAKECMDGOALS))

# --- what is checked

check: all $(tests) ## run every test; $O/tests/test_X runs one
	@OOMSPECT=$(abspath $O/oomspect) tests/run $(filter-out $(WITHOUT:%=$O/tests/test_%),$(tests))

# What the program costs is not what it costs under a sanitizer.
check-sanitize: ## the same with AddressSanitizer and UBSan
	@ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=1 \
		$(MAKE) --no-print-directory O=$O/sanitize SANITIZE=address,undefined \
		WITHOUT="budget soak" check

# test_soak for half an hour instead of ten seconds.
.PHONY: soak
soak: all $O/tests/test_soak ## SAMPLES (20000) tenths of a second on a busy machine: no growth
	@SAMPLES=$(or $(SAMPLES),20000) TEST_SECONDS=36000 OOMSPECT=$(abspath $O/oomspect) \
		tests/run $O/tests/test_soak

# The program that a test starts is looked into as well, other programs are not.
# What is lost for certain counts: when a signal ends the program, curses' trees look possibly lost.
# What valgrind says goes into files: tests read standard error, and it complains of openat2(2) there.
valgrind := valgrind --quiet --error-exitcode=99 --log-file=$(abspath $O/valgrind)/%p \
	--suppressions=$(abspath tests/valgrind.supp) --leak-check=full --track-fds=no \
	--show-leak-kinds=definite --errors-for-leak-kinds=definite \
	--trace-children=yes --trace-children-skip='/bin/*,/sbin/*,/usr/*,tests/*,*/tests/*'

# Not at a thirtieth of the speed: these hold the program against a clock, against a machine that
# moves on, or against a whole corpus; test_sampler and test_first_reason need libc's own allocator,
# test_adjust starts a process that shares its memory, which valgrind cannot follow; and
# test_rights goes where valgrind may not write its pipes.
not_here := adjust budget capture changed corpus events_live extremes first_reason fuzz_corpus \
	hostile keys keys_acting list_memory memcg_kills names paste read_only rights robust \
	sampler scarce_files scarce_memory scarce_screen shortage soak swapped usage
# A process that changes names while the program writes would have all the time in the world.
not_here += attack attack_settings
# What cannot be started: valgrind does not recover from it. Logs that are waited for.
not_here += helper klog_sources log_waits rotation

check-valgrind: all $(tests) ## the same under valgrind; its reports are in $O/valgrind
	@rm -rf $O/valgrind && mkdir -p -m 1777 $O/valgrind
	@OOMSPECT=$(abspath $O/oomspect) TEST_WRAPPER="$(valgrind)" tests/run \
		$(filter-out $(not_here:%=$O/tests/test_%),$(tests)) || \
		{ echo "reports: $$(grep -l '^==' $O/valgrind/* | tr '\n' ' ')" >&2; exit 1; }

# Real kernels under emulation; what they need and how to choose stands in tests/kernel/run.
.PHONY: check-kernel check-kernel-quick
check-kernel: ## kernels in QEMU judge the predictions; KERNELS="6.1 ..." SEED=N
	@CC=$(CC) KERNELS="$(KERNELS)" SEED="$(SEED)" ONLY="$(ONLY)" JOBS="$(JOBS)" tests/kernel/run $O

check-kernel-quick: ## one kernel, a few scenarios of each sort
	@CC=$(CC) QUICK=1 KERNELS="$(or $(KERNELS),6.1)" SEED="$(SEED)" tests/kernel/run $O

# Debian 12 and 13, from nothing; what it needs and does stands in tests/fresh.
.PHONY: check-fresh
check-fresh: ## README's commands on a minimal Debian; RELEASES="bookworm trixie"; needs root
	@tests/fresh $O/fresh $(or $(RELEASES),bookworm trixie)

# What drives the screen alone takes the most time, and executes no line that the others do not.
# What takes memory and descriptors away takes them from what writes the counts as well.
not_counted := budget hostile keys read_only robust soak scarce_files scarce_memory scarce_screen \
	shortage
coverage: ## lines of core/ that the tests execute, 90 % at least
	@find $O/coverage -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) --no-print-directory O=$O/coverage COVERAGE=1 \
		WITHOUT="$(not_counted)" check
	gcovr --root . --object-directory $O/coverage --filter core/ --fail-under-line 90 $O/coverage

# What things cost here; each says at its top what it needs.
benches := $(patsubst tests/%.c,$O/%,$(wildcard tests/bench/*.c))
.PHONY: bench
bench: $(benches) ## measure what a refresh costs
	@for b in $(benches); do echo "== $$b"; $$b || exit 1; done

$(benches): $O/%: tests/%.c $O/libsupport.a $O/libcore.a $O/oomspect $O/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $< $O/libsupport.a $O/libcore.a \
		$(call pkg,libs,$(test_packages))

lints := lint-format lint-headers lint-layers lint-includes lint-man lint-cppcheck lint-analyzer lint-tidy
.PHONY: $(lints)
lint: $(lints) ## clang-format, clang-tidy, cppcheck, gcc -fanalyzer, headers, man pages

lint-format:
	clang-format --dry-run -Werror $(sources) $(headers) $(guest_sources)

format: ## let clang-format write the sources
	clang-format -i $(sources) $(headers) $(guest_sources)

lint-headers:
	@for h in $(headers); do \
		printf '#include "%s"\n' "$$h" | $(CC) $(CPPFLAGS) -I. $(call pkg,cflags,$(packages) $(test_packages)) \
			-std=gnu11 $(warnings) -Werror -fsyntax-only -x c - || exit 1; done

# Only the screen knows curses, the core knows nothing of the program around it, predictions are made
# in one place, programs are started in one, and files are written through one door. (The other writers
# open what is there: /proc, a terminal.)
writers := core/machine/outfile.c core/machine/outfile_place.c core/act/action.c tui/term/screen.c
made_by := fopen|freopen|creat|mkos?temps?|mkdtemp|mk(dir|fifo|nod)(at)?|rename(at2?)?|(sym)?link(at)?
lint-layers:
	@! grep -n 'include.*curses' $(filter-out tui/term/screen.c,$(sources)) $(headers)
	@! grep -n 'include "\(\.\./\)\?\(tui\|tests\)/' $(core_sources) $(wildcard include/oomspect/*.h)
	@! grep -n '[^_a-z]ranking_build(' \
		$(filter-out core/predict/ranking.c core/predict/outlook.c,$(core_sources) $(tui_sources))
	@! grep -nE '\<(posix_spawnp?|popen|system|fexecve|exec[lv][pe]*)\(' \
		$(filter-out core/base/helper.c,$(core_sources) $(tui_sources))
	@! grep -nE 'O_(WRONLY|RDWR|CREAT|TMPFILE)|(^|[^>.[:alnum:]_])($(made_by))\(' \
		$(filter-out $(writers),$(core_sources) $(tui_sources)) | grep -v '"/dev/null"'

# Folders are floors: which may include which stands in the script, and no circle of files is long.
lint-includes:
	@.ci/includes $(core_sources) $(wildcard core/*/*.h) $(tui_sources) $(headers_of_program)

lint-man:
	mandoc -T lint -W warning $(man_pages)
	@for m in $(man_pages); do \
		test -z "$$(groff -man -ww -z $$m 2>&1 | tee -a /dev/stderr)" || exit 1; done
	@words=$$(mandoc -T ascii man/oomspect.1 | wc -w); test $$words -le 5000 || \
		{ echo "man/oomspect.1 has $$words words: 5,000 are as many as are read"; exit 1; }

lint-cppcheck:
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr \
		--enable=warning,performance,portability $(CPPFLAGS) $(core_sources) $(tui_sources)

# Leaks are left to the sanitizer and valgrind: gcc 12 sees one wherever a pointer is stored in an
# element of a grown array.
lint-analyzer:
	@$(MAKE) --no-print-directory O=$O/analyzer CC=gcc WERROR=1 analyzed \
		CFLAGS='-O1 -g -fanalyzer -Wno-analyzer-malloc-leak'

.PHONY: analyzed
analyzed: $(core) $(tui)

tidy_flags = -std=gnu11 $(filter-out -DOOMSPECT_VERSION=%,$(CPPFLAGS)) -DOOMSPECT_VERSION=\"$(VERSION)\" \
	$(call pkg,cflags,$(packages) $(test_packages))

lint-tidy:
	@status=0; \
	printf '%s\n' $(core_sources) | xargs -n 4 -P 2 sh -c 'clang-tidy --quiet "$$@" -- \
		$(tidy_flags) $(ban)' tidy || status=1; \
	printf '%s\n' $(tui_sources) $(test_sources) | xargs -n 4 -P 2 sh -c 'clang-tidy --quiet "$$@" -- \
		$(tidy_flags)' tidy || status=1; \
	exit $$status

# libFuzzer targets; the corpus that `make check` runs is kept in the tree, what a run finds is not.
FUZZ_SECONDS ?= 60
fuzz_targets := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz_flags   := -O1 -g -std=gnu11 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
fuzz_core    := $(core_sources:%.c=$O/fuzz/%.o)

$O/fuzz/%.o: %.c
	@mkdir -p $(@D)
	clang $(CPPFLAGS) $(if $(findstring core/,$<),$(ban)) $(fuzz_flags) -MMD -MP -c -o $@ $<

$O/fuzz/fuzz_%: $O/fuzz/tests/fuzz/fuzz_%.o $(fuzz_core)
	clang -fsanitize=fuzzer,address,undefined -o $@ $^

.PHONY: fuzz
fuzz: $(addprefix $O/fuzz/,$(fuzz_targets)) ## run the fuzz targets for FUZZ_SECONDS (60) each
	@for t in $(fuzz_targets); do mkdir -p $O/fuzz/found/$$t; \
		echo "== $$t, $(FUZZ_SECONDS) s"; nice $O/fuzz/$$t -max_total_time=$(FUZZ_SECONDS) -max_len=8192 \
		-artifact_prefix=$O/fuzz/$$t- -print_final_stats=1 -verbosity=0 \
		$O/fuzz/found/$$t tests/fuzz/corpus/$${t#fuzz_} || exit 1; done

-include $(fuzz_core:.o=.d)

# The program itself, built with the sanitizers, before damaged logs and machines. What fails is kept.
CORPUS ?= ../shared/corpus
$O/fuzz/commands: tests/fuzz/commands.c tests/fuzz/mutate.c tests/fuzz/mutate.h $O/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -Itests -o $@ $(filter %.c,$^) $(call pkg,libs,jansson)

.PHONY: fuzz-commands
fuzz-commands: $O/fuzz/commands ## damaged logs and machines before the program for SECONDS (60); SEED=N
	@$(MAKE) --no-print-directory O=$O/sanitize SANITIZE=address,undefined all
	@mkdir -p $O/fuzz/found/commands; work=$$(mktemp -d -p $(firstword $(wildcard /dev/shm) /tmp)); \
	trap 'rm -rf "$$work"' EXIT; trap 'exit 130' INT TERM; cp -a tests/fixtures/machine-* "$$work" && \
	nice $O/fuzz/commands $O/sanitize/oomspect $(or $(SECONDS),60) $(or $(SEED),1) "$$work" \
		$O/fuzz/found/commands $(wildcard $(CORPUS)/*.log) tests/fixtures/klog/* tests/fuzz/corpus/*log/*

# --- where it goes

install: all ## to PREFIX (/usr/local), below DESTDIR if given
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $O/oomspect $(DESTDIR)$(PREFIX)/bin/oomspect
	for m in $(man_pages); do install -D -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m#*/}; done

uninstall: ## what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/oomspect
	for m in $(man_pages); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m#*/}; done

dist: ## a source archive of the last commit
	@mkdir -p $O
	git archive --prefix=oomspect-$(VERSION)/ -o $O/oomspect-$(VERSION).tar.gz HEAD
	@echo $O/oomspect-$(VERSION).tar.gz

clean: ## remove $O
	rm -rf $O
