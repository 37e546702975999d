#include "oomspect/line.h"

#include "support.h"

#include <string.h>

#define GUARD 0x5a

/* Two pieces into a buffer of `size` bytes, and what stands there then. */
static const struct line_case {
	const char *claim;
	const char *first, *second;
	size_t size;
	const char *text;
	bool cut;
} line_cases[] = {
	{ "pieces follow each other", "rows 1-7", ", 3 tagged", 64, "rows 1-7, 3 tagged", false },
	{ "what fits to the last byte is not cut", "abc", "def", 7, "abcdef", false },
	{ "what does not fit is cut", "abc", "def", 6, "abcde", true },
	{ "a full buffer takes nothing more", "abc", "def", 4, "abc", true },
	{ "the first piece may be too long", "abcdef", "", 4, "abc", true },
	{ "behind a cut nothing follows, though it would fit", "ab\xe2\x82\xac", "c", 5, "ab",
		true },
	{ "room for the NUL alone", "abc", "def", 1, "", true },
	{ "two bytes are not parted", "abc\xc3\xa9", "", 5, "abc", true },
	{ "three bytes are not parted", "ab\xe2\x82\xac", "", 5, "ab", true },
	{ "four bytes are not parted", "a\xf0\x9f\x98\x80", "", 5, "a", true },
	{ "a whole character at the cut stays",
		"a\xe2\x82\xac"
		"b",
		"", 5, "a\xe2\x82\xac", true },
	{ "bytes that are no UTF-8 are cut as bytes", "a\xff\xfe\xff\xfe", "", 4, "a\xff\xfe",
		true },
	{ "stray continuation bytes too", "\x80\x80\x80\x80\x80\x80", "", 5, "\x80\x80\x80\x80",
		true },
};

static void fits(void **state)
{
	const struct line_case *row = *state;
	char buffer[80];
	memset(buffer, GUARD, sizeof(buffer));
	struct line line = line_begin(buffer, row->size);
	line_add(&line, "%s", row->first);
	line_add(&line, "%s", row->second);
	assert_string_equal(buffer, row->text);
	assert_int_equal(line.used, strlen(row->text));
	assert_int_equal(line.cut, row->cut);
	for (size_t i = row->size; i < sizeof(buffer); i++)
		assert_int_equal(buffer[i], GUARD);
}

static void more_pieces_than_there_is_room_for_stay_inside(void **state)
{
	char buffer[64];
	(void)state;
	memset(buffer, GUARD, sizeof(buffer));
	struct line line = line_begin(buffer, 32);
	for (int i = 0; i < 1000; i++)
		line_add(&line, "%d threads, ", i);
	assert_string_equal(buffer, "0 threads, 1 threads, 2 threads");
	for (size_t i = 32; i < sizeof(buffer); i++)
		assert_int_equal(buffer[i], GUARD);
}

static void a_line_goes_on_behind_a_text(void **state)
{
	char buffer[16] = "etc/systemd";
	(void)state;
	struct line line = line_continue(buffer, sizeof(buffer));
	assert_int_equal(line.used, strlen("etc/systemd"));
	line_add(&line, "/%s", "system");
	assert_string_equal(buffer, "etc/systemd/sys");
	assert_true(line.cut);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_pieces_than_there_is_room_for_stay_inside),
		cmocka_unit_test(a_line_goes_on_behind_a_text),
	};
	return run_rows("pieces", line_cases, fits) +
	       cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
