#include "batch.h"
#include "command.h"
#include "model/cgroup_columns.h"

#include "oomspect/json.h"

#include <stdlib.h>
#include <string.h>

/* What a row is sorted by: a number or a text, then its place in the tree. */
struct key {
	int64_t number;
	char *string; /* owned */
	int32_t row;
	bool ascending;
};

/* What `cgroups` prints, sample after sample. */
struct cgroups {
	struct batch batch;
	struct memcg_victims victims;
	struct column_context context;
	struct cgroup_choice choice;
	int32_t *rows; /* in the order to print */
	size_t count;
};

static union column_row row_of(const struct cgroups *cgroups, int32_t row)
{
	return cgroup_row(&cgroups->batch.watch.snapshot->memcgs->rows[row]);
}

/* A number that is missing stands last, whatever the order; of equals the first of the tree. */
static int compare(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = 0;
	if ((x->number == COLUMN_MISSING) != (y->number == COLUMN_MISSING))
		return x->number == COLUMN_MISSING ? 1 : -1;
	if (x->string && y->string)
		order = strcmp(x->string, y->string);
	else if (x->number != y->number)
		order = x->number < y->number ? -1 : 1;
	if (order)
		return x->ascending ? order : -order;
	return x->row < y->row ? -1 : 1;
}

/* False when a text could not be kept. */
static bool fill_keys(const struct cgroups *cgroups, struct key *keys, size_t count)
{
	const struct column *column = &cgroup_columns[cgroups->batch.sort];
	const struct column_context *context = &cgroups->context;
	char buffer[COLUMN_CELL_SIZE];
	for (size_t i = 0; i < count; i++) {
		union column_row row = row_of(cgroups, (int32_t)i);
		keys[i] = (struct key){
			.row = (int32_t)i,
			.ascending = column->flags & COLUMN_ASCENDING,
		};
		if (column_has_value(column))
			keys[i].number = column_value(column, context, row);
		else if (!(keys[i].string = strdup(column->string(context, row, buffer))))
			return false;
	}
	return true;
}

static void take_order(struct cgroups *cgroups, struct key *keys, size_t count)
{
	int64_t lines = cgroups->batch.options->lines;
	qsort(keys, count, sizeof(*keys), compare);
	cgroups->count = 0;
	for (size_t i = 0; i < count; i++)
		if (cgroup_choice_has(&cgroups->choice, (size_t)keys[i].row))
			cgroups->rows[cgroups->count++] = keys[i].row;
	if (lines && (size_t)lines < cgroups->count)
		cgroups->count = (size_t)lines;
}

static void free_keys(struct key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(keys[i].string);
	free(keys);
}

static enum err_code sort_rows(struct cgroups *cgroups, struct err *err)
{
	size_t count = cgroups->batch.watch.snapshot->memcgs->count;
	int32_t *rows = reallocarray(cgroups->rows, count + 1, sizeof(*rows));
	struct key *keys = calloc(count + 1, sizeof(*keys));
	bool filled = false;
	if (rows)
		cgroups->rows = rows;
	if (keys) {
		filled = rows && fill_keys(cgroups, keys, count);
		if (filled)
			take_order(cgroups, keys, count);
		free_keys(keys, count);
	}
	return filled ? ERR_OK
		      : err_set(err, ERR_NO_MEMORY, "cannot list %zu memory cgroups: out of memory",
				count);
}

static union column_row row_at(const void *list, size_t place)
{
	const struct cgroups *cgroups = list;
	return row_of(cgroups, cgroups->rows[place]);
}

static enum err_code print_text(struct cgroups *cgroups, struct err *err)
{
	column_set_reset(&cgroups->batch.columns);
	return batch_print(
		&cgroups->batch, &cgroups->context, row_at, cgroups, cgroups->count, err);
}

static enum err_code print_sample(void *context, struct err *err)
{
	struct cgroups *cgroups = context;
	struct watch *watch = &cgroups->batch.watch;
	enum err_code code = watch_sample(watch, err);
	if (code)
		return code;
	if (watch->snapshot->memcgs->version == 0)
		return err_set(err, ERR_UNSUPPORTED,
			"no memory cgroups: no hierarchy with the memory controller is mounted");
	code = memcg_victims_build(&cgroups->victims, watch->snapshot, watch->moment, err);
	cgroups->context = (struct column_context){
		.snapshot = watch->snapshot,
		.victims = &cgroups->victims,
		.measure = { UNITS_AUTO, watch->snapshot->host.page_size / 1024, UNKNOWN },
	};
	if (!code)
		code = cgroup_choice_build(&cgroups->choice, watch, err);
	if (!code)
		code = sort_rows(cgroups, err);
	if (!code && cgroups->batch.options->json)
		json_cgroups(cgroups->batch.printer.out, watch->snapshot, &cgroups->victims,
			cgroups->rows, cgroups->count);
	else if (!code)
		code = print_text(cgroups, err);
	return code ? code : output_flush(cgroups->batch.printer.out, err);
}

int command_cgroups(const struct options *options, struct err *err)
{
	struct cgroups cgroups = { .rows = NULL };
	if (options->list_columns)
		return batch_list_columns(&cgroup_table);
	int status = batch_open(&cgroups.batch, options, &cgroup_table,
		"used,limit,%lim,left,unrecl,swap,psi,k,eta,victim,cgroup", CGROUP_COL_SHARE, err);
	if (status)
		return status;
	memcg_victims_init(&cgroups.victims);
	enum err_code code = batch_run(options, print_sample, &cgroups, err);
	if (!code && !options->json)
		batch_print_doubts(memcg_victims_uncertain(&cgroups.victims));
	memcg_victims_release(&cgroups.victims);
	batch_close(&cgroups.batch);
	cgroup_choice_release(&cgroups.choice);
	free(cgroups.rows);
	return code ? STATUS_FAILED : 0;
}
