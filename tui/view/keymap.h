/* Which key does what: one table binds, dispatches, and explains. The footer and the help view
 * are printed from it. Knows no terminal and changes nothing. */
#ifndef OOMSPECT_KEYMAP_H
#define OOMSPECT_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

/* Every key: what it is called in input.h, its action, the block of the help, its label in the function
 * bar (NULL: it has none there) and what it does. ALSO: another key of the action above. The function
 * bar has the labels in this order, the help the keys of each block in theirs. */
#define KEYS(KEY, ALSO) \
	KEY(INPUT_F(1), HELP, PROGRAM, "Help", "this help") \
	ALSO('h', HELP, PROGRAM) \
	ALSO('?', HELP, PROGRAM) \
\
	KEY(INPUT_F(2), SETUP, PROGRAM, "Setup", "set up the screen") \
	ALSO('S', SETUP, PROGRAM) \
\
	KEY(INPUT_UP, UP, MOVE, NULL, "one row up") \
	ALSO(INPUT_CTRL('P'), UP, MOVE) \
	ALSO(INPUT_ALT | 'k', UP, MOVE) \
	KEY(INPUT_DOWN, DOWN, MOVE, NULL, "one row down") \
	ALSO(INPUT_CTRL('N'), DOWN, MOVE) \
	ALSO(INPUT_ALT | 'j', DOWN, MOVE) \
	KEY(INPUT_PAGE_UP, PAGE_UP, MOVE, NULL, "one page up") \
	ALSO(INPUT_CTRL('B'), PAGE_UP, MOVE) \
	KEY(INPUT_PAGE_DOWN, PAGE_DOWN, MOVE, NULL, "one page down") \
	ALSO(INPUT_CTRL('F'), PAGE_DOWN, MOVE) \
	KEY(INPUT_HOME, FIRST, MOVE, NULL, "first row") \
	ALSO('g', FIRST, MOVE) \
	KEY(INPUT_END, LAST, MOVE, NULL, "last row") \
	ALSO('G', LAST, MOVE) \
	KEY(INPUT_LEFT, LEFT, MOVE, NULL, "scroll to the left") \
	KEY(INPUT_RIGHT, RIGHT, MOVE, NULL, "scroll to the right") \
	KEY('^', LINE_START, MOVE, NULL, "start of the line") \
	KEY('$', LINE_END, MOVE, NULL, "end of the line") \
\
	KEY(INPUT_F(3), SEARCH, FIND, "Find", "find a name or a PID") \
	ALSO('/', SEARCH, FIND) \
	KEY('n', SEARCH_NEXT, FIND, NULL, "next match") \
	KEY('N', SEARCH_PREVIOUS, FIND, NULL, "previous match") \
	KEY(INPUT_F(4), FILTER, FIND, "Filter", "show only what matches") \
	ALSO('\\', FILTER, FIND) \
	ALSO('&', FILTER, FIND) \
	KEY('u', USER, FIND, NULL, "show only one user") \
	KEY('=', CLEAR, FIND, NULL, "clear every filter") \
\
	KEY(INPUT_F(5), TREE, LOOK, "Tree", "tree, flat") \
	ALSO('t', TREE, LOOK) \
	ALSO('V', TREE, LOOK) \
\
	KEY(INPUT_F(6), SORT_MENU, SORT, "Sort", "choose the column") \
	ALSO('.', SORT_MENU, SORT) \
	KEY('P', SORT_POINTS, SORT, NULL, "by badness points") \
	KEY('M', SORT_MEMORY, SORT, NULL, "by memory") \
	KEY('T', SORT_AGE, SORT, NULL, "by age, oldest first") \
	KEY('<', SORT_LEFT, SORT, NULL, "by the column before") \
	KEY('>', SORT_RIGHT, SORT, NULL, "by the column after") \
	KEY('I', SORT_REVERSE, SORT, NULL, "reverse the order") \
	ALSO('R', SORT_REVERSE, SORT) \
\
	KEY('a', ADJUST, ACT, NULL, "adjust oom_score_adj") \
	ALSO('r', ADJUST, ACT) \
	KEY(INPUT_F(7), ADJUST_LESS, ACT, "Adj-", "the same, 50 less") \
	ALSO(']', ADJUST_LESS, ACT) \
	KEY(INPUT_F(8), ADJUST_MORE, ACT, "Adj+", "the same, 50 more") \
	ALSO('[', ADJUST_MORE, ACT) \
	KEY(INPUT_F(9), SIGNAL, ACT, "Kill", "send a signal") \
	ALSO('k', SIGNAL, ACT) \
	KEY(INPUT_SPACE, TAG, ACT, NULL, "tag, untag this row") \
	KEY('A', TAG_ALL, ACT, NULL, "tag all rows shown") \
	KEY('U', UNTAG, ACT, NULL, "take all tags away") \
\
	KEY('1', VIEW_PROCS, LOOK, NULL, "processes") \
	KEY('2', VIEW_CGROUPS, LOOK, NULL, "memory cgroups") \
	KEY('3', VIEW_EVENTS, LOOK, NULL, "kernel OOM events") \
	ALSO('l', VIEW_EVENTS, LOOK) \
	KEY('4', VIEW_DETAIL, LOOK, NULL, "all about one process") \
	KEY('5', VIEW_SETTINGS, LOOK, NULL, "settings of the kernel") \
	KEY(INPUT_ENTER, OPEN, LOOK, "Open", "open, raw lines") \
	KEY('w', FULL, LOOK, NULL, "full line; save event") \
	KEY(INPUT_TAB, VIEW_NEXT, LOOK, NULL, "next view") \
	KEY(INPUT_BACKTAB, VIEW_PREVIOUS, LOOK, NULL, "previous view") \
	KEY('c', CGROUP, LOOK, "Cgroup", "its cgroup, and back") \
	KEY('o', SCOPE, LOOK, "Domain", "rank in its cgroup") \
	KEY('m', MOMENT, LOOK, NULL, "predict at OOM, now") \
	KEY('+', UNFOLD, LOOK, NULL, "unfold") \
	KEY('-', FOLD, LOOK, NULL, "fold") \
	KEY('*', FOLD_ALL, LOOK, NULL, "fold, unfold all") \
	KEY('Z', PAUSE, LOOK, "Pause", "pause, resume") \
	ALSO('z', PAUSE, LOOK) \
	KEY('F', FOLLOW, LOOK, NULL, "follow this process") \
	KEY('K', KILLABLE, LOOK, NULL, "show, hide unkillable") \
	KEY('e', UNITS, LOOK, NULL, "units: K M G pages") \
	KEY('%', SHARE, LOOK, NULL, "sizes as a share") \
	KEY('f', COLUMNS, LOOK, NULL, "choose the columns") \
	KEY('#', HEADER, LOOK, NULL, "hide, show the header") \
	KEY('d', DELAY, LOOK, NULL, "delay between samples") \
\
	KEY(INPUT_ESC, BACK, PROGRAM, NULL, "close, drop the filter") \
	KEY('W', SAVE_CONFIG, PROGRAM, NULL, "write the settings") \
	KEY(INPUT_CTRL('L'), REPAINT, PROGRAM, NULL, "paint the screen again") \
	KEY(INPUT_CTRL('Z'), SUSPEND, PROGRAM, NULL, "suspend") \
	KEY('q', CLOSE, PROGRAM, "Quit", "close, or quit") \
	ALSO(INPUT_F(10), CLOSE, PROGRAM) \
	KEY('Q', QUIT, PROGRAM, NULL, "quit from anywhere") \
	ALSO(INPUT_CTRL('C'), QUIT, PROGRAM)

/* What keys are for: ACTION_X for each X that KEYS has. */
#define KEYS_ACTION(key, action, group, label, help) ACTION_##action,
#define KEYS_NOTHING(key, action, group)
enum action { ACTION_NONE, KEYS(KEYS_ACTION, KEYS_NOTHING) ACTION_COUNT };
#undef KEYS_ACTION
#undef KEYS_NOTHING

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
