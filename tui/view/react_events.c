#include "react_events.h"

#include "state.h"

static long page(const struct app *app)
{
	/* The report has what the list leaves of the screen, about two thirds. */
	long rows = app->grid.rows - app->layout.list_rows - 8;
	return rows > 1 ? rows : 1;
}

static void up(struct app *app)
{
	events_pane_move(&app->events, -1);
}

static void down(struct app *app)
{
	events_pane_move(&app->events, 1);
}

static void page_up(struct app *app)
{
	events_pane_scroll(&app->events, -page(app));
}

static void page_down(struct app *app)
{
	events_pane_scroll(&app->events, page(app));
}

static void first(struct app *app)
{
	events_pane_move(&app->events, -(long)app->events.log.count);
}

static void last(struct app *app)
{
	events_pane_move(&app->events, (long)app->events.log.count);
}

static void follow(struct app *app)
{
	events_pane_follow(&app->events, !app->events.follow);
	state_say(app, app->events.follow ? "at the newest event" : "not following new events");
}

static void open_raw(struct app *app)
{
	app->events.raw = !app->events.raw;
	app->events.report_top = 0;
}

static void save(struct app *app)
{
	char name[128];
	struct err err;
	if (app->options->read_only)
		state_say(app, "not saved: --read-only");
	else if (app->in_burst)
		state_say(app, "not saved: w came together with other keys, as pasted text does");
	else if (events_pane_save(&app->events, name, sizeof(name), &err))
		state_say(app, "%s", err.text);
	else
		state_say(app, "saved %s", name);
}

static void search_next(struct app *app)
{
	react_events_search(app, 1);
}

static void search_previous(struct app *app)
{
	react_events_search(app, -1);
}

/* No key may act on a process that is not on the screen. */
/* One step out: search, raw lines. What the processes have been limited to stays. */
static void back(struct app *app)
{
	if (app->search_text[0])
		app->search_text[0] = '\0';
	else if (app->events.raw)
		open_raw(app);
	else
		state_say(app, "nothing to close here: 1 shows the processes, q quits");
}

static void (*const reactions[ACTION_COUNT])(struct app *) = {
	[ACTION_UP] = up,
	[ACTION_DOWN] = down,
	[ACTION_PAGE_UP] = page_up,
	[ACTION_PAGE_DOWN] = page_down,
	[ACTION_FIRST] = first,
	[ACTION_LAST] = last,
	[ACTION_FOLLOW] = follow,
	[ACTION_OPEN] = open_raw,
	[ACTION_FULL] = save,
	[ACTION_SEARCH_NEXT] = search_next,
	[ACTION_SEARCH_PREVIOUS] = search_previous,
	[ACTION_BACK] = back,
};

/* They would change the list of processes, which is not on the screen. */
static const bool meaningless[ACTION_COUNT] = {
	[ACTION_LEFT] = true,
	[ACTION_RIGHT] = true,
	[ACTION_LINE_START] = true,
	[ACTION_LINE_END] = true,
	[ACTION_CGROUP] = true,
	[ACTION_SCOPE] = true,
	[ACTION_MOMENT] = true,
	[ACTION_KILLABLE] = true,
	[ACTION_FILTER] = true,
	[ACTION_USER] = true,
	[ACTION_CLEAR] = true,
	[ACTION_SORT_MENU] = true,
	[ACTION_SORT_POINTS] = true,
	[ACTION_SORT_MEMORY] = true,
	[ACTION_SORT_AGE] = true,
	[ACTION_SORT_LEFT] = true,
	[ACTION_SORT_RIGHT] = true,
	[ACTION_SORT_REVERSE] = true,
};

bool react_events(struct app *app, enum action action)
{
	if (!reactions[action])
		return false;
	reactions[action](app);
	return true;
}

bool react_events_knows(enum action action)
{
	return !meaningless[action];
}

void react_events_search(struct app *app, int step)
{
	if (!app->search_text[0])
		state_say(app, "nothing to search: / first");
	else if (!events_pane_search(&app->events, app->search_text, step))
		state_say(app, "not found: %s", app->search_text);
}
