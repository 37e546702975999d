/* What the commands that print samples have in common: how often, in which columns, of which cgroups,
 * and how sure it all is. */
#ifndef OOMSPECT_BATCH_H
#define OOMSPECT_BATCH_H

#include "model/watch.h"
#include "term/printer.h"

struct batch {
	const struct options *options;
	struct watch watch;
	struct printer printer; /* to standard output */
	struct column_set columns;
	unsigned sort; /* a column */
};

/* Opens it with the columns of --columns, or those called `usual`, and the one of --sort, or `sort`.
 * 0, or the exit status: it need not be closed then. */
int batch_open(struct batch *batch, const struct options *options, const struct column_table *table,
	const char *usual, unsigned sort, struct err *err);
void batch_close(struct batch *batch);

/* Prints titles and `count` rows of a list, all columns wide enough; a blank line stands before all
 * but the first sample. */
enum err_code batch_print(struct batch *batch, const struct column_context *context,
	union column_row (*row)(const void *list, size_t place), const void *list, size_t count,
	struct err *err);

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
