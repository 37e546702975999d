/* The panel above the tabs, line by line, on the machine of the drawings as it changes. */
#include "support.h"
#include "support_machine.h"
#include "support_view.h"

#include "view/events.h"
#include "view/frame.h"
#include "view/state.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KLOG      "tests/fixtures/klog/"
#define BOOT_S    3553920 /* of the machine's uptime */
#define MINUTE_MS 60000

static void sample_at(struct fixture *fixture, int second)
{
	char uptime[64];
	snprintf(uptime, sizeof(uptime), "%d.00 7000000.00\n", BOOT_S + second);
	machine_write(fixture->path, "proc/uptime", uptime);
	take_sample(&fixture->app);
}

/* The line of a part, at that width. */
static const char *line_of(struct app *app, enum part part, int rows, int cols)
{
	static char line[1024];
	draw(app, rows, cols);
	assert_true(app->layout.rows[part] >= 0);
	grid_row_text(&app->grid, app->layout.rows[part], line, sizeof(line));
	return line;
}

static const char *narrow(struct app *app, enum part part)
{
	return line_of(app, part, 30, 80);
}

static const char *wide(struct app *app, enum part part)
{
	return line_of(app, part, 50, 160);
}

static void assert_has(const char *line, const char *text)
{
	if (!strstr(line, text))
		fail_msg("\"%s\" has no \"%s\"", line, text);
}

static void assert_lacks(const char *line, const char *text)
{
	if (strstr(line, text))
		fail_msg("\"%s\" has \"%s\"", line, text);
}

/* --- memory, swap, commit ---------------------------------------------------------------------- */

static void write_meminfo(const struct fixture *fixture, int available_percent, const char *more)
{
	char text[1024];
	snprintf(text, sizeof(text),
		"MemTotal: 33554432 kB\nMemAvailable: %lld kB\nAnonPages: 27367833 kB\n"
		"Cached: 1677721 kB\nShmem: 209715 kB\nSlab: 1153433 kB\nPageTables: 209715 kB\n"
		"SwapTotal: 4194304 kB\nSwapFree: 3040870 kB\nCommitLimit: 20971520 kB\n"
		"Committed_AS: 20131659 kB\n%s",
		33554432LL * available_percent / 100, more);
	machine_write(fixture->path, "proc/meminfo", text);
}

struct level_row {
	const char *claim;
	int available_percent, warn, critical;
	const char *end; /* of the bar */
};

static const struct level_row level_rows[] = {
	{ "79 % used is calm", 21, 80, 90, ".]" },
	{ "80 % used is pointed out", 20, 80, 90, ".!" },
	{ "90 % used twice", 10, 80, 90, "!!" },
	{ "the thresholds are those of the settings", 45, 50, 55, "!!" },
	{ "with one threshold there is one warning", 50, 50, 50, "!!" },
	{ "100 is never reached before the end", 1, 100, 100, "|]" },
};

static void check_level(void **state)
{
	const struct level_row *row = *state;
	struct fixture *fixture = fixture_open(NULL, NULL);
	struct app *app = &fixture->app;
	app->settings.config.warn_percent = row->warn;
	app->settings.config.critical_percent = row->critical;
	write_meminfo(fixture, row->available_percent, "");
	take_sample(app);
	const char *line = narrow(app, PART_MEMORY), *end = strpbrk(line, "]!");
	assert_non_null(end);
	end += end[0] == '!' && end[1] == '!';
	assert_memory_equal(end - 1, row->end, 2);
	fixture_close(fixture);
}

static void a_warning_has_a_style_too(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	static const struct {
		int available_percent;
		unsigned style;
	} rows[] = { { 30, STYLE_NORMAL }, { 15, STYLE_RISK }, { 5, STYLE_RISK | STYLE_BOLD } };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		write_meminfo(fixture, rows[i].available_percent, "");
		take_sample(app);
		draw(app, 24, 80);
		const struct cell *bar = &app->grid.cells[app->layout.rows[PART_MEMORY] * 80 + 6];
		assert_int_equal(bar->ch, '|');
		assert_int_equal(bar->style, rows[i].style);
	}
}

static void zswap_is_what_it_takes_and_what_it_holds(void **state)
{
	struct fixture *fixture = *state;
	assert_lacks(wide(&fixture->app, PART_SWAP), "zswap");
	write_meminfo(fixture, 50, "Zswap: 319488 kB\nZswapped: 990412 kB\n");
	take_sample(&fixture->app);
	assert_has(wide(&fixture->app, PART_SWAP), "zswap 312M (3.1x)");
}

static void a_full_commit_bar_is_a_danger_only_in_mode_2(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	write_meminfo(fixture, 50, "");
	machine_write(fixture->path, "proc/sys/vm/overcommit_ratio", "50\n");
	take_sample(app);
	assert_has(wide(app, PART_COMMIT), "96% of CommitLimit   overcommit_memory=0  ratio=50");
	assert_lacks(wide(app, PART_COMMIT), "!");
	machine_write(fixture->path, "proc/sys/vm/overcommit_memory", "2\n");
	take_sample(app);
	assert_has(wide(app, PART_COMMIT), "!! 19.2/20.0G");
}

/* --- rates -------------------------------------------------------------------------------------- */

static void rates_need_two_samples(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(fixture->path, "proc/vmstat",
		"oom_kill 2\npswpin 0\npswpout 0\nallocstall_normal 0\npgscan_direct 0\n"
		"pgsteal_direct 0\n");
	sample_at(fixture, 10);
	assert_has(wide(app, PART_SWAP), "free  2.9G           in    -/s out    -/s");
	machine_write(fixture->path, "proc/vmstat",
		"oom_kill 2\npswpin 1024\npswpout 13056\nallocstall_normal 410\n"
		"pgscan_direct 912345\npgsteal_direct 883000\n");
	sample_at(fixture, 20);
	assert_has(wide(app, PART_SWAP), "in 408K/s out   5M/s");
	assert_has(wide(app, PART_PSI), "allocstall   +41/s");
	assert_has(wide(app, PART_ZONES), "pgscan  +91k/s  pgsteal  +88k/s  eff  97%");
	/* A counter that was set back says nothing. */
	machine_write(fixture->path, "proc/vmstat", "oom_kill 2\nallocstall_normal 4\n");
	sample_at(fixture, 30);
	assert_has(wide(app, PART_PSI), "allocstall     -/s");
	assert_lacks(wide(app, PART_ZONES), "pgscan");
}

/* --- zones -------------------------------------------------------------------------------------- */

static void write_zone(char *text, size_t size, int node, const char *name, int free_pages)
{
	size_t used = strlen(text);
	snprintf(text + used, size - used,
		"Node %d, zone %8s\n  pages free     %d\n        min      11520\n"
		"        low      14336\n        high     17152\n        spanned  7602176\n"
		"        present  7602176\n        managed  7400000\n",
		node, name, free_pages);
}

static void the_tightest_zones_are_shown_in_their_order(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	char text[4096] = "";
	write_zone(text, sizeof(text), 0, "Normal", 100000);
	write_zone(text, sizeof(text), 1, "Normal", 77056);
	write_zone(text, sizeof(text), 2, "Normal", 500000);
	write_zone(text, sizeof(text), 3, "Normal", 77057);
	machine_write(fixture->path, "proc/zoneinfo", text);
	take_sample(app);
	const char *line = wide(app, PART_ZONES);
	assert_has(
		line, "Zones  node1 Normal free 301M min  45M low  56M high  67M   node3 Normal");
	assert_has(line, "   2 more ok");
	assert_has(narrow(app, PART_ZONES), "Zone Normal free 301M min  45M low  56M high  67M");
}

static void a_zone_below_its_low_watermark_is_marked(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	char text[4096] = "";
	write_zone(text, sizeof(text), 0, "DMA32", 12000);
	write_zone(text, sizeof(text), 0, "Normal", 11000);
	machine_write(fixture->path, "proc/zoneinfo", text);
	take_sample(app);
	assert_has(narrow(app, PART_ZONES), "Zone Normal! free  43M");
	assert_has(narrow(app, PART_ZONES), "   DMA32 low!");
}

static void a_32_bit_machine_shows_low_memory(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	write_meminfo(fixture, 50,
		"HighTotal: 3145728 kB\nHighFree: 1258291 kB\nLowTotal: 870400 kB\nLowFree: 308224 "
		"kB\n");
	take_sample(app);
	assert_has(wide(app, PART_ZONES), "high  67M   LowMem 301M of 850M  HighMem 1.2G of 3.0G");
	assert_has(narrow(app, PART_ZONES), "high  67M   LowMem 301M of 850M");
}

/* --- the estimate ------------------------------------------------------------------------------- */

static void fall(struct fixture *fixture, int seconds)
{
	char text[512];
	for (int second = 10; second <= seconds; second += 10) {
		snprintf(text, sizeof(text),
			"MemTotal: 33554432 kB\nMemAvailable: %d kB\nSwapTotal: 4194304 kB\n"
			"SwapFree: 3040870 kB\n",
			4000000 - second * 10240);
		machine_write(fixture->path, "proc/meminfo", text);
		sample_at(fixture, second);
	}
}

static void the_estimate_stands_on_the_zone_line_or_behind_next(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	fall(fixture, 50);
	assert_lacks(narrow(app, PART_ZONES), "at this rate");
	assert_lacks(wide(app, PART_NEXT), "at this rate");
	fall(fixture, 100);
	const char *line = narrow(app, PART_ZONES);
	assert_int_equal(strlen(line), 80);
	assert_string_equal(line + 80 - strlen("at this rate ~9m"), "at this rate ~9m");
	assert_lacks(narrow(app, PART_NEXT), "at this rate");
	line = wide(app, PART_NEXT);
	assert_int_equal(strlen(line), 160);
	assert_string_equal(line + 160 - strlen("at this rate ~9m"), "at this rate ~9m");
	assert_lacks(wide(app, PART_ZONES), "at this rate");
}

/* --- kills --------------------------------------------------------------------------------------- */

static void read_log(struct app *app)
{
	while (event_log_read(&app->events.log, 500, 1, false))
		;
	events_pane_update(&app->events);
}

static void a_kill_is_news_for_a_quarter_of_an_hour(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	assert_has(narrow(app, PART_TITLE), " KILLS 2  ");
	machine_write(fixture->path, "proc/vmstat", "oom_kill 3\n");
	sample_at(fixture, 1);
	assert_has(narrow(app, PART_TITLE), " KILLS 3 (now)  ");
	assert_has(wide(app, PART_TITLE), " KILLS since boot 3 (now)  ");
	app->clock.now_ms += 14 * MINUTE_MS;
	assert_has(narrow(app, PART_TITLE), " KILLS 3 (now)  ");
	assert_has(wide(app, PART_TITLE), " KILLS since boot 3, last 14m ago  ");
	app->clock.now_ms += 2 * MINUTE_MS;
	assert_has(narrow(app, PART_TITLE), " KILLS 3 (16m)  ");
}

/* The machine's uptime and our clock are not the same: lxcfs, another root, a suspend. */
static void the_age_of_a_kill_is_by_our_own_clock(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(fixture->path, "proc/vmstat", "oom_kill 3\n");
	assert_int_equal(sampler_sample(&app->model.watch.sampler, NULL), ERR_OK);
	app->clock.now_ms = app->clock.sample_ms + 60 * MINUTE_MS;
	assert_int_equal(state_sampled(app, NULL), ERR_OK);
	app->clock.taken_ms = app->clock.now_ms;
	assert_has(narrow(app, PART_TITLE), " KILLS 3 (now)  ");
	app->clock.now_ms += 2 * MINUTE_MS;
	assert_has(wide(app, PART_TITLE), " KILLS since boot 3, last 2m ago  ");
}

static void the_log_tells_of_kills_before_the_program(void **state)
{
	struct fixture *fixture = fixture_open(NULL, KLOG "6.12-memcg.kmsg");
	struct app *app = &fixture->app;
	(void)state;
	read_log(app);
	/* Its times are since another boot. */
	assert_has(narrow(app, PART_TITLE), " KILLS 2  ");
	app->events.log.live = true;
	struct oom_event *event = app->events.log.events[app->events.log.newest];
	event->boot_us = (app->model.watch.snapshot->host.boot_ms - 4 * MINUTE_MS) * 1000;
	assert_has(narrow(app, PART_TITLE), " KILLS 2 (4m)  ");
	assert_has(wide(app, PART_TITLE), " KILLS since boot 2, last 4m ago  ");
	fixture_close(fixture);
}

/* --- few columns for a wide panel ---------------------------------------------------------------- */

/* What may stand in a line, in its order: each whole or not at all, with nothing else between. */
static void assert_of(const char *line, const char *const items[], size_t count)
{
	const char *at = line;
	for (size_t i = 0; i < count; i++) {
		at += strspn(at, " ");
		if (strncmp(at, items[i], strlen(items[i])) == 0)
			at += strlen(items[i]);
	}
	if (at[strspn(at, " ")])
		fail_msg("\"%s\": cut at \"%s\"", line, at);
}

static void write_busy_machine(struct fixture *fixture)
{
	struct app *app = &fixture->app;
	char text[4096] = "";
	write_zone(text, sizeof(text), 0, "Normal", 100000);
	write_zone(text, sizeof(text), 1, "Normal", 77056);
	write_zone(text, sizeof(text), 2, "Normal", 500000);
	machine_write(fixture->path, "proc/zoneinfo", text);
	machine_write(fixture->path, "proc/sys/vm/overcommit_ratio", "50\n");
	machine_write(fixture->path, "proc/vmstat", "oom_kill 346\npgscan_direct 0\n");
	sample_at(fixture, 1);
	app->clock.kill_ms = app->clock.now_ms - 12 * MINUTE_MS;
	fixture_go_live(fixture);
	app->acting.rights.sys_resource = false;
}

static void nothing_is_cut_in_its_midst(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	static const char *const titles[] = { "oomspect", "web-07", "Linux 6.18.4", "2 CPUs",
		"17:35:52", "up 41d", "03:12", "every 3.0s", "root", "cgroup v1", "cgroup v2",
		"KILLS since boot 346, last 12m ago", "KILLS 346 (12m)", "KILLS 346 (now)",
		"READ-WRITE raise only (no CAP_SYS_RESOURCE)" };
	static const char *const commits[] = { "206% of CommitLimit", "overcommit_memory=0",
		"ratio=50" };
	static const char *const pressures[] = { "PSI", "mem some 12.31  4.20  1.02",
		"full  3.10  0.92  0.20", "io  some  8.12  3.00  0.90", "full  5.02  1.10  0.30",
		"(avg10 avg60 avg300)", "allocstall     -/s" };
	static const char *const zones[] = { "Zones",
		"node0 Normal free 391M min  45M low  56M high  67M",
		"node1 Normal free 301M min  45M low  56M high  67M", "2 more ok", "1 more ok",
		"Normal ok", "Normal ok", "pgscan     -/s", "pgscan    +0/s", "pgsteal     -/s" };
	write_busy_machine(fixture);
	snprintf(app->model.user, sizeof(app->model.user), "root");
	for (int cols = 120; cols <= 200; cols++) {
		assert_of(line_of(app, PART_TITLE, 30, cols), titles, ARRAY_SIZE(titles));
		assert_of(strstr(line_of(app, PART_COMMIT, 30, cols), "G  ") + 1, commits,
			ARRAY_SIZE(commits));
		assert_of(line_of(app, PART_PSI, 30, cols), pressures, ARRAY_SIZE(pressures));
		assert_of(line_of(app, PART_ZONES, 30, cols), zones, ARRAY_SIZE(zones));
		assert_has(line_of(app, PART_TITLE, 30, cols), titles[ARRAY_SIZE(titles) - 1]);
	}
	assert_has(line_of(app, PART_COMMIT, 30, 120), commits[2]);
	assert_has(line_of(app, PART_ZONES, 30, 120), "high  67M   2 more ok");
}

/* --- what overrules the kernel's choice ------------------------------------------------------------ */

static void killers_are_named_with_how_near_they_are(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	assert_has(wide(app, PART_RUNNER_UP), "userspace: no killer known");
	machine_add_process(fixture->path, 650, "systemd-oomd");
	take_sample(app);
	const char *line = wide(app, PART_RUNNER_UP);
	assert_has(line, "THEN   9120 node  if 4242 is protected   userspace: systemd-oomd active, "
			 "swap used 28%, mem 93% of limit 90%");
	assert_string_equal(line + 160 - 32, "panic_on_oom=0 kill_allocating=0");
	assert_has(narrow(app, PART_RUNNER_UP), "userspace: systemd-oomd active");
	machine_add_process(fixture->path, 660, "earlyoom");
	take_sample(app);
	assert_has(wide(app, PART_RUNNER_UP), "of limit 90%; also earlyoom ");
	assert_has(line_of(app, PART_RUNNER_UP, 50, 240),
		"earlyoom active, swap free 72%, avail 7-8% of limit 10%");
}

static void one_that_is_about_to_kill_comes_first(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_add_process(fixture->path, 650, "systemd-oomd");
	machine_add_process(fixture->path, 660, "earlyoom");
	machine_write(fixture->path, "proc/meminfo",
		"MemTotal: 33554432 kB\nMemAvailable: 2306867 kB\nSwapTotal: 0 kB\nSwapFree: 0 "
		"kB\n");
	take_sample(app);
	assert_has(wide(app, PART_RUNNER_UP),
		"userspace: earlyoom active, no swap, avail 7% of limit 10%");
	assert_has(wide(app, PART_RUNNER_UP), "of limit 10%; also systemd-oomd ");
}

static void settings_that_overrule_are_said_on_every_screen(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	assert_lacks(narrow(app, PART_RUNNER_UP), "kill_allocating");
	machine_write(fixture->path, "proc/sys/vm/oom_kill_allocating_task", "1\n");
	take_sample(app);
	assert_has(narrow(app, PART_RUNNER_UP), " kill_allocating=1");
	assert_has(wide(app, PART_RUNNER_UP), "panic_on_oom=0 kill_allocating=1");
	assert_has(narrow(app, PART_NEXT), "NEXT no prediction: ");
	assert_has(narrow(app, PART_NEXT), "oom_kill_allocating_task");
}

static void processes_that_are_hidden_may_be_killers(void **state)
{
	struct fixture *fixture = *state;
	struct snapshot *snapshot =
		&fixture->app.model.watch.sampler.shots[fixture->app.model.watch.sampler.latest];
	snapshot->hidepid = true;
	assert_has(wide(&fixture->app, PART_RUNNER_UP), "userspace: hidden by hidepid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(a_warning_has_a_style_too),
		WITH_MACHINE(zswap_is_what_it_takes_and_what_it_holds),
		WITH_MACHINE(a_full_commit_bar_is_a_danger_only_in_mode_2),
		WITH_MACHINE(rates_need_two_samples),
		WITH_MACHINE(the_tightest_zones_are_shown_in_their_order),
		WITH_MACHINE(a_zone_below_its_low_watermark_is_marked),
		WITH_MACHINE(a_32_bit_machine_shows_low_memory),
		WITH_MACHINE(the_estimate_stands_on_the_zone_line_or_behind_next),
		WITH_MACHINE(a_kill_is_news_for_a_quarter_of_an_hour),
		WITH_MACHINE(the_age_of_a_kill_is_by_our_own_clock),
		cmocka_unit_test(the_log_tells_of_kills_before_the_program),
		WITH_MACHINE(nothing_is_cut_in_its_midst),
		WITH_MACHINE(killers_are_named_with_how_near_they_are),
		WITH_MACHINE(one_that_is_about_to_kill_comes_first),
		WITH_MACHINE(settings_that_overrule_are_said_on_every_screen),
		WITH_MACHINE(processes_that_are_hidden_may_be_killers),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return run_rows("levels", level_rows, check_level) +
	       cmocka_run_group_tests_name("the panel", tests, NULL, NULL);
}
