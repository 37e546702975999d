#include "support_screens.h"

#include "support.h"
#include "support_machine.h"

#include "../tui/react.h"
#include "../tui/state.h"
#include "../tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCREEN_MAX ((size_t)64 * 1024)

struct stage *stage_make(void)
{
	struct stage *stage = calloc(1, sizeof(*stage));
	struct err err = { 0 };
	assert_non_null(stage);
	machine_make(stage->path, sizeof(stage->path));
	stage->options = (struct options){ .root = stage->path, .delay_ms = 3000 };
	if (state_init(&stage->app, &stage->options, true, &err))
		fail_msg("%s", err.text);
	assert_int_equal(sampler_sample(&stage->app.watch.sampler, NULL), ERR_OK);
	assert_int_equal(state_sampled(&stage->app, NULL), ERR_OK);
	stage->app.now_ms = stage->app.taken_ms = stage->app.sample_ms;
	stage_draw(stage, 24, 80);
	return stage;
}

void stage_remove(struct stage *stage)
{
	state_release(&stage->app);
	machine_remove(stage->path);
	free(stage);
}

void stage_go_live(struct stage *stage)
{
	stage->app.watch.root.live = true;
	stage->app.acting.rights = (struct action_rights){
		.writable_root = true,
		.sys_resource = true,
		.write_any = true,
		.kill_any = true,
		.init_user_ns = true,
	};
}

void stage_draw(struct stage *stage, int rows, int cols)
{
	assert_int_equal(state_resize(&stage->app, rows, cols, NULL), ERR_OK);
	state_fetch(&stage->app);
	view_draw(&stage->app, &stage->app.grid);
}

void stage_key(struct stage *stage, int key)
{
	react_key(&stage->app, key);
}

void stage_type(struct stage *stage, const char *text)
{
	for (; *text; text++)
		react_key(&stage->app, *text);
}

char *stage_text(const struct stage *stage)
{
	char *text = malloc(SCREEN_MAX), *at = text;
	assert_non_null(text);
	for (int row = 0; row < stage->app.grid.rows; row++) {
		at += grid_row_text(&stage->app.grid, row, at, 2048);
		*at++ = '\n';
	}
	*at = '\0';
	return text;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Of a whole screen cmocka shows only the beginning: the first line that differs says more. */
static void assert_same_lines(const char *got, const char *expected)
{
	int line = 1;
	while (*got && *got == *expected) {
		size_t length = strcspn(got, "\n");
		if (length != strcspn(expected, "\n") || strncmp(got, expected, length) != 0)
			break;
		got += length + (got[length] == '\n');
		expected += length + (expected[length] == '\n');
		line++;
	}
	if (strcmp(got, expected) != 0)
		fail_msg("line %d is \"%.*s\", not \"%.*s\"", line, (int)strcspn(got, "\n"), got,
			(int)strcspn(expected, "\n"), expected);
}

void screen_compare(const char *text, const char *name)
{
	char *expected = calloc(1, SCREEN_MAX), path[128];
	assert_non_null(expected);
	snprintf(path, sizeof(path), "tests/screens/%s.txt", name);
	if (getenv("UPDATE_SCREENS"))
		write_file(path, text);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	assert_true(fread(expected, 1, SCREEN_MAX - 1, file) > 0);
	fclose(file);
	assert_same_lines(text, expected);
	free(expected);
}

void stage_compare(const struct stage *stage, const char *name)
{
	char *text = stage_text(stage);
	screen_compare(text, name);
	free(text);
}
