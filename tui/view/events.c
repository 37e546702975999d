#include "events.h"

#include "dialog.h"
#include "event_line.h"
#include "frame.h"
#include "react.h"
#include "status.h"
#include "view.h"

#include "oomspect/outfile.h"

#include <stdio.h>
#include <string.h>

#define WIDE_COLS 140 /* from here on list and report stand side by side */
#define LIST_COLS 60
#define TALL_ROWS 12 /* below that list and report alone */

/* --- the event pointed at ----------------------------------------------------------------------- */

void events_pane_open(struct events_pane *pane, const char *file, bool live)
{
	*pane = (struct events_pane){ .follow = true };
	report_init(&pane->report);
	if (file || live)
		event_log_open(&pane->log, file);
	else
		event_log_open_none(&pane->log, "a captured machine has none, see --log FILE");
}

void events_pane_release(struct events_pane *pane)
{
	event_log_release(&pane->log);
	report_release(&pane->report);
}

const struct oom_event *events_pane_event(const struct events_pane *pane)
{
	return event_log_get(&pane->log, pane->cursor.at);
}

static void point_at(struct events_pane *pane, size_t cursor)
{
	pane->cursor.at = cursor;
	const struct oom_event *event = events_pane_event(pane);
	if (event && event->number != pane->chosen)
		pane->report_top = 0;
	pane->chosen = event ? event->number : 0;
}

void events_pane_update(struct events_pane *pane)
{
	size_t at = 0;
	const struct oom_event *event;
	if (!pane->follow && pane->chosen) {
		while ((event = event_log_get(&pane->log, at)) && event->number != pane->chosen)
			at++;
		/* What it pointed at has made room: the oldest there is. */
		if (!event)
			at = pane->log.count ? pane->log.count - 1 : 0;
	}
	point_at(pane, at);
}

void events_pane_move(struct events_pane *pane, long rows)
{
	if (pane->log.count == 0)
		return;
	size_t at = cursor_nearest((long)pane->cursor.at + rows, pane->log.count);
	pane->follow = at == 0;
	point_at(pane, at);
}

void events_pane_follow(struct events_pane *pane, bool follow)
{
	pane->follow = follow;
	if (follow)
		point_at(pane, 0);
}

void events_pane_scroll(struct events_pane *pane, long lines)
{
	long last = (long)pane->report.count - 1, top = (long)pane->report_top + lines;
	pane->report_top = top < 0 || last < 0 ? 0 : top > last ? (size_t)last : (size_t)top;
}

static bool is_made(const struct events_pane *pane, const struct oom_event *event, int width)
{
	return pane->made_of == event->number && pane->made_victims == event->victim_count &&
	       pane->made_width == width && pane->made_raw == pane->raw;
}

void events_pane_prepare(struct events_pane *pane, int width, int rows)
{
	const struct oom_event *event = events_pane_event(pane);
	if (event && !is_made(pane, event, width)) {
		report_make(&pane->report, event, width, pane->raw);
		pane->made_of = event->number;
		pane->made_victims = event->victim_count;
		pane->made_width = width;
		pane->made_raw = pane->raw;
	}
	cursor_scroll(&pane->cursor, pane->log.count, rows > 0 ? rows : 1);
}

static bool matches(const struct oom_event *event, const char *text)
{
	char pid[24];
	if (strcasestr(event->invoker.comm, text) ||
		(event->oom_memcg && strcasestr(event->oom_memcg, text)) ||
		(event->task_memcg && strcasestr(event->task_memcg, text)))
		return true;
	for (size_t i = 0; i < event->victim_count; i++) {
		snprintf(pid, sizeof(pid), "%lld", (long long)event->victims[i].pid);
		if (strcasestr(event->victims[i].comm, text) || strcmp(pid, text) == 0)
			return true;
	}
	return false;
}

bool events_pane_search(struct events_pane *pane, const char *text, int step)
{
	size_t count = pane->log.count;
	for (size_t tried = 1; tried <= count; tried++) {
		size_t away = step > 0 ? tried : count - tried;
		size_t at = (pane->cursor.at + away) % count;
		if (!matches(event_log_get(&pane->log, at), text))
			continue;
		pane->follow = false;
		point_at(pane, at);
		return true;
	}
	return false;
}

enum err_code events_pane_save(
	const struct events_pane *pane, char *name, size_t size, struct err *err)
{
	const struct oom_event *event = events_pane_event(pane);
	if (!event || !event->raw)
		return err_set(err, ERR_NOT_FOUND, "no event to save");
	snprintf(name, size, "oom-%lld-%llu.log",
		event->victim_count ? (long long)event->victims[0].pid : 0LL,
		(unsigned long long)event->number);
	return outfile_create(name, (struct text){ event->raw, event->raw_len }, err);
}

/* --- where it stands ---------------------------------------------------------------------------- */

static struct layout place_parts(int rows)
{
	static const enum part above[] = { PART_TITLE, PART_NEXT, PART_TABS, PART_HEADING };
	bool tall = rows >= TALL_ROWS;
	struct layout layout = { .below_rows = 0 };
	int row = 0;
	for (enum part part = 0; part < PART_COUNT; part++)
		layout.rows[part] = -1;
	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		bool always = above[i] == PART_NEXT || (above[i] == PART_HEADING && rows > 2);
		if (tall || always)
			layout.rows[above[i]] = row++;
	}
	layout.rows[PART_LIST] = row;
	layout.rows[PART_STATUS] = tall ? rows - 2 : -1;
	layout.rows[PART_BAR] = tall ? rows - 1 : -1;
	layout.list_rows = rows - row - (tall ? 2 : 0);
	return layout;
}

struct events_layout place_events(int rows, int cols, int events)
{
	struct events_layout layout = { .parts = place_parts(rows), .list_cols = cols, .note = -1 };
	int room = layout.parts.list_rows, list = layout.parts.rows[PART_LIST];
	bool tall = rows >= TALL_ROWS;
	if (cols >= WIDE_COLS && tall) {
		layout.list_cols = LIST_COLS;
		layout.parts.list_rows = room - 1;
		layout.note = list + room - 1;
		layout.report = list;
		layout.report_col = LIST_COLS + 2;
		layout.report_rows = room;
		layout.report_cols = cols - layout.report_col;
		return layout;
	}
	/* A third for the list, but no more than it needs: two lines when it is to say why it is empty. */
	int third = room / 3 > 1 ? room / 3 : 1, needed = events > 0 ? events + 1 : 2;
	layout.parts.list_rows = room < 1 ? 0 : needed < third ? needed : third;
	layout.ruled = tall;
	layout.note = tall ? list + layout.parts.list_rows : -1;
	layout.report = list + layout.parts.list_rows + (tall ? 2 : 0);
	layout.report_rows = list + room - layout.report;
	layout.report_cols = cols;
	return layout;
}

static struct events_layout layout_in(const struct app *app)
{
	return place_events(app->grid.rows, app->grid.cols, (int)app->events.log.count);
}

static void lay_out(struct app *app)
{
	struct events_layout layout = layout_in(app);
	app->layout = layout.parts;
	events_pane_prepare(&app->events, layout.report_cols, layout.parts.list_rows);
}

/* --- drawing ------------------------------------------------------------------------------------ */

static int64_t now_of(const struct app *app)
{
	return app->model.watch.snapshot ? (int64_t)app->model.watch.snapshot->host.time_unix : 0;
}

/* One width for the times of all rows that are on the screen. */
static int time_cols(const struct events_pane *pane, int rows, int64_t now_s)
{
	int widest = 8;
	for (int i = 0; i < rows; i++) {
		const struct oom_event *event =
			event_log_get(&pane->log, pane->cursor.top + (size_t)i);
		int cols = event ? event_line_time_cols(event, now_s) : 0;
		widest = cols > widest ? cols : widest;
	}
	return widest;
}

static void draw_list(const struct app *app, struct grid *grid, const struct events_layout *layout)
{
	const struct events_pane *pane = &app->events;
	struct event_line_form form = { .now_s = now_of(app),
		.time_cols = time_cols(pane, layout->parts.list_rows, now_of(app)),
		.with_memcg = layout->list_cols == grid->cols };
	struct pen heading =
		grid_pen_until(grid, layout->parts.rows[PART_HEADING], 0, layout->list_cols);
	grid_put(&heading, STYLE_NORMAL, " ");
	event_line_put_titles(&heading, &form);
	for (int i = 0; i < layout->parts.list_rows; i++) {
		size_t index = pane->cursor.top + (size_t)i;
		const struct oom_event *event = event_log_get(&pane->log, index);
		if (!event)
			break;
		struct pen pen = grid_pen_until(
			grid, layout->parts.rows[PART_LIST] + i, 0, layout->list_cols);
		grid_put(&pen, STYLE_NORMAL, index == pane->cursor.at ? ">" : " ");
		event_line_put(&pen, event, &form);
		if (index == pane->cursor.at && layout->list_cols == grid->cols)
			grid_mark_row(grid, layout->parts.rows[PART_LIST] + i, STYLE_REVERSE);
	}
	if (layout->list_cols == grid->cols)
		grid_mark_row(grid, layout->parts.rows[PART_HEADING], STYLE_REVERSE);
}

/* Kills that the log does not mention: the counter needs no right to be read. */
static void draw_note(const struct app *app, struct grid *grid, const struct events_layout *layout)
{
	const struct event_log *log = &app->events.log;
	struct pen pen = grid_pen_until(grid, layout->note, 0, layout->list_cols);
	if (log->why.code) { /* without an event the reason stands in the list, with the counter */
		if (log->count)
			grid_printf(&pen, STYLE_RISK, " the log ends here: ");
		grid_put_foreign(
			&pen, STYLE_RISK, log->count ? log->why.text : "", grid_left(&pen));
		return;
	}
	int64_t counted = app->model.watch.snapshot
				  ? app->model.watch.snapshot->host.vmstat.oom_kill
				  : UNKNOWN;
	if (!log->live && app->options->log) {
		grid_printf(&pen, STYLE_DIM, " %zu event%s in ", log->count,
			log->count == 1 ? "" : "s");
		grid_put_foreign(&pen, STYLE_DIM, app->options->log, 60);
	} else if (counted == UNKNOWN) {
		grid_printf(&pen, STYLE_DIM, " (log: %llu killed; this kernel counts none)",
			(unsigned long long)log->victims);
	} else if ((uint64_t)counted > event_log_told(log)) {
		grid_printf(&pen, STYLE_RISK,
			" (vmstat oom_kill %lld, log %llu: %lld not in the log)",
			(long long)counted, (unsigned long long)event_log_told(log),
			(long long)(counted - (int64_t)event_log_told(log)));
	} else {
		grid_printf(&pen, STYLE_DIM, " (vmstat oom_kill %lld, log %llu: none missing)",
			(long long)counted, (unsigned long long)event_log_told(log));
	}
	if (log->repeats)
		grid_printf(&pen, STYLE_DIM, " %llu repeats", (unsigned long long)log->repeats);
}

/* Over as many lines as it takes, which are counted: what is missing stands at its end. */
static int put_reason(struct grid *grid, const struct events_layout *layout, const char *why)
{
	enum { LINES = 4 };
	char text[sizeof(((struct err *)0)->text) + 32];
	int left = 0, lines = 0;
	snprintf(text, sizeof(text), "kernel log not readable: %s", why);
	do {
		struct pen pen = grid_pen(grid, layout->parts.rows[PART_LIST] + lines, 1);
		int room = grid_left(&pen);
		dialog_put_wrapped(&pen, STYLE_NORMAL, text, lines);
		left = room - grid_left(&pen);
	} while (left > 0 && ++lines < LINES);
	return lines > 0 ? lines : 1;
}

/* What to show where there is no event. */
static void draw_empty(const struct app *app, struct grid *grid, const struct events_layout *layout)
{
	const struct event_log *log = &app->events.log;
	struct pen pen = grid_pen(grid, layout->parts.rows[PART_LIST], 1);
	if (!log->why.code) {
		grid_put(&pen, STYLE_NORMAL,
			event_log_is_silent(log)       ? "waiting for the kernel's log"
			: log->open && !log->caught_up ? "reading the kernel's log"
						       : "no OOM event in the kernel's log");
		return;
	}
	int row = layout->parts.rows[PART_LIST] + put_reason(grid, layout, log->why.text);
	pen = grid_pen(grid, row, 1);
	if (app->model.watch.snapshot && app->model.watch.snapshot->host.vmstat.oom_kill != UNKNOWN)
		grid_printf(&pen, STYLE_NORMAL,
			"counters need no right: vmstat oom_kill %lld since boot",
			(long long)app->model.watch.snapshot->host.vmstat.oom_kill);
}

static void draw_report(
	const struct app *app, struct grid *grid, const struct events_layout *layout)
{
	const struct events_pane *pane = &app->events;
	const struct report *report = &pane->report;
	const struct oom_event *event = events_pane_event(pane);
	char when[EVENT_LINE_TIME_SIZE];
	if (!event)
		return;
	if (layout->ruled) {
		struct pen rule = grid_pen(grid, layout->report - 1, layout->report_col);
		event_line_time(event->unix_us, event->boot_us, event->stamp, now_of(app), when);
		grid_put(&rule, STYLE_DIM, "-- ");
		grid_put_foreign(&rule, STYLE_DIM, when, 40);
		grid_printf(&rule, STYLE_DIM, " %s ", pane->raw ? "kernel lines" : "OOM event");
		grid_fill(&rule, STYLE_DIM, '-', grid_left(&rule));
	}
	for (int i = 0; i < layout->report_rows; i++) {
		size_t index = pane->report_top + (size_t)i, length;
		if (index >= report->count)
			break;
		struct pen pen = grid_pen(grid, layout->report + i, layout->report_col);
		char line[1024];
		const char *text = report_line(report, index, &length);
		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		grid_put_foreign(&pen, STYLE_NORMAL, line, grid_left(&pen));
	}
}

static void draw(const struct app *app, struct grid *grid)
{
	int events = (int)app->events.log.count;
	struct events_layout layout = place_events(grid->rows, grid->cols, events);
	draw_list(app, grid, &layout);
	if (events == 0)
		draw_empty(app, grid, &layout);
	if (layout.note >= 0)
		draw_note(app, grid, &layout);
	draw_report(app, grid, &layout);
}

static void describe(const struct app *app, char *buffer, size_t size)
{
	const struct events_pane *pane = &app->events;
	snprintf(buffer, size, " event %zu of %zu, report line %zu of %zu    follow %s",
		pane->log.count ? pane->cursor.at + 1 : 0, pane->log.count,
		pane->report.count ? pane->report_top + 1 : 0, pane->report.count,
		pane->follow ? "ON (F)" : "off (F)");
}

/* --- keys and the mouse ------------------------------------------------------------------------- */

static long page(const struct app *app)
{
	/* The report has what the list leaves of the screen, about two thirds. */
	long rows = app->grid.rows - app->layout.list_rows - 8;
	return rows > 1 ? rows : 1;
}

static void up(struct app *app)
{
	events_pane_move(&app->events, -1);
}

static void down(struct app *app)
{
	events_pane_move(&app->events, 1);
}

static void page_up(struct app *app)
{
	events_pane_scroll(&app->events, -page(app));
}

static void page_down(struct app *app)
{
	events_pane_scroll(&app->events, page(app));
}

static void first(struct app *app)
{
	events_pane_move(&app->events, -(long)app->events.log.count);
}

static void last(struct app *app)
{
	events_pane_move(&app->events, (long)app->events.log.count);
}

static void follow(struct app *app)
{
	events_pane_follow(&app->events, !app->events.follow);
	status_say(app, app->events.follow ? "at the newest event" : "not following new events");
}

static void open_raw(struct app *app)
{
	app->events.raw = !app->events.raw;
	app->events.report_top = 0;
}

static void save(struct app *app)
{
	char name[128];
	struct err err;
	if (app->options->read_only)
		status_say(app, "not saved: --read-only");
	else if (app->typing.in_burst)
		status_say(app, "not saved: w came together with other keys, as pasted text does");
	else if (events_pane_save(&app->events, name, sizeof(name), &err))
		status_say(app, "%s", err.text);
	else
		status_say(app, "saved %s", name);
}

/* Goes to the next event (step 1: older) with the text that is searched. */
static void search(struct app *app, int step)
{
	if (!app->typing.search_text[0])
		status_say(app, "nothing to search: / first");
	else if (!events_pane_search(&app->events, app->typing.search_text, step))
		status_say(app, "not found: %s", app->typing.search_text);
}
static bool take_text(struct app *app)
{
	if (app->typing.prompt.id != PROMPT_SEARCH)
		return false;
	memcpy(app->typing.search_text, app->typing.prompt.text, sizeof(app->typing.search_text));
	search(app, 1);
	return true;
}

static void search_next(struct app *app)
{
	search(app, 1);
}

static void search_previous(struct app *app)
{
	search(app, -1);
}

/* One step out: search, raw lines. What the processes have been limited to stays. */
static void back(struct app *app)
{
	if (app->typing.search_text[0])
		app->typing.search_text[0] = '\0';
	else if (app->events.raw)
		open_raw(app);
	else
		status_say(app, "nothing to close here: 1 shows the processes, q quits");
}

static reaction *const own[ACTION_COUNT] = {
	[ACTION_UP] = up,
	[ACTION_DOWN] = down,
	[ACTION_PAGE_UP] = page_up,
	[ACTION_PAGE_DOWN] = page_down,
	[ACTION_FIRST] = first,
	[ACTION_LAST] = last,
	[ACTION_FOLLOW] = follow,
	[ACTION_OPEN] = open_raw,
	[ACTION_FULL] = save,
	[ACTION_SEARCH_NEXT] = search_next,
	[ACTION_SEARCH_PREVIOUS] = search_previous,
	[ACTION_BACK] = back,
};

static int row_at(const struct app *app, int line)
{
	size_t index = app->events.cursor.top + (size_t)line;
	return index < app->events.log.count ? (int)index : -1;
}

static void point_at_row(struct app *app, long index)
{
	events_pane_move(&app->events, index - (long)app->events.cursor.at);
}

static bool is_in_report(const struct app *app, int row, int col)
{
	struct events_layout layout = layout_in(app);
	return row >= layout.report && row < layout.report + layout.report_rows &&
	       col >= layout.report_col;
}

static void scroll_report(struct app *app, long rows)
{
	events_pane_scroll(&app->events, rows);
}

/* The kernel's log may be out of reach; a file that was named is not to be. */
static enum err_code init(struct app *app, struct err *err)
{
	const struct options *options = app->options;
	events_pane_open(&app->events, options->log, app->model.watch.root.live);
	if (!options->log || app->events.log.open)
		return ERR_OK;
	*err = app->events.log.why;
	events_pane_release(&app->events);
	return err->code;
}

static void release(struct app *app)
{
	events_pane_release(&app->events);
}

static const struct view_rows rows = {
	.at = row_at,
	.point_at = point_at_row,
	.scrolls = is_in_report,
	.scroll = scroll_report,
};

const struct view view_events = {
	.rows = &rows,
	.tab = "Events",
	.opened_by = ACTION_VIEW_EVENTS,
	.way_to_processes = "1 shows them",
	.reactions = { own, react_program },
	.init = init,
	.release = release,
	.lay_out = lay_out,
	.draw = draw,
	.describe = describe,
	.take_text = take_text,
};
