/* Everything of the Cgroups view that can change: its rows, its cursor, how they are shown, and
 * what is computed for them once a sample. */
#ifndef OOMSPECT_CGROUPS_H
#define OOMSPECT_CGROUPS_H

#include "cgroup_line.h"
#include "model/process_columns.h"
#include "model/prompt.h"

#include <limits.h>

#define CGROUPS_NEAREST 4 /* rows of the strip */

struct cgroups {
	struct cgroup_rows rows;
	struct marks folds; /* by inode, which is not given again while the cgroup lives */
	struct cgroup_rates rates;
	struct memcg_victims victims;
	struct cgroup_line_context context;
	struct column_set line;
	unsigned long samples; /* of struct app when all this was computed; 0: never */

	bool shaped; /* tree or flat has been decided, by the first sample or by a key */
	bool tree, limited_only, full_paths;
	enum cgroup_column_id sort;
	bool reversed;
	char filter_text[PROMPT_TEXT_SIZE];

	/* The row pointed at: a path, never a row number. Before the first move it is whatever
	 * stands first. */
	bool bound;
	char path[PATH_MAX];
	size_t at, top;

	/* Who would die in it: of the row pointed at, where the screen has room for that. */
	struct outlook inside;
	struct column_set inside_columns;
	struct column_context inside_context;

	/* Those with a limit of their own, by the share of it that cannot be reclaimed. */
	struct cgroup_entry nearest[CGROUPS_NEAREST];
	size_t nearest_count;
	bool limits_seen; /* there were some in this sample or in one before */
	int32_t first;    /* the row that meets its limit first; UNKNOWN without a trend */
	int64_t first_s;  /* in how many seconds: an estimate */
};

void cgroups_init(struct cgroups *cgroups);
void cgroups_release(struct cgroups *cgroups);

/* A new sample: victims at `moment`, rates, the nearest. ERR_NO_MEMORY. */
enum err_code cgroups_sampled(struct cgroups *cgroups, const struct snapshot *snapshot,
	enum moment moment, struct err *err);

/* Builds the rows anew: another sample, order, fold or filter. */
enum err_code cgroups_arrange(struct cgroups *cgroups, struct err *err);

/* The cgroup under the cursor; NULL without any. */
const struct memcg *cgroups_pointed(const struct cgroups *cgroups);

/* Looks ahead in the cgroup under the cursor, in its own domain. */
enum err_code cgroups_rank_inside(struct cgroups *cgroups, struct err *err);

#endif
