/* Between the look and the Enter a process may become another program, or another user's, and stay
 * the same process: a test that plays whoever does that. */
#include "support.h"
#include "support_child.h"
#include "support_files.h"
#include "support_run.h"
#include "support_terminal.h"

#include "model/targets.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RACES    200
#define STRANGER 4242

struct fixture {
	struct files files;
	char namesake[PATH_MAX]; /* another program, under the name that the process has */
	struct root root;
	struct targets targets;
	struct terminal terminal;
	pid_t child;
	int order, answer; /* pipes: a byte makes it change; the end tells that it has */
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	files_make(&fixture->files);
	snprintf(fixture->namesake, sizeof(fixture->namesake), "%s/changing", fixture->files.path);
	assert_int_equal(symlink("/bin/sleep", fixture->namesake), 0);
	assert_int_equal(root_open(&fixture->root, "/", NULL), ERR_OK);
	fixture->terminal = (struct terminal){ .master = -1, .slave = -1 };
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	terminal_release(&fixture->terminal);
	targets_release(&fixture->targets);
	child_end(fixture->child);
	root_release(&fixture->root);
	files_remove(&fixture->files);
	free(fixture);
	return 0;
}

/* --- who changes ------------------------------------------------------------------------------------ */

static void run_another_program(const struct fixture *fixture)
{
	(void)fixture;
	execl("/bin/sleep", "sleep", "1000", (char *)NULL);
}

static void run_another_of_that_name(const struct fixture *fixture)
{
	execl(fixture->namesake, "changing", "1000", (char *)NULL);
}

static void become_another_user(const struct fixture *fixture)
{
	(void)fixture;
	if (setresuid(STRANGER, STRANGER, STRANGER))
		_exit(1);
}

static void be_started_by_another(const struct fixture *fixture)
{
	(void)fixture;
	if (setresuid(STRANGER, (uid_t)-1, (uid_t)-1))
		_exit(1);
}

static void take_another_name(const struct fixture *fixture)
{
	(void)fixture;
	prctl(PR_SET_NAME, "renamed");
}

static const struct change_row {
	const char *claim;
	void (*change)(const struct fixture *fixture);
	const char *told;
} change_rows[] = {
	{ "another program", run_another_program,
		" changing is sleep now, and runs another program" },
	{ "another program of the same name", run_another_of_that_name,
		" changing runs another program" },
	{ "another user", become_another_user, " changing is of user 4242 now (was 0)" },
	{ "the same rights, another user behind them", be_started_by_another,
		" changing is of user 0 for 4242 now (was 0)" },
	{ "another name", take_another_name, " changing is renamed now" },
};

static void live(const struct fixture *fixture, const struct change_row *row, int order, int answer)
{
	char byte;
	prctl(PR_SET_NAME, "changing");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(answer, "", 1) != 1 || read(order, &byte, 1) != 1)
		_exit(1);
	row->change(fixture);
	close(answer);
	for (;;)
		pause();
}

static void start_changing(struct fixture *fixture, const struct change_row *row)
{
	int order[2], answer[2];
	char byte;
	if (geteuid() != 0)
		skip_because("only root becomes another user");
	assert_int_equal(pipe2(order, O_CLOEXEC) | pipe2(answer, O_CLOEXEC), 0);
	fixture->child = fork();
	if (fixture->child == 0) {
		close(answer[0]);
		live(fixture, row, order[0], answer[1]);
	}
	close(order[0]);
	close(answer[1]);
	assert_int_equal(read(answer[0], &byte, 1), 1);
	fixture->order = order[1];
	fixture->answer = answer[0];
}

static void let_it_change(struct fixture *fixture)
{
	char byte;
	assert_int_equal(write(fixture->order, "", 1), 1);
	assert_int_equal(read(fixture->answer, &byte, 1), 0);
	close(fixture->order);
	close(fixture->answer);
}

static void end_it(struct fixture *fixture)
{
	child_end(fixture->child);
	fixture->child = 0;
}

/* --- what is done to it ------------------------------------------------------------------------------ */

/* As a sample has it when a dialog opens. */
static void point_at(struct fixture *fixture, struct task *task)
{
	struct err err = { 0 };
	*task = proc_unknown(fixture->child);
	assert_int_equal(proc_read(&fixture->root, fixture->child, 4096, task, &err), ERR_OK);
	assert_int_equal(targets_add(&fixture->targets, task, &fixture->root, &err), ERR_OK);
}

static void check_race(struct fixture *fixture, const struct change_row *row)
{
	struct task task;
	char text[256], told[128];
	start_changing(fixture, row);
	point_at(fixture, &task);
	assert_true(targets_confirm(&fixture->targets, &fixture->root, text, sizeof(text)));
	let_it_change(fixture);
	snprintf(told, sizeof(told), "%d%s", (int)fixture->child, row->told);
	if (targets_confirm(&fixture->targets, &fixture->root, text, sizeof(text)))
		fail_msg("lost: %s", row->claim);
	assert_string_equal(text, told);
	assert_true(targets_confirm(&fixture->targets, &fixture->root, text, sizeof(text)));
	targets_release(&fixture->targets);
	end_it(fixture);
}

static void no_change_before_the_enter_is_lost(void **state)
{
	for (size_t i = 0; i < RACES; i++)
		check_race(*state, &change_rows[i % ARRAY_SIZE(change_rows)]);
}

/* After the first look of Enter, at the process itself. */
static void a_change_at_the_last_moment_is_refused(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_SIZE(change_rows); i++) {
		struct task task;
		char text[256];
		start_changing(fixture, &change_rows[i]);
		point_at(fixture, &task);
		struct target *target = &fixture->targets.items[0];
		assert_true(targets_confirm(&fixture->targets, &fixture->root, text, sizeof(text)));
		assert_int_equal(targets_ready(&fixture->targets, target, &fixture->root), ERR_OK);
		let_it_change(fixture);
		assert_int_equal(
			targets_ready(&fixture->targets, target, &fixture->root), ERR_DENIED);
		assert_non_null(strstr(target->refused.text, change_rows[i].told));
		targets_release(&fixture->targets);
		end_it(fixture);
	}
}

/* More are pointed at than are held: those are compared with what the sample had. */
static void a_change_of_one_that_is_not_held_is_told_too(void **state)
{
	struct fixture *fixture = *state;
	struct task task;
	struct err err = { 0 };
	char text[256];
	start_changing(fixture, &change_rows[2]);
	task = proc_unknown(fixture->child);
	assert_int_equal(proc_read(&fixture->root, fixture->child, 4096, &task, &err), ERR_OK);
	assert_int_equal(targets_add(&fixture->targets, &task, NULL, &err), ERR_OK);
	let_it_change(fixture);
	assert_false(targets_confirm(&fixture->targets, &fixture->root, text, sizeof(text)));
	assert_non_null(strstr(text, change_rows[2].told));
	end_it(fixture);
}

static void of_a_group_one_is_named_and_the_others_are_counted(void **state)
{
	struct fixture *fixture = *state;
	pid_t others[3] = { 0 };
	struct task tasks[4];
	char text[256];
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		start_changing(fixture, &change_rows[4]);
		point_at(fixture, &tasks[i]);
		let_it_change(fixture);
		others[i] = fixture->child;
	}
	fixture->child = 0;
	assert_false(targets_confirm(&fixture->targets, &fixture->root, text, sizeof(text)));
	assert_non_null(strstr(text, " changing is renamed now, and 2 more changed"));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		child_end(others[i]);
}

/* --- by hand ----------------------------------------------------------------------------------------- */

/* The program, pointing at the process. */
static struct terminal *start_program(struct fixture *fixture)
{
	char pid[16];
	char *argv[] = { strdup(run_program_path()), strdup("-d0.2"), strdup("-p"), pid, NULL };
	snprintf(pid, sizeof(pid), "%d", (int)fixture->child);
	terminal_start(&fixture->terminal, 30, 120, NULL, argv);
	terminal_wait_like(&fixture->terminal, "rows 1-1 of 1");
	for (size_t i = 0; i < 3; i++)
		free(argv[i]);
	return &fixture->terminal;
}

static void quit(struct fixture *fixture)
{
	terminal_quit(&fixture->terminal);
	terminal_wait_exit(&fixture->terminal);
	terminal_release(&fixture->terminal);
	fixture->terminal = (struct terminal){ .master = -1, .slave = -1 };
}

static void a_value_is_not_written_to_what_it_has_become(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_SIZE(change_rows); i++) {
		start_changing(fixture, &change_rows[i]);
		int before = child_adj(fixture->child);
		struct terminal *terminal = start_program(fixture);
		terminal_send(terminal, "a");
		terminal_wait_for(terminal, "Adjust oom_score_adj");
		terminal_send(terminal, "321");
		terminal_wait_for(terminal, "[321");
		let_it_change(fixture);
		terminal_confirm(terminal, "not written, look again: ");
		assert_int_equal(child_adj(fixture->child), before);
		terminal_confirm(terminal, " -> 321, read back");
		assert_int_equal(child_adj(fixture->child), 321);
		quit(fixture);
		end_it(fixture);
	}
}

static void a_signal_is_not_sent_to_what_it_has_become(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_SIZE(change_rows); i++) {
		int status;
		start_changing(fixture, &change_rows[i]);
		struct terminal *terminal = start_program(fixture);
		terminal_send(terminal, "k");
		terminal_wait_for(terminal, "Send a signal");
		let_it_change(fixture);
		terminal_confirm(terminal, "not sent, look again: ");
		assert_int_equal(waitpid(fixture->child, &status, WNOHANG), 0);
		terminal_confirm(terminal, "SIGTERM sent to ");
		assert_int_equal(waitpid(fixture->child, &status, 0), fixture->child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
		fixture->child = 0;
		quit(fixture);
	}
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_FIXTURE(no_change_before_the_enter_is_lost),
		WITH_FIXTURE(a_change_at_the_last_moment_is_refused),
		WITH_FIXTURE(a_change_of_one_that_is_not_held_is_told_too),
		WITH_FIXTURE(of_a_group_one_is_named_and_the_others_are_counted),
		WITH_FIXTURE(a_value_is_not_written_to_what_it_has_become),
		WITH_FIXTURE(a_signal_is_not_sent_to_what_it_has_become),
	};
	return cmocka_run_group_tests_name("changed meanwhile", tests, NULL, NULL);
}
