/* What the keys of the list of processes do in the Events view: nothing to a list that is not seen. */
#include "support.h"
#include "support_view.h"

#include "term/input.h"
#include "view/events.h"
#include "view/react.h"

#include <string.h>

#define GROUP "tests/fixtures/klog/6.12-memcg-group.kmsg"

/* What app.c does when its poll says that the log has more. */
static void read_log(struct app *app)
{
	while (event_log_read(&app->events.log, 500, 1, false))
		;
	events_pane_update(&app->events);
}

struct meaningless_row {
	const char *claim, *key, *message;
};

static const struct meaningless_row meaningless_rows[] = {
	{ "& does nothing", "&", "& does nothing here, ? for help" },
	{ "u does nothing", "u", "u does nothing here, ? for help" },
	{ "= does nothing", "=", "= does nothing here, ? for help" },
	{ "K does nothing", "K", "K does nothing here, ? for help" },
	{ "o does nothing", "o", "o does nothing here, ? for help" },
	{ "c does nothing", "c", "c does nothing here, ? for help" },
	{ ". does nothing", ".", ". does nothing here, ? for help" },
	{ "P does nothing", "P", "P does nothing here, ? for help" },
	{ "M does nothing", "M", "M does nothing here, ? for help" },
	{ "T does nothing", "T", "T does nothing here, ? for help" },
	{ "< does nothing", "<", "< does nothing here, ? for help" },
	{ "> does nothing", ">", "> does nothing here, ? for help" },
	{ "I does nothing", "I", "I does nothing here, ? for help" },
	{ "$ does nothing", "$", "$ does nothing here, ? for help" },
	{ "a wants a process that is seen", "a", "choose a process first: 1 shows them" },
	{ "] wants a process that is seen", "]", "choose a process first: 1 shows them" },
	{ "k wants a process that is seen", "k", "choose a process first: 1 shows them" },
	{ "Space wants a process that is seen", " ", "choose a process first: 1 shows them" },
	{ "A wants a process that is seen", "A", "choose a process first: 1 shows them" },
};

static void assert_list_untouched(const struct app *app)
{
	assert_int_equal(app->view, VIEW_EVENTS);
	assert_int_equal(app->procs.order.column, COL_MEM);
	assert_false(app->procs.order.reversed);
	assert_string_equal(app->procs.filter_text, "node");
	assert_int_equal(app->procs.filter.show, LISTING_NO_KTHREADS);
	assert_int_equal(app->model.watch.scope, WATCH_AS_ASKED);
	assert_int_equal(app->typing.prompt.id, PROMPT_NONE);
	assert_int_equal(app->acting.dialog, DIALOG_NONE);
	assert_int_equal(app->acting.tags.count, 1);
	assert_int_equal(app->shift, 0);
	assert_false(app->sort_menu.open);
}

static void check_meaningless(void **state)
{
	const struct meaningless_row *row = *state;
	struct fixture *fixture = fixture_open(NULL, GROUP);
	struct app *app = &fixture->app;
	read_log(app);
	draw(app, 24, 80);
	keys(app, "M&node\r F3");
	draw(app, 24, 80);
	assert_false(shows(app, "filter:") || shows(app, "sort MEM") || shows(app, "FOLLOW"));
	keys(app, row->key);
	assert_string_equal(app->status.message, row->message);
	assert_list_untouched(app);
	fixture_close(fixture);
}

static void escape_leaves_what_is_hidden_alone(void **state)
{
	struct fixture *fixture = fixture_open(NULL, GROUP);
	struct app *app = &fixture->app;
	(void)state;
	read_log(app);
	draw(app, 24, 80);
	keys(app, "M&node\r 3\r/oom\r");
	assert_true(app->events.raw);
	press(app, INPUT_ESC);
	assert_string_equal(app->typing.search_text, "");
	press(app, INPUT_ESC);
	assert_false(app->events.raw);
	press(app, INPUT_ESC);
	assert_list_untouched(app);
	assert_non_null(strstr(app->status.message, "nothing to close here"));
	fixture_close(fixture);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(escape_leaves_what_is_hidden_alone),
	};
	return run_rows("keys of the list", meaningless_rows, check_meaningless) +
	       cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
