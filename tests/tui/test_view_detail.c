/* The Detail view as whole screens of text, and what it is computed from. */
#include "support.h"
#include "support_machine.h"
#include "support_view.h"

#include "term/input.h"
#include "view/frame.h"
#include "view/process_list.h"
#include "view/react.h"
#include "view/state.h"

#include <locale.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the machine of the drawings lacks: a container with limits, and a process that has a child,
 * limits of its own and something to wait for. */
static const struct {
	const char *name, *content;
} extras[] = {
	{ "sys/fs/cgroup/cgroup.subtree_control", "memory\n" },
	{ "sys/fs/cgroup/machine/memory.current", "7945689498\n" },
	{ "sys/fs/cgroup/machine/memory.max", "max\n" },
	{ "sys/fs/cgroup/machine/memory.swap.max", "max\n" },
	{ "sys/fs/cgroup/machine/docker-9c1f2ab0/memory.current", "7945689498\n" },
	{ "sys/fs/cgroup/machine/docker-9c1f2ab0/memory.max", "8589934592\n" },
	{ "sys/fs/cgroup/machine/docker-9c1f2ab0/memory.high", "7516192768\n" },
	{ "sys/fs/cgroup/machine/docker-9c1f2ab0/memory.swap.max", "1073741824\n" },
	{ "sys/fs/cgroup/machine/docker-9c1f2ab0/memory.oom.group", "1\n" },
	{ "sys/fs/cgroup/machine/docker-9c1f2ab0/memory.events",
		"low 0\nhigh 41210\nmax 902\noom 1\noom_kill 1\noom_group_kill 0\n" },
	{ "proc/9120/wchan", "ep_poll" },
	{ "proc/9120/limits",
		"Limit                     Soft Limit           Hard Limit           Units     \n"
		"Max address space         unlimited            unlimited            bytes     \n"
		"Max locked memory         8388608              unlimited            bytes     \n"
		"Max open files            1024                 524288               files     "
		"\n" },
	{ "proc/8807/stat",
		"8807 (node) S 9120 8807 8807 0 -1 4194304 0 0 0 0 75000 1234 0 0 20 0 1 0 9100 0 "
		"863846 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n" },
};

static int set_up(void **state)
{
	char path[64];
	machine_make(path, sizeof(path));
	for (size_t i = 0; i < ARRAY_SIZE(extras); i++)
		machine_write(path, extras[i].name, extras[i].content);
	struct fixture *fixture = fixture_take(path);
	draw(&fixture->app, 24, 80);
	*state = fixture;
	return 0;
}

static void open_node(struct app *app)
{
	keys(app, "/9120\r\r");
	assert_int_equal(app->view, VIEW_DETAIL);
	assert_int_equal(app->model.process.pid, 9120);
}

static void a_80x24_screen(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	open_node(app);
	draw(app, 24, 80);
	compare_screen(app, "detail-80x24");
	press(app, INPUT_PAGE_DOWN);
	draw(app, 24, 80);
	compare_screen(app, "detail-page2-80x24");
}

static void a_160x50_screen(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	open_node(app);
	draw(app, 50, 160);
	compare_screen(app, "detail-160x50");
}

static void every_size_from_1x1(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "4");
	for (int rows = 1; rows <= 60; rows += rows < 30 ? 1 : 10)
		for (int cols = 1; cols <= 200; cols += cols < 130 ? 3 : 20)
			draw(app, rows, cols);
	draw(app, 200, 500);
	press(app, INPUT_END);
	draw(app, 1, 1);
	draw(app, 24, 80);
	assert_shows(app, "BADNESS at OOM");
}

static void the_terms_add_up_in_every_domain(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	size_t domains = 0;
	for (size_t i = 0; i < app->procs.listing.count; i++) {
		keys(app, "1");
		process_list_point_at(app, (long)i);
		keys(app, "4");
		const struct process_detail *detail = &app->model.process;
		assert_int_equal(detail->pid, app->procs.listing.rows[i]->task->pid);
		for (size_t d = 0; d < detail->domain_count; d++) {
			const struct process_domain *domain = &detail->domains[d];
			domains++;
			if (domain->unkillable == KILLABLE)
				assert_int_equal(domain->rss + domain->swapents + domain->pgtables +
							 domain->adj_pages,
					domain->points_pages);
		}
		assert_int_equal(
			detail->domains[0].points.order, app->procs.listing.rows[i]->points.order);
	}
	assert_int_equal(domains, app->procs.listing.count + 2);
}

static void places_are_those_of_each_domain(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	const struct process_domain *domains = app->model.process.domains;
	open_node(app);
	assert_int_equal(app->model.process.domain_count, 2);
	assert_int_equal(domains[0].rank, 2);
	assert_false(domains[0].victim);
	assert_int_equal(domains[0].rival.pid, 4242);
	assert_int_equal(domains[1].rank, 1);
	assert_true(domains[1].victim);
	assert_string_equal(domains[1].name, "docker-9c1f2ab0");
	/* memory.oom.group: the other one dies with it, so that nobody is left to be ahead of. */
	assert_int_equal(domains[1].company_count, 1);
	assert_int_equal(domains[1].company[0].pid, 8807);
	assert_int_equal(domains[1].rival.pid, 0);
}

static void the_threshold_is_said_of_the_first(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "g\r");
	assert_int_equal(app->model.process.domains[0].threshold_kind, THRESHOLD_NOT_FIRST);
	assert_int_equal(app->model.process.domains[0].threshold, -81);
	draw(app, 24, 80);
	assert_shows(app, "-81 or lower");
	/* The dialog looks to the same moment, and says the same. */
	keys(app, "a");
	draw(app, 24, 80);
	assert_shows(app, "no longer first at -81 or lower");
}

static void of_others_it_says_from_where_they_are_first(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	char words[64];
	for (size_t i = 1; i < 8; i++) {
		keys(app, "\0331");
		process_list_point_at(app, (long)i);
		keys(app, "4");
		const struct process_domain *domain = &app->model.process.domains[0];
		assert_int_equal(domain->threshold_kind, THRESHOLD_FIRST);
		snprintf(words, sizeof(words), "becomes first at %+d", domain->threshold);
		draw(app, 40, 80);
		assert_shows(app, words);
		keys(app, "a");
		draw(app, 40, 80);
		assert_shows(app, words);
	}
}

/* When the file pages are gone the kernel's formula names 32, and 34 at this moment. */
static void the_next_victim_is_the_one_that_next_names(void **state)
{
	struct fixture *fixture = fixture_open("tests/fixtures/machine-6.18", NULL);
	struct app *app = &fixture->app;
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		keys(app, "1");
		process_list_point_at(app, (long)i);
		keys(app, "4");
		const struct process_domain *host = &app->model.process.domains[0];
		const struct ranking_row *next = outlook_next(watch_outlook(&app->model.watch));
		assert_int_equal(host->victim, next->task->pid == app->model.process.pid);
		assert_int_equal(host->rank, i + 1);
	}
	keys(app, "1/34\r4");
	assert_int_equal(app->model.process.pid, 34);
	draw(app, 40, 80);
	assert_shows(app, "BADNESS at OOM");
	assert_shows(app, "3 of 36");
	assert_shows(app, "36K behind 32 hog");
	assert_false(shows(app, "next victim"));
	keys(app, "m");
	draw(app, 40, 80);
	assert_shows(app, "BADNESS now");
	assert_shows(app, "1 of 36 next victim");
	fixture_close(fixture);
}

static void keys_open_and_leave_it(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	open_node(app);
	keys(app, "q");
	assert_int_equal(app->view, VIEW_PROCS);
	assert_int_equal(process_list_pointed(app)->task->pid, 9120);
	keys(app, "4");
	assert_int_equal(app->view, VIEW_DETAIL);
	keys(app, "?");
	assert_int_equal(app->view, VIEW_HELP);
	keys(app, "q");
	assert_int_equal(app->view, VIEW_DETAIL);
	press(app, INPUT_ESC);
	assert_int_equal(app->view, VIEW_PROCS);
	assert_false(app->request.quit);
	keys(app, "4Tu");
	assert_int_equal(app->procs.order.column, COL_RK);
	assert_int_equal(app->typing.prompt.id, PROMPT_NONE);
	assert_non_null(strstr(app->status.message, "does nothing here"));
}

static void it_is_scrolled_to_its_ends(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	open_node(app);
	draw(app, 24, 80);
	press(app, INPUT_UP);
	assert_int_equal(app->texts.top[app->view], 0);
	press(app, INPUT_DOWN);
	assert_int_equal(app->texts.top[app->view], 1);
	keys(app, "G");
	int end = app->texts.top[app->view];
	assert_true(end > 10);
	press(app, INPUT_PAGE_DOWN);
	assert_int_equal(app->texts.top[app->view], end);
	draw(app, 24, 80);
	assert_shows(app, "Max open files");
	keys(app, "g");
	assert_int_equal(app->texts.top[app->view], 0);
}

static void remove_file(const struct fixture *fixture, const char *name)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", fixture->path, name);
	assert_int_equal(unlink(path), 0);
}

static void the_last_figures_of_a_process_that_is_gone_stay(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	open_node(app);
	int64_t points = app->model.process.domains[0].points.order;
	remove_file(fixture, "proc/9120/stat");
	remove_file(fixture, "proc/9120/status");
	take_sample(app);
	assert_true(app->model.process.gone);
	assert_int_equal(app->model.process.domains[0].points.order, points);
	draw(app, 24, 80);
	assert_shows(app, "IT IS GONE");
	assert_shows(app, "docker-9c1f2ab0");
}

static void another_process_with_its_pid_is_not_it(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	keys(app, "/8807\r\r");
	machine_write(fixture->path, "proc/8807/stat",
		"8807 (other) S 1 8807 8807 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 300000 0 863846 "
		"0 "
		"0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
	take_sample(app);
	assert_true(app->model.process.gone);
	assert_string_equal(app->model.process.task.comm, "node");
}

static void it_is_asked_once_and_at_control_l(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	open_node(app);
	assert_string_equal(app->model.process.facts.command, "node server.js");
	machine_write(fixture->path, "proc/9120/cmdline", "node other.js");
	take_sample(app);
	assert_string_equal(app->model.process.facts.command, "node server.js");
	press(app, INPUT_CTRL('L'));
	assert_string_equal(app->model.process.facts.command, "node other.js");
	assert_true(app->request.repaint);
}

static void a_refresh_takes_no_memory(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	open_node(app);
	for (int i = 0; i < 17; i++) /* the tree of cgroups is listed anew every 16th time */
		take_sample(app);
	size_t before = mallinfo2().uordblks;
	for (int i = 0; i < 20; i++) {
		take_sample(app);
		frame_draw(app, &app->grid);
	}
	assert_int_equal(mallinfo2().uordblks, before);
}

static void a_score_that_differs_is_marked(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	open_node(app);
	assert_false(process_detail_disagrees(&app->model.process));
	machine_write(fixture->path, "proc/9120/oom_score", "700\n");
	take_sample(app);
	assert_true(process_detail_disagrees(&app->model.process));
	draw(app, 24, 80);
	assert_shows(app, "700 (kernel), 804 (computed)  ! they differ");
}

static void hostile_texts_are_shown_safely(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(fixture->path, "proc/9120/cmdline", "a\033[2Jb \302\233 \377 \tend");
	machine_write(fixture->path, "proc/9120/wchan", "\033]0;x\007");
	open_node(app);
	draw(app, 50, 160);
	char *text = screen_text(&app->grid);
	for (const char *at = text; *at; at++)
		assert_true(*at == '\n' || (*at >= ' ' && *at <= '~'));
	assert_non_null(strstr(text, "a?[2Jb ? ? ?end"));
	free(text);
}

static void the_settings_that_decide(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(fixture->path, "proc/sys/kernel/panic", "0\n");
	machine_write(fixture->path, "proc/sys/vm/swappiness", "60\n");
	keys(app, "5");
	draw(app, 24, 80);
	assert_shows(app, "nothing unusual");
	machine_write(fixture->path, "proc/sys/vm/panic_on_oom", "1\n");
	take_sample(app);
	draw(app, 24, 80);
	compare_screen(app, "settings-80x24");
	for (int rows = 1; rows <= 30; rows++)
		for (int cols = 1; cols <= 200; cols += 7)
			draw(app, rows, cols);
	keys(app, "q");
	assert_int_equal(app->view, VIEW_PROCS);
}

static void a_value_that_does_not_matter_is_not_called_unusual(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(fixture->path, "proc/sys/kernel/panic", "1\n");
	keys(app, "5");
	draw(app, 40, 80);
	assert_shows(app, "nothing unusual");
	assert_shows(app, "kernel.panic                          1   default: 0");
	assert_false(shows(app, " usual"));
}

static void a_narrow_screen_has_every_value(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	machine_write(fixture->path, "proc/sys/vm/user_reserve_kbytes", "131072\n");
	keys(app, "5");
	for (int cols = 30; cols < 100; cols++) {
		draw(app, 200, cols);
		assert_shows(app, "default: 131072");
		assert_shows(app, "nothing unusual");
		assert_true(shows(app, "  = 131072") || shows(app, "131072   default:"));
	}
	draw(app, 40, 30);
	assert_shows(app, " vm.panic_on_oom\n  = 0  default: 0\n");
}

/* --- of this machine, by libproc2 ------------------------------------------------------------ */

static void ask_about_ourselves(struct process_facts *facts, char as_state)
{
	struct root root;
	struct names names;
	struct task task;
	struct err err;
	assert_int_equal(root_open(&root, "/", &err), ERR_OK);
	assert_int_equal(names_init(&names, &root, &err), ERR_OK);
	task = proc_unknown(getpid());
	assert_int_equal(proc_read(&root, getpid(), sysconf(_SC_PAGESIZE), &task, &err), ERR_OK);
	task.state = as_state;
	process_facts_ask(facts, &root, &task);
	process_facts_name(facts, &names, &task);
	names_release(&names);
	root_release(&root);
}

static void all_groups_of_a_captured_process_are_counted(void **state)
{
	enum { GROUPS = 2500 };
	static char status[GROUPS * 8 + 128];
	char path[64];
	struct root root;
	struct process_facts *facts = calloc(1, sizeof(*facts));
	const struct task task = { .pid = 4242 };
	(void)state;
	assert_non_null(facts);
	machine_make(path, sizeof(path));
	size_t used = (size_t)sprintf(status, "Uid:\t7\t0\t0\t0\nGid:\t8\t9\t9\t9\nGroups:\t");
	for (int i = 0; i < GROUPS; i++)
		used += (size_t)sprintf(status + used, "%d ", 1000000 + i);
	sprintf(status + used, "\nVmRSS:\t4 kB\n");
	machine_write(path, "proc/4242/status", status);
	assert_int_equal(root_open(&root, path, NULL), ERR_OK);
	process_facts_ask(facts, &root, &task);
	root_release(&root);
	machine_remove(path);
	assert_int_equal(facts->real_uid, 7);
	assert_int_equal(facts->gid, 9);
	assert_int_equal(facts->gid_count, GROUPS);
	free(facts);
}

static void libproc2_tells_of_a_living_process(void **state)
{
	struct process_facts *facts = calloc(1, sizeof(*facts));
	(void)state;
	assert_non_null(facts);
	ask_about_ourselves(facts, 'S');
	assert_false(facts->gone || facts->stuck);
	assert_non_null(strstr(facts->command, "test_view_detail"));
	assert_non_null(strstr(facts->exe, "/"));
	assert_true(facts->user[0] && facts->group[0]);
	assert_true(facts->cpu_ticks >= 0);
	assert_true(facts->limits[6].soft[0]); /* open files */
	free(facts);
}

static void what_might_block_is_not_asked_of_a_stuck_process(void **state)
{
	struct process_facts *facts = calloc(1, sizeof(*facts));
	(void)state;
	assert_non_null(facts);
	ask_about_ourselves(facts, 'D');
	assert_true(facts->stuck);
	assert_string_equal(facts->command, "");
	assert_int_equal(facts->pss_kb, UNKNOWN);
	assert_true(facts->user[0]);
	free(facts);
}

#define WITH_EXTRAS(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_EXTRAS(a_80x24_screen),
		WITH_EXTRAS(a_160x50_screen),
		WITH_EXTRAS(every_size_from_1x1),
		WITH_EXTRAS(the_terms_add_up_in_every_domain),
		WITH_EXTRAS(places_are_those_of_each_domain),
		WITH_EXTRAS(the_threshold_is_said_of_the_first),
		WITH_EXTRAS(of_others_it_says_from_where_they_are_first),
		cmocka_unit_test(the_next_victim_is_the_one_that_next_names),
		WITH_EXTRAS(keys_open_and_leave_it),
		WITH_EXTRAS(it_is_scrolled_to_its_ends),
		WITH_EXTRAS(the_last_figures_of_a_process_that_is_gone_stay),
		WITH_EXTRAS(another_process_with_its_pid_is_not_it),
		WITH_EXTRAS(it_is_asked_once_and_at_control_l),
		WITH_EXTRAS(a_refresh_takes_no_memory),
		WITH_EXTRAS(a_score_that_differs_is_marked),
		WITH_EXTRAS(hostile_texts_are_shown_safely),
		WITH_EXTRAS(the_settings_that_decide),
		WITH_EXTRAS(a_value_that_does_not_matter_is_not_called_unusual),
		WITH_EXTRAS(a_narrow_screen_has_every_value),
		cmocka_unit_test(all_groups_of_a_captured_process_are_counted),
		cmocka_unit_test(libproc2_tells_of_a_living_process),
		cmocka_unit_test(what_might_block_is_not_asked_of_a_stuck_process),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("detail view", tests, NULL, NULL);
}
