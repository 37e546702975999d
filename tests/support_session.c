#include "support.h"

#include "support_session.h"

#include "support_files.h"
#include "support_machine.h"
#include "support_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define DELAY "-d0.2"

struct session *session_new(void)
{
	struct session *session = calloc(1, sizeof(*session));
	assert_non_null(session);
	session->terminal = (struct terminal){ .master = -1, .slave = -1 };
	machine_make(session->root, sizeof(session->root));
	snprintf(session->config, sizeof(session->config), "%s/config", session->root);
	return session;
}

void session_free(struct session *session)
{
	terminal_release(&session->terminal);
	machine_remove(session->root);
	free(session);
}

int session_set_up(void **state)
{
	*state = session_new();
	return 0;
}

int session_tear_down(void **state)
{
	session_free(*state);
	return 0;
}

static char *word(const char *text)
{
	return (char *)(uintptr_t)text;
}

struct terminal *session_start(struct session *session, int rows, int cols,
	const struct terminal_options *options, const char *const words[], const char *shown)
{
	char *argv[SESSION_WORDS_MAX + 5] = { word(run_program_path()), word("--root"),
		session->root, word(DELAY) };
	for (size_t i = 0; words && words[i]; i++) {
		assert_true(i < SESSION_WORDS_MAX);
		argv[i + 4] = word(words[i]);
	}
	terminal_start(&session->terminal, rows, cols, options, argv);
	if (shown)
		terminal_wait_like(&session->terminal, shown);
	return &session->terminal;
}

struct terminal *session_start_set(struct session *session, const char *settings,
	const struct terminal_options *options, const char *option, const char *shown)
{
	const char *const words[] = { "-d3", "--config", session->config, option, NULL };
	machine_write(session->root, "config", settings);
	return session_start(session, 24, 80, options, words, shown);
}

char *session_settings(const struct session *session)
{
	return file_text(session->config);
}

struct terminal *session_start_shell(
	struct session *session, const struct terminal_options *options, const char *script)
{
	char command[256], *text = NULL;
	char *argv[] = { word("bash"), word("-mc"), NULL, NULL };
	snprintf(
		command, sizeof(command), "%s --root %s " DELAY, run_program_path(), session->root);
	FILE *stream = open_memstream(&text, &(size_t){ 0 });
	assert_non_null(stream);
	for (; *script; script++) {
		if (script[0] == '%' && script[1] == 's') {
			fputs(command, stream);
			script++;
		} else {
			fputc(*script, stream);
		}
	}
	assert_int_equal(fclose(stream), 0);
	argv[2] = text;
	terminal_start(&session->terminal, 24, 80, options, argv);
	free(text);
	return &session->terminal;
}

void session_press(struct terminal *terminal, const char *keys, const char *shown)
{
	terminal_send(terminal, keys);
	terminal_wait_like(terminal, shown);
}

void session_ends_with(struct terminal *terminal, int status)
{
	int got = terminal_wait_exit(terminal);
	assert_true(WIFEXITED(got));
	assert_int_equal(WEXITSTATUS(got), status);
	assert_true(terminal_is_left(terminal));
}
