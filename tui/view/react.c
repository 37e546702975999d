#include "react.h"

#include "acting.h"
#include "dialogs.h"
#include "frame.h"
#include "react_cgroups.h"
#include "react_events.h"
#include "react_pages.h"
#include "react_scope.h"
#include "react_setup.h"
#include "react_sort.h"
#include "react_tree.h"
#include "state.h"
#include "state_config.h"
#include "state_pages.h"
#include "step.h"
#include "term/input.h"
#include "view_procs.h"
#include "whole_command.h"

#include "oomspect/text.h"

#include <stdio.h>
#include <string.h>

#define SHIFT_STEP 8
#define SHIFT_MAX  4096

#define PASTE_SILENCE_MS 1000 /* what comes after that is typed, though no end of the paste came */

/* The first row is a place: the cursor stays there whoever comes to stand in it. */
static bool move(struct app *app, enum action action)
{
	int rows = step_of(action, layout_page(&app->layout));
	if (!rows)
		return false;
	state_point_at(app, (long)app->cursor.index + rows);
	if (rows == -STEP_FAR)
		app->cursor.bound = false;
	return true;
}

static void shift_to(struct app *app, int shift)
{
	app->shift = shift < 0 ? 0 : shift > SHIFT_MAX ? SHIFT_MAX : shift;
}

static void left(struct app *app)
{
	shift_to(app, app->shift - SHIFT_STEP);
}

static void right(struct app *app)
{
	shift_to(app, app->shift + SHIFT_STEP);
}

static void line_start(struct app *app)
{
	shift_to(app, 0);
}

/* The end of the longest line that is seen. */
static void line_end(struct app *app)
{
	shift_to(app, view_procs_longest(app) - app->grid.cols + 1);
}

static void view_procs(struct app *app)
{
	state_show(app, VIEW_PROCS);
}

static void view_cgroups(struct app *app)
{
	state_show(app, VIEW_CGROUPS);
}

static void view_events(struct app *app)
{
	state_show(app, VIEW_EVENTS);
}

static void view_detail(struct app *app)
{
	state_show(app, VIEW_DETAIL);
}

static void view_settings(struct app *app)
{
	state_show(app, VIEW_SETTINGS);
}

static void view_next(struct app *app)
{
	state_show(app, app->view >= VIEW_TABS - 1 ? 0 : app->view + 1);
}

static void view_previous(struct app *app)
{
	state_show(app, app->view == 0 || app->view >= VIEW_TABS ? VIEW_TABS - 1 : app->view - 1);
}

static void follow(struct app *app)
{
	const struct ranking_row *row = state_cursor_row(app);
	app->follow = !app->follow;
	if (app->follow && row) {
		state_point_at(app, (long)app->cursor.index);
		state_say(app, "following %d %s", (int)row->task->pid, row->task->comm);
	} else {
		state_say(app, "following nobody");
	}
}

static void pause_sampling(struct app *app)
{
	app->paused = !app->paused;
}

static void killable(struct app *app)
{
	static const char *const words[LISTING_SHOW_COUNT] = {
		[LISTING_NO_KTHREADS] = "kernel threads are hidden",
		[LISTING_ALL] = "everything is shown",
		[LISTING_KILLABLE] = "what cannot be killed is hidden",
	};
	app->filter.show = (app->filter.show + 1) % LISTING_SHOW_COUNT;
	state_say(app, "%s", words[app->filter.show]);
	state_relist(app);
}

static void set_units(struct app *app, enum units units)
{
	app->units = units;
	state_say(app, "sizes: %s", units_rows[units].name);
	state_relist(app);
}

static void next_units(struct app *app)
{
	set_units(app, app->units >= UNITS_PAGES ? UNITS_AUTO : app->units + 1);
}

static void share(struct app *app)
{
	set_units(app, app->units == UNITS_SHARE ? UNITS_AUTO : UNITS_SHARE);
}

static void header(struct app *app)
{
	app->header_hidden = !app->header_hidden;
	state_lay_out(app);
	state_scroll_to_cursor(app);
}

static void delay(struct app *app)
{
	char seconds[PROMPT_TEXT_SIZE];
	snprintf(seconds, sizeof(seconds), "%lld.%lld", (long long)(app->delay_ms / 1000),
		(long long)(app->delay_ms % 1000 / 100));
	prompt_open(&app->prompt, PROMPT_DELAY, seconds);
}

static void search(struct app *app)
{
	prompt_open(&app->prompt, PROMPT_SEARCH, "");
}

/* The first row from `start` on that is called as is searched; -1: none. */
static long find_row(struct app *app, long start, int step, bool by_pid)
{
	long count = (long)app->listing.count;
	for (long i = 0; i < count; i++) {
		long index = ((start + step * i) % count + count) % count;
		const struct task *task = app->listing.rows[index]->task;
		if (by_pid ? matches_pid(task, app->search_text)
			   : matches_task(&app->watch, &app->detail, task, app->search_text))
			return index;
	}
	return -1;
}

static void search_from(struct app *app, long start, int step, bool by_pid)
{
	if (!app->search_text[0]) {
		state_say(app, "nothing to search: / first");
		return;
	}
	if (app->view == VIEW_EVENTS) {
		react_events_search(app, step);
		return;
	}
	long index = by_pid ? find_row(app, start, step, true) : -1;
	if (index < 0)
		index = find_row(app, start, step, false);
	if (index >= 0)
		state_point_at(app, index);
	else
		state_say(app, "not found: %s%s", app->search_text,
			app->listing.hidden_folded ? "; some rows are folded (*)" : "");
}

static void search_next(struct app *app)
{
	search_from(app, (long)app->cursor.index + 1, 1, false);
}

static void search_previous(struct app *app)
{
	search_from(app, (long)app->cursor.index - 1, -1, false);
}

static void filter(struct app *app)
{
	prompt_open(&app->prompt, PROMPT_FILTER, app->filter_text);
}

static void user(struct app *app)
{
	prompt_open(&app->prompt, PROMPT_USER, app->user_text);
}

static void clear(struct app *app)
{
	app->filter_text[0] = app->user_text[0] = '\0';
	app->seeking = false;
	app->filter.uid = UID_UNKNOWN;
	app->filter.pid_count = 0;
	state_relist(app);
	if (watch_outlook(&app->watch)->ranking.domain.kind == DOMAIN_HOST)
		state_say(app, "no filter");
	else
		state_say(app, "no filter; o changes the domain, which is %s", frame_scope(app));
}

static void help(struct app *app)
{
	app->view_before = app->view;
	state_show(app, VIEW_HELP);
}

static bool is_filtered(const struct app *app)
{
	return app->filter_text[0] || app->filter.uid != UID_UNKNOWN || app->filter.pid_count;
}

/* One step out: search, tags, filter, scope. Never quits. */
static void back(struct app *app)
{
	if (app->search_text[0])
		app->search_text[0] = '\0';
	else if (app->acting.tags.count)
		acting_untag(app);
	else if (is_filtered(app) || !react_scope_leave(app))
		clear(app);
}

static void repaint(struct app *app)
{
	app->repaint = true;
	detail_forget(&app->detail);
	matches_forget(&app->matches);
	names_forget(&app->watch.names);
	state_relist(app);
}

static void suspend(struct app *app)
{
	app->suspend = true;
}

static void quit(struct app *app)
{
	app->quit = true;
}

/* What has only one line in a list, whole. */
static void full(struct app *app)
{
	if (app->view == VIEW_PROCS)
		whole_command_open(app);
	else if (app->view == VIEW_DETAIL)
		state_say(app, "the command line is whole here already");
	else
		state_say(app, "w does nothing here, ? for help");
}

/* The domain of the process under the cursor. */
static void scope(struct app *app)
{
	const struct ranking_row *row = state_cursor_row(app);
	if (row)
		react_scope_next(app, row->task->memcg);
}

/* The other moment, for all that is shown. Nobody has moved by that. */
static void moment(struct app *app)
{
	struct watch *watch = &app->watch;
	struct err err = { 0 };
	if (!watch->snapshot)
		return;
	watch->moment = watch->moment == MOMENT_OOM ? MOMENT_NOW : MOMENT_OOM;
	app->moves.before_count = 0;
	state_relist(app);
	if (state_pages_update(app, &err))
		state_say(app, "%s", err.text);
	else
		state_say(app, watch->moment == MOMENT_OOM
				       ? "moment: at OOM, when memory has run out"
				       : "moment: now, by this moment's counters");
}

/* NULL: the key does nothing in the list of processes. */
static void (*const reactions[ACTION_COUNT])(struct app *) = {
	[ACTION_OPEN] = view_detail,
	[ACTION_LEFT] = left,
	[ACTION_RIGHT] = right,
	[ACTION_LINE_START] = line_start,
	[ACTION_LINE_END] = line_end,
	[ACTION_VIEW_PROCS] = view_procs,
	[ACTION_VIEW_CGROUPS] = view_cgroups,
	[ACTION_CGROUP] = react_scope_jump,
	[ACTION_SCOPE] = scope,
	[ACTION_MOMENT] = moment,
	[ACTION_VIEW_EVENTS] = view_events,
	[ACTION_VIEW_DETAIL] = view_detail,
	[ACTION_VIEW_SETTINGS] = view_settings,
	[ACTION_VIEW_NEXT] = view_next,
	[ACTION_VIEW_PREVIOUS] = view_previous,
	[ACTION_FULL] = full,
	[ACTION_FOLLOW] = follow,
	[ACTION_PAUSE] = pause_sampling,
	[ACTION_KILLABLE] = killable,
	[ACTION_UNITS] = next_units,
	[ACTION_SHARE] = share,
	[ACTION_HEADER] = header,
	[ACTION_DELAY] = delay,
	[ACTION_SEARCH] = search,
	[ACTION_SEARCH_NEXT] = search_next,
	[ACTION_SEARCH_PREVIOUS] = search_previous,
	[ACTION_FILTER] = filter,
	[ACTION_USER] = user,
	[ACTION_CLEAR] = clear,
	[ACTION_ADJUST] = acting_adjust,
	[ACTION_ADJUST_LESS] = acting_adjust_less,
	[ACTION_ADJUST_MORE] = acting_adjust_more,
	[ACTION_SIGNAL] = acting_signal,
	[ACTION_TAG] = acting_tag,
	[ACTION_TAG_ALL] = acting_tag_all,
	[ACTION_UNTAG] = acting_untag,
	[ACTION_HELP] = help,
	[ACTION_BACK] = back,
	[ACTION_REPAINT] = repaint,
	[ACTION_SUSPEND] = suspend,
	[ACTION_SAVE_CONFIG] = state_save_config,
	[ACTION_CLOSE] = quit,
	[ACTION_QUIT] = quit,
};

static void take_delay(struct app *app)
{
	if (options_parse_seconds(app->prompt.text, &app->delay_ms)) {
		app->restart_timer = true;
		return;
	}
	state_say(app, "%s: not a number of seconds from 0.1 to 3600", app->prompt.text);
}

static void take_user(struct app *app)
{
	app->seeking = app->prompt.text[0] != '\0';
	if (app->seeking) {
		state_say(app, "looking for user '%s' ...", app->prompt.text);
		names_seek(&app->watch.names, app->prompt.text);
		state_take_sought(app);
		return;
	}
	app->user_text[0] = '\0';
	app->filter.uid = UID_UNKNOWN;
	state_relist(app);
}

static void take_text(struct app *app)
{
	if (app->view == VIEW_CGROUPS && react_cgroups_take_text(app))
		return;
	if (react_pages_take_text(app))
		return;
	switch (app->prompt.id) {
	case PROMPT_SEARCH:
		memcpy(app->search_text, app->prompt.text, sizeof(app->search_text));
		search_from(app, (long)app->cursor.index, 1, true);
		break;
	case PROMPT_FILTER:
		memcpy(app->filter_text, app->prompt.text, sizeof(app->filter_text));
		matches_forget(&app->matches);
		state_relist(app);
		break;
	case PROMPT_USER:
		take_user(app);
		break;
	case PROMPT_DELAY:
		take_delay(app);
		break;
	default:
		break;
	}
}

static void type(struct app *app, int key)
{
	enum prompt_result result = prompt_key(&app->prompt, key);
	if (result == PROMPT_DONE)
		take_text(app);
	if (result != PROMPT_GOES_ON)
		app->prompt.id = PROMPT_NONE;
}

/* What a view has of its own comes before what the processes have. */
static bool (*const own_reactions[VIEW_COUNT])(struct app *app, enum action action) = {
	[VIEW_PROCS] = react_tree,
	[VIEW_CGROUPS] = react_cgroups,
	[VIEW_EVENTS] = react_events,
};

static const bool on_processes[ACTION_COUNT] = {
	[ACTION_ADJUST] = true,
	[ACTION_ADJUST_LESS] = true,
	[ACTION_ADJUST_MORE] = true,
	[ACTION_SIGNAL] = true,
	[ACTION_TAG] = true,
	[ACTION_TAG_ALL] = true,
	[ACTION_UNTAG] = true,
};

/* How one comes to a process from a list of something else. */
static const char *const ways_to_processes[VIEW_COUNT] = {
	[VIEW_CGROUPS] = "Enter shows those of this cgroup",
	[VIEW_EVENTS] = "1 shows them",
};

static bool needs_process(struct app *app, enum action action)
{
	const char *way = ways_to_processes[app->view];
	if (!way || !on_processes[action])
		return false;
	state_say(app, "choose a process first: %s", way);
	return true;
}

static bool react(struct app *app, enum action action)
{
	if (needs_process(app, action))
		return true;
	if (own_reactions[app->view] && own_reactions[app->view](app, action))
		return true;
	if (app->view == VIEW_EVENTS && !react_events_knows(action))
		return false;
	if (move(app, action) || react_sort(app, action) || react_setup_open(app, action))
		return true;
	if (!reactions[action])
		return false;
	reactions[action](app);
	return true;
}

static void answer(struct app *app, int key)
{
	int meant = app->config.vi_keys ? keymap_vi(key) : key;
	if (app->acting.dialog != DIALOG_NONE && key == INPUT_ENTER && app->in_burst) {
		state_say(app, "Enter came together with other keys, as pasted text does: again");
		return;
	}
	if (dialogs_key(app, meant))
		return;
	app->message[0] = '\0';
	if (app->prompt.id != PROMPT_NONE) {
		type(app, key);
		return;
	}
	if (app->sort_menu) {
		react_sort_menu(app, meant);
		return;
	}
	if (app->setup.open) {
		react_setup(app, meant);
		return;
	}
	if (app->whole_command.text) {
		whole_command_key(app, meant);
		return;
	}
	const struct key_row *row = keymap_find(react_pages_key(app, meant));
	enum view_id before = app->view;
	char name[32];
	input_name(key, name, sizeof(name));
	if (!row)
		state_say(app, "unknown key \"%s\", ? for help", name);
	else if (!react_pages(app, row) && !react(app, row->action))
		state_say(app, "%s does nothing here, ? for help", name);
	react_pages_entered(app, before);
}

/* --- what is pasted --------------------------------------------------------------------------- */

static bool takes_text(const struct app *app)
{
	return app->prompt.id != PROMPT_NONE || app->acting.dialog == DIALOG_ADJUST;
}

/* Characters only: no newline confirms, no control acts. */
static void take_pasted(struct app *app, int key)
{
	bool digit = (key >= '0' && key <= '9') || key == '-' || key == '+';
	if (app->acting.dialog == DIALOG_ADJUST && digit)
		dialogs_key(app, key);
	else if (app->prompt.id != PROMPT_NONE && key >= ' ' && key < INPUT_UP &&
		 key != INPUT_BACKSPACE)
		prompt_key(&app->prompt, key);
}

static bool take_paste(struct app *app, int key)
{
	if (app->pasting && app->now_ms - app->paste_ms >= PASTE_SILENCE_MS)
		app->pasting = false;
	if (key == INPUT_PASTE_BEGIN && !takes_text(app))
		state_say(app, "pasted text is ignored");
	bool pasted = app->pasting || key == INPUT_PASTE_BEGIN || key == INPUT_PASTE_END;
	if (app->pasting)
		take_pasted(app, key);
	app->pasting = pasted && key != INPUT_PASTE_END;
	app->paste_ms = app->now_ms;
	return pasted;
}

void react_key(struct app *app, int key)
{
	if (!take_paste(app, key))
		answer(app, key);
	app->in_burst = true;
}

void react_burst_over(struct app *app)
{
	app->in_burst = false;
}
