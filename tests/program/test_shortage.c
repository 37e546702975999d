/* Descriptors run out: whoever lives is not called gone for that, the screen keeps what it has, and
 * what helps, to change or to end a process, is still done. */
#include "oomspect/action.h"

#include "support.h"
#include "support_child.h"
#include "support_run.h"
#include "support_session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_MOST 64

/* --- the reason ----------------------------------------------------------------------------------- */

struct fixture {
	struct session *session;
	struct root root;
	struct action_target target;
	pid_t child;
	struct rlimit before; /* of the test itself */
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	fixture->session = session_new();
	fixture->target = ACTION_NOBODY;
	assert_int_equal(root_open(&fixture->root, "/", NULL), ERR_OK);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &fixture->before), 0);
	fixture->child = child_start("short of all");
	*state = fixture;
	return 0;
}

static void allow_descriptors(const struct fixture *fixture, bool allowed)
{
	struct rlimit none = { 0, fixture->before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, allowed ? &fixture->before : &none), 0);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	allow_descriptors(fixture, true);
	action_release(&fixture->target);
	child_end(fixture->child);
	root_release(&fixture->root);
	session_free(fixture->session);
	free(fixture);
	return 0;
}

static void assert_shortage(enum err_code code, const struct err *err)
{
	assert_int_equal(code, ERR_NO_DESCRIPTOR);
	assert_non_null(strstr(err->text, strerror(EMFILE)));
	assert_null(strstr(err->text, "gone"));
}

static void who_lives_is_not_gone_without_a_descriptor(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };
	struct task task = proc_unknown(fixture->child);
	int before, after;
	assert_int_equal(
		action_hold(&fixture->target, &fixture->root, fixture->child, 0, &err), ERR_OK);
	allow_descriptors(fixture, false);
	assert_shortage(action_get_adj(&fixture->target, &before, &err), &err);
	assert_shortage(action_set_adj(&fixture->target, 5, &before, &after, &err), &err);
	assert_int_equal(before, ACTION_ADJ_UNKNOWN);
	assert_int_equal(after, ACTION_ADJ_UNKNOWN);
	assert_false(action_has_ended(&fixture->target));
	struct action_target other = ACTION_NOBODY;
	assert_shortage(action_hold(&other, &fixture->root, fixture->child, 0, &err), &err);
	assert_shortage(proc_read(&fixture->root, fixture->child, 4096, &task, &err), &err);
	allow_descriptors(fixture, true);
	assert_int_equal(child_adj(fixture->child), 0);
}

/* --- commands --------------------------------------------------------------------------------------- */

static void limit_descriptors(const void *context)
{
	const rlim_t *limit = context;
	struct rlimit both = { *limit, *limit };
	setrlimit(RLIMIT_NOFILE, &both);
}

static char *word(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* Whether the program got so far as to speak for itself: ld.so(8) needs descriptors first. */
static bool is_loaded(const char *text)
{
	return !strstr(text, "error while loading");
}

static void adj_does_it_or_says_why_with_any_limit(void **state)
{
	struct fixture *fixture = *state;
	char pid[16], done[64];
	snprintf(pid, sizeof(pid), "%d", (int)fixture->child);
	snprintf(done, sizeof(done), "%s short of all (user ", pid);
	char *argv[] = { word(run_program_path()), word("adj"), word("300"), pid, NULL };
	for (rlim_t limit = 3; limit <= LIMIT_MOST; limit++) {
		struct terminal_options options = { .enter = limit_descriptors, .context = &limit };
		struct terminal *terminal = &fixture->session->terminal;
		terminal_start(terminal, 24, 200, &options, argv);
		int status = terminal_wait_exit(terminal);
		char *text = terminal_text(terminal);
		bool did = strstr(text, done) != NULL;
		bool said = strncmp(text, "oomspect: ", 10) == 0 && strstr(text, strerror(EMFILE));
		assert_true(WIFEXITED(status));
		if (is_loaded(text) && (WEXITSTATUS(status) != (did ? 0 : 1) || did == said ||
					       (did && child_adj(fixture->child) != 300)))
			fail_msg("limit %d: status %x\n%s", (int)limit, (unsigned)status, text);
		if (limit == LIMIT_MOST)
			assert_true(did);
		free(text);
		terminal_release(terminal);
		*terminal = (struct terminal){ .master = -1, .slave = -1 };
	}
}

/* --- the screen ------------------------------------------------------------------------------------- */

static bool has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };
	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

static void check_screen(const struct session *session, rlim_t limit)
{
	static const char *const endings[] = { "Q", "\003" };
	struct terminal_options options = { .enter = limit_descriptors, .context = &limit };
	struct session own = *session;
	struct terminal *terminal = &own.terminal;
	bool shown = false;
	session_start(&own, 24, 80, &options, NULL, NULL);
	for (int i = 0; i < 500 && !has_ended(terminal->pid); i++) {
		terminal_read(terminal, 20);
		shown |= terminal_is_like(
			terminal, "NEXT 4242|no new sample: .*: Too many open files");
		if (shown)
			terminal_send(terminal, endings[limit % 2]);
	}
	int status = terminal_wait_exit(terminal);
	char *text = terminal_text(terminal);
	bool told = strstr(text, "oomspect: ") && strstr(text, strerror(EMFILE));
	int expected = limit % 2 ? 130 : 0;
	if (is_loaded(text) && (!WIFEXITED(status) || !terminal_is_left(terminal) ||
				       told == shown || (shown && WEXITSTATUS(status) != expected)))
		fail_msg("limit %d: status %x, %zu bytes\n%s", (int)limit, (unsigned)status,
			terminal->received, text);
	free(text);
	terminal_release(terminal);
}

static void the_screen_shows_or_says_why_with_any_limit(void **state)
{
	struct fixture *fixture = *state;
	for (rlim_t limit = 3; limit <= LIMIT_MOST; limit++)
		check_screen(fixture->session, limit);
}

static void allow(const struct terminal *terminal, rlim_t limit)
{
	struct rlimit both = { limit, 1024 };
	assert_int_equal(prlimit(terminal->pid, RLIMIT_NOFILE, &both, NULL), 0);
}

static void a_sample_that_fails_leaves_the_one_before(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal =
		session_start(fixture->session, 24, 80, NULL, NULL, "4242 +app.*java");
	allow(terminal, 3); /* fewer, and poll(2) fails as well */
	terminal_wait_like(terminal, "STALE [0-9]+s.*no new sample: .*: Too many open files");
	assert_true(terminal_is_like(terminal, "NEXT 4242 java.*4242 +app.*java"));
	session_press(terminal, "\033[B", "> *2 +9120"); /* and keys are answered */
	session_press(terminal, "?", "THE NUMBERS");
	session_press(terminal, "q", "STALE [1-9][0-9]*s");
	allow(terminal, 1024);
	terminal_wait_like(terminal, "0.2s.* rows 1-");
	assert_false(terminal_is_like(terminal, "STALE"));
	terminal_send(terminal, "q");
	session_ends_with(terminal, 0);
}

/* The lowest number that is free: with that as the limit nothing more can be opened. */
static rlim_t lowest_free(pid_t pid)
{
	char path[64];
	for (int fd = 0;; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
		if (readlink(path, (char[8]){ 0 }, 8) < 0)
			return (rlim_t)fd;
	}
}

/* The program on this machine, pointing at the child. */
static struct terminal *start_live(struct fixture *fixture)
{
	char pid[16];
	char *argv[] = { word(run_program_path()), word("-d0.2"), word("-p"), pid, NULL };
	snprintf(pid, sizeof(pid), "%d", (int)fixture->child);
	struct terminal *terminal = &fixture->session->terminal;
	terminal_start(terminal, 24, 80, NULL, argv);
	terminal_wait_like(terminal, "> *[0-9*]+ +[0-9]+ .* 1-1 of 1");
	return terminal;
}

static void a_process_is_changed_and_ended_when_no_descriptor_is_left(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = start_live(fixture);
	session_press(terminal, "Z", "PAUSED"); /* so that nothing is closed meanwhile */
	allow(terminal, lowest_free(terminal->pid));
	session_press(terminal, "a", "Adjust oom_score_adj");
	session_press(terminal, "444", "\\[444");
	session_press(terminal, "\r", "oom_score_adj 0 -> 444");
	assert_int_equal(child_adj(fixture->child), 444);
	session_press(terminal, "k", "Send a signal");
	session_press(terminal, "\033[B", "> +9 SIGKILL");
	session_press(terminal, "\r", "SIGKILL sent to");
	int status;
	assert_int_equal(waitpid(fixture->child, &status, 0), fixture->child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	fixture->child = 0;
	allow(terminal, 1024);
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_FIXTURE(who_lives_is_not_gone_without_a_descriptor),
		WITH_FIXTURE(adj_does_it_or_says_why_with_any_limit),
		WITH_FIXTURE(the_screen_shows_or_says_why_with_any_limit),
		WITH_FIXTURE(a_sample_that_fails_leaves_the_one_before),
		WITH_FIXTURE(a_process_is_changed_and_ended_when_no_descriptor_is_left),
	};
	return cmocka_run_group_tests_name("shortage", tests, NULL, NULL);
}
