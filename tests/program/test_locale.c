/* Numbers are the same everywhere: a locale that writes 0,5 changes nothing of what is printed, and
 * nothing of what is understood. */
#include "support.h"
#include "support_files.h"
#include "support_run.h"

#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMA   "de_DE.UTF-8"
#define MACHINE "tests/fixtures/machine-6.18"
#define LOG     "tests/fixtures/klog/6.12-memcg-group.kmsg"

/* The directory of the compiled locale. */
static struct files locales;

/* Not by newlocale(3): with LOCPATH glibc loses a copy of it, which the sanitizers report. */
static bool has_comma(void)
{
	bool comma = setlocale(LC_NUMERIC, COMMA) && strcmp(nl_langinfo(RADIXCHAR), ",") == 0;
	setlocale(LC_NUMERIC, "C");
	return comma;
}

static int compile_locale(void **state)
{
	char command[160];
	(void)state;
	files_make(&locales);
	snprintf(command, sizeof(command), "localedef -i de_DE -f UTF-8 %s/" COMMA " 2>/dev/null",
		locales.path);
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	if (system(command) == 0)
		setenv("LOCPATH", locales.path, 1);
	return 0;
}

static int remove_locale(void **state)
{
	(void)state;
	files_remove(&locales);
	return 0;
}

static void need_comma(void)
{
	if (!has_comma())
		skip_because("localedef cannot make " COMMA);
}

static struct run run_in(const char *locale, const char *const words[])
{
	setenv("LC_ALL", locale, 1);
	return run_program(words);
}

static const struct output_row {
	const char *claim;
	const char *words[8];
} output_rows[] = {
	{ "metrics", { "metrics", "--root", MACHINE } },
	{ "a list as JSON", { "list", "--json", "--root", MACHINE } },
	{ "a list as text", { "list", "--root", MACHINE } },
	{ "cgroups as JSON", { "cgroups", "--json", "--root", MACHINE } },
	{ "cgroups as text", { "cgroups", "--root", MACHINE } },
	{ "the victim as JSON", { "victim", "--json", "--root", MACHINE } },
	{ "the victim as text", { "victim", "--root", MACHINE } },
	{ "events as JSON", { "events", "--json", LOG } },
	{ "events as text", { "events", LOG } },
};

static void is_the_same(void **state)
{
	const struct output_row *row = *state;
	need_comma();
	struct run plain = run_in("C.UTF-8", row->words), comma = run_in(COMMA, row->words);
	assert_int_equal(plain.status, 0);
	assert_int_equal(comma.status, 0);
	assert_true(strlen(plain.out) > 100);
	assert_string_equal(comma.out, plain.out);
	run_release(&plain);
	run_release(&comma);
}

static void a_point_is_understood(void **state)
{
	static const char *const words[] = { "list", "-n2", "-d0.5", "--root", MACHINE, NULL };
	(void)state;
	need_comma();
	struct run plain = run_in("C.UTF-8", words), run = run_in(COMMA, words);
	assert_int_equal(run.status, 0);
	assert_string_equal(run.err, plain.err);
	assert_null(strstr(run.err, "0.5"));
	run_release(&plain);
	run_release(&run);
}

static void a_comma_is_not(void **state)
{
	static const char *const words[] = { "list", "-d", "0,5", "--root", MACHINE, NULL };
	(void)state;
	need_comma();
	struct run run = run_in(COMMA, words);
	assert_int_equal(run.status, 2);
	assert_string_equal(run.out, "");
	assert_string_equal(
		run.err, "oomspect: -d 0,5: not a number of seconds from 0.1 to 3600\n");
	run_release(&run);
}

/* Reasons too: half a sentence in another language helps nobody. */
static void reasons_are_the_same(void **state)
{
	static const char *const words[] = { "events", "/no/such/file", NULL };
	(void)state;
	need_comma();
	struct run run = run_in(COMMA, words);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, ": No such file or directory\n"));
	run_release(&run);
}

int main(void)
{
	enum { ROWS = ARRAY_SIZE(output_rows) };
	struct CMUnitTest tests[ROWS + 3] = {
		[ROWS] = cmocka_unit_test(a_point_is_understood),
		[ROWS + 1] = cmocka_unit_test(a_comma_is_not),
		[ROWS + 2] = cmocka_unit_test(reasons_are_the_same),
	};
	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ output_rows[i].claim, is_the_same, NULL, NULL,
			(void *)(uintptr_t)&output_rows[i] };
	return _cmocka_run_group_tests(
		"locale", tests, ARRAY_SIZE(tests), compile_locale, remove_locale);
}
