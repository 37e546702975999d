# oomspect: one makefile, everything it makes is below build/.

VERSION := 0.1.0
O       := build
PREFIX  ?= /usr/local
CC      ?= cc

packages      := ncursesw libproc2 jansson
test_packages := cmocka vterm
pkg = $(shell pkg-config --$1 $2)

CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wcast-qual \
	-Wwrite-strings -Wpointer-arith -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough
ifdef WERROR
warnings += -Werror
endif
hardening := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
override CFLAGS   += -std=gnu11 $(warnings) $(hardening)
override CPPFLAGS += -Iinclude -D_GNU_SOURCE -DOOMSPECT_VERSION='"$(VERSION)"' -MMD -MP
override LDFLAGS  += -pie -Wl,-z,relro,-z,now

core  := $(patsubst %.c,$O/%.o,$(wildcard core/*.c))
tui   := $(patsubst %.c,$O/%.o,$(wildcard tui/*.c))
pure  := $(filter-out %/main.o %/app.o %/screen.o,$(tui))
tests := $(patsubst %.c,$O/%,$(wildcard tests/test_*.c))

.PHONY: all run check clean
all: $O/oomspect

$O/oomspect: $(tui) $O/libcore.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg,libs,$(packages))

$O/libcore.a: $(core)
	$(AR) rcs $@ $^

$O/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(call pkg,cflags,$(packages)) $(CFLAGS) -c -o $@ $<

$O/core/%.o: override CPPFLAGS += -include core/banned.h

$O/tests/%: $O/tests/%.o $(pure) $O/libcore.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg,libs,cmocka jansson)

run: $O/oomspect
	$O/oomspect

check: all $(tests)
	@for t in $(tests); do echo "== $$t"; $$t || exit 1; done

# libFuzzer targets; the corpus that `make check` runs is kept in the tree, what a run finds is not.
FUZZ_SECONDS ?= 60
fuzz_targets := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz_flags   := -O1 -g -std=gnu11 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
fuzz_core    := $(patsubst %.c,$O/fuzz/%.o,$(wildcard core/*.c))

$O/fuzz/%.o: %.c
	@mkdir -p $(@D)
	clang $(CPPFLAGS) $(if $(findstring core/,$<),-include core/banned.h) $(fuzz_flags) -c -o $@ $<

$O/fuzz/fuzz_%: $O/fuzz/tests/fuzz/fuzz_%.o $(fuzz_core)
	clang -fsanitize=fuzzer,address,undefined -o $@ $^ $(call pkg,libs,jansson)

.PHONY: fuzz
fuzz: $(addprefix $O/fuzz/,$(fuzz_targets))
	@for t in $(fuzz_targets); do mkdir -p $O/fuzz/found/$$t; \
		echo "== $$t, $(FUZZ_SECONDS) s"; nice $O/fuzz/$$t -max_total_time=$(FUZZ_SECONDS) -max_len=8192 \
		-artifact_prefix=$O/fuzz/$$t- -print_final_stats=1 -verbosity=0 \
		$O/fuzz/found/$$t tests/fuzz/corpus/$${t#fuzz_} || exit 1; done

clean:
	rm -rf $O

-include $(core:.o=.d) $(tui:.o=.d) $(tests:=.d) $(fuzz_core:.o=.d)
