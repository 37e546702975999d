/* The setup and the mouse on a pseudo-terminal, with what a terminal sends for both. */
#include "support.h"
#include "support_session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What xterm-256color is told, and what must come before the end. */
#define MOUSE_ON  "\033[?1006;1000h"
#define MOUSE_OFF "\033[?1006;1000l"

static struct terminal *start(struct session *session, const char *settings)
{
	return session_start_set(session, settings, NULL, NULL, "java -Xmx12g");
}

static struct terminal *start_with_mouse(struct session *session)
{
	struct terminal *terminal = session_start_set(session, "", NULL, "-m", "java -Xmx12g");
	assert_true(terminal->mouse);
	return terminal;
}

static void quit(struct terminal *terminal)
{
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
	assert_false(terminal->mouse);
}

/* Presses and releases the button (0 the left one, 64 and 65 the wheel) over the first character of
 * `text`. */
static void press(struct terminal *terminal, int button, const char *text)
{
	char *screen = terminal_text(terminal), *found = strstr(screen, text), bytes[64];
	if (!found)
		fail_msg("not on the screen: %s", text);
	int row = 1, col = 1;
	for (const char *at = screen; at < found; at++) {
		col = *at == '\n' ? 1 : col + 1;
		row += *at == '\n';
	}
	free(screen);
	snprintf(bytes, sizeof(bytes), "\033[<%d;%d;%dM\033[<%d;%d;%dm", button, col, row, button,
		col, row);
	terminal_send(terminal, bytes);
}

/* --- the setup -------------------------------------------------------------------------------- */

static void f_shows_and_hides_columns(void **state)
{
	struct terminal *terminal = start(*state, "");
	terminal_send(terminal, "f");
	terminal_wait_for(terminal, "| [Columns]");
	terminal_send(terminal, "\033OB\033OB\033OB "); /* Down to USER */
	terminal_wait_for(terminal, " RK      PID    MEM");
	terminal_wait_for(terminal, "> [ ] USER");
	terminal_send(terminal, "\r");
	terminal_wait_for(terminal, " RK      PID USER");
	terminal_send(terminal, "\033[18~"); /* F7 */
	terminal_wait_for(terminal, " RK  USER         PID");
	terminal_send(terminal, "\033");
	terminal_wait_for(terminal, " rows 1-14 of 14");
	terminal_wait_for(terminal, " RK  USER         PID");
	quit(terminal);
}

static void f2_and_s_open_its_pages_and_w_writes(void **state)
{
	struct session *session = *state;
	struct terminal *terminal = start(session, "");
	terminal_send(terminal, "\033OQ"); /* F2 */
	terminal_wait_for(terminal, "| [Columns]");
	terminal_send(terminal, "\033OC"); /* Right */
	terminal_wait_for(terminal, "[Meters]");
	terminal_send(terminal, "\033[F "); /* End: the function bar */
	terminal_wait_for(terminal, "> [ ] keys");
	terminal_send(terminal, "q");
	terminal_wait_for(terminal, " rows 1-14 of 14");
	terminal_send(terminal, "S\t");
	terminal_wait_for(terminal, "> [3.0]       delay");
	terminal_send(terminal, "--");
	terminal_wait_for(terminal, "> [1.0]       delay");
	terminal_wait_for(terminal, "up 41d  1.0s");
	terminal_send(terminal, "W");
	terminal_wait_for(terminal, "settings written to ");
	terminal_send(terminal, "q");
	quit(terminal);
	char *text = session_settings(session);
	assert_non_null(strstr(text, "\ndelay = 1.0\n"));
	assert_non_null(strstr(text, "\nmeters = title,memory,swap,commit,psi,zones,"));
	assert_null(strstr(text, "keys\n\n"));
	free(text);
}

static void colours_and_ascii_change_at_once(void **state)
{
	struct terminal *terminal = start(*state, "");
	terminal_send(terminal, "\f");
	terminal_read(terminal, 300);
	assert_non_null(strstr(terminal->last, "\033[31m")); /* the victim is red */
	terminal_send(terminal, "S\033[Z ");                 /* Shift-Tab: the last page */
	terminal_wait_for(terminal, "> [ ] color");
	terminal->last[0] = '\0';
	terminal_send(terminal, "\f");
	terminal_read(terminal, 300);
	assert_null(strstr(terminal->last, "\033[31m"));
	terminal_send(terminal, " \f");
	terminal_wait_for(terminal, "> [x] color");
	assert_non_null(strstr(terminal->last, "\033[31m"));
	terminal_send(terminal, "\033OB "); /* Down: ascii */
	terminal_wait_for(terminal, "> [x] ascii");
	terminal_send(terminal, "q");
	quit(terminal);
}

static void no_colours_at_the_start_can_be_switched_on(void **state)
{
	struct terminal *terminal = start(*state, "color = off\n");
	assert_null(strstr(terminal->last, "\033[31m"));
	terminal_send(terminal, "S\033[Z ");
	terminal_wait_for(terminal, "> [x] color");
	assert_non_null(strstr(terminal->last, "\033[31m"));
	quit(terminal);
}

/* --- the mouse -------------------------------------------------------------------------------- */

static void nothing_is_asked_of_the_mouse_by_default(void **state)
{
	struct terminal *terminal = start(*state, "");
	terminal_send(terminal, "2345fS\t\tq");
	terminal_read(terminal, 300);
	quit(terminal);
	assert_false(terminal->mouse_ever);
}

static void wheel_and_clicks_do_what_keys_do(void **state)
{
	struct terminal *terminal = start_with_mouse(*state);
	press(terminal, 0, "3321 alice");
	terminal_wait_for(terminal, ">7      3321 alice");
	press(terminal, 64, "3321 alice");
	terminal_wait_for(terminal, ">4       911 mysql");
	press(terminal, 65, "3321 alice");
	terminal_wait_for(terminal, ">7      3321 alice");
	press(terminal, 0, "SCORE   RSS");
	terminal_wait_for(terminal, "sort SCORE\n");
	press(terminal, 0, "SCORE   RSS");
	terminal_wait_for(terminal, "sorted by SCORE, reversed");
	press(terminal, 0, "2 Cgroups");
	terminal_wait_for(terminal, "[2 Cgroups]");
	press(terminal, 0, "F1Help");
	terminal_wait_for(terminal, "THE NUMBERS");
	press(terminal, 65, "THE NUMBERS");
	terminal_wait_for(terminal, "rows 4-25 of");
	terminal_send(terminal, "q1f");
	terminal_wait_for(terminal, "| [Columns]");
	press(terminal, 0, " Colours ");
	terminal_wait_for(terminal, "[Colours]");
	terminal_send(terminal, "\033");
	terminal_wait_for(terminal, "qQuit");
	press(terminal, 0, "qQuit");
	assert_int_equal(terminal_wait_exit(terminal), 0);
	assert_false(terminal->mouse);
}

static void buttons_without_a_meaning_are_no_keys(void **state)
{
	struct terminal *terminal = start_with_mouse(*state);
	press(terminal, 0, "3321 alice");
	terminal_wait_for(terminal, ">7      3321 alice");
	press(terminal, 2, "1201 root"); /* right button */
	press(terminal, 1, "1201 root");
	terminal_read(terminal, 300);
	terminal_wait_for(terminal, ">7      3321 alice");
	terminal_wait_for(terminal, " rows 1-14 of 14"); /* no "unknown key" */
	quit(terminal);
}

static void the_setup_switches_it_on_and_off(void **state)
{
	struct terminal *terminal = start(*state, "");
	assert_false(terminal->mouse_ever);
	terminal_send(terminal, "S\t\t\033[F "); /* the last line of the display */
	terminal_wait_for(terminal, "> [x]         mouse");
	assert_true(terminal->mouse);
	press(terminal, 0, " Meters ");
	terminal_wait_for(terminal, "[Meters]");
	terminal_send(terminal, "\t\033[F ");
	terminal_wait_for(terminal, "> [ ]         mouse");
	assert_false(terminal->mouse);
	quit(terminal);
}

static void the_settings_switch_it_on(void **state)
{
	struct terminal *terminal = start(*state, "mouse = on\n");
	assert_true(terminal->mouse);
	quit(terminal);
}

struct way_row {
	const char *claim;
	int number;
	bool crash;
};

static const struct way_row way_rows[] = {
	{ "SIGINT switches the mouse off", SIGINT, false },
	{ "SIGTERM switches the mouse off", SIGTERM, false },
	{ "SIGHUP switches the mouse off", SIGHUP, false },
	{ "a segmentation fault switches the mouse off", SIGSEGV, true },
	{ "an abort switches the mouse off", SIGABRT, true },
	{ "a bus error switches the mouse off", SIGBUS, true },
	{ "SIGQUIT switches the mouse off", SIGQUIT, true },
};

/* On the bytes: what switches it off is there, and nothing after it switches it on again. */
static void assert_off_in_the_end(const struct terminal *terminal)
{
	const char *off = strstr(terminal->last, MOUSE_OFF);
	assert_non_null(off);
	assert_null(strstr(off, MOUSE_ON));
	assert_false(terminal->mouse);
	assert_true(terminal_is_restored(terminal));
}

static void check_way(void **state)
{
	const struct way_row *row = *state;
	struct session *session = session_new();
	struct terminal *terminal = start_with_mouse(session);
	assert_int_equal(kill(terminal->pid, row->number), 0);
	int status = terminal_wait_exit(terminal);
	assert_true(row->crash ? WIFSIGNALED(status) : WIFEXITED(status));
	assert_off_in_the_end(terminal);
	session_free(session);
}

static void a_terminal_without_a_mouse_is_told_nothing(void **state)
{
	struct terminal_options options = { .term = "vt100" };
	struct terminal *terminal = session_start_set(*state, "", &options, "-m", "java -Xmx12g");
	assert_false(terminal->mouse_ever);
	assert_int_equal(kill(terminal->pid, SIGSEGV), 0);
	assert_true(WIFSIGNALED(terminal_wait_exit(terminal)));
	assert_null(strstr(terminal->last, "?1000"));
}

static void a_crash_after_it_was_switched_off_knows_that(void **state)
{
	struct terminal *terminal = start_with_mouse(*state);
	terminal_send(terminal, "S\t\t\033[F ");
	terminal_wait_for(terminal, "> [ ]         mouse");
	assert_false(terminal->mouse);
	terminal->last[0] = '\0';
	assert_int_equal(kill(terminal->pid, SIGSEGV), 0);
	assert_true(WIFSIGNALED(terminal_wait_exit(terminal)));
	assert_null(strstr(terminal->last, "1000"));
	assert_true(terminal_is_restored(terminal));
}

static void control_z_gives_it_back_and_fg_takes_it_again(void **state)
{
	struct terminal *terminal = session_start_shell(
		*state, NULL, "%s -m; echo STOPPED; read line; fg; echo END=$?");
	terminal_wait_for(terminal, "java -Xmx12g");
	assert_true(terminal->mouse);
	terminal_send(terminal, "\032");
	terminal_wait_for(terminal, "STOPPED");
	assert_false(terminal->mouse);
	terminal_send(terminal, "\n");
	terminal_wait_for(terminal, "java -Xmx12g");
	assert_true(terminal->mouse);
	press(terminal, 0, "3321 alice");
	terminal_wait_for(terminal, ">7      3321 alice");
	terminal_send(terminal, "q");
	terminal_wait_for(terminal, "END=0");
	assert_false(terminal->mouse);
	assert_int_equal(terminal_wait_exit(terminal), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SESSION(f_shows_and_hides_columns),
		WITH_SESSION(f2_and_s_open_its_pages_and_w_writes),
		WITH_SESSION(colours_and_ascii_change_at_once),
		WITH_SESSION(no_colours_at_the_start_can_be_switched_on),
		WITH_SESSION(nothing_is_asked_of_the_mouse_by_default),
		WITH_SESSION(wheel_and_clicks_do_what_keys_do),
		WITH_SESSION(buttons_without_a_meaning_are_no_keys),
		WITH_SESSION(the_setup_switches_it_on_and_off),
		WITH_SESSION(the_settings_switch_it_on),
		WITH_SESSION(a_terminal_without_a_mouse_is_told_nothing),
		WITH_SESSION(a_crash_after_it_was_switched_off_knows_that),
		WITH_SESSION(control_z_gives_it_back_and_fg_takes_it_again),
	};
	signal(SIGPIPE, SIG_IGN);
	return run_rows("ways out", way_rows, check_way) +
	       cmocka_run_group_tests_name("setup and mouse on a terminal", tests, NULL, NULL);
}
