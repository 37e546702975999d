#include "oomspect/utf8.h"

#include "support.h"

#include <string.h>

/* By RFC 3629, sections 3 and 4. */
static const struct decode_case {
	const char *claim;
	const char *bytes;
	size_t length;
	uint32_t code;
	size_t taken; /* 0: begins no character */
} decode_cases[] = {
	{ "nothing begins no character", "", 0, 0, 0 },
	{ "NUL is a character", "\0", 1, 0, 1 },
	{ "ASCII", "A", 1, 'A', 1 },
	{ "the last of one byte", "\x7f", 1, 0x7f, 1 },
	{ "the first of two bytes", "\xc2\x80", 2, 0x80, 2 },
	{ "the last of two bytes", "\xdf\xbf", 2, 0x7ff, 2 },
	{ "the first of three bytes", "\xe0\xa0\x80", 3, 0x800, 3 },
	{ "the last before the surrogates", "\xed\x9f\xbf", 3, 0xd7ff, 3 },
	{ "the first after the surrogates", "\xee\x80\x80", 3, 0xe000, 3 },
	{ "the last of three bytes", "\xef\xbf\xbf", 3, 0xffff, 3 },
	{ "the first of four bytes", "\xf0\x90\x80\x80", 4, 0x10000, 4 },
	{ "the last of all", "\xf4\x8f\xbf\xbf", 4, 0x10ffff, 4 },
	{ "what follows does not count", "\xc3\xa9zz", 4, 0xe9, 2 },
	{ "a continuation byte alone", "\x80", 1, 0, 0 },
	{ "an overlong slash of two bytes", "\xc0\xaf", 2, 0, 0 },
	{ "an overlong slash of three bytes", "\xe0\x80\xaf", 3, 0, 0 },
	{ "an overlong form of four bytes", "\xf0\x8f\xbf\xbf", 4, 0, 0 },
	{ "the first surrogate", "\xed\xa0\x80", 3, 0, 0 },
	{ "the last surrogate", "\xed\xbf\xbf", 3, 0, 0 },
	{ "above the last of all", "\xf4\x90\x80\x80", 4, 0, 0 },
	{ "a lead of five bytes", "\xf8\x88\x80\x80\x80", 5, 0, 0 },
	{ "0xff", "\xff", 1, 0, 0 },
	{ "two bytes cut to one", "\xc3", 1, 0, 0 },
	{ "four bytes cut to three", "\xf0\x9f\x98", 3, 0, 0 },
	{ "a second byte that is no continuation", "\xe2\x28\xa1", 3, 0, 0 },
	{ "a last byte that is no continuation", "\xf0\x90\x80\x28", 4, 0, 0 },
};

static void decodes(void **state)
{
	const struct decode_case *row = *state;
	uint32_t code = 0;
	assert_int_equal(utf8_decode(row->bytes, row->length, &code), row->taken);
	assert_int_equal(code, row->code);
	assert_int_equal(utf8_decode(row->bytes, row->length, NULL), row->taken);
}

static const struct replace_case {
	const char *claim;
	const char *bytes;
	const char *shown;
	bool valid;
} replace_cases[] = {
	{ "an empty text", "", "", true },
	{ "valid text is kept", "caf\xc3\xa9", "caf\xc3\xa9", true },
	{ "escape codes are characters", "\033[2J", "\033[2J", true },
	{ "one bad byte is one replacement",
		"a\xff"
		"b",
		"a" UTF8_REPLACEMENT "b", false },
	{ "each bad byte is one", "\xff\xfe", UTF8_REPLACEMENT UTF8_REPLACEMENT, false },
	{ "a character cut at the end", "a\xe2\x82", "a" UTF8_REPLACEMENT UTF8_REPLACEMENT, false },
	{ "what follows a bad byte is read anew", "\xc3(", UTF8_REPLACEMENT "(", false },
};

static void replaces_bad_bytes(void **state)
{
	const struct replace_case *row = *state;
	char shown[64];
	size_t length = strlen(row->bytes);
	assert_int_equal(utf8_valid(row->bytes, length), row->valid);
	assert_int_equal(utf8_replace_invalid(row->bytes, length, shown), strlen(row->shown));
	assert_string_equal(shown, row->shown);
}

static const struct unsafe_case {
	const char *claim;
	uint32_t first, last; /* none before it and none after it is */
} unsafe_cases[] = {
	{ "controls of ASCII", 0x00, 0x1f },
	{ "delete and the controls of C1", 0x7f, 0x9f },
	{ "the soft hyphen", 0xad, 0xad },
	{ "the arabic letter mark", 0x61c, 0x61c },
	{ "the fillers of hangul", 0x115f, 0x1160 },
	{ "zero width and direction marks", 0x200b, 0x200f },
	{ "separators, embeddings and overrides", 0x2028, 0x202e },
	{ "invisible operators and isolates", 0x2060, 0x206f },
	{ "the wide filler of hangul", 0x3164, 0x3164 },
	{ "variation selectors", 0xfe00, 0xfe0f },
	{ "the byte order mark", 0xfeff, 0xfeff },
	{ "annotation marks", 0xfff0, 0xfffb },
	{ "tags", 0xe0000, 0xe0fff },
};

static void is_not_shown(void **state)
{
	const struct unsafe_case *row = *state;
	for (uint32_t code = row->first; code <= row->last; code++)
		assert_true(utf8_unsafe(code));
	assert_false(row->first && utf8_unsafe(row->first - 1));
	assert_false(utf8_unsafe(row->last + 1));
}

/* Letters, blanks, pictures, U+FFFD, and what an application may define for itself. */
static void text_is_shown(void **state)
{
	static const uint32_t codes[] = { ' ', '~', 0xa0, 0xe9, 0x5d0, 0x627, 0x200a, 0x20ac,
		0x65e5, 0xe000, 0xfffd, 0x1f4a3, 0x10fffd };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		assert_false(utf8_unsafe(codes[i]));
}

static const struct whole_case {
	const char *claim;
	const char *bytes;
	size_t whole;
} whole_cases[] = {
	{ "nothing", "", 0 },
	{ "ASCII", "abc", 3 },
	{ "a whole character", "a\xc3\xa9", 3 },
	{ "a whole character of four bytes", "\xf0\x9f\x90\xa7", 4 },
	{ "one byte of two", "a\xc3", 1 },
	{ "two bytes of three", "a\xe2\x82", 1 },
	{ "three bytes of four", "a\xf0\x9f\x90", 1 },
	{ "what never was a character is kept", "a\x82\x82\x82\x82", 5 },
	{ "a byte that begins none is kept", "a\xff", 2 },
};

static void is_cut_between_characters(void **state)
{
	const struct whole_case *row = *state;
	assert_int_equal(utf8_whole(row->bytes, strlen(row->bytes)), row->whole);
}

static void a_nul_in_the_middle_is_kept(void **state)
{
	char shown[16];
	(void)state;
	assert_true(utf8_valid("a\0b", 3));
	assert_int_equal(utf8_replace_invalid("a\0b", 3, shown), 3);
	assert_memory_equal(shown, "a\0b", 4);
}

static void every_character_is_written_as_it_is_read(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		char bytes[4];
		uint32_t read = 0;
		size_t length = utf8_encode(code, bytes);
		if (code >= 0xd800 && code <= 0xdfff) /* half of one, which is not read */
			continue;
		assert_int_equal(utf8_decode(bytes, length, &read), length);
		assert_int_equal(read, code);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_is_written_as_it_is_read),
		cmocka_unit_test(a_nul_in_the_middle_is_kept),
		cmocka_unit_test(text_is_shown),
	};
	return run_rows("decode", decode_cases, decodes) +
	       run_rows("replace", replace_cases, replaces_bad_bytes) +
	       run_rows("unsafe", unsafe_cases, is_not_shown) +
	       run_rows("whole", whole_cases, is_cut_between_characters) +
	       cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
