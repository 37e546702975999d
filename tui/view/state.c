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
		.order = { COL_RK, false },
		.delay_ms = options->delay_ms,
		.ascii_only = ascii,
		.failure_ms = UNKNOWN,
		.filter = { .uid = UID_UNKNOWN,
			.pids = options->pids,
			.pid_count = options->pid_count },
	};
	config_defaults(&app->config);
	listing_init(&app->listing);
	matches_init(&app->matches);
	moves_init(&app->moves);
	exhaustion_init(&app->exhaustion);
	process_detail_init(&app->process);
	grid_init(&app->grid, ascii);
	enum err_code code = watch_open(&app->watch, options, false, err);
	if (code)
		return code;
	code = detail_init(&app->detail, &app->watch.root, &app->watch.names, err);
	if (!code) {
		code = begin_views(app, err);
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
	listing_release(&app->listing);
	marks_release(&app->folds);
	matches_release(&app->matches);
	moves_release(&app->moves);
	process_detail_release(&app->process);
	detail_release(&app->detail);
	free(app->whole_command.text);
	release_views(app, VIEW_COUNT);
	watch_release(&app->watch);
}

void state_lay_out(struct app *app)
{
	const struct view *view = view_of(app);
	const struct layout_wish wish = { !app->header_hidden,
		view->without | app->config.meters_off, view->below ? view->below(app) : 0 };
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
	state_scroll_to_cursor(app);
	return ERR_OK;
}

static const char *look_up_user(void *context, const struct task *task)
{
	return detail_user(context, task);
}

static const char *look_up_command(void *context, const struct task *task)
{
	return detail_command(context, task);
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
	if (!app->watch.snapshot)
		return;
	app->context = watch_columns(&app->watch);
	app->context.lookup = (struct column_lookup){ &app->detail, look_up_user, look_up_command };
	app->context.measure.units = app->units;
	if (app->moves.before_count == app->watch.snapshot->count)
		app->context.moved = app->moves.places;
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
	state_say(app, "%s", err.text);
	return false;
}

void state_fetch(struct app *app)
{
	state_lay_out(app);
	if (app->watch.snapshot && view_of(app)->fetch)
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
	state_update(app);
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

/* --- the domain ------------------------------------------------------------------------------- */

const char *state_scope(const struct app *app)
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

void state_set_scope(struct app *app, enum watch_scope scope, const char *path)
{
	struct err err;
	watch_set_scope(&app->watch, scope, path);
	if (watch_rank(&app->watch, &err))
		state_say(app, "%s", err.text);
	app->moves.before_count = 0; /* places in another domain say nothing */
	state_relist(app);
}

static void say_scope(struct app *app)
{
	char total[FORMAT_SIZE];
	const struct domain *domain = &watch_outlook(&app->watch)->ranking.domain;
	format_kb(domain->totalpages < 0 ? UNKNOWN
					 : domain->totalpages * app->context.measure.page_kb,
		total);
	state_say(app, "domain: %s, 1000 points = %s", state_scope(app), total);
}

static void choose_scope(struct app *app, int32_t row)
{
	const struct memcg_tree *tree = app->watch.snapshot->memcgs;
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
	const struct memcg_tree *tree = app->watch.snapshot->memcgs;
	const struct domain *domain = &watch_outlook(&app->watch)->ranking.domain;
	int32_t now = domain->kind == DOMAIN_MEMCG ? domain->memcg : UNKNOWN;
	if (row < 0 || (row == 0 && !cgroup_rows_shows_top(tree))) {
		if (now == UNKNOWN)
			state_say(app,
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
	if (app->watch.scope == WATCH_AS_ASKED)
		return false;
	state_set_scope(app, WATCH_AS_ASKED, NULL);
	say_scope(app);
	return true;
}
