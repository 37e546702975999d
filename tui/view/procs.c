#include "procs.h"

#include "acting.h"
#include "cgroups.h"
#include "event_line.h"
#include "frame.h"
#include "process_list.h"
#include "react.h"
#include "state.h"
#include "status.h"
#include "view.h"
#include "whole_command.h"

#include "oomspect/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FETCHED_AT_ONCE 128
#define ROOMY           120 /* columns from which on the status line has room for a reason */
#define SCOPE_COLS      40
#define SCOPE_LEAST     8
#define REVERSED_SHORT  " rev"
#define WORDS_COLS      140 /* columns from which on an event is told in words */
#define EVENTS_SHOWN    3   /* at most */
#define HEADING_ROWS    2   /* above the cgroups: a rule and titles */

/* --- the tab line ----------------------------------------------------------------------------- */

static void put_scope_form(struct pen *pen, const struct app *app, bool label, bool total, int cols)
{
	const struct domain *domain = &watch_outlook(&app->model.watch)->ranking.domain;
	const struct measure *measure = &app->model.context.measure;
	char text[FORMAT_SIZE];
	frame_put_gap(pen);
	grid_put(pen, STYLE_DIM, label ? "domain " : "");
	if (domain->kind == DOMAIN_MEMCG) /* its name where the path is too long */
		cgroup_line_put_name(pen, STYLE_NORMAL,
			&app->model.watch.snapshot->memcgs->rows[domain->memcg], false, cols);
	else
		grid_put(pen, STYLE_NORMAL, state_scope(app));
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
		int room = grid_left(pen) - frame_gap_cols(pen->grid);
		bool last = !forms[i].total && room >= SCOPE_LEAST && room < SCOPE_COLS;
		put_scope_form(pen, app, forms[i].label, forms[i].total, last ? room : SCOPE_COLS);
		if (grid_end_item(pen, &begin))
			return;
	}
}

static bool is_filtered(const struct app *app)
{
	return app->procs.filter_text[0] || app->procs.filter.uid != UID_UNKNOWN ||
	       app->procs.filter.pid_count;
}

static void put_filters(struct pen *pen, const struct app *app)
{
	frame_put_gap(pen);
	grid_put(pen, STYLE_DIM, "filter: ");
	if (app->procs.filter_text[0])
		frame_put_filter_text(pen, app->procs.filter_text);
	if (app->procs.filter.uid != UID_UNKNOWN)
		grid_printf(pen, STYLE_BOLD, "%suid %u", app->procs.filter_text[0] ? ", " : "",
			(unsigned)app->procs.filter.uid);
	if (!app->procs.filter_text[0] && app->procs.filter.uid == UID_UNKNOWN)
		grid_put(pen, STYLE_NORMAL, app->procs.filter.pid_count ? "pids" : "none");
}

/* Columns of put_filters where something is filtered. */
static int filters_cols(const struct app *app, const struct grid *grid)
{
	int cols = grid_foreign_width(grid, app->procs.filter_text);
	if (cols > FRAME_FILTER_COLS)
		cols = FRAME_FILTER_COLS;
	if (app->procs.filter.uid != UID_UNKNOWN)
		cols += (int)strlen(", uid 4294967295");
	else if (!app->procs.filter_text[0])
		cols = (int)strlen("pids");
	return frame_gap_cols(grid) + (int)strlen("filter: ") + cols;
}

static int sort_cols(const struct app *app, const struct grid *grid, const char *reversed)
{
	return frame_gap_cols(grid) +
	       (int)(strlen("sort ") + strlen(columns[app->procs.order.column].title) +
		       strlen(reversed));
}

static void put_sort(struct pen *pen, const struct app *app)
{
	const char *reversed = app->procs.order.reversed ? " reversed" : "";
	if (app->procs.order.reversed && grid_left(pen) < sort_cols(app, pen->grid, reversed))
		reversed = REVERSED_SHORT;
	if (grid_left(pen) < sort_cols(app, pen->grid, reversed))
		return;
	frame_put_gap(pen);
	grid_put(pen, STYLE_DIM, "sort ");
	grid_printf(pen, STYLE_NORMAL, "%s%s", columns[app->procs.order.column].title, reversed);
}

/* A filter hides processes, so it is said first where columns are few. What is the other way round
 * than one expects keeps its room. */
static void put_state(const struct app *app, struct pen *pen)
{
	bool roomy = frame_is_roomy(pen->grid), filtered = is_filtered(app);
	int end = pen->end;
	int filters = roomy && filtered ? filters_cols(app, pen->grid) : 0;
	int sort = app->procs.order.reversed ? sort_cols(app, pen->grid, REVERSED_SHORT) : 0;
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

/* --- the list --------------------------------------------------------------------------------- */

/* Column 0 is the cursor's; the line begins behind it and may be scrolled. */
static void draw_row(const struct app *app, struct grid *grid, int row, size_t index)
{
	struct pen mark = grid_pen(grid, row, 0);
	struct pen pen = grid_pen_shifted(grid, row, 1, app->shift);
	bool pointed = index == app->procs.cursor.at;
	bool tagged = marks_has_task(&app->acting.tags, app->procs.listing.rows[index]->task);
	grid_put(&mark, STYLE_NORMAL, tagged ? "+" : pointed ? ">" : " ");
	column_put_row(&app->procs.columns, &app->model.context,
		process_row(app->procs.listing.rows[index]),
		listing_branch(&app->procs.listing, index), &pen);
	if (pointed)
		grid_mark_row(grid, row, STYLE_REVERSE);
}

static void draw_list(const struct app *app, struct grid *grid)
{
	int row = app->layout.rows[PART_LIST];
	for (int i = 0; i < app->layout.list_rows; i++) {
		size_t index = app->procs.cursor.top + (size_t)i;
		if (index >= app->procs.listing.count)
			break;
		draw_row(app, grid, row + i, index);
	}
}

static void draw_heading(const struct app *app, struct grid *grid)
{
	int row = app->layout.rows[PART_HEADING];
	struct pen pen = grid_pen_shifted(grid, row, 1, app->shift);
	column_put_titles(&app->procs.columns, &pen, app->procs.order.column);
	grid_mark_row(grid, row, STYLE_REVERSE);
}

/* What no key brings to the screen. */
static void add_unseen(const struct app *app, struct line *line)
{
	const struct snapshot *snapshot = app->model.watch.snapshot;
	char count[24] = "";
	if (snapshot->hidepid)
		line_add(line, "    hidepid: only your own processes are seen");
	if (snapshot->threads_unseen > 0)
		snprintf(count, sizeof(count), "%" PRId64 " ", snapshot->threads_unseen);
	if (snapshot->pid_ns)
		line_add(line, "    pid namespace: %sthreads outside unseen%s", count,
			app->grid.cols >= ROOMY && !snapshot->hidepid ? ", their memory counts"
								      : "");
	if (app->model.watch.root.live && !app->acting.rights.init_user_ns)
		line_add(line, "    user namespace: nobody is anyone outside");
}

/* The cursor stays on its process; where that has gone must be told before all that may be cut. */
static void add_cursor(const struct app *app, size_t last, struct line *line)
{
	size_t at = app->procs.cursor.at;
	if (app->procs.cursor.bound && (at < app->procs.cursor.top || at >= last))
		line_add(line, ", cursor in row %zu", at + 1);
}

/* What is not on the screen, and which key brings it there. */
static void status_text(const struct app *app, char *buffer, size_t size)
{
	const struct listing *listing = &app->procs.listing;
	size_t last = app->procs.cursor.top + (size_t)app->layout.list_rows;
	struct line line = line_begin(buffer, size);
	line_add(&line, " rows %zu-%zu of %zu", listing->count ? app->procs.cursor.top + 1 : 0,
		last < listing->count ? last : listing->count, listing->count);
	add_cursor(app, last, &line);
	line_add(&line, ", %zu can be killed", watch_outlook(&app->model.watch)->ranking.killable);
	if (listing->hidden_folded)
		line_add(&line, "    %zu folded (*)", listing->hidden_folded);
	if (listing->hidden_filtered)
		line_add(&line, "    %zu filtered out (=)", listing->hidden_filtered);
	add_unseen(app, &line);
	if (listing->hidden_kthreads)
		line_add(&line, "    %zu kernel threads hidden (K)", listing->hidden_kthreads);
	if (listing->hidden_unkillable)
		line_add(&line, "    %zu unkillable hidden (K)", listing->hidden_unkillable);
	if (app->acting.tags.count)
		line_add(&line, "    %zu tagged (U)", app->acting.tags.count);
	/* Whole or not at all, and only for letters that are to be seen. */
	int legend = (int)strlen(column_flags_legend) + 4;
	if (column_set_has(&app->procs.columns, COL_FLG) &&
		app->grid.cols - (int)line.used > legend)
		line_add(&line, "    %s", column_flags_legend);
}

/* --- the strip below the list on a tall screen: cgroups near their limit, the last events ------- */

/* As many rows with few of them as with many: a container that comes or goes moves nothing. */
static int cgroup_rows(const struct app *app)
{
	return app->cgroups.limits_seen ? CGROUPS_NEAREST + HEADING_ROWS : 0;
}

/* A rule, the events, and what there is to say of the others: as many rows with few events as with
 * many, so that a kill moves nothing; less only where there is no log to tell of one. */
static int event_rows(const struct app *app)
{
	const struct event_log *log = &app->events.log;
	return log->count == 0 && log->why.code ? 2 : EVENTS_SHOWN + 2;
}

static int strip_rows(const struct app *app)
{
	return app->model.watch.snapshot ? cgroup_rows(app) + event_rows(app) : 0;
}

static int shown_events(const struct app *app)
{
	size_t count = app->events.log.count;
	return count < EVENTS_SHOWN ? (int)count : EVENTS_SHOWN;
}

static void draw_rule(struct grid *grid, int row, const char *title)
{
	struct pen pen = grid_pen(grid, row, 0);
	grid_put(&pen, STYLE_DIM, "-- ");
	grid_put(&pen, STYLE_BOLD, title);
	grid_put(&pen, STYLE_NORMAL, " ");
	grid_fill(&pen, STYLE_DIM, '-', grid_left(&pen));
}

static void draw_cgroups(const struct app *app, struct grid *grid, int row)
{
	const struct cgroups *cgroups = &app->cgroups;
	struct cgroup_line_context context = cgroups->context;
	context.tree = context.full_paths = false;
	draw_rule(grid, row, "Cgroups nearest their limit (2)");
	struct pen titles = grid_pen(grid, row + 1, 1);
	cgroup_line_put_titles(&cgroups->line, &titles, COLUMN_UNSORTED);
	for (size_t i = 0; i < cgroups->nearest_count; i++) {
		struct pen pen = grid_pen(grid, row + HEADING_ROWS + (int)i, 1);
		cgroup_line_put_row(&cgroups->line, &context, &cgroups->nearest[i], &pen);
	}
}

/* --- events ----------------------------------------------------------------------------------- */

static const char *kills(uint64_t count)
{
	return count == 1 ? " kill" : " kills";
}

/* The counter needs no right to be read, and counts what the log does not tell. */
static void put_counted(struct pen *pen, const struct app *app)
{
	const struct event_log *log = &app->events.log;
	int64_t counted = app->model.watch.snapshot->host.vmstat.oom_kill;
	if (!log->live && app->options->log) {
		grid_printf(pen, STYLE_DIM, "%" PRIu64 "%s in ", log->victims, kills(log->victims));
		grid_put_foreign(pen, STYLE_DIM, app->options->log, 60);
	} else if (counted == UNKNOWN) {
		grid_printf(pen, STYLE_DIM, "%" PRIu64 "%s in the log, this kernel counts none",
			log->victims, kills(log->victims));
	} else {
		bool missing = (uint64_t)counted > event_log_told(log);
		grid_printf(pen, missing ? STYLE_RISK : STYLE_DIM,
			"%" PRId64 "%s in vmstat, %" PRIu64 " in the log", counted,
			kills((uint64_t)counted), event_log_told(log));
	}
}

static void put_unreadable(struct pen *pen, const struct app *app)
{
	int64_t counted = app->model.watch.snapshot->host.vmstat.oom_kill;
	grid_put(pen, STYLE_DIM, "kernel log not readable: ");
	grid_put_foreign(pen, STYLE_NORMAL, app->events.log.why.text, grid_left(pen));
	if (counted != UNKNOWN)
		grid_printf(pen, STYLE_NORMAL, "; %" PRId64 "%s in vmstat", counted,
			kills((uint64_t)counted));
}

static int64_t now_of(const struct app *app)
{
	return app->model.watch.snapshot ? (int64_t)app->model.watch.snapshot->host.time_unix : 0;
}

static int time_cols(const struct event_log *log, int shown, int64_t now_s)
{
	int widest = 8;
	for (int i = 0; i < shown; i++) {
		const struct oom_event *event = event_log_get(log, (size_t)i);
		int cols = event ? event_line_time_cols(event, now_s) : 0;
		widest = cols > widest ? cols : widest;
	}
	return widest;
}

static void put_closing(struct pen *pen, const struct app *app)
{
	const struct event_log *log = &app->events.log;
	char oldest[EVENT_LINE_TIME_SIZE];
	size_t older = log->count - (size_t)shown_events(app);
	if (older)
		grid_printf(pen, STYLE_DIM, "--- %zu older events", older);
	else
		grid_put(pen, STYLE_DIM, log->count ? "--- no older events" : "--- no OOM event");
	grid_put(pen, STYLE_DIM, pen->grid->cols >= WORDS_COLS ? " in the kernel's log (" : " (");
	if (log->begun) {
		event_line_time(log->oldest_unix_us, log->oldest_boot_us, "", now_of(app), oldest);
		grid_printf(pen, STYLE_DIM, "oldest line %s; ", oldest);
	}
	put_counted(pen, app);
	grid_put(pen, STYLE_DIM, ") ---");
}

static void draw_events(const struct app *app, struct grid *grid, int row, int rows)
{
	const struct event_log *log = &app->events.log;
	draw_rule(grid, row, "Kernel OOM events (3)");
	int shown = shown_events(app);
	struct event_line_form form = { now_of(app), time_cols(log, shown, now_of(app)), true };
	for (int i = 0; i < shown && i + 1 < rows; i++) {
		struct pen pen = grid_pen(grid, row + 1 + i, 1);
		const struct oom_event *event = event_log_get(log, (size_t)i);
		if (grid->cols >= WORDS_COLS)
			event_line_put_words(&pen, event, &form);
		else
			event_line_put(&pen, event, &form);
	}
	if (shown + 2 > rows)
		return;
	struct pen pen = grid_pen(grid, row + shown + 1, 1);
	if (log->count == 0 && log->why.code)
		put_unreadable(&pen, app);
	else
		put_closing(&pen, app);
}

static void draw_strip(const struct app *app, struct grid *grid)
{
	int row = app->layout.rows[PART_BELOW], rows = app->layout.below_rows;
	int cgroups = cgroup_rows(app);
	if (row < 0)
		return;
	if (cgroups && cgroups <= rows)
		draw_cgroups(app, grid, row);
	else
		cgroups = 0;
	if (rows - cgroups >= 2)
		draw_events(app, grid, row + cgroups, rows - cgroups);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw(const struct app *app, struct grid *grid)
{
	if (!app->model.watch.snapshot)
		return;
	draw_heading(app, grid);
	draw_list(app, grid);
	draw_strip(app, grid);
}

static void describe(const struct app *app, char *buffer, size_t size)
{
	if (app->model.watch.snapshot)
		status_text(app, buffer, size);
	else
		snprintf(buffer, size, " reading processes ...");
}

static void fetch(struct app *app)
{
	const struct task *seen[FETCHED_AT_ONCE];
	pid_t pids[SAMPLER_WATCHED_MAX];
	size_t count = 0, watched = 0, end = app->procs.cursor.top + (size_t)app->layout.list_rows;
	for (size_t i = app->procs.cursor.top; i < end && i < app->procs.listing.count; i++) {
		seen[count++] = app->procs.listing.rows[i]->task;
		if (watched < SAMPLER_WATCHED_MAX)
			pids[watched++] = app->procs.listing.rows[i]->task->pid;
		if (count == FETCHED_AT_ONCE || i + 1 == end || i + 1 == app->procs.listing.count) {
			visible_fetch(&app->model.visible, seen, count);
			count = 0;
		}
	}
	/* What is on the screen is read again for the next picture. */
	sampler_watch(&app->model.watch.sampler, pids, watched);
}

/* --- moving ----------------------------------------------------------------------------------- */

/* The first row is a place: the cursor stays there whoever comes to stand in it. */
static void move(struct app *app, int rows)
{
	process_list_point_at(app, (long)app->procs.cursor.at + rows);
	if (rows == -CURSOR_FAR)
		app->procs.cursor.bound = false;
}

static int row_at(const struct app *app, int line)
{
	size_t index = app->procs.cursor.top + (size_t)line;
	return index < app->procs.listing.count ? (int)index : -1;
}

/* Columns of the longest line that is seen. */
static int longest_row(const struct app *app)
{
	const struct listing *listing = &app->procs.listing;
	int longest = 0;
	for (int i = 0; i < app->layout.list_rows; i++) {
		size_t index = app->procs.cursor.top + (size_t)i;
		if (index >= listing->count)
			break;
		int width = column_row_width(&app->procs.columns, &app->model.context,
			process_row(listing->rows[index]), listing_branch(listing, index),
			&app->grid);
		if (width > longest)
			longest = width;
	}
	return longest;
}
/* The end of the longest line that is seen. */
static void line_end(struct app *app)
{
	react_shift_to(app, longest_row(app) - app->grid.cols + 1);
}

static void open_detail(struct app *app)
{
	state_show(app, VIEW_DETAIL);
}

/* --- what is shown ---------------------------------------------------------------------------- */

static void follow(struct app *app)
{
	const struct ranking_row *row = process_list_pointed(app);
	app->follow = !app->follow;
	if (app->follow && row) {
		process_list_point_at(app, (long)app->procs.cursor.at);
		status_say(app, "following %d %s", (int)row->task->pid, row->task->comm);
	} else {
		status_say(app, "following nobody");
	}
}

static void killable(struct app *app)
{
	static const char *const words[LISTING_SHOW_COUNT] = {
		[LISTING_NO_KTHREADS] = "kernel threads are hidden",
		[LISTING_ALL] = "everything is shown",
		[LISTING_KILLABLE] = "what cannot be killed is hidden",
	};
	app->procs.filter.show = (app->procs.filter.show + 1) % LISTING_SHOW_COUNT;
	status_say(app, "%s", words[app->procs.filter.show]);
	state_relist(app);
}

/* What has only one line in a list, whole. */
static void full(struct app *app)
{
	if (app->view == VIEW_PROCS)
		whole_command_open(app);
	else if (app->view == VIEW_DETAIL)
		status_say(app, "the command line is whole here already");
	else
		status_say(app, "w does nothing here, ? for help");
}

/* The domain of the process under the cursor. */
static void scope(struct app *app)
{
	const struct ranking_row *row = process_list_pointed(app);
	if (row)
		state_next_scope(app, row->task->memcg);
}

/* From a process to its cgroup. */
static void cgroup(struct app *app)
{
	const struct ranking_row *row = process_list_pointed(app);
	const char *path = row ? snapshot_cgroup(app->model.watch.snapshot, row->task) : NULL;
	if (!path)
		return;
	state_show(app, VIEW_CGROUPS);
	if (cgroups_find(app, path))
		return;
	state_show(app, VIEW_PROCS);
	status_say(app, "%d is in no cgroup that could be shown: %s", (int)row->task->pid, path);
}

/* --- the tree --------------------------------------------------------------------------------- */

static void rearrange(struct app *app)
{
	state_relist(app);
	process_list_scroll(app);
}

/* The operator looks at a process, which therefore keeps the cursor. */
static void toggle(struct app *app)
{
	process_list_point_at(app, (long)app->procs.cursor.at);
	app->procs.tree = !app->procs.tree;
	rearrange(app);
}

static void set_folded(struct app *app, bool folded)
{
	const struct ranking_row *row = process_list_pointed(app);
	const struct process_branch *branch =
		row ? listing_branch(&app->procs.listing, app->procs.cursor.at) : NULL;
	struct err err;
	if (!branch || !branch->parent) {
		status_say(app, "%s",
			app->procs.tree ? "nothing is below it" : "a list has no branches: t");
		return;
	}
	process_list_point_at(app, (long)app->procs.cursor.at);
	if (!folded)
		marks_remove_task(&app->procs.folds, row->task);
	else if (marks_add_task(&app->procs.folds, row->task, &err))
		status_say(app, "%s", err.text);
	rearrange(app);
}

static void fold(struct app *app)
{
	set_folded(app, true);
}

static void unfold(struct app *app)
{
	set_folded(app, false);
}

/* As htop's: the outermost stay open, since all of a machine hangs below its first process. Where
 * nobody else has a branch they are folded as well. */
static void fold_branches(struct app *app)
{
	const struct process_tree *tree = &app->procs.listing.tree;
	struct err err;
	for (int32_t depth = 1; depth >= 0 && app->procs.folds.count == 0; depth--)
		if (process_tree_fold_all(
			    tree, app->model.watch.snapshot, depth, &app->procs.folds, &err)) {
			status_say(app, "%s", err.text);
			return;
		}
}

/* Everything is folded, or, when anything is, nothing. */
static void fold_all(struct app *app)
{
	if (!app->procs.listing.nested) {
		set_folded(app, true); /* says why not */
		return;
	}
	process_list_point_at(app, (long)app->procs.cursor.at);
	if (app->procs.folds.count)
		marks_clear(&app->procs.folds);
	else
		fold_branches(app);
	rearrange(app);
}

/* --- finding ---------------------------------------------------------------------------------- */

/* The first row from `start` on that is called as is searched; -1: none. */
static long find_row(struct app *app, long start, int step, bool by_pid)
{
	long count = (long)app->procs.listing.count;
	for (long i = 0; i < count; i++) {
		long index = ((start + step * i) % count + count) % count;
		const struct task *task = app->procs.listing.rows[index]->task;
		if (by_pid ? matches_pid(task, app->typing.search_text)
			   : matches_task(&app->model.watch, &app->model.visible, task,
				     app->typing.search_text))
			return index;
	}
	return -1;
}

static void search_from(struct app *app, long start, int step, bool by_pid)
{
	if (!app->typing.search_text[0]) {
		status_say(app, "nothing to search: / first");
		return;
	}
	long index = by_pid ? find_row(app, start, step, true) : -1;
	if (index < 0)
		index = find_row(app, start, step, false);
	if (index >= 0)
		process_list_point_at(app, index);
	else
		status_say(app, "not found: %s%s", app->typing.search_text,
			app->procs.listing.hidden_folded ? "; some rows are folded (*)" : "");
}

static void search_next(struct app *app)
{
	search_from(app, (long)app->procs.cursor.at + 1, 1, false);
}

static void search_previous(struct app *app)
{
	search_from(app, (long)app->procs.cursor.at - 1, -1, false);
}

static void filter(struct app *app)
{
	prompt_open(&app->typing.prompt, PROMPT_FILTER, app->procs.filter_text);
}

static void user(struct app *app)
{
	prompt_open(&app->typing.prompt, PROMPT_USER, app->procs.user_text);
}

static void clear(struct app *app)
{
	app->procs.filter_text[0] = app->procs.user_text[0] = '\0';
	app->procs.seeking = false;
	app->procs.filter.uid = UID_UNKNOWN;
	app->procs.filter.pid_count = 0;
	state_relist(app);
	if (watch_outlook(&app->model.watch)->ranking.domain.kind == DOMAIN_HOST)
		status_say(app, "no filter");
	else
		status_say(app, "no filter; o changes the domain, which is %s", state_scope(app));
}

/* One step out: search, tags, filter, scope. Never quits. */
static void back(struct app *app)
{
	if (app->typing.search_text[0])
		app->typing.search_text[0] = '\0';
	else if (app->acting.tags.count)
		acting_untag(app);
	else if (is_filtered(app) || !state_leave_scope(app))
		clear(app);
}

static void take_user(struct app *app)
{
	app->procs.seeking = app->typing.prompt.text[0] != '\0';
	if (app->procs.seeking) {
		status_say(app, "looking for user '%s' ...", app->typing.prompt.text);
		names_seek(&app->model.watch.names, app->typing.prompt.text);
		state_take_sought(app);
		return;
	}
	app->procs.user_text[0] = '\0';
	app->procs.filter.uid = UID_UNKNOWN;
	state_relist(app);
}

static bool take_text(struct app *app)
{
	switch (app->typing.prompt.id) {
	case PROMPT_SEARCH:
		memcpy(app->typing.search_text, app->typing.prompt.text,
			sizeof(app->typing.search_text));
		search_from(app, (long)app->procs.cursor.at, 1, true);
		return true;
	case PROMPT_FILTER:
		memcpy(app->procs.filter_text, app->typing.prompt.text,
			sizeof(app->procs.filter_text));
		matches_forget(&app->procs.matches);
		state_relist(app);
		return true;
	case PROMPT_USER:
		take_user(app);
		return true;
	default:
		return false;
	}
}

/* --- sorting ---------------------------------------------------------------------------------- */

static void sort_by(struct app *app, enum column_id column, bool reversed)
{
	app->procs.order = (struct listing_order){ column, reversed };
	state_relist(app);
	process_list_scroll(app);
	status_say(app, "sorted by %s%s%s", columns[column].title,
		column == COL_COMMAND ? " (its name, as COMM)" : "", reversed ? ", reversed" : "");
}

static void by_points(struct app *app)
{
	sort_by(app, COL_RK, false);
}

static void by_memory(struct app *app)
{
	sort_by(app, COL_MEM, false);
}

static void by_age(struct app *app)
{
	sort_by(app, COL_START, false);
}

/* The neighbour of the sort column among those that are shown. */
static void sort_beside(struct app *app, size_t step)
{
	const struct column_set *set = &app->procs.columns;
	size_t at = 0;
	if (set->count == 0)
		return;
	while (at < set->count && set->ids[at] != app->procs.order.column)
		at++;
	at = at == set->count ? 0 : (at + step + set->count) % set->count;
	sort_by(app, set->ids[at], false);
}

static void to_the_left(struct app *app)
{
	sort_beside(app, (size_t)-1);
}

static void to_the_right(struct app *app)
{
	sort_beside(app, 1);
}

static void reverse(struct app *app)
{
	sort_by(app, app->procs.order.column, !app->procs.order.reversed);
}

static size_t chosen_column(const struct app *app, bool *ret_reversed)
{
	*ret_reversed = app->procs.order.reversed;
	return app->procs.order.column;
}

static void sort_by_id(struct app *app, size_t id, bool reversed)
{
	sort_by(app, (enum column_id)id, reversed);
}

/* The column at a place of a line; the last one has no end. */
static int column_at(const struct app *app, int col)
{
	const struct column_set *set = &app->procs.columns;
	int end = 0;
	for (size_t i = 0; i < set->count; i++) {
		end += set->widths[i] + 1;
		if (col < end || i + 1 == set->count)
			return (int)set->ids[i];
	}
	return -1;
}

static const struct view_sorting sorting = {
	.columns = &process_table,
	.chosen = chosen_column,
	.by = sort_by_id,
	.at = column_at,
};

/* --- the view --------------------------------------------------------------------------------- */

reaction *const procs_look[ACTION_COUNT] = {
	[ACTION_CGROUP] = cgroup,
	[ACTION_SCOPE] = scope,
	[ACTION_FOLLOW] = follow,
	[ACTION_KILLABLE] = killable,
	[ACTION_FULL] = full,
};

static reaction *const of_list[ACTION_COUNT] = {
	[ACTION_OPEN] = open_detail,
	[ACTION_LINE_END] = line_end,
	[ACTION_TREE] = toggle,
	[ACTION_FOLD] = fold,
	[ACTION_UNFOLD] = unfold,
	[ACTION_FOLD_ALL] = fold_all,
	[ACTION_SEARCH_NEXT] = search_next,
	[ACTION_SEARCH_PREVIOUS] = search_previous,
	[ACTION_FILTER] = filter,
	[ACTION_USER] = user,
	[ACTION_CLEAR] = clear,
	[ACTION_SORT_POINTS] = by_points,
	[ACTION_SORT_MEMORY] = by_memory,
	[ACTION_SORT_AGE] = by_age,
	[ACTION_SORT_LEFT] = to_the_left,
	[ACTION_SORT_RIGHT] = to_the_right,
	[ACTION_SORT_REVERSE] = reverse,
	[ACTION_BACK] = back,
};

static const struct view_rows rows = {
	.at = row_at,
	.point_at = process_list_point_at,
};

const struct view view_procs = {
	.rows = &rows,
	.tab = "Procs",
	.opened_by = ACTION_VIEW_PROCS,
	.sorting = &sorting,
	.reactions = { of_list, procs_look, acting_reactions, react_lists, react_program },
	.below = strip_rows,
	.put_state = put_state,
	.draw = draw,
	.describe = describe,
	.fetch = fetch,
	.take_text = take_text,
	.move = move,
};
