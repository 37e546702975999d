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

/* The function bar shows the labels in this order, the help view the groups in theirs. */
const struct key_row key_rows[] = {
	{ INPUT_F(1), ACTION_HELP, GROUP_PROGRAM, "Help", "this help" },
	{ 'h', ACTION_HELP, GROUP_PROGRAM, NULL, NULL },
	{ '?', ACTION_HELP, GROUP_PROGRAM, NULL, NULL },

	{ INPUT_F(2), ACTION_SETUP, GROUP_PROGRAM, "Setup", "set up the screen" },
	{ 'S', ACTION_SETUP, GROUP_PROGRAM, NULL, NULL },

	{ INPUT_UP, ACTION_UP, GROUP_MOVE, NULL, "one row up" },
	{ INPUT_CTRL('P'), ACTION_UP, GROUP_MOVE, NULL, NULL },
	{ INPUT_ALT | 'k', ACTION_UP, GROUP_MOVE, NULL, NULL },
	{ INPUT_DOWN, ACTION_DOWN, GROUP_MOVE, NULL, "one row down" },
	{ INPUT_CTRL('N'), ACTION_DOWN, GROUP_MOVE, NULL, NULL },
	{ INPUT_ALT | 'j', ACTION_DOWN, GROUP_MOVE, NULL, NULL },
	{ INPUT_PAGE_UP, ACTION_PAGE_UP, GROUP_MOVE, NULL, "one page up" },
	{ INPUT_CTRL('B'), ACTION_PAGE_UP, GROUP_MOVE, NULL, NULL },
	{ INPUT_PAGE_DOWN, ACTION_PAGE_DOWN, GROUP_MOVE, NULL, "one page down" },
	{ INPUT_CTRL('F'), ACTION_PAGE_DOWN, GROUP_MOVE, NULL, NULL },
	{ INPUT_HOME, ACTION_FIRST, GROUP_MOVE, NULL, "first row" },
	{ 'g', ACTION_FIRST, GROUP_MOVE, NULL, NULL },
	{ INPUT_END, ACTION_LAST, GROUP_MOVE, NULL, "last row" },
	{ 'G', ACTION_LAST, GROUP_MOVE, NULL, NULL },
	{ INPUT_LEFT, ACTION_LEFT, GROUP_MOVE, NULL, "scroll to the left" },
	{ INPUT_RIGHT, ACTION_RIGHT, GROUP_MOVE, NULL, "scroll to the right" },
	{ '^', ACTION_LINE_START, GROUP_MOVE, NULL, "start of the line" },
	{ '$', ACTION_LINE_END, GROUP_MOVE, NULL, "end of the line" },

	{ INPUT_F(3), ACTION_SEARCH, GROUP_FIND, "Find", "find a name or a PID" },
	{ '/', ACTION_SEARCH, GROUP_FIND, NULL, NULL },
	{ 'n', ACTION_SEARCH_NEXT, GROUP_FIND, NULL, "next match" },
	{ 'N', ACTION_SEARCH_PREVIOUS, GROUP_FIND, NULL, "previous match" },
	{ INPUT_F(4), ACTION_FILTER, GROUP_FIND, "Filter", "show only what matches" },
	{ '\\', ACTION_FILTER, GROUP_FIND, NULL, NULL },
	{ '&', ACTION_FILTER, GROUP_FIND, NULL, NULL },
	{ 'u', ACTION_USER, GROUP_FIND, NULL, "show only one user" },
	{ '=', ACTION_CLEAR, GROUP_FIND, NULL, "clear every filter" },

	{ INPUT_F(5), ACTION_TREE, GROUP_LOOK, "Tree", "tree, flat" },
	{ 't', ACTION_TREE, GROUP_LOOK, NULL, NULL },
	{ 'V', ACTION_TREE, GROUP_LOOK, NULL, NULL },

	{ INPUT_F(6), ACTION_SORT_MENU, GROUP_SORT, "Sort", "choose the column" },
	{ '.', ACTION_SORT_MENU, GROUP_SORT, NULL, NULL },
	{ 'P', ACTION_SORT_POINTS, GROUP_SORT, NULL, "by badness points" },
	{ 'M', ACTION_SORT_MEMORY, GROUP_SORT, NULL, "by memory" },
	{ 'T', ACTION_SORT_AGE, GROUP_SORT, NULL, "by age, oldest first" },
	{ '<', ACTION_SORT_LEFT, GROUP_SORT, NULL, "by the column before" },
	{ '>', ACTION_SORT_RIGHT, GROUP_SORT, NULL, "by the column after" },
	{ 'I', ACTION_SORT_REVERSE, GROUP_SORT, NULL, "reverse the order" },
	{ 'R', ACTION_SORT_REVERSE, GROUP_SORT, NULL, NULL },

	{ 'a', ACTION_ADJUST, GROUP_ACT, NULL, "adjust oom_score_adj" },
	{ 'r', ACTION_ADJUST, GROUP_ACT, NULL, NULL },
	{ INPUT_F(7), ACTION_ADJUST_LESS, GROUP_ACT, "Adj-", "the same, 50 less" },
	{ ']', ACTION_ADJUST_LESS, GROUP_ACT, NULL, NULL },
	{ INPUT_F(8), ACTION_ADJUST_MORE, GROUP_ACT, "Adj+", "the same, 50 more" },
	{ '[', ACTION_ADJUST_MORE, GROUP_ACT, NULL, NULL },
	{ INPUT_F(9), ACTION_SIGNAL, GROUP_ACT, "Kill", "send a signal" },
	{ 'k', ACTION_SIGNAL, GROUP_ACT, NULL, NULL },
	{ INPUT_SPACE, ACTION_TAG, GROUP_ACT, NULL, "tag, untag this row" },
	{ 'A', ACTION_TAG_ALL, GROUP_ACT, NULL, "tag all rows shown" },
	{ 'U', ACTION_UNTAG, GROUP_ACT, NULL, "take all tags away" },

	{ '1', ACTION_VIEW_PROCS, GROUP_LOOK, NULL, "processes" },
	{ '2', ACTION_VIEW_CGROUPS, GROUP_LOOK, NULL, "memory cgroups" },
	{ '3', ACTION_VIEW_EVENTS, GROUP_LOOK, NULL, "kernel OOM events" },
	{ 'l', ACTION_VIEW_EVENTS, GROUP_LOOK, NULL, NULL },
	{ '4', ACTION_VIEW_DETAIL, GROUP_LOOK, NULL, "all about one process" },
	{ '5', ACTION_VIEW_SETTINGS, GROUP_LOOK, NULL, "settings of the kernel" },
	{ INPUT_ENTER, ACTION_OPEN, GROUP_LOOK, "Open", "open, raw lines" },
	{ 'w', ACTION_FULL, GROUP_LOOK, NULL, "full line; save event" },
	{ INPUT_TAB, ACTION_VIEW_NEXT, GROUP_LOOK, NULL, "next view" },
	{ INPUT_BACKTAB, ACTION_VIEW_PREVIOUS, GROUP_LOOK, NULL, "previous view" },
	{ 'c', ACTION_CGROUP, GROUP_LOOK, "Cgroup", "its cgroup, and back" },
	{ 'o', ACTION_SCOPE, GROUP_LOOK, "Domain", "rank in its cgroup" },
	{ 'm', ACTION_MOMENT, GROUP_LOOK, NULL, "predict at OOM, now" },
	{ '+', ACTION_UNFOLD, GROUP_LOOK, NULL, "unfold" },
	{ '-', ACTION_FOLD, GROUP_LOOK, NULL, "fold" },
	{ '*', ACTION_FOLD_ALL, GROUP_LOOK, NULL, "fold, unfold all" },
	{ 'Z', ACTION_PAUSE, GROUP_LOOK, "Pause", "pause, resume" },
	{ 'z', ACTION_PAUSE, GROUP_LOOK, NULL, NULL },
	{ 'F', ACTION_FOLLOW, GROUP_LOOK, NULL, "follow this process" },
	{ 'K', ACTION_KILLABLE, GROUP_LOOK, NULL, "show, hide unkillable" },
	{ 'e', ACTION_UNITS, GROUP_LOOK, NULL, "units: K M G pages" },
	{ '%', ACTION_SHARE, GROUP_LOOK, NULL, "sizes as a share" },
	{ 'f', ACTION_COLUMNS, GROUP_LOOK, NULL, "choose the columns" },
	{ '#', ACTION_HEADER, GROUP_LOOK, NULL, "hide, show the header" },
	{ 'd', ACTION_DELAY, GROUP_LOOK, NULL, "delay between samples" },

	{ INPUT_ESC, ACTION_BACK, GROUP_PROGRAM, NULL, "close, drop the filter" },
	{ 'W', ACTION_SAVE_CONFIG, GROUP_PROGRAM, NULL, "write the settings" },
	{ INPUT_CTRL('L'), ACTION_REPAINT, GROUP_PROGRAM, NULL, "paint the screen again" },
	{ INPUT_CTRL('Z'), ACTION_SUSPEND, GROUP_PROGRAM, NULL, "suspend" },
	{ 'q', ACTION_CLOSE, GROUP_PROGRAM, "Quit", "close, or quit" },
	{ INPUT_F(10), ACTION_CLOSE, GROUP_PROGRAM, NULL, NULL },
	{ 'Q', ACTION_QUIT, GROUP_PROGRAM, NULL, "quit from anywhere" },
	{ INPUT_CTRL('C'), ACTION_QUIT, GROUP_PROGRAM, NULL, NULL },
};
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
