/* A text that may be longer than its place on the screen: lines are written one after another,
 * and those that are scrolled away are only counted. */
#ifndef OOMSPECT_PAGE_H
#define OOMSPECT_PAGE_H

#include "grid.h"

struct page {
	struct grid *grid;
	int row, rows; /* where it begins in the grid, how many rows it has there; 0: only count */
	int col, end;  /* its columns: from `col` up to, not including, `end` */
	int top;       /* the first line that is seen */
	int line;      /* the next one to be written; at the end: how many there are */
};

/* A pen for the next line; one that writes nothing when that is not seen. */
struct pen page_line(struct page *page);

/* An empty line, a heading. */
void page_gap(struct page *page);
void page_heading(struct page *page, const char *text);

/* A line of `label` and, from column `indent` of the page on, a pen for what belongs to it. */
struct pen page_labelled(struct page *page, const char *label, int indent);

/* Writes text that may be from outside on as many lines as it needs, broken at blanks where there
 * are some, each from column `indent` on; `label` stands before the first. */
void page_wrap(struct page *page, unsigned style, const char *label, int indent, const char *text);

#endif
