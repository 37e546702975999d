/* The dialogs on a real terminal and real processes of the test's own: what is written, what is
 * refused and why, and that -r changes nothing. What users with fewer rights see: test_rights.c. */
#include "support.h"
#include "support_child.h"
#include "support_files.h"

#include "support_run.h"
#include "support_terminal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 24
/* The leak sanitizer cannot work beside strace(1). */
#define NO_LEAKS "ASAN_OPTIONS=detect_leaks=0"

/* What opens, and what changes another process. */
static const char traced[] = "trace=open,openat,openat2,creat,kill,tgkill,tkill,rt_sigqueueinfo,"
			     "pidfd_send_signal,process_mrelease";

struct fixture {
	struct terminal terminal;
	pid_t children[3];
	char pids[64]; /* as -p wants them */
	char comm[16];
};

static int set_up(void **state)
{
	static struct fixture fixture;
	fixture = (struct fixture){ .terminal = { .master = -1, .slave = -1 } };
	for (size_t i = 0; i < ARRAY_SIZE(fixture.children); i++)
		fixture.children[i] = child_start_parent("acted on", 4 + i);
	snprintf(fixture.pids, sizeof(fixture.pids), "%d", (int)fixture.children[0]);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	terminal_release(&fixture->terminal);
	for (size_t i = 0; i < ARRAY_SIZE(fixture->children); i++)
		child_end(fixture->children[i]);
	return 0;
}

/* Starts the program on the processes of fixture->pids, behind `before` (a program that starts
 * another), with further options. Both lists end with NULL. */
static struct terminal *start(
	struct fixture *fixture, const char *const before[], const char *const options[])
{
	const char *words[WORDS_MAX] = { NULL };
	size_t count = 0;
	for (; before && *before; before++)
		words[count++] = *before;
	words[count++] = run_program_path();
	words[count++] = "-d1";
	words[count++] = "-p";
	words[count++] = fixture->pids;
	for (; options && *options; options++)
		words[count++] = *options;
	char *argv[WORDS_MAX];
	for (size_t i = 0; i <= count; i++)
		argv[i] = words[i] ? strdup(words[i]) : NULL;
	terminal_start(&fixture->terminal, 30, 100, NULL, argv);
	for (size_t i = 0; i < count; i++)
		free(argv[i]);
	return &fixture->terminal;
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void select_all(struct fixture *fixture)
{
	snprintf(fixture->pids, sizeof(fixture->pids), "%d,%d,%d", (int)fixture->children[0],
		(int)fixture->children[1], (int)fixture->children[2]);
}

static void quit(struct terminal *terminal)
{
	terminal_send(terminal, "Q");
	assert_int_equal(terminal_wait_exit(terminal), 0);
}

static bool have(const char *program)
{
	char path[64];
	snprintf(path, sizeof(path), "/usr/bin/%s", program);
	return access(path, X_OK) == 0;
}

static bool works(const char *const words[])
{
	pid_t pid = fork();
	int status = 1;
	if (pid == 0) {
		char *argv[WORDS_MAX] = { NULL };
		for (size_t i = 0; words[i]; i++)
			argv[i] = strdup(words[i]);
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(127);
		execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status == 0;
}

/* --- what is written */

static void a_raised_value_is_in_force_and_told_at_the_end(void **state)
{
	struct fixture *fixture = *state;
	char audit[] = "/tmp/oomspect-acting-XXXXXX", text[1024] = "", line[96];
	int fd = mkstemp(audit), inherited = child_adj(fixture->children[0]);
	struct terminal *terminal = start(fixture, NULL, WORDS("--audit", audit));
	terminal_wait_for(terminal, "filtered out (=)");
	terminal_send(terminal, "a700");
	terminal_wait_for(terminal, "[700  ]");
	assert_int_equal(child_adj(fixture->children[0]), inherited);
	terminal_confirm(terminal, "-> 700, read back");
	assert_int_equal(child_adj(fixture->children[0]), 700);
	terminal_wait_for(terminal, "700   7"); /* ADJ and the beginning of BAD in the list */
	quit(terminal);
	snprintf(line, sizeof(line), "oomspect: %d acted on oom_score_adj %d -> 700",
		(int)fixture->children[0], inherited);
	assert_non_null(strstr(terminal->last, line));
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "-> 700, in force 700\n"));
	close(fd);
	unlink(audit);
}

static void lowering_is_refused_with_the_reason_and_the_true_value(void **state)
{
	struct fixture *fixture = *state;
	int inherited = child_adj(fixture->children[0]);
	char force[32];
	struct terminal *terminal = start(fixture, NULL, NULL);
	terminal_wait_for(terminal, "filtered out (=)");
	terminal_type(terminal, "a-500\r");
	snprintf(force, sizeof(force), "in force: %d", inherited);
	terminal_wait_for(terminal, "-500");
	terminal_read(terminal, 500);
	if (child_adj(fixture->children[0]) == -500) {
		quit(terminal);
		skip_because("this user has CAP_SYS_RESOURCE: nothing is refused");
	}
	terminal_wait_for(terminal, force);
	terminal_wait_for(terminal, "needs CAP_SYS_RESOURCE");
	assert_int_equal(child_adj(fixture->children[0]), inherited);
	terminal_send(terminal, "\033");
	terminal_wait_for(terminal, "F1Help");
	quit(terminal);
	assert_null(strstr(terminal->last, "oomspect: ")); /* no change, no line of audit */
}

static void lowering_works_with_the_right(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = start(fixture, NULL, NULL);
	terminal_wait_for(terminal, "filtered out (=)");
	terminal_send(terminal, "a");
	terminal_wait_for(terminal, "Adjust oom_score_adj");
	char *text = terminal_text(terminal);
	bool may = strstr(text, "CAP_SYS_RESOURCE: present") != NULL;
	free(text);
	if (!may) {
		quit(terminal);
		skip_because("lowering needs CAP_SYS_RESOURCE in the initial user namespace");
	}
	terminal_type(terminal, "-500\r");
	terminal_wait_for(terminal, "-> -500, read back");
	assert_int_equal(child_adj(fixture->children[0]), -500);
	quit(terminal);
}

static void tagged_processes_are_written_at_once(void **state)
{
	struct fixture *fixture = *state;
	select_all(fixture);
	struct terminal *terminal = start(fixture, NULL, NULL);
	terminal_wait_for(terminal, "filtered out (=)");
	terminal_send(terminal, "Aa600");
	terminal_wait_for(terminal, "3 tagged processes");
	child_end(fixture->children[1]);
	fixture->children[1] = 0;
	terminal_wait_for(terminal, "has ended");
	terminal_confirm(terminal, "2 written, 1 refused");
	assert_int_equal(child_adj(fixture->children[0]), 600);
	assert_int_equal(child_adj(fixture->children[2]), 600);
	terminal_confirm(terminal, "F1Help");
	quit(terminal);
}

static void tab_takes_the_children_in(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = start(fixture, NULL, NULL);
	terminal_wait_for(terminal, "filtered out (=)");
	terminal_send(terminal, "a650\t");
	terminal_wait_for(terminal, "[x] also set 1 existing child");
	terminal_confirm(terminal, "2 written");
	assert_int_equal(child_adj(fixture->children[0]), 650);
	quit(terminal);
	assert_non_null(strstr(terminal->last, "oom_score_adj"));
}

static void a_process_that_ends_under_the_dialog_is_not_mistaken(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = start(fixture, NULL, NULL);
	terminal_wait_for(terminal, "filtered out (=)");
	terminal_send(terminal, "a700");
	terminal_wait_for(terminal, "[700  ]");
	child_end(fixture->children[0]);
	fixture->children[0] = 0;
	terminal_wait_for(terminal, "has ended");
	terminal_confirm(terminal, "is gone");
	quit(terminal);
}

/* --- signals */

static bool is_alive(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static void a_signal_reaches_only_whom_the_dialog_names(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = start(fixture, NULL, NULL);
	char line[128];
	terminal_wait_for(terminal, "filtered out (=)");
	terminal_send(terminal, "k");
	terminal_wait_for(terminal, "sends SIGTERM to");
	terminal_type(terminal, "\033[B\r");
	terminal_wait_for(terminal, " at the kill"); /* "released: avail" where the kernel can */
	assert_false(is_alive(fixture->children[0]));
	fixture->children[0] = 0;
	assert_true(is_alive(fixture->children[1]));
	terminal_wait_for(terminal, "1 s ");
	quit(terminal);
	snprintf(line, sizeof(line), "oomspect: %s acted on SIGKILL", fixture->pids);
	assert_non_null(strstr(terminal->last, line));
}

static void a_stopped_process_stays(void **state)
{
	struct fixture *fixture = *state;
	int status;
	select_all(fixture);
	struct terminal *terminal = start(fixture, NULL, NULL);
	terminal_wait_for(terminal, "filtered out (=)");
	terminal_send(terminal, "Ak\033[B\033[B\033[B\033[B\033[B\033[B");
	terminal_wait_for(terminal, "sends SIGSTOP to 3 processes");
	terminal_confirm(terminal, "3 sent SIGSTOP");
	for (size_t i = 0; i < ARRAY_SIZE(fixture->children); i++) {
		waitpid(fixture->children[i], &status, WUNTRACED);
		assert_true(WIFSTOPPED(status));
	}
	quit(terminal);
}

/* --- read-only */

/* A call that changes something: below /proc opened for writing, a signal, memory taken back.
 * The calls that strace was asked for are only these and the opens. */
static bool changes_something(const char *line)
{
	bool opens = strstr(line, "open") != NULL;
	if (!opens)
		return strstr(line, "kill") || strstr(line, "signal") || strstr(line, "mrelease");
	bool writes = strstr(line, "O_WRONLY") || strstr(line, "O_RDWR") || strstr(line, "O_CREAT");
	/* The terminal itself is opened for both. */
	return writes && !strstr(line, "\"/dev/");
}

/* Under strace(1) the program is slow: what was typed is to be seen first. */
static void press_enter_after(struct terminal *terminal, const char *keys, const char *shown)
{
	terminal_type(terminal, keys);
	terminal_wait_for(terminal, shown);
	terminal_read(terminal, 50);
	terminal_send(terminal, "\r");
}

static void with_r_nothing_is_opened_for_writing_and_nobody_is_signalled(void **state)
{
	struct fixture *fixture = *state;
	char trace[] = "/tmp/oomspect-trace-XXXXXX", *rest;
	int inherited = child_adj(fixture->children[0]);
	if (!have("strace"))
		skip_because("strace is not installed");
	close(mkstemp(trace));
	select_all(fixture);
	struct terminal *terminal = start(fixture,
		WORDS("/usr/bin/strace", "-E", NO_LEAKS, "-f", "-o", trace, "-e", traced),
		WORDS("-r", "--protect"));
	terminal_wait_for(terminal, "--protect: started with -r");
	terminal_wait_for(terminal, "READ-ONLY");
	press_enter_after(terminal, "a300", "[300");
	terminal_wait_for(terminal, "not written: started with -r");
	terminal_type(terminal, "\t\033");
	terminal_wait_for(terminal, "F1Help");
	press_enter_after(terminal, "]", "[-50");
	terminal_wait_for(terminal, "not written: started with -r");
	terminal_send(terminal, "\033");
	terminal_wait_for(terminal, "F1Help");
	press_enter_after(terminal, "k\033[B", ">  9 SIGKILL");
	terminal_wait_for(terminal, "not sent: started with -r");
	terminal_send(terminal, "\033");
	terminal_wait_for(terminal, "F1Help");
	press_enter_after(terminal, "A[", "[50");
	terminal_wait_for(terminal, "not written: started with -r");
	quit(terminal);
	for (size_t i = 0; i < ARRAY_SIZE(fixture->children); i++)
		assert_int_equal(child_adj(fixture->children[i]), inherited);
	char *text = file_text(trace);
	assert_non_null(strstr(text, "oom_score_adj")); /* it was traced, and it reads */
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (changes_something(line) && !strstr(line, ".gcda\"")) /* a count of lines */
			fail_msg("with -r: %s", line);
	free(text);
	unlink(trace);
}

static void without_r_the_same_trace_would_tell(void **state)
{
	struct fixture *fixture = *state;
	char trace[] = "/tmp/oomspect-trace-XXXXXX", *rest;
	int found = 0;
	if (!have("strace"))
		skip_because("strace is not installed");
	close(mkstemp(trace));
	struct terminal *terminal = start(fixture,
		WORDS("/usr/bin/strace", "-E", NO_LEAKS, "-f", "-o", trace, "-e", traced), NULL);
	terminal_wait_for(terminal, "filtered out (=)");
	press_enter_after(terminal, "a700", "[700");
	terminal_wait_for(terminal, "read back");
	press_enter_after(terminal, "k\033[B", ">  9 SIGKILL");
	terminal_wait_for(terminal, " at the kill");
	quit(terminal);
	char *text = file_text(trace);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		found += changes_something(line);
	assert_true(found >= 2); /* the write, the signal; process_mrelease(2) from 5.15 on */
	free(text);
	unlink(trace);
}

/* --- without rights */

static void in_a_user_namespace_root_has_no_such_power(void **state)
{
	struct fixture *fixture = *state;
	if (!have("unshare") || !works(WORDS("/usr/bin/unshare", "-Ur", "true")))
		skip_because("user namespaces are not allowed here");
	struct terminal *terminal = start(fixture, WORDS("/usr/bin/unshare", "-Ur"), NULL);
	terminal_wait_for(terminal, "filtered out (=)");
	terminal_send(terminal, "a");
	terminal_wait_for(terminal, "no CAP_SYS_RESOURCE");
	terminal_type(terminal, "-900\r");
	terminal_wait_for(terminal, "efused");
	assert_int_not_equal(child_adj(fixture->children[0]), -900);
	quit(terminal);
}

/* --- locked memory */

/* VmLck of a process, in kB. */
static long locked_kb(pid_t pid)
{
	char path[64], *text;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	text = file_text(path);
	const char *line = strstr(text, "VmLck:");
	assert_non_null(line);
	long kb = strtol(line + strlen("VmLck:"), NULL, 10);
	free(text);
	return kb;
}

static long locked_by(struct fixture *fixture, const char *const before[])
{
	struct terminal *terminal = start(fixture, before, NULL);
	terminal_wait_for(terminal, "filtered out (=)");
	long kb = locked_kb(terminal->pid);
	quit(terminal);
	return kb;
}

static void with_the_right_to_it_memory_is_locked(void **state)
{
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	size_t more = limit.rlim_cur == RLIM_INFINITY ? 4096 : limit.rlim_cur + 4096;
	void *at = mmap(NULL, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* The sanitizers make nothing of mlock(2). */
	bool may = at != MAP_FAILED && mlock(at, more) == 0 && locked_kb(getpid()) > 0;
	if (at != MAP_FAILED)
		munmap(at, more);
	if (!may)
		skip_because("memory cannot be locked beyond a limit here");
	assert_true(locked_by(*state, NULL) > 0);
}

/* Else the first allocation beyond the limit fails, and the program ends. */
static void where_the_limit_holds_for_root_nothing_is_locked(void **state)
{
	struct rlimit was, now;
	if (!have("unshare") || !works(WORDS("/usr/bin/unshare", "-Ur", "true")))
		skip_because("user namespaces are not allowed here");
	assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &was), 0);
	now = (struct rlimit){ (rlim_t)1 << 30, was.rlim_max };
	if (setrlimit(RLIMIT_MEMLOCK, &now) != 0)
		skip_because("a limit on locked memory above all of the program's cannot be had");
	long kb = locked_by(*state, WORDS("/usr/bin/unshare", "-Ur"));
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &was), 0);
	assert_int_equal(kb, 0);
}

#define ON_CHILDREN(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_CHILDREN(a_raised_value_is_in_force_and_told_at_the_end),
		ON_CHILDREN(lowering_is_refused_with_the_reason_and_the_true_value),
		ON_CHILDREN(lowering_works_with_the_right),
		ON_CHILDREN(tagged_processes_are_written_at_once),
		ON_CHILDREN(tab_takes_the_children_in),
		ON_CHILDREN(a_process_that_ends_under_the_dialog_is_not_mistaken),
		ON_CHILDREN(a_signal_reaches_only_whom_the_dialog_names),
		ON_CHILDREN(a_stopped_process_stays),
		ON_CHILDREN(with_r_nothing_is_opened_for_writing_and_nobody_is_signalled),
		ON_CHILDREN(without_r_the_same_trace_would_tell),
		ON_CHILDREN(in_a_user_namespace_root_has_no_such_power),
		ON_CHILDREN(with_the_right_to_it_memory_is_locked),
		ON_CHILDREN(where_the_limit_holds_for_root_nothing_is_locked),
	};
	return cmocka_run_group_tests_name("acting", tests, NULL, NULL);
}
