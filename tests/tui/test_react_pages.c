/* Searching in what is one long text: the help, the Detail view, the settings of the kernel. */
#include "support.h"
#include "support_view.h"

#include "term/input.h"
#include "view/frame.h"
#include "view/react.h"

#include <string.h>

/* The text of the line that is marked, "" without any. */
static const char *marked(struct app *app, char line[512])
{
	draw(app, 24, 80);
	line[0] = '\0';
	for (int row = 1; row < app->grid.rows - 2; row++)
		if (row != app->layout.rows[PART_HEADING] &&
			app->grid.cells[(size_t)row * (size_t)app->grid.cols].style & STYLE_REVERSE)
			grid_row_text(&app->grid, row, line, 512);
	return line;
}

static void assert_marked(struct app *app, const char *text)
{
	char line[512];
	if (!strstr(marked(app, line), text))
		fail_msg("marked is \"%s\", not \"%s\"", line, text);
}

static void settings_are_searched_as_in_less(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	char line[512];
	draw(app, 24, 80);
	keys(app, "5/OVERCOMMIT_\r");
	assert_marked(app, "vm.overcommit_memory");
	keys(app, "n");
	assert_marked(app, "vm.overcommit_ratio");
	keys(app, "N");
	assert_marked(app, "vm.overcommit_memory");
	assert_string_equal(app->status.message, "");
	keys(app, "/no such thing\r");
	assert_string_equal(app->status.message, "not found: no such thing");
	assert_string_equal(marked(app, line), "");
}

static void a_search_goes_on_at_the_other_end(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "5/dmesg_restrict\r");
	assert_marked(app, "kernel.dmesg_restrict");
	keys(app, "n");
	assert_marked(app, "kernel.dmesg_restrict");
	assert_string_equal(app->status.message, "found above: began again at the top");
	keys(app, "N");
	assert_string_equal(app->status.message, "found below: began again at the end");
	keys(app, "G/panic_on_oom\r");
	assert_marked(app, "vm.panic_on_oom");
	assert_string_equal(app->status.message, "found above: began again at the top");
}

static void details_of_a_process_are_searched(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "\r");
	assert_int_equal(app->view, VIEW_DETAIL);
	keys(app, "n");
	assert_string_equal(app->status.message, "nothing to search: / first");
	keys(app, "/cannot be READ\r");
	assert_marked(app, "pss ");
	keys(app, "q4");
	assert_int_equal(app->texts.found, -1); /* another visit, another search */
}

static void the_help_is_searched_to_its_last_line(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "?/resident memory\r");
	assert_marked(app, "RSS");
	keys(app, "/badness\r");
	assert_int_equal(app->texts.top[VIEW_HELP], app->texts.help.rows - 22);
	char first[512], second[512];
	marked(app, first);
	keys(app, "n");
	assert_string_not_equal(marked(app, second), first);
	keys(app, "g/badness\r");
	assert_marked(app, "by badness points");
	keys(app, "q");
	assert_int_equal(app->view, VIEW_PROCS);
}

static void the_space_bar_turns_pages(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "? ");
	assert_int_equal(app->texts.top[VIEW_HELP], 22);
	keys(app, "q5 ");
	assert_true(app->texts.top[app->view] > 10);
	keys(app, "q\r ");
	assert_int_equal(app->view, VIEW_DETAIL);
	assert_true(app->texts.top[app->view] > 10);
}

static void vi_keys_scroll_a_text_and_are_in_its_help(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	char line[512];
	app->settings.config.vi_keys = true;
	draw(app, 24, 80);
	keys(app, "Hjjk");
	assert_int_equal(app->texts.top[VIEW_HELP], 1);
	keys(app, "g/one row up\r");
	assert_non_null(strstr(marked(app, line), " Up k Ctrl-P      one row up"));
	keys(app, "/send a signal\r");
	assert_non_null(strstr(marked(app, line), " F9               send a signal"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(settings_are_searched_as_in_less),
		WITH_MACHINE(a_search_goes_on_at_the_other_end),
		WITH_MACHINE(details_of_a_process_are_searched),
		WITH_MACHINE(the_help_is_searched_to_its_last_line),
		WITH_MACHINE(the_space_bar_turns_pages),
		WITH_MACHINE(vi_keys_scroll_a_text_and_are_in_its_help),
	};
	return cmocka_run_group_tests_name("texts of many lines", tests, NULL, NULL);
}
