/* The views as whole screens of text, of the machine that the drawings show. */
#include "support.h"
#include "support_machine.h"
#include "support_view.h"

#include "term/input.h"
#include "view/frame.h"
#include "view/process_list.h"
#include "view/react.h"
#include "view/state.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void a_80x24_screen(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	compare_screen(app, "procs-80x24");
}

static void a_160x50_screen(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 50, 160);
	compare_screen(app, "procs-160x50");
}

static void a_39x9_screen(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 9, 39);
	compare_screen(app, "procs-39x9");
}

struct captured_row {
	const char *claim, *root, *screen;
	int rows, cols;
};

static const struct captured_row captured_rows[] = {
	{ "Linux 4.19 at 80x24", "tests/fixtures/machine-4.19", "machine-4.19-80x24", 24, 80 },
	{ "Linux 6.18 at 80x24", "tests/fixtures/machine-6.18", "machine-6.18-80x24", 24, 80 },
	{ "Linux 6.18 at 160x50", "tests/fixtures/machine-6.18", "machine-6.18-160x50", 50, 160 },
};

static void check_captured(void **state)
{
	const struct captured_row *row = *state;
	struct fixture *fixture = fixture_open(row->root, NULL);
	draw(&fixture->app, row->rows, row->cols);
	compare_screen(&fixture->app, row->screen);
	fixture_close(fixture);
}

static void the_help_at_80x24(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "?");
	draw(app, 24, 80);
	compare_screen(app, "help-80x24");
}

static void the_help_at_80_columns_cuts_nothing(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	char wide[512], narrow[512];
	draw(app, 24, 80);
	for (size_t i = 0; i < key_row_count; i++) {
		bool found = !key_rows[i].help;
		for (int row = 0; row < app->texts.help.rows && !found; row++) {
			grid_row_text(&app->texts.help, row, narrow, sizeof(narrow));
			snprintf(wide, sizeof(wide), " %s",
				key_rows[i].help ? key_rows[i].help : "");
			found = strstr(narrow, wide) != NULL;
		}
		if (!found)
			fail_msg("help of key row %zu is cut: %s", i, key_rows[i].help);
	}
}

static void the_help_says_where_it_is_on_a_narrow_screen(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	char place[32];
	keys(app, "?");
	for (int cols = 24; cols < 60; cols++) {
		draw(app, 8, cols);
		snprintf(place, sizeof(place), " rows 1-6 of %d\n", app->texts.help.rows);
		assert_shows(app, place);
		assert_shows(app, "help ");
	}
}

static void the_sort_menu(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, ".");
	draw(app, 24, 80);
	compare_screen(app, "sort-80x24");
}

/* A command line is known of what is on the screen only. */
static void by_command_is_said_to_be_by_name(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, ".G");
	draw(app, 24, 80);
	assert_shows(app, ">COMMAND command line; sorted by the name, as COMM");
	keys(app, "\r");
	assert_string_equal(app->status.message, "sorted by COMMAND (its name, as COMM)");
	keys(app, "I");
	assert_string_equal(app->status.message, "sorted by COMMAND (its name, as COMM), reversed");
}

static void every_size_from_1x1(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	static const char *const states[] = { "", "#", "?", ".", "/a", "\033\033q\033$" };
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		keys(app, states[i]);
		for (int rows = 1; rows <= 60; rows += rows < 30 ? 1 : 10)
			for (int cols = 1; cols <= 200; cols += cols < 130 ? 3 : 20)
				draw(app, rows, cols);
	}
	draw(app, 200, 500);
	draw(app, 1, 1);
}

static void a_list_that_stands_still_is_said_on_every_screen(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	fixture_go_live(fixture);
	app->clock.now_ms += 12000;
	draw(app, 9, 39);
	assert_shows(app, "late 12s NEXT 4242 java  BAD 286.3");
	keys(app, "Z");
	for (int cols = 10; cols <= 200; cols += cols < 130 ? 5 : 10)
		for (int rows = 1; rows <= 50; rows++) {
			draw(app, rows, cols);
			assert_shows(app, "PAUSED 12s");
		}
	draw(app, 1, 19);
	assert_shows(app, "PAUSED 12s 4242 jav");
	draw(app, 24, 80);
	assert_shows(app, "\nNEXT 4242 java");
	keys(app, "#");
	draw(app, 24, 80);
	assert_shows(app, "PAUSED 12s NEXT 4242 java");
	keys(app, "a");
	draw(app, 40, 80);
	assert_shows(app, "FROZEN 12s NEXT");
}

static const char *tab_line(struct app *app, int cols)
{
	static char line[1024];
	draw(app, 24, cols);
	grid_row_text(&app->grid, app->layout.rows[PART_TABS], line, sizeof(line));
	return line;
}

#define TABS " [1 Procs]  2 Cgroups   3 Events   4 Detail "

static void the_tab_line_is_of_whole_items(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	assert_string_equal(tab_line(app, 80), TABS "  domain host 36.0G  sort RK");
	keys(app, "F");
	assert_string_equal(tab_line(app, 80), TABS "  domain host 36.0G  sort RK  FOLLOW");
	assert_string_equal(tab_line(app, 100), TABS "    domain host 36.0G    sort RK"
						     "    filter: none  FOLLOW");
	keys(app, "PI");
	assert_string_equal(tab_line(app, 80), TABS "  host 36.0G  sort RK rev  FOLLOW");
	assert_string_equal(tab_line(app, 160), TABS "    domain host 36.0G    sort RK reversed"
						     "    filter: none  FOLLOW");
	keys(app, "F");
	assert_string_equal(tab_line(app, 80), TABS "  domain host 36.0G  sort RK rev");
	assert_string_equal(tab_line(app, 60), TABS "  sort RK rev");
	keys(app, "&a name of twenty-four letters\r");
	assert_string_equal(tab_line(app, 80), TABS "  filter: a name of tw+  sort RK rev");
	assert_string_equal(tab_line(app, 100),
		TABS "    sort RK reversed    filter: a name of twenty-four l+");
	keys(app, "=&a b\rM");
	app->procs.order.reversed = true;
	assert_string_equal(tab_line(app, 80), TABS "  filter: a b  host  sort MEM rev");
}

static void no_prediction_is_said_with_its_reason(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	char line[256];
	machine_write(fixture->path, "proc/sys/vm/panic_on_oom", "1\n");
	take_sample(app);
	draw(app, 24, 80);
	grid_row_text(&app->grid, app->layout.rows[PART_NEXT], line, sizeof(line));
	assert_non_null(strstr(line, "NEXT no prediction: "));
	assert_non_null(strstr(line, "panic_on_oom"));
}

static void the_cursor_stays_on_its_process(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	press(app, INPUT_DOWN);
	assert_int_equal(process_list_pointed(app)->task->pid, 9120);
	keys(app, "T");
	assert_int_equal(process_list_pointed(app)->task->pid, 9120);
	keys(app, "g");
	assert_int_equal(process_list_pointed(app)->task->pid, 1);
	keys(app, "P");
	assert_int_equal(process_list_pointed(app)->task->pid, 4242);
}

static void search_filter_and_user(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "/NODE\r");
	assert_int_equal(process_list_pointed(app)->task->pid, 9120);
	keys(app, "n");
	assert_int_equal(process_list_pointed(app)->task->pid, 8807);
	keys(app, "n");
	assert_int_equal(process_list_pointed(app)->task->pid, 9120);
	keys(app, "/911\r");
	assert_int_equal(process_list_pointed(app)->task->pid, 911);
	keys(app, "&docker-9c\r");
	assert_int_equal(app->procs.listing.count, 2);
	keys(app, "=ubuild\r");
	assert_int_equal(app->procs.listing.count, 2);
	keys(app, "unobody-here\r");
	assert_non_null(strstr(app->status.message, "no such user"));
	assert_int_equal(app->procs.listing.count, 2);
	keys(app, "=");
	assert_int_equal(app->procs.listing.count, 14);
}

static void unkillable_rows_come_and_go(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	assert_int_equal(app->procs.listing.count, 14);
	keys(app, "K");
	assert_int_equal(app->procs.listing.count, 16);
	keys(app, "K");
	assert_int_equal(app->procs.listing.count, 12);
	keys(app, "K");
	assert_int_equal(app->procs.listing.count, 14);
}

static void an_unknown_key_is_named(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "x");
	assert_string_equal(app->status.message, "unknown key \"x\", ? for help");
	assert_false(app->request.quit);
}

static void keys_of_the_list_do_nothing_in_the_help(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "?TK.");
	assert_int_equal(app->procs.order.column, COL_RK);
	assert_int_equal(app->procs.filter.show, LISTING_NO_KTHREADS);
	assert_false(app->sort_menu.open);
	keys(app, "/suspend\r");
	assert_true(app->texts.top[VIEW_HELP] > 0);
	keys(app, "q");
	assert_int_equal(app->view, VIEW_PROCS);
	assert_false(app->request.quit);
}

static void escape_never_quits(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "/java\r");
	for (int i = 0; i < 10; i++)
		press(app, INPUT_ESC);
	assert_false(app->request.quit);
	assert_string_equal(app->typing.search_text, "");
}

static void the_delay_is_checked(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "d\0250.05\r");
	assert_int_equal(app->clock.delay_ms, 3000);
	assert_non_null(strstr(app->status.message, "0.1 to 3600"));
	keys(app, "d\0250.5\r");
	assert_int_equal(app->clock.delay_ms, 500);
	assert_true(app->request.restart_timer);
}

static void hostile_names_are_shown_safely(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(
		fixture->path, "proc/771/cmdline", "ev\033[2Jil \302\233 \377 \342\200\256x\tend");
	visible_forget(&app->model.visible);
	draw(app, 24, 120);
	char *text = screen_text(&app->grid);
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\t'));
	assert_non_null(strstr(text, "ev?[2Jil ? ? ?x?end"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(a_80x24_screen),
		WITH_MACHINE(a_160x50_screen),
		WITH_MACHINE(a_39x9_screen),
		WITH_MACHINE(the_help_at_80x24),
		WITH_MACHINE(the_help_at_80_columns_cuts_nothing),
		WITH_MACHINE(the_help_says_where_it_is_on_a_narrow_screen),
		WITH_MACHINE(the_sort_menu),
		WITH_MACHINE(by_command_is_said_to_be_by_name),
		WITH_MACHINE(every_size_from_1x1),
		WITH_MACHINE(a_list_that_stands_still_is_said_on_every_screen),
		WITH_MACHINE(the_tab_line_is_of_whole_items),
		WITH_MACHINE(no_prediction_is_said_with_its_reason),
		WITH_MACHINE(the_cursor_stays_on_its_process),
		WITH_MACHINE(search_filter_and_user),
		WITH_MACHINE(unkillable_rows_come_and_go),
		WITH_MACHINE(an_unknown_key_is_named),
		WITH_MACHINE(keys_of_the_list_do_nothing_in_the_help),
		WITH_MACHINE(escape_never_quits),
		WITH_MACHINE(the_delay_is_checked),
		WITH_MACHINE(hostile_names_are_shown_safely),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return run_rows("captured machines", captured_rows, check_captured) +
	       cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
