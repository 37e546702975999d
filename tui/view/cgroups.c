#include "cgroups.h"

#include "cgroup_line.h"

#include <string.h>

void cgroups_init(struct cgroups *cgroups)
{
	*cgroups = (struct cgroups){ .sort = CGROUP_COL_SHARE, .first = UNKNOWN };
	cgroup_rows_init(&cgroups->rows);
	cgroup_rates_init(&cgroups->rates);
	memcg_victims_init(&cgroups->victims);
	outlook_init(&cgroups->inside);
	column_set_parse(&cgroups->inside_columns, &process_table,
		"rk,pid,user,mem,adj,bad,rss,swap,command", NULL);
}

void cgroups_release(struct cgroups *cgroups)
{
	cgroup_rows_release(&cgroups->rows);
	marks_release(&cgroups->folds);
	cgroup_rates_release(&cgroups->rates);
	memcg_victims_release(&cgroups->victims);
	outlook_release(&cgroups->inside);
}

/* Whether a limit is met in this row: its own, or one above the top that is hidden. */
static bool has_limit(const struct memcg_tree *tree, int32_t row)
{
	const struct memcg *memcg = &tree->rows[row];
	if (!amount_known(memcg->effective_limit))
		return false;
	return memcg->limited_by == row || (memcg->limit_hidden && row == 0);
}

/* Enters a row where its danger puts it among the nearest. */
static void enter_nearest(struct cgroups *cgroups, const struct memcg_tree *tree, int32_t row)
{
	int64_t danger = cgroup_bar_danger(&tree->rows[row]);
	size_t at = cgroups->nearest_count;
	while (at > 0 && danger > cgroup_bar_danger(&tree->rows[cgroups->nearest[at - 1].row]))
		at--;
	if (at == CGROUPS_NEAREST)
		return;
	if (cgroups->nearest_count < CGROUPS_NEAREST)
		cgroups->nearest_count++;
	memmove(&cgroups->nearest[at + 1], &cgroups->nearest[at],
		(cgroups->nearest_count - at - 1) * sizeof(cgroups->nearest[0]));
	cgroups->nearest[at] = (struct cgroup_entry){ .row = row };
}

static void find_nearest(struct cgroups *cgroups)
{
	const struct column_context *context = &cgroups->context.columns;
	const struct memcg_tree *tree = context->snapshot->memcgs;
	cgroups->nearest_count = 0;
	cgroups->first = UNKNOWN;
	cgroups->first_s = UNKNOWN;
	for (int32_t row = 0; row < (int32_t)tree->count; row++) {
		if (!has_limit(tree, row))
			continue;
		enter_nearest(cgroups, tree, row);
		int64_t seconds = column_value(
			&cgroup_columns[CGROUP_COL_ETA], context, cgroup_row(&tree->rows[row]));
		if (seconds == COLUMN_MISSING)
			continue;
		if (cgroups->first == UNKNOWN || seconds < cgroups->first_s) {
			cgroups->first = row;
			cgroups->first_s = seconds;
		}
	}
	cgroups->limits_seen |= cgroups->nearest_count > 0;
}

enum err_code cgroups_sampled(struct cgroups *cgroups, const struct snapshot *snapshot,
	enum moment moment, struct err *err)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	enum err_code code = memcg_victims_build(&cgroups->victims, snapshot, moment, err);
	cgroups->context = (struct cgroup_line_context){
		.columns = { .snapshot = snapshot, .victims = &cgroups->victims },
		.rows = &cgroups->rows,
		.rates = &cgroups->rates,
	};
	/* Whoever dies in them, the rows of before are not those of this tree. */
	cgroup_rates_update(&cgroups->rates, tree, snapshot->host.boot_ms);
	find_nearest(cgroups);
	if (!cgroups->shaped && tree->count > 1) {
		cgroups->tree = cgroup_rows_is_nested(tree);
		cgroups->shaped = true;
	}
	return code;
}

/* Finds the cursor's cgroup again; if it is gone, the one in its place is pointed at. */
static void find_cursor(struct cgroups *cgroups)
{
	const struct memcg_tree *tree = cgroups->context.columns.snapshot->memcgs;
	size_t count = cgroups->rows.count;
	long at = -1;
	if (!cgroups->bound) {
		cgroups->at = 0;
		return;
	}
	int32_t row = memcg_tree_find(tree, cgroups->path);
	if (row >= 0 && strcmp(tree->rows[row].path, cgroups->path) == 0)
		at = cgroup_rows_find(&cgroups->rows, row);
	if (at >= 0)
		cgroups->at = (size_t)at;
	else if (cgroups->at >= count)
		cgroups->at = count ? count - 1 : 0;
	const struct memcg *pointed = cgroups_pointed(cgroups);
	if (pointed)
		text_copy(text_of(pointed->path), cgroups->path, sizeof(cgroups->path));
}

enum err_code cgroups_arrange(struct cgroups *cgroups, struct err *err)
{
	const struct cgroup_rows_wish wish = { cgroups->tree, cgroups->limited_only,
		cgroups->filter_text, cgroups->sort, cgroups->reversed, &cgroups->folds };
	cgroups->context.tree = cgroups->tree;
	cgroups->context.full_paths = cgroups->full_paths;
	enum err_code code =
		cgroup_rows_build(&cgroups->rows, &cgroups->context.columns, &wish, err);
	find_cursor(cgroups);
	return code;
}

const struct memcg *cgroups_pointed(const struct cgroups *cgroups)
{
	if (cgroups->at >= cgroups->rows.count)
		return NULL;
	const struct memcg_tree *tree = cgroups->context.columns.snapshot->memcgs;
	return &tree->rows[cgroups->rows.entries[cgroups->at].row];
}

enum err_code cgroups_rank_inside(struct cgroups *cgroups, struct err *err)
{
	const struct snapshot *snapshot = cgroups->context.columns.snapshot;
	const struct memcg *pointed = cgroups_pointed(cgroups);
	struct outlook *inside = &cgroups->inside;
	inside->ranking.count = inside->ranking.killable = 0;
	if (!pointed)
		return ERR_OK;
	struct domain domain = domain_memcg(snapshot, (int32_t)(pointed - snapshot->memcgs->rows));
	enum err_code code =
		outlook_build(inside, snapshot, &domain, cgroups->victims.moment, NULL, 0, err);
	if (code)
		return code;
	cgroups->inside_context.snapshot = snapshot;
	cgroups->inside_context.outlook = inside;
	cgroups->inside_context.measure = cgroups->context.columns.measure;
	cgroups->inside_context.measure.totalpages = domain.totalpages;
	column_set_measure(&cgroups->inside_columns, &cgroups->inside_context);
	return ERR_OK;
}
