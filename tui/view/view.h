/* The views: pure functions of struct app that fill its picture. One row of a table each. */
#ifndef OOMSPECT_VIEW_H
#define OOMSPECT_VIEW_H

#include "live.h"

struct view {
	const char *label; /* in the tab line; NULL: it is no tab */
	void (*draw)(const struct app *app, struct grid *grid);
	/* Writes into the tab line what the view shows, sorted and filtered how; NULL: nothing. */
	void (*put_state)(const struct app *app, struct pen *pen);
	int (*below)(const struct app *app); /* rows it wants below its list; NULL: none */
	unsigned without;                    /* layout.h */
};

extern const struct view views[VIEW_COUNT];

/* Draws the view that is chosen, what is being typed, and the menu over it. */
void view_draw(const struct app *app, struct grid *grid);

/* The panel above the tabs, by the lines of app->layout; NEXT in one line of a tiny screen. */
void view_header_draw(const struct app *app, struct grid *grid);
void view_next_draw(const struct app *app, struct grid *grid);

/* What stands between two parts of the tab line, and whether that need not save blanks and words. */
void view_put_gap(struct pen *pen);
bool view_is_roomy(const struct grid *grid);

/* What is filtered by, which says so where it is cut. */
void view_put_filter_text(struct pen *pen, const char *text);

/* The tab line, the status line with `text` (a message or a prompt comes first), the key bar. */
void view_tabs_draw(const struct app *app, struct grid *grid);
void view_status_draw(const struct app *app, struct grid *grid, const char *text);
void view_bar_draw(const struct app *app, struct grid *grid);

/* The tab at a column of the tab line, -1 beside them; the key of the label at a column of the bar
 * of a screen `cols` wide, INPUT_NONE beside them. */
int view_tab_at(int col);
int view_bar_key_at(int cols, int col);

void view_procs_draw(const struct app *app, struct grid *grid);
/* Columns of the longest line that is seen. */
int view_procs_longest(const struct app *app);

void view_events_draw(const struct app *app, struct grid *grid);

/* The memory cgroups; below them, on a tall screen, all about the one under the cursor. */
void view_cgroups_draw(const struct app *app, struct grid *grid);
void view_cgroups_put_state(const struct app *app, struct pen *pen);
int view_cgroups_below(const struct app *app);
/* Who dies next, in which scope, and which cgroup meets its limit first: behind NEXT. */
void view_cgroups_put_next(const struct app *app, struct pen *pen, const struct ranking_row *next);
/* Columns of a line of the list. */
int view_cgroups_longest(const struct app *app);
void view_cgroup_detail_draw(const struct app *app, struct grid *grid);

/* The cgroups nearest their limit and the last OOM events, below the processes. */
int view_strip_below(const struct app *app);
void view_strip_draw(const struct app *app, struct grid *grid);

/* The name of the domain that is ranked. */
const char *view_scope(const struct app *app);

/* The menu of columns, and how many it has. */
size_t view_sort_count(const struct app *app);
void view_sort_draw(const struct app *app, struct grid *grid);
/* Its line in a row of the screen, -1: none. */
int view_sort_line_at(const struct app *app, int row);

/* The help is written whole into a grid of its own, of which the view shows a page. */
int view_help_rows(int cols);
void view_help_write(struct grid *grid, bool vi_keys);
void view_help_draw(const struct app *app, struct grid *grid);
/* Rows of help on a screen, and the first one when `top` is asked for: not beyond the last page. */
int view_help_page(const struct app *app);
int view_help_top(const struct app *app, int top);

#endif
