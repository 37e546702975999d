/* All about one process: who it is, the arithmetic of its badness, its cgroups, its children. */
#ifndef OOMSPECT_VIEW_DETAIL_H
#define OOMSPECT_VIEW_DETAIL_H

#include "live.h"
#include "term/page.h"

/* Writes the text, side by side in two columns where there is room for them. */
void view_detail_write(const struct app *app, struct page *page);

/* The line above it: which process. */
void view_detail_title(const struct app *app, struct pen *pen);

#endif
