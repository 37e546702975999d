/* JSON as it is written: bytes from outside are never lost and never act, numbers are plain. */
#include "oomspect/json_out.h"

#include "support.h"
#include "support_json.h"

#include "oomspect/amount.h"

/* The text of one document with one member. */
static const char *text_with(struct written_json *written, const char *bytes)
{
	written_json_begin(written);
	struct json_out out = json_out_to(written->file);
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "comm", bytes);
	json_out_end(&out, '}');
	json_out_finish(&out);
	return written->text;
}

static const struct bytes_case {
	const char *claim;
	const char *bytes; /* NULL: unknown */
	const char *shown; /* as it is read back */
	const char *hex;   /* NULL: no such member */
	const char *text;  /* as it is written */
} bytes_cases[] = {
	{ "unknown text is null", NULL, NULL, NULL, "null" },
	{ "an empty text is empty", "", "", NULL, "\"\"" },
	{ "UTF-8 is kept", "caf\xc3\xa9 \xf0\x9f\x90\xa7", "caf\xc3\xa9 \xf0\x9f\x90\xa7", NULL,
		"\"caf\xc3\xa9 \xf0\x9f\x90\xa7\"" },
	{ "quotes and backslashes", "a\"b\\c/", "a\"b\\c/", NULL, "\"a\\\"b\\\\c/\"" },
	{ "the controls that have a letter", "\b\f\n\r\t", "\b\f\n\r\t", NULL,
		"\"\\b\\f\\n\\r\\t\"" },
	{ "other controls", "a\033[2J\001", "a\033[2J\001", NULL, "\"a\\u001B[2J\\u0001\"" },
	{ "delete", "a\177", "a\177", NULL, "\"a\\u007F\"" },
	{ "controls of C1", "\302\233m\302\205", "\302\233m\302\205", NULL, "\"\\u009Bm\\u0085\"" },
	{ "what turns the text around", "\342\200\256x\342\201\246", "\342\200\256x\342\201\246",
		NULL, "\"\\u202Ex\\u2066\"" },
	{ "what hides", "a\342\200\213b", "a\342\200\213b", NULL, "\"a\\u200Bb\"" },
	{ "other ends of a line", "\342\200\250\342\200\251", "\342\200\250\342\200\251", NULL,
		"\"\\u2028\\u2029\"" },
	{ "what hides above U+FFFF", "\363\240\201\201", "\363\240\201\201", NULL,
		"\"\\uDB40\\uDC41\"" },
	{ "a bad byte is replaced and told",
		"a\xff"
		"b",
		"a\xef\xbf\xbd"
		"b",
		"61ff62",
		"\"a\xef\xbf\xbd"
		"b\",\"comm_hex\":\"61ff62\"" },
	{ "each bad byte", "\xc3\x28\x80", "\xef\xbf\xbd(\xef\xbf\xbd", "c32880",
		"\"\xef\xbf\xbd(\xef\xbf\xbd\",\"comm_hex\":\"c32880\"" },
};

static void keeps_bytes(void **state)
{
	const struct bytes_case *row = *state;
	struct written_json written;
	text_with(&written, row->bytes);
	json_t *object = written_json_read(&written);
	char expected[128];
	snprintf(expected, sizeof(expected), "{\"comm\":%s}\n", row->text);
	assert_string_equal(written.text, expected);
	assert_true(json_is_null(json_object_get(object, "comm")) == !row->shown);
	if (row->shown)
		assert_string_equal(json_string_value(json_object_get(object, "comm")), row->shown);
	if (row->hex)
		assert_string_equal(
			json_string_value(json_object_get(object, "comm_hex")), row->hex);
	else
		assert_null(json_object_get(object, "comm_hex"));
	json_decref(object);
	written_json_release(&written);
}

/* Two names are never one: the bytes can be had back from each document. */
static void any_bytes_can_be_had_back(void **state)
{
	uint32_t random = 7;
	(void)state;
	for (int i = 0; i < 5000; i++) {
		char bytes[12], hex[24] = "";
		struct written_json written;
		for (size_t b = 0; b < sizeof(bytes) - 1; b++)
			bytes[b] =
				(char)(1 + (random = random * 1664525 + 1013904223) / 65536 % 255);
		bytes[sizeof(bytes) - 1] = '\0';
		for (size_t b = 0; bytes[b]; b++)
			snprintf(hex + 2 * b, 3, "%02x", (unsigned)(unsigned char)bytes[b]);
		text_with(&written, bytes);
		json_t *object = written_json_read(&written);
		const json_t *told = json_object_get(object, "comm_hex");
		if (told)
			assert_string_equal(json_string_value(told), hex);
		else
			assert_string_equal(
				json_string_value(json_object_get(object, "comm")), bytes);
		json_decref(object);
		written_json_release(&written);
	}
}

static const struct number_case {
	const char *claim;
	int64_t value;
	unsigned decimals;
	const char *text;
} number_cases[] = {
	{ "a whole number has one decimal all the same", 120, 1, "12.0" },
	{ "nothing", 0, 1, "0.0" },
	{ "less than one", 5, 1, "0.5" },
	{ "less than nothing", -5, 1, "-0.5" },
	{ "a negative number", -1234, 2, "-12.34" },
	{ "zeros at the end are left out", 1500000, 6, "1.5" },
	{ "zeros before the first digit are not", 1050, 3, "1.05" },
	{ "all of the decimals", 226090001, 6, "226.090001" },
	{ "no digit of a large number is lost", INT64_MAX, 6, "9223372036854.775807" },
	{ "the least of all", INT64_MIN, 1, "-922337203685477580.8" },
};

static void writes_decimals(void **state)
{
	const struct number_case *row = *state;
	struct written_json written;
	char expected[64];
	written_json_begin(&written);
	struct json_out out = json_out_to(written.file);
	json_out_begin(&out, NULL, '[');
	json_out_decimal(&out, NULL, row->value, row->decimals);
	json_out_end(&out, ']');
	json_out_finish(&out);
	json_decref(written_json_read(&written));
	snprintf(expected, sizeof(expected), "[%s]\n", row->text);
	assert_string_equal(written.text, expected);
	written_json_release(&written);
}

static void objects_and_arrays_nest(void **state)
{
	struct written_json written;
	(void)state;
	written_json_begin(&written);
	struct json_out out = json_out_to(written.file);
	json_out_begin(&out, NULL, '{');
	json_out_begin(&out, "empty", '[');
	json_out_end(&out, ']');
	json_out_begin(&out, "list", '[');
	json_out_begin(&out, NULL, '{');
	json_out_bool(&out, "yes", true);
	json_out_bool(&out, "no", false);
	json_out_end(&out, '}');
	json_out_null(&out, NULL);
	json_out_end(&out, ']');
	json_out_integer(&out, "n", -1);
	json_out_known(&out, "unknown", UNKNOWN);
	json_out_number(&out, "minus", true, -1);
	json_out_number(&out, "none", false, 5);
	json_out_end(&out, '}');
	json_out_finish(&out);
	json_decref(written_json_read(&written));
	assert_string_equal(written.text,
		"{\"empty\":[],\"list\":[{\"yes\":true,\"no\":false},null],\"n\":-1,"
		"\"unknown\":null,\"minus\":-1,\"none\":null}\n");
	written_json_release(&written);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bytes_can_be_had_back),
		cmocka_unit_test(objects_and_arrays_nest),
	};
	return run_rows("bytes", bytes_cases, keeps_bytes) +
	       run_rows("decimals", number_cases, writes_decimals) +
	       cmocka_run_group_tests_name("json_out", tests, NULL, NULL);
}
