/* The program on a real pseudo-terminal, looked at through a terminal emulator. */
#include "support.h"
#include "support_machine.h"
#include "support_terminal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* The lines of a tree. */
#define FORK "\342\224\234\342\224\200 "
#define LAST "\342\224\224\342\224\200 "
#define PASS "\342\224\202  "

#define RESTORED "\033[?1049l" /* the alternate screen is left */

struct fixture {
	char root[64];
	struct terminal terminal;
};

static char *program(void)
{
	char *path = getenv("OOMSPECT");
	static char built[] = "build/oomspect";
	return path ? path : built;
}

static int set_up(void **state)
{
	static struct fixture fixture;
	fixture = (struct fixture){ .terminal = { .master = -1, .slave = -1 } };
	machine_make(fixture.root, sizeof(fixture.root));
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	terminal_release(&fixture->terminal);
	machine_remove(fixture->root);
	return 0;
}

static struct terminal *start(
	void **state, int rows, int cols, const struct terminal_options *options)
{
	struct fixture *fixture = *state;
	char *argv[] = { program(), (char[]){ "--root" }, fixture->root, (char[]){ "-d0.2" },
		NULL };
	terminal_start(&fixture->terminal, rows, cols, options, argv);
	return &fixture->terminal;
}

static void quit(struct terminal *terminal)
{
	terminal_send(terminal, "q");
	assert_int_equal(terminal_wait_exit(terminal), 0);
	assert_true(terminal_is_restored(terminal));
	assert_non_null(strstr(terminal->last, RESTORED));
}

static void assert_screen(const struct terminal *terminal, const char *name)
{
	char path[128], *expected = calloc(1, 65536), *got = terminal_text(terminal);
	snprintf(path, sizeof(path), "tests/screens/%s.txt", name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(expected, 1, 65535, file) > 0);
	fclose(file);
	/* The delay is not that of the golden screen; nothing else differs. */
	char *delay = strstr(got, "0.2s");
	assert_non_null(delay);
	delay[0] = '3';
	delay[2] = '0';
	assert_string_equal(got, expected);
	free(got);
	free(expected);
}

static void the_terminal_shows_what_the_grid_holds(void **state)
{
	struct terminal *terminal = start(state, 24, 80, NULL);
	terminal_wait_for(terminal, "java -Xmx12g");
	assert_screen(terminal, "procs-80x24");
	quit(terminal);
}

static void a_resized_terminal_is_filled_anew(void **state)
{
	struct terminal *terminal = start(state, 24, 80, NULL);
	terminal_wait_for(terminal, "java -Xmx12g");
	terminal_resize(terminal, 50, 160);
	terminal_wait_for(terminal, "THEN ");
	assert_screen(terminal, "procs-160x50");
	for (int i = 0; i < 200; i++)
		terminal_resize(terminal, 1 + i * 7 % 60, 1 + i * 13 % 200);
	terminal_resize(terminal, 24, 80);
	terminal_send(terminal, "\f");
	terminal_wait_for(terminal, "java -Xmx12g");
	terminal_read(terminal, 500);
	assert_screen(terminal, "procs-80x24");
	quit(terminal);
}

static void keys_sort_scroll_and_help(void **state)
{
	struct terminal *terminal = start(state, 24, 80, NULL);
	terminal_wait_for(terminal, ">1*     4242 app");
	terminal_send(terminal, "T");
	terminal_wait_for(terminal, "sort START");
	terminal_wait_for(terminal, ">-         1 root");
	terminal_send(terminal, "P");
	terminal_wait_for(terminal, ">1*     4242 app");
	terminal_send(terminal, "\033[B"); /* Down as xterm sends it in one mode */
	terminal_wait_for(terminal, ">2      9120 www");
	terminal_send(terminal, "\033OB"); /* and in the other */
	terminal_wait_for(terminal, ">3      8807 www");
	terminal_send(terminal, "\033k"); /* Alt-k */
	terminal_wait_for(terminal, ">2      9120 www");
	terminal_send(terminal, "G");
	terminal_wait_for(terminal, ">-       602 root");
	terminal_send(terminal, "\033[C\033[C"); /* Right */
	terminal_wait_for(terminal, "java -Xmx12g -jar app.jar --server");
	terminal_send(terminal, "^?");
	terminal_wait_for(terminal, "THE NUMBERS");
	terminal_send(terminal, "/quit from\r"); /* the help is searched */
	terminal_wait_for(terminal, "quit from anywhere");
	terminal_send(terminal, "q");
	terminal_wait_for(terminal, ">-       602 root");
	terminal_send(terminal, "\033[1;5C"); /* Ctrl-Right: its digits are no keys */
	terminal_wait_for(terminal, "unknown key");
	quit(terminal);
}

static void the_tree_is_folded_and_unfolded(void **state)
{
	struct fixture *fixture = *state;
	machine_set_parent(fixture->root, 9120, 1188);
	machine_set_parent(fixture->root, 8807, 9120);
	struct terminal *terminal = start(state, 24, 80, NULL);
	terminal_wait_for(terminal, ">1*     4242 app");
	terminal_send(terminal, "\033[15~"); /* F5 */
	terminal_wait_for(terminal, " " FORK "java -Xmx12g");
	terminal_wait_for(terminal, ">1*     4242 app");
	terminal_wait_for(terminal, " " PASS LAST "node server");
	terminal_send(terminal, "\033[B");
	terminal_wait_for(terminal, ">12     1188 root");
	terminal_send(terminal, "-");
	terminal_wait_for(terminal, " " FORK "+2 7.1G contain");
	terminal_wait_for(terminal, "2 folded (*)");
	terminal_read(terminal, 500); /* some samples */
	terminal_wait_for(terminal, " " FORK "+2 7.1G contain");
	terminal_send(terminal, "+");
	terminal_wait_for(terminal, " " PASS "   " LAST "node wor");
	terminal_send(terminal, "*");
	terminal_wait_for(terminal, " " FORK "+2 7.1G contain");
	terminal_send(terminal, "*");
	terminal_wait_for(terminal, " " PASS "   " LAST "node wor");
	terminal_send(terminal, "t");
	terminal_wait_for(
		terminal, " 1*     4242 app       286.3     0   286.3   859 10.1G  312M java");
	quit(terminal);
}

static void a_terminal_of_1x1_is_no_reason_to_end(void **state)
{
	struct terminal *terminal = start(state, 1, 1, NULL);
	terminal_wait_for(terminal, "N");
	terminal_send(terminal, "?.jG\033");
	terminal_read(terminal, 300);
	terminal_resize(terminal, 24, 80);
	terminal_wait_for(terminal, "4242 java");
	terminal_send(terminal, "Q");
	assert_int_equal(terminal_wait_exit(terminal), 0);
	assert_true(terminal_is_restored(terminal));
}

static void a_machine_at_rest_sends_next_to_nothing(void **state)
{
	struct terminal *terminal = start(state, 24, 80, NULL);
	terminal_wait_for(terminal, "java -Xmx12g");
	size_t before = terminal->received;
	terminal_read(terminal, 1000);
	assert_in_range(terminal->received - before, 0, 300);
	quit(terminal);
}

struct signal_row {
	const char *claim;
	int number;
	bool ignored, crash;
};

static const struct signal_row signal_rows[] = {
	{ "SIGINT ends it with 130", SIGINT, false, false },
	{ "SIGTERM ends it with 143", SIGTERM, false, false },
	{ "SIGHUP ends it with 129", SIGHUP, false, false },
	{ "SIGHUP ends it even if it was ignored", SIGHUP, true, false },
	{ "a segmentation fault restores the terminal", SIGSEGV, false, true },
	{ "an abort restores the terminal", SIGABRT, false, true },
	{ "a bus error restores the terminal", SIGBUS, false, true },
	{ "SIGQUIT restores the terminal", SIGQUIT, false, true },
};

static void check_signal(void **state)
{
	const struct signal_row *row = *state;
	struct terminal_options options = { .ignore_hup = row->ignored };
	void *fixture;
	set_up(&fixture);
	struct terminal *terminal = start(&fixture, 24, 80, &options);
	terminal_wait_for(terminal, "java -Xmx12g");
	assert_false(terminal_is_restored(terminal));
	assert_int_equal(kill(terminal->pid, row->number), 0);
	int status = terminal_wait_exit(terminal);
	if (row->crash) {
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), row->number);
	} else {
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 128 + row->number);
	}
	assert_true(terminal_is_restored(terminal));
	assert_non_null(strstr(terminal->last, RESTORED));
	tear_down(&fixture);
}

static void control_c_ends_it(void **state)
{
	struct terminal *terminal = start(state, 24, 80, NULL);
	terminal_wait_for(terminal, "java -Xmx12g");
	terminal_send(terminal, "\003");
	int status = terminal_wait_exit(terminal);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGINT);
	assert_true(terminal_is_restored(terminal));
}

static void a_lost_connection_ends_it(void **state)
{
	struct terminal_options options = { .ignore_hup = true };
	struct terminal *terminal = start(state, 24, 80, &options);
	terminal_wait_for(terminal, "java -Xmx12g");
	terminal_hang_up(terminal);
	terminal_wait_exit(terminal);
}

static void control_z_gives_the_terminal_back(void **state)
{
	struct fixture *fixture = *state;
	char script[512];
	snprintf(script, sizeof(script),
		"%s --root %s; echo STOPPED; stty -a | grep -o '[-]*icanon'; read line; fg; echo "
		"END=$?",
		program(), fixture->root);
	char *argv[] = { (char[]){ "bash" }, (char[]){ "-mc" }, script, NULL };
	struct terminal *terminal = &fixture->terminal;
	terminal_start(terminal, 24, 80, NULL, argv);
	terminal_wait_for(terminal, "java -Xmx12g");
	terminal_send(terminal, "\032");
	terminal_wait_for(terminal, "STOPPED\nicanon");
	terminal_send(terminal, "\n");
	terminal_wait_for(terminal, "java -Xmx12g");
	terminal_send(terminal, "q");
	terminal_wait_for(terminal, "END=0");
	assert_int_equal(terminal_wait_exit(terminal), 0);
}

struct term_row {
	const char *claim, *term, *named;
};

static const struct term_row term_rows[] = {
	{ "TERM that is not set is a usage error", "", "TERM is not set" },
	{ "an unknown TERM is named", "nosuch", "TERM=nosuch" },
	{ "a TERM that cannot move its cursor is named", "dumb", "TERM=dumb" },
};

static void check_term(void **state)
{
	const struct term_row *row = *state;
	struct terminal_options options = { .term = row->term };
	void *fixture;
	set_up(&fixture);
	struct terminal *terminal = start(&fixture, 24, 80, &options);
	int status = terminal_wait_exit(terminal);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	assert_non_null(strstr(terminal->last, row->named));
	assert_non_null(strstr(terminal->last, "--batch"));
	assert_null(strchr(terminal->last, '\033'));
	assert_true(terminal_is_restored(terminal));
	tear_down(&fixture);
}

static void a_terminal_without_colours_shows_the_same(void **state)
{
	struct terminal_options options = { .term = "vt100" };
	struct terminal *terminal = start(state, 24, 80, &options);
	terminal_wait_for(terminal, "java -Xmx12g");
	assert_screen(terminal, "procs-80x24");
	terminal_send(terminal, "q");
	assert_int_equal(terminal_wait_exit(terminal), 0);
	assert_true(terminal_is_restored(terminal));
}

static void keys_come_from_the_terminal_when_stdin_does_not(void **state)
{
	struct terminal_options options = { .stdin_is_null = true };
	struct terminal *terminal = start(state, 24, 80, &options);
	terminal_wait_for(terminal, "java -Xmx12g");
	quit(terminal);
}

static void a_pipe_gets_the_list_without_escapes(void **state)
{
	struct fixture *fixture = *state;
	char command[256], text[8192];
	snprintf(command, sizeof(command), "%s --root %s </dev/null", program(), fixture->root);
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	size_t length = fread(text, 1, sizeof(text) - 1, pipe);
	text[length] = '\0';
	assert_int_equal(pclose(pipe), 0);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "1*     4242 app       286.3     0   286.3   859 10.1G  312M "
				     "java -Xmx12g -jar app.jar --server\n"));
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(the_terminal_shows_what_the_grid_holds),
		WITH_MACHINE(a_resized_terminal_is_filled_anew),
		WITH_MACHINE(keys_sort_scroll_and_help),
		WITH_MACHINE(the_tree_is_folded_and_unfolded),
		WITH_MACHINE(a_terminal_of_1x1_is_no_reason_to_end),
		WITH_MACHINE(a_machine_at_rest_sends_next_to_nothing),
		WITH_MACHINE(control_c_ends_it),
		WITH_MACHINE(a_lost_connection_ends_it),
		WITH_MACHINE(control_z_gives_the_terminal_back),
		WITH_MACHINE(a_terminal_without_colours_shows_the_same),
		WITH_MACHINE(keys_come_from_the_terminal_when_stdin_does_not),
		WITH_MACHINE(a_pipe_gets_the_list_without_escapes),
	};
	signal(SIGPIPE, SIG_IGN);
	return run_rows("signals", signal_rows, check_signal) +
	       run_rows("kinds of terminal", term_rows, check_term) +
	       cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
