/* The panel above the tabs, by the lines of app->layout, and what NEXT has in common with it. */
#ifndef OOMSPECT_HEADER_H
#define OOMSPECT_HEADER_H

#include "live.h"

void header_draw(const struct app *app, struct grid *grid);

/* Whether the screen has room for the long form of the panel. */
bool header_is_wide(const struct grid *grid);

/* Any words of the program's own, whole or not at all. */
void header_put_whole(struct pen *pen, unsigned style, const char *format, ...)
	__attribute__((format(__printf__, 3, 4)));

/* "at this rate ~6m", flush right in what is left of the line: when the machine runs out. Nothing
 * without an estimate, or without the room. */
void header_put_estimate(struct pen *pen, const struct app *app);

/* "PAUSED 12s": that the picture does not go on as one expects, and how old it is. False, and
 * nothing, when it does. */
bool header_put_standstill(struct pen *pen, const struct app *app);

#endif
