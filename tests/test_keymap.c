#include "support.h"

#include "../tui/input.h"
#include "../tui/keymap.h"

#include <string.h>

static void every_row_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < key_row_count; i++) {
		const struct key_row *row = &key_rows[i];
		assert_true(row->key != INPUT_NONE);
		assert_true(row->action > ACTION_NONE && row->action < ACTION_COUNT);
		assert_true(row->group < GROUP_COUNT);
		/* A key without a help is another one of the row above. */
		if (!row->help) {
			assert_true(i > 0);
			assert_int_equal(row->action, row[-1].action);
			assert_int_equal(row->group, row[-1].group);
		}
	}
}

static void no_key_is_bound_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < key_row_count; i++)
		assert_ptr_equal(keymap_find(key_rows[i].key), &key_rows[i]);
}

static void every_action_has_a_key(void **state)
{
	(void)state;
	for (enum action action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
		bool found = false;
		for (size_t i = 0; i < key_row_count; i++)
			found |= key_rows[i].action == action;
		if (!found)
			fail_msg("action %d has no key", (int)action);
	}
}

static void every_group_has_a_name(void **state)
{
	(void)state;
	for (enum key_group group = 0; group < GROUP_COUNT; group++)
		assert_non_null(key_group_names[group]);
}

static void stray_letters_are_not_bound(void **state)
{
	(void)state;
	for (const char *key = "bijmpsvxyBCDEHJLOXY"; *key; key++)
		assert_null(keymap_find(*key));
}

struct name_row {
	const char *claim;
	int key;
	const char *name;
};

static const struct name_row name_rows[] = {
	{ "a letter", 'x', "x" },
	{ "a function key", INPUT_F(10), "F10" },
	{ "a control character", INPUT_CTRL('L'), "Ctrl-L" },
	{ "an Alt key", INPUT_ALT | 'j', "Alt-j" },
	{ "a special key", INPUT_PAGE_DOWN, "PgDn" },
	{ "the space", ' ', "Space" },
	{ "a character that might do something to the terminal", 0x9b, "U+009B" },
	{ "a letter above ASCII", 0xe9, "U+00E9" },
};

static void check_name(void **state)
{
	const struct name_row *row = *state;
	char name[32];
	input_name(row->key, name, sizeof(name));
	assert_string_equal(name, row->name);
}

static void all_keys_of_an_action_are_named(void **state)
{
	char names[64];
	(void)state;
	keymap_names(keymap_find(INPUT_F(1)), names, sizeof(names));
	assert_string_equal(names, "F1 h ?");
	keymap_names(keymap_find(INPUT_F(1)), names, 5);
	assert_string_equal(names, "F1 h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(no_key_is_bound_twice),
		cmocka_unit_test(every_action_has_a_key),
		cmocka_unit_test(every_group_has_a_name),
		cmocka_unit_test(stray_letters_are_not_bound),
		cmocka_unit_test(all_keys_of_an_action_are_named),
	};
	return run_rows("names of keys", name_rows, check_name) +
	       cmocka_run_group_tests_name("keymap", tests, NULL, NULL);
}
