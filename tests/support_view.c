#include "support_view.h"

#include "support.h"
#include "support_golden.h"
#include "support_machine.h"

#include "view/frame.h"
#include "view/react.h"
#include "view/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCREEN_MAX 262144

static void start(struct fixture *fixture, const char *root, const char *log)
{
	struct err err = { 0 };
	fixture->options = (struct options){ .root = root, .log = log, .delay_ms = 3000 };
	if (state_init(&fixture->app, &fixture->options, true, &err))
		fail_msg("%s", err.text);
	take_sample(&fixture->app);
}

struct fixture *fixture_open(const char *root, const char *log)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	if (!root)
		machine_make(fixture->path, sizeof(fixture->path));
	start(fixture, root ? root : fixture->path, log);
	return fixture;
}

struct fixture *fixture_take(const char *path)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	snprintf(fixture->path, sizeof(fixture->path), "%s", path);
	start(fixture, fixture->path, NULL);
	return fixture;
}

void fixture_close(struct fixture *fixture)
{
	state_release(&fixture->app);
	if (fixture->path[0])
		machine_remove(fixture->path);
	free(fixture);
}

int fixture_set_up(void **state)
{
	*state = fixture_open(NULL, NULL);
	return 0;
}

int fixture_tear_down(void **state)
{
	fixture_close(*state);
	return 0;
}

void fixture_go_live(struct fixture *fixture)
{
	fixture->app.model.watch.root.live = true;
	fixture->app.acting.rights = (struct action_rights){
		.writable_root = true,
		.sys_resource = true,
		.write_any = true,
		.kill_any = true,
		.init_user_ns = true,
	};
}

void take_sample(struct app *app)
{
	assert_int_equal(sampler_sample(&app->model.watch.sampler, NULL), ERR_OK);
	app->clock.now_ms = sampler_latest(&app->model.watch.sampler)->host.boot_ms;
	assert_int_equal(state_sampled(app, NULL), ERR_OK);
	app->clock.taken_ms = app->clock.now_ms;
}

void draw(struct app *app, int rows, int cols)
{
	assert_int_equal(state_resize(app, rows, cols, NULL), ERR_OK);
	state_fetch(app);
	frame_draw(app, &app->grid);
}

char *screen_text(const struct grid *grid)
{
	char *text = malloc(SCREEN_MAX), *at = text;
	assert_non_null(text);
	for (int row = 0; row < grid->rows; row++) {
		at += grid_row_text(grid, row, at, 4096);
		*at++ = '\n';
	}
	*at = '\0';
	return text;
}

bool shows(const struct app *app, const char *text)
{
	char *screen = screen_text(&app->grid);
	bool found = strstr(screen, text) != NULL;
	free(screen);
	return found;
}

bool then_shows(struct fixture *fixture, const char *text)
{
	draw(&fixture->app, 24, 80);
	return shows(&fixture->app, text);
}

void assert_shows(const struct app *app, const char *text)
{
	char *screen = screen_text(&app->grid);
	if (!strstr(screen, text))
		fail_msg("not on the screen: %s\n%s", text, screen);
	free(screen);
}

void compare_screen(const struct app *app, const char *name)
{
	char *text = screen_text(&app->grid);
	golden_compare(text, name);
	free(text);
}

void keys(struct app *app, const char *typed)
{
	for (; *typed; typed++)
		press(app, *typed);
}

void press(struct app *app, int key)
{
	react_key(app, key);
	react_burst_over(app);
}
