/* The setup on the screen: whole screens of text, its keys, what they change behind it. */
#include "support.h"
#include "support_view.h"

#include "term/input.h"
#include "view/frame.h"
#include "view/react.h"
#include "view/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Points at the line called `name` and changes it. */
static void change(struct app *app, const char *name)
{
	press(app, INPUT_HOME);
	for (size_t i = 0; i < setup_count(app->setup.page); i++) {
		char line[512];
		draw(app, 24, 80);
		for (int row = 0; row < app->grid.rows; row++) {
			grid_row_text(&app->grid, row, line, sizeof(line));
			if (strncmp(line, "| > [", 5) == 0 && strstr(line, name)) {
				press(app, ' ');
				draw(app, 24, 80);
				return;
			}
		}
		press(app, INPUT_DOWN);
	}
	fail_msg("no line %s", name);
}

static void the_columns_at_80x24(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "f");
	draw(app, 24, 80);
	compare_screen(app, "setup-80x24");
}

static void the_columns_at_160x50(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 50, 160);
	keys(app, "f");
	draw(app, 50, 160);
	compare_screen(app, "setup-160x50");
}

static void the_display_at_80x24(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "S\t\t");
	draw(app, 24, 80);
	compare_screen(app, "setup-display-80x24");
}

static void it_opens_at_its_columns_and_goes_round_its_pages(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	press(app, INPUT_F(2));
	assert_true(app->setup.open);
	for (enum config_page page = 0; page < CONFIG_PAGE_COUNT; page++) {
		char name[32];
		snprintf(name, sizeof(name), "[%s]", setup_pages[page]);
		draw(app, 24, 80);
		assert_true(shows(app, name));
		press(app, page % 2 ? INPUT_TAB : INPUT_RIGHT);
	}
	assert_int_equal(app->setup.page, 0);
	press(app, INPUT_LEFT);
	assert_int_equal(app->setup.page, CONFIG_COLORS);
	press(app, INPUT_BACKTAB);
	assert_int_equal(app->setup.page, CONFIG_DISPLAY);
	keys(app, "q");
	assert_false(app->setup.open || app->request.quit);
	keys(app, "S"); /* where it was left */
	assert_int_equal(app->setup.page, CONFIG_DISPLAY);
	keys(app, "f");
	assert_int_equal(app->setup.page, CONFIG_COLUMNS);
	press(app, INPUT_ESC);
	assert_false(app->setup.open);
}

static void a_column_comes_and_goes_at_once(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "f");
	change(app, "USER");
	assert_true(shows(app, " RK      PID    MEM   ADJ"));
	change(app, "PPID");
	assert_true(shows(app, " RK      PID    PPID    MEM   ADJ"));
	press(app, INPUT_F(7));
	draw(app, 24, 80);
	assert_true(shows(app, " RK     PPID     PID    MEM   ADJ"));
	press(app, INPUT_F(8));
	keys(app, "[[");
	draw(app, 24, 80);
	assert_true(shows(app, " RK      PID    MEM   ADJ    PPID"));
	change(app, "auto");
	assert_true(shows(app, " RK      PID USER        MEM   ADJ"));
	press(app, INPUT_F(7));
	assert_non_null(strstr(app->status.message, "only columns that are shown"));
}

static void meters_go_and_the_list_takes_their_rows(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	int rows = app->layout.list_rows;
	keys(app, "S\t");
	change(app, "psi");
	change(app, "swap");
	assert_false(shows(app, "PSI  mem some"));
	assert_int_equal(app->layout.list_rows, rows + 2);
	change(app, "header");
	assert_false(shows(app, "Mem  ["));
	assert_true(shows(app, "NEXT 4242 java"));
	change(app, "header");
	change(app, "swap");
	assert_true(shows(app, "Swap ["));
}

static void settings_act_at_once(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "S\t\t");
	change(app, "delay");
	assert_int_equal(app->clock.delay_ms, 5000);
	assert_true(app->request.restart_timer);
	keys(app, "--");
	assert_int_equal(app->clock.delay_ms, 2000);
	change(app, "reverse");
	assert_true(app->procs.order.reversed);
	change(app, "units");
	assert_int_equal(app->settings.units, UNITS_K);
	change(app, "show");
	assert_int_equal(app->procs.filter.show, LISTING_ALL);
	assert_int_equal(app->procs.listing.count, 16);
	change(app, "mouse");
	assert_true(app->settings.config.mouse && app->request.new_look);
	change(app, "critical");
	keys(app, "---");
	assert_int_equal(app->settings.config.critical_percent, 80);
	keys(app, "-");
	assert_string_equal(app->status.message, "warn = 80 is above critical = 75");
}

static void vi_keys_act_at_once_in_the_setup_and_the_help(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "S\t\t");
	change(app, "vi_keys");
	keys(app, "gjjk");
	assert_int_equal(app->setup.at, 1);
	keys(app, "l");
	assert_int_equal(app->setup.page, CONFIG_COLORS);
	keys(app, "qH");
	draw(app, 24, 80);
	assert_true(shows(app, "Up k Ctrl-P"));
}

static void what_is_overruled_is_said(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	app->settings.no_color = true;
	draw(app, 24, 80);
	keys(app, "S\t\t\t  ");
	assert_string_equal(app->status.message, "no colours while NO_COLOR is set");
	press(app, INPUT_DOWN);
	keys(app, "  ");
	assert_string_equal(app->status.message, "ASCII only: the locale is not UTF-8");
	assert_true(app->grid.ascii);
	app->settings.ascii_only = false;
	keys(app, "  ");
	assert_string_equal(app->status.message, "");
	assert_false(app->grid.ascii);
}

static void what_is_said_is_said_once(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "2S");
	draw(app, 50, 160);
	keys(app, "x");
	draw(app, 50, 160);
	char *screen = screen_text(&app->grid);
	const char *said = strstr(screen, "x does nothing");
	assert_non_null(said);
	assert_null(strstr(said + 1, "x does nothing"));
	free(screen);
}

static void other_keys_do_nothing_but_say_so(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "fk");
	assert_int_equal(app->acting.dialog, DIALOG_NONE);
	assert_string_equal(app->status.message, "k does nothing in the setup, Esc closes it");
	keys(app, "x");
	assert_string_equal(app->status.message, "x does nothing in the setup, Esc closes it");
	press(app, INPUT_CTRL('L'));
	press(app, INPUT_CTRL('Z'));
	assert_true(app->request.repaint && app->request.suspend);
	keys(app, "Q");
	assert_true(app->request.quit);
}

static void it_does_not_open_over_the_help(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "?S");
	assert_false(app->setup.open);
	keys(app, "f");
	assert_false(app->setup.open);
	keys(app, "q2S");
	assert_true(app->setup.open);
}

static void only_w_writes(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	struct config config;
	struct config_ignored ignored;
	struct err err;
	config_defaults(&config);
	char path[128];
	snprintf(path, sizeof(path), "%s/config", fixture->path);
	setup_begin(app, &config, path);
	draw(app, 24, 80);
	keys(app, "f");
	change(app, "USER");
	keys(app, "\t");
	change(app, "psi");
	assert_int_equal(access(path, F_OK), -1);
	keys(app, "W");
	assert_non_null(strstr(app->status.message, "settings written to "));
	assert_int_equal(config_read(&config, path, true, &ignored, &err), ERR_OK);
	assert_string_equal(config.columns, "rk,pid,mem,adj,bad,score,rss,swap,command");
	assert_int_equal(config.meters_off, 1u << PART_PSI);
}

static void every_size_from_1x1(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "f");
	for (enum config_page page = 0; page < CONFIG_PAGE_COUNT; page++) {
		press(app, INPUT_END);
		for (int rows = 1; rows <= 60; rows += rows < 30 ? 1 : 10)
			for (int cols = 1; cols <= 200; cols += cols < 90 ? 7 : 20) {
				draw(app, rows, cols);
				press(app, INPUT_PAGE_UP);
				press(app, INPUT_END);
			}
		press(app, INPUT_TAB);
	}
	draw(app, 12, 40);
	press(app, INPUT_END);
	draw(app, 12, 40);
	assert_true(shows(app, "> [ ]"));
}

static void how_it_is_left_is_said_on_a_narrow_screen(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	press(app, INPUT_F(2));
	for (int cols = 30; cols < 90; cols++) {
		draw(app, 15, cols);
		assert_shows(app, " Esc close ");
	}
	draw(app, 15, 60);
	assert_shows(app, "-- Space show, hide  F7 F8 move up, down  Esc close -----");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(the_columns_at_80x24),
		WITH_MACHINE(the_columns_at_160x50),
		WITH_MACHINE(the_display_at_80x24),
		WITH_MACHINE(it_opens_at_its_columns_and_goes_round_its_pages),
		WITH_MACHINE(a_column_comes_and_goes_at_once),
		WITH_MACHINE(meters_go_and_the_list_takes_their_rows),
		WITH_MACHINE(settings_act_at_once),
		WITH_MACHINE(vi_keys_act_at_once_in_the_setup_and_the_help),
		WITH_MACHINE(what_is_overruled_is_said),
		WITH_MACHINE(what_is_said_is_said_once),
		WITH_MACHINE(other_keys_do_nothing_but_say_so),
		WITH_MACHINE(it_does_not_open_over_the_help),
		WITH_MACHINE(only_w_writes),
		WITH_MACHINE(every_size_from_1x1),
		WITH_MACHINE(how_it_is_left_is_said_on_a_narrow_screen),
	};
	return cmocka_run_group_tests_name("setup on the screen", tests, NULL, NULL);
}
