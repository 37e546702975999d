/* What a terminal, a shell and the people at them do to a program, and what is left of the terminal
 * afterwards. Kinds of terminal, pipes and signals in the plain list are in test_screen. */
#include "support.h"
#include "support_machine.h"
#include "support_session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIST   "4242 +app.*java -Xmx12g"
#define VICTIM "NEXT 4242 java"

static double monotonic_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- where the program is when something happens to it ----------------------------------------- */

struct place {
	const char *name, *keys, *shown;
};

static const struct place places[] = {
	{ "in the list", "", VICTIM },
	{ "in the cgroups", "2", "\\[2 Cgroups\\]" },
	{ "in the events", "3", "\\[3 Events" },
	{ "in the details", "4", "\\[4 Detail\\]" },
	{ "in the settings", "5", "Settings that decide" },
	{ "in the help", "?", "THE NUMBERS" },
	{ "in a prompt", "/", "search:" },
	{ "in the sort menu", ".", ">RK" },
	{ "in the adjust dialog", "a", "list is frozen" },
	{ "in the signal dialog", "k", "SIGTERM" },
	{ "while it is paused", "Z", "PAUSED" },
};

static struct terminal *start_at(struct session *session, const struct place *place)
{
	struct terminal *terminal = session_start(session, 24, 80, NULL, NULL, LIST);
	session_press(terminal, place->keys, place->shown);
	return terminal;
}

/* --- sizes ------------------------------------------------------------------------------------ */

struct size_row {
	const char *claim;
	int rows, cols;
	const char *shown;
};

static const struct size_row size_rows[] = {
	{ "20x5", 5, 20, VICTIM },
	{ "10x3", 3, 10, "NEXT 4242" },
	{ "1x1", 1, 1, "N" },
	{ "2x1", 1, 2, "NE" },
	{ "1x50", 50, 1, "N" },
	{ "80x1", 1, 80, VICTIM },
	{ "a size that is not known is 80x24", 0, 0, LIST },
	{ "500x200", 200, 500, LIST },
};

/* Through every place; whatever does not fit is not drawn, and nothing ends the program. */
static void walk(struct terminal *terminal)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		terminal_send(terminal, places[i].keys);
		terminal_read(terminal, 15);
		terminal_send(terminal, "\033[B\033[6~G");
		terminal_read(terminal, 15);
		terminal_send(terminal, i + 1 == ARRAY_SIZE(places) ? "Z" : "\033");
		terminal_read(terminal, 100);
	}
	terminal_send(terminal, "1g");
}

static void check_size_at_start(void **state)
{
	const struct size_row *row = *state;
	struct session *session = session_new();
	struct terminal *terminal =
		session_start(session, row->rows, row->cols, NULL, NULL, row->shown);
	walk(terminal);
	terminal_wait_like(terminal, row->shown);
	terminal_send(terminal, "q");
	session_ends_with(terminal, 0);
	session_free(session);
}

static void check_resize(void **state)
{
	const struct size_row *row = *state;
	struct session *session = session_new();
	struct terminal *terminal = session_start(session, 24, 80, NULL, NULL, LIST);
	char *before = terminal_text(terminal);
	terminal_resize(terminal, row->rows, row->cols);
	terminal_wait_like(terminal, row->shown);
	terminal_resize(terminal, 24, 80);
	terminal_wait_for(terminal, before);
	free(before);
	terminal_send(terminal, "q");
	session_ends_with(terminal, 0);
	session_free(session);
}

struct storm_row {
	const char *claim;
	size_t place; /* of `places` */
	int pause_us; /* between two changes */
	bool is_read; /* what the program sends meanwhile */
};

static const struct storm_row storm_rows[] = {
	{ "1,000 sizes at once", 0, 0, false },
	{ "1,000 sizes, each of them drawn", 0, 2000, true },
	{ "1,000 sizes, nobody reading", 0, 500, false },
	{ "1,000 sizes in the help", 5, 500, false },
	{ "1,000 sizes in the adjust dialog", 8, 500, false },
	{ "1,000 sizes in the cgroups", 1, 500, false },
	{ "1,000 sizes in the details", 3, 500, false },
};

static void storm(struct terminal *terminal, const struct storm_row *row, unsigned seed)
{
	for (int i = 0; i < 1000; i++) {
		unsigned rows = (unsigned)rand_r(&seed), cols = (unsigned)rand_r(&seed);
		terminal_resize(terminal, 1 + (int)(rows % 70), 1 + (int)(cols % 220));
		if (row->is_read)
			terminal_read(terminal, row->pause_us / 1000);
		else if (row->pause_us)
			usleep((useconds_t)row->pause_us);
	}
	terminal_resize(terminal, 24, 80);
}

static void check_storm(void **state)
{
	const struct storm_row *row = *state;
	struct session *session = session_new();
	struct terminal *terminal = start_at(session, &places[row->place]);
	char *before = terminal_text(terminal);
	storm(terminal, row, 42);
	double ended = monotonic_s();
	terminal_wait_for(terminal, before);
	assert_true(monotonic_s() - ended < 5);
	free(before);
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
	session_free(session);
}

static void another_size_and_back_at_once_is_painted(void **state)
{
	struct terminal *terminal = session_start(*state, 24, 80, NULL, NULL, LIST);
	char *before = terminal_text(terminal);
	for (int i = 0; i < 20; i++) {
		terminal_resize(terminal, 5, 20); /* the emulator forgets the rest */
		terminal_resize(terminal, 24, 80);
		terminal_wait_for(terminal, before);
	}
	free(before);
	terminal_send(terminal, "q");
	session_ends_with(terminal, 0);
}

/* --- signals ------------------------------------------------------------------------------------ */

static void check_signals(void **state)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	const struct place *place = *state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct session *session = session_new();
		struct terminal *terminal = start_at(session, place);
		assert_int_equal(kill(terminal->pid, numbers[i]), 0);
		session_ends_with(terminal, 128 + numbers[i]);
		session_free(session);
	}
}

/* Keys of the tty, which a program may take away and this one does not. */
static void check_control_c(void **state)
{
	const struct place *place = *state;
	struct session *session = session_new();
	struct terminal *terminal = start_at(session, place);
	terminal_send(terminal, "\003");
	session_ends_with(terminal, 130);
	session_free(session);
}

static const int fatal_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGQUIT,
	SIGTRAP, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGPWR, SIGPIPE,
	SIGIO, SIGSTKFLT };

static void check_end_by(int number, bool dies_of_it)
{
	struct session *session = session_new();
	struct terminal *terminal = session_start(session, 24, 80, NULL, NULL, LIST);
	assert_int_equal(kill(terminal->pid, number), 0);
	int status = terminal_wait_exit(terminal);
	bool ended = dies_of_it ? WIFSIGNALED(status) && WTERMSIG(status) == number
				: WIFEXITED(status) && WEXITSTATUS(status) == 128 + number;
	if (!ended || !terminal_is_left(terminal))
		fail_msg("signal %d: status %x, restored %d, alternate %d, hidden %d", number,
			(unsigned)status, terminal_is_restored(terminal), terminal->alternate,
			terminal->cursor_hidden);
	session_free(session);
}

static void signals_that_end_it_leave_the_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fatal_signals); i++)
		check_end_by(fatal_signals[i], true);
}

/* The first and the last, some between them, and the two that libc does not let one handle. */
static void real_time_signals_leave_it_too(void **state)
{
	(void)state;
	check_end_by(SIGRTMIN, true);
	check_end_by(SIGRTMIN + 3, true);
	check_end_by(50, true);
	check_end_by(SIGRTMAX - 1, true);
	check_end_by(SIGRTMAX, true);
	check_end_by(32, false);
	check_end_by(33, false);
}

static void a_terminal_that_is_stopped_does_not_hold_sigterm(void **state)
{
	struct session *session = *state;
	struct terminal *terminal = session_start(session, 24, 80, NULL, NULL, LIST);
	terminal_send(terminal, "\023"); /* Ctrl-S */
	terminal_send(terminal, "?");
	terminal_read(terminal, 500);
	assert_int_equal(kill(terminal->pid, SIGTERM), 0);
	terminal_read(terminal, 100);
	terminal_send(terminal, "\021");
	session_ends_with(terminal, 143);
}

/* --- job control ------------------------------------------------------------------------------ */

#define STATE "S=$(stty -g); "
#define SAME  "[ \"$S\" = \"$(stty -g)\" ] && echo SAME; "

struct job_row {
	const char *claim;
	const char *keys; /* that stop it; or: */
	int number;       /* a signal */
};

static const struct job_row job_rows[] = {
	{ "Ctrl-Z gives the terminal back, fg takes it again", "\032", 0 },
	{ "Ctrl-Z in the help", "?\032", 0 },
	{ "Ctrl-Z in a prompt", "/\032", 0 },
	{ "Ctrl-Z in a dialog", "a\032", 0 },
	{ "SIGTSTP does the same", "", SIGTSTP },
};

static void check_job(void **state)
{
	const struct job_row *row = *state;
	struct session *session = session_new();
	struct terminal *terminal = session_start_shell(session, NULL,
		STATE "%s; echo STOPPED $?; " SAME "read line; fg; echo END=$?; " SAME);
	terminal_wait_like(terminal, LIST);
	terminal_send(terminal, row->keys);
	if (row->number)
		assert_int_equal(kill(terminal_foreground(terminal), row->number), 0);
	terminal_wait_like(terminal, "STOPPED 148\nSAME");
	assert_true(terminal_is_left(terminal));
	session_press(terminal, "\n", "NEXT 4242");
	assert_true(terminal->alternate && terminal->cursor_hidden);
	terminal_send(terminal, "\033");
	terminal_read(terminal, 200);
	terminal_send(terminal, "Q");
	terminal_wait_like(terminal, "END=0\nSAME");
	session_ends_with(terminal, 0);
	session_free(session);
}

/* SIGSTOP cannot be prepared for: the shell is left with our terminal, and sets it up for itself.
 * bash(1) has it so again after fg. */
static void after_sigstop_the_screen_is_right_again(void **state)
{
	struct session *session = *state;
	struct terminal *terminal = session_start_shell(
		session, NULL, "%s; stty sane; printf '\\rWRECKED\\n'; read line; fg; echo END=$?");
	terminal_wait_like(terminal, LIST);
	char *before = terminal_text(terminal);
	assert_int_equal(kill(terminal_foreground(terminal), SIGSTOP), 0);
	terminal_wait_for(terminal, "WRECKED");
	terminal_send(terminal, "\n");
	terminal_wait_for(terminal, before);
	free(before);
	session_press(terminal, "?", "THE NUMBERS"); /* no Enter is needed */
	terminal_send(terminal, "Q");
	terminal_wait_for(terminal, "END=0");
	assert_int_equal(terminal_wait_exit(terminal), 0);
	assert_false(terminal->alternate || terminal->cursor_hidden);
}

static void sigterm_while_it_is_stopped_ends_it_when_it_goes_on(void **state)
{
	struct session *session = *state;
	struct terminal *terminal = session_start_shell(
		session, NULL, STATE "%s; echo STOPPED; kill -TERM %1; fg; echo END=$?; " SAME);
	terminal_wait_like(terminal, LIST);
	terminal_send(terminal, "\032");
	terminal_wait_like(terminal, "END=143\nSAME");
	session_ends_with(terminal, 0);
}

static void in_the_background_it_waits_for_the_terminal(void **state)
{
	struct session *session = *state;
	struct terminal *terminal = session_start_shell(
		session, NULL, "%s & sleep 0.5; echo WAITING; read line; fg; echo END=$?");
	terminal_wait_for(terminal, "WAITING");
	assert_false(terminal->alternate);
	session_press(terminal, "\n", LIST);
	session_press(terminal, "?", "THE NUMBERS");
	terminal_send(terminal, "Q");
	terminal_wait_for(terminal, "END=0");
	session_ends_with(terminal, 0);
}

/* --- standard descriptors ---------------------------------------------------------------------- */

struct fd_row {
	const char *claim, *script, *shown;
};

static const struct fd_row tty_rows[] = {
	{ "stdin closed: keys come from the terminal", "%s <&-", LIST },
	{ "stdin a pipe: keys come from the terminal", "echo Q | %s", LIST },
	{ "stderr closed", "%s 2>&-", LIST },
	{ "stderr into nothing", "%s 2>/dev/null", LIST },
};

static void check_with_keys(void **state)
{
	const struct fd_row *row = *state;
	struct session *session = session_new();
	struct terminal *terminal = session_start_shell(session, NULL, row->script);
	terminal_wait_like(terminal, row->shown);
	session_press(terminal, "?", "THE NUMBERS");
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
	session_free(session);
}

static const struct fd_row text_rows[] = {
	{ "stdout a pipe that is closed: ended quietly by SIGPIPE",
		"set -o pipefail; %s | true; echo END=$?", "^END=141\n" },
	{ "stdout a pipe that is closed, SIGPIPE ignored by whoever started it",
		"trap '' PIPE; set -o pipefail; %s | true; echo END=$?", "^END=141\n" },
	{ "stdout closed: it failed, and says so", "%s >&-; echo END=$?",
		"^oomspect: cannot write to standard output: .*END=1\n" },
	{ "stdout full: it failed, and says so", "%s >/dev/full; echo END=$?",
		"^oomspect: cannot write to standard output: .*END=1\n" },
	{ "no terminal of its own and no stdin: no keyboard",
		"setsid -w %s </dev/null; echo END=$?", "^oomspect: .*--batch.*END=2\n" },
};

static void check_text(void **state)
{
	const struct fd_row *row = *state;
	struct session *session = session_new();
	struct terminal *terminal = session_start_shell(session, NULL, row->script);
	terminal_wait_for(terminal, "END=");
	assert_true(terminal_is_like(terminal, row->shown));
	assert_null(strchr(terminal->last, '\033'));
	session_ends_with(terminal, 0);
	session_free(session);
}

/* --- the other end is gone ----------------------------------------------------------------------- */

static double cpu_of_children_s(void)
{
	struct rusage usage;
	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Without a signal: the leader of the session, who would be sent it, ignores it, and so did the
 * program. What is left is that the terminal says so. */
static void check_gone(void **state)
{
	const struct place *place = *state;
	struct session *session = session_new();
	struct terminal *terminal =
		session_start_shell(session, NULL, "trap '' HUP; %s; S=$?; exit $S");
	terminal_wait_like(terminal, LIST);
	session_press(terminal, place->keys, place->shown);
	double before_s = monotonic_s(), cpu_s = cpu_of_children_s();
	terminal_hang_up(terminal);
	int status = terminal_wait_exit(terminal);
	double took_s = monotonic_s() - before_s;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	if (took_s > 1 || cpu_of_children_s() - cpu_s > 0.5)
		fail_msg("it took %.2f s", took_s);
	session_free(session);
}

/* --- other ways out -------------------------------------------------------------------------------- */

static void enough_samples_end_it(void **state)
{
	static const char *const words[] = { "-n", "2", NULL };
	struct terminal *terminal = session_start(*state, 24, 80, NULL, words, LIST);
	session_ends_with(terminal, 0);
}

static void a_machine_that_vanishes_leaves_its_last_picture(void **state)
{
	struct session *session = *state;
	struct terminal *terminal = session_start(session, 24, 80, NULL, NULL, LIST);
	machine_remove(session->root);
	terminal_wait_like(terminal, "STALE [0-9]+s.*no new sample: cannot read proc/meminfo: ");
	assert_true(terminal_is_like(terminal, LIST));
	session_press(terminal, "?", "THE NUMBERS");
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
}

static void a_machine_that_is_none_at_the_start_ends_it(void **state)
{
	struct session *session = *state;
	machine_write(session->root, "proc/meminfo", "nothing\n");
	struct terminal *terminal = session_start(session, 24, 80, NULL, NULL, NULL);
	session_ends_with(terminal, 1);
	assert_true(terminal_is_like(terminal, "^oomspect: cannot read proc/meminfo: no MemTotal"));
}

struct key_row {
	const char *claim, *keys;
	int status;
};

static const struct key_row way_rows[] = {
	{ "q", "q", 0 },
	{ "Q", "Q", 0 },
	{ "F10", "\033[21~", 0 },
	{ "Q in the help", "?Q", 0 },
	{ "q in a page, then q", "5qq", 0 },
	{ "Q in the sort menu", ".Q", 0 },
	{ "Ctrl-C", "\003", 130 },
};

static void check_way_out(void **state)
{
	const struct key_row *row = *state;
	struct session *session = session_new();
	struct terminal *terminal = session_start(session, 24, 80, NULL, NULL, LIST);
	terminal_send(terminal, row->keys);
	session_ends_with(terminal, row->status);
	session_free(session);
}

static void linux_consoles_show_the_same(void **state)
{
	struct terminal_options options = { .term = "linux" };
	struct terminal *terminal = session_start(*state, 24, 80, &options, NULL, LIST);
	session_press(terminal, "\033[[A", "THE NUMBERS"); /* F1 as the console sends it */
	session_press(terminal, "q", LIST);
	terminal_send(terminal, "q");
	session_ends_with(terminal, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SESSION(another_size_and_back_at_once_is_painted),
		cmocka_unit_test(signals_that_end_it_leave_the_terminal),
		cmocka_unit_test(real_time_signals_leave_it_too),
		WITH_SESSION(a_terminal_that_is_stopped_does_not_hold_sigterm),
		WITH_SESSION(after_sigstop_the_screen_is_right_again),
		WITH_SESSION(sigterm_while_it_is_stopped_ends_it_when_it_goes_on),
		WITH_SESSION(in_the_background_it_waits_for_the_terminal),
		WITH_SESSION(enough_samples_end_it),
		WITH_SESSION(a_machine_that_vanishes_leaves_its_last_picture),
		WITH_SESSION(a_machine_that_is_none_at_the_start_ends_it),
		WITH_SESSION(linux_consoles_show_the_same),
	};
	signal(SIGPIPE, SIG_DFL);
	return run_rows("sizes at the start", size_rows, check_size_at_start) +
	       run_rows("sizes by a resize and back", size_rows, check_resize) +
	       run_rows("storms", storm_rows, check_storm) +
	       run_rows("SIGINT, SIGTERM and SIGHUP", places, check_signals) +
	       run_rows("Ctrl-C", places, check_control_c) +
	       run_rows("job control", job_rows, check_job) +
	       run_rows("keys without stdin", tty_rows, check_with_keys) +
	       run_rows("text and no escapes", text_rows, check_text) +
	       run_rows("terminal gone, SIGHUP ignored", places, check_gone) +
	       run_rows("ways out", way_rows, check_way_out) +
	       cmocka_run_group_tests_name("robust", tests, NULL, NULL);
}
