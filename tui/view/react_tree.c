#include "react_tree.h"

#include "state.h"

static void rearrange(struct app *app)
{
	state_relist(app);
	state_scroll_to_cursor(app);
}

/* The operator looks at a process, which therefore keeps the cursor. */
static void toggle(struct app *app)
{
	state_point_at(app, (long)app->cursor.index);
	app->tree = !app->tree;
	rearrange(app);
}

static void set_folded(struct app *app, bool folded)
{
	const struct ranking_row *row = state_cursor_row(app);
	const struct process_branch *branch =
		row ? listing_branch(&app->listing, app->cursor.index) : NULL;
	struct err err;
	if (!branch || !branch->parent) {
		state_say(
			app, "%s", app->tree ? "nothing is below it" : "a list has no branches: t");
		return;
	}
	state_point_at(app, (long)app->cursor.index);
	if (!folded)
		marks_remove_task(&app->folds, row->task);
	else if (marks_add_task(&app->folds, row->task, &err))
		state_say(app, "%s", err.text);
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
	const struct process_tree *tree = &app->listing.tree;
	struct err err;
	for (int32_t depth = 1; depth >= 0 && app->folds.count == 0; depth--)
		if (process_tree_fold_all(tree, app->watch.snapshot, depth, &app->folds, &err)) {
			state_say(app, "%s", err.text);
			return;
		}
}

/* Everything is folded, or, when anything is, nothing. */
static void fold_all(struct app *app)
{
	if (!app->listing.nested) {
		set_folded(app, true); /* says why not */
		return;
	}
	state_point_at(app, (long)app->cursor.index);
	if (app->folds.count)
		marks_clear(&app->folds);
	else
		fold_branches(app);
	rearrange(app);
}

bool react_tree(struct app *app, enum action action)
{
	switch (action) {
	case ACTION_TREE:
		toggle(app);
		return true;
	case ACTION_FOLD:
		fold(app);
		return true;
	case ACTION_UNFOLD:
		unfold(app);
		return true;
	case ACTION_FOLD_ALL:
		fold_all(app);
		return true;
	default:
		return false;
	}
}
