#include "strip.h"

#include "event_line.h"

#include <inttypes.h>

/* What stands below the processes on a tall screen: the cgroups nearest their limit, and the last
 * events of the kernel's log. */

#define WORDS_COLS 140 /* columns from which on an event is told in words */

#define EVENTS_SHOWN 3 /* at most */
#define HEADING_ROWS 2 /* above the cgroups: a rule and titles */

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

int strip_rows(const struct app *app)
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

void strip_draw(const struct app *app, struct grid *grid)
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
