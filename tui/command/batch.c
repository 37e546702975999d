#include "batch.h"

#include "oomspect/array.h"
#include "oomspect/explain.h"
#include "oomspect/memcg_name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WIDTH_AT_FIRST 512

static enum err_code choose_columns(
	struct batch *batch, const struct column_table *table, const char *usual, struct err *err)
{
	const struct options *options = batch->options;
	struct column_set sorted;
	enum err_code code = ERR_OK;
	if (options->sort)
		code = column_set_parse(&sorted, table, options->sort, err);
	if (code)
		return code;
	if (options->sort)
		batch->sort = sorted.ids[0];
	return column_set_parse(
		&batch->columns, table, options->columns ? options->columns : usual, err);
}

int batch_open(struct batch *batch, const struct options *options, const struct column_table *table,
	const char *usual, unsigned sort, struct err *err)
{
	batch->options = options;
	batch->sort = sort;
	if (choose_columns(batch, table, usual, err))
		return STATUS_USAGE;
	if (watch_open(&batch->watch, options, true, err))
		return STATUS_FAILED;
	if (printer_init(&batch->printer, stdout, WIDTH_AT_FIRST, err) == ERR_OK)
		return 0;
	batch_close(batch);
	return STATUS_FAILED;
}

void batch_close(struct batch *batch)
{
	printer_release(&batch->printer);
	watch_release(&batch->watch);
}

enum err_code batch_print(struct batch *batch, const struct column_context *context,
	union column_row (*row)(const void *list, size_t place), const void *list, size_t count,
	struct err *err)
{
	struct printer *printer = &batch->printer;
	struct column_set *set = &batch->columns;
	for (size_t i = 0; i < count; i++)
		column_set_widen(set, &printer->grid, context, row(list, i));
	enum err_code code = printer_widen(printer, column_set_width(set), err);
	if (code)
		return code;
	if (batch->watch.sampler.samples > 1)
		fputc('\n', printer->out);
	column_put_titles(set, &printer->pen, batch->sort);
	printer_end_line(printer);
	for (size_t i = 0; i < count; i++) {
		column_put_row(set, context, row(list, i), NULL, &printer->pen);
		printer_end_line(printer);
	}
	return ERR_OK;
}

int batch_list_columns(const struct column_table *table)
{
	for (unsigned id = 0; id < table->count; id++)
		printf("%-8s %s\n", table->columns[id].name, table->columns[id].help);
	return 0;
}

/* From one time to the next, however long a sample takes. */
static void wait_for(struct timespec *next, int64_t delay_ms)
{
	next->tv_sec += delay_ms / 1000;
	next->tv_nsec += delay_ms % 1000 * 1000000;
	if (next->tv_nsec >= 1000000000) {
		next->tv_sec++;
		next->tv_nsec -= 1000000000;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR)
		;
}

enum err_code batch_run(const struct options *options,
	enum err_code (*print)(void *context, struct err *err), void *context, struct err *err)
{
	int64_t left = options->iterations ? options->iterations : 1;
	struct timespec next;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		enum err_code code = print(context, err);
		if (code || --left == 0)
			return code;
		wait_for(&next, options->delay_ms);
	}
}

enum err_code batch_find_pids(const struct watch *watch, struct err *err)
{
	const struct options *options = watch->options;
	for (size_t i = 0; i < options->pid_count; i++)
		if (!snapshot_find(watch->snapshot, options->pids[i]))
			return err_set(err, ERR_NOT_FOUND, "process %d: no such process",
				(int)options->pids[i]);
	return ERR_OK;
}

void batch_print_doubts(unsigned uncertain)
{
	for (enum uncertainty i = 0; i < UNCERTAIN_COUNT; i++)
		if (uncertain >> i & 1)
			fprintf(stderr, "oomspect: uncertain: %s\n", explain_uncertainty(i));
}

/* --- which cgroups ---------------------------------------------------------------------------- */

void cgroup_choice_release(struct cgroup_choice *choice)
{
	free(choice->rows);
	*choice = (struct cgroup_choice){ NULL, 0 };
}

static enum err_code reserve(struct cgroup_choice *choice, size_t count, struct err *err)
{
	if (ARRAY_RESERVE(choice->rows, choice->capacity, count))
		return ERR_OK;
	return err_set(
		err, ERR_NO_MEMORY, "cannot choose among %zu memory cgroups: out of memory", count);
}

/* The subtree that is asked for; the whole tree without --cgroup. */
static enum err_code find_subtree(
	const struct watch *watch, size_t *ret_begin, size_t *ret_end, struct err *err)
{
	const struct memcg_tree *tree = watch->snapshot->memcgs;
	int32_t top;
	*ret_begin = 0;
	*ret_end = tree->count;
	if (!watch->options->cgroup)
		return ERR_OK;
	enum err_code code = memcg_lookup(tree, watch->options->cgroup, &top, err);
	if (!code) {
		*ret_begin = (size_t)top;
		*ret_end = (size_t)tree->rows[top].subtree_end;
	}
	return code;
}

static bool is_asked_for(const struct options *options, const struct task *task, uid_t uid)
{
	bool named = options->pid_count == 0;
	for (size_t i = 0; i < options->pid_count; i++)
		named |= options->pids[i] == task->pid;
	return named && (uid == UID_UNKNOWN || uid == task->uid);
}

/* Marks the row of each process that is asked for, and those above it. */
static enum err_code mark_processes(
	struct cgroup_choice *choice, struct watch *watch, struct err *err)
{
	const struct snapshot *snapshot = watch->snapshot;
	const struct options *options = watch->options;
	uid_t uid = UID_UNKNOWN;
	enum err_code code = batch_find_pids(watch, err);
	if (!code && options->user)
		code = names_find(&watch->names, options->user, &uid, err);
	for (size_t i = 0; !code && i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (!is_asked_for(options, task, uid))
			continue;
		for (int32_t row = task->memcg; row >= 0; row = snapshot->memcgs->rows[row].parent)
			choice->rows[row] = true;
	}
	return code;
}

enum err_code cgroup_choice_build(
	struct cgroup_choice *choice, struct watch *watch, struct err *err)
{
	const struct options *options = watch->options;
	size_t count = watch->snapshot->memcgs->count, begin, end;
	bool by_process = options->user || options->pid_count;
	if (!options->cgroup && !by_process)
		return ERR_OK;
	enum err_code code = reserve(choice, count + 1, err);
	if (!code)
		code = find_subtree(watch, &begin, &end, err);
	if (code)
		return code;
	for (size_t row = 0; row < count; row++)
		choice->rows[row] = !by_process;
	if (by_process)
		code = mark_processes(choice, watch, err);
	for (size_t row = 0; row < count; row++)
		choice->rows[row] &= row >= begin && row < end;
	return code;
}
