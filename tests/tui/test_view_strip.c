/* What stands below the processes on a tall screen: the cgroups nearest their limit and the last OOM
 * events, as whole screens of text and line by line. */
#include "support.h"
#include "support_groups.h"
#include "support_machine.h"
#include "support_view.h"

#include "view/events.h"
#include "view/state.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KLOG "tests/fixtures/klog/"

static struct fixture *open_machine(const char *log)
{
	char path[sizeof(((struct fixture *)0)->path)];
	machine_make(path, sizeof(path));
	groups_write(path);
	struct fixture *fixture = fixture_open(path, log);
	memcpy(fixture->path, path, sizeof(path));
	while (event_log_read(&fixture->app.events.log, 500, 1, false))
		;
	events_pane_update(&fixture->app.events);
	return fixture;
}

static void find_line(const struct app *app, const char *text, char *line, size_t size)
{
	for (int row = 0; row < app->grid.rows; row++) {
		grid_row_text(&app->grid, row, line, size);
		if (strstr(line, text))
			return;
	}
	fail_msg("no line with '%s'", text);
}

struct strip_row {
	const char *claim, *log, *screen;
	int rows, cols;
};

static const struct strip_row strip_rows[] = {
	{ "no log at 160x50", NULL, "strip-160x50", 50, 160 },
	{ "one event at 160x50", KLOG "6.12-memcg-group.kmsg", "strips-160x50", 50, 160 },
	{ "one event at 80x40", KLOG "5.10-global.kmsg", "strips-80x40", 40, 80 },
};

static void check_strips(void **state)
{
	const struct strip_row *row = *state;
	struct fixture *fixture = open_machine(row->log);
	draw(&fixture->app, row->rows, row->cols);
	compare_screen(&fixture->app, row->screen);
	fixture_close(fixture);
}

/* What the kernel's own log, not a file, would have told. */
static void pretend_live(struct fixture *fixture)
{
	fixture->app.events.log.live = true;
	fixture->options.log = NULL;
}

static void older_events_and_missing_kills_are_counted(void **state)
{
	struct fixture *fixture = open_machine(KLOG "6.12-memcg.kmsg");
	struct event_log *log = &fixture->app.events.log;
	char line[512];
	(void)state;
	pretend_live(fixture);
	draw(&fixture->app, 50, 160);
	find_line(&fixture->app, " older events", line, sizeof(line));
	assert_non_null(strstr(line, " --- no older events in the kernel's log (oldest line "));
	assert_non_null(strstr(line, "; 2 kills in vmstat, 1 in the log) ---"));
	/* Four more, of which three are shown. */
	struct oom_event *event = log->events[log->newest];
	for (size_t i = 1; i < 5; i++)
		log->events[(log->newest + EVENT_LOG_MAX - i) % EVENT_LOG_MAX] = event;
	log->count = 5;
	draw(&fixture->app, 50, 160);
	find_line(&fixture->app, " older events", line, sizeof(line));
	assert_non_null(strstr(line, " --- 2 older events in the kernel's log"));
	for (size_t i = 1; i < 5; i++)
		log->events[(log->newest + EVENT_LOG_MAX - i) % EVENT_LOG_MAX] = NULL;
	log->count = 1;
	fixture_close(fixture);
}

static void a_log_that_cannot_be_read_leaves_the_counter(void **state)
{
	struct fixture *fixture = open_machine("/proc/self/mem"); /* there is nothing at 0 */
	char line[512];
	(void)state;
	draw(&fixture->app, 50, 160);
	find_line(&fixture->app, "kernel log not readable", line, sizeof(line));
	assert_non_null(strstr(line, "; 2 kills in vmstat"));
	fixture_close(fixture);
}

static void hostile_events_are_shown_safely(void **state)
{
	struct fixture *fixture = open_machine(KLOG "6.12-memcg.kmsg");
	struct app *app = &fixture->app;
	struct oom_event *event = app->events.log.events[app->events.log.newest];
	char line[1024];
	(void)state;
	strcpy(event->victims[0].comm, "\033[2Jx");
	strcpy(event->invoker.comm, "\303\050\007");
	event->victims[0].anon_rss_kb = event->memcg.limit_kb = event->mem.ram_pages = INT64_MAX;
	event->tasks[0].badness_pages = INT64_MAX;
	for (int cols = 80; cols <= 160; cols += 80) {
		draw(app, 50, cols);
		for (int row = 0; row < 50; row++) {
			grid_row_text(&app->grid, row, line, sizeof(line));
			assert_null(strpbrk(line, "\033\007"));
		}
	}
	fixture_close(fixture);
}

static void a_limit_that_goes_moves_nothing(void **state)
{
	struct fixture *fixture = open_machine(KLOG "6.12-memcg.kmsg");
	struct app *app = &fixture->app;
	char line[512];
	(void)state;
	draw(app, 50, 160);
	int before = app->layout.list_rows;
	for (size_t i = 0; i < GROUPS; i++)
		group_write_file(fixture->path, groups[i].path, "memory.max", "max\n");
	take_sample(app);
	draw(app, 50, 160);
	assert_int_equal(app->cgroups.nearest_count, 0);
	assert_int_equal(app->layout.list_rows, before);
	find_line(app, "Cgroups nearest their limit", line, sizeof(line));
	fixture_close(fixture);
}

static void the_list_gives_rows_to_the_strips_and_keeps_two_fifths(void **state)
{
	struct fixture *fixture = open_machine(NULL);
	struct app *app = &fixture->app;
	(void)state;
	draw(app, 39, 80);
	assert_int_equal(app->layout.below_rows, 0);
	for (int rows = 40; rows <= 70; rows++) {
		draw(app, rows, 160);
		assert_true(app->layout.below_rows >= 6);
		assert_true(app->layout.list_rows * 5 >= rows * 2);
		for (enum part part = 0; part < PART_COUNT; part++)
			assert_true(app->layout.rows[part] >= 0);
	}
	fixture_close(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_events_and_missing_kills_are_counted),
		cmocka_unit_test(a_log_that_cannot_be_read_leaves_the_counter),
		cmocka_unit_test(hostile_events_are_shown_safely),
		cmocka_unit_test(a_limit_that_goes_moves_nothing),
		cmocka_unit_test(the_list_gives_rows_to_the_strips_and_keeps_two_fifths),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return run_rows("strips", strip_rows, check_strips) +
	       cmocka_run_group_tests_name("below the processes", tests, NULL, NULL);
}
