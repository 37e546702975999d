/* Whom / and & find among the processes, and how often a command line is read for it. */
#include "support.h"
#include "support_machine.h"
#include "support_view.h"

#include "view/process_list.h"
#include "view/react.h"
#include "view/state.h"

#include <stdio.h>
#include <string.h>

static void assert_points_at(const struct app *app, pid_t pid)
{
	assert_int_equal(process_list_pointed(app)->task->pid, pid);
}

/* A process as its pid is used again, or as it executes another program. */
static void become(const struct fixture *fixture, int pid, const char *comm, char state,
	int start_ticks, const char *cmdline)
{
	char name[64], stat[256];
	snprintf(name, sizeof(name), "proc/%d/stat", pid);
	snprintf(stat, sizeof(stat),
		"%d (%s) %c 1 %d %d 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 500 0 0 0 0 0 0 0 0 "
		"0 0\n",
		pid, comm, state, pid, pid, start_ticks);
	machine_write(fixture->path, name, stat);
	snprintf(name, sizeof(name), "proc/%d/cmdline", pid);
	machine_write(fixture->path, name, cmdline);
}

struct found_row {
	const char *claim, *text;
	size_t count;
	pid_t first;
};

static const struct found_row found_rows[] = {
	{ "a part of a command line", "-jar app", 1, 4242 },
	{ "in letters of either case", "WORKER.js", 1, 8807 },
	{ "the name of a process without a command line, as it is shown", "[kswap", 0, 0 },
	{ "a part of a name", "cc1", 2, 10233 },
	{ "the beginning of a pid", "102", 2, 10233 },
	{ "a part of a cgroup", "docker-9c", 2, 9120 },
	{ "nothing", "no such text", 0, 0 },
};

static void check_found(void **state)
{
	const struct found_row *row = *state;
	struct fixture *fixture = fixture_open(NULL, NULL);
	struct app *app = &fixture->app;
	char typed[64];
	draw(app, 24, 80);
	snprintf(typed, sizeof(typed), "/%s\r", row->text);
	keys(app, typed);
	if (row->count)
		assert_points_at(app, row->first);
	else
		assert_non_null(strstr(app->status.message, "not found"));
	snprintf(typed, sizeof(typed), "&%s\r", row->text);
	keys(app, typed);
	assert_int_equal(app->procs.listing.count, row->count);
	fixture_close(fixture);
}

static void kernel_threads_are_found_where_they_are_shown(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "K&[kswap\r");
	assert_int_equal(app->procs.listing.count, 1);
	assert_points_at(app, 30);
}

static void digits_are_a_pid_first(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(fixture->path, "proc/9120/cmdline", "node --port=911");
	draw(app, 24, 80);
	keys(app, "/911\r");
	assert_points_at(app, 911);
	keys(app, "n");
	assert_points_at(app, 9120);
}

/* Reading them takes the mmap_lock of their processes. */
static void a_command_line_is_read_once_for_a_text(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	draw(app, 24, 80);
	keys(app, "&server.js\r");
	assert_int_equal(app->procs.listing.count, 1);
	machine_write(fixture->path, "proc/9120/cmdline", "node another.js");
	take_sample(app);
	assert_int_equal(app->procs.listing.count, 1);
	keys(app, "\014"); /* Ctrl-L */
	assert_int_equal(app->procs.listing.count, 0);
	keys(app, "&\025another\r");
	assert_int_equal(app->procs.listing.count, 1);
	machine_write(fixture->path, "proc/9120/cmdline", "node server.js");
	keys(app, "&\r"); /* the same text, entered again */
	assert_int_equal(app->procs.listing.count, 0);
}

static void those_that_come_later_are_asked(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	draw(app, 24, 80);
	keys(app, "&latecomer\r");
	assert_int_equal(app->procs.listing.count, 0);
	become(fixture, 9120, "node", 'S', 9999, "node latecomer.js");
	become(fixture, 3321, "sh", 'S', 50000, "sh -c latecomer");
	take_sample(app);
	assert_int_equal(app->procs.listing.count, 2);
	become(fixture, 9120, "node", 'S', 10001, "node");
	take_sample(app);
	assert_int_equal(app->procs.listing.count, 1);
	assert_points_at(app, 3321);
}

static void in_an_uninterruptible_sleep_nobody_is_asked(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	become(fixture, 9120, "node", 'D', 9000, "node server.js");
	take_sample(app);
	keys(app, "&server.js\r");
	assert_int_equal(app->procs.listing.count, 0);
	become(fixture, 9120, "node", 'S', 9000, "node server.js");
	take_sample(app);
	assert_int_equal(app->procs.listing.count, 1);
}

static void in_an_uninterruptible_sleep_what_is_shown_is_found(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	draw(app, 24, 80);
	become(fixture, 9120, "node", 'D', 9000, "something else");
	take_sample(app);
	keys(app, "&server.js\r");
	assert_int_equal(app->procs.listing.count, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_MACHINE(kernel_threads_are_found_where_they_are_shown),
		WITH_MACHINE(digits_are_a_pid_first),
		WITH_MACHINE(a_command_line_is_read_once_for_a_text),
		WITH_MACHINE(those_that_come_later_are_asked),
		WITH_MACHINE(in_an_uninterruptible_sleep_nobody_is_asked),
		WITH_MACHINE(in_an_uninterruptible_sleep_what_is_shown_is_found),
	};
	return run_rows("what is found", found_rows, check_found) +
	       cmocka_run_group_tests_name("matches", tests, NULL, NULL);
}
