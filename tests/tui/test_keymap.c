#include "support.h"

#include "term/input.h"
#include "view/keymap.h"

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
	for (const char *key = "bijpsvxyBCDEHJLOXY"; *key; key++)
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
	keymap_names(keymap_find(INPUT_F(1)), false, names, sizeof(names));
	assert_string_equal(names, "F1 h ?");
	keymap_names(keymap_find(INPUT_F(1)), false, names, 5);
	assert_string_equal(names, "F1 h");
}

struct vi_row {
	const char *claim;
	int key;
	const char *names;
};

static const struct vi_row vi_rows[] = {
	{ "h moves, and H is the help", INPUT_F(1), "F1 H ?" },
	{ "k moves, and signals are at F9 alone", INPUT_F(9), "F9" },
	{ "l moves, and the kernel's log is at 3 alone", '3', "3" },
	{ "k is up", INPUT_UP, "Up k Ctrl-P" },
	{ "j is down", INPUT_DOWN, "Dn j Ctrl-N" },
	{ "h is left", INPUT_LEFT, "Left h" },
	{ "l is right", INPUT_RIGHT, "Right l" },
	{ "K stays", 'K', "K" },
};

static void check_vi(void **state)
{
	const struct vi_row *row = *state;
	char names[64];
	keymap_names(keymap_find(row->key), true, names, sizeof(names));
	assert_string_equal(names, row->names);
}

/* Whatever stands in front of a label or is named in the help, pressed, does that. */
static void vi_keys_are_named_as_they_act(void **state)
{
	(void)state;
	for (size_t i = 0; i < key_row_count; i++) {
		char names[64], name[32], *rest = NULL;
		if (key_rows[i].label)
			assert_int_equal(keymap_vi(key_rows[i].key), key_rows[i].key);
		if (!key_rows[i].help)
			continue;
		keymap_names(&key_rows[i], true, names, sizeof(names));
		assert_true(names[0] != '\0');
		for (char *one = strtok_r(names, " ", &rest); one;
			one = strtok_r(NULL, " ", &rest)) {
			enum action action = ACTION_NONE;
			for (int key = 1; key < INPUT_F_LAST; key++) {
				input_name(key, name, sizeof(name));
				if (strcmp(name, one) == 0 && keymap_find(keymap_vi(key)))
					action = keymap_find(keymap_vi(key))->action;
				if (key == 0x7f)
					key = INPUT_UP - 1;
			}
			assert_int_equal(action, key_rows[i].action);
		}
	}
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
		cmocka_unit_test(vi_keys_are_named_as_they_act),
	};
	return run_rows("names of keys", name_rows, check_name) +
	       run_rows("keys of vi", vi_rows, check_vi) +
	       cmocka_run_group_tests_name("keymap", tests, NULL, NULL);
}
