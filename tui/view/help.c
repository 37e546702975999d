#include "react.h"
#include "texts.h"

#include <stdio.h>
#include <string.h>

#define TWO_COLUMNS 76 /* from this width on the keys stand in two columns */
#define KEYS_WIDTH  17

static const char *const terms[] = {
	"THE NUMBERS",
	" MEM    rss + swap + page tables in thousandths of RAM + swap, or of the limit",
	" ADJ    oom_score_adj, -1000..1000, the same unit",
	" BAD    MEM + ADJ: the kernel kills the highest; unk = it cannot be killed",
	" SCORE  what /proc/PID/oom_score says, for comparison",
	" RK     order of death now; * = NEXT, the victim when memory has run out",
	"",
};
#define TERMS (int)(sizeof(terms) / sizeof(terms[0]))

/* A column of the help being written: nothing is drawn without a grid, it is only counted. */
struct flow {
	struct grid *grid;
	bool vi_keys;
	int row, col, end;
};

static struct pen flow_line(struct flow *flow)
{
	struct pen pen = { 0 };
	if (flow->grid)
		pen = grid_pen_until(flow->grid, flow->row, flow->col, flow->end);
	flow->row++;
	return pen;
}

static void flow_text(struct flow *flow, unsigned style, const char *text)
{
	struct pen pen = flow_line(flow);
	if (flow->grid)
		grid_put(&pen, style, text);
}

static void flow_key(struct flow *flow, const struct key_row *row)
{
	char names[64];
	struct pen pen = flow_line(flow);
	if (!flow->grid)
		return;
	keymap_names(row, flow->vi_keys, names, sizeof(names));
	grid_skip(&pen, 1);
	grid_put(&pen, STYLE_BOLD, names);
	grid_skip_to(&pen, flow->col + KEYS_WIDTH + 1);
	grid_put(&pen, STYLE_NORMAL, row->help);
}

static void flow_group(struct flow *flow, enum key_group group)
{
	flow_text(flow, STYLE_BOLD, key_group_names[group]);
	for (size_t i = 0; i < key_row_count; i++)
		if (key_rows[i].group == group && key_rows[i].help)
			flow_key(flow, &key_rows[i]);
	flow_text(flow, STYLE_NORMAL, "");
}

static void flow_columns(struct flow *flow)
{
	flow_text(flow, STYLE_BOLD, "COLUMNS");
	for (enum column_id id = 0; id < COL_COUNT; id++) {
		char line[128];
		snprintf(line, sizeof(line), " %-8s %s", columns[id].title, columns[id].help);
		flow_text(flow, STYLE_NORMAL, line);
	}
}

/* Writes the help, or only counts its rows. */
static int write_help(struct grid *grid, int cols, bool vi_keys)
{
	struct flow whole = { grid, vi_keys, 0, 0, cols };
	for (int i = 0; i < TERMS; i++)
		flow_text(&whole, i == 0 ? STYLE_BOLD : STYLE_NORMAL, terms[i]);
	bool two = cols >= TWO_COLUMNS;
	struct flow left = { grid, vi_keys, whole.row, 0, two ? cols / 2 - 1 : cols };
	struct flow right = { grid, vi_keys, whole.row, two ? cols / 2 : 0, cols };
	flow_group(&left, GROUP_MOVE);
	flow_group(&left, GROUP_SORT);
	flow_group(&left, GROUP_ACT);
	if (!two)
		right.row = left.row;
	flow_group(&right, GROUP_LOOK);
	flow_group(&right, GROUP_FIND);
	flow_group(&right, GROUP_PROGRAM);
	whole.row = left.row > right.row ? left.row : right.row;
	flow_columns(&whole);
	return whole.row;
}

/* Anew: for another size, for other keys. */
static void write_anew(struct app *app)
{
	struct grid *help = &app->texts.help;
	help->ascii = app->grid.ascii;
	grid_clear(help);
	write_help(help, help->cols, app->settings.config.vi_keys);
}

static enum err_code resize(struct app *app, struct err *err)
{
	int cols = app->grid.cols;
	enum err_code code =
		grid_resize(&app->texts.help, write_help(NULL, cols, false), cols, err);
	if (!code)
		write_anew(app);
	return code;
}

static enum err_code init(struct app *app, struct err *err)
{
	(void)err;
	grid_init(&app->texts.help, app->grid.ascii);
	app->texts.found = -1;
	return ERR_OK;
}

static void release(struct app *app)
{
	grid_release(&app->texts.help);
}

static int lines_of(const struct app *app)
{
	return app->texts.help.rows;
}

static int rows_of(const struct app *app)
{
	int rows = app->grid.rows - 2;
	return rows < 1 ? 1 : rows;
}

static enum err_code find(const struct app *app, int from, int step, int *ret_line, struct err *err)
{
	(void)err;
	*ret_line = grid_find_row(&app->texts.help, app->typing.search_text, from, step);
	return ERR_OK;
}

static void draw(const struct app *app, struct grid *grid)
{
	int page = rows_of(app), top = texts_top(app);
	int first = grid->rows > 2 ? 1 : 0;
	struct pen pen = grid_pen(grid, 0, 0);
	char place[64];
	if (grid->rows > 2) {
		static const char title[] = "oomspect " OOMSPECT_VERSION " help";
		snprintf(place, sizeof(place), "rows %d-%d of %d", top + 1,
			top + page < app->texts.help.rows ? top + page : app->texts.help.rows,
			app->texts.help.rows);
		bool fits = grid_left(&pen) >= (int)(sizeof(title) + strlen(place));
		grid_put(&pen, STYLE_BOLD, fits ? title : "help ");
		grid_put_right(&pen, STYLE_NORMAL, place, grid_left(&pen));
	}
	grid_copy_rows(grid, first, &app->texts.help, top, page);
	if (app->texts.found >= top && app->texts.found < top + page)
		grid_mark_row(grid, first + app->texts.found - top, STYLE_REVERSE);
	if (grid->rows <= 2)
		return;
	pen = grid_pen(grid, grid->rows - 1, 0);
	if (app->typing.prompt.id != PROMPT_NONE) {
		grid_put(&pen, STYLE_BOLD, prompt_labels[app->typing.prompt.id]);
		grid_put_foreign(&pen, STYLE_NORMAL, app->typing.prompt.text, grid_left(&pen));
	} else if (app->status.message[0]) {
		grid_put_foreign(&pen, STYLE_BOLD, app->status.message, grid_left(&pen));
	} else {
		grid_put(&pen, STYLE_REVERSE, " Space PgDn next page   / search   q or Esc back ");
	}
}

/* --- the view --------------------------------------------------------------------------------- */

static enum view_id behind(const struct app *app)
{
	return app->texts.before_help;
}

/* Nothing behind the help changes. */
static bool means(const struct app *app, const struct key_row *row)
{
	(void)app;
	return row->group == GROUP_PROGRAM && row->action != ACTION_HELP &&
	       row->action != ACTION_SETUP;
}

static void entered(struct app *app, enum view_id before)
{
	app->texts.before_help = before;
	app->texts.found = -1;
	app->texts.top[VIEW_HELP] = 0;
}

static const struct view_text text = {
	.where = "in the help",
	.means = means,
	.rows = rows_of,
	.lines = lines_of,
	.find = find,
	.behind = behind,
};

const struct view view_help = {
	.opened_by = ACTION_HELP,
	.text = &text,
	.reactions = { texts_reactions, react_program },
	.init = init,
	.release = release,
	.configured = write_anew,
	.resize = resize,
	.bare = true,
	.draw = draw,
	.entered = entered,
	.take_text = texts_take,
	.move = texts_move,
};
