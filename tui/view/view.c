#include "view.h"

/* Another view is a line of VIEW_PAGES_LIST in live.h, and a file with its object. */
#define DECLARE(id, object) extern const struct view view_##object;
#define POINT(id, object)   [VIEW_##id] = &view_##object,
VIEW_TABS_LIST(DECLARE)
VIEW_PAGES_LIST(DECLARE)
const struct view *const views[VIEW_COUNT] = { VIEW_TABS_LIST(POINT) VIEW_PAGES_LIST(POINT) };

extern const struct overlay overlay_sort, overlay_setup, overlay_whole_command, overlay_adjust,
	overlay_signal;
static const struct overlay *const overlays[] = {
	&overlay_adjust,
	&overlay_signal,
	&overlay_sort,
	&overlay_setup,
	&overlay_whole_command,
};

const struct view *view_of(const struct app *app)
{
	return views[app->view];
}

const struct overlay *view_overlay(const struct app *app)
{
	for (size_t i = 0; i < sizeof(overlays) / sizeof(overlays[0]); i++)
		if (overlays[i]->is_open(app))
			return overlays[i];
	return NULL;
}

bool view_open_overlay(struct app *app, enum action action)
{
	for (size_t i = 0; i < sizeof(overlays) / sizeof(overlays[0]); i++)
		if (overlays[i]->open && overlays[i]->open(app, action))
			return true;
	return false;
}

void view_paint(struct app *app)
{
	app->request.repaint = true;
}

void view_suspend(struct app *app)
{
	app->request.suspend = true;
}

void view_quit(struct app *app)
{
	app->request.quit = true;
}
