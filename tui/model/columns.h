/* Columns: what a list can show of its rows, on the screen and in batch mode alike.
 *
 * A table (process_columns.h, cgroup_columns.h) says of each column what it is called, what it shows
 * and how. Sets of them are named, fitted to a screen and written here, whatever the rows are. Knows
 * no order of rows. */
#ifndef OOMSPECT_COLUMNS_H
#define OOMSPECT_COLUMNS_H

#include "growth.h"
#include "process_tree.h"
#include "term/format.h"
#include "term/grid.h"

#include "oomspect/memcg_victims.h"

#include <limits.h>

/* A row of a list, of the kind that the table is about. */
union column_row {
	const struct ranking_row *process; /* of context->outlook */
	const struct memcg *cgroup;        /* of context->snapshot */
};

static inline union column_row process_row(const struct ranking_row *row)
{
	return (union column_row){ .process = row };
}

static inline union column_row cgroup_row(const struct memcg *row)
{
	return (union column_row){ .cgroup = row };
}

/* Texts that a snapshot does not hold. Both are never NULL and are borrowed until the next call. */
struct column_lookup {
	void *context;
	const char *(*user)(void *context, const struct task *task);
	const char *(*command)(void *context, const struct task *task);
};

/* What the cells are computed from. */
struct column_context {
	const struct snapshot *snapshot;
	struct measure measure;
	/* Of processes. */
	const struct outlook *outlook; /* whose rows they are */
	const int32_t *moved; /* by task of the snapshot: places up since the last sample; NULL */
	const struct growth_row *growth; /* by task of the snapshot; NULL without a history */
	struct column_lookup lookup;
	/* Of cgroups. */
	const struct memcg_victims *victims; /* of the snapshot */
};

/* Values that are no number: one that is missing, one that stands for "cannot be killed", and no
 * limit, which is more than any. Shown as "-", "unk" and, of a COLUMN_AMOUNT, "none". */
#define COLUMN_MISSING    INT64_MIN
#define COLUMN_UNKILLABLE (INT64_MIN + 1)
#define COLUMN_NONE       INT64_MAX

/* Room for the text of a cell: a name, or a pid and a comm. */
#define COLUMN_CELL_SIZE 320

enum column_kind {
	COLUMN_NUMBER,
	COLUMN_TENTHS,
	COLUMN_SIZE,   /* kB */
	COLUMN_PAGES,  /* a size: `field`, a number of pages in struct task */
	COLUMN_AMOUNT, /* a size: `field`, a struct amount in struct memcg */
	COLUMN_TEXT,   /* flush left, foreign, and cut where it is too long */
};

enum {
	COLUMN_ASCENDING = 1, /* the natural order: smallest, oldest or first letter first */
	COLUMN_LEFT = 2,      /* a number that stands flush left */
	COLUMN_DIM = 4,       /* it matters less than its row */
	COLUMN_BRANCHED = 8,  /* in a tree the lines stand before it */
	COLUMN_STRIP = 16,    /* it is in the strip of the nearest cgroups too */
};

/* When a column is part of the list that nobody asked to be otherwise. */
enum {
	COLUMN_ASKED = -1, /* never */
	COLUMN_ALWAYS = 0,
	/* above: dropped when the screen is narrow, the greatest first */
};

struct column {
	const char *name; /* on the command line: the title in lower case */
	const char *title;
	const char *help;
	const char *label; /* of the panel below the list, where it stands there too */
	enum column_kind kind;
	unsigned flags; /* COLUMN_ASCENDING | ... */
	int width;
	struct {
		int place; /* from the left; those of the same stand as in the table */
		int width; /* 0: the same; and on one of COLUMNS_WIDE: */
		int wide_width;
		int drop;
		int min_cols; /* it is not on a screen of fewer */
	} screen;
	size_t field; /* of COLUMN_PAGES and COLUMN_AMOUNT, in place of `value` */
	/* Of a number: what is sorted by. May be set for a text too: sorting then goes by it. */
	int64_t (*value)(const struct column_context *context, union column_row row);
	/* How the number is written, if not as its kind is. */
	void (*format)(const struct column_context *context, union column_row row, int64_t value,
		char buffer[FORMAT_SIZE]);
	/* Columns of the screen that the numbers of this list need, if not what their kind does. */
	int (*need)(const struct column_context *context);
	/* Of a text: borrowed as the lookups are, or in `buffer`. */
	const char *(*string)(const struct column_context *context, union column_row row,
		char buffer[COLUMN_CELL_SIZE]);
};

#define COLUMNS_MAX  32  /* of a table */
#define COLUMNS_WIDE 120 /* a screen from this width on has room for more digits */

#define COLUMN_DRAWN    1000
#define COLUMN_UNSORTED UINT_MAX /* in place of the one that a list is sorted by */

struct column_table {
	const struct column *columns;
	unsigned count;
	/* Columns that a screen draws by itself: nobody names them, nothing is sorted by them. Their
	 * numbers begin at COLUMN_DRAWN. */
	const struct column *drawn;
	unsigned drawn_count;
	int narrow; /* on a screen of fewer columns only what always stays is shown */
	/* The colour of a row; NULL: none has one. */
	unsigned (*style)(const struct column_context *context, union column_row row);
};

/* The column called `name` (bytes up to `length`, any case); table->count when there is none. */
unsigned column_find(const struct column_table *table, const char *name, size_t length);

/* Whether rows are sorted by its value; a text without one is sorted by itself. */
bool column_has_value(const struct column *column);
int64_t column_value(
	const struct column *column, const struct column_context *context, union column_row row);

/* A cell as it is shown. Borrowed as the lookups are, or in `buffer`. */
const char *column_cell(const struct column *column, const struct column_context *context,
	union column_row row, char buffer[COLUMN_CELL_SIZE]);

/* Columns that are shown, with their widths. */
struct column_set {
	const struct column_table *table;
	unsigned ids[COLUMNS_MAX];
	int widths[COLUMNS_MAX];
	size_t count;
	int cols; /* of the screen that they were chosen for; 0: of none */
};

/* Columns named in a list: "pid,bad,command", each as wide as its table says. ERR_NOT_FOUND names the
 * one that is none, ERR_SYNTAX one that is named twice; the set is then as it was. */
enum err_code column_set_parse(struct column_set *set, const struct column_table *table,
	const char *names, struct err *err);

/* The columns a screen `cols` wide shows when nobody asked for others: of those that have all of
 * `flags`. */
void column_set_choose(struct column_set *set, const struct column_table *table,
	const struct column_context *context, int cols, unsigned flags);

bool column_set_has(const struct column_set *set, unsigned id);
const struct column *column_set_at(const struct column_set *set, size_t place);

/* Sets the widths from the table alone, or also from what the numbers of this list need. */
void column_set_reset(struct column_set *set);
void column_set_measure(struct column_set *set, const struct column_context *context);

/* Widens the columns until nothing of the row is cut. */
void column_set_widen(struct column_set *set, const struct grid *grid,
	const struct column_context *context, union column_row row);

/* Columns of a line of the set; the last text takes its width as it is. */
int column_set_width(const struct column_set *set);

/* Writes a foreign text. One that is cut ends in '+'; that of the last column runs to the end of
 * the line. */
void column_put_text(struct pen *pen, unsigned style, const char *text, int width, bool last);

/* Writes titles, or a row. The last column runs on to the end of the pen. In a tree `branch` stands
 * before the name, NULL in a list; a folded one says how many are hidden in it, and how large they
 * are: "+3 1.2G". */
void column_put_titles(const struct column_set *set, struct pen *pen, unsigned sorted);
void column_put_row(const struct column_set *set, const struct column_context *context,
	union column_row row, const struct process_branch *branch, struct pen *pen);

/* Columns of that row in full. */
int column_row_width(const struct column_set *set, const struct column_context *context,
	union column_row row, const struct process_branch *branch, const struct grid *grid);

/* Writes, for the panel, the cells that have a label and are known, each behind it. */
void column_put_labelled(const struct column_table *table, const struct column_context *context,
	union column_row row, struct pen *pen);

#endif
