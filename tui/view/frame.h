/* What frames every view: the panel and NEXT above it, the tabs, the status line and the bar of keys
 * below; and the whole picture, which is a pure function of struct app. */
#ifndef OOMSPECT_FRAME_H
#define OOMSPECT_FRAME_H

#include "live.h"

#define FRAME_FILTER_COLS 24 /* columns of frame_put_filter_text at most */

/* Draws the frame, the view that is chosen, and what stands over it. */
void frame_draw(const struct app *app, struct grid *grid);

/* The tab at a column of that line, -1 beside them. */
int frame_tab_at(int col);

/* The key of the label at a column of the bar of a screen `cols` wide, INPUT_NONE beside them. */
int frame_key_at(int cols, int col);

/* What stands between two parts of the tab line, its columns, and whether the line need not save
 * blanks and words. */
void frame_put_gap(struct pen *pen);
int frame_gap_cols(const struct grid *grid);
bool frame_is_roomy(const struct grid *grid);

/* What is filtered by, which says so where it is cut. */
void frame_put_filter_text(struct pen *pen, const char *text);

#endif
