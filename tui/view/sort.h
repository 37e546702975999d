/* The menu of the columns that a list can be sorted by. */
#ifndef OOMSPECT_SORT_H
#define OOMSPECT_SORT_H

#include "live.h"

/* Opens it over a view that has an order. */
void sort_open(struct app *app);

#endif
