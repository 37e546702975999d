/* A line of the Cgroups view and of the strip below the processes: which columns fit a screen, how
 * wide they are, and how a cgroup stands in them. The numbers are those of cgroup_column.h. */
#ifndef OOMSPECT_CGROUP_LINE_H
#define OOMSPECT_CGROUP_LINE_H

#include "model/cgroup_list.h"
#include "term/format.h"
#include "term/grid.h"

enum cgroup_item {
	CGROUP_ITEM_NAME,
	CGROUP_ITEM_USED,
	CGROUP_ITEM_ANON,
	CGROUP_ITEM_FILE,
	CGROUP_ITEM_SHMEM,
	CGROUP_ITEM_KERNEL,
	CGROUP_ITEM_SWAP,
	CGROUP_ITEM_HIGH,
	CGROUP_ITEM_LIMIT,
	CGROUP_ITEM_SWMAX,
	CGROUP_ITEM_SHARE,
	CGROUP_ITEM_BAR,
	CGROUP_ITEM_PSI,
	CGROUP_ITEM_HIGHS,
	CGROUP_ITEM_MAXES,
	CGROUP_ITEM_KILLS,
	CGROUP_ITEM_ETA,
	CGROUP_ITEM_VICTIM,
	CGROUP_ITEM_COUNT,
};

struct cgroup_line_context {
	struct cgroup_context columns;
	const struct cgroup_rows *rows;
	const struct cgroup_rates *rates;
	struct levels levels;
	pid_t next_victim; /* whom NEXT names, 0 for nobody */
	bool tree;         /* names are drawn as branches */
	bool full_paths;
};

struct cgroup_line {
	enum cgroup_item items[CGROUP_ITEM_COUNT];
	int widths[CGROUP_ITEM_COUNT];
	size_t count;
};

/* The columns of a screen `cols` wide; for the strip only what tells how near the limit is. */
void cgroup_line_choose(
	struct cgroup_line *line, const struct cgroup_line_context *context, int cols, bool strip);

/* Columns of a line. */
int cgroup_line_width(const struct cgroup_line *line);

/* What the column at a place of a line is sorted by; -1: by nothing. */
int cgroup_line_at(const struct cgroup_line *line, int col);

/* Writes titles, or a row. */
void cgroup_line_put_titles(
	const struct cgroup_line *line, struct pen *pen, enum cgroup_column_id sorted);
void cgroup_line_put_row(const struct cgroup_line *line, const struct cgroup_line_context *context,
	const struct cgroup_entry *entry, struct pen *pen);

/* Writes the name people know, or the path where it is asked for or fits; without branches. */
void cgroup_line_put_name(
	struct pen *pen, unsigned style, const struct memcg *row, bool full_path, int width);

#endif
