/* No byte of foreign text moves a cursor. */

#include "support.h"

#include "../tui/safe_text.h"

#include <stdio.h>
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
		"<U+009B>31m" },
	{ "delete is spelled", "\x7f", "\\x7f" },
	{ "bytes that are no UTF-8 are spelled", "\xff\xc3", "\\xff\\xc3" },
	{ "an overlong form is no UTF-8", "\xc0\xaf", "\\xc0\\xaf" },
	{ "a surrogate is no UTF-8", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "what reverses the text is spelled", "\xe2\x80\xae", "<U+202E>" },
	{ "what hides is spelled", "\xe2\x80\x8b", "<U+200B>" },
};

static void check_row(void **state)
{
	const struct row *row = *state;
	struct text rest = text_of(row->bytes);
	char piece[SAFE_TEXT_MAX], shown[128] = "";
	size_t length;
	while ((length = safe_text_next(&rest, piece))) {
		assert_int_equal(length, strlen(piece));
		strcat(shown, piece);
	}
	assert_string_equal(shown, row->shown);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0])];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tests[i] = (struct CMUnitTest){ rows[i].claim, check_row, NULL, NULL,
			(void *)(uintptr_t)&rows[i] };
	return _cmocka_run_group_tests(
		"safe_text", tests, sizeof(rows) / sizeof(rows[0]), NULL, NULL);
}
