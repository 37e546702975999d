#include "oomspect/text.h"

#include "support.h"

#include <stdlib.h>
#include <string.h>

/* A literal with its length, so that it may hold NUL. */
#define BYTES(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}
#define PIECES 8

/* The bytes of a row are copied to the heap exactly as long as they are: a step past their end is
 * a step past the allocation, which the sanitizer and valgrind report. */
static struct text on_heap(struct text text)
{
	char *copy = malloc(text.len ? text.len : 1);
	assert_non_null(copy);
	memcpy(copy, text.at, text.len);
	return (struct text){ copy, text.len };
}

static void assert_text(struct text text, struct text expected)
{
	assert_int_equal(text.len, expected.len);
	assert_memory_equal(text.at, expected.at, expected.len);
}

struct walk_case {
	const char *claim;
	bool (*next)(struct text *rest, struct text *ret);
	struct text bytes;
	size_t count;
	struct text pieces[PIECES];
};

static const struct walk_case walks[] = {
	{ "no bytes hold no line", text_next_line, BYTES(""), 0, { { 0 } } },
	{ "a line ends before its newline", text_next_line, BYTES("a b\nc\n"), 2,
		{ BYTES("a b"), BYTES("c") } },
	{ "the last line may lack its newline", text_next_line, BYTES("a\nb"), 2,
		{ BYTES("a"), BYTES("b") } },
	{ "a lone newline is one empty line", text_next_line, BYTES("\n"), 1, { BYTES("") } },
	{ "empty lines are lines", text_next_line, BYTES("\n\na\n\n"), 4,
		{ BYTES(""), BYTES(""), BYTES("a"), BYTES("") } },
	{ "a carriage return stays in its line", text_next_line, BYTES("a\r\nb"), 2,
		{ BYTES("a\r"), BYTES("b") } },
	{ "a NUL does not end a line", text_next_line, BYTES("a\0b\nc"), 2,
		{ BYTES("a\0b"), BYTES("c") } },
	{ "bytes above 127 are bytes", text_next_line, BYTES("\xff\x80\n\xc3"), 2,
		{ BYTES("\xff\x80"), BYTES("\xc3") } },

	{ "no bytes hold no field", text_next_field, BYTES(""), 0, { { 0 } } },
	{ "blanks alone hold no field", text_next_field, BYTES(" \t  "), 0, { { 0 } } },
	{ "fields are parted by any run of blanks and tabs", text_next_field,
		BYTES("  a \t bc\td  "), 3, { BYTES("a"), BYTES("bc"), BYTES("d") } },
	{ "a field may hold NUL, newline and escape", text_next_field, BYTES("\0x \n\x1b[2J y"), 3,
		{ BYTES("\0x"), BYTES("\n\x1b[2J"), BYTES("y") } },
	{ "a comm with a parenthesis is only bytes", text_next_field, BYTES("1 (a) R 9) S"), 5,
		{ BYTES("1"), BYTES("(a)"), BYTES("R"), BYTES("9)"), BYTES("S") } },
};

static void check_walk(void **state)
{
	const struct walk_case *row = *state;
	struct text rest = on_heap(row->bytes);
	char *owned = (char *)(uintptr_t)rest.at;
	struct text piece;
	for (size_t i = 0; i < row->count; i++) {
		assert_true(row->next(&rest, &piece));
		assert_text(piece, row->pieces[i]);
	}
	struct text untouched = { "untouched", 9 };
	piece = untouched;
	assert_false(row->next(&rest, &piece));
	assert_ptr_equal(piece.at, untouched.at);
	free(owned);
}

struct split_case {
	const char *claim;
	struct text bytes;
	char delimiter;
	bool found;
	struct text head, rest;
};

static const struct split_case splits[] = {
	{ "the first delimiter splits", BYTES("0::/a:b"), ':', true, BYTES("0"), BYTES(":/a:b") },
	{ "a delimiter in front gives an empty head", BYTES(":x"), ':', true, BYTES(""),
		BYTES("x") },
	{ "a delimiter at the end leaves nothing", BYTES("x:"), ':', true, BYTES("x"), BYTES("") },
	{ "without a delimiter nothing is taken", BYTES("abc"), ':', false, BYTES(""),
		BYTES("abc") },
	{ "no bytes hold no delimiter", BYTES(""), ':', false, BYTES(""), BYTES("") },
	{ "the NUL of a literal is not part of it", BYTES("abc"), '\0', false, BYTES(""),
		BYTES("abc") },
	{ "a NUL can be the delimiter", BYTES("a\0b"), '\0', true, BYTES("a"), BYTES("b") },
	{ "a delimiter may be above 127", BYTES("a\xff\x62"), '\xff', true, BYTES("a"),
		BYTES("b") },
};

static void check_split(void **state)
{
	const struct split_case *row = *state;
	struct text rest = on_heap(row->bytes);
	char *owned = (char *)(uintptr_t)rest.at;
	struct text head = { "", 0 };
	assert_int_equal(text_split(&rest, row->delimiter, &head), row->found);
	assert_text(head, row->head);
	assert_text(rest, row->rest);
	free(owned);
}

struct trim_case {
	const char *claim;
	struct text bytes, trimmed;
};

static const struct trim_case trims[] = {
	{ "blanks, tabs and line ends go on both sides", BYTES(" \t\r\na b\n\r \t"), BYTES("a b") },
	{ "nothing but space trims to nothing", BYTES(" \n\t "), BYTES("") },
	{ "nothing trims to nothing", BYTES(""), BYTES("") },
	{ "a NUL is not space", BYTES(" \0 "), BYTES("\0") },
	{ "other control bytes stay", BYTES("\v\f\x01"), BYTES("\v\f\x01") },
	{ "a no-break space stays", BYTES("\xc2\xa0"), BYTES("\xc2\xa0") },
};

static void check_trim(void **state)
{
	const struct trim_case *row = *state;
	struct text bytes = on_heap(row->bytes);
	assert_text(text_trim(bytes), row->trimmed);
	free((char *)(uintptr_t)bytes.at);
}

#define UNTOUCHED 4242

struct u64_case {
	const char *claim;
	struct text bytes;
	bool fits;
	uint64_t value;
};

static const struct u64_case unsigned_numbers[] = {
	{ "u64: zero", BYTES("0"), true, 0 },
	{ "u64: leading zeros are decimal, not octal", BYTES("0010"), true, 10 },
	{ "u64: the largest", BYTES("18446744073709551615"), true, UINT64_MAX },
	{ "u64: one more does not fit", BYTES("18446744073709551616"), false, UNTOUCHED },
	{ "u64: ten times more does not fit", BYTES("184467440737095516150"), false, UNTOUCHED },
	{ "u64: forty digits do not fit", BYTES("9999999999999999999999999999999999999999"), false,
		UNTOUCHED },
	{ "u64: forty zeros and a digit fit", BYTES("00000000000000000000000000000000000000007"),
		true, 7 },
	{ "u64: v1's unlimited fits", BYTES("9223372036854771712"), true, 9223372036854771712u },
	{ "u64: nothing is no number", BYTES(""), false, UNTOUCHED },
	{ "u64: a minus is not a digit", BYTES("-1"), false, UNTOUCHED },
	{ "u64: a plus is not a digit", BYTES("+1"), false, UNTOUCHED },
	{ "u64: a blank in front is not a digit", BYTES(" 1"), false, UNTOUCHED },
	{ "u64: a newline behind is not a digit", BYTES("1\n"), false, UNTOUCHED },
	{ "u64: a NUL behind is not a digit", BYTES("1\0"), false, UNTOUCHED },
	{ "u64: hexadecimal is no number", BYTES("0x10"), false, UNTOUCHED },
	{ "u64: the bytes beside the digits are none", BYTES("1/"), false, UNTOUCHED },
	{ "u64: nor is the colon", BYTES("1:"), false, UNTOUCHED },
	{ "u64: bytes above 127 are no digits", BYTES("1\xb1"), false, UNTOUCHED },
	{ "u64: max is no number", BYTES("max"), false, UNTOUCHED },
};

static void check_u64(void **state)
{
	const struct u64_case *row = *state;
	struct text bytes = on_heap(row->bytes);
	uint64_t value = UNTOUCHED;
	assert_int_equal(text_to_u64(bytes, &value), row->fits);
	assert_true(value == row->value);
	free((char *)(uintptr_t)bytes.at);
}

struct i64_case {
	const char *claim;
	struct text bytes;
	bool fits;
	int64_t value;
};

static const struct i64_case signed_numbers[] = {
	{ "i64: an oom_score_adj", BYTES("-1000"), true, -1000 },
	{ "i64: minus zero is zero", BYTES("-0"), true, 0 },
	{ "i64: the largest", BYTES("9223372036854775807"), true, INT64_MAX },
	{ "i64: one more does not fit", BYTES("9223372036854775808"), false, UNTOUCHED },
	{ "i64: the smallest", BYTES("-9223372036854775808"), true, INT64_MIN },
	{ "i64: one less does not fit", BYTES("-9223372036854775809"), false, UNTOUCHED },
	{ "i64: more than 64 bits do not fit", BYTES("-18446744073709551616"), false, UNTOUCHED },
	{ "i64: a minus alone is no number", BYTES("-"), false, UNTOUCHED },
	{ "i64: two minuses are no number", BYTES("--1"), false, UNTOUCHED },
	{ "i64: a minus and a blank are no number", BYTES("- 1"), false, UNTOUCHED },
	{ "i64: a plus is no number", BYTES("+1"), false, UNTOUCHED },
	{ "i64: nothing is no number", BYTES(""), false, UNTOUCHED },
};

static void check_i64(void **state)
{
	const struct i64_case *row = *state;
	struct text bytes = on_heap(row->bytes);
	int64_t value = UNTOUCHED;
	assert_int_equal(text_to_i64(bytes, &value), row->fits);
	assert_true(value == row->value);
	free((char *)(uintptr_t)bytes.at);
}

static void equals_compares_the_whole(void **state)
{
	(void)state;
	struct text with_nul = BYTES("max\0x");
	assert_true(text_equals(text_of("max"), "max"));
	assert_true(text_equals(text_of(""), ""));
	assert_false(text_equals(text_of("maximum"), "max"));
	assert_false(text_equals(text_of("ma"), "max"));
	assert_false(text_equals(with_nul, "max"));
}

static void starts_never_reads_past_a_shorter_text(void **state)
{
	(void)state;
	struct text bytes = on_heap((struct text)BYTES("Vm"));
	assert_true(text_starts(bytes, "V"));
	assert_true(text_starts(bytes, "Vm"));
	assert_true(text_starts(bytes, ""));
	assert_false(text_starts(bytes, "VmRSS:"));
	free((char *)(uintptr_t)bytes.at);
}

static void skip_takes_the_prefix_or_nothing(void **state)
{
	(void)state;
	struct text text = text_of("VmRSS:\t12 kB");
	assert_false(text_skip(&text, "VmSwap:"));
	assert_true(text_equals(text, "VmRSS:\t12 kB"));
	assert_true(text_skip(&text, "VmRSS:"));
	assert_true(text_equals(text, "\t12 kB"));
}

static void find_sees_past_a_nul_and_not_past_the_end(void **state)
{
	(void)state;
	static const char bytes[] = "a\0,pid=1";
	struct text all = { bytes, sizeof(bytes) - 1 };
	assert_ptr_equal(text_find(all, ",pid="), bytes + 2);
	assert_null(text_find((struct text){ bytes, 6 }, ",pid="));
	assert_null(text_find(text_of(""), "x"));
	assert_null(text_find((struct text){ NULL, 0 }, "a"));
}

static void copy_cuts_to_the_buffer_and_ends_it(void **state)
{
	(void)state;
	char buffer[4] = "###";
	text_copy(text_of("abcdef"), buffer, sizeof(buffer));
	assert_string_equal(buffer, "abc");
	text_copy(text_of(""), buffer, sizeof(buffer));
	assert_string_equal(buffer, "");
	text_copy(text_of("abc"), buffer, 1);
	assert_string_equal(buffer, "");
	text_copy(text_of("abc"), buffer, sizeof(buffer));
	assert_string_equal(buffer, "abc");
}

/* The vectors of draft-eastlake-fnv, appendix C. */
static void hash_is_fnv_1a_and_goes_on_where_it_ended(void **state)
{
	(void)state;
	assert_true(text_hash(TEXT_HASH, text_of("")) == UINT64_C(0xcbf29ce484222325));
	assert_true(text_hash(TEXT_HASH, text_of("a")) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(text_hash(TEXT_HASH, text_of("foobar")) == UINT64_C(0x85944171f73967e8));
	uint64_t head = text_hash(TEXT_HASH, text_of("foo"));
	assert_true(text_hash(head, text_of("bar")) == UINT64_C(0x85944171f73967e8));
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(hash_is_fnv_1a_and_goes_on_where_it_ended),
		cmocka_unit_test(equals_compares_the_whole),
		cmocka_unit_test(starts_never_reads_past_a_shorter_text),
		cmocka_unit_test(skip_takes_the_prefix_or_nothing),
		cmocka_unit_test(find_sees_past_a_nul_and_not_past_the_end),
		cmocka_unit_test(copy_cuts_to_the_buffer_and_ends_it),
	};
	int failed = run_rows("lines and fields", walks, check_walk);
	failed += run_rows("split", splits, check_split);
	failed += run_rows("trim", trims, check_trim);
	failed += run_rows("unsigned numbers", unsigned_numbers, check_u64);
	failed += run_rows("signed numbers", signed_numbers, check_i64);
	failed += cmocka_run_group_tests(others, NULL, NULL);
	return failed > 0;
}
