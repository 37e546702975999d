#include "react.h"

#include "process_list.h"
#include "setup.h"
#include "state.h"
#include "status.h"

#include <stdio.h>

#define SHIFT_STEP 8
#define SHIFT_MAX  4096

#define PASTE_SILENCE_MS 1000 /* what comes after that is typed, though no end of the paste came */

/* --- what lists have in common ---------------------------------------------------------------- */

void react_shift_to(struct app *app, int shift)
{
	app->shift = shift < 0 ? 0 : shift > SHIFT_MAX ? SHIFT_MAX : shift;
}

static void left(struct app *app)
{
	react_shift_to(app, app->shift - SHIFT_STEP);
}

static void right(struct app *app)
{
	react_shift_to(app, app->shift + SHIFT_STEP);
}

static void line_start(struct app *app)
{
	react_shift_to(app, 0);
}

/* The other moment, for all that is shown. Nobody has moved by that. */
static void moment(struct app *app)
{
	struct watch *watch = &app->model.watch;
	if (!watch->snapshot)
		return;
	watch->moment = watch->moment == MOMENT_OOM ? MOMENT_NOW : MOMENT_OOM;
	app->procs.moves.before_count = 0;
	state_relist(app);
	if (state_update(app))
		status_say(app, watch->moment == MOMENT_OOM
					? "moment: at OOM, when memory has run out"
					: "moment: now, by this moment's counters");
}

reaction *const react_lists[ACTION_COUNT] = {
	[ACTION_LEFT] = left,
	[ACTION_RIGHT] = right,
	[ACTION_LINE_START] = line_start,
	[ACTION_MOMENT] = moment,
};

/* --- what does the same everywhere ------------------------------------------------------------ */

static void show_next(struct app *app)
{
	state_show(app, app->view >= VIEW_TABS - 1 ? 0 : app->view + 1);
}

static void show_previous(struct app *app)
{
	state_show(app, app->view == 0 || app->view >= VIEW_TABS ? VIEW_TABS - 1 : app->view - 1);
}

static void pause_sampling(struct app *app)
{
	app->clock.paused = !app->clock.paused;
}

static void set_units(struct app *app, enum units units)
{
	app->settings.units = units;
	status_say(app, "sizes: %s", units_rows[units].name);
	state_relist(app);
}

static void next_units(struct app *app)
{
	set_units(app, app->settings.units >= UNITS_PAGES ? UNITS_AUTO : app->settings.units + 1);
}

static void share(struct app *app)
{
	set_units(app, app->settings.units == UNITS_SHARE ? UNITS_AUTO : UNITS_SHARE);
}

static void header(struct app *app)
{
	app->settings.header_hidden = !app->settings.header_hidden;
	state_lay_out(app);
	process_list_scroll(app);
}

static void delay(struct app *app)
{
	char seconds[PROMPT_TEXT_SIZE];
	snprintf(seconds, sizeof(seconds), "%lld.%lld", (long long)(app->clock.delay_ms / 1000),
		(long long)(app->clock.delay_ms % 1000 / 100));
	prompt_open(&app->typing.prompt, PROMPT_DELAY, seconds);
}

void react_search(struct app *app)
{
	prompt_open(&app->typing.prompt, PROMPT_SEARCH, "");
}

void react_repaint(struct app *app)
{
	view_paint(app);
	visible_forget(&app->model.visible);
	matches_forget(&app->procs.matches);
	names_forget(&app->model.watch.names);
	state_relist(app);
}

reaction *const react_program[ACTION_COUNT] = {
	[ACTION_VIEW_NEXT] = show_next,
	[ACTION_VIEW_PREVIOUS] = show_previous,
	[ACTION_PAUSE] = pause_sampling,
	[ACTION_UNITS] = next_units,
	[ACTION_SHARE] = share,
	[ACTION_HEADER] = header,
	[ACTION_DELAY] = delay,
	[ACTION_SEARCH] = react_search,
	[ACTION_REPAINT] = react_repaint,
	[ACTION_SUSPEND] = view_suspend,
	[ACTION_SAVE_CONFIG] = setup_save,
	[ACTION_CLOSE] = view_quit,
	[ACTION_QUIT] = view_quit,
};

/* --- what is typed ---------------------------------------------------------------------------- */

static void take_delay(struct app *app)
{
	if (options_parse_seconds(app->typing.prompt.text, &app->clock.delay_ms)) {
		app->request.restart_timer = true;
		return;
	}
	status_say(app, "%s: not a number of seconds from 0.1 to 3600", app->typing.prompt.text);
}

static void take_text(struct app *app)
{
	if (app->typing.prompt.id == PROMPT_DELAY)
		take_delay(app);
	else
		view_of(app)->take_text(app);
}

static void type(struct app *app, int key)
{
	enum prompt_result result = prompt_key(&app->typing.prompt, key);
	if (result == PROMPT_DONE)
		take_text(app);
	if (result != PROMPT_GOES_ON)
		app->typing.prompt.id = PROMPT_NONE;
}

/* --- keys ------------------------------------------------------------------------------------- */

static reaction *find_reaction(const struct view *view, enum action action)
{
	for (size_t i = 0; i < VIEW_REACTIONS && view->reactions[i]; i++)
		if (view->reactions[i][action])
			return view->reactions[i][action];
	return NULL;
}

/* Why a key that has a meaning elsewhere has none in this view; false when there is nothing to say. */
static bool refuse(struct app *app, const struct view *view, const struct key_row *row)
{
	char name[32];
	if (row->group == GROUP_ACT && view->way_to_processes) {
		status_say(app, "choose a process first: %s", view->way_to_processes);
		return true;
	}
	if (!view->text || view->reactions[0][row->action] || view->text->means(app, row))
		return false;
	input_name(row->key, name, sizeof(name));
	status_say(app, "%s does nothing %s, q goes back", name, view->text->where);
	return true;
}

/* What the action opens. */
static bool show(struct app *app, enum action action)
{
	for (enum view_id id = 0; id < VIEW_COUNT; id++)
		if (views[id]->opened_by == action) {
			state_show(app, id);
			return true;
		}
	return view_open_overlay(app, action);
}

static int page_of(const struct app *app, const struct view *view)
{
	if (!view->text)
		return layout_page(&app->layout);
	int rows = view->text->rows(app) - !view->bare;
	return rows > 1 ? rows : 1;
}

/* False when the key does nothing in this view. */
static bool react(struct app *app, const struct key_row *row)
{
	const struct view *view = view_of(app);
	int rows = view->move ? cursor_step(row->action, page_of(app, view)) : 0;
	if (rows) {
		view->move(app, rows);
		return true;
	}
	if (refuse(app, view, row))
		return true;
	reaction *found = find_reaction(view, row->action);
	if (found)
		found(app);
	return found || show(app, row->action);
}

static void give_view(struct app *app, int key, int meant)
{
	enum view_id before = app->view;
	char name[32];
	/* In a text the space bar turns the page. */
	bool turns = view_of(app)->text && meant == INPUT_SPACE;
	const struct key_row *row = keymap_find(turns ? INPUT_PAGE_DOWN : meant);
	input_name(key, name, sizeof(name));
	if (!row)
		status_say(app, "unknown key \"%s\", ? for help", name);
	else if (!react(app, row))
		status_say(app, "%s does nothing here, ? for help", name);
	if (app->view != before && view_of(app)->entered)
		view_of(app)->entered(app, before);
}

static void give_overlay(struct app *app, const struct overlay *overlay, int key)
{
	app->status.message[0] = '\0';
	overlay->key(app, key);
}

static void answer(struct app *app, int key)
{
	const struct overlay *overlay = view_overlay(app);
	int meant = app->settings.config.vi_keys ? keymap_vi(key) : key;
	if (overlay && overlay->acts && key == INPUT_ENTER && app->typing.in_burst) {
		status_say(app, "Enter came together with other keys, as pasted text does: again");
		return;
	}
	app->status.message[0] = '\0';
	if (overlay)
		give_overlay(app, overlay, meant);
	else if (app->typing.prompt.id != PROMPT_NONE)
		type(app, key);
	else
		give_view(app, key, meant);
}

/* --- what is pasted --------------------------------------------------------------------------- */

static bool takes_digits(const struct app *app)
{
	const struct overlay *overlay = view_overlay(app);
	return overlay && overlay->takes_digits;
}

static bool takes_text(const struct app *app)
{
	return app->typing.prompt.id != PROMPT_NONE || takes_digits(app);
}

/* Characters only: no newline confirms, no control acts. */
static void take_pasted(struct app *app, int key)
{
	bool digit = (key >= '0' && key <= '9') || key == '-' || key == '+';
	if (takes_digits(app) && digit)
		give_overlay(app, view_overlay(app), key);
	else if (app->typing.prompt.id != PROMPT_NONE && key >= ' ' && key < INPUT_UP &&
		 key != INPUT_BACKSPACE)
		prompt_key(&app->typing.prompt, key);
}

static bool take_paste(struct app *app, int key)
{
	if (app->typing.pasting && app->clock.now_ms - app->typing.paste_ms >= PASTE_SILENCE_MS)
		app->typing.pasting = false;
	if (key == INPUT_PASTE_BEGIN && !takes_text(app))
		status_say(app, "pasted text is ignored");
	bool pasted = app->typing.pasting || key == INPUT_PASTE_BEGIN || key == INPUT_PASTE_END;
	if (app->typing.pasting)
		take_pasted(app, key);
	app->typing.pasting = pasted && key != INPUT_PASTE_END;
	app->typing.paste_ms = app->clock.now_ms;
	return pasted;
}

void react_key(struct app *app, int key)
{
	if (!take_paste(app, key))
		answer(app, key);
	app->typing.in_burst = true;
}

void react_burst_over(struct app *app)
{
	app->typing.in_burst = false;
}
