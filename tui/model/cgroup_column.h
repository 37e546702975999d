/* The columns of a list of memory cgroups: one table with the name, the number or text, and the
 * help of each. Shared by the live screen and `cgroups`. Knows no order of rows. */
#ifndef OOMSPECT_CGROUP_COLUMN_H
#define OOMSPECT_CGROUP_COLUMN_H

#include "column.h"
#include "term/grid.h"

#include "oomspect/memcg_victims.h"

enum cgroup_column_id {
	CGROUP_COL_USED,
	CGROUP_COL_LIMIT,
	CGROUP_COL_SHARE,
	CGROUP_COL_LEFT,
	CGROUP_COL_UNRECL,
	CGROUP_COL_RECL,
	CGROUP_COL_ANON,
	CGROUP_COL_FILE,
	CGROUP_COL_SHMEM,
	CGROUP_COL_KERNEL,
	CGROUP_COL_SWAP,
	CGROUP_COL_SWMAX,
	CGROUP_COL_HIGH,
	CGROUP_COL_PEAK,
	CGROUP_COL_PROCS,
	CGROUP_COL_PSI,
	CGROUP_COL_K,
	CGROUP_COL_MAXED,
	CGROUP_COL_GROWTH,
	CGROUP_COL_ETA,
	CGROUP_COL_KIND,
	CGROUP_COL_NAME,
	CGROUP_COL_VICTIM,
	CGROUP_COL_CGROUP,
	CGROUP_COL_COUNT,
};

/* No limit: more than any number, and shown as "none". */
#define CGROUP_NONE INT64_MAX

/* Room for the text of a cell: a name, or a pid and a comm. */
#define CGROUP_CELL_SIZE 320

struct cgroup_context {
	const struct snapshot *snapshot;
	const struct memcg_victims *victims; /* of the snapshot */
	struct measure measure;
};

struct cgroup_column {
	const char *name;
	const char *title;
	int width;
	bool text; /* flush left, and foreign */
	bool ascending;
	/* Of a number: COLUMN_MISSING where it is unknown. NULL for a text that sorts by itself. */
	int64_t (*value)(const struct cgroup_context *context, int32_t row);
	void (*format)(
		const struct cgroup_context *context, int64_t value, char buffer[FORMAT_SIZE]);
	/* Of a text: borrowed from the snapshot, or in `buffer`. */
	const char *(*string)(
		const struct cgroup_context *context, int32_t row, char buffer[CGROUP_CELL_SIZE]);
	const char *help;
};

extern const struct cgroup_column cgroup_columns[CGROUP_COL_COUNT];

struct cgroup_column_set {
	enum cgroup_column_id ids[CGROUP_COL_COUNT];
	int widths[CGROUP_COL_COUNT];
	size_t count;
};

/* The column called `name` (bytes up to `length`, any case); CGROUP_COL_COUNT: none. */
enum cgroup_column_id cgroup_column_find(const char *name, size_t length);

/* Columns named in a list: "used,limit,cgroup". ERR_NOT_FOUND names the one that is none, ERR_SYNTAX
 * one that is named twice. */
enum err_code cgroup_column_set_parse(
	struct cgroup_column_set *set, const char *names, struct err *err);

/* A cell as it is shown: "-" when unknown, "none" for no limit, "16.0G^" for an ancestor's. */
const char *cgroup_column_cell(enum cgroup_column_id id, const struct cgroup_context *context,
	int32_t row, char buffer[CGROUP_CELL_SIZE]);

/* Widens the columns until nothing of `rows` is cut. */
void cgroup_column_set_fit(struct cgroup_column_set *set, const struct grid *grid,
	const struct cgroup_context *context, const int32_t *rows, size_t count);

/* Columns of a line of the set. */
int cgroup_column_set_width(const struct cgroup_column_set *set);

/* Writes titles, or a row. The last column runs on to the end of the pen. */
void cgroup_column_put_titles(
	const struct cgroup_column_set *set, struct pen *pen, enum cgroup_column_id sorted);
void cgroup_column_put_row(const struct cgroup_column_set *set,
	const struct cgroup_context *context, int32_t row, struct pen *pen);

#endif
