/* The live screen where descriptors are few, and where allocations fail: however it ends, and if it
 * goes on, the terminal is as it was before. */
#include "support.h"
#include "support_scarce.h"
#include "support_session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define LOG "tests/fixtures/klog/6.12-memcg-group.kmsg"

enum { STRIDE = 23, SHOWN_MS = 150 };

static unsigned seed;

/* A look at every view, and out. */
static const char *const keys[] = { "2", "\r", "q", "3", "\r", "q", "4", "q", "t", "S", "q", "?",
	"q" };

/* `ret_shown`: the first picture came. */
static int run_screen(const char *name, const char *value, bool *ret_shown)
{
	const char *const words[] = { "--log", LOG, NULL };
	struct session *session = session_new();
	scarce_set(name, value);
	struct terminal *terminal = session_start(session, 24, 80, NULL, words, NULL);
	scarce_set(name, NULL);
	terminal_read(terminal, SHOWN_MS);
	*ret_shown = terminal_is_like(terminal, "NEXT");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		terminal_send(terminal, keys[i]);
		terminal_read(terminal, 5);
	}
	terminal_quit(terminal);
	int status = terminal_wait_exit(terminal);
	if (!terminal_is_left(terminal))
		fail_msg("seed %u: %s %s: the terminal is not as it was, status %x", seed, name,
			value, (unsigned)status);
	session_free(session);
	return status;
}

/* Ended by itself; by a signal only inside of newterm(3X), which does not look at what it got. */
static void check_status(const char *name, const char *value)
{
	bool shown;
	int status = run_screen(name, value, &shown);
	if (!WIFEXITED(status) && shown)
		fail_msg("%s %s: ended by signal %d", name, value, WTERMSIG(status));
	else if (!WIFEXITED(status))
		print_message("%s %s: ended by signal %d\n", name, value, WTERMSIG(status));
	else if (WEXITSTATUS(status) > 2)
		fail_msg("%s %s: status %d", name, value, WEXITSTATUS(status));
}

static void few_descriptors_leave_the_terminal(void **state)
{
	(void)state;
	scarce_need();
	for (int limit = 3; limit <= 64; limit += limit < 32 ? 1 : 8) {
		char value[8];
		snprintf(value, sizeof(value), "%d", limit);
		check_status("SCARCE_FILES", value);
	}
}

static void failing_allocations_leave_the_terminal(void **state)
{
	unsigned count = 1500;
	(void)state;
	scarce_need();
	for (unsigned i = 1 + seed % STRIDE; i < count; i += STRIDE) {
		char value[16];
		snprintf(value, sizeof(value), "%u%s", i, i / STRIDE % 2 ? "+" : "");
		check_status("SCARCE_FAIL", value);
	}
}

int main(void)
{
	const char *given = getenv("OOMSPECT_SEED");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_descriptors_leave_the_terminal),
		cmocka_unit_test(failing_allocations_leave_the_terminal),
	};
	seed = given ? (unsigned)strtoul(given, NULL, 0) : (unsigned)time(NULL);
	print_message("seed %u (OOMSPECT_SEED)\n", seed);
	scarce_begin();
	int failed = cmocka_run_group_tests_name("a scarce screen", tests, NULL, NULL);
	scarce_end();
	return failed;
}
