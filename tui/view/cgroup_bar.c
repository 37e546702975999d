#include "cgroup_bar.h"

#include "term/format.h"

#include <string.h>

static int64_t kb_of(struct amount amount)
{
	return amount_known(amount) ? (int64_t)(amount.bytes / 1024) : UNKNOWN;
}

int64_t cgroup_bar_danger(const struct memcg *row)
{
	struct amount stuck = amount_known(row->unreclaimable) ? row->unreclaimable : row->usage;
	return format_share_tenths(kb_of(stuck), kb_of(row->effective_limit));
}

enum level cgroup_bar_level(const struct memcg *row, const struct levels *levels)
{
	return level_of(levels, cgroup_bar_danger(row), 10000);
}

/* Cells of `width` that `share` (hundredths of a percent) fills, the last one when half of it is. */
static int64_t cells(int64_t share, int width)
{
	int64_t filled = share < 0 ? 0 : (share * width + 5000) / 10000;
	return filled > width ? width : filled;
}

/* The cell memory.high stands in; -1 when it is not below the limit. */
static int64_t high_cell(const struct memcg *row, int width)
{
	int64_t share = format_share_tenths(kb_of(row->high), kb_of(row->effective_limit));
	return share < 0 || share >= 10000 ? -1 : share * width / 10000;
}

void cgroup_bar_put(struct pen *pen, enum level level, const struct memcg *row, int width)
{
	int64_t limit = kb_of(row->effective_limit);
	int inner = width - 2;
	const char *end = level_end(level);
	unsigned style = level_style(level);
	if (limit <= 0 || inner < 1) {
		grid_skip(pen, width);
		return;
	}
	int64_t used = cells(format_share_tenths(kb_of(row->usage), limit), inner);
	int64_t stuck = cells(cgroup_bar_danger(row), inner), high = high_cell(row, inner);
	grid_put(pen, style, "[");
	for (int i = 0; i < width - 1 - (int)strlen(end); i++) {
		char ch = i < stuck ? '|' : i < used ? ':' : '.';
		grid_fill(pen, style, i == high ? 'h' : ch, 1);
	}
	grid_put(pen, style, end);
}
