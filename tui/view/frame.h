/* What frames every view: the tab line above it, the status line below, and what is written there. */
#ifndef OOMSPECT_FRAME_H
#define OOMSPECT_FRAME_H

#include "live.h"

#define FRAME_FILTER_COLS 24 /* columns of frame_put_filter_text at most */

/* Writes into the tab line what the view shows, sorted and filtered how. */
typedef void frame_put_state(const struct app *app, struct pen *pen);

/* The tabs, with what `put_state` writes behind them; NULL: nothing. */
void frame_tabs_draw(const struct app *app, struct grid *grid, frame_put_state *put_state);

/* The tab at a column of that line, -1 beside them. */
int frame_tab_at(int col);

/* The status line with `text`; a message or a prompt comes first. */
void frame_status_draw(const struct app *app, struct grid *grid, const char *text);

/* What stands between two parts of the tab line, its columns, and whether the line need not save
 * blanks and words. */
void frame_put_gap(struct pen *pen);
int frame_gap_cols(const struct grid *grid);
bool frame_is_roomy(const struct grid *grid);

/* What is filtered by, which says so where it is cut. */
void frame_put_filter_text(struct pen *pen, const char *text);

/* The name of the domain that is ranked. */
const char *frame_scope(const struct app *app);

#endif
