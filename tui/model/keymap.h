/* Which key does what: one table binds, dispatches, and explains. The footer and the help view
 * are printed from it. Knows no terminal and changes nothing. */
#ifndef OOMSPECT_KEYMAP_H
#define OOMSPECT_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

enum action {
	ACTION_NONE,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_FIRST,
	ACTION_LAST,
	ACTION_LEFT,
	ACTION_RIGHT,
	ACTION_LINE_START,
	ACTION_LINE_END,
	ACTION_VIEW_PROCS,
	ACTION_VIEW_CGROUPS,
	ACTION_VIEW_EVENTS,
	ACTION_VIEW_DETAIL,
	ACTION_VIEW_SETTINGS,
	ACTION_VIEW_NEXT,
	ACTION_VIEW_PREVIOUS,
	ACTION_OPEN,
	ACTION_CGROUP,
	ACTION_SCOPE,
	ACTION_MOMENT,
	ACTION_TREE,
	ACTION_UNFOLD,
	ACTION_FOLD,
	ACTION_FOLD_ALL,
	ACTION_FULL,
	ACTION_FOLLOW,
	ACTION_PAUSE,
	ACTION_KILLABLE,
	ACTION_UNITS,
	ACTION_SHARE,
	ACTION_HEADER,
	ACTION_COLUMNS,
	ACTION_DELAY,
	ACTION_SEARCH,
	ACTION_SEARCH_NEXT,
	ACTION_SEARCH_PREVIOUS,
	ACTION_FILTER,
	ACTION_USER,
	ACTION_CLEAR,
	ACTION_SORT_MENU,
	ACTION_SORT_POINTS,
	ACTION_SORT_MEMORY,
	ACTION_SORT_AGE,
	ACTION_SORT_LEFT,
	ACTION_SORT_RIGHT,
	ACTION_SORT_REVERSE,
	ACTION_ADJUST,
	ACTION_ADJUST_LESS,
	ACTION_ADJUST_MORE,
	ACTION_SIGNAL,
	ACTION_TAG,
	ACTION_TAG_ALL,
	ACTION_UNTAG,
	ACTION_HELP,
	ACTION_BACK,
	ACTION_REPAINT,
	ACTION_SUSPEND,
	ACTION_SETUP,
	ACTION_SAVE_CONFIG,
	ACTION_CLOSE,
	ACTION_QUIT,
	ACTION_COUNT,
};

/* The blocks of the help view, in its order. */
enum key_group {
	GROUP_MOVE,
	GROUP_LOOK,
	GROUP_FIND,
	GROUP_SORT,
	GROUP_ACT,
	GROUP_PROGRAM,
	GROUP_COUNT
};
extern const char *const key_group_names[GROUP_COUNT];

struct key_row {
	int key; /* input.h */
	enum action action;
	enum key_group group;
	const char *label; /* in the function bar; NULL: not there */
	const char *help;  /* what it does; NULL: another key of the row above */
};

extern const struct key_row key_rows[];
extern const size_t key_row_count;

/* The row that binds `key`, or NULL. */
const struct key_row *keymap_find(int key);

/* The key that `key` stands for with the setting vi_keys. */
int keymap_vi(int key);

/* The names of all keys that share the help of `row` (the first of its kind), separated by single
 * blanks: "Up Ctrl-P Alt-k"; `with_vi`: those that do so with vi's keys, "Up k Ctrl-P". */
void keymap_names(const struct key_row *row, bool with_vi, char *buffer, size_t size);

#endif
