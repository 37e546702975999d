/* The columns of a process list: one table with the name, the number or text, and the help of each.
 *
 * Shared by the live screen and `list`. MEM, ADJ and BAD are thousandths of the domain's
 * totalpages with one decimal, and add up as they are shown. Knows no order of rows (listing.h). */
#ifndef OOMSPECT_COLUMN_H
#define OOMSPECT_COLUMN_H

#include "format.h"
#include "grid.h"

#include "oomspect/ranking.h"

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
	const struct ranking *ranking;
	const int32_t *moved; /* by task of the snapshot: places up since the last sample; NULL */
	pid_t next_victim;    /* whom NEXT names, 0 for nobody */
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

/* Columns that are shown, with their widths. */
struct column_set {
	enum column_id ids[COL_COUNT];
	int widths[COL_COUNT];
	size_t count;
};

/* The column called `name` (bytes up to `length`, any case); COL_COUNT when there is none. */
enum column_id column_find(const char *name, size_t length);

/* Columns named in a list: "pid,bad,command". ERR_NOT_FOUND names the one that is none; ERR_SYNTAX
 * for one that is named twice. */
enum err_code column_set_parse(struct column_set *set, const char *names, struct err *err);

/* The columns a screen `cols` wide shows when nobody asked for others. */
void column_set_choose(struct column_set *set, const struct column_context *context, int cols);

/* Sets the widths from the table and from what the numbers of this list need. */
void column_set_measure(struct column_set *set, const struct column_context *context);

/* Widens the columns until nothing of `rows` is cut. */
void column_set_fit(struct column_set *set, const struct grid *grid,
	const struct column_context *context, const struct ranking_row *const *rows, size_t count);

/* Columns of a line of the set; the last text takes its width as it is. */
int column_set_width(const struct column_set *set);

/* The cell of a number, or the string of a text, as it is shown. Borrowed as the lookups are, or in
 * `buffer`. */
const char *column_cell(enum column_id id, const struct column_context *context,
	const struct ranking_row *row, char buffer[FORMAT_SIZE]);

/* Tenths of a thousandth that MEM and BAD show; COLUMN_MISSING or COLUMN_UNKILLABLE. */
int64_t column_mem_tenths(const struct ranking *ranking, const struct ranking_row *row);
int64_t column_bad_tenths(const struct ranking *ranking, const struct ranking_row *row);

/* Writes titles, or a row. The last column runs on to the end of the pen. */
void column_put_titles(const struct column_set *set, struct pen *pen, enum column_id sorted);
void column_put_row(const struct column_set *set, const struct column_context *context,
	const struct ranking_row *row, struct pen *pen);

#endif
