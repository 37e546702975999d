#include "state.h"

#include "acting.h"
#include "place.h"
#include "state_cgroups.h"
#include "state_pages.h"
#include "view_help.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FETCHED_AT_ONCE 128
#define ANSWER_MS       3000 /* an answer stands at least as long */
#define NEWS_MS         5000 /* news stand as long after they were told last */

static enum err_code apply_options(struct app *app, struct err *err)
{
	const struct options *options = app->options;
	struct column_set chosen;
	enum err_code code = ERR_OK;
	if (options->columns)
		code = column_set_parse(&chosen, &process_table, options->columns, err);
	if (!code && options->columns)
		text_copy(text_of(options->columns), app->config.columns,
			sizeof(app->config.columns));
	if (!code && options->sort)
		code = column_set_parse(&chosen, &process_table, options->sort, err);
	if (!code && options->sort)
		app->order.column = chosen.ids[0];
	if (!code && options->user)
		code = names_find(&app->watch.names, options->user, &app->filter.uid, err);
	return code;
}

static void name_operator(struct app *app)
{
	if (app->watch.root.live)
		text_copy(text_of(names_user(&app->watch.names, geteuid())), app->user,
			sizeof(app->user));
}

/* The kernel's log may be out of reach; a file that was named is not to be. */
static enum err_code open_events(struct app *app, struct err *err)
{
	const struct options *options = app->options;
	events_pane_open(&app->events, options->log, app->watch.root.live);
	if (!options->log || app->events.log.open)
		return ERR_OK;
	*err = app->events.log.why;
	events_pane_release(&app->events);
	return err->code;
}

enum err_code state_init(
	struct app *app, const struct options *options, bool ascii, struct err *err)
{
	*app = (struct app){
		.options = options,
		.order = { COL_RK, false },
		.delay_ms = options->delay_ms,
		.ascii_only = ascii,
		.found_line = -1,
		.failure_ms = UNKNOWN,
		.filter = { .uid = UID_UNKNOWN,
			.pids = options->pids,
			.pid_count = options->pid_count },
	};
	config_defaults(&app->config);
	listing_init(&app->listing);
	matches_init(&app->matches);
	moves_init(&app->moves);
	cgroups_init(&app->cgroups);
	exhaustion_init(&app->exhaustion);
	process_detail_init(&app->process);
	grid_init(&app->grid, ascii);
	grid_init(&app->help, ascii);
	enum err_code code = watch_open(&app->watch, options, false, err);
	if (code)
		return code;
	code = detail_init(&app->detail, &app->watch.root, &app->watch.names, err);
	if (!code) {
		code = apply_options(app, err);
		if (!code)
			code = open_events(app, err);
		if (!code && (code = acting_init(app, err)))
			events_pane_release(&app->events);
		if (code)
			detail_release(&app->detail);
	}
	if (code)
		watch_release(&app->watch);
	else
		name_operator(app);
	return code;
}

void state_release(struct app *app)
{
	acting_release(&app->acting);
	grid_release(&app->grid);
	grid_release(&app->help);
	listing_release(&app->listing);
	marks_release(&app->folds);
	matches_release(&app->matches);
	moves_release(&app->moves);
	cgroups_release(&app->cgroups);
	process_detail_release(&app->process);
	detail_release(&app->detail);
	free(app->whole_command.text);
	events_pane_release(&app->events);
	watch_release(&app->watch);
}

void state_lay_out(struct app *app)
{
	if (app->view != VIEW_EVENTS) {
		const struct layout_wish wish = place_wish(app);
		app->layout = layout_of(app->grid.rows, &wish);
		return;
	}
	struct events_layout layout =
		place_events(app->grid.rows, app->grid.cols, (int)app->events.log.count);
	app->layout = layout.parts;
	events_pane_prepare(&app->events, layout.report_cols, layout.parts.list_rows);
}

void state_write_help(struct app *app)
{
	grid_clear(&app->help);
	view_help_write(&app->help, app->config.vi_keys);
}

enum err_code state_resize(struct app *app, int rows, int cols, struct err *err)
{
	enum err_code code = grid_resize(&app->grid, rows, cols, err);
	if (!code)
		code = grid_resize(&app->help, view_help_rows(cols), cols, err);
	if (code)
		return code;
	state_write_help(app);
	state_lay_out(app);
	state_relist(app);
	state_scroll_to_cursor(app);
	return ERR_OK;
}

void state_show(struct app *app, enum view_id view)
{
	app->view = view;
	app->shift = 0;
	state_lay_out(app);
	state_relist(app);
}

void state_set_scope(struct app *app, enum watch_scope scope, const char *path)
{
	struct err err;
	watch_set_scope(&app->watch, scope, path);
	if (watch_rank(&app->watch, &err))
		state_say(app, "%s", err.text);
	app->moves.before_count = 0; /* places in another domain say nothing */
	state_relist(app);
}

static const char *look_up_user(void *context, const struct task *task)
{
	return detail_user(context, task);
}

static const char *look_up_command(void *context, const struct task *task)
{
	return detail_command(context, task);
}

static void note_kills(struct app *app, const struct host *host)
{
	int64_t kills = host->vmstat.oom_kill;
	if (app->previous_ms && kills > app->previous.oom_kill && app->previous.oom_kill >= 0)
		app->kill_ms = app->now_ms;
}

/* As before the first sample: nothing may point into one that is not ranked. */
static void show_none(struct app *app)
{
	app->watch.snapshot = NULL;
	app->listing.count = 0;
	app->listing.nested = false;
	app->cgroups.rows.count = app->cgroups.nearest_count = 0;
	app->cgroups.samples = 0;
}

enum err_code state_sampled(struct app *app, struct err *err)
{
	if (app->watch.snapshot) {
		app->previous = app->watch.snapshot->host.vmstat;
		app->previous_ms = app->sample_ms;
	}
	enum watch_scope scope = app->watch.scope;
	enum err_code code = watch_rank(&app->watch, err);
	if (code) {
		show_none(app);
		return code;
	}
	app->missed[0] = '\0';
	event_log_sampled(&app->events.log, app->watch.snapshot);
	if (app->watch.scope != scope)
		state_say(app, "the cgroup is gone: %s", app->watch.scope_path);
	const struct host *host = &app->watch.snapshot->host;
	note_kills(app, host);
	killers_update(&app->killers, &app->watch.root, app->watch.snapshot);
	exhaustion_add(&app->exhaustion, host);
	app->sample_ms = host->boot_ms;
	app->samples++;
	marks_keep_living(&app->acting.tags, app->watch.snapshot);
	marks_keep_living(&app->folds, app->watch.snapshot);
	moves_update(&app->moves, app->watch.snapshot, &watch_outlook(&app->watch)->ranking);
	state_relist(app);
	struct err page = { 0 };
	if (state_pages_update(app, &page))
		state_say(app, "%s", page.text);
	return ERR_OK;
}

void state_missed(struct app *app, const struct err *why)
{
	text_copy(text_of(why->text), app->missed, sizeof(app->missed));
}

void state_take_sought(struct app *app)
{
	struct names *names = &app->watch.names;
	struct err err;
	uid_t uid = UID_UNKNOWN;
	if (!app->seeking || !names_sought(names, &uid, &err))
		return;
	app->seeking = false;
	if (err.code) {
		state_say(app, "%s", err.text);
		return;
	}
	text_copy(text_of(names->sought.name), app->user_text, sizeof(app->user_text));
	app->filter.uid = uid;
	app->message[0] = '\0';
	state_relist(app);
}

void state_named(struct app *app)
{
	name_operator(app);
	process_detail_name(&app->process, &app->watch.names);
	state_relist(app);
	state_take_sought(app);
}

static void choose_columns(struct app *app)
{
	if (app->config.columns[0]) {
		column_set_parse(&app->columns, &process_table, app->config.columns, NULL);
		column_set_measure(&app->columns, &app->context);
	} else {
		column_set_choose(&app->columns, &process_table, &app->context, app->grid.cols, 0);
	}
}

static void bind_cursor(struct app *app, const struct task *task)
{
	struct cursor *cursor = &app->cursor;
	cursor->bound = true;
	cursor->pid = task->pid;
	cursor->start_ticks = task->start_ticks;
	snprintf(cursor->comm, sizeof(cursor->comm), "%s", task->comm);
}

/* The process that is followed is not in the list any more. Behind what a key has just answered,
 * which may be the reason. */
static void stop_following(struct app *app)
{
	const struct cursor *cursor = &app->cursor;
	const struct task *task = snapshot_find(app->watch.snapshot, cursor->pid);
	bool lives = task && task->start_ticks == cursor->start_ticks;
	char before[APP_MESSAGE_SIZE] = "";
	if (app->message[0] && app->now_ms - app->message_ms < ANSWER_MS)
		snprintf(before, sizeof(before), "%.*s; ", APP_MESSAGE_SIZE / 2, app->message);
	state_say(app, "%s%d %s is %s", before, (int)cursor->pid, cursor->comm,
		lives ? "not listed: following nobody" : "gone");
	app->follow = false;
}

/* Finds the cursor's process again; if it is gone, the one in its place is pointed at. */
static void find_cursor(struct app *app)
{
	struct cursor *cursor = &app->cursor;
	long index = 0;
	if (cursor->bound)
		index = listing_find(&app->listing, cursor->pid, cursor->start_ticks);
	if (index < 0 && app->follow)
		stop_following(app);
	if (index < 0)
		index = (long)cursor->index;
	if ((size_t)index >= app->listing.count)
		index = app->listing.count ? (long)app->listing.count - 1 : 0;
	cursor->index = (size_t)index;
	const struct ranking_row *row = state_cursor_row(app);
	if (cursor->bound && row)
		bind_cursor(app, row->task);
}

static void clamp_top(struct app *app)
{
	size_t rows = (size_t)app->layout.list_rows, count = app->listing.count;
	size_t last = count > rows ? count - rows : 0;
	if (app->top > last)
		app->top = last;
}

static enum err_code find_matches(struct app *app, struct err *err)
{
	enum err_code code = ERR_OK;
	app->filter.found = NULL;
	if (app->filter_text[0])
		code = matches_update(
			&app->matches, &app->watch, &app->detail, app->filter_text, err);
	if (app->filter_text[0] && !code)
		app->filter.found = app->matches.found;
	return code;
}

static enum err_code list(struct app *app, struct err *err)
{
	struct listing *listing = &app->listing;
	enum err_code code = listing_build(listing, &app->context, &app->filter, app->order, err);
	if (!code && app->tree)
		code = listing_nest(listing, &app->context, app->order.column, &app->folds, err);
	return code;
}

void state_relist(struct app *app)
{
	struct err err;
	if (!app->watch.snapshot)
		return;
	app->context = watch_columns(&app->watch);
	app->context.lookup = (struct column_lookup){ &app->detail, look_up_user, look_up_command };
	app->context.measure.units = app->units;
	if (app->moves.before_count == app->watch.snapshot->count)
		app->context.moved = app->moves.places;
	state_cgroups_sampled(app);
	state_lay_out(app); /* how much is below the list may have changed */
	if (find_matches(app, &err))
		state_say_failure(app, &err);
	if (list(app, &err))
		state_say_failure(app, &err);
	choose_columns(app);
	find_cursor(app);
	clamp_top(app);
	if (app->follow)
		state_scroll_to_cursor(app);
	state_cgroups_relist(app);
}

void state_fetch(struct app *app)
{
	const struct task *seen[FETCHED_AT_ONCE];
	pid_t pids[SAMPLER_WATCHED_MAX];
	state_lay_out(app);
	size_t count = 0, watched = 0, end = app->top + (size_t)app->layout.list_rows;
	if (app->view == VIEW_CGROUPS)
		state_cgroups_fetch(app);
	if (!app->watch.snapshot || app->view != VIEW_PROCS)
		return;
	for (size_t i = app->top; i < end && i < app->listing.count; i++) {
		seen[count++] = app->listing.rows[i]->task;
		if (watched < SAMPLER_WATCHED_MAX)
			pids[watched++] = app->listing.rows[i]->task->pid;
		if (count == FETCHED_AT_ONCE || i + 1 == end || i + 1 == app->listing.count) {
			detail_fetch(&app->detail, seen, count);
			count = 0;
		}
	}
	/* What is on the screen is read again for the next picture. */
	sampler_watch(&app->watch.sampler, pids, watched);
}

const struct ranking_row *state_cursor_row(const struct app *app)
{
	return app->cursor.index < app->listing.count ? app->listing.rows[app->cursor.index] : NULL;
}

void state_scroll_to_cursor(struct app *app)
{
	size_t rows = (size_t)app->layout.list_rows, index = app->cursor.index;
	if (index < app->top)
		app->top = index;
	else if (rows && index >= app->top + rows)
		app->top = index - rows + 1;
	clamp_top(app);
}

void state_point_at(struct app *app, long index)
{
	size_t count = app->listing.count;
	if (index < 0)
		index = 0;
	if ((size_t)index >= count)
		index = count ? (long)count - 1 : 0;
	app->cursor.index = (size_t)index;
	const struct ranking_row *row = state_cursor_row(app);
	app->cursor.bound = row != NULL;
	if (row)
		bind_cursor(app, row->task);
	state_scroll_to_cursor(app);
}

void state_say(struct app *app, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(app->message, sizeof(app->message), format, args);
	va_end(args);
	app->message_ms = app->now_ms;
}

void state_say_failure(struct app *app, const struct err *err)
{
	if (app->failure_ms == app->now_ms && app->message_ms == app->now_ms)
		return;
	state_say(app, "%s", err->text);
	app->failure_ms = app->now_ms;
}

void state_tell(struct app *app, const char *news, int64_t now_ms)
{
	snprintf(app->news, sizeof(app->news), "%s", news);
	app->news_ms = now_ms;
}

void state_age(struct app *app, int64_t now_ms)
{
	if (now_ms - app->news_ms >= NEWS_MS)
		app->news[0] = '\0';
	/* What a dialog says is about the dialog. */
	if (app->news[0] && app->acting.dialog == DIALOG_NONE &&
		now_ms - app->message_ms >= ANSWER_MS)
		app->message[0] = '\0';
}
