/* Brings what the views of view_pages.h show up to date. */
#ifndef OOMSPECT_STATE_PAGES_H
#define OOMSPECT_STATE_PAGES_H

#include "live.h"

/* After each sample, and when such a view is opened. Nothing for other views. */
enum err_code state_pages_update(struct app *app, struct err *err);

#endif
