/* The processes as a tree, on the screen: keys in, screens of text out. */
#include "support.h"
#include "support_machine.h"
#include "support_view.h"

#include "term/input.h"
#include "view/process_list.h"
#include "view/react.h"
#include "view/state.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* node's worker and the compilers get parents of their own. */
static int set_up(void **state)
{
	struct fixture *fixture = fixture_open(NULL, NULL);
	machine_set_parent(fixture->path, 9120, 1188);
	machine_set_parent(fixture->path, 8807, 9120);
	machine_set_parent(fixture->path, 10233, 3321);
	machine_set_parent(fixture->path, 10240, 3321);
	take_sample(&fixture->app);
	*state = fixture;
	return 0;
}

static void point_at(struct app *app, pid_t pid)
{
	keys(app, "g");
	for (size_t i = 0; process_list_pointed(app)->task->pid != pid; i++) {
		assert_true(i < app->procs.listing.count);
		press(app, INPUT_DOWN);
	}
}

static pid_t pointed(const struct app *app)
{
	return process_list_pointed(app)->task->pid;
}

static void a_tree_at_80x24(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	press(app, INPUT_F(5));
	draw(app, 24, 80);
	compare_screen(app, "procs-tree-80x24");
	assert_int_equal(pointed(app), 4242); /* the row that the operator looked at */
	press(app, INPUT_F(5));
	keys(app, "g");
	draw(app, 24, 80);
	compare_screen(app, "procs-80x24");
}

static void a_tree_at_160x50(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "t");
	draw(app, 50, 160);
	compare_screen(app, "procs-tree-160x50");
}

static void a_folded_tree_at_80x24(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "V");
	point_at(app, 1188);
	keys(app, "-");
	draw(app, 24, 80);
	compare_screen(app, "procs-tree-folded-80x24");
}

static void branches_are_box_characters_where_they_can_be_shown(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	app->grid.ascii = false;
	keys(app, "t");
	draw(app, 24, 90);
	char *text = screen_text(&app->grid);
	assert_non_null(strstr(text, " \342\224\234\342\224\200 containerd\n"));
	assert_non_null(strstr(text, " \342\224\202  \342\224\224\342\224\200 node server.js\n"));
	assert_null(strchr(strstr(text, "COMMAND"), '`'));
	free(text);
}

static void folds_stay_from_sample_to_sample(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	draw(app, 24, 80);
	keys(app, "t");
	point_at(app, 3321);
	keys(app, "-");
	assert_int_equal(app->procs.listing.hidden_folded, 2);
	take_sample(app);
	assert_int_equal(app->procs.listing.hidden_folded, 2);
	assert_int_equal(pointed(app), 3321);
	keys(app, "tt");
	assert_int_equal(app->procs.listing.hidden_folded, 2);
	keys(app, "+");
	assert_int_equal(app->procs.listing.hidden_folded, 0);
	assert_int_equal(app->procs.listing.count, 14);
}

static void another_process_of_that_pid_is_not_folded(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	draw(app, 24, 80);
	keys(app, "t");
	point_at(app, 3321);
	keys(app, "-");
	machine_write(fixture->path, "proc/3321/stat",
		"3321 (new) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 50001 0 9 0 0 0\n");
	take_sample(app);
	assert_int_equal(app->procs.folds.count, 0);
	assert_int_equal(app->procs.listing.hidden_folded, 0);
}

static void the_cursor_goes_with_what_it_is_folded_into(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "t");
	point_at(app, 8807);
	keys(app, "*");
	assert_int_equal(pointed(app), 1188);
	assert_int_equal(app->procs.folds.count, 3); /* systemd, the outermost, stays open */
	assert_int_equal(app->procs.listing.hidden_folded, 4);
	keys(app, "/8807\r");
	assert_string_equal(app->status.message, "not found: 8807; some rows are folded (*)");
	keys(app, "*");
	assert_int_equal(app->procs.folds.count, 0);
	assert_int_equal(pointed(app), 1188);
}

static void the_outermost_are_folded_when_nobody_else_has_a_branch(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "\\user/1000\rt*");
	assert_int_equal(app->procs.listing.count, 1);
	assert_int_equal(pointed(app), 3321);
	assert_int_equal(app->procs.listing.hidden_folded, 2);
}

static void a_filter_forces_no_ancestors_in(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	keys(app, "t\\node\r");
	assert_int_equal(app->procs.listing.count, 2);
	assert_int_equal(listing_branch(&app->procs.listing, 0)->branch.depth, 0);
	assert_int_equal(listing_branch(&app->procs.listing, 1)->branch.depth, 1);
	keys(app, "=");
	assert_int_equal(app->procs.listing.count, 14);
}

static void siblings_are_sorted_and_reversed(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	static const pid_t by_points[] = { 1, 4242, 1188, 9120, 8807, 911, 3321 };
	static const pid_t reversed[] = { 1, 1188, 9120, 8807, 701, 640 };
	draw(app, 24, 80);
	keys(app, "t");
	for (size_t i = 0; i < ARRAY_SIZE(by_points); i++)
		assert_int_equal(app->procs.listing.rows[i]->task->pid, by_points[i]);
	keys(app, "I");
	for (size_t i = 0; i < ARRAY_SIZE(reversed); i++)
		assert_int_equal(app->procs.listing.rows[i]->task->pid, reversed[i]);
}

static void keys_that_cannot_fold_say_why(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	draw(app, 24, 80);
	static const char *const each[] = { "+", "-", "*" };
	for (size_t i = 0; i < ARRAY_SIZE(each); i++) {
		keys(app, each[i]);
		assert_string_equal(app->status.message, "a list has no branches: t");
	}
	keys(app, "t-");
	assert_string_equal(app->status.message, "nothing is below it");
}

static void the_end_of_the_longest_line_counts_its_branch(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "t");
	draw(app, 24, 60);
	keys(app, "$");
	draw(app, 24, 60);
	char *text = screen_text(&app->grid);
	assert_non_null(strstr(text, "`- node worker.js\n"));
	assert_non_null(strstr(text, "java -Xmx12g -jar app.jar --server\n"));
	free(text);
}

static void growth_is_measured_between_two_reads(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(fixture->path, "proc/uptime", "3553950.00 7000000.00\n");
	machine_write(fixture->path, "proc/1201/status",
		"Name:\tdockerd\nUid:\t0 0 0 0\nVmRSS:\t132504 kB\nVmSwap:\t0 kB\nVmPTE:\t100 kB\n"
		"Threads:\t1\n");
	take_sample(app);
	draw(app, 50, 160);
	char *text = screen_text(&app->grid);
	assert_non_null(strstr(text, "GROW/m"));
	assert_non_null(strstr(text, " <1M  +200M --- system.slice/docker.service "));
	assert_non_null(strstr(text, "22M      0 --- system.slice/app.service "));
	free(text);
}

#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_tree_at_80x24),
		WITH_TREE(a_tree_at_160x50),
		WITH_TREE(a_folded_tree_at_80x24),
		WITH_TREE(branches_are_box_characters_where_they_can_be_shown),
		WITH_TREE(folds_stay_from_sample_to_sample),
		WITH_TREE(another_process_of_that_pid_is_not_folded),
		WITH_TREE(the_cursor_goes_with_what_it_is_folded_into),
		WITH_TREE(the_outermost_are_folded_when_nobody_else_has_a_branch),
		WITH_TREE(a_filter_forces_no_ancestors_in),
		WITH_TREE(siblings_are_sorted_and_reversed),
		WITH_TREE(keys_that_cannot_fold_say_why),
		WITH_TREE(the_end_of_the_longest_line_counts_its_branch),
		WITH_TREE(growth_is_measured_between_two_reads),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("view_tree", tests, NULL, NULL);
}
