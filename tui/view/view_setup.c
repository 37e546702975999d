#include "view_setup.h"

#include "dialog.h"
#include "model/keymap.h"
#include "place.h"
#include "state_config.h"
#include "term/box.h"

#include <stdio.h>
#include <string.h>

#define SEEN_ROWS  4 /* of the list that stay to be seen above it */
#define MIN_ROWS   5 /* that it has even if nothing of the list is left then */
#define HEAD_ROWS  1 /* the names of the pages */
#define MARK_COLS  2
#define CROSS_COLS 4  /* "[x] " */
#define VALUE_COLS 12 /* "[processes]" */
#define NAME_COLS  11
#define FIRST_COL  2 /* inside of the box */
#define FOOT_ROWS  3 /* below its lines: the edge, and what box.h leaves */

/* Where its lines are: `rows` of the page from line `first` on, in the rows of the screen from `top`
 * on. */
struct place {
	int top, rows, first;
};

static struct place place_of(const struct app *app)
{
	int count = (int)setup_count(app->setup.page), most = box_room(&app->grid) - HEAD_ROWS;
	int list = app->layout.rows[PART_LIST] < 0 ? 0 : app->layout.rows[PART_LIST];
	struct place place = { .rows = app->grid.rows - list - SEEN_ROWS - FOOT_ROWS - HEAD_ROWS };
	if (place.rows < MIN_ROWS)
		place.rows = MIN_ROWS;
	if (place.rows > most)
		place.rows = most;
	if (place.rows > count)
		place.rows = count;
	if (place.rows < 0)
		place.rows = 0;
	place.top = app->grid.rows - FOOT_ROWS - place.rows + 1;
	if (place.rows && (int)app->setup.at >= place.rows)
		place.first = (int)app->setup.at - place.rows + 1;
	return place;
}

int view_setup_rows(const struct app *app)
{
	return place_of(app).rows;
}

int view_setup_line_at(const struct app *app, int row)
{
	struct place place = place_of(app);
	int index = row - place.top;
	return index < 0 || index >= place.rows ? -1 : place.first + index;
}

/* The columns of a page's name, with its brackets and a blank behind. */
static int name_cols(enum config_page page)
{
	return (int)strlen(setup_pages[page]) + 3;
}

int view_setup_page_at(const struct app *app, int row, int col)
{
	int end = FIRST_COL;
	if (row != place_of(app).top - HEAD_ROWS)
		return -1;
	for (enum config_page page = 0; page < CONFIG_PAGE_COUNT; page++) {
		int begin = end;
		end += name_cols(page);
		if (col >= begin && col < end - 1)
			return (int)page;
	}
	return -1;
}

static void draw_head(struct pen *pen, const struct setup *setup)
{
	char place[48];
	for (enum config_page page = 0; page < CONFIG_PAGE_COUNT; page++) {
		bool is = page == setup->page;
		grid_printf(pen, is ? STYLE_BOLD : STYLE_NORMAL, "%s%s%s ", is ? "[" : " ",
			setup_pages[page], is ? "]" : " ");
	}
	snprintf(place, sizeof(place), "%zu of %zu ", setup->at + 1, setup_count(setup->page));
	grid_put_right(pen, STYLE_DIM, place, grid_left(pen));
}

static bool is_cross(const struct setup_line *line)
{
	return strcmp(line->value, "x") == 0 || strcmp(line->value, " ") == 0;
}

/* Columns of the values: a page of crosses needs fewer. */
static int value_cols(const struct setup_state *state, enum config_page page)
{
	struct setup_line line;
	for (size_t i = 0; i < setup_count(page); i++) {
		setup_line(state, page, i, &line);
		if (!is_cross(&line))
			return VALUE_COLS;
	}
	return CROSS_COLS;
}

static void draw_line(struct pen *pen, const struct setup_line *line, int width, bool pointed)
{
	unsigned style = pointed ? STYLE_REVERSE : STYLE_NORMAL;
	int begin = pen->col;
	grid_put(pen, style, pointed ? "> " : "  ");
	grid_printf(pen, style, "[%s]", line->value);
	grid_fill(pen, style, ' ', begin + MARK_COLS + width - pen->col);
	grid_printf(pen, style, "%-*s", NAME_COLS, line->name);
	grid_put(pen, pointed ? STYLE_REVERSE : STYLE_DIM, line->help);
	if (pointed)
		grid_fill(pen, style, ' ', grid_left(pen));
}

void view_setup_draw(const struct app *app, struct grid *grid)
{
	const struct setup *setup = &app->setup;
	struct place place = place_of(app);
	struct config config;
	struct setup_line line;
	state_config_get(app, &config);
	struct setup_state state = { &config, &app->columns };
	int width = value_cols(&state, setup->page);
	struct box box =
		box_open(grid, place.rows + HEAD_ROWS, STYLE_BOLD, "Setup", "written only by W");
	if (box.rows > 0) {
		struct pen pen = box_line(&box);
		draw_head(&pen, setup);
	}
	for (int i = place.first; i < place.first + place.rows; i++) {
		struct pen pen = box_line(&box);
		size_t index = (size_t)i;
		setup_line(&state, setup->page, index, &line);
		draw_line(&pen, &line, width, index == setup->at);
	}
	box_close(&box,
		setup->page == CONFIG_COLUMNS
			? "Space show, hide  F7 F8 move up, down  Tab page  W write  Esc close"
			: "Space + - change  Left Right Tab page  W write  Esc close");
	dialog_status_draw(app, grid, STYLE_DIM, "what is changed is seen at once");
}
