#include "state.h"

#include "acting.h"
#include "process_list.h"
#include "status.h"
#include "view.h"

#include <stdlib.h>
#include <unistd.h>

static enum err_code apply_options(struct app *app, struct err *err)
{
	const struct options *options = app->options;
	struct column_set chosen;
	enum err_code code = ERR_OK;
	if (options->columns)
		code = column_set_parse(&chosen, &process_table, options->columns, err);
	if (!code && options->columns)
		text_copy(text_of(options->columns), app->settings.config.columns,
			sizeof(app->settings.config.columns));
	if (!code && options->sort)
		code = column_set_parse(&chosen, &process_table, options->sort, err);
	if (!code && options->sort)
		app->procs.order.column = chosen.ids[0];
	if (!code && options->user)
		code = names_find(
			&app->model.watch.names, options->user, &app->procs.filter.uid, err);
	return code;
}

static void name_operator(struct app *app)
{
	if (app->model.watch.root.live)
		text_copy(text_of(names_user(&app->model.watch.names, geteuid())), app->model.user,
			sizeof(app->model.user));
}

static void release_views(struct app *app, enum view_id end)
{
	for (enum view_id id = 0; id < end; id++)
		if (views[id]->release)
			views[id]->release(app);
}

static enum err_code begin_views(struct app *app, struct err *err)
{
	enum view_id done = 0;
	enum err_code code = apply_options(app, err);
	for (; !code && done < VIEW_COUNT; done += !code)
		if (views[done]->init)
			code = views[done]->init(app, err);
	if (!code)
		code = acting_init(app, err);
	if (code)
		release_views(app, done);
	return code;
}

enum err_code state_init(
	struct app *app, const struct options *options, bool ascii, struct err *err)
{
	*app = (struct app){
		.options = options,
		.settings.ascii_only = ascii,
		.clock.delay_ms = options->delay_ms,
		.status.failure_ms = UNKNOWN,
		.procs = { .order = { COL_RK, false },
			.filter = { .uid = UID_UNKNOWN,
				.pids = options->pids,
				.pid_count = options->pid_count } },
	};
	config_defaults(&app->settings.config);
	listing_init(&app->procs.listing);
	matches_init(&app->procs.matches);
	moves_init(&app->procs.moves);
	exhaustion_init(&app->model.exhaustion);
	process_detail_init(&app->model.process);
	grid_init(&app->grid, ascii);
	enum err_code code = watch_open(&app->model.watch, options, false, err);
	if (code)
		return code;
	code = visible_init(
		&app->model.visible, &app->model.watch.root, &app->model.watch.names, err);
	if (!code) {
		code = begin_views(app, err);
		if (code)
			visible_release(&app->model.visible);
	}
	if (code)
		watch_release(&app->model.watch);
	else
		name_operator(app);
	return code;
}

void state_release(struct app *app)
{
	acting_release(&app->acting);
	grid_release(&app->grid);
	listing_release(&app->procs.listing);
	marks_release(&app->procs.folds);
	matches_release(&app->procs.matches);
	moves_release(&app->procs.moves);
	process_detail_release(&app->model.process);
	visible_release(&app->model.visible);
	free(app->whole_command.text);
	release_views(app, VIEW_COUNT);
	watch_release(&app->model.watch);
}

void state_lay_out(struct app *app)
{
	const struct view *view = view_of(app);
	const struct layout_wish wish = { !app->settings.header_hidden,
		view->without | app->settings.config.meters_off,
		view->below ? view->below(app) : 0 };
	if (view->lay_out)
		view->lay_out(app);
	else
		app->layout = layout_of(app->grid.rows, &wish);
}

enum err_code state_resize(struct app *app, int rows, int cols, struct err *err)
{
	enum err_code code = grid_resize(&app->grid, rows, cols, err);
	for (enum view_id id = 0; !code && id < VIEW_COUNT; id++)
		if (views[id]->resize)
			code = views[id]->resize(app, err);
	if (code)
		return code;
	state_lay_out(app);
	state_relist(app);
	process_list_scroll(app);
	return ERR_OK;
}

static const char *look_up_user(void *context, const struct task *task)
{
	return visible_user(context, task);
}

static const char *look_up_command(void *context, const struct task *task)
{
	return visible_command(context, task);
}

static void tell_views(struct app *app, bool sampled)
{
	for (enum view_id id = 0; id < VIEW_COUNT; id++) {
		reaction *told = sampled ? views[id]->sampled : views[id]->relist;
		if (told)
			told(app);
	}
}

void state_relist(struct app *app)
{
	if (!app->model.watch.snapshot)
		return;
	app->model.context = watch_columns(&app->model.watch);
	app->model.context.lookup =
		(struct column_lookup){ &app->model.visible, look_up_user, look_up_command };
	app->model.context.measure.units = app->settings.units;
	if (app->procs.moves.before_count == app->model.watch.snapshot->count)
		app->model.context.moved = app->procs.moves.places;
	tell_views(app, true);
	state_lay_out(app); /* how much is below the list may have changed */
	process_list_relist(app);
	tell_views(app, false);
}

bool state_update(struct app *app)
{
	struct err err = { 0 };
	if (!view_of(app)->update || view_of(app)->update(app, &err) == ERR_OK)
		return true;
	status_say(app, "%s", err.text);
	return false;
}

void state_fetch(struct app *app)
{
	state_lay_out(app);
	if (app->model.watch.snapshot && view_of(app)->fetch)
		view_of(app)->fetch(app);
}

void state_show(struct app *app, enum view_id view)
{
	app->view = view;
	app->shift = 0;
	state_lay_out(app);
	state_relist(app);
}

static void note_kills(struct app *app, const struct host *host)
{
	int64_t kills = host->vmstat.oom_kill;
	if (app->clock.previous_ms && kills > app->clock.previous.oom_kill &&
		app->clock.previous.oom_kill >= 0)
		app->clock.kill_ms = app->clock.now_ms;
}

/* As before the first sample: nothing may point into one that is not ranked. */
static void show_none(struct app *app)
{
	app->model.watch.snapshot = NULL;
	app->procs.listing.count = 0;
	app->procs.listing.nested = false;
	app->cgroups.rows.count = app->cgroups.nearest_count = 0;
	app->cgroups.samples = 0;
}

enum err_code state_sampled(struct app *app, struct err *err)
{
	if (app->model.watch.snapshot) {
		app->clock.previous = app->model.watch.snapshot->host.vmstat;
		app->clock.previous_ms = app->clock.sample_ms;
	}
	enum watch_scope scope = app->model.watch.scope;
	enum err_code code = watch_rank(&app->model.watch, err);
	if (code) {
		show_none(app);
		return code;
	}
	app->status.missed[0] = '\0';
	event_log_sampled(&app->events.log, app->model.watch.snapshot);
	if (app->model.watch.scope != scope)
		status_say(app, "the cgroup is gone: %s", app->model.watch.scope_path);
	const struct host *host = &app->model.watch.snapshot->host;
	note_kills(app, host);
	killers_update(&app->model.killers, &app->model.watch.root, app->model.watch.snapshot);
	exhaustion_add(&app->model.exhaustion, host);
	app->clock.sample_ms = host->boot_ms;
	app->clock.samples++;
	marks_keep_living(&app->acting.tags, app->model.watch.snapshot);
	marks_keep_living(&app->procs.folds, app->model.watch.snapshot);
	moves_update(&app->procs.moves, app->model.watch.snapshot,
		&watch_outlook(&app->model.watch)->ranking);
	state_relist(app);
	state_update(app);
	return ERR_OK;
}

void state_missed(struct app *app, const struct err *why)
{
	text_copy(text_of(why->text), app->status.missed, sizeof(app->status.missed));
}

void state_take_sought(struct app *app)
{
	struct names *names = &app->model.watch.names;
	struct err err;
	uid_t uid = UID_UNKNOWN;
	if (!app->procs.seeking || !names_sought(names, &uid, &err))
		return;
	app->procs.seeking = false;
	if (err.code) {
		status_say(app, "%s", err.text);
		return;
	}
	text_copy(text_of(names->sought.name), app->procs.user_text, sizeof(app->procs.user_text));
	app->procs.filter.uid = uid;
	app->status.message[0] = '\0';
	state_relist(app);
}

void state_named(struct app *app)
{
	name_operator(app);
	process_detail_name(&app->model.process, &app->model.watch.names);
	state_relist(app);
	state_take_sought(app);
}

/* --- the domain ------------------------------------------------------------------------------- */

const char *state_scope(const struct app *app)
{
	switch (watch_outlook(&app->model.watch)->ranking.domain.kind) {
	case DOMAIN_MEMCG:
		return app->model.watch.snapshot->memcgs
			->rows[watch_outlook(&app->model.watch)->ranking.domain.memcg]
			.path;
	case DOMAIN_NODES:
		return "nodes";
	default:
		return "host";
	}
}

void state_set_scope(struct app *app, enum watch_scope scope, const char *path)
{
	struct err err;
	watch_set_scope(&app->model.watch, scope, path);
	if (watch_rank(&app->model.watch, &err))
		status_say(app, "%s", err.text);
	app->procs.moves.before_count = 0; /* places in another domain say nothing */
	state_relist(app);
}

static void say_scope(struct app *app)
{
	char total[FORMAT_SIZE];
	const struct domain *domain = &watch_outlook(&app->model.watch)->ranking.domain;
	format_kb(domain->totalpages < 0 ? UNKNOWN
					 : domain->totalpages * app->model.context.measure.page_kb,
		total);
	status_say(app, "domain: %s, 1000 points = %s", state_scope(app), total);
}

static void choose_scope(struct app *app, int32_t row)
{
	const struct memcg_tree *tree = app->model.watch.snapshot->memcgs;
	const struct options *options = app->options;
	bool asked = options->cgroup || options->nodes;
	if (row == UNKNOWN)
		state_set_scope(app, asked ? WATCH_HOST : WATCH_AS_ASKED, NULL);
	else
		state_set_scope(app, WATCH_CGROUP, tree->rows[row].path);
	say_scope(app);
}

void state_next_scope(struct app *app, int32_t row)
{
	const struct memcg_tree *tree = app->model.watch.snapshot->memcgs;
	const struct domain *domain = &watch_outlook(&app->model.watch)->ranking.domain;
	int32_t now = domain->kind == DOMAIN_MEMCG ? domain->memcg : UNKNOWN;
	if (row < 0 || (row == 0 && !cgroup_rows_shows_top(tree))) {
		if (now == UNKNOWN)
			status_say(app,
				"it is in no cgroup of its own: only an OOM of the host kills it");
		else
			choose_scope(app, UNKNOWN);
		return;
	}
	int32_t limited_by = tree->rows[row].limited_by;
	if (now == row)
		choose_scope(app, limited_by == row ? UNKNOWN : limited_by);
	else
		choose_scope(app, now != UNKNOWN && now == limited_by ? UNKNOWN : row);
}

bool state_leave_scope(struct app *app)
{
	if (app->model.watch.scope == WATCH_AS_ASKED)
		return false;
	state_set_scope(app, WATCH_AS_ASKED, NULL);
	say_scope(app);
	return true;
}
