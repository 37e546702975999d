/* The columns of a process list: one table with the name, the number or text, and the help of each.
 *
 * Shared by the live screen and `list`. MEM, ADJ and BAD are thousandths of the domain's
 * totalpages with one decimal, and add up as they are shown. Knows no order of rows (listing.h) and
 * nothing of lines (column_set.h). */
#ifndef OOMSPECT_COLUMN_H
#define OOMSPECT_COLUMN_H

#include "growth.h"
#include "term/format.h"

#include "oomspect/outlook.h"

enum column_id {
	COL_RK,
	COL_MOVED,
	COL_PID,
	COL_PPID,
	COL_UID,
	COL_USER,
	COL_S,
	COL_START,
	COL_MEM,
	COL_ADJ,
	COL_BAD,
	COL_SCORE,
	COL_RSS,
	COL_ANON,
	COL_FILE,
	COL_SHMEM,
	COL_SWAP,
	COL_PT,
	COL_GROW,
	COL_FLG,
	COL_CGROUP,
	COL_COMM,
	COL_COMMAND,
	COL_COUNT,
};

/* Texts that a snapshot does not hold. Both are never NULL and are borrowed until the next call. */
struct column_lookup {
	void *context;
	const char *(*user)(void *context, const struct task *task);
	const char *(*command)(void *context, const struct task *task);
};

/* What the cells are computed from. */
struct column_context {
	const struct snapshot *snapshot;
	const struct outlook *outlook; /* whose rows they are */
	const int32_t *moved; /* by task of the snapshot: places up since the last sample; NULL */
	const struct growth_row *growth; /* by task of the snapshot; NULL without a history */
	struct measure measure;
	struct column_lookup lookup;
};

/* A value that is missing, or that stands for "cannot be killed": shown as "-" and "unk", and
 * last in every order. */
#define COLUMN_MISSING    INT64_MIN
#define COLUMN_UNKILLABLE (INT64_MIN + 1)

/* When a column is part of the list that nobody asked to be otherwise. */
enum {
	COLUMN_ASKED = -1, /* never */
	COLUMN_ALWAYS = 0,
	/* above: dropped when the screen is narrow, the greatest first */
};

struct column {
	const char *name; /* on the command line: the title in lower case */
	const char *title;
	int width;
	bool text;      /* flush left, and foreign; a number stands flush right */
	bool ascending; /* the natural order: smallest, oldest or first letter first */
	int drop;
	int min_cols; /* of the screen */
	/* Of a number: what is sorted by, and how it is written. `value` may be set for a text too:
	 * sorting then goes by it. */
	int64_t (*value)(const struct column_context *context, const struct ranking_row *row);
	void (*format)(
		const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE]);
	/* Of a text; sorted by without `value`. */
	const char *(*string)(const struct column_context *context, const struct ranking_row *row);
	const char *help;
};

extern const struct column columns[COL_COUNT];

/* What the letters of FLG mean, for a screen that has room for it. */
extern const char column_flags_legend[];

/* The column called `name` (bytes up to `length`, any case); COL_COUNT when there is none. */
enum column_id column_find(const char *name, size_t length);

/* Columns of the screen that it takes, by the table and by what the numbers of this list need. */
int column_width(enum column_id id, const struct column_context *context);

/* The cell of a number, or the string of a text, as it is shown. Borrowed as the lookups are, or in
 * `buffer`. */
const char *column_cell(enum column_id id, const struct column_context *context,
	const struct ranking_row *row, char buffer[FORMAT_SIZE]);

/* Tenths of a thousandth that MEM, ADJ and BAD show; COLUMN_MISSING or COLUMN_UNKILLABLE. */
int64_t column_mem_tenths(const struct outlook *outlook, const struct ranking_row *row);
int64_t column_adj_tenths(const struct outlook *outlook, const struct ranking_row *row);
int64_t column_bad_tenths(const struct outlook *outlook, const struct ranking_row *row);

/* ADJ as it is shown: the value that is set, and where that weighs less in the domain, or a root
 * bonus comes to it, the thousandths that it weighs. */
void column_format_adj(
	const struct outlook *outlook, const struct ranking_row *row, char buffer[FORMAT_SIZE]);

#endif
