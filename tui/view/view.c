#include "view.h"

#include "dialog.h"
#include "view_pages.h"
#include "view_setup.h"

#include <stdio.h>
#include <string.h>

/* A page of text needs the room: nothing of the panel but the title. */
#define PAGE_WITHOUT \
	(1u << PART_MEMORY | 1u << PART_SWAP | 1u << PART_COMMIT | 1u << PART_PSI | \
		1u << PART_ZONES | 1u << PART_RUNNER_UP)
#define SCOPE_COLS     40
#define SCOPE_LEAST    8
#define FILTER_COLS    24
#define ROOMY          100 /* columns from which on the tab line need not save blanks */
#define REVERSED_SHORT " rev"
#define FOLLOWS        "  FOLLOW"

const char *view_scope(const struct app *app)
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

bool view_is_roomy(const struct grid *grid)
{
	return grid->cols >= ROOMY;
}

static int gap_cols(const struct grid *grid)
{
	return view_is_roomy(grid) ? 4 : 2;
}

void view_put_gap(struct pen *pen)
{
	grid_skip(pen, gap_cols(pen->grid));
}

static void put_scope_form(struct pen *pen, const struct app *app, bool label, bool total, int cols)
{
	const struct domain *domain = &watch_outlook(&app->watch)->ranking.domain;
	const struct measure *measure = &app->context.measure;
	char text[FORMAT_SIZE];
	view_put_gap(pen);
	grid_put(pen, STYLE_DIM, label ? "domain " : "");
	if (domain->kind == DOMAIN_MEMCG) /* its name where the path is too long */
		cgroup_line_put_name(pen, STYLE_NORMAL,
			&app->watch.snapshot->memcgs->rows[domain->memcg], false, cols);
	else
		grid_put(pen, STYLE_NORMAL, view_scope(app));
	if (!total || measure->totalpages < 0)
		return;
	format_kb(measure->totalpages * measure->page_kb, text);
	grid_printf(pen, STYLE_NORMAL, " %s", text);
}

/* As much of it as there is room for: the name at least, which may be cut and say so. */
static void put_scope(struct pen *pen, const struct app *app)
{
	static const struct {
		bool label, total;
	} forms[] = { { true, true }, { false, true }, { false, false } };
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct pen begin = grid_begin_item(pen);
		int room = grid_left(pen) - gap_cols(pen->grid);
		bool last = !forms[i].total && room >= SCOPE_LEAST && room < SCOPE_COLS;
		put_scope_form(pen, app, forms[i].label, forms[i].total, last ? room : SCOPE_COLS);
		if (grid_end_item(pen, &begin))
			return;
	}
}

static bool is_filtered(const struct app *app)
{
	return app->filter_text[0] || app->filter.uid != UID_UNKNOWN || app->filter.pid_count;
}

void view_put_filter_text(struct pen *pen, const char *text)
{
	int cols = grid_left(pen) < FILTER_COLS ? grid_left(pen) : FILTER_COLS;
	bool cut = grid_foreign_width(pen->grid, text) > cols;
	grid_put_foreign(pen, STYLE_BOLD, text, cols - cut);
	grid_put(pen, STYLE_DIM, cut ? "+" : "");
}

static void put_filters(struct pen *pen, const struct app *app)
{
	view_put_gap(pen);
	grid_put(pen, STYLE_DIM, "filter: ");
	if (app->filter_text[0])
		view_put_filter_text(pen, app->filter_text);
	if (app->filter.uid != UID_UNKNOWN)
		grid_printf(pen, STYLE_BOLD, "%suid %u", app->filter_text[0] ? ", " : "",
			(unsigned)app->filter.uid);
	if (!app->filter_text[0] && app->filter.uid == UID_UNKNOWN)
		grid_put(pen, STYLE_NORMAL, app->filter.pid_count ? "pids" : "none");
}

/* Columns of put_filters where something is filtered. */
static int filters_cols(const struct app *app, const struct grid *grid)
{
	int cols = grid_foreign_width(grid, app->filter_text);
	if (cols > FILTER_COLS)
		cols = FILTER_COLS;
	if (app->filter.uid != UID_UNKNOWN)
		cols += (int)strlen(", uid 4294967295");
	else if (!app->filter_text[0])
		cols = (int)strlen("pids");
	return gap_cols(grid) + (int)strlen("filter: ") + cols;
}

static int sort_cols(const struct app *app, const struct grid *grid, const char *reversed)
{
	return gap_cols(grid) +
	       (int)(strlen("sort ") + strlen(columns[app->order.column].title) + strlen(reversed));
}

static void put_sort(struct pen *pen, const struct app *app)
{
	const char *reversed = app->order.reversed ? " reversed" : "";
	if (app->order.reversed && grid_left(pen) < sort_cols(app, pen->grid, reversed))
		reversed = REVERSED_SHORT;
	if (grid_left(pen) < sort_cols(app, pen->grid, reversed))
		return;
	view_put_gap(pen);
	grid_put(pen, STYLE_DIM, "sort ");
	grid_printf(pen, STYLE_NORMAL, "%s%s", columns[app->order.column].title, reversed);
}

/* A filter hides processes, so it is said first where columns are few. What is the other way round
 * than one expects keeps its room. */
static void put_procs_state(const struct app *app, struct pen *pen)
{
	bool roomy = view_is_roomy(pen->grid), filtered = is_filtered(app);
	int end = pen->end;
	int filters = roomy && filtered ? filters_cols(app, pen->grid) : 0;
	int sort = app->order.reversed ? sort_cols(app, pen->grid, REVERSED_SHORT) : 0;
	pen->end = end - sort;
	if (filtered && !roomy)
		put_filters(pen, app);
	pen->end = end - sort - filters;
	put_scope(pen, app);
	pen->end = end - filters;
	put_sort(pen, app);
	pen->end = end;
	struct pen begin = grid_begin_item(pen);
	if (roomy)
		put_filters(pen, app);
	if (!filtered)
		grid_end_item(pen, &begin);
}

const struct view views[VIEW_COUNT] = {
	[VIEW_PROCS] = { "Procs", view_procs_draw, put_procs_state, view_strip_below, 0 },
	[VIEW_CGROUPS] = { "Cgroups", view_cgroups_draw, view_cgroups_put_state, view_cgroups_below,
		1u << PART_ZONES | 1u << PART_RUNNER_UP | 1u << PART_COMMIT },
	[VIEW_EVENTS] = { "Events", view_events_draw, NULL, NULL, 0 },
	[VIEW_DETAIL] = { "Detail", view_pages_draw, NULL, NULL, PAGE_WITHOUT },
	[VIEW_HELP] = { NULL, view_help_draw, NULL, NULL, 0 },
	[VIEW_SETTINGS] = { NULL, view_pages_draw, NULL, NULL, PAGE_WITHOUT },
};

/* Columns of a tab, from the blank before its number to its bracket. */
static int tab_width(enum view_id id)
{
	return (int)strlen(views[id].label) + 5;
}

void view_tabs_draw(const struct app *app, struct grid *grid)
{
	struct pen pen = grid_pen(grid, app->layout.rows[PART_TABS], 0);
	for (enum view_id id = 0; id < VIEW_TABS; id++) {
		bool chosen = app->view == id;
		grid_printf(&pen, chosen ? STYLE_BOLD : STYLE_NORMAL, " %s%d %s%s",
			chosen ? "[" : " ", (int)id + 1, views[id].label, chosen ? "]" : " ");
	}
	if (!app->watch.snapshot)
		return;
	int end = pen.end, kept = app->follow ? (int)strlen(FOLLOWS) : 0;
	pen.end = end - kept;
	if (views[app->view].put_state)
		views[app->view].put_state(app, &pen);
	pen.end = end;
	if (app->follow && views[app->view].put_state && grid_left(&pen) >= kept)
		grid_put(&pen, STYLE_BOLD, FOLLOWS);
}

int view_tab_at(int col)
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
void view_status_draw(const struct app *app, struct grid *grid, const char *text)
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

void view_draw(const struct app *app, struct grid *grid)
{
	grid_clear(grid);
	views[app->view].draw(app, grid);
	if (app->sort_menu)
		view_sort_draw(app, grid);
	if (app->setup.open)
		view_setup_draw(app, grid);
	whole_command_draw(app, grid);
	dialog_draw(app, grid);
}
