/* The screen on a pseudo-terminal with settings, a home and an environment that are not as they should
 * be: it starts, says so, and writes nothing that was not asked for. */
#include "support.h"
#include "support_session.h"

#include "support_child.h"
#include "support_run.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STARTED "java -Xmx12g"

/* --- settings ------------------------------------------------------------------------------------- */

static void lines_that_are_no_settings_are_said_and_kept(void **state)
{
	struct session *session = *state;
	const char *bad = "  colour = on # soon\nascii = maybe\n", *good = "warn = 70\n";
	char settings[128];
	snprintf(settings, sizeof(settings), "%s%s", bad, good);
	struct terminal *terminal = session_start_set(session, settings, NULL, NULL,
		STARTED ".*settings: 2 lines ignored, line 1: 'colour': no such setting");
	session_press(terminal, "W", "settings written to ");
	terminal_quit(terminal);
	char *text = session_settings(session);
	assert_non_null(strstr(text, bad));
	assert_non_null(strstr(text, "\nascii = off\n"));
	assert_non_null(strstr(text, "\nwarn = 70\n"));
	free(text);
}

static void the_message_makes_room_for_the_next(void **state)
{
	struct terminal *terminal = session_start_set(*state, "tree = on\nheader = 1\n", NULL, NULL,
		"settings: line 2 ignored: header = 1: neither on nor off");
	session_press(terminal, "?", "THE NUMBERS");
	session_press(terminal, "q", STARTED);
	assert_false(terminal_is_like(terminal, "line 2 ignored"));
	terminal_quit(terminal);
}

static void escape_codes_in_settings_do_nothing(void **state)
{
	struct terminal *terminal = session_start_set(*state, "\033]0;x\a\033[?1049l\233 = on\n",
		NULL, NULL, "settings: line 1 ignored: '.*': no such setting");
	assert_true(terminal->alternate);
	terminal_quit(terminal);
}

static void settings_that_were_asked_for_have_to_be_there(void **state)
{
	struct session *session = *state;
	const char *const words[] = { "--config", session->config, NULL };
	struct terminal *terminal = session_start(session, 24, 80, NULL, words, NULL);
	session_ends_with(terminal, 1);
	assert_non_null(strstr(terminal->last, "oomspect: cannot read settings '"));
	assert_null(strchr(terminal->last, '\033')); /* before anything is drawn */
}

/* --- the environment ------------------------------------------------------------------------------ */

/* Variables, each with its value behind it, for the program alone; NULL at the end. */
static void set_variables(const void *context)
{
	const char *const *words = context;
	unsetenv("XDG_CONFIG_HOME");
	for (; words[0]; words += 2)
		setenv(words[0], words[1], 1);
}

static const struct size_case {
	const char *claim;
	const char *words[5];
} size_cases[] = {
	{ "of a hundred million lines", { "LINES", "99999999" } },
	{ "of a hundred million columns", { "COLUMNS", "99999999" } },
	{ "of more cells than there are numbers",
		{ "LINES", "2147483647", "COLUMNS", "2147483647" } },
	{ "of fewer than none", { "LINES", "-1", "COLUMNS", "-99999999" } },
	{ "of one line", { "LINES", "1", "COLUMNS", "1" } },
	{ "of no number", { "LINES", "", "COLUMNS", "many" } },
};

/* The terminal knows better. */
static void check_size(void **state)
{
	const struct size_case *row = *state;
	const struct terminal_options options = { .enter = set_variables, .context = row->words };
	struct session *session = session_new();
	struct terminal *terminal = session_start_set(session, "", &options, NULL, STARTED);
	terminal_wait_for(terminal, "F1Help"); /* the last line of 24 */
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
	session_free(session);
}

/* `directory` and as often "/." as makes `length` bytes. */
static void stretch(char *buffer, const char *directory, size_t length)
{
	size_t used = strlen(directory);
	memcpy(buffer, directory, used);
	for (; used < length; used++)
		buffer[used] = (length - used) % 2 ? '.' : '/';
	buffer[length] = '\0';
}

static const struct home_case {
	const char *claim;
	const char *variable;
	size_t more;   /* bytes that the path of the settings has more than a path may have */
	bool one_name; /* not a path of many names, but one that is longer than any */
	const char *message;
} home_cases[] = {
	{ "a HOME that is too long by a byte", "HOME", 1, false, "no settings: their path has" },
	{ "a HOME of 64 KiB", "HOME", 65536, false, "no settings: their path has" },
	{ "a HOME of one long name", "HOME", 0, true, "cannot read settings '/nnnn" },
	{ "an XDG_CONFIG_HOME that is too long by a byte", "XDG_CONFIG_HOME", 1, false,
		"no settings: their path has" },
	{ "an XDG_CONFIG_HOME of 64 KiB", "XDG_CONFIG_HOME", 65536, false,
		"no settings: their path has" },
	{ "an XDG_CONFIG_HOME of one long name", "XDG_CONFIG_HOME", 0, true,
		"cannot read settings '/nnnn" },
};

/* A path that is cut would be one below the session's directory. */
static void check_home(void **state)
{
	const struct home_case *row = *state;
	static char value[65536 + PATH_MAX];
	const char *words[] = { row->variable, value, NULL };
	const struct terminal_options options = { .enter = set_variables, .context = words };
	const char *end = row->variable[0] == 'H' ? "/.config/oomspect/config" : "/oomspect/config";
	size_t length = PATH_MAX - 1 - strlen(end) + row->more;
	struct session *session = session_new();
	char made[96];
	if (row->one_name) {
		memset(value, 'n', length);
		value[0] = '/';
		value[length] = '\0';
	} else {
		stretch(value, session->root, length);
	}
	struct terminal *terminal = session_start(session, 24, 80, &options, NULL, STARTED);
	terminal_wait_for(terminal, row->message);
	session_press(terminal, "W", "nowhere to write: |cannot write '/nnnn");
	terminal_quit(terminal);
	for (int i = 0; i < 2; i++) {
		snprintf(made, sizeof(made), "%s/%s", session->root, i ? "oomspect" : ".config");
		assert_int_equal(access(made, F_OK), -1);
	}
	session_free(session);
}

/* --- the audit file ------------------------------------------------------------------------------- */

static void no_audit_file_is_made_where_nothing_is_changed(void **state)
{
	struct session *session = *state;
	char path[96], number[16];
	snprintf(path, sizeof(path), "%s/audit", session->root);
	const char *const words[] = { "-r", "--audit", path, NULL };
	struct terminal *terminal = session_start(session, 24, 80, NULL, words, STARTED);
	terminal_quit(terminal);
	assert_int_equal(access(path, F_OK), -1);
	pid_t pid = child_start("dry");
	snprintf(number, sizeof(number), "%d", (int)pid);
	struct run run = RUN("adj", "--dry-run", "--audit", path, "900", number);
	assert_int_equal(run.status, 0);
	run_release(&run);
	child_end(pid);
	assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_SESSION(lines_that_are_no_settings_are_said_and_kept),
		WITH_SESSION(the_message_makes_room_for_the_next),
		WITH_SESSION(escape_codes_in_settings_do_nothing),
		WITH_SESSION(settings_that_were_asked_for_have_to_be_there),
		WITH_SESSION(no_audit_file_is_made_where_nothing_is_changed),
	};
	return run_rows("screens by the environment", size_cases, check_size) +
	       run_rows("homes", home_cases, check_home) +
	       cmocka_run_group_tests_name("odd settings", tests, NULL, NULL);
}
