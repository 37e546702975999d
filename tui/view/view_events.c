#include "view_events.h"

#include "dialog.h"
#include "event_line.h"
#include "frame.h"
#include "place.h"
#include "view_bar.h"
#include "view_header.h"
#include "view_next.h"

#include <stdio.h>
#include <string.h>

static int64_t now_of(const struct app *app)
{
	return app->watch.snapshot ? (int64_t)app->watch.snapshot->host.time_unix : 0;
}

/* One width for the times of all rows that are on the screen. */
static int time_cols(const struct events_pane *pane, int rows, int64_t now_s)
{
	int widest = 8;
	for (int i = 0; i < rows; i++) {
		const struct oom_event *event = event_log_get(&pane->log, pane->top + (size_t)i);
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
		size_t index = pane->top + (size_t)i;
		const struct oom_event *event = event_log_get(&pane->log, index);
		if (!event)
			break;
		struct pen pen = grid_pen_until(
			grid, layout->parts.rows[PART_LIST] + i, 0, layout->list_cols);
		grid_put(&pen, STYLE_NORMAL, index == pane->cursor ? ">" : " ");
		event_line_put(&pen, event, &form);
		if (index == pane->cursor && layout->list_cols == grid->cols)
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
	int64_t counted = app->watch.snapshot ? app->watch.snapshot->host.vmstat.oom_kill : UNKNOWN;
	if (!log->live && app->options->log) {
		grid_printf(&pen, STYLE_DIM, " %zu event%s in ", log->count,
			log->count == 1 ? "" : "s");
		grid_put_foreign(&pen, STYLE_DIM, app->options->log, 60);
	} else if (counted == UNKNOWN) {
		grid_printf(&pen, STYLE_DIM, " (log: %llu killed; this kernel counts none)",
			(unsigned long long)log->victims);
	} else if ((uint64_t)counted > log->victims) {
		grid_printf(&pen, STYLE_RISK,
			" (vmstat oom_kill %lld, log %llu: %lld not in the log)",
			(long long)counted, (unsigned long long)log->victims,
			(long long)(counted - (int64_t)log->victims));
	} else {
		grid_printf(&pen, STYLE_DIM, " (vmstat oom_kill %lld, log %llu: none missing)",
			(long long)counted, (unsigned long long)log->victims);
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
	if (app->watch.snapshot && app->watch.snapshot->host.vmstat.oom_kill != UNKNOWN)
		grid_printf(&pen, STYLE_NORMAL,
			"counters need no right: vmstat oom_kill %lld since boot",
			(long long)app->watch.snapshot->host.vmstat.oom_kill);
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

static void draw_status(const struct app *app, struct grid *grid)
{
	char text[128];
	const struct events_pane *pane = &app->events;
	snprintf(text, sizeof(text), " event %zu of %zu, report line %zu of %zu    follow %s",
		pane->log.count ? pane->cursor + 1 : 0, pane->log.count,
		pane->report.count ? pane->report_top + 1 : 0, pane->report.count,
		pane->follow ? "ON (F)" : "off (F)");
	frame_status_draw(app, grid, text);
}

void view_events_draw(const struct app *app, struct grid *grid)
{
	int events = (int)app->events.log.count;
	struct events_layout layout = place_events(grid->rows, grid->cols, events);
	view_header_draw(app, grid);
	view_next_draw(app, grid);
	frame_tabs_draw(app, grid, NULL);
	draw_list(app, grid, &layout);
	if (events == 0)
		draw_empty(app, grid, &layout);
	if (layout.note >= 0)
		draw_note(app, grid, &layout);
	draw_report(app, grid, &layout);
	view_bar_draw(app, grid);
	draw_status(app, grid);
}
