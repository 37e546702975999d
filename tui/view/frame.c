#include "frame.h"

#include "header.h"
#include "view.h"

#include "oomspect/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROOMY      100 /* columns from which on the tab line need not save blanks and words */
#define LABELS_MAX 32
#define FOLLOWS    "  FOLLOW"

#define TINY_COLS  20 /* below, or below 3 rows, NEXT is only the name and one number */
#define TINY_ROWS  3
#define TITLE_COLS 60 /* below, the age of the list is beyond the end of the title */

/* Columns of the badness and the lead over another process. */
#define BADNESS_COLS 46
#define BADNESS_WIDE 84

/* --- NEXT: who dies next, in one line of a tiny screen ------------------------------------------ */

static void put_process(struct pen *pen, unsigned style, const struct task *task)
{
	grid_printf(pen, style, "%d ", (int)task->pid);
	grid_put_foreign(pen, style, task->comm, TASK_COMM_SIZE);
}

static void put_bad(struct pen *pen, unsigned style, const struct outlook *outlook)
{
	char bad[FORMAT_SIZE];
	format_tenths(column_bad_tenths(outlook, outlook->victim), bad);
	grid_put(pen, style, bad);
}

/* How far the runner-up is behind: the difference of the two BADs on the screen. */
static void put_lead(struct pen *pen, const struct app *app, const struct outlook *outlook)
{
	const struct ranking_row *next = outlook->runner_up;
	char points[FORMAT_SIZE], size[FORMAT_SIZE];
	if (!next || !outlook->lead.known)
		return;
	format_tenths(outlook->lead.tenths, points);
	struct pen begin = grid_begin_item(pen);
	if (outlook->lead.tied) {
		grid_put(pen, STYLE_NORMAL, "  tied with ");
	} else {
		grid_printf(pen, STYLE_NORMAL, "  %s", points);
		if (outlook->lead.in_pages) {
			format_kb(outlook->lead.pages * app->model.context.measure.page_kb, size);
			grid_printf(pen, STYLE_NORMAL, " (%s)", size);
		}
		grid_put(pen, STYLE_NORMAL, " ahead of ");
	}
	put_process(pen, STYLE_NORMAL, next->task);
	grid_end_item(pen, &begin);
}

static void put_sum(struct pen *pen, const struct outlook *outlook)
{
	char mem[FORMAT_SIZE], adj[FORMAT_SIZE];
	format_tenths(column_mem_tenths(outlook, outlook->victim), mem);
	column_format_adj(outlook, outlook->victim, adj);
	grid_printf(pen, STYLE_NORMAL, " = MEM %s + ADJ %s", mem, adj);
}

/* Who dies with the victim, and what that brings back. */
static void put_company(struct pen *pen, const struct outlook *outlook)
{
	char frees[FORMAT_SIZE];
	if (outlook->deaths)
		header_put_whole(pen, STYLE_RISK, "  %zu more die with it", outlook->deaths);
	format_kb(freed_kb(outlook->frees), frees);
	header_put_whole(
		pen, STYLE_NORMAL, "  frees %s%s", frees, outlook->frees.ram_kb ? "" : " of swap");
}

static void put_cgroup(struct pen *pen, const struct app *app, const struct task *task)
{
	const char *path = snapshot_cgroup(app->model.watch.snapshot, task);
	/* The badness and the lead matter more. */
	int room = grid_left(pen) - (header_is_wide(pen->grid) ? BADNESS_WIDE : BADNESS_COLS);
	if (!path || path[0] != '/' || !path[1] || room < 12)
		return;
	if (grid_foreign_width(pen->grid, path + 1) > room)
		return;
	grid_put(pen, STYLE_NORMAL, "  ");
	grid_put_foreign(pen, STYLE_DIM, path + 1, room);
}

/* The other moment names another one: which moment this is, and who the other one is. */
static void put_other(struct pen *pen, const struct outlook *outlook, const struct outlook *other)
{
	const struct ranking_row *row = outlook_next(other);
	bool oom = outlook->ranking.moment == MOMENT_OOM;
	grid_put(pen, STYLE_NORMAL, oom ? " at OOM" : " now");
	grid_put(pen, STYLE_NORMAL, oom ? ", now " : ", at OOM ");
	if (row)
		put_process(pen, STYLE_BOLD, row->task);
	else
		grid_put(pen, STYLE_NORMAL, "nobody");
}

static void put_victim(struct pen *pen, const struct app *app, const struct outlook *outlook)
{
	const struct outlook *other = watch_other_outlook(&app->model.watch);
	bool differ = outlook_differs(outlook, other), wide = header_is_wide(pen->grid);
	put_process(pen, STYLE_VICTIM, outlook->victim->task);
	if (!differ)
		put_cgroup(pen, app, outlook->victim->task);
	grid_put(pen, STYLE_NORMAL, "  BAD ");
	put_bad(pen, STYLE_VICTIM, outlook);
	if (wide)
		put_sum(pen, outlook);
	if (differ)
		put_other(pen, outlook, other);
	if (wide)
		put_company(pen, outlook);
	put_lead(pen, app, outlook);
	static const char seen[] = "  of those seen"; /* the status line says why */
	if (outlook->unseen && grid_left(pen) >= (int)sizeof(seen))
		grid_put(pen, STYLE_RISK, seen);
	if (wide && outlook->ranking.domain.kind == DOMAIN_HOST)
		header_put_estimate(pen, app);
}

static void put_no_prediction(struct pen *pen, const struct app *app)
{
	char why[512];
	explain_victim(watch_outlook(&app->model.watch), why, sizeof(why));
	grid_put(pen, STYLE_RISK, "no prediction: ");
	grid_put_foreign(pen, STYLE_RISK, why, grid_left(pen));
}

/* --- what overrules the choice ----------------------------------------------------------------- */

static bool is_said(int64_t setting, bool wide)
{
	return setting != UNKNOWN_SIGNED && (wide || setting != 0);
}

/* The settings, flush right so that they stand still, on a narrow screen those that are not 0; the
 * column where they begin. */
static int put_settings(const struct app *app, struct grid *grid, int row)
{
	const struct host_settings *vm = &app->model.watch.snapshot->host.vm;
	char panic[40] = "", allocating[40] = "";
	bool wide = header_is_wide(grid);
	if (is_said(vm->panic_on_oom, wide))
		snprintf(panic, sizeof(panic), "panic_on_oom=%" PRId64, vm->panic_on_oom);
	if (is_said(vm->oom_kill_allocating_task, wide))
		snprintf(allocating, sizeof(allocating), " kill_allocating=%" PRId64,
			vm->oom_kill_allocating_task);
	int begin = grid->cols - (int)(strlen(panic) + strlen(allocating));
	struct pen pen = grid_pen(grid, row, begin);
	grid_put(&pen, vm->panic_on_oom ? STYLE_RISK : STYLE_DIM, panic);
	grid_put(&pen, vm->oom_kill_allocating_task ? STYLE_RISK : STYLE_DIM, allocating);
	return begin;
}

/* Those that run, the ones at their thresholds first. */
static int list_killers(const struct app *app, enum killer_kind ret[KILLER_COUNT])
{
	static const enum killer_stand order[] = { KILLER_DUE, KILLER_WAITS, KILLER_UNCLEAR };
	const struct host *host = &app->model.watch.snapshot->host;
	int count = 0;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (enum killer_kind kind = 0; kind < KILLER_COUNT; kind++)
			if (killer_stand(&app->model.killers, kind, host) == order[i])
				ret[count++] = kind;
	return count;
}

/* All that is known of the first ones, and the names of the others: columns. */
static int killers_width(const struct app *app, const enum killer_kind *kinds, int count, int full)
{
	char words[KILLER_WORDS_SIZE];
	int width = 0;
	for (int i = 0; i < count; i++) {
		killer_explain(
			&app->model.killers, kinds[i], &app->model.watch.snapshot->host, words);
		width += 2 + (int)strlen(i < full ? words : killer_name(kinds[i]));
	}
	return width + (full < count ? (int)strlen("also ") : 0);
}

static const char *separator(int i, int full)
{
	if (i == 0)
		return "";
	if (i < full)
		return "; ";
	return full && i == full ? "; also " : ", ";
}

static void put_killers(struct pen *pen, const struct app *app)
{
	const struct host *host = &app->model.watch.snapshot->host;
	enum killer_kind kinds[KILLER_COUNT];
	char words[KILLER_WORDS_SIZE];
	int count = list_killers(app, kinds), full = count;
	grid_put(pen, STYLE_DIM, "userspace: ");
	if (!count)
		grid_put(pen, STYLE_DIM,
			app->model.watch.snapshot->hidepid ? "hidden by hidepid"
							   : "no killer known");
	while (full > 0 && killers_width(app, kinds, count, full) > grid_left(pen) + 2)
		full--;
	for (int i = 0; i < count; i++) {
		bool due = killer_stand(&app->model.killers, kinds[i], host) == KILLER_DUE;
		killer_explain(&app->model.killers, kinds[i], host, words);
		grid_put(pen, STYLE_NORMAL, separator(i, full));
		grid_put(pen, due ? STYLE_RISK : STYLE_NORMAL,
			i < full ? words : killer_name(kinds[i]));
	}
	grid_put(pen, STYLE_NORMAL, count && !full ? " active" : "");
}

/* Who comes after, and what overrules the kernel's choice. */
static void draw_runner_up(const struct app *app, struct grid *grid)
{
	const struct outlook *outlook = watch_outlook(&app->model.watch);
	const struct ranking_row *next = outlook_next(outlook), *second = outlook->runner_up;
	int row = app->layout.rows[PART_RUNNER_UP];
	bool wide = header_is_wide(grid);
	struct pen pen = grid_pen_until(grid, row, 0, put_settings(app, grid, row) - 1);
	grid_put(&pen, STYLE_BOLD, wide ? "THEN   " : "THEN ");
	if (next && second) {
		put_process(&pen, STYLE_NORMAL, second->task);
		grid_printf(&pen, STYLE_NORMAL, "  if %d is protected", (int)next->task->pid);
	}
	grid_put(&pen, STYLE_NORMAL, wide ? "   " : "  ");
	put_killers(&pen, app);
}

/* Without the title, or its end, nothing else says that the list stands still. */
static void put_label(struct pen *pen, const struct app *app)
{
	bool titled = app->layout.rows[PART_TITLE] >= 0 && pen->grid->cols >= TITLE_COLS;
	bool stands = !titled && app->model.watch.snapshot && header_put_standstill(pen, app);
	grid_put(pen, STYLE_NORMAL, stands ? " " : "");
	if (!stands || pen->grid->cols >= TINY_COLS)
		grid_put(pen, STYLE_BOLD, header_is_wide(pen->grid) ? "NEXT   " : "NEXT ");
}

static void draw_next(const struct app *app, struct grid *grid)
{
	struct pen pen = grid_pen(grid, app->layout.rows[PART_NEXT], 0);
	bool tiny = grid->cols < TINY_COLS || grid->rows < TINY_ROWS;
	put_label(&pen, app);
	if (!app->model.watch.snapshot) {
		grid_put(&pen, STYLE_DIM, "reading processes");
		return;
	}
	const struct outlook *outlook = watch_outlook(&app->model.watch);
	const struct ranking_row *next = outlook_next(outlook);
	if (!next) {
		put_no_prediction(&pen, app);
	} else if (tiny) {
		put_process(&pen, STYLE_VICTIM, next->task);
		grid_put(&pen, STYLE_NORMAL, " ");
		put_bad(&pen, STYLE_VICTIM, outlook);
	} else if (view_of(app)->put_next) {
		view_of(app)->put_next(app, &pen, next);
	} else {
		put_victim(&pen, app, outlook);
	}
	draw_runner_up(app, grid);
}

/* --- the tabs and the status line --------------------------------------------------------------- */

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
	return (int)strlen(views[id]->tab) + 5;
}

static void draw_tabs(const struct app *app, struct grid *grid)
{
	void (*put_state)(const struct app *app, struct pen *pen) = view_of(app)->put_state;
	struct pen pen = grid_pen(grid, app->layout.rows[PART_TABS], 0);
	for (enum view_id id = 0; id < VIEW_TABS; id++) {
		bool chosen = app->view == id;
		grid_printf(&pen, chosen ? STYLE_BOLD : STYLE_NORMAL, " %s%d %s%s",
			chosen ? "[" : " ", (int)id + 1, views[id]->tab, chosen ? "]" : " ");
	}
	if (!app->model.watch.snapshot)
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
static void draw_status(const struct app *app, struct grid *grid, const char *text)
{
	const struct overlay *overlay = view_overlay(app);
	bool covered = overlay && overlay->says;
	const char *words = app->status.message[0] ? app->status.message : app->status.news;
	bool said = words[0] && !covered, urgent = app->typing.prompt.id != PROMPT_NONE || said;
	int row = app->layout.rows[PART_STATUS];
	if (row < 0 && urgent && grid->rows > 1)
		row = grid->rows - 1;
	struct pen pen = grid_pen(grid, row, 0);
	if (app->typing.prompt.id != PROMPT_NONE) {
		grid_put(&pen, STYLE_BOLD, prompt_labels[app->typing.prompt.id]);
		grid_put_foreign(&pen, STYLE_NORMAL, app->typing.prompt.text, grid_left(&pen) - 1);
		grid_put(&pen, STYLE_REVERSE, " ");
	} else if (said) {
		grid_skip(&pen, 1);
		grid_put_foreign(&pen, STYLE_BOLD, words, grid_left(&pen));
	} else if (app->status.missed[0]) {
		grid_put(&pen, STYLE_RISK, " no new sample: ");
		grid_put_foreign(&pen, STYLE_RISK, app->status.missed, grid_left(&pen));
	} else {
		grid_put(&pen, STYLE_DIM, text);
	}
	if (urgent)
		grid_skip(&pen, grid_left(&pen));
}

/* --- the bar of keys ---------------------------------------------------------------------------- */

struct label {
	const struct key_row *row;
	char name[16]; /* of its key */
	int col, end;  /* without the blank behind it */
};

/* Columns of a label with its key and the blank behind it; the name of the key into `name`. */
static int label_width(const struct key_row *row, int cols, char name[16])
{
	if (!row->label || (row->action == ACTION_SETUP && cols < ROOMY))
		return 0;
	input_name(row->key, name, 16);
	return (int)(strlen(name) + strlen(row->label)) + 1;
}

/* What does not fit is left out, but never how to leave. */
static size_t place_labels(int cols, struct label labels[LABELS_MAX])
{
	char name[16];
	size_t count = 0;
	int quit = 0, col = 0;
	for (size_t i = 0; i < key_row_count; i++)
		if (key_rows[i].action == ACTION_CLOSE)
			quit += label_width(&key_rows[i], cols, name);
	for (size_t i = 0; i < key_row_count && count < LABELS_MAX; i++) {
		struct label *label = &labels[count];
		int width = label_width(&key_rows[i], cols, label->name);
		bool leaves = key_rows[i].action == ACTION_CLOSE;
		if (width == 0 || (!leaves && cols - col < width + quit))
			continue;
		label->row = &key_rows[i];
		label->col = col;
		col += width;
		label->end = col - 1;
		count++;
	}
	return count;
}

/* As wide as the other: what the key would lead to. */
static const char *label_text(const struct app *app, const struct key_row *row)
{
	const struct view *view = view_of(app);
	bool tree = view->is_tree ? view->is_tree(app) : app->procs.tree;
	return row->action == ACTION_TREE && tree ? "Flat" : row->label;
}

static void draw_bar(const struct app *app, struct grid *grid)
{
	struct label labels[LABELS_MAX];
	size_t count = place_labels(grid->cols, labels);
	for (size_t i = 0; i < count; i++) {
		struct pen pen = grid_pen(grid, app->layout.rows[PART_BAR], labels[i].col);
		grid_put(&pen, STYLE_BOLD, labels[i].name);
		grid_put(&pen, STYLE_REVERSE, label_text(app, labels[i].row));
	}
}

int frame_key_at(int cols, int col)
{
	struct label labels[LABELS_MAX];
	size_t count = place_labels(cols, labels);
	for (size_t i = 0; i < count; i++)
		if (col >= labels[i].col && col < labels[i].end)
			return labels[i].row->key;
	return INPUT_NONE;
}

/* --- the whole picture -------------------------------------------------------------------------- */

static void draw_framed(const struct app *app, const struct view *view, struct grid *grid)
{
	char status[512] = "";
	header_draw(app, grid);
	draw_next(app, grid);
	draw_tabs(app, grid);
	view->draw(app, grid);
	draw_bar(app, grid);
	view->describe(app, status, sizeof(status));
	draw_status(app, grid, status);
}

void frame_draw(const struct app *app, struct grid *grid)
{
	const struct view *view = view_of(app);
	const struct overlay *overlay = view_overlay(app);
	grid_clear(grid);
	if (view->bare)
		view->draw(app, grid);
	else
		draw_framed(app, view, grid);
	if (overlay)
		overlay->draw(app, grid);
}
