#include "setup.h"

#include "cursor.h"
#include "dialog.h"
#include "process_list.h"
#include "state.h"
#include "status.h"
#include "term/box.h"
#include "view.h"

#include "oomspect/line.h"

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

/* --- the settings and the screen ----------------------------------------------------------------- */

void setup_get(const struct app *app, struct config *ret)
{
	*ret = app->settings.config;
	ret->delay_ms = app->clock.delay_ms;
	snprintf(ret->sort, sizeof(ret->sort), "%s", columns[app->procs.order.column].name);
	ret->reverse = app->procs.order.reversed;
	ret->tree = app->procs.tree;
	ret->units = app->settings.units;
	ret->show = app->procs.filter.show;
	ret->header = !app->settings.header_hidden;
}

void setup_set(struct app *app, const struct config *config)
{
	app->settings.config = *config;
	app->request.restart_timer |= app->clock.delay_ms != config->delay_ms;
	app->clock.delay_ms = config->delay_ms;
	app->procs.order.column = column_find(&process_table, config->sort, strlen(config->sort));
	app->procs.order.reversed = config->reverse;
	app->procs.tree = config->tree;
	app->settings.units = config->units;
	app->procs.filter.show = config->show;
	app->settings.header_hidden = !config->header;
	app->grid.ascii = config->ascii || app->settings.ascii_only;
	app->request.new_look = true;
	for (enum view_id id = 0; id < VIEW_COUNT; id++)
		if (views[id]->configured)
			views[id]->configured(app);
	state_lay_out(app);
	state_relist(app);
	process_list_scroll(app);
}

void setup_begin(struct app *app, const struct config *config, const char *path)
{
	const struct options *options = app->options;
	struct config wanted = *config;
	snprintf(app->settings.path, sizeof(app->settings.path), "%s", path);
	if (options->with_delay)
		wanted.delay_ms = options->delay_ms;
	if (options->columns)
		snprintf(wanted.columns, sizeof(wanted.columns), "%s", options->columns);
	if (options->sort) {
		snprintf(wanted.sort, sizeof(wanted.sort), "%s",
			columns[app->procs.order.column].name);
		wanted.reverse = false;
	}
	wanted.color &= !options->no_color;
	wanted.ascii |= options->ascii;
	wanted.mouse |= options->mouse;
	setup_set(app, &wanted);
}

void setup_say_unread(
	struct app *app, const struct err *unread, const struct config_ignored *ignored)
{
	char words[APP_MESSAGE_SIZE];
	struct line line = line_begin(words, sizeof(words));
	if (unread->code == ERR_OK && ignored->count == 0)
		return;
	if (app->status.message[0])
		line_add(&line, "%s; ", app->status.message);
	if (unread->code)
		line_add(&line, "%s", unread->text);
	else if (ignored->count == 1)
		line_add(&line, "settings: line %u ignored: %s", ignored->first, ignored->why.text);
	else
		line_add(&line, "settings: %zu lines ignored, line %u: %s", ignored->count,
			ignored->first, ignored->why.text);
	status_say(app, "%s", words);
}

void setup_save(struct app *app)
{
	struct err err;
	setup_get(app, &app->settings.config);
	if (app->options->read_only)
		status_say(app, "not written: --read-only");
	else if (app->typing.in_burst)
		status_say(
			app, "not written: W came together with other keys, as pasted text does");
	else if (config_write(&app->settings.config, app->settings.path, &err))
		status_say(app, "%s", err.text);
	else
		status_say(app, "settings written to %s", app->settings.path);
}

/* --- pages of lines ------------------------------------------------------------------------------ */

const char *const setup_pages[CONFIG_PAGE_COUNT] = {
	[CONFIG_COLUMNS] = "Columns",
	[CONFIG_METERS] = "Meters",
	[CONFIG_DISPLAY] = "Display",
	[CONFIG_COLORS] = "Colours",
};

/* Setting `index` of a page, or NULL when it has no more. */
static const struct config_row *setting_of(enum config_page page, size_t index)
{
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];
		if (row->page == page && row->step && index-- == 0)
			return row;
	}
	return NULL;
}

static size_t settings_of(enum config_page page)
{
	size_t count = 0;
	while (setting_of(page, count))
		count++;
	return count;
}

/* The part of meter `index`; PART_COUNT when there are no more. */
static enum part meter_of(size_t index)
{
	for (enum part part = 0; part < PART_COUNT; part++)
		if (meters[part].name && index-- == 0)
			return part;
	return PART_COUNT;
}

static size_t meters_count(void)
{
	size_t count = 0;
	while (meter_of(count) != PART_COUNT)
		count++;
	return count;
}

size_t setup_count(enum config_page page)
{
	size_t count = settings_of(page);
	if (page == CONFIG_COLUMNS)
		count += 1 + COL_COUNT; /* "auto" and each */
	if (page == CONFIG_METERS)
		count += meters_count();
	return count;
}

/* --- columns ---------------------------------------------------------------------------------- */

/* The line of the first column: "auto" stands above it. */
static size_t columns_from(void)
{
	return settings_of(CONFIG_COLUMNS) + 1;
}

static bool is_shown(const struct column_set *set, enum column_id id)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->ids[i] == id)
			return true;
	return false;
}

/* The columns that are shown in their order, then the others in that of the table. */
static enum column_id column_at(const struct column_set *set, size_t place)
{
	if (place < set->count)
		return set->ids[place];
	place -= set->count;
	enum column_id id = 0;
	while (is_shown(set, id) || place-- > 0)
		id++;
	return id;
}

static size_t place_of(const struct column_set *set, enum column_id id)
{
	size_t place = 0;
	while (column_at(set, place) != id)
		place++;
	return place;
}

static void write_columns(struct config *config, const struct column_set *set)
{
	struct line line = line_begin(config->columns, sizeof(config->columns));
	for (size_t i = 0; i < set->count; i++)
		line_add(&line, "%s%s", i > 0 ? "," : "", columns[set->ids[i]].name);
}

static void remove_at(struct column_set *set, size_t place)
{
	set->count--;
	memmove(&set->ids[place], &set->ids[place + 1], (set->count - place) * sizeof(set->ids[0]));
}

/* Puts it where the table has it: the command line, which has no end, stays the last. */
static void insert(struct column_set *set, enum column_id id)
{
	size_t place = 0;
	while (place < set->count && set->ids[place] < id)
		place++;
	memmove(&set->ids[place + 1], &set->ids[place], (set->count - place) * sizeof(set->ids[0]));
	set->ids[place] = id;
	set->count++;
}

static enum err_code step_column(
	const struct setup_state *state, size_t place, size_t *ret_place, struct err *err)
{
	struct column_set set = *state->shown;
	enum column_id id = column_at(&set, place);
	if (place >= set.count)
		insert(&set, id);
	else if (set.count == 1)
		return err_set(err, ERR_SYNTAX, "one column has to stay");
	else
		remove_at(&set, place);
	write_columns(state->config, &set);
	*ret_place = place_of(&set, id);
	return ERR_OK;
}

static void step_auto(const struct setup_state *state)
{
	if (state->config->columns[0])
		state->config->columns[0] = '\0';
	else
		write_columns(state->config, state->shown);
}

bool setup_move(const struct setup_state *state, struct setup *setup, int by)
{
	struct column_set set = *state->shown;
	if (setup->page != CONFIG_COLUMNS || setup->at < columns_from())
		return false;
	size_t from = setup->at - columns_from(), to = from + (size_t)by;
	if (from >= set.count || to >= set.count)
		return false;
	enum column_id moved = set.ids[from];
	set.ids[from] = set.ids[to];
	set.ids[to] = moved;
	write_columns(state->config, &set);
	setup->at = to + columns_from();
	return true;
}

/* --- lines ------------------------------------------------------------------------------------ */

static void put_cross(struct setup_line *line, bool on)
{
	snprintf(line->value, sizeof(line->value), "%s", on ? "x" : " ");
}

static void column_line(const struct setup_state *state, size_t index, struct setup_line *ret)
{
	if (index < columns_from()) {
		ret->name = "auto";
		ret->help = "as many as the width of the screen allows";
		put_cross(ret, !state->config->columns[0]);
		return;
	}
	enum column_id id = column_at(state->shown, index - columns_from());
	ret->name = columns[id].title;
	ret->help = columns[id].help;
	put_cross(ret, is_shown(state->shown, id));
}

static void meter_line(const struct setup_state *state, size_t index, struct setup_line *ret)
{
	enum part part = meter_of(index);
	ret->name = meters[part].name;
	ret->help = meters[part].help;
	put_cross(ret, !(state->config->meters_off >> part & 1));
}

static void setting_line(
	const struct setup_state *state, const struct config_row *row, struct setup_line *ret)
{
	ret->name = row->name;
	ret->help = row->help;
	row->format((const char *)state->config + row->field, ret->value);
	if (strcmp(ret->value, "on") == 0 || strcmp(ret->value, "off") == 0)
		put_cross(ret, ret->value[1] == 'n');
}

void setup_line(const struct setup_state *state, enum config_page page, size_t index,
	struct setup_line *ret)
{
	const struct config_row *row = setting_of(page, index);
	if (row)
		setting_line(state, row, ret);
	else if (page == CONFIG_COLUMNS)
		column_line(state, index, ret);
	else
		meter_line(state, index - settings_of(page), ret);
}

static enum err_code step_setting(
	struct config *config, const struct config_row *row, int by, struct err *err)
{
	struct config changed = *config;
	row->step((char *)&changed + row->field, by);
	enum err_code code = config_check(&changed, err);
	if (!code)
		*config = changed;
	return code;
}

enum err_code setup_step(
	const struct setup_state *state, struct setup *setup, int by, struct err *err)
{
	const struct config_row *row = setting_of(setup->page, setup->at);
	if (row)
		return step_setting(state->config, row, by, err);
	if (setup->page == CONFIG_METERS) {
		state->config->meters_off ^= 1u << meter_of(setup->at - settings_of(setup->page));
		return ERR_OK;
	}
	if (setup->at < columns_from()) {
		step_auto(state);
		return ERR_OK;
	}
	size_t place = 0;
	enum err_code code = step_column(state, setup->at - columns_from(), &place, err);
	if (!code)
		setup->at = place + columns_from();
	return code;
}

/* --- drawing ------------------------------------------------------------------------------------- */

/* Where its lines are: `rows` of the page from line `first` on, in the rows of the screen from `top`
 * on. */
struct place {
	int top, rows, first;
};

static struct place box_place(const struct app *app)
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
	place.first = place.rows ? (int)cursor_first(app->setup.at, place.rows) : 0;
	return place;
}

static int rows_of(const struct app *app)
{
	return box_place(app).rows;
}

static int line_at(const struct app *app, int row)
{
	struct place place = box_place(app);
	int index = row - place.top;
	return index < 0 || index >= place.rows ? -1 : place.first + index;
}

/* The columns of a page's name, with its brackets and a blank behind. */
static int name_cols(enum config_page page)
{
	return (int)strlen(setup_pages[page]) + 3;
}

static int page_at(const struct app *app, int row, int col)
{
	int end = FIRST_COL;
	if (row != box_place(app).top - HEAD_ROWS)
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

static void draw(const struct app *app, struct grid *grid)
{
	const struct setup *setup = &app->setup;
	struct place place = box_place(app);
	struct config config;
	struct setup_line line;
	setup_get(app, &config);
	struct setup_state state = { &config, &app->procs.columns };
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

/* --- keys and the mouse -------------------------------------------------------------------------- */

static void show_page(struct app *app, enum config_page page)
{
	app->setup = (struct setup){ .open = true, .page = page };
}

static void point_at(struct app *app, long line)
{
	long last = (long)setup_count(app->setup.page) - 1;
	app->setup.at = line < 0 ? 0 : (size_t)(line > last ? last : line);
}

/* --- moving ----------------------------------------------------------------------------------- */

static void next_page(struct app *app)
{
	show_page(app, (app->setup.page + 1) % CONFIG_PAGE_COUNT);
}

static void previous_page(struct app *app)
{
	show_page(app, (app->setup.page + CONFIG_PAGE_COUNT - 1) % CONFIG_PAGE_COUNT);
}

static void columns_page(struct app *app)
{
	show_page(app, CONFIG_COLUMNS);
}

static void leave(struct app *app)
{
	app->setup.open = false;
}

/* --- changing --------------------------------------------------------------------------------- */

/* What is set and still not to be seen, for what is outside of the settings. */
static void say_overruled(struct app *app, const struct config *before)
{
	if (app->settings.config.color && !before->color && app->settings.no_color)
		status_say(app, "no colours while NO_COLOR is set");
	if (!app->settings.config.ascii && before->ascii && app->settings.ascii_only)
		status_say(app, "ASCII only: the locale is not UTF-8");
}

static void step(struct app *app, int by)
{
	struct config before, config;
	struct err err;
	setup_get(app, &before);
	config = before;
	struct setup_state state = { &config, &app->procs.columns };
	if (setup_step(&state, &app->setup, by, &err)) {
		status_say(app, "%s", err.text);
		return;
	}
	setup_set(app, &config);
	say_overruled(app, &before);
}

static void next_value(struct app *app)
{
	step(app, 1);
}

static void previous_value(struct app *app)
{
	step(app, -1);
}

static void move_column(struct app *app, int by)
{
	struct config config;
	setup_get(app, &config);
	struct setup_state state = { &config, &app->procs.columns };
	if (setup_move(&state, &app->setup, by))
		setup_set(app, &config);
	else
		status_say(
			app, "only columns that are shown can be moved, and not beyond the ends");
}

static void move_up(struct app *app)
{
	move_column(app, -1);
}

static void move_down(struct app *app)
{
	move_column(app, 1);
}

static reaction *const reactions[ACTION_COUNT] = {
	[ACTION_LEFT] = previous_page,
	[ACTION_RIGHT] = next_page,
	[ACTION_VIEW_NEXT] = next_page,
	[ACTION_VIEW_PREVIOUS] = previous_page,
	[ACTION_COLUMNS] = columns_page,
	[ACTION_OPEN] = next_value,
	[ACTION_TAG] = next_value,
	[ACTION_UNFOLD] = next_value,
	[ACTION_FOLD] = previous_value,
	[ACTION_ADJUST_LESS] = move_up,
	[ACTION_ADJUST_MORE] = move_down,
	[ACTION_SAVE_CONFIG] = setup_save,
	[ACTION_SETUP] = leave,
	[ACTION_BACK] = leave,
	[ACTION_CLOSE] = leave,
	[ACTION_REPAINT] = view_paint,
	[ACTION_SUSPEND] = view_suspend,
	[ACTION_QUIT] = view_quit,
};

static void take_key(struct app *app, int key)
{
	const struct key_row *row = keymap_find(key);
	int lines = row ? cursor_step(row->action, rows_of(app)) : 0;
	char name[32];
	input_name(key, name, sizeof(name));
	if (lines)
		point_at(app, (long)app->setup.at + lines);
	else if (row && reactions[row->action])
		reactions[row->action](app);
	else
		status_say(app, "%s does nothing in the setup, Esc closes it", name);
}

static void click(struct app *app, int row, int col)
{
	int page = page_at(app, row, col), line = line_at(app, row);
	if (page >= 0)
		show_page(app, (enum config_page)page);
	else if (line >= 0 && (size_t)line == app->setup.at)
		next_value(app);
	else if (line >= 0)
		point_at(app, line);
}

static bool is_open(const struct app *app)
{
	return app->setup.open;
}

static bool open_box(struct app *app, enum action action)
{
	if (action != ACTION_SETUP && action != ACTION_COLUMNS)
		return false;
	show_page(app, action == ACTION_COLUMNS ? CONFIG_COLUMNS : app->setup.page);
	return true;
}

const struct overlay overlay_setup = {
	.open = open_box,
	.is_open = is_open,
	.draw = draw,
	.key = take_key,
	.click = click,
	.says = true,
};
