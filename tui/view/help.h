/* The help: written whole into a grid of its own, of which the view shows a page. */
#ifndef OOMSPECT_HELP_H
#define OOMSPECT_HELP_H

#include "live.h"

/* Opens it over the view that is chosen. */
void help_open(struct app *app);

/* Writes it anew: for other keys. */
void help_write(struct app *app);

#endif
