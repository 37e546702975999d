/* Changing processes: values as they are typed, what is refused and why, and that a process held
 * by its directory is never mistaken for another with the same pid. */
#include "support.h"
#include "support_child.h"
#include "support_tree.h"

#include "oomspect/action.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sched.h>

#define REUSES 1000

/* What a test holds of this machine. */
struct fixture {
	struct root root;
	struct action_target target; /* nobody until a test takes hold of somebody */
	pid_t child;                 /* ended in the end; 0: none */
	struct err err;
	int before, after; /* of the last write */
};

static int set_up(void **state)
{
	static struct fixture fixture;
	fixture = (struct fixture){ .target = ACTION_NOBODY };
	*state = &fixture;
	return root_open(&fixture.root, "/", NULL);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	action_release(&fixture->target);
	if (fixture->child > 0)
		child_end(fixture->child);
	root_release(&fixture->root);
	return 0;
}

static enum err_code hold(struct fixture *fixture, pid_t pid)
{
	return action_hold(&fixture->target, &fixture->root, pid, 0, &fixture->err);
}

/* Takes hold of a child that sleeps. */
static void hold_sleeper(struct fixture *fixture)
{
	fixture->child = child_start("acted on");
	assert_int_equal(hold(fixture, fixture->child), ERR_OK);
}

static enum err_code set_adj(struct fixture *fixture, int adj)
{
	return action_set_adj(
		&fixture->target, adj, &fixture->before, &fixture->after, &fixture->err);
}

/* --- values */

static const struct value_row {
	const char *claim;
	const char *text;
	enum err_code code;
	int adj;
	const char *sentence; /* part of what is said */
} value_rows[] = {
	{ "a number is taken as it is", "300", ERR_OK, 300, NULL },
	{ "the highest value", "1000", ERR_OK, 1000, NULL },
	{ "the lowest value", "-1000", ERR_OK, -1000, NULL },
	{ "a plus sign is allowed", "+5", ERR_OK, 5, NULL },
	{ "zero is a number", "0", ERR_OK, 0, NULL },
	{ "minus zero is zero", "-0", ERR_OK, 0, NULL },
	{ "-17 is -17, with a remark on the old oom_adj", "-17", ERR_OK, -17, "-1000" },
	{ "letters are refused", "abc", ERR_SYNTAX, 0, "not a number" },
	{ "nothing is refused", "", ERR_SYNTAX, 0, "not a number" },
	{ "a lone sign is refused", "-", ERR_SYNTAX, 0, "not a number" },
	{ "two signs are refused", "--5", ERR_SYNTAX, 0, "not a number" },
	{ "a blank is refused", " 5", ERR_SYNTAX, 0, "not a number" },
	{ "trailing letters are refused", "5x", ERR_SYNTAX, 0, "not a number" },
	{ "a fraction is refused", "1.5", ERR_SYNTAX, 0, "not a number" },
	{ "above the limit", "1001", ERR_RANGE, 0, "-1000 to 1000" },
	{ "below the limit", "-1001", ERR_RANGE, 0, "-1000 to 1000" },
	{ "far above any integer", "99999999999999999999", ERR_RANGE, 0, "-1000 to 1000" },
	{ "a leading zero: the kernel reads 8", "010", ERR_SYNTAX, 0, "octal, 8" },
	{ "a negative one: the kernel reads -8", "-010", ERR_SYNTAX, 0, "octal, -8" },
	{ "hexadecimal: the kernel reads 16", "0x10", ERR_SYNTAX, 0, "hexadecimal, 16" },
	{ "a leading zero and no number", "0z", ERR_SYNTAX, 0, "not a number" },
};

static void check_value(void **state)
{
	const struct value_row *row = *state;
	struct err err = { 0 };
	const char *note = NULL;
	int adj = 12345;
	assert_int_equal(action_parse_adj(row->text, &adj, &note, &err), row->code);
	assert_int_equal(adj, row->code == ERR_OK ? row->adj : 12345);
	const char *said = row->code == ERR_OK ? note : err.text;
	if (row->sentence)
		assert_non_null(strstr(said, row->sentence));
	else
		assert_null(note);
}

/* --- who can be held */

static void refuses_pid_zero_and_below(void **state)
{
	assert_int_equal(hold(*state, 0), ERR_SYNTAX);
	assert_int_equal(hold(*state, -5), ERR_SYNTAX);
}

static void *sleep_in_thread(void *context)
{
	*(pid_t *)context = (pid_t)syscall(SYS_gettid);
	for (;;)
		pause();
	return NULL;
}

static void refuses_the_id_of_a_thread_and_names_its_process(void **state)
{
	struct fixture *fixture = *state;
	volatile pid_t tid = 0;
	char process[32];
	pthread_t thread;
	pthread_create(&thread, NULL, sleep_in_thread, (void *)(uintptr_t)&tid);
	while (!tid)
		usleep(1000);
	assert_int_equal(hold(fixture, tid), ERR_SYNTAX);
	snprintf(process, sizeof(process), "process %d", (int)getpid());
	assert_non_null(strstr(fixture->err.text, process));
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}

enum { MANY_GROUPS = 2500 }; /* their numbers fill more than three pages of status */

static bool join_groups(void)
{
	gid_t groups[MANY_GROUPS];
	for (unsigned i = 0; i < MANY_GROUPS; i++)
		groups[i] = 1000000 + i;
	return setgroups(MANY_GROUPS, groups) == 0;
}

/* The first thread ends, which makes a zombie of the process, and another one lives on. */
static _Noreturn void leave_a_thread(int ready)
{
	volatile pid_t tid = 0;
	pthread_t thread;
	if (!join_groups())
		_exit(1);
	pthread_create(&thread, NULL, sleep_in_thread, (void *)(uintptr_t)&tid);
	while (!tid)
		usleep(1000);
	if (write(ready, "", 1) != 1)
		_exit(1);
	syscall(SYS_exit, 0);
	_exit(1);
}

static void holds_a_process_whose_thread_lives_whatever_groups_it_is_in(void **state)
{
	struct fixture *fixture = *state;
	int ready[2];
	char byte;
	if (geteuid() != 0)
		skip_because("needs root to be in many groups");
	assert_int_equal(pipe(ready), 0);
	fixture->child = fork();
	if (fixture->child == 0)
		leave_a_thread(ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	usleep(20000); /* until the first thread has ended */
	if (hold(fixture, fixture->child) != ERR_OK)
		fail_msg("%s", fixture->err.text);
}

static void refuses_a_kernel_thread(void **state)
{
	struct fixture *fixture = *state;
	char comm[32];
	if (root_read_proc(&fixture->root, "2/comm", comm, sizeof(comm)) <= 0 ||
		strcmp(comm, "kthreadd\n") != 0)
		skip_because("no kernel thread can be seen here");
	assert_int_equal(hold(fixture, 2), ERR_SYNTAX);
	assert_non_null(strstr(fixture->err.text, "kernel thread"));
}

static void refuses_a_zombie(void **state)
{
	struct fixture *fixture = *state;
	siginfo_t info;
	fixture->child = fork();
	if (fixture->child == 0)
		_exit(0);
	waitid(P_PID, (id_t)fixture->child, &info, WEXITED | WNOWAIT);
	assert_int_equal(hold(fixture, fixture->child), ERR_SYNTAX);
	assert_non_null(strstr(fixture->err.text, "zombie"));
}

static void says_gone_of_a_pid_that_is_not_there(void **state)
{
	pid_t pid = child_start("acted on");
	child_end(pid);
	assert_int_equal(hold(*state, pid), ERR_GONE);
}

static void says_gone_when_the_start_time_is_another(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(action_hold(&fixture->target, &fixture->root, getpid(), 1, &fixture->err),
		ERR_GONE);
}

/* --- writing */

static void a_raised_value_is_in_force_and_read_back(void **state)
{
	struct fixture *fixture = *state;
	hold_sleeper(fixture);
	assert_int_equal(set_adj(fixture, 321), ERR_OK);
	assert_int_equal(fixture->after, 321);
	assert_int_equal(set_adj(fixture, 400), ERR_OK);
	assert_int_equal(fixture->before, 321);
	assert_int_equal(fixture->after, 400);
}

static void lowering_below_the_floor_names_the_missing_right_and_the_true_value(void **state)
{
	struct fixture *fixture = *state;
	struct action_rights rights = action_rights_probe(&fixture->root, false);
	hold_sleeper(fixture);
	enum err_code code = set_adj(fixture, -900);
	if (rights.sys_resource) {
		assert_int_equal(code, ERR_OK);
		assert_int_equal(fixture->after, -900);
		return;
	}
	assert_int_equal(code, ERR_DENIED);
	assert_non_null(strstr(fixture->err.text, "CAP_SYS_RESOURCE"));
	assert_int_equal(fixture->after, fixture->before);
}

static void a_process_that_died_after_it_was_pointed_at_is_gone(void **state)
{
	struct fixture *fixture = *state;
	hold_sleeper(fixture);
	child_end(fixture->child);
	fixture->child = 0;
	assert_int_equal(set_adj(fixture, 100), ERR_GONE);
	assert_int_equal(action_signal(&fixture->target, SIGTERM, &fixture->err), ERR_GONE);
	assert_true(action_has_ended(&fixture->target));
}

static void a_signal_reaches_the_process_that_is_held(void **state)
{
	struct fixture *fixture = *state;
	int status;
	hold_sleeper(fixture);
	assert_false(action_has_ended(&fixture->target));
	assert_int_equal(action_signal(&fixture->target, SIGTERM, &fixture->err), ERR_OK);
	waitpid(fixture->child, &status, 0);
	fixture->child = 0;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void memory_of_a_living_process_is_not_released(void **state)
{
	struct fixture *fixture = *state;
	hold_sleeper(fixture);
	assert_int_not_equal(action_release_memory(&fixture->target, &fixture->err), ERR_OK);
	assert_false(action_has_ended(&fixture->target));
}

/* --- the same pid, another process */

static pid_t start_with_pid(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};
	pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (child == 0)
		for (;;)
			pause();
	return child;
}

static bool adj_is(const struct root *root, pid_t pid, const char *value)
{
	char path[32], buffer[32];
	snprintf(path, sizeof(path), "%d/oom_score_adj", (int)pid);
	return root_read_proc(root, path, buffer, sizeof(buffer)) > 0 && strcmp(buffer, value) == 0;
}

/* One reuse of pid 100: everything done to the held one must miss the new one. */
static bool new_owner_is_untouched(const struct root *root, const char *inherited)
{
	struct action_target held;
	struct err err = { 0 };
	int before, after;
	pid_t first = start_with_pid(100);
	if (first != 100 || action_hold(&held, root, 100, 0, &err) != ERR_OK)
		return false;
	child_end(first);
	if (start_with_pid(100) != 100)
		return false;
	bool missed = action_set_adj(&held, 777, &before, &after, &err) == ERR_GONE &&
		      action_signal(&held, SIGKILL, &err) == ERR_GONE &&
		      action_release_memory(&held, &err) != ERR_OK &&
		      adj_is(root, 100, inherited) && waitpid(100, NULL, WNOHANG) == 0;
	action_release(&held);
	child_end(100);
	return missed;
}

enum { REUSE_OK = 0, REUSE_WRONG = 1, REUSE_CANNOT = 77 };

/* Pid 1 of a pid namespace of its own, with its own /proc. */
static int reuse_pids(void)
{
	struct root root;
	char inherited[32];
	if (mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("proc", "/proc", "proc", 0, NULL) < 0 ||
		root_open(&root, "/", NULL) != ERR_OK)
		return REUSE_CANNOT;
	pid_t probe = start_with_pid(99); /* valgrind has no clone3 */
	if (probe < 0)
		return REUSE_CANNOT;
	child_end(probe);
	root_read_proc(&root, "1/oom_score_adj", inherited, sizeof(inherited));
	for (int i = 0; i < REUSES; i++)
		if (!new_owner_is_untouched(&root, inherited))
			return REUSE_WRONG;
	return REUSE_OK;
}

static void a_reused_pid_is_never_hit(void **state)
{
	(void)state;
	int status;
	pid_t outer = fork();
	if (outer == 0) {
		if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
			_exit(REUSE_CANNOT);
		pid_t inner = fork();
		if (inner == 0)
			_exit(reuse_pids());
		waitpid(inner, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : REUSE_WRONG);
	}
	waitpid(outer, &status, 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == REUSE_CANNOT)
		skip_because("a chosen pid needs CAP_SYS_ADMIN and clone3");
	assert_int_equal(WEXITSTATUS(status), REUSE_OK);
	print_message("%d reuses of one pid, no wrong target\n", REUSES);
}

/* --- rights */

static void a_captured_machine_cannot_be_changed(void **state)
{
	struct fixture *fixture = *state;
	fixture->root.live = false;
	assert_int_equal(hold(fixture, getpid()), ERR_UNSUPPORTED);
	assert_false(action_rights_probe(&fixture->root, false).writable_root);
}

static void read_only_takes_every_right_away(void **state)
{
	const struct fixture *fixture = *state;
	struct task mine = proc_unknown(getpid());
	struct action_rights rights = action_rights_probe(&fixture->root, true);
	mine.uid = geteuid();
	assert_false(action_may_adjust(&rights, &mine));
	assert_false(action_may_signal(&rights, &mine));
	rights = action_rights_probe(&fixture->root, false);
	assert_true(action_may_adjust(&rights, &mine));
	assert_true(action_may_signal(&rights, &mine));
}

/* The rights of a process in so many groups, as a byte of bits to be passed on. */
static int rights_in_groups(const struct root *root)
{
	if (!join_groups())
		return -1;
	struct action_rights rights = action_rights_probe(root, false);
	return rights.sys_resource | rights.write_any << 1 | rights.kill_any << 2 |
	       rights.init_user_ns << 3;
}

static void rights_are_the_same_in_many_groups(void **state)
{
	const struct fixture *fixture = *state;
	struct action_rights here = action_rights_probe(&fixture->root, false);
	int status;
	if (geteuid() != 0)
		skip_because("needs root to be in many groups");
	assert_true(here.kill_any);
	pid_t child = fork();
	if (child == 0)
		_exit(rights_in_groups(&fixture->root));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), here.sys_resource | here.write_any << 1 |
						      here.kill_any << 2 | here.init_user_ns << 3);
}

static const struct map_row {
	const char *claim, *map;
	bool init_user_ns, nobody_mapped;
} map_rows[] = {
	{ "the first user namespace", "         0          0 4294967295\n", true, true },
	{ "one with some users of its own", "0 100000 65536\n", false, true },
	{ "one with root alone", "0 1000 1\n", false, false },
	{ "all users, and one more line", "0 0 4294967295\n4294967295 5 1\n", false, true },
	{ "all users of another begin", "0 1 4294967295\n", false, true },
	{ "nobody in a line of its own", "0 1000 1\n65534 200 1\n", false, true },
	{ "no line", "", false, false },
	{ "no number", "0 x 4294967295\n", false, false },
};

static void tells_the_user_namespace_by_its_map(void **state)
{
	const struct map_row *row = *state;
	struct tree tree;
	tree_init(&tree);
	tree_write(&tree, "proc/self/uid_map", row->map);
	struct action_rights rights = action_rights_probe(&tree.root, false);
	tree_release(&tree);
	assert_int_equal(rights.init_user_ns, row->init_user_ns);
	assert_int_equal(rights.nobody_mapped, row->nobody_mapped);
}

static void a_user_namespace_may_have_hundreds_of_lines(void **state)
{
	char text[16384];
	struct tree tree;
	size_t used = 0;
	(void)state;
	for (int i = 0; i < 339; i++)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used, "%10d %10d %10d\n", i, 100000 + i, 1);
	snprintf(text + used, sizeof(text) - used, "     65534     200000          1\n");
	tree_init(&tree);
	tree_write(&tree, "proc/self/uid_map", text);
	struct action_rights rights = action_rights_probe(&tree.root, false);
	tree_release(&tree);
	assert_true(rights.nobody_mapped);
	assert_false(rights.init_user_ns);
}

static void another_users_process_is_out_of_reach_without_the_right(void **state)
{
	(void)state;
	struct action_rights user = { .writable_root = true, .euid = 1000, .init_user_ns = true };
	struct task theirs = proc_unknown(4242);
	theirs.uid = 1001;
	assert_false(action_may_adjust(&user, &theirs));
	assert_false(action_may_signal(&user, &theirs));
	theirs.uid = 1000;
	assert_true(action_may_adjust(&user, &theirs));
	theirs.kthread = true;
	assert_false(action_may_adjust(&user, &theirs));
}

static void unmapped_users_of_a_namespace_are_out_of_reach(void **state)
{
	(void)state;
	struct action_rights root = {
		.writable_root = true,
		.write_any = true,
		.kill_any = true,
		.init_user_ns = false,
	};
	struct task theirs = proc_unknown(4242);
	theirs.uid = 65534;
	assert_true(action_is_foreign(&root, &theirs));
	assert_false(action_may_adjust(&root, &theirs));
	assert_false(action_may_signal(&root, &theirs));
	/* One that is mapped may be nobody himself. */
	root.nobody_mapped = true;
	assert_true(action_may_adjust(&root, &theirs));
	root.nobody_mapped = false;
	root.init_user_ns = true;
	assert_true(action_may_adjust(&root, &theirs));
}

#define HOLDING(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOLDING(refuses_pid_zero_and_below),
		HOLDING(refuses_the_id_of_a_thread_and_names_its_process),
		HOLDING(holds_a_process_whose_thread_lives_whatever_groups_it_is_in),
		HOLDING(refuses_a_kernel_thread),
		HOLDING(refuses_a_zombie),
		HOLDING(says_gone_of_a_pid_that_is_not_there),
		HOLDING(says_gone_when_the_start_time_is_another),
		HOLDING(a_raised_value_is_in_force_and_read_back),
		HOLDING(lowering_below_the_floor_names_the_missing_right_and_the_true_value),
		HOLDING(a_process_that_died_after_it_was_pointed_at_is_gone),
		HOLDING(a_signal_reaches_the_process_that_is_held),
		HOLDING(memory_of_a_living_process_is_not_released),
		cmocka_unit_test(a_reused_pid_is_never_hit),
		HOLDING(a_captured_machine_cannot_be_changed),
		HOLDING(read_only_takes_every_right_away),
		HOLDING(rights_are_the_same_in_many_groups),
		cmocka_unit_test(a_user_namespace_may_have_hundreds_of_lines),
		cmocka_unit_test(another_users_process_is_out_of_reach_without_the_right),
		cmocka_unit_test(unmapped_users_of_a_namespace_are_out_of_reach),
	};
	int failed = run_rows("values of oom_score_adj", value_rows, check_value);
	failed += run_rows("user namespaces", map_rows, tells_the_user_namespace_by_its_map);
	return failed + cmocka_run_group_tests_name("changing processes", tests, NULL, NULL);
}
