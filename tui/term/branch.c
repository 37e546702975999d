#include "branch.h"

#include <string.h>

#define LEVEL   3 /* columns of a level */
#define SKIPPED ".."

static int levels_drawn(struct branch branch, int room)
{
	int most = room / 2 / LEVEL;
	if (most > BRANCH_LEVELS_MAX)
		most = BRANCH_LEVELS_MAX;
	if (most < 1)
		most = 1;
	return branch.depth < most ? branch.depth : most;
}

int branch_width(struct branch branch, int room)
{
	int levels = levels_drawn(branch, room);
	return levels * LEVEL + (levels < branch.depth ? (int)strlen(SKIPPED) : 0);
}

void branch_put(struct pen *pen, unsigned style, struct branch branch, int room)
{
	int levels = levels_drawn(branch, room);
	if (levels < branch.depth)
		grid_put(pen, style, SKIPPED);
	for (int above = levels - 1; above > 0; above--)
		grid_put_lines(pen, style, branch.lines >> above & 1 ? "|  " : "   ");
	if (levels > 0)
		grid_put_lines(pen, style, branch.lines & 1 ? "|- " : "`- ");
}
