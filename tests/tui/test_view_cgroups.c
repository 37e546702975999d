/* The Cgroups view, as whole screens of text and by their keys, on the machine of the
 * drawings with its memory cgroups. */
#include "support.h"
#include "support_groups.h"
#include "support_machine.h"
#include "support_view.h"

#include "term/input.h"
#include "view/cgroups.h"
#include "view/frame.h"
#include "view/process_list.h"
#include "view/react.h"
#include "view/state.h"

#include <ftw.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int open_machine(void **state, bool with_groups)
{
	char path[64];
	machine_make(path, sizeof(path));
	if (with_groups)
		groups_write(path);
	else
		machine_write(path, "proc/self/mountinfo", "");
	*state = fixture_take(path);
	return 0;
}

static int set_up(void **state)
{
	return open_machine(state, true);
}

static int set_up_bare(void **state)
{
	return open_machine(state, false);
}

static const char *pointed(const struct app *app)
{
	const struct memcg *row = cgroups_pointed(&app->cgroups);
	return row ? row->path : "";
}

static const char *line_with(const struct app *app, const char *text, char *line, size_t size)
{
	for (int row = 0; row < app->grid.rows; row++) {
		grid_row_text(&app->grid, row, line, size);
		if (strstr(line, text))
			return line;
	}
	fail_msg("no line with '%s'", text);
	return NULL;
}

static void a_top_that_is_listed_is_the_outermost(void **state)
{
	struct fixture *fixture = fixture_open("tests/fixtures/machine-6.18", NULL);
	struct app *app = &fixture->app;
	char line[256];
	(void)state;
	draw(app, 24, 80);
	keys(app, "2");
	draw(app, 24, 80);
	assert_shows(app, "\n /                           881M");
	line_with(app, " charged ", line, sizeof(line));
	assert_string_equal(
		line, " charged 881M with page cache (sum of the outermost)   0 of 3 unlimited");
	fixture_close(fixture);
}

/* --- screens ---------------------------------------------------------------------------------- */

static void the_tree_at_80x24(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "2");
	draw(app, 24, 80);
	compare_screen(app, "cgroups-80x24");
}

static void the_tree_and_a_cgroup_at_160x50(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 50, 160);
	keys(app, "2/docker\r");
	draw(app, 50, 160);
	compare_screen(app, "cgroups-160x50");
}

static void the_list_at_80x24(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "2t");
	draw(app, 24, 80);
	compare_screen(app, "cgroups-flat-80x24");
}

static void the_sort_menu_names_columns_of_cgroups(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	char line[256];
	keys(app, "2");
	draw(app, 24, 80);
	keys(app, ".");
	draw(app, 24, 80);
	assert_non_null(line_with(app, "UNRECL", line, sizeof(line)));
	press(app, INPUT_HOME);
	press(app, INPUT_ENTER);
	assert_int_equal(app->cgroups.sort, CGROUP_COL_USED);
}

#define TABS "  1 Procs  [2 Cgroups]  3 Events   4 Detail "

static void the_tab_line_is_of_whole_items(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	char line[512];
	draw(app, 24, 80);
	keys(app, "2I");
	draw(app, 24, 80);
	assert_string_equal(line_with(app, "2 Cgroups", line, sizeof(line)),
		TABS "  tree  sort %LIM rev  filter: none");
	keys(app, "K");
	draw(app, 24, 80);
	assert_string_equal(
		line_with(app, "2 Cgroups", line, sizeof(line)), TABS "  sort %LIM rev  limited");
	keys(app, "K&system.slice\r");
	draw(app, 24, 80);
	assert_string_equal(line_with(app, "2 Cgroups", line, sizeof(line)),
		TABS "  sort %LIM rev  filter: system.sli+");
	draw(app, 24, 160);
	assert_string_equal(line_with(app, "2 Cgroups", line, sizeof(line)),
		TABS "    tree    sort %LIM reversed    filter: system.slice");
}

static void no_memory_controller_is_said(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	char line[256];
	keys(app, "2");
	draw(app, 24, 80);
	assert_non_null(line_with(app, "no memory cgroups", line, sizeof(line)));
	keys(app, "+-*woctT/x\rn\033=K");
	press(app, INPUT_ENTER);
	keys(app, "1");
	draw(app, 50, 160);
	assert_non_null(line_with(app, "4242", line, sizeof(line)));
}

static void every_size_from_1x1(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	static const char *const states[] = { "2", "t", "w", "$", "#", ".", "\033?", "qR*" };
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		keys(app, states[i]);
		for (int rows = 1; rows <= 60; rows += rows < 30 ? 1 : 10)
			for (int cols = 1; cols <= 200; cols += cols < 130 ? 3 : 20)
				draw(app, rows, cols);
	}
	draw(app, 200, 500);
	draw(app, 1, 1);
}

static void keys_before_the_first_sample_do_no_harm(void **state)
{
	struct fixture *fixture = *state;
	static struct app app;
	assert_int_equal(state_init(&app, &fixture->options, true, NULL), ERR_OK);
	draw(&app, 50, 160);
	keys(&app, "2+-*wotTRc2/x\rnN=KFgG^$.\033\033P");
	press(&app, INPUT_ENTER);
	keys(&app, "2");
	draw(&app, 50, 160);
	state_release(&app);
}

/* --- rows ------------------------------------------------------------------------------------- */

static void branches_fold_and_unfold(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "2g");
	assert_int_equal(app->cgroups.rows.count, 12);
	keys(app, "-");
	assert_int_equal(app->cgroups.rows.count, 11);
	take_sample(app);
	assert_int_equal(app->cgroups.rows.count, 11);
	keys(app, "+");
	assert_int_equal(app->cgroups.rows.count, 12);
}

static void everything_folds_at_once(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "2*");
	assert_int_equal(app->cgroups.rows.count, 4);
	keys(app, "*");
	assert_int_equal(app->cgroups.rows.count, 12);
}

static void a_tree_is_sorted_among_siblings_by_the_worst_below(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "2g");
	assert_string_equal(pointed(app), "/machine");
	press(app, INPUT_DOWN);
	assert_string_equal(pointed(app), "/machine/docker-9c1f2ab0");
	press(app, INPUT_DOWN);
	assert_string_equal(pointed(app), "/user");
	keys(app, "G");
	assert_string_equal(pointed(app), "/backup.slice/backup.service");
}

static void a_list_begins_with_the_worst(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "2tg");
	assert_string_equal(pointed(app), "/machine/docker-9c1f2ab0");
	keys(app, "Mg");
	assert_string_equal(pointed(app), "/system.slice");
	keys(app, "Rg");
	assert_string_equal(pointed(app), "/system.slice/rsyslog.service");
}

static void limits_that_do_not_nest_begin_as_a_list(void **state)
{
	struct fixture *fixture = *state;
	static struct app app;
	for (size_t i = 0; i < GROUPS; i++)
		if (strchr(groups[i].path, '/'))
			group_write_file(fixture->path, groups[i].path, "memory.max", "max\n");
	assert_int_equal(state_init(&app, &fixture->options, true, NULL), ERR_OK);
	take_sample(&app);
	keys(&app, "2");
	draw(&app, 24, 80);
	assert_false(app.cgroups.tree);
	state_release(&app);
}

static void the_cursor_stays_on_its_cgroup(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	draw(app, 24, 80);
	keys(app, "2/mysql\r");
	assert_string_equal(pointed(app), "/system.slice/mysql.service");
	keys(app, "tMRt");
	assert_string_equal(pointed(app), "/system.slice/mysql.service");
	group_write_bytes(fixture->path, "backup.slice", "memory.current", 16000);
	take_sample(app);
	assert_string_equal(pointed(app), "/system.slice/mysql.service");
}

static void filter_and_search_are_for_cgroups(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "2&SCOPE\r");
	/* The two, and what they are below. */
	assert_int_equal(app->cgroups.rows.count, 4);
	assert_int_equal(app->procs.listing.count, 14);
	keys(app, "=t&scope\r");
	assert_int_equal(app->cgroups.rows.count, 2);
	keys(app, "=K");
	assert_int_equal(app->cgroups.rows.count, 5);
	keys(app, "\033");
	assert_int_equal(app->cgroups.rows.count, 12);
	keys(app, "/nothing-like-it\r");
	assert_non_null(strstr(app->status.message, "not found"));
}

/* --- risk ------------------------------------------------------------------------------------- */

static void page_cache_is_no_risk(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	char line[256];
	struct group group = groups[8];
	group.used = 8100;
	group.file = 6000;
	group_write(fixture->path, &group);
	take_sample(app);
	keys(app, "2");
	draw(app, 24, 80);
	line_with(app, "mysql", line, sizeof(line));
	assert_non_null(strstr(line, " 98.8 [||||::::::::::]"));
	group.used = 8101;
	group.file = 100;
	group_write(fixture->path, &group);
	take_sample(app);
	draw(app, 24, 80);
	line_with(app, "mysql", line, sizeof(line));
	assert_non_null(strstr(line, " 98.8 [|||||||||||||!!"));
}

static void a_trend_tells_who_meets_its_limit_first(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	char line[256], uptime[64];
	keys(app, "2");
	for (int i = 1; i <= 8; i++) {
		struct group group = groups[1];
		group.used = 7580 + i * 50L;
		group_write(fixture->path, &group);
		snprintf(uptime, sizeof(uptime), "%d.00 7000000.00\n", 3553920 + i * 10);
		machine_write(fixture->path, "proc/uptime", uptime);
		take_sample(app);
	}
	draw(app, 24, 80);
	line_with(app, "NEXT", line, sizeof(line));
	assert_non_null(strstr(line, "(host)"));
	/* 212 MiB of headroom and 410 MiB of page cache, at 5 MiB a second. */
	assert_non_null(strstr(line, "first cgroup to hit its limit: docker-9c1f2ab0 ~2m"));
	draw(app, 24, 160);
	line_with(app, "NEXT", line, sizeof(line));
	assert_non_null(strstr(line, ", would kill 9120 node"));
	assert_null(strstr(line, "at OOM"));
}

/* The column, the strip below and the lines about a cgroup are of one moment. */
static void the_lines_about_a_cgroup_name_one_victim(void **state)
{
	struct fixture *fixture = fixture_open("tests/fixtures/machine-6.18", NULL);
	struct app *app = &fixture->app;
	char line[256];
	(void)state;
	keys(app, "2/batch\r");
	assert_string_equal(pointed(app), "/batch");
	draw(app, 50, 160);
	line_with(app, ">batch ", line, sizeof(line));
	assert_non_null(strstr(line, " 32 hog"));
	assert_shows(app, " 1*       32 root");
	keys(app, "m");
	draw(app, 50, 160);
	line_with(app, ">batch ", line, sizeof(line));
	assert_non_null(strstr(line, " 34 hog"));
	assert_shows(app, " 1*       34 root");
	fixture_close(fixture);
}

static void hostile_names_are_shown_safely(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	struct group group = groups[1];
	group.path = "ev\033[2Jil\n\377";
	group_write(fixture->path, &group);
	take_sample(app);
	draw(app, 50, 160);
	keys(app, "2/ev\r");
	draw(app, 50, 160);
	char *text = screen_text(&app->grid);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "ev?[2Jil??"));
	free(text);
}

/* --- processes of a cgroup -------------------------------------------------------------------- */

static void enter_shows_its_processes_and_escape_leaves(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "2/docker\r");
	press(app, INPUT_ENTER);
	assert_int_equal(app->view, VIEW_PROCS);
	assert_int_equal(watch_outlook(&app->model.watch)->ranking.domain.kind, DOMAIN_MEMCG);
	assert_int_equal(app->procs.listing.count, 2);
	assert_int_equal(process_list_pointed(app)->task->pid, 9120);
	press(app, INPUT_ESC);
	press(app, INPUT_ESC);
	assert_int_equal(watch_outlook(&app->model.watch)->ranking.domain.kind, DOMAIN_HOST);
	assert_int_equal(app->procs.listing.count, 14);
	assert_false(app->request.quit);
}

static void without_a_filter_the_scope_is_named(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	static const int clearing[] = { '=', INPUT_ESC };
	fixture->options.cgroup = "/system.slice/app.service";
	take_sample(app);
	draw(app, 24, 80);
	for (size_t i = 0; i < ARRAY_SIZE(clearing); i++) {
		press(app, clearing[i]);
		assert_string_equal(app->status.message,
			"no filter; o changes the domain, which is /system.slice/app.service");
	}
	keys(app, "o=");
	assert_string_equal(app->status.message, "no filter");
}

static void the_scope_goes_round(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "2/backup.service\ro");
	assert_string_equal(state_scope(app), "/backup.slice/backup.service");
	keys(app, "o");
	assert_string_equal(state_scope(app), "/backup.slice");
	keys(app, "o");
	assert_string_equal(state_scope(app), "host");
	keys(app, "1/911\roo");
	assert_string_equal(state_scope(app), "host");
	keys(app, "o");
	assert_string_equal(state_scope(app), "/system.slice/mysql.service");
}

static void from_a_process_to_its_cgroup_and_back(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "2*&scope\r1/911\rc");
	assert_int_equal(app->view, VIEW_CGROUPS);
	assert_string_equal(pointed(app), "/system.slice/mysql.service");
	keys(app, "c");
	assert_int_equal(app->view, VIEW_PROCS);
	assert_int_equal(process_list_pointed(app)->task->pid, 911);
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
	(void)stat;
	(void)type;
	(void)walk;
	return remove(path);
}

static void a_scope_that_is_gone_is_left(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	char path[256];
	draw(app, 24, 80);
	keys(app, "2/docker\r");
	press(app, INPUT_ENTER);
	snprintf(path, sizeof(path), "%s/sys/fs/cgroup/machine/docker-9c1f2ab0", fixture->path);
	assert_int_equal(nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
	take_sample(app);
	assert_int_equal(watch_outlook(&app->model.watch)->ranking.domain.kind, DOMAIN_HOST);
	assert_non_null(strstr(app->status.message, "docker-9c1f2ab0"));
	draw(app, 24, 80);
}

static void actions_need_a_process_that_is_seen(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	for (const char *key = "ark A"; *key; key++) {
		keys(app, "2");
		press(app, *key);
		assert_int_equal(app->view, VIEW_CGROUPS);
		assert_non_null(strstr(app->status.message, "process"));
		draw(app, 24, 80);
		assert_non_null(strstr(app->status.message, "Enter"));
	}
}

static void the_help_keeps_the_view_behind_it_alive(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "2?");
	for (int i = 0; i < 3; i++)
		take_sample(app);
	draw(app, 24, 80);
	keys(app, "q");
	assert_int_equal(app->view, VIEW_CGROUPS);
	draw(app, 24, 80);
	assert_int_equal(app->cgroups.samples, app->clock.samples);
}

#define WITH_CGROUPS(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_top_that_is_listed_is_the_outermost),
		WITH_CGROUPS(the_tree_at_80x24),
		WITH_CGROUPS(the_tree_and_a_cgroup_at_160x50),
		WITH_CGROUPS(the_list_at_80x24),
		WITH_CGROUPS(the_tab_line_is_of_whole_items),
		WITH_CGROUPS(the_sort_menu_names_columns_of_cgroups),
		cmocka_unit_test_setup_teardown(
			no_memory_controller_is_said, set_up_bare, fixture_tear_down),
		WITH_CGROUPS(every_size_from_1x1),
		WITH_CGROUPS(keys_before_the_first_sample_do_no_harm),
		WITH_CGROUPS(branches_fold_and_unfold),
		WITH_CGROUPS(everything_folds_at_once),
		WITH_CGROUPS(a_tree_is_sorted_among_siblings_by_the_worst_below),
		WITH_CGROUPS(a_list_begins_with_the_worst),
		WITH_CGROUPS(limits_that_do_not_nest_begin_as_a_list),
		WITH_CGROUPS(the_cursor_stays_on_its_cgroup),
		WITH_CGROUPS(filter_and_search_are_for_cgroups),
		WITH_CGROUPS(page_cache_is_no_risk),
		WITH_CGROUPS(a_trend_tells_who_meets_its_limit_first),
		cmocka_unit_test(the_lines_about_a_cgroup_name_one_victim),
		WITH_CGROUPS(hostile_names_are_shown_safely),
		WITH_CGROUPS(enter_shows_its_processes_and_escape_leaves),
		WITH_CGROUPS(without_a_filter_the_scope_is_named),
		WITH_CGROUPS(the_scope_goes_round),
		WITH_CGROUPS(from_a_process_to_its_cgroup_and_back),
		WITH_CGROUPS(a_scope_that_is_gone_is_left),
		WITH_CGROUPS(actions_need_a_process_that_is_seen),
		WITH_CGROUPS(the_help_keeps_the_view_behind_it_alive),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("view of cgroups", tests, NULL, NULL);
}
