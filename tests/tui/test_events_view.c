/* The Events view as whole screens, from logs of real kills, and what its keys do. */
#include "support.h"
#include "support_files.h"
#include "support_view.h"

#include "view/event_line.h"
#include "view/events.h"
#include "view/react.h"

#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DOWN      "\016" /* Ctrl-N */
#define UP        "\020" /* Ctrl-P */
#define PAGE_DOWN "\006" /* Ctrl-F */
#define KLOG      "tests/fixtures/klog/"
#define GROUP     KLOG "6.12-memcg-group.kmsg"
#define STORM     KLOG "5.10-no-victim-storm.kmsg"
#define GLOBAL    KLOG "5.10-global.kmsg"

/* It can be opened; there is nothing at address 0. */
#define UNREADABLE "/proc/self/mem"

/* What app.c does when its poll says that the log has more. */
static void read_log(struct app *app)
{
	while (event_log_read(&app->events.log, 500, 1, false))
		;
	events_pane_update(&app->events);
}

static struct fixture *open_log(const char *log)
{
	struct fixture *fixture = fixture_open(NULL, log);
	read_log(&fixture->app);
	keys(&fixture->app, "3");
	return fixture;
}

/* --- whole screens */

struct golden_row {
	const char *claim, *log, *screen, *typed;
	int rows, cols;
};

static const struct golden_row golden_rows[] = {
	{ "a memory cgroup at 80x24", KLOG "6.12-memcg.kmsg", "events-memcg-80x24", "", 24, 80 },
	{ "a memory cgroup at 160x50", KLOG "6.12-memcg.kmsg", "events-memcg-160x50", "", 50, 160 },
	{ "the whole machine at 80x24", GLOBAL, "events-global-80x24", "", 24, 80 },
	{ "the whole machine at 160x50", GLOBAL, "events-global-160x50", "", 50, 160 },
	{ "a group kill at 80x24", GROUP, "events-group-80x24", "", 24, 80 },
	{ "a group kill at 160x50", GROUP, "events-group-160x50", "", 50, 160 },
	{ "a panic at 80x24", KLOG "6.12-panic.console", "events-panic-80x24", "", 24, 80 },
	{ "a panic at 160x50", KLOG "6.12-panic.console", "events-panic-160x50", "", 50, 160 },
	{ "a report cut in its table at 80x24", KLOG "6.12-cut-tail.kmsg", "events-cut-80x24", "",
		24, 80 },
	{ "a report cut in its table at 160x50", KLOG "6.12-cut-tail.kmsg", "events-cut-160x50", "",
		50, 160 },
	{ "a storm without a victim is one event", STORM, "events-storm-80x24", "", 24, 80 },
	{ "the kernel's lines instead of the report", GROUP, "events-raw-80x24", "\r", 24, 80 },
};

static void check_golden(void **state)
{
	const struct golden_row *row = *state;
	struct fixture *fixture = open_log(row->log);
	draw(&fixture->app, row->rows, row->cols);
	keys(&fixture->app, row->typed);
	draw(&fixture->app, row->rows, row->cols);
	compare_screen(&fixture->app, row->screen);
	fixture_close(fixture);
}

static const struct size_row {
	const char *claim, *log;
} size_rows[] = {
	{ "a log with an event", GROUP },
	{ "a panic", KLOG "6.12-panic.console" },
	{ "a log without an event", "/dev/null" },
	{ "a log that cannot be read", UNREADABLE },
};

static void check_sizes(void **state)
{
	const struct size_row *row = *state;
	struct fixture *fixture = open_log(row->log);
	for (int raw = 0; raw < 2; raw++, keys(&fixture->app, "\r")) {
		for (int rows = 1; rows <= 60; rows += rows < 30 ? 1 : 10)
			for (int cols = 1; cols <= 200; cols += cols < 130 ? 5 : 20)
				draw(&fixture->app, rows, cols);
		draw(&fixture->app, 200, 500);
		draw(&fixture->app, 200, 1);
		draw(&fixture->app, 1, 500);
		draw(&fixture->app, 1, 1);
	}
	fixture_close(fixture);
}

struct time_row {
	const char *claim;
	int64_t unix_us, boot_us;
	const char *stamp;
	const char *shows;
};

#define NOW_S   INT64_C(1732802551) /* 2024-11-28 14:02:31 UTC */
#define AT(ago) ((NOW_S - (ago)) * 1000000)
#define DAY_S   86400

static const struct time_row time_rows[] = {
	{ "of today the clock is enough", AT(60), 5000000, "", "14:01:31" },
	{ "of yesterday the date is shown", AT(DAY_S), 5000000, "", "11-27 14:02:31" },
	{ "of another year the year is shown", AT(400 * DAY_S), UNKNOWN_SIGNED, "",
		"2023-10-25 14:02" },
	{ "a stamp without a year stands as the log has it", UNKNOWN_SIGNED, 5000000,
		"Nov 28 14:02:31", "Nov 28 14:02:31" },
	{ "dmesg -T", UNKNOWN_SIGNED, UNKNOWN_SIGNED, "Thu Nov 28 14:02:31 2024",
		"Thu Nov 28 14:02:31 2024" },
	{ "a stamp of the kernel is how long after boot", UNKNOWN_SIGNED, 226500000, "226.500000",
		"+226s" },
	{ "no time at all", UNKNOWN_SIGNED, UNKNOWN_SIGNED, "", "-" },
};

static void check_time(void **state)
{
	const struct time_row *row = *state;
	char when[EVENT_LINE_TIME_SIZE];
	setenv("TZ", "UTC", 1);
	tzset();
	event_line_time(row->unix_us, row->boot_us, row->stamp, NOW_S, when);
	assert_string_equal(when, row->shows);
}

/* A whole screen: the column is as wide as the widest time on it, and the rest moves along. */
static void the_list_shows_the_date_of_another_day(void **state)
{
	char path[] = "/tmp/oomspect-dated.XXXXXX";
	int fd = mkstemp(path);
	(void)state;
	assert_true(fd >= 0);
	dprintf(fd,
		"2020-05-06T07:08:09Z host kernel: Out of memory: Killed process 9 (x) "
		"total-vm:4kB, anon-rss:1kB, file-rss:1kB\n"
		"Nov 28 14:02:31 host kernel: Out of memory: Killed process 8 (y) total-vm:4kB, "
		"anon-rss:1kB, file-rss:1kB\n");
	close(fd);
	setenv("TZ", "UTC", 1);
	tzset();
	struct fixture *fixture = open_log(path);
	draw(&fixture->app, 24, 80);
	assert_shows(&fixture->app, "2020-05-06 07:08 host ");
	assert_shows(&fixture->app, "Nov 28 14:02:31  host ");
	assert_shows(&fixture->app, "TIME             SCOPE ");
	fixture_close(fixture);
	unlink(path);
}

struct arithmetic {
	int rows, cols, events;
};

/* Nothing of it stands outside of the screen, or on something else. */
static void assert_inside(const struct events_layout *layout, struct arithmetic size)
{
	int rows = size.rows, list = layout->parts.rows[PART_LIST];
	int end = layout->parts.rows[PART_STATUS] >= 0 ? layout->parts.rows[PART_STATUS] : rows;
	assert_true(layout->list_cols <= size.cols && layout->report_cols >= 0);
	assert_true(layout->report_col + layout->report_cols <= size.cols);
	assert_true(layout->parts.list_rows >= 0 && list + layout->parts.list_rows <= end);
	if (layout->report_rows > 0)
		assert_true(layout->report + layout->report_rows <= end);
	if (layout->report_col == 0 && layout->report_rows > 0)
		assert_true(layout->report >= list + layout->parts.list_rows);
	assert_true(layout->note < rows);
}

static void parts_stay_inside_of_every_screen(void **state)
{
	struct arithmetic size;
	(void)state;
	for (size.rows = 1; size.rows <= 200; size.rows++)
		for (size.cols = 1; size.cols <= 500; size.cols += 7)
			for (size.events = 0; size.events <= 200; size.events += 50) {
				struct events_layout layout =
					place_events(size.rows, size.cols, size.events);
				assert_inside(&layout, size);
			}
}

/* --- where there is nothing to show */

static void an_unreadable_log_is_said_with_the_counters(void **state)
{
	struct fixture *fixture = open_log(UNREADABLE);
	(void)state;
	draw(&fixture->app, 24, 100);
	assert_shows(&fixture->app,
		"kernel log not readable: cannot read /proc/self/mem: Input/output error");
	assert_shows(&fixture->app, "counters need no right: vmstat oom_kill 2 since boot");
	keys(&fixture->app, "\rwFnNgG/x\r");
	draw(&fixture->app, 24, 100);
	fixture_close(fixture);
}

static void a_long_reason_is_read_to_its_end(void **state)
{
	struct files files;
	char path[128];
	(void)state;
	files_make(&files);
	snprintf(path, sizeof(path), "%s/%s", files.path, "in some place that is far away");
	assert_int_equal(symlink(UNREADABLE, path), 0);
	struct fixture *fixture = open_log(path);
	draw(&fixture->app, 24, 80);
	assert_shows(&fixture->app,
		"\n that is far away: Input/output error\n counters need no right: ");
	fixture_close(fixture);
	files_remove(&files);
}

static void a_log_without_events_says_so(void **state)
{
	struct fixture *fixture = open_log("/dev/null");
	(void)state;
	draw(&fixture->app, 24, 80);
	assert_shows(&fixture->app, "no OOM event in the kernel's log");
	keys(&fixture->app, "w");
	assert_string_equal(fixture->app.status.message, "no event to save");
	fixture_close(fixture);
}

static void a_captured_machine_has_no_log_of_its_own(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "3");
	draw(app, 24, 100);
	assert_shows(app, "kernel log not readable: a captured machine has none, see --log FILE");
}

/* --- the keys */

/* Three kills of different cgroups and names, the last one hostile. */
#define KILL(seconds, pid, comm, memcg) \
	"[" seconds "] a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, " \
	"oom_score_adj=0\n" \
	"[" seconds "] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/," \
	"mems_allowed=0,oom_memcg=" memcg ",task_memcg=" memcg ",task=" comm ",pid=" pid \
	",uid=0\n" \
	"[" seconds "] Memory cgroup out of memory: Killed process " pid " (" comm ") " \
	"total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB " \
	"oom_score_adj:0\n"

static const char three_kills[] =
	KILL("   11.000000", "501", "first", "/one") KILL("   22.000000", "502", "second", "/two")
		KILL("   33.000000", "503", "e\033[2Jv\302\233", "/three\033]0;x\007");

struct three {
	struct files files;
	struct fixture *fixture;
};

static int three_set_up(void **state)
{
	static struct three three;
	char path[128];
	files_make(&three.files);
	files_put(&three.files, "log", three_kills);
	snprintf(path, sizeof(path), "%s/log", three.files.path);
	three.fixture = open_log(path);
	three.fixture->options.log = "log";
	draw(&three.fixture->app, 24, 80);
	*state = &three;
	return 0;
}

static int three_tear_down(void **state)
{
	struct three *three = *state;
	fixture_close(three->fixture);
	files_remove(&three->files);
	return 0;
}

static int64_t chosen_pid(const struct app *app)
{
	const struct oom_event *event = events_pane_event(&app->events);
	assert_non_null(event);
	return event->victims[0].pid;
}

static void the_newest_stands_first_and_keys_move(void **state)
{
	struct app *app = &((struct three *)*state)->fixture->app;
	assert_int_equal(chosen_pid(app), 503);
	assert_true(app->events.follow);
	keys(app, DOWN);
	assert_int_equal(chosen_pid(app), 502);
	assert_false(app->events.follow);
	keys(app, "G");
	assert_int_equal(chosen_pid(app), 501);
	keys(app, DOWN);
	assert_int_equal(chosen_pid(app), 501);
	keys(app, "g");
	assert_int_equal(chosen_pid(app), 503);
	assert_true(app->events.follow);
	keys(app, UP);
	assert_int_equal(chosen_pid(app), 503);
}

static void follow_is_left_and_taken_up(void **state)
{
	struct app *app = &((struct three *)*state)->fixture->app;
	keys(app, "F");
	assert_string_equal(app->status.message, "not following new events");
	keys(app, DOWN DOWN);
	keys(app, "F");
	assert_string_equal(app->status.message, "at the newest event");
	assert_int_equal(chosen_pid(app), 503);
}

struct search_row {
	const char *claim, *typed;
	int64_t pid;
};

static const struct search_row search_rows[] = {
	{ "a name", "/second\r", 502 },
	{ "in capitals too", "/FIRST\r", 501 },
	{ "a cgroup", "/one\r", 501 },
	{ "a pid", "/501\r", 501 },
	{ "a piece of a pid is not it", "/50\r", 503 },
	{ "the next one", "/a\rn", 501 },
	{ "back to where it was", "/a\rnN", 502 },
	{ "round the end", "/a\rnn", 503 },
	{ "what is not there", "/nobody\r", 503 },
	{ "nothing", "n", 503 },
};

static void check_search(void **state)
{
	const struct search_row *row = *state;
	void *three;
	three_set_up(&three);
	struct app *app = &((struct three *)three)->fixture->app;
	keys(app, row->typed);
	assert_int_equal(chosen_pid(app), row->pid);
	three_tear_down(&three);
}

static void hostile_bytes_never_reach_the_screen(void **state)
{
	struct app *app = &((struct three *)*state)->fixture->app;
	for (int raw = 0; raw < 2; raw++, keys(app, "\r")) {
		draw(app, 50, 200);
		char *screen = screen_text(&app->grid);
		assert_null(strpbrk(screen, "\033\007\r\t"));
		assert_null(strstr(screen, "\302\233"));
		assert_non_null(strstr(screen, "503 e?[2Jv?"));
		free(screen);
	}
}

static void the_report_scrolls_to_its_end_and_back(void **state)
{
	struct app *app = &((struct three *)*state)->fixture->app;
	keys(app, "\r");
	draw(app, 24, 80);
	assert_int_equal(app->events.report.count, 3);
	for (int i = 0; i < 9; i++)
		keys(app, PAGE_DOWN);
	assert_int_equal(app->events.report_top, 2);
	draw(app, 24, 80);
	keys(app, DOWN);
	assert_int_equal(app->events.report_top, 0);
}

/* --- save */

/* In a directory of its own, since `w` writes into the working directory. */
static void in_directory(const struct three *three, char before[4096])
{
	assert_non_null(getcwd(before, 4096));
	assert_int_equal(chdir(three->files.path), 0);
}

static void what_is_saved_is_the_kernels_lines(void **state)
{
	struct three *three = *state;
	struct app *app = &three->fixture->app;
	char before[4096], saved[4096] = "";
	struct stat stat_of;
	in_directory(three, before);
	keys(app, "Gw");
	assert_string_equal(app->status.message, "saved oom-501-1.log");
	FILE *file = fopen("oom-501-1.log", "r");
	assert_non_null(file);
	assert_true(fread(saved, 1, sizeof(saved) - 1, file) > 0);
	assert_int_equal(fstat(fileno(file), &stat_of), 0);
	fclose(file);
	keys(app, "w");
	assert_int_equal(chdir(before), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
	assert_non_null(strstr(saved, "a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL)"));
	assert_non_null(strstr(saved, "Killed process 501 (first) total-vm:8kB"));
	assert_null(strstr(saved, "502"));
	assert_string_equal(app->status.message, "cannot create 'oom-501-1.log': File exists");
}

static void a_read_only_screen_saves_nothing(void **state)
{
	struct three *three = *state;
	struct app *app = &three->fixture->app;
	char before[4096];
	in_directory(three, before);
	three->fixture->options.read_only = true;
	keys(app, "w");
	int written = access("oom-503-3.log", F_OK);
	assert_int_equal(chdir(before), 0);
	assert_int_equal(written, -1);
	assert_string_equal(app->status.message, "not saved: --read-only");
}

#define WITH_THREE(test) cmocka_unit_test_setup_teardown(test, three_set_up, three_tear_down)

/* Events were read, and then the log could not be read on: both are seen. */
static void a_log_that_is_damaged_further_on_says_so(void **state)
{
	struct files files;
	char path[128], command[512];
	(void)state;
	files_make(&files);
	snprintf(path, sizeof(path), "%s/log.gz", files.path);
	snprintf(command, sizeof(command),
		"i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo \"[$i.000000] Out of memory: "
		"Killed process $i (x) total-vm:${i}kB\"; done | gzip -c >%s 2>/dev/null",
		path);
	struct stat about;
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	if (system(command) != 0 || stat(path, &about) < 0 ||
		truncate(path, about.st_size - 100) < 0) {
		files_remove(&files);
		skip_because("gzip is not here");
	}
	struct fixture *fixture = open_log(path);
	for (int i = 0; i < 500 && fixture->app.events.log.open; i++) {
		poll(NULL, 0, 10);
		read_log(&fixture->app);
	}
	draw(&fixture->app, 24, 80);
	assert_shows(&fixture->app, " the log ends here: cannot unpack ");
	assert_in_range(fixture->app.events.log.count, 1, EVENT_LOG_MAX);
	fixture_close(fixture);
	files_remove(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_that_is_damaged_further_on_says_so),
		cmocka_unit_test(parts_stay_inside_of_every_screen),
		cmocka_unit_test(an_unreadable_log_is_said_with_the_counters),
		cmocka_unit_test(a_long_reason_is_read_to_its_end),
		cmocka_unit_test(a_log_without_events_says_so),
		cmocka_unit_test(the_list_shows_the_date_of_another_day),
		WITH_MACHINE(a_captured_machine_has_no_log_of_its_own),
		WITH_THREE(the_newest_stands_first_and_keys_move),
		WITH_THREE(follow_is_left_and_taken_up),
		WITH_THREE(hostile_bytes_never_reach_the_screen),
		WITH_THREE(the_report_scrolls_to_its_end_and_back),
		WITH_THREE(what_is_saved_is_the_kernels_lines),
		WITH_THREE(a_read_only_screen_saves_nothing),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return run_rows("screens", golden_rows, check_golden) +
	       run_rows("times", time_rows, check_time) +
	       run_rows("every size", size_rows, check_sizes) +
	       run_rows("searches", search_rows, check_search) +
	       cmocka_run_group_tests_name("events_view", tests, NULL, NULL);
}
