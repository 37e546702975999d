#include "react_scope.h"

#include "frame.h"
#include "state.h"
#include "state_cgroups.h"

static void say_scope(struct app *app)
{
	char total[FORMAT_SIZE];
	const struct domain *domain = &watch_outlook(&app->watch)->ranking.domain;
	format_kb(domain->totalpages < 0 ? UNKNOWN
					 : domain->totalpages * app->context.measure.page_kb,
		total);
	state_say(app, "domain: %s, 1000 points = %s", frame_scope(app), total);
}

static void choose(struct app *app, int32_t row)
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

void react_scope_next(struct app *app, int32_t row)
{
	const struct memcg_tree *tree = app->watch.snapshot->memcgs;
	const struct domain *domain = &watch_outlook(&app->watch)->ranking.domain;
	int32_t now = domain->kind == DOMAIN_MEMCG ? domain->memcg : UNKNOWN;
	if (row < 0 || (row == 0 && !cgroup_rows_shows_top(tree))) {
		if (now == UNKNOWN)
			state_say(app,
				"it is in no cgroup of its own: only an OOM of the host kills it");
		else
			choose(app, UNKNOWN);
		return;
	}
	int32_t limited_by = tree->rows[row].limited_by;
	if (now == row)
		choose(app, limited_by == row ? UNKNOWN : limited_by);
	else
		choose(app, now != UNKNOWN && now == limited_by ? UNKNOWN : row);
}

bool react_scope_leave(struct app *app)
{
	if (app->watch.scope == WATCH_AS_ASKED)
		return false;
	state_set_scope(app, WATCH_AS_ASKED, NULL);
	say_scope(app);
	return true;
}

void react_scope_jump(struct app *app)
{
	const struct ranking_row *row = state_cursor_row(app);
	const char *path = row ? snapshot_cgroup(app->watch.snapshot, row->task) : NULL;
	if (!path)
		return;
	state_show(app, VIEW_CGROUPS);
	if (state_cgroups_find(app, path))
		return;
	state_show(app, VIEW_PROCS);
	state_say(app, "%d is in no cgroup that could be shown: %s", (int)row->task->pid, path);
}
