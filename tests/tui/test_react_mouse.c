/* What stands at a place of the screen, and what the wheel and clicks do there. */
#include "support.h"
#include "support_view.h"

#include "term/input.h"
#include "view/events.h"
#include "view/frame.h"
#include "view/mouse.h"
#include "view/process_list.h"
#include "view/react.h"
#include "view/state.h"

#include <stdio.h>
#include <string.h>

/* The place of the first character of `text`, in row `row` or, for -1, anywhere. */
static struct input_mouse place_of(const struct app *app, int row, const char *text)
{
	char line[2048];
	for (int at = row < 0 ? 0 : row; at < app->grid.rows && (row < 0 || at == row); at++) {
		grid_row_text(&app->grid, at, line, sizeof(line));
		const char *found = strstr(line, text);
		if (found) /* all in ASCII: a byte is a column */
			return (struct input_mouse){ MOUSE_CLICK, at, (int)(found - line) };
	}
	fail_msg("not on the screen: %s", text);
	return (struct input_mouse){ 0 };
}

static void click(struct app *app, int row, const char *text)
{
	mouse_react(app, place_of(app, row, text));
	draw(app, app->grid.rows, app->grid.cols);
}

static void turn(struct app *app, enum mouse_kind kind, int row, int col)
{
	mouse_react(app, (struct input_mouse){ kind, row, col });
	draw(app, app->grid.rows, app->grid.cols);
}

/* --- what is where ---------------------------------------------------------------------------- */

struct place_row {
	const char *claim, *keys;
	int rows, cols;
	const char *text; /* where it begins is clicked */
	enum hit_kind kind;
	int what;
};

static const struct place_row place_rows[] = {
	{ "a row of the list", "", 24, 80, "3321 alice", HIT_ROW, 6 },
	{ "the cursor's column belongs to its row", "", 24, 80, ">1*", HIT_ROW, 0 },
	{ "a title", "", 24, 80, "SCORE", HIT_TITLE, COL_SCORE },
	{ "the blanks before a title that stands to the right", "", 24, 80, "   MEM ", HIT_TITLE,
		COL_MEM },
	{ "the last title has no end", "", 24, 80, "COMMAND", HIT_TITLE, COL_COMMAND },
	{ "a title of a list that is scrolled sideways", "\033[C", 24, 80, "BAD SCORE", HIT_TITLE,
		COL_BAD },
	{ "a tab", "", 24, 80, "2 Cgroups", HIT_TAB, VIEW_CGROUPS },
	{ "the tab that is chosen", "", 24, 80, "[1 Procs]", HIT_TAB, VIEW_PROCS },
	{ "beside the tabs", "", 24, 80, "domain host", HIT_NOTHING, 0 },
	{ "a key of the bar", "", 24, 80, "F6Sort", HIT_LABEL, INPUT_F(6) },
	{ "the end of its label", "", 24, 80, "ort F7", HIT_LABEL, INPUT_F(6) },
	{ "the blank behind a label", "", 24, 80, " F7Adj-", HIT_NOTHING, 0 },
	{ "how to leave", "", 24, 80, "qQuit", HIT_LABEL, 'q' },
	{ "a label that only a wide bar has", "", 50, 160, "F2Setup", HIT_LABEL, INPUT_F(2) },
	{ "and the one behind it", "", 50, 160, "ZPause", HIT_LABEL, 'Z' },
	{ "the header is nothing", "", 24, 80, "avail", HIT_NOTHING, 0 },
	{ "NEXT is nothing", "", 24, 80, "NEXT", HIT_NOTHING, 0 },
	{ "the status line is nothing", "", 24, 80, "rows 1-14", HIT_NOTHING, 0 },
	{ "a title of the cgroups' names", "2", 24, 80, "CGROUP ", HIT_TITLE, CGROUP_COL_CGROUP },
	{ "a title of the cgroups", "2", 24, 80, "%LIM 0%", HIT_TITLE, CGROUP_COL_SHARE },
	{ "the bar of the cgroups has no order", "2", 24, 80, "100%", HIT_NOTHING, 0 },
	{ "the text of a page is nothing", "5", 24, 80, "vm.panic_on_oom", HIT_NOTHING, 0 },
	{ "the title of a page is nothing", "5", 24, 80, "Settings that", HIT_NOTHING, 0 },
	{ "the help is nothing", "?", 24, 80, "THE NUMBERS", HIT_NOTHING, 0 },
};

static void check_place(void **state)
{
	const struct place_row *row = *state;
	struct fixture *fixture = fixture_open(NULL, NULL);
	struct app *app = &fixture->app;
	draw(app, row->rows, row->cols);
	if (row->keys[0] == '\033')
		press(app, INPUT_RIGHT);
	else
		keys(app, row->keys);
	draw(app, row->rows, row->cols);
	struct input_mouse place = place_of(app, -1, row->text);
	struct hit hit = mouse_hit(app, place.row, place.col);
	assert_int_equal(hit.kind, row->kind);
	assert_int_equal(hit.what, row->what);
	fixture_close(fixture);
}

/* Whatever the size, each place is something or nothing, and all that is found there exists. */
static void no_place_of_any_size_is_out_of_range(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	static const char *const views_shown[] = { "1", "2", "3", "4", "5", "q?" };
	for (size_t i = 0; i < ARRAY_SIZE(views_shown); i++) {
		keys(app, views_shown[i]);
		for (int rows = 1; rows <= 50; rows += rows < 25 ? 3 : 12) {
			draw(app, rows, rows * 3);
			for (int row = -1; row <= rows; row++)
				for (int col = -1; col <= rows * 3; col++) {
					struct hit hit = mouse_hit(app, row, col);
					if (hit.kind == HIT_TAB)
						assert_in_range(hit.what, 0, VIEW_TABS - 1);
					if (hit.kind == HIT_ROW && app->view == VIEW_PROCS)
						assert_true((size_t)hit.what <
							    app->procs.listing.count);
				}
		}
	}
}

/* --- what is done ----------------------------------------------------------------------------- */

static void a_click_selects_a_row(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	click(app, -1, "3321 alice");
	assert_int_equal(process_list_pointed(app)->task->pid, 3321);
	assert_int_equal(app->view, VIEW_PROCS);
	mouse_react(app, (struct input_mouse){ MOUSE_NOTHING, 10, 10 });
	assert_int_equal(process_list_pointed(app)->task->pid, 3321);
}

static void click_title(struct app *app, const char *title)
{
	click(app, app->layout.rows[PART_HEADING], title);
}

static void a_click_on_a_title_sorts_and_another_reverses(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	click_title(app, "RSS ");
	assert_int_equal(app->procs.order.column, COL_RSS);
	assert_false(app->procs.order.reversed);
	click_title(app, "RSS ");
	assert_true(app->procs.order.reversed);
	click_title(app, "RSS ");
	assert_false(app->procs.order.reversed);
	click_title(app, "PID ");
	assert_int_equal(app->procs.order.column, COL_PID);
	keys(app, "2");
	draw(app, 24, 80);
	click_title(app, "USED");
	assert_int_equal(app->cgroups.sort, CGROUP_COL_USED);
	click_title(app, "USED");
	assert_true(app->cgroups.reversed);
	assert_int_equal(app->procs.order.column, COL_PID);
}

static void clicks_on_tabs_and_labels_are_their_keys(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	click(app, -1, "3 Events");
	assert_int_equal(app->view, VIEW_EVENTS);
	click(app, -1, "1 Procs");
	click(app, -1, "F3Find");
	assert_int_equal(app->typing.prompt.id, PROMPT_SEARCH);
	click(app, -1, "4 Detail"); /* a line that is typed wants keys */
	assert_int_equal(app->view, VIEW_PROCS);
	press(app, INPUT_ESC);
	draw(app, 24, 80);
	click(app, -1, "EnterOpen");
	assert_int_equal(app->view, VIEW_DETAIL);
	click(app, -1, "qQuit");
	assert_int_equal(app->view, VIEW_PROCS);
	click(app, -1, "qQuit");
	assert_true(app->request.quit);
}

static void the_wheel_scrolls_what_is_shown(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	turn(app, MOUSE_WHEEL_DOWN, 10, 10);
	assert_int_equal(app->procs.cursor.at, 3);
	turn(app, MOUSE_WHEEL_UP, 10, 10);
	assert_int_equal(app->procs.cursor.at, 0);
	keys(app, "?");
	turn(app, MOUSE_WHEEL_DOWN, 0, 0);
	assert_int_equal(app->texts.top[VIEW_HELP], 3);
	keys(app, "q5");
	turn(app, MOUSE_WHEEL_DOWN, 23, 79);
	assert_int_equal(app->texts.top[app->view], 3);
}

static void a_dialog_wants_keys(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "a");
	assert_int_equal(app->acting.dialog, DIALOG_ADJUST);
	int value = app->acting.adjust.value;
	turn(app, MOUSE_WHEEL_UP, 10, 10);
	turn(app, MOUSE_CLICK, 9, 10);
	assert_int_equal(app->acting.adjust.value, value);
	assert_int_equal(app->acting.dialog, DIALOG_ADJUST);
}

static void the_sort_menu_takes_what_is_clicked(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	click(app, -1, "F6Sort");
	assert_true(app->sort_menu.open);
	turn(app, MOUSE_WHEEL_DOWN, 10, 10);
	assert_int_equal(app->sort_menu.at, COL_RK + 3);
	click(app, -1, " UID ");
	assert_false(app->sort_menu.open);
	assert_int_equal(app->procs.order.column, COL_UID);
	click(app, -1, "F6Sort");
	click(app, -1, "NEXT");
	assert_false(app->sort_menu.open);
	assert_int_equal(app->procs.order.column, COL_UID);
}

static void the_setup_is_clicked_through(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "f");
	draw(app, 24, 80);
	click(app, -1, "] USER ");
	assert_int_equal(app->procs.columns.count, 10);
	click(app, -1, "] USER ");
	assert_int_equal(app->procs.columns.count, 9);
	click(app, -1, " Colours ");
	assert_int_equal(app->setup.page, CONFIG_COLORS);
	click(app, -1, "ascii");
	assert_int_equal(app->setup.at, 1);
	click(app, -1, "+-- Setup");
	click(app, -1, "NEXT");
	assert_int_equal(app->setup.page, CONFIG_COLORS);
	assert_true(app->setup.open);
	turn(app, MOUSE_WHEEL_UP, 0, 0);
	assert_int_equal(app->setup.at, 0);
}

/* --- events ----------------------------------------------------------------------------------- */

static void events_are_selected_and_their_report_scrolls(void **state)
{
	struct fixture *fixture = fixture_open(NULL, "tests/fixtures/klog/5.10-global.kmsg");
	struct app *app = &fixture->app;
	(void)state;
	while (event_log_read(&app->events.log, 500, 1, false))
		;
	events_pane_update(&app->events);
	keys(app, "3");
	for (int cols = 80; cols <= 160; cols += 80) {
		draw(app, 50, cols);
		size_t before = app->events.report_top;
		struct input_mouse why = place_of(app, -1, "Why ");
		assert_int_equal(mouse_hit(app, why.row, why.col).kind, HIT_SCROLLED);
		turn(app, MOUSE_WHEEL_DOWN, why.row, why.col);
		assert_int_equal(app->events.report_top, before + 3);
		turn(app, MOUSE_WHEEL_UP, why.row, why.col);
		assert_int_equal(app->events.report_top, before);
	}
	size_t count = app->events.log.count;
	assert_true(count > 0);
	int list = app->layout.rows[PART_LIST];
	turn(app, MOUSE_CLICK, list + (int)count - 1, 3);
	assert_int_equal(app->events.cursor.at, count - 1);
	assert_int_equal(mouse_hit(app, list + (int)count, 3).kind, HIT_NOTHING);
	turn(app, MOUSE_CLICK, list, 3);
	assert_int_equal(app->events.cursor.at, 0);
	fixture_close(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(no_place_of_any_size_is_out_of_range),
		WITH_MACHINE(a_click_selects_a_row),
		WITH_MACHINE(a_click_on_a_title_sorts_and_another_reverses),
		WITH_MACHINE(clicks_on_tabs_and_labels_are_their_keys),
		WITH_MACHINE(the_wheel_scrolls_what_is_shown),
		WITH_MACHINE(a_dialog_wants_keys),
		WITH_MACHINE(the_sort_menu_takes_what_is_clicked),
		WITH_MACHINE(the_setup_is_clicked_through),
		cmocka_unit_test(events_are_selected_and_their_report_scrolls),
	};
	return run_rows("places", place_rows, check_place) +
	       cmocka_run_group_tests_name("mouse", tests, NULL, NULL);
}
