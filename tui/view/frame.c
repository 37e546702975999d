#include "frame.h"

#include <string.h>

#define ROOMY   100 /* columns from which on the tab line need not save blanks and words */
#define FOLLOWS "  FOLLOW"

static const char *const tab_labels[VIEW_TABS] = { "Procs", "Cgroups", "Events", "Detail" };

const char *frame_scope(const struct app *app)
{
	switch (watch_outlook(&app->watch)->ranking.domain.kind) {
	case DOMAIN_MEMCG:
		return app->watch.snapshot->memcgs
			->rows[watch_outlook(&app->watch)->ranking.domain.memcg]
			.path;
	case DOMAIN_NODES:
		return "nodes";
	default:
		return "host";
	}
}

bool frame_is_roomy(const struct grid *grid)
{
	return grid->cols >= ROOMY;
}

int frame_gap_cols(const struct grid *grid)
{
	return frame_is_roomy(grid) ? 4 : 2;
}

void frame_put_gap(struct pen *pen)
{
	grid_skip(pen, frame_gap_cols(pen->grid));
}

void frame_put_filter_text(struct pen *pen, const char *text)
{
	int cols = grid_left(pen) < FRAME_FILTER_COLS ? grid_left(pen) : FRAME_FILTER_COLS;
	bool cut = grid_foreign_width(pen->grid, text) > cols;
	grid_put_foreign(pen, STYLE_BOLD, text, cols - cut);
	grid_put(pen, STYLE_DIM, cut ? "+" : "");
}

/* Columns of a tab, from the blank before its number to its bracket. */
static int tab_width(enum view_id id)
{
	return (int)strlen(tab_labels[id]) + 5;
}

void frame_tabs_draw(const struct app *app, struct grid *grid, frame_put_state *put_state)
{
	struct pen pen = grid_pen(grid, app->layout.rows[PART_TABS], 0);
	for (enum view_id id = 0; id < VIEW_TABS; id++) {
		bool chosen = app->view == id;
		grid_printf(&pen, chosen ? STYLE_BOLD : STYLE_NORMAL, " %s%d %s%s",
			chosen ? "[" : " ", (int)id + 1, tab_labels[id], chosen ? "]" : " ");
	}
	if (!app->watch.snapshot)
		return;
	int end = pen.end, kept = app->follow ? (int)strlen(FOLLOWS) : 0;
	pen.end = end - kept;
	if (put_state)
		put_state(app, &pen);
	pen.end = end;
	if (app->follow && put_state && grid_left(&pen) >= kept)
		grid_put(&pen, STYLE_BOLD, FOLLOWS);
}

int frame_tab_at(int col)
{
	int end = 0;
	for (enum view_id id = 0; id < VIEW_TABS; id++) {
		int begin = end + 1;
		end += tab_width(id);
		if (col >= begin && col < end)
			return (int)id;
	}
	return -1;
}

/* A screen without a status line lends its last line to what has to be said now. What stands over
 * the view has a line of its own for that. */
void frame_status_draw(const struct app *app, struct grid *grid, const char *text)
{
	bool covered =
		app->setup.open || app->whole_command.text || app->acting.dialog != DIALOG_NONE;
	const char *words = app->message[0] ? app->message : app->news;
	bool said = words[0] && !covered, urgent = app->prompt.id != PROMPT_NONE || said;
	int row = app->layout.rows[PART_STATUS];
	if (row < 0 && urgent && grid->rows > 1)
		row = grid->rows - 1;
	struct pen pen = grid_pen(grid, row, 0);
	if (app->prompt.id != PROMPT_NONE) {
		grid_put(&pen, STYLE_BOLD, prompt_labels[app->prompt.id]);
		grid_put_foreign(&pen, STYLE_NORMAL, app->prompt.text, grid_left(&pen) - 1);
		grid_put(&pen, STYLE_REVERSE, " ");
	} else if (said) {
		grid_skip(&pen, 1);
		grid_put_foreign(&pen, STYLE_BOLD, words, grid_left(&pen));
	} else if (app->missed[0]) {
		grid_put(&pen, STYLE_RISK, " no new sample: ");
		grid_put_foreign(&pen, STYLE_RISK, app->missed, grid_left(&pen));
	} else {
		grid_put(&pen, STYLE_DIM, text);
	}
	if (urgent)
		grid_skip(&pen, grid_left(&pen));
}
