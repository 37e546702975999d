#include "state_config.h"

#include "state.h"

#include <stdio.h>
#include <string.h>

void state_configure(struct app *app, const struct config *config, const char *path)
{
	const struct options *options = app->options;
	app->config = *config;
	snprintf(app->config_path, sizeof(app->config_path), "%s", path);
	if (!options->with_delay)
		app->delay_ms = config->delay_ms;
	if (options->columns)
		snprintf(app->config.columns, sizeof(app->config.columns), "%s", options->columns);
	if (!options->sort) {
		app->order.column = column_find(config->sort, strlen(config->sort));
		app->order.reversed = config->reverse;
	}
	app->tree = config->tree;
	app->units = config->units;
	app->filter.show = config->show;
	app->header_hidden = !config->header;
}

void state_save_config(struct app *app)
{
	struct err err;
	struct config *config = &app->config;
	config->delay_ms = app->delay_ms;
	snprintf(config->sort, sizeof(config->sort), "%s", columns[app->order.column].name);
	config->reverse = app->order.reversed;
	config->tree = app->tree;
	config->units = app->units;
	config->show = app->filter.show;
	config->header = !app->header_hidden;
	if (app->options->read_only)
		state_say(app, "not written: --read-only");
	else if (config_write(config, app->config_path, &err))
		state_say(app, "%s", err.text);
	else
		state_say(app, "settings written to %s", app->config_path);
}
