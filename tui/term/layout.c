#include "layout.h"

#include <stddef.h>

/* In the order of importance: what a part needs to be shown. The list has what is left. */
static const struct {
	enum part part;
	int min_rows; /* of the screen */
	bool header;  /* one of those that can be hidden */
} parts[] = {
	{ PART_NEXT, 1, false },
	{ PART_HEADING, 3, false },
	{ PART_TABS, 10, false },
	{ PART_MEMORY, 10, true },
	{ PART_STATUS, 10, false },
	{ PART_PSI, 10, true },
	{ PART_SWAP, 10, true },
	{ PART_TITLE, 10, true },
	{ PART_ZONES, 10, true },
	{ PART_BAR, 10, false },
	{ PART_RUNNER_UP, 30, false },
	{ PART_COMMIT, 30, true },
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

const struct meter meters[PART_COUNT] = {
	[PART_TITLE] = { "title", "the machine, its clock, the delay, past kills, rights" },
	[PART_MEMORY] = { "memory", "memory in use, and what is available" },
	[PART_SWAP] = { "swap", "swap in use" },
	[PART_COMMIT] = { "commit", "promised memory and its limit, from 30 rows on" },
	[PART_PSI] = { "psi", "time that is lost waiting for memory" },
	[PART_ZONES] = { "zones", "free memory of the zones, and their watermarks" },
	[PART_RUNNER_UP] = { "runner_up", "who is second, who else may kill, from 30 rows on" },
	[PART_BELOW] = { "below", "what stands below the lists, from 40 rows on" },
	[PART_BAR] = { "keys", "the function bar" },
};

static bool is_without(const struct layout_wish *wish, enum part part)
{
	return wish->without >> part & 1;
}

static bool is_wanted(size_t i, const struct layout_wish *wish)
{
	return !is_without(wish, parts[i].part) && (wish->header || !parts[i].header);
}

/* The list keeps two fifths of the screen. */
static int below_of(int rows, int used, const struct layout_wish *wish)
{
	int room = rows - used - rows * 2 / 5;
	if (rows < LAYOUT_BELOW_ROWS || is_without(wish, PART_BELOW))
		return 0;
	return wish->below < room ? wish->below : room;
}

struct layout layout_of(int rows, const struct layout_wish *wish)
{
	struct layout layout;
	bool shown[PART_COUNT] = { [PART_LIST] = rows >= 2 };
	int used = 0, row = 0;
	for (size_t i = 0; i < PARTS; i++) {
		/* NEXT and the titles come before the list, the others only where it keeps its half. */
		bool fits = parts[i].min_rows < 10 || rows - used - 1 >= (rows + 1) / 2;
		shown[parts[i].part] = fits && rows >= parts[i].min_rows && is_wanted(i, wish);
		used += shown[parts[i].part];
	}
	layout.below_rows = below_of(rows, used, wish);
	layout.list_rows = shown[PART_LIST] ? rows - used - layout.below_rows : 0;
	shown[PART_BELOW] = layout.below_rows > 0;
	for (enum part part = 0; part < PART_COUNT; part++) {
		layout.rows[part] = shown[part] ? row : -1;
		row += part == PART_LIST    ? layout.list_rows
		       : part == PART_BELOW ? layout.below_rows
					    : shown[part];
	}
	return layout;
}

int layout_page(const struct layout *layout)
{
	return layout->list_rows > 2 ? layout->list_rows - 1 : 1;
}
