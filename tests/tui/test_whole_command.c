/* What w shows of a process: its command line as a whole, over the list. */
#include "support.h"
#include "support_machine.h"
#include "support_view.h"

#include "term/input.h"
#include "view/mouse.h"
#include "view/react.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void a_long_one_is_wrapped(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(fixture->path, "proc/4242/cmdline",
		"java -Xmx12g -XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/var/lib/app/dumps "
		"-cp "
		"/srv/app/lib/first.jar:/srv/app/lib/second.jar:/srv/app/lib/third.jar:/srv/app/"
		"conf com.example.Main --server --port 8443");
	draw(app, 24, 80);
	assert_false(shows(app, "--port 8443"));
	keys(app, "w");
	draw(app, 24, 80);
	compare_screen(app, "whole-command-80x24");
}

static void escape_and_w_close_it(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	static const int closing[] = { INPUT_ESC, 'w', 'q' };
	for (size_t i = 0; i < ARRAY_SIZE(closing); i++) {
		draw(app, 24, 80);
		keys(app, "w");
		draw(app, 24, 80);
		assert_shows(app, "command line of 4242 ");
		press(app, closing[i]);
		draw(app, 24, 80);
		assert_false(shows(app, "command line of"));
	}
	assert_false(app->request.quit);
}

static void no_key_reaches_the_list_behind_it(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "wMkK&");
	assert_int_equal(app->procs.order.column, COL_RK);
	assert_int_equal(app->acting.dialog, DIALOG_NONE);
	assert_int_equal(app->typing.prompt.id, PROMPT_NONE);
	assert_int_equal(app->procs.filter.show, LISTING_NO_KTHREADS);
	draw(app, 24, 80);
	assert_shows(app, "command line of 4242 ");
}

static void write_long_command(const struct fixture *fixture)
{
	static char text[40000];
	size_t used = 0;
	for (int i = 0; used + 32 < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "--option-%d ", i);
	snprintf(text + used, sizeof(text) - used, "THE-END");
	machine_write(fixture->path, "proc/4242/cmdline", text);
}

static void more_than_a_screen_scrolls(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	write_long_command(fixture);
	draw(app, 24, 80);
	keys(app, "w");
	draw(app, 24, 80);
	assert_shows(app, "lines 1-21 of ");
	assert_false(shows(app, "THE-END"));
	keys(app, "G");
	draw(app, 24, 80);
	assert_shows(app, "THE-END");
	keys(app, "g");
	press(app, INPUT_DOWN);
	draw(app, 24, 80);
	assert_shows(app, "lines 2-22 of ");
}

static void every_size_from_1x1(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	write_long_command(fixture);
	draw(app, 24, 80);
	keys(app, "wG");
	for (int rows = 1; rows <= 50; rows += rows < 30 ? 1 : 10)
		for (int cols = 1; cols <= 120; cols += 7)
			draw(app, rows, cols);
}

static void a_low_screen_says_so(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 4, 80);
	keys(app, "w");
	assert_null(app->whole_command.text);
	assert_non_null(strstr(app->status.message, "too low"));
}

static void hostile_bytes_never_reach_the_screen(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(fixture->path, "proc/4242/cmdline", "ev\033[2Jil \302\233 \377\tend");
	draw(app, 24, 80);
	keys(app, "w");
	draw(app, 24, 80);
	char *text = screen_text(&app->grid);
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\t'));
	assert_non_null(strstr(text, "ev?[2Jil ? ??end"));
	free(text);
}

static void the_wheel_scrolls_and_a_click_closes(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	write_long_command(fixture);
	draw(app, 24, 80);
	keys(app, "w");
	mouse_react(app, (struct input_mouse){ .kind = MOUSE_WHEEL_DOWN, .row = 10, .col = 4 });
	assert_int_equal(app->whole_command.top, 3);
	mouse_react(app, (struct input_mouse){ .kind = MOUSE_CLICK, .row = 10, .col = 4 });
	assert_null(app->whole_command.text);
	assert_int_equal(app->procs.cursor.at, 0);
}

static void other_views_say_what_w_is_there(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "4w");
	assert_string_equal(app->status.message, "the command line is whole here already");
	keys(app, "5w");
	assert_string_equal(app->status.message, "w does nothing here, ? for help");
	assert_null(app->whole_command.text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_MACHINE(a_long_one_is_wrapped),
		WITH_MACHINE(escape_and_w_close_it),
		WITH_MACHINE(no_key_reaches_the_list_behind_it),
		WITH_MACHINE(more_than_a_screen_scrolls),
		WITH_MACHINE(every_size_from_1x1),
		WITH_MACHINE(a_low_screen_says_so),
		WITH_MACHINE(hostile_bytes_never_reach_the_screen),
		WITH_MACHINE(the_wheel_scrolls_and_a_click_closes),
		WITH_MACHINE(other_views_say_what_w_is_there),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("whole command", tests, NULL, NULL);
}
