#include "keymap.h"

#include "term/input.h"

#include <stdio.h>
#include <string.h>

const char *const key_group_names[GROUP_COUNT] = {
	[GROUP_MOVE] = "MOVE",
	[GROUP_LOOK] = "LOOK",
	[GROUP_FIND] = "FIND",
	[GROUP_SORT] = "SORT",
	[GROUP_ACT] = "ACT (where allowed)",
	[GROUP_PROGRAM] = "PROGRAM",
};

#define ROW(key, action, group, label, help) { key, ACTION_##action, GROUP_##group, label, help },
#define ALSO(key, action, group)             { key, ACTION_##action, GROUP_##group, NULL, NULL },
const struct key_row key_rows[] = { KEYS(ROW, ALSO) };
const size_t key_row_count = sizeof(key_rows) / sizeof(key_rows[0]);

/* What other keys become with vi_keys; htop's k and l are F9 and 3 then. */
static const struct {
	int key, meaning;
} vi_keys[] = {
	{ 'h', INPUT_LEFT },
	{ 'j', INPUT_DOWN },
	{ 'k', INPUT_UP },
	{ 'l', INPUT_RIGHT },
	{ 'H', INPUT_F(1) },
};

const struct key_row *keymap_find(int key)
{
	for (size_t i = 0; i < key_row_count; i++)
		if (key_rows[i].key == key)
			return &key_rows[i];
	return NULL;
}

int keymap_vi(int key)
{
	for (size_t i = 0; i < sizeof(vi_keys) / sizeof(vi_keys[0]); i++)
		if (vi_keys[i].key == key)
			return vi_keys[i].meaning;
	return key;
}

static void add_name(int key, char *buffer, size_t size)
{
	size_t used = strlen(buffer);
	if (used + 2 > size)
		return;
	if (used)
		buffer[used++] = ' ';
	input_name(key, buffer + used, size - used);
}

/* With vi's keys the letters of others go, and those that need Alt without them are not needed. */
static void add_vi_names(int key, char *buffer, size_t size)
{
	int letter = key & ~INPUT_ALT;
	if (keymap_vi(letter) != letter)
		return;
	add_name(key, buffer, size);
	for (size_t i = 0; i < sizeof(vi_keys) / sizeof(vi_keys[0]); i++)
		if (vi_keys[i].meaning == key)
			add_name(vi_keys[i].key, buffer, size);
}

void keymap_names(const struct key_row *row, bool with_vi, char *buffer, size_t size)
{
	const struct key_row *end = key_rows + key_row_count;
	const struct key_row *first = row;
	buffer[0] = '\0';
	for (; row < end && (row == first || !row->help); row++) {
		if (with_vi)
			add_vi_names(row->key, buffer, size);
		else
			add_name(row->key, buffer, size);
	}
}
