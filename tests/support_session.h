/* The program on a pseudo-terminal, showing the machine of the drawings (support_machine.h): one
 * session for each test. */
#ifndef TESTS_SUPPORT_SESSION_H
#define TESTS_SUPPORT_SESSION_H

#include "support_terminal.h"

#define SESSION_WORDS_MAX 12

struct session {
	char root[64], config[96]; /* the settings file lies in the machine's directory */
	struct terminal terminal;
};

/* cmocka set-up and tear-down with a struct session in *state; the program is not started. */
int session_set_up(void **state);
int session_tear_down(void **state);
#define WITH_SESSION(test) cmocka_unit_test_setup_teardown(test, session_set_up, session_tear_down)

/* The same for a test that has a row of a table in *state. */
struct session *session_new(void);
void session_free(struct session *session);

/* Starts the program on a terminal of that size, a sample each 0.2 s, with more `words` behind
 * (NULL at the end, or NULL for none), and waits until `shown` (support_terminal.h, a pattern; or
 * NULL) is there. */
struct terminal *session_start(struct session *session, int rows, int cols,
	const struct terminal_options *options, const char *const words[], const char *shown);

/* The same at 80x24 with `settings` as the settings file and its own delay, and one option more (or
 * NULL). */
struct terminal *session_start_set(struct session *session, const char *settings,
	const struct terminal_options *options, const char *option, const char *shown);

/* The settings file as it is now. Free it. */
char *session_settings(const struct session *session);

/* Runs a script of bash(1), with job control, in which %s is the program's command line. */
struct terminal *session_start_shell(
	struct session *session, const struct terminal_options *options, const char *script);

/* Sends keys and waits for the pattern. */
void session_press(struct terminal *terminal, const char *keys, const char *shown);

/* Fails unless the program ends with that exit status and leaves the terminal as it was. */
void session_ends_with(struct terminal *terminal, int status);

#endif
