#include "place.h"

/* A page of text needs the room: nothing of the panel but the title. */
#define PAGE_WITHOUT \
	(1u << PART_MEMORY | 1u << PART_SWAP | 1u << PART_COMMIT | 1u << PART_PSI | \
		1u << PART_ZONES | 1u << PART_RUNNER_UP)
#define CGROUP_ROWS 10  /* about the one under the cursor, below the list of cgroups */
#define WIDE_COLS   140 /* from here on list and report stand side by side */
#define LIST_COLS   60
#define TALL_ROWS   12 /* below that list and report alone */

/* --- the events ------------------------------------------------------------------------------- */

static struct layout place_parts(int rows)
{
	static const enum part above[] = { PART_TITLE, PART_NEXT, PART_TABS, PART_HEADING };
	bool tall = rows >= TALL_ROWS;
	struct layout layout = { .below_rows = 0 };
	int row = 0;
	for (enum part part = 0; part < PART_COUNT; part++)
		layout.rows[part] = -1;
	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		bool always = above[i] == PART_NEXT || (above[i] == PART_HEADING && rows > 2);
		if (tall || always)
			layout.rows[above[i]] = row++;
	}
	layout.rows[PART_LIST] = row;
	layout.rows[PART_STATUS] = tall ? rows - 2 : -1;
	layout.rows[PART_BAR] = tall ? rows - 1 : -1;
	layout.list_rows = rows - row - (tall ? 2 : 0);
	return layout;
}

struct events_layout place_events(int rows, int cols, int events)
{
	struct events_layout layout = { .parts = place_parts(rows), .list_cols = cols, .note = -1 };
	int room = layout.parts.list_rows, list = layout.parts.rows[PART_LIST];
	bool tall = rows >= TALL_ROWS;
	if (cols >= WIDE_COLS && tall) {
		layout.list_cols = LIST_COLS;
		layout.parts.list_rows = room - 1;
		layout.note = list + room - 1;
		layout.report = list;
		layout.report_col = LIST_COLS + 2;
		layout.report_rows = room;
		layout.report_cols = cols - layout.report_col;
		return layout;
	}
	/* A third for the list, but no more than it needs: two lines when it is to say why it is empty. */
	int third = room / 3 > 1 ? room / 3 : 1, needed = events > 0 ? events + 1 : 2;
	layout.parts.list_rows = room < 1 ? 0 : needed < third ? needed : third;
	layout.ruled = tall;
	layout.note = tall ? list + layout.parts.list_rows : -1;
	layout.report = list + layout.parts.list_rows + (tall ? 2 : 0);
	layout.report_rows = list + room - layout.report;
	layout.report_cols = cols;
	return layout;
}

/* --- the strip below the processes ------------------------------------------------------------ */

/* As many rows with few of them as with many: a container that comes or goes moves nothing. */
int place_strip_cgroups(const struct app *app)
{
	return app->cgroups.limits_seen ? CGROUPS_NEAREST + PLACE_STRIP_HEADING : 0;
}

/* A rule, the events, and what there is to say of the others: as many rows with few events as with
 * many, so that a kill moves nothing; less only where there is no log to tell of one. */
static int event_rows(const struct app *app)
{
	const struct event_log *log = &app->events.log;
	return log->count == 0 && log->why.code ? 2 : PLACE_STRIP_EVENTS + 2;
}

static int strip_rows(const struct app *app)
{
	return app->watch.snapshot ? place_strip_cgroups(app) + event_rows(app) : 0;
}

/* --- by view ---------------------------------------------------------------------------------- */

static int cgroup_rows(const struct app *app)
{
	return app->cgroups.rows.count ? CGROUP_ROWS : 0;
}

static const struct {
	int (*below)(const struct app *app); /* rows it wants below its list; NULL: none */
	unsigned without;                    /* layout.h */
} places[VIEW_COUNT] = {
	[VIEW_PROCS] = { strip_rows, 0 },
	[VIEW_CGROUPS] = { cgroup_rows,
		1u << PART_ZONES | 1u << PART_RUNNER_UP | 1u << PART_COMMIT },
	[VIEW_DETAIL] = { NULL, PAGE_WITHOUT },
	[VIEW_SETTINGS] = { NULL, PAGE_WITHOUT },
};

struct layout_wish place_wish(const struct app *app)
{
	return (struct layout_wish){ !app->header_hidden,
		places[app->view].without | app->config.meters_off,
		places[app->view].below ? places[app->view].below(app) : 0 };
}
