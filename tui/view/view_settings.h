/* The settings that decide an OOM: what each means, its value, what is unusual about it. */
#ifndef OOMSPECT_VIEW_SETTINGS_H
#define OOMSPECT_VIEW_SETTINGS_H

#include "live.h"
#include "term/page.h"

void view_settings_write(const struct app *app, struct page *page);
void view_settings_title(const struct app *app, struct pen *pen);

#endif
