#include "process_list.h"

#include "status.h"

#include <stdio.h>

static void choose_columns(struct app *app)
{
	if (app->settings.config.columns[0]) {
		column_set_parse(
			&app->procs.columns, &process_table, app->settings.config.columns, NULL);
		column_set_measure(&app->procs.columns, &app->model.context);
	} else {
		column_set_choose(&app->procs.columns, &process_table, &app->model.context,
			app->grid.cols, 0);
	}
}

static void bind_cursor(struct app *app, const struct task *task)
{
	struct pointed *pointed = &app->procs.pointed;
	app->procs.cursor.bound = true;
	pointed->pid = task->pid;
	pointed->start_ticks = task->start_ticks;
	snprintf(pointed->comm, sizeof(pointed->comm), "%s", task->comm);
}

/* The process that is followed is not in the list any more. Behind what a key has just answered,
 * which may be the reason. */
static void stop_following(struct app *app)
{
	const struct pointed *pointed = &app->procs.pointed;
	const struct task *task = snapshot_find(app->model.watch.snapshot, pointed->pid);
	bool lives = task && task->start_ticks == pointed->start_ticks;
	char before[APP_MESSAGE_SIZE] = "";
	if (app->status.message[0] && app->clock.now_ms - app->status.message_ms < STATUS_ANSWER_MS)
		snprintf(before, sizeof(before), "%.*s; ", APP_MESSAGE_SIZE / 2,
			app->status.message);
	status_say(app, "%s%d %s is %s", before, (int)pointed->pid, pointed->comm,
		lives ? "not listed: following nobody" : "gone");
	app->follow = false;
}

/* Finds the cursor's process again; if it is gone, the one in its place is pointed at. */
static void find_cursor(struct app *app)
{
	const struct pointed *pointed = &app->procs.pointed;
	long at = 0;
	if (app->procs.cursor.bound)
		at = listing_find(&app->procs.listing, pointed->pid, pointed->start_ticks);
	if (at < 0 && app->follow)
		stop_following(app);
	if (at < 0)
		at = (long)app->procs.cursor.at;
	app->procs.cursor.at = cursor_nearest(at, app->procs.listing.count);
	const struct ranking_row *row = process_list_pointed(app);
	if (app->procs.cursor.bound && row)
		bind_cursor(app, row->task);
}

static enum err_code find_matches(struct app *app, struct err *err)
{
	enum err_code code = ERR_OK;
	app->procs.filter.found = NULL;
	if (app->procs.filter_text[0])
		code = matches_update(&app->procs.matches, &app->model.watch, &app->model.visible,
			app->procs.filter_text, err);
	if (app->procs.filter_text[0] && !code)
		app->procs.filter.found = app->procs.matches.found;
	return code;
}

static enum err_code build(struct app *app, struct err *err)
{
	struct listing *listing = &app->procs.listing;
	enum err_code code = listing_build(
		listing, &app->model.context, &app->procs.filter, app->procs.order, err);
	if (!code && app->procs.tree)
		code = listing_nest(listing, &app->model.context, app->procs.order.column,
			&app->procs.folds, err);
	return code;
}

const struct ranking_row *process_list_pointed(const struct app *app)
{
	return app->procs.cursor.at < app->procs.listing.count
		       ? app->procs.listing.rows[app->procs.cursor.at]
		       : NULL;
}

void process_list_scroll(struct app *app)
{
	cursor_scroll(&app->procs.cursor, app->procs.listing.count, app->layout.list_rows);
}

void process_list_point_at(struct app *app, long index)
{
	app->procs.cursor.at = cursor_nearest(index, app->procs.listing.count);
	const struct ranking_row *row = process_list_pointed(app);
	app->procs.cursor.bound = row != NULL;
	if (row)
		bind_cursor(app, row->task);
	process_list_scroll(app);
}

void process_list_relist(struct app *app)
{
	struct err err;
	if (find_matches(app, &err))
		status_say_failure(app, &err);
	if (build(app, &err))
		status_say_failure(app, &err);
	choose_columns(app);
	find_cursor(app);
	cursor_clamp(&app->procs.cursor, app->procs.listing.count, app->layout.list_rows);
	if (app->follow)
		process_list_scroll(app);
}
