#include "view.h"

/* What stands below the processes on a tall screen. */

#define HEADING_ROWS 2

int view_strip_below(const struct app *app)
{
	int rows = (int)app->cgroups.nearest_count;
	return rows ? rows + HEADING_ROWS : 0;
}

static void draw_rule(struct grid *grid, int row, const char *title)
{
	struct pen pen = grid_pen(grid, row, 0);
	grid_put(&pen, STYLE_DIM, "-- ");
	grid_put(&pen, STYLE_BOLD, title);
	grid_put(&pen, STYLE_NORMAL, " ");
	grid_fill(&pen, STYLE_DIM, '-', grid_left(&pen));
}

void view_strip_draw(const struct app *app, struct grid *grid)
{
	const struct cgroups *cgroups = &app->cgroups;
	struct cgroup_line_context context = cgroups->context;
	int row = app->layout.rows[PART_BELOW];
	if (row < 0)
		return;
	context.tree = context.full_paths = false;
	draw_rule(grid, row, "Cgroups nearest their limit (2)");
	struct pen titles = grid_pen(grid, row + 1, 1);
	cgroup_line_put_titles(&cgroups->line, &titles, CGROUP_COL_COUNT);
	for (int i = 0; i + HEADING_ROWS < app->layout.below_rows; i++) {
		struct pen pen = grid_pen(grid, row + HEADING_ROWS + i, 1);
		if ((size_t)i >= cgroups->nearest_count)
			break;
		cgroup_line_put_row(&cgroups->line, &context, &cgroups->nearest[i], &pen);
	}
}
