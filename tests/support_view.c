#include "support_view.h"

#include "support.h"
#include "support_machine.h"

#include "../tui/react.h"
#include "../tui/state.h"
#include "../tui/view.h"

#include <stdio.h>
#include <stdlib.h>

struct fixture *fixture_open(const char *root, const char *log)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct err err = { 0 };
	assert_non_null(fixture);
	if (!root)
		machine_make(fixture->path, sizeof(fixture->path));
	fixture->options = (struct options){
		.root = root ? root : fixture->path, .log = log, .delay_ms = 3000
	};
	if (state_init(&fixture->app, &fixture->options, true, &err))
		fail_msg("%s", err.text);
	assert_int_equal(sampler_sample(&fixture->app.watch.sampler, NULL), ERR_OK);
	assert_int_equal(state_sampled(&fixture->app, NULL), ERR_OK);
	fixture->app.now_ms = fixture->app.taken_ms = fixture->app.sample_ms;
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

void draw(struct app *app, int rows, int cols)
{
	assert_int_equal(state_resize(app, rows, cols, NULL), ERR_OK);
	state_fetch(app);
	view_draw(app, &app->grid);
}

void print_screen(const struct grid *grid, char *text)
{
	for (int row = 0; row < grid->rows; row++) {
		text += grid_row_text(grid, row, text, 4096);
		*text++ = '\n';
	}
	*text = '\0';
}

/* With UPDATE_SCREENS in the environment the files are written instead. */
void compare_screen(const struct app *app, const char *name)
{
	char *got = malloc(SCREEN_MAX), *expected = calloc(1, SCREEN_MAX), path[128];
	snprintf(path, sizeof(path), "tests/screens/%s.txt", name);
	print_screen(&app->grid, got);
	if (getenv("UPDATE_SCREENS")) {
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		fputs(got, file);
		fclose(file);
	}
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(expected, 1, SCREEN_MAX - 1, file) > 0);
	fclose(file);
	assert_string_equal(got, expected);
	free(got);
	free(expected);
}

void keys(struct app *app, const char *typed)
{
	for (; *typed; typed++)
		react_key(app, *typed);
}
