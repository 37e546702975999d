/* The columns that a list of processes shows, their widths, and its lines: titles and rows. Knows
 * no order of rows. */
#ifndef OOMSPECT_COLUMN_SET_H
#define OOMSPECT_COLUMN_SET_H

#include "column.h"
#include "process_tree.h"
#include "term/grid.h"

/* Columns that are shown, with their widths. */
struct column_set {
	enum column_id ids[COL_COUNT];
	int widths[COL_COUNT];
	size_t count;
};

/* Columns named in a list: "pid,bad,command". ERR_NOT_FOUND names the one that is none; ERR_SYNTAX
 * for one that is named twice. */
enum err_code column_set_parse(struct column_set *set, const char *names, struct err *err);

bool column_set_has(const struct column_set *set, enum column_id id);

/* The columns a screen `cols` wide shows when nobody asked for others. */
void column_set_choose(struct column_set *set, const struct column_context *context, int cols);

/* Sets the widths from the table and from what the numbers of this list need. */
void column_set_measure(struct column_set *set, const struct column_context *context);

/* Widens the columns until nothing of `rows` is cut. */
void column_set_fit(struct column_set *set, const struct grid *grid,
	const struct column_context *context, const struct ranking_row *const *rows, size_t count);

/* Columns of a line of the set; the last text takes its width as it is. */
int column_set_width(const struct column_set *set);

/* Writes a foreign text. One that is cut ends in '+'; that of the last column runs to the end of
 * the line. */
void column_put_text(struct pen *pen, unsigned style, const char *text, int width, bool last);

/* Writes titles, or a row. The last column runs on to the end of the pen. In a tree `branch` stands
 * before the name, NULL in a list; a folded one says how many are hidden in it, and how large they
 * are: "+3 1.2G". */
void column_put_titles(const struct column_set *set, struct pen *pen, enum column_id sorted);
void column_put_row(const struct column_set *set, const struct column_context *context,
	const struct ranking_row *row, const struct process_branch *branch, struct pen *pen);

/* Columns of that row in full. */
int column_row_width(const struct column_set *set, const struct column_context *context,
	const struct ranking_row *row, const struct process_branch *branch,
	const struct grid *grid);

#endif
