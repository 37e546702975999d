/* JSON as it stands in a line: what is an object, and what its members are. */
#include "support.h"

#include "oomspect/jsonline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- whole objects --------------------------------------------------------------------------- */

struct object_row {
	const char *claim, *text;
	bool object;
};

static const struct object_row object_rows[] = {
	{ "an empty one", "{}", true },
	{ "blanks between all of it", " { \"a\" :\n\t[ 1 , 2 ] , \"b\" : { } } ", true },
	{ "each kind of value",
		"{\"a\":\"\",\"b\":-1.5e+3,\"c\":true,\"d\":false,\"e\":null,\"f\":[],\"g\":{}}",
		true },
	{ "a bracket in a string", "{\"a\":\"}{][\\\"\"}", true },
	{ "bytes that are not UTF-8", "{\"a\":\"\xff\xfe\"}", true },
	{ "an array", "[]", false },
	{ "a string", "\"{}\"", false },
	{ "something behind it", "{} x", false },
	{ "no end", "{\"a\":1", false },
	{ "no end of a string", "{\"a\":\"}", false },
	{ "no value", "{\"a\":}", false },
	{ "no colon", "{\"a\" 1}", false },
	{ "a comma too many", "{\"a\":1,}", false },
	{ "a comma too many in an array", "{\"a\":[1,]}", false },
	{ "brackets that are not each other's", "{\"a\":[1}]", false },
	{ "a name without marks", "{a:1}", false },
	{ "a control character in a string", "{\"a\":\"\t\"}", false },
	{ "an escape that there is not", "{\"a\":\"\\x41\"}", false },
	{ "an escape that is cut", "{\"a\":\"\\u12\"}", false },
	{ "a number that is none", "{\"a\":-}", false },
	{ "a word that is none", "{\"a\":maybe}", false },
	{ "nothing", "", false },
};

static void check_object(void **state)
{
	const struct object_row *row = *state;
	size_t length = strlen(row->text);
	char *exact = malloc(length + 1); /* whoever reads behind it is seen by the sanitizer */
	memcpy(exact, row->text, length);
	char *shrunk = realloc(exact, length ? length : 1);
	assert_int_equal(jsonline_is_object((struct text){ shrunk, length }), row->object);
	free(shrunk);
}

static void deep_nesting_is_no_object(void **state)
{
	char text[256];
	(void)state;
	for (int depth = 1; depth < 100; depth++) {
		char *at = text;
		at += sprintf(at, "{\"a\":");
		memset(at, '[', (size_t)depth);
		memset(at + depth, ']', (size_t)depth);
		strcpy(at + 2 * depth, "}");
		assert_int_equal(
			jsonline_is_object(text_of(text)), depth + 1 <= JSONLINE_DEPTH_MAX);
	}
}

/* --- members --------------------------------------------------------------------------------- */

struct member_row {
	const char *claim, *object;
	const char *value; /* of "m", as it stands */
	const char *bytes; /* NULL: neither a string nor bytes */
	size_t length;     /* 0: strlen */
};

static const struct member_row member_rows[] = {
	{ "a string", "{\"m\":\"a b\"}", "\"a b\"", "a b", 0 },
	{ "behind others", "{\"x\":{\"m\":\"1\"},\"y\":[\"m\"],\"m\":\"a\"}", "\"a\"", "a", 0 },
	{ "the last of a name", "{\"m\":\"a\",\"m\":\"b\"}", "\"b\"", "b", 0 },
	{ "a name that is escaped", "{\"\\u006d\":\"a\"}", "\"a\"", "a", 0 },
	{ "none", "{\"mm\":\"a\",\"\":\"b\"}", "", NULL, 0 },
	{ "a name longer than any that is asked for",
		"{\"mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm\":"
		"\"x\","
		"\"m\":\"a\"}",
		"\"a\"", "a", 0 },
	{ "each escape", "{\"m\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		"\"\\/\b\f\n\r\t", 0 },
	{ "characters by number", "{\"m\":\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\"}",
		"\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\"", "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		0 },
	{ "half a character", "{\"m\":\"\\ud83dx\\ude00\"}", "\"\\ud83dx\\ude00\"",
		"\xef\xbf\xbdx\xef\xbf\xbd", 0 },
	{ "a byte of zero", "{\"m\":\"a\\u0000b\"}", "\"a\\u0000b\"", "a\0b", 3 },
	{ "bytes as numbers", "{\"m\":[97, 0,255]}", "[97, 0,255]", "a\0\xff", 3 },
	{ "numbers that are no bytes", "{\"m\":[97,256]}", "[97,256]", NULL, 0 },
	{ "strings in an array", "{\"m\":[\"a\"]}", "[\"a\"]", NULL, 0 },
	{ "a number", "{\"m\":1}", "1", NULL, 0 },
};

static void check_member(void **state)
{
	const struct member_row *row = *state;
	struct text value = jsonline_get(text_of(row->object), "m");
	size_t length = 0;
	assert_true(jsonline_is_object(text_of(row->object)));
	assert_true(text_equals(value, row->value));
	char *bytes = malloc(value.len + 1);
	assert_int_equal(jsonline_bytes(value, bytes, &length), row->bytes != NULL);
	if (row->bytes) {
		assert_int_equal(length, row->length ? row->length : strlen(row->bytes));
		assert_memory_equal(bytes, row->bytes, length);
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(deep_nesting_is_no_object) };
	return run_rows("objects", object_rows, check_object) +
	       run_rows("members", member_rows, check_member) +
	       cmocka_run_group_tests_name("jsonline", tests, NULL, NULL);
}
