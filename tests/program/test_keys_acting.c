/* The keys that act, on a process of our own: what they write, and that they write nothing with -r. */
#include "support.h"
#include "support_child.h"
#include "support_session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define DOWN       "\033[B"
#define NEW(value) "new \\[" value " *\\]"

/* The program on this machine, with nobody but the child in its list. */
static struct terminal *watch_child(struct session *session, pid_t child, const char *option)
{
	char number[16], *path = getenv("OOMSPECT");
	char *argv[] = { path ? path : (char[]){ "build/oomspect" }, (char[]){ "-d0.2" },
		(char[]){ "-p" }, number, (char *)(uintptr_t)option, NULL };
	snprintf(number, sizeof(number), "%d", (int)child);
	terminal_start(&session->terminal, 24, 160, NULL, argv);
	terminal_wait_like(&session->terminal, "rows 1-1 of 1");
	return &session->terminal;
}

static void read_only_writes_nothing(void **state)
{
	struct session *session = *state;
	pid_t child = child_start("oomspect-child");
	int status, adj = child_adj(child);
	struct terminal *terminal = watch_child(session, child, "-r");
	assert_true(terminal_is_like(terminal, "READ-ONLY"));
	session_press(terminal, "a500", NEW("500"));
	session_press(terminal, "\r", "read-only");
	session_press(terminal, "\033", "rows 1-1");
	session_press(terminal, "]", NEW("-?[0-9]+"));
	session_press(terminal, "\r", "read-only");
	session_press(terminal, "\033", "rows 1-1");
	session_press(terminal, "k" DOWN, "> +9 SIGKILL");
	session_press(terminal, "\r", "read-only");
	session_press(terminal, "\033", "rows 1-1");
	session_press(terminal, "W", "not written: --read-only");
	session_press(terminal, "3w", "not saved: --read-only");
	assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	assert_int_equal(child_adj(child), adj);
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
	child_end(child);
}

static void without_it_they_do_what_they_say(void **state)
{
	struct session *session = *state;
	pid_t child = child_start("oomspect-child");
	int status, adj = child_adj(child);
	struct terminal *terminal = watch_child(session, child, NULL);
	session_press(terminal, "a500", NEW("500"));
	assert_int_equal(child_adj(child), adj);
	session_press(terminal, "\r", "oom_score_adj [0-9-]+ -> 500");
	assert_int_equal(child_adj(child), 500);
	terminal_wait_like(terminal, "\n>[^\n]* 500 +500\\."); /* the next sample has it */
	session_press(terminal, "[", NEW("550"));
	session_press(terminal, "\r", "oom_score_adj 500 -> 550");
	assert_int_equal(child_adj(child), 550);
	session_press(terminal, "k", "> 15 SIGTERM");
	assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	session_press(terminal, "\r", "SIGTERM .*oomspect-child|oomspect-child .*SIGTERM");
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
	assert_true(terminal_is_like(terminal, "oom_score_adj 500 -> 550"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SESSION(read_only_writes_nothing),
		WITH_SESSION(without_it_they_do_what_they_say),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("acting keys", tests, NULL, NULL);
}
