#include "react_setup.h"

#include "state.h"
#include "state_config.h"
#include "step.h"
#include "term/input.h"
#include "view_setup.h"

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
	if (app->config.color && !before->color && app->no_color)
		state_say(app, "no colours while NO_COLOR is set");
	if (!app->config.ascii && before->ascii && app->ascii_only)
		state_say(app, "ASCII only: the locale is not UTF-8");
}

static void step(struct app *app, int by)
{
	struct config before, config;
	struct err err;
	state_config_get(app, &before);
	config = before;
	struct setup_state state = { &config, &app->columns };
	if (setup_step(&state, &app->setup, by, &err)) {
		state_say(app, "%s", err.text);
		return;
	}
	state_config_set(app, &config);
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

static void move(struct app *app, int by)
{
	struct config config;
	state_config_get(app, &config);
	struct setup_state state = { &config, &app->columns };
	if (setup_move(&state, &app->setup, by))
		state_config_set(app, &config);
	else
		state_say(app, "only columns that are shown can be moved, and not beyond the ends");
}

static void move_up(struct app *app)
{
	move(app, -1);
}

static void move_down(struct app *app)
{
	move(app, 1);
}

/* --- the program ------------------------------------------------------------------------------ */

static void repaint(struct app *app)
{
	app->repaint = true;
}

static void suspend(struct app *app)
{
	app->suspend = true;
}

static void quit(struct app *app)
{
	app->quit = true;
}

static void (*const reactions[ACTION_COUNT])(struct app *) = {
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
	[ACTION_SAVE_CONFIG] = state_save_config,
	[ACTION_SETUP] = leave,
	[ACTION_BACK] = leave,
	[ACTION_CLOSE] = leave,
	[ACTION_REPAINT] = repaint,
	[ACTION_SUSPEND] = suspend,
	[ACTION_QUIT] = quit,
};

void react_setup(struct app *app, int key)
{
	const struct key_row *row = keymap_find(key);
	int lines = row ? step_of(row->action, view_setup_rows(app)) : 0;
	char name[32];
	input_name(key, name, sizeof(name));
	if (lines)
		point_at(app, (long)app->setup.at + lines);
	else if (row && reactions[row->action])
		reactions[row->action](app);
	else
		state_say(app, "%s does nothing in the setup, Esc closes it", name);
}

bool react_setup_open(struct app *app, enum action action)
{
	if (action != ACTION_SETUP && action != ACTION_COLUMNS)
		return false;
	show_page(app, action == ACTION_COLUMNS ? CONFIG_COLUMNS : app->setup.page);
	return true;
}

void react_setup_click(struct app *app, int row, int col)
{
	int page = view_setup_page_at(app, row, col), line = view_setup_line_at(app, row);
	if (page >= 0)
		show_page(app, (enum config_page)page);
	else if (line >= 0 && (size_t)line == app->setup.at)
		next_value(app);
	else if (line >= 0)
		point_at(app, line);
}
