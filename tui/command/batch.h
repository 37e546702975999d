/* What the commands that print samples have in common: how often, of which cgroups, and how sure it
 * all is. Knows no column. */
#ifndef OOMSPECT_BATCH_H
#define OOMSPECT_BATCH_H

#include "model/watch.h"

/* The columns that --columns asks for, or those called `usual`, and the one of --sort; `*sort` stays
 * without it. */
enum err_code batch_choose_columns(const struct options *options, const struct column_table *table,
	const char *usual, struct column_set *ret_columns, unsigned *sort, struct err *err);

/* Prints what --list-columns asks for. Returns the exit status. */
int batch_list_columns(const struct column_table *table);

/* Calls `print` for each sample that --iterations asks for, one without it, --delay apart. */
enum err_code batch_run(const struct options *options,
	enum err_code (*print)(void *context, struct err *err), void *context, struct err *err);

/* ERR_NOT_FOUND for a process of --pid that the latest sample has not. */
enum err_code batch_find_pids(const struct watch *watch, struct err *err);

/* A line on stderr for each reason why the prediction just printed is not certain (bits of enum
 * uncertainty). */
void batch_print_doubts(unsigned uncertain);

/* Which memory cgroups a command is about: that of --cgroup with all below it; of these the ones
 * that hold, or hold below them, a process of --user or one of --pid. */
struct cgroup_choice {
	bool *rows; /* by row of the latest snapshot's tree; NULL: all of them. Owned */
	size_t capacity;
};

void cgroup_choice_release(struct cgroup_choice *choice);

/* Fills `choice` anew by the options of `watch`, for its latest sample. ERR_NOT_FOUND, ERR_SYNTAX
 * for a cgroup, user or process that is not there; ERR_NO_MEMORY. */
enum err_code cgroup_choice_build(
	struct cgroup_choice *choice, struct watch *watch, struct err *err);

static inline bool cgroup_choice_has(const struct cgroup_choice *choice, size_t row)
{
	return !choice->rows || choice->rows[row];
}

#endif
