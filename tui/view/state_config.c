#include "state_config.h"

#include "state.h"

#include "oomspect/line.h"

#include <stdio.h>
#include <string.h>

void state_config_get(const struct app *app, struct config *ret)
{
	*ret = app->config;
	ret->delay_ms = app->delay_ms;
	snprintf(ret->sort, sizeof(ret->sort), "%s", columns[app->order.column].name);
	ret->reverse = app->order.reversed;
	ret->tree = app->tree;
	ret->units = app->units;
	ret->show = app->filter.show;
	ret->header = !app->header_hidden;
}

void state_config_set(struct app *app, const struct config *config)
{
	app->config = *config;
	app->restart_timer |= app->delay_ms != config->delay_ms;
	app->delay_ms = config->delay_ms;
	app->order.column = column_find(&process_table, config->sort, strlen(config->sort));
	app->order.reversed = config->reverse;
	app->tree = config->tree;
	app->units = config->units;
	app->filter.show = config->show;
	app->header_hidden = !config->header;
	app->grid.ascii = app->help.ascii = config->ascii || app->ascii_only;
	app->new_look = true;
	state_write_help(app);
	state_lay_out(app);
	state_relist(app);
	state_scroll_to_cursor(app);
}

void state_configure(struct app *app, const struct config *config, const char *path)
{
	const struct options *options = app->options;
	struct config wanted = *config;
	snprintf(app->config_path, sizeof(app->config_path), "%s", path);
	if (options->with_delay)
		wanted.delay_ms = options->delay_ms;
	if (options->columns)
		snprintf(wanted.columns, sizeof(wanted.columns), "%s", options->columns);
	if (options->sort) {
		snprintf(wanted.sort, sizeof(wanted.sort), "%s", columns[app->order.column].name);
		wanted.reverse = false;
	}
	wanted.color &= !options->no_color;
	wanted.ascii |= options->ascii;
	wanted.mouse |= options->mouse;
	state_config_set(app, &wanted);
}

void state_config_say_unread(
	struct app *app, const struct err *unread, const struct config_ignored *ignored)
{
	char words[APP_MESSAGE_SIZE];
	struct line line = line_begin(words, sizeof(words));
	if (unread->code == ERR_OK && ignored->count == 0)
		return;
	if (app->message[0])
		line_add(&line, "%s; ", app->message);
	if (unread->code)
		line_add(&line, "%s", unread->text);
	else if (ignored->count == 1)
		line_add(&line, "settings: line %u ignored: %s", ignored->first, ignored->why.text);
	else
		line_add(&line, "settings: %zu lines ignored, line %u: %s", ignored->count,
			ignored->first, ignored->why.text);
	state_say(app, "%s", words);
}

void state_save_config(struct app *app)
{
	struct err err;
	state_config_get(app, &app->config);
	if (app->options->read_only)
		state_say(app, "not written: --read-only");
	else if (app->in_burst)
		state_say(app, "not written: W came together with other keys, as pasted text does");
	else if (config_write(&app->config, app->config_path, &err))
		state_say(app, "%s", err.text);
	else
		state_say(app, "settings written to %s", app->config_path);
}
