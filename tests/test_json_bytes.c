/* Bytes from outside in JSON: nothing is lost, and the text is always valid. */
#include "oomspect/json.h"

#include "support.h"

static const struct bytes_case {
	const char *claim;
	const char *bytes; /* NULL: unknown */
	const char *shown;
	const char *hex; /* NULL: no such member */
} bytes_cases[] = {
	{ "unknown text is null", NULL, NULL, NULL },
	{ "an empty text is empty", "", "", NULL },
	{ "UTF-8 is kept", "caf\xc3\xa9 \xf0\x9f\x90\xa7", "caf\xc3\xa9 \xf0\x9f\x90\xa7", NULL },
	{ "control characters are JSON's to escape", "a\n\"\033[2J", "a\n\"\033[2J", NULL },
	{ "a bad byte is replaced and told",
		"a\xff"
		"b",
		"a\xef\xbf\xbd"
		"b",
		"61ff62" },
	{ "each bad byte", "\xc3\x28\x80", "\xef\xbf\xbd(\xef\xbf\xbd", "c32880" },
};

static void keeps_bytes(void **state)
{
	const struct bytes_case *row = *state;
	json_t *object = json_object();
	json_set_bytes(object, "comm", row->bytes);
	assert_non_null(json_object_get(object, "comm"));
	assert_true(json_is_null(json_object_get(object, "comm")) == !row->shown);
	if (row->shown)
		assert_string_equal(json_string_value(json_object_get(object, "comm")), row->shown);
	if (row->hex)
		assert_string_equal(
			json_string_value(json_object_get(object, "comm_hex")), row->hex);
	else
		assert_null(json_object_get(object, "comm_hex"));
	json_decref(object);
}

int main(void)
{
	return run_rows("bytes", bytes_cases, keeps_bytes);
}
