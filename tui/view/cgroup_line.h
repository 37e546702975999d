/* A line of the Cgroups view and of the strip below the processes: how a cgroup stands in the columns
 * that fit a screen (cgroup_columns.h), with its branches, its bar and its victim. */
#ifndef OOMSPECT_CGROUP_LINE_H
#define OOMSPECT_CGROUP_LINE_H

#include "model/cgroup_list.h"

struct cgroup_line_context {
	struct column_context columns;
	const struct cgroup_rows *rows;
	const struct cgroup_rates *rates;
	struct levels levels;
	pid_t next_victim; /* whom NEXT names, 0 for nobody */
	bool tree;         /* names are drawn as branches */
	bool full_paths;
};

/* The columns of a screen `cols` wide; for the strip only what tells how near the limit is. */
void cgroup_line_choose(
	struct column_set *line, const struct cgroup_line_context *context, int cols, bool strip);

/* What the column at a place of a line is sorted by; -1: by nothing. */
int cgroup_line_at(const struct column_set *line, int col);

/* Writes titles, or a row. */
void cgroup_line_put_titles(const struct column_set *line, struct pen *pen, unsigned sorted);
void cgroup_line_put_row(const struct column_set *line, const struct cgroup_line_context *context,
	const struct cgroup_entry *entry, struct pen *pen);

/* Writes the name people know, or the path where it is asked for or fits; without branches. */
void cgroup_line_put_name(
	struct pen *pen, unsigned style, const struct memcg *row, bool full_path, int width);

/* The share of the limit that is used by what cannot be reclaimed, in hundredths of a percent: usage
 * alone is no danger. Where the kernel does not tell the parts apart, all of it counts. UNKNOWN
 * without a limit. */
int64_t cgroup_bar_danger(const struct memcg *row);

enum level cgroup_bar_level(const struct memcg *row, const struct levels *levels);

/* Draws the bar of a cgroup against its limit, "[||||||::h...]", in `width` columns: | cannot be
 * reclaimed, : can, h memory.high. It ends as the level says. Without a limit nothing is drawn. */
void cgroup_bar_put(struct pen *pen, enum level level, const struct memcg *row, int width);

#endif
