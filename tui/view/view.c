#include "view.h"

#include "dialogs.h"
#include "view_cgroups.h"
#include "view_events.h"
#include "view_help.h"
#include "view_pages.h"
#include "view_procs.h"
#include "view_setup.h"
#include "view_sort.h"
#include "whole_command.h"

static void (*const draw_view[VIEW_COUNT])(const struct app *app, struct grid *grid) = {
	[VIEW_PROCS] = view_procs_draw,
	[VIEW_CGROUPS] = view_cgroups_draw,
	[VIEW_EVENTS] = view_events_draw,
	[VIEW_DETAIL] = view_pages_draw,
	[VIEW_HELP] = view_help_draw,
	[VIEW_SETTINGS] = view_pages_draw,
};

void view_draw(const struct app *app, struct grid *grid)
{
	grid_clear(grid);
	draw_view[app->view](app, grid);
	if (app->sort_menu)
		view_sort_draw(app, grid);
	if (app->setup.open)
		view_setup_draw(app, grid);
	whole_command_draw(app, grid);
	dialogs_draw(app, grid);
}
