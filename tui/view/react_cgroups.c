#include "react_cgroups.h"

#include "react_scope.h"
#include "state.h"
#include "state_cgroups.h"
#include "step.h"
#include "view_cgroups.h"

#include "oomspect/memcg_name.h"

#include <string.h>

/* --- moving ----------------------------------------------------------------------------------- */

/* The first row is a place: the cursor stays there whatever comes to stand in it. */
static bool move(struct app *app, enum action action)
{
	int rows = step_of(action, layout_page(&app->layout));
	if (!rows)
		return false;
	state_cgroups_point_at(app, (long)app->cgroups.at + rows);
	if (rows == -STEP_FAR)
		app->cgroups.bound = false;
	return true;
}

static void line_end(struct app *app)
{
	int shift = view_cgroups_longest(app) - app->grid.cols + 1;
	app->shift = shift > 0 ? shift : 0;
}

/* --- what is shown ---------------------------------------------------------------------------- */

static void tree(struct app *app)
{
	app->cgroups.tree = !app->cgroups.tree;
	app->cgroups.shaped = true;
	state_cgroups_relist(app);
	state_cgroups_point_at(app, (long)app->cgroups.at);
}

static void full_paths(struct app *app)
{
	app->cgroups.full_paths = !app->cgroups.full_paths;
	app->shift = 0;
	state_cgroups_relist(app);
}

static void limited_only(struct app *app)
{
	app->cgroups.limited_only = !app->cgroups.limited_only;
	state_say(app, "%s",
		app->cgroups.limited_only ? "cgroups without a limit are hidden"
					  : "every cgroup is shown");
	state_cgroups_relist(app);
}

static const struct cgroup_entry *pointed_entry(const struct cgroups *cgroups)
{
	return cgroups->at < cgroups->rows.count ? &cgroups->rows.entries[cgroups->at] : NULL;
}

static void set_folded(struct app *app, bool folded)
{
	struct cgroups *cgroups = &app->cgroups;
	const struct cgroup_entry *entry = pointed_entry(cgroups);
	if (!entry || !entry->parent) {
		state_say(app, cgroups->tree ? "nothing is below it" : "a list has no branches: t");
		return;
	}
	uint64_t inode = app->watch.snapshot->memcgs->rows[entry->row].inode;
	if (!folded)
		marks_remove(&cgroups->folds, inode);
	else if (!marks_add(&cgroups->folds, inode))
		state_say(app, "cannot fold a cgroup: out of memory");
	state_cgroups_point_at(app, (long)cgroups->at);
	state_cgroups_relist(app);
}

static void fold(struct app *app)
{
	set_folded(app, true);
}

static void unfold(struct app *app)
{
	set_folded(app, false);
}

/* Everything is folded, or, when anything is, nothing. */
static void fold_all(struct app *app)
{
	struct cgroups *cgroups = &app->cgroups;
	bool any = cgroups->folds.count > 0;
	if (!app->watch.snapshot)
		return;
	const struct memcg_tree *all = app->watch.snapshot->memcgs;
	marks_clear(&cgroups->folds);
	for (size_t i = 0; i < all->count && !any; i++) {
		bool parent = all->rows[i].subtree_end > (int32_t)i + 1;
		if (parent && !marks_add(&cgroups->folds, all->rows[i].inode)) {
			state_say(app, "cannot fold a cgroup: out of memory");
			break;
		}
	}
	state_cgroups_relist(app);
	state_cgroups_point_at(app, (long)cgroups->at);
}

static void follow(struct app *app)
{
	const struct memcg *row = cgroups_pointed(&app->cgroups);
	struct memcg_name name;
	app->follow = !app->follow;
	if (!app->follow || !row) {
		state_say(app, "following nothing");
		return;
	}
	state_cgroups_point_at(app, (long)app->cgroups.at);
	memcg_name_of(row->path, &name);
	state_say(app, "following %s", name.name);
}

/* --- finding ---------------------------------------------------------------------------------- */

static void search_from(struct app *app, long start, int step)
{
	const struct cgroup_rows *rows = &app->cgroups.rows;
	long count = (long)rows->count;
	if (!app->search_text[0]) {
		state_say(app, "nothing to search: / first");
		return;
	}
	for (long i = 0; i < count; i++) {
		long at = ((start + step * i) % count + count) % count;
		int32_t row = rows->entries[at].row;
		if (cgroup_rows_matches(
			    &app->watch.snapshot->memcgs->rows[row], app->search_text)) {
			state_cgroups_point_at(app, at);
			return;
		}
	}
	state_say(app, "not found: %s", app->search_text);
}

static void search_next(struct app *app)
{
	search_from(app, (long)app->cgroups.at + 1, 1);
}

static void search_previous(struct app *app)
{
	search_from(app, (long)app->cgroups.at - 1, -1);
}

static void filter(struct app *app)
{
	prompt_open(&app->prompt, PROMPT_FILTER, app->cgroups.filter_text);
}

static void user(struct app *app)
{
	state_say(app, "a cgroup has no user: 1 shows the processes");
}

static void clear(struct app *app)
{
	app->cgroups.filter_text[0] = '\0';
	app->cgroups.limited_only = false;
	state_cgroups_relist(app);
	state_say(app, "no filter");
}

bool react_cgroups_take_text(struct app *app)
{
	switch (app->prompt.id) {
	case PROMPT_SEARCH:
		memcpy(app->search_text, app->prompt.text, sizeof(app->search_text));
		search_from(app, (long)app->cgroups.at, 1);
		return true;
	case PROMPT_FILTER:
		memcpy(app->cgroups.filter_text, app->prompt.text,
			sizeof(app->cgroups.filter_text));
		state_cgroups_relist(app);
		return true;
	default:
		return false;
	}
}

/* --- sorting ---------------------------------------------------------------------------------- */

void react_cgroups_sort(struct app *app, enum cgroup_column_id column, bool reversed)
{
	app->cgroups.sort = column;
	app->cgroups.reversed = reversed;
	state_cgroups_relist(app);
	state_cgroups_point_at(app, (long)app->cgroups.at);
	state_say(
		app, "sorted by %s%s", cgroup_columns[column].title, reversed ? ", reversed" : "");
}

static void sort_share(struct app *app)
{
	react_cgroups_sort(app, CGROUP_COL_SHARE, false);
}

static void sort_used(struct app *app)
{
	react_cgroups_sort(app, CGROUP_COL_USED, false);
}

static void sort_eta(struct app *app)
{
	react_cgroups_sort(app, CGROUP_COL_ETA, false);
}

static void sort_reverse(struct app *app)
{
	react_cgroups_sort(app, app->cgroups.sort, !app->cgroups.reversed);
}

static void sort_left(struct app *app)
{
	enum cgroup_column_id now = app->cgroups.sort;
	react_cgroups_sort(app, now == 0 ? CGROUP_COL_COUNT - 1 : now - 1, false);
}

static void sort_right(struct app *app)
{
	react_cgroups_sort(app, (app->cgroups.sort + 1) % CGROUP_COL_COUNT, false);
}

/* --- to the processes and back ---------------------------------------------------------------- */

static void open_processes(struct app *app)
{
	const struct memcg *row = cgroups_pointed(&app->cgroups);
	if (!row)
		return;
	state_set_scope(app, WATCH_CGROUP, row->path);
	state_show(app, VIEW_PROCS);
	state_point_at(app, 0);
	app->cursor.bound = false;
	state_say(app, "the processes of %s: Esc leaves", app->watch.scope_path);
}

static void back_to_process(struct app *app)
{
	state_show(app, VIEW_PROCS);
	state_scroll_to_cursor(app);
}

static void scope(struct app *app)
{
	const struct cgroup_entry *entry = pointed_entry(&app->cgroups);
	if (entry)
		react_scope_next(app, entry->row);
}

/* No key may act on a process that is not on the screen. */
/* One step out: search, filter, scope. Never quits. */
static void back(struct app *app)
{
	if (app->search_text[0])
		app->search_text[0] = '\0';
	else if (app->cgroups.filter_text[0] || app->cgroups.limited_only ||
		 !react_scope_leave(app))
		clear(app);
}

static void (*const reactions[ACTION_COUNT])(struct app *) = {
	[ACTION_LINE_END] = line_end,
	[ACTION_OPEN] = open_processes,
	[ACTION_CGROUP] = back_to_process,
	[ACTION_SCOPE] = scope,
	[ACTION_TREE] = tree,
	[ACTION_FOLD] = fold,
	[ACTION_UNFOLD] = unfold,
	[ACTION_FOLD_ALL] = fold_all,
	[ACTION_FULL] = full_paths,
	[ACTION_FOLLOW] = follow,
	[ACTION_KILLABLE] = limited_only,
	[ACTION_SEARCH_NEXT] = search_next,
	[ACTION_SEARCH_PREVIOUS] = search_previous,
	[ACTION_FILTER] = filter,
	[ACTION_USER] = user,
	[ACTION_CLEAR] = clear,
	[ACTION_SORT_POINTS] = sort_share,
	[ACTION_SORT_MEMORY] = sort_used,
	[ACTION_SORT_AGE] = sort_eta,
	[ACTION_SORT_LEFT] = sort_left,
	[ACTION_SORT_RIGHT] = sort_right,
	[ACTION_SORT_REVERSE] = sort_reverse,
	[ACTION_BACK] = back,
};

bool react_cgroups(struct app *app, enum action action)
{
	if (move(app, action))
		return true;
	if (!reactions[action])
		return false;
	reactions[action](app);
	return true;
}
