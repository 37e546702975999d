/* Settings, the command line and the keys W and vi's, on the screen. */
#include "support.h"
#include "support_machine.h"

#include "term/input.h"
#include "view/react.h"
#include "view/setup.h"
#include "view/state.h"
#include "view/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
	char path[64], file[96];
	struct options options;
	struct app app;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	machine_make(fixture->path, sizeof(fixture->path));
	snprintf(fixture->file, sizeof(fixture->file), "%s/config", fixture->path);
	fixture->options = (struct options){ .root = fixture->path, .delay_ms = 3000 };
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	state_release(&fixture->app);
	machine_remove(fixture->path);
	free(fixture);
	return 0;
}

/* Starts with the settings of `text`. */
static struct app *start(struct fixture *fixture, const char *text)
{
	struct app *app = &fixture->app;
	struct config config;
	struct config_ignored ignored;
	struct err err = { 0 };
	config_defaults(&config);
	config_parse(&config, text_of(text), &ignored);
	assert_int_equal(ignored.count, 0);
	if (state_init(app, &fixture->options, true, &err))
		fail_msg("%s", err.text);
	setup_begin(app, &config, fixture->file);
	assert_int_equal(sampler_sample(&app->model.watch.sampler, NULL), ERR_OK);
	assert_int_equal(state_sampled(app, NULL), ERR_OK);
	assert_int_equal(state_resize(app, 24, 80, NULL), ERR_OK);
	return app;
}

static void keys(struct app *app, const char *typed)
{
	for (; *typed; typed++) {
		react_key(app, *typed);
		react_burst_over(app);
	}
}

static void settings_are_taken_over(void **state)
{
	struct app *app = start(*state, "delay = 0.7\nsort = mem\nreverse = on\nheader = off\n"
					"tree = on\nunits = K\nshow = all\ncolumns = pid,rss");
	assert_int_equal(app->clock.delay_ms, 700);
	assert_int_equal(app->procs.order.column, COL_MEM);
	assert_true(app->procs.order.reversed && app->settings.header_hidden);
	assert_true(app->procs.tree && app->procs.listing.nested);
	assert_int_equal(app->settings.units, UNITS_K);
	assert_int_equal(app->procs.listing.count, 16);
	assert_int_equal(app->procs.columns.count, 2);
}

static void the_command_line_is_stronger(void **state)
{
	struct fixture *fixture = *state;
	fixture->options.delay_ms = 5000;
	fixture->options.with_delay = true;
	fixture->options.sort = "pid";
	fixture->options.columns = "pid,comm,bad";
	struct app *app =
		start(fixture, "delay = 0.7\nsort = mem\nreverse = on\ncolumns = pid,rss");
	assert_int_equal(app->clock.delay_ms, 5000);
	assert_int_equal(app->procs.order.column, COL_PID);
	assert_false(app->procs.order.reversed);
	assert_int_equal(app->procs.columns.count, 3);
}

static void w_writes_what_the_screen_shows(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = start(fixture, "vi_keys = on");
	struct config config;
	struct config_ignored ignored;
	struct err err;
	keys(app, "MIt#eW");
	assert_non_null(strstr(app->status.message, "settings written to "));
	config_defaults(&config);
	assert_int_equal(config_read(&config, fixture->file, true, &ignored, &err), ERR_OK);
	assert_string_equal(config.sort, "mem");
	assert_true(config.reverse && config.tree && config.vi_keys);
	assert_false(config.header);
	assert_int_equal(config.units, UNITS_K);
}

static void switches_of_the_command_line_are_settings_too(void **state)
{
	struct fixture *fixture = *state;
	struct config config;
	fixture->options.no_color = fixture->options.ascii = fixture->options.mouse = true;
	struct app *app = start(fixture, "");
	setup_get(app, &config);
	assert_true(config.mouse && config.ascii);
	assert_false(config.color);
	app->settings.ascii_only = false; /* whatever the locale */
	config.ascii = false;
	setup_set(app, &config);
	assert_false(app->grid.ascii);
	assert_true(app->request.new_look);
}

static void say_unread(struct app *app, const char *text, enum err_code code)
{
	struct config config;
	struct config_ignored ignored;
	struct err unread = { .code = code, .text = "cannot read settings 'F': why" };
	config_defaults(&config);
	config_parse(&config, text_of(text), &ignored);
	setup_say_unread(app, &unread, &ignored);
}

static void what_was_ignored_is_said(void **state)
{
	struct app *app = start(*state, "");
	say_unread(app, "", ERR_OK);
	assert_string_equal(app->status.message, "");
	say_unread(app, "\ncolour = on\n", ERR_OK);
	assert_string_equal(
		app->status.message, "settings: line 2 ignored: 'colour': no such setting");
	say_unread(app, "", ERR_OK);
	assert_non_null(strstr(app->status.message, "line 2"));
	status_say(app, "--protect: denied");
	say_unread(app, "header\n=\n\n3 = 4\n", ERR_OK);
	assert_string_equal(app->status.message,
		"--protect: denied; settings: 3 lines ignored, line 1: no '=' in it");
	keys(app, "?");
	say_unread(app, "", ERR_DENIED);
	assert_string_equal(app->status.message, "cannot read settings 'F': why");
}

static void nothing_is_written_without_w_or_read_only(void **state)
{
	struct fixture *fixture = *state;
	struct config config;
	struct config_ignored ignored;
	struct err err;
	fixture->options.read_only = true;
	struct app *app = start(fixture, "");
	keys(app, "MIt#eW");
	assert_string_equal(app->status.message, "not written: --read-only");
	config_defaults(&config);
	assert_int_equal(config_read(&config, fixture->file, true, &ignored, &err), ERR_NOT_FOUND);
}

static void vi_keys_move(void **state)
{
	struct app *app = start(*state, "vi_keys = on");
	keys(app, "jjk");
	assert_int_equal(app->procs.cursor.at, 1);
	keys(app, "lh");
	assert_int_equal(app->shift, 0);
	keys(app, "H");
	assert_int_equal(app->view, VIEW_HELP);
}

static void without_vi_keys_they_do_what_htops_do(void **state)
{
	struct app *app = start(*state, "");
	keys(app, "j");
	assert_int_equal(app->procs.cursor.at, 0);
	keys(app, "h");
	assert_int_equal(app->view, VIEW_HELP);
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(settings_are_taken_over),
		WITH_MACHINE(the_command_line_is_stronger),
		WITH_MACHINE(w_writes_what_the_screen_shows),
		WITH_MACHINE(switches_of_the_command_line_are_settings_too),
		WITH_MACHINE(what_was_ignored_is_said),
		WITH_MACHINE(nothing_is_written_without_w_or_read_only),
		WITH_MACHINE(vi_keys_move),
		WITH_MACHINE(without_vi_keys_they_do_what_htops_do),
	};
	return cmocka_run_group_tests_name("settings on the screen", tests, NULL, NULL);
}
