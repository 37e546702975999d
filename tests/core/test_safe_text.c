/* No byte of foreign text moves a cursor, and no two names are shown alike. */

#include "oomspect/safe_text.h"

#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	const char *claim;
	const char *bytes;
	const char *shown;
};

static const struct row rows[] = {
	{ "plain text is shown as it is", "tmux: server", "tmux: server" },
	{ "UTF-8 is shown as it is", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7",
		"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7" },
	{ "an escape sequence is spelled", "\x1b[31m", "\\x1b[31m" },
	{ "a newline is spelled", "a\nb", "a\\x0ab" },
	{ "a control of C1 is spelled",
		"\xc2\x9b"
		"31m",
		"\\u009b31m" },
	{ "delete is spelled", "\x7f", "\\x7f" },
	{ "bytes that are no UTF-8 are spelled", "\xff\xc3", "\\xff\\xc3" },
	{ "an overlong form is no UTF-8", "\xc0\xaf", "\\xc0\\xaf" },
	{ "a surrogate is no UTF-8", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "what reverses the text is spelled", "\xe2\x80\xae", "\\u202e" },
	{ "what isolates a part of it is spelled", "\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069" },
	{ "direction marks are spelled", "\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c",
		"\\u200e\\u200f\\u061c" },
	{ "other ends of a line are spelled", "\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029" },
	{ "what hides is spelled", "\xe2\x80\x8b\xc2\xad\xef\xbb\xbf", "\\u200b\\u00ad\\ufeff" },
	{ "so is what is above U+FFFF", "\xf3\xa0\x81\x81", "\\U000e0041" },
	{ "a backslash is shown as it is", "a\\b\\", "a\\b\\" },
	{ "what systemd spells stays what it is", "by\\x2duuid\\x20", "by\\x2duuid\\x20" },
	{ "a name that reads as a spelled escape", "\\x1b[31m", "\\x5cx1b[31m" },
	{ "a name that reads as a spelled byte", "\\xff\\xFF", "\\x5cxff\\x5cxFF" },
	{ "a name that reads as a spelled character", "\\u202e\\U000E0041",
		"\\x5cu202e\\x5cU000E0041" },
	{ "a name that reads as a spelled backslash", "\\x5cx1b", "\\x5cx5cx1b" },
	{ "spelled characters that are none of the spelled", "\\u0041\\U00000041\\x7e",
		"\\u0041\\U00000041\\x7e" },
	{ "a spelling that is cut", "\\x1", "\\x1" },
	{ "two backslashes before one", "\\\\x1b", "\\\\x5cx1b" },
};

static char *shown_by_steps(const char *bytes)
{
	struct text rest = text_of(bytes);
	char piece[SAFE_TEXT_MAX], *shown = calloc(strlen(bytes) + 1, SAFE_TEXT_MAX);
	size_t length;
	assert_non_null(shown);
	while ((length = safe_text_next(&rest, piece))) {
		assert_int_equal(length, strlen(piece));
		strcat(shown, piece);
	}
	return shown;
}

static char *put(const char *bytes, bool ascii)
{
	char *shown = NULL;
	FILE *out = open_memstream(&shown, &(size_t){ 0 });
	assert_non_null(out);
	safe_text_put(out, text_of(bytes), ascii);
	assert_int_equal(fclose(out), 0);
	return shown;
}

static void check_row(void **state)
{
	const struct row *row = *state;
	char *steps = shown_by_steps(row->bytes), *whole = put(row->bytes, false);
	assert_string_equal(steps, row->shown);
	assert_string_equal(whole, row->shown);
	free(steps);
	free(whole);
}

static void ascii_is_ascii(void **state)
{
	(void)state;
	char *shown = put("caf\xc3\xa9 \xe2\x80\xae\xff\xf0\x9f\x90\xa7", true);
	assert_string_equal(shown, "caf? \\u202e\\xff?");
	free(shown);
}

/* Names of few letters, all of those that spellings are made of. */
static void random_name(unsigned *state, char *name, size_t size)
{
	static const char letters[] = "\\\\\\xuU005cb1\x1b\x05\xff\xc2\x9b";
	size_t length = 1 + (*state = *state * 1103515245u + 12345u) / 65536 % (size - 1);
	for (size_t i = 0; i < length; i++)
		name[i] = letters[(*state = *state * 1103515245u + 12345u) / 65536 %
				  (sizeof(letters) - 1)];
	name[length] = '\0';
}

static int by_shown(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	return strcmp(x[0], y[0]);
}

/* Each name beside what is shown of it: sorted by that, equals stand side by side. */
static void no_two_names_are_shown_alike(void **state)
{
	enum { NAMES = 50000 };
	static char *names[NAMES][2];
	unsigned random = 1;
	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		char name[8];
		random_name(&random, name, sizeof(name));
		names[i][0] = shown_by_steps(name);
		names[i][1] = strdup(name);
		for (const char *at = names[i][0]; *at; at++)
			assert_true((*at >= 0x20 && *at < 0x7f) || *at & 0x80);
	}
	qsort(names, NAMES, sizeof(names[0]), by_shown);
	for (size_t i = 1; i < NAMES; i++)
		if (strcmp(names[i - 1][0], names[i][0]) == 0)
			assert_string_equal(names[i - 1][1], names[i][1]);
	for (size_t i = 0; i < NAMES; i++) {
		free(names[i][0]);
		free(names[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ascii_is_ascii),
		cmocka_unit_test(no_two_names_are_shown_alike),
	};
	return run_rows("what is shown", rows, check_row) +
	       cmocka_run_group_tests_name("safe text", tests, NULL, NULL);
}
