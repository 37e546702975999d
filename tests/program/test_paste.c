/* Text that is pasted into the screen does no harm, whether the terminal tells that it is pasted or
 * not: no signal, no value, no file. Who types fast is not taken for a paste. */
#include "support.h"
#include "support_child.h"
#include "support_files.h"
#include "support_run.h"
#include "support_session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BEGIN "\033[200~"
#define END   "\033[201~"

struct fixture {
	struct files files;
	char config[96];
	pid_t child;
	int adj; /* of the child, before */
	struct terminal terminal;
};

static char *word(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* The program on this machine, pointing at a process of the test's own. */
static struct fixture *fixture_new(const char *term)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	struct terminal_options options = { .term = term };
	char pid[16];
	files_make(&fixture->files);
	snprintf(fixture->config, sizeof(fixture->config), "%s/config", fixture->files.path);
	fixture->child = child_start("pasted at");
	fixture->adj = child_adj(fixture->child);
	snprintf(pid, sizeof(pid), "%d", (int)fixture->child);
	files_put(&fixture->files, "config", "");
	char *argv[] = { word(run_program_path()), word("-d0.2"), word("-p"), pid, word("--config"),
		fixture->config, NULL };
	terminal_start(&fixture->terminal, 24, 100, &options, argv);
	terminal_wait_like(&fixture->terminal, "rows 1-1 of 1");
	return fixture;
}

static void fixture_free(struct fixture *fixture)
{
	terminal_release(&fixture->terminal);
	child_end(fixture->child);
	files_remove(&fixture->files);
	free(fixture);
}

static int set_up(void **state)
{
	*state = fixture_new(NULL);
	return 0;
}

static int tear_down(void **state)
{
	fixture_free(*state);
	return 0;
}

static bool is_untouched(const struct fixture *fixture)
{
	siginfo_t info = { .si_pid = 0 };
	char text[8] = "";
	FILE *config = fopen(fixture->config, "re");
	bool written = config && fread(text, 1, sizeof(text), config) > 0;
	if (config)
		fclose(config);
	return waitid(P_PID, (id_t)fixture->child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == 0 && child_adj(fixture->child) == fixture->adj && !written;
}

/* Pasted, and the picture after it seen. */
static void paste(struct fixture *fixture, const char *before, const char *text, const char *behind)
{
	char bytes[512];
	snprintf(bytes, sizeof(bytes), "%s%s%s", before, text, behind);
	terminal_send(&fixture->terminal, bytes);
	terminal_read(&fixture->terminal, 150);
}

/* --- what does harm if it is typed ----------------------------------------------------------------- */

static const struct paste_row {
	const char *claim, *text;
} paste_rows[] = {
	{ "a command with a k in it", "kubectl get pods\n" },
	{ "the same with CR, as terminals send it", "kubectl get pods\r" },
	{ "a number that would be a value", "task 900\n" },
	{ "a dialog, and Enter many times", "k\r\r\r\r\r\r\r\r" },
	{ "a value, and Enter many times", "a500\r\r\r\r\r\r" },
	{ "SIGKILL", "k\033[B\r" },
	{ "several lines", "ls\nkill -9 1\nrm -rf /\nkubectl\nassert 5\n" },
	{ "what writes the settings", "fix\033WHY DOES IT\n" },
	{ "a dialog that is left and opened again", "a\033k\ra\033k\r" },
};

static void check_paste_without_brackets(void **state)
{
	const struct paste_row *row = *state;
	struct fixture *fixture = fixture_new(NULL);
	paste(fixture, "", row->text, "");
	assert_true(is_untouched(fixture));
	paste(fixture, "", row->text, "");
	assert_true(is_untouched(fixture));
	terminal_quit(&fixture->terminal);
	terminal_wait_exit(&fixture->terminal);
	assert_true(is_untouched(fixture));
	fixture_free(fixture);
}

static void check_paste_in_brackets(void **state)
{
	const struct paste_row *row = *state;
	struct fixture *fixture = fixture_new(NULL);
	assert_true(fixture->terminal.paste);
	paste(fixture, BEGIN, row->text, END);
	terminal_wait_for(&fixture->terminal, "pasted text is ignored");
	assert_true(terminal_is_like(&fixture->terminal, "rows 1-1 of 1|pasted text"));
	assert_false(terminal_is_like(&fixture->terminal, "list is frozen"));
	assert_true(is_untouched(fixture));
	terminal_send(&fixture->terminal, "q");
	terminal_wait_exit(&fixture->terminal);
	assert_true(terminal_is_left(&fixture->terminal));
	fixture_free(fixture);
}

/* A slow line may cut the sequence anywhere. */
static void brackets_that_come_in_two_parts_are_brackets(void **state)
{
	struct fixture *fixture = *state;
	char head[16];
	for (size_t cut = 1; cut < strlen(BEGIN); cut++) {
		snprintf(head, sizeof(head), "%.*s", (int)cut, BEGIN);
		terminal_send(&fixture->terminal, head);
		terminal_read(&fixture->terminal, 30);
		paste(fixture, BEGIN + cut, "kubectl get pods\nassert 5\n", END);
		assert_true(is_untouched(fixture));
		terminal_send(&fixture->terminal, "\033");
		terminal_read(&fixture->terminal, 100);
	}
}

static void a_paste_whose_end_is_lost_is_over_after_a_while(void **state)
{
	struct fixture *fixture = *state;
	paste(fixture, BEGIN, "kubectl", "");
	terminal_wait_for(&fixture->terminal, "pasted text is ignored");
	terminal_read(&fixture->terminal, 1200);
	terminal_send(&fixture->terminal, "q");
	assert_int_equal(terminal_wait_exit(&fixture->terminal), 0);
}

/* --- where text is wanted --------------------------------------------------------------------------- */

static void a_prompt_takes_it_without_its_controls(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = &fixture->terminal;
	terminal_send(terminal, "/");
	terminal_wait_for(terminal, "search:");
	paste(fixture, BEGIN, "pas\rted\033[31m \xc3\xa4t\n", END);
	terminal_wait_for(terminal, "search: pasted \xc3\xa4t");
	terminal_send(terminal, "\177\177\177\r");
	terminal_wait_like(terminal, "rows 1-1 of 1");
	terminal_send(terminal, "q");
	assert_int_equal(terminal_wait_exit(terminal), 0);
}

static void a_value_takes_digits_and_is_not_written_by_a_line_end(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = &fixture->terminal;
	terminal_send(terminal, "a");
	terminal_wait_for(terminal, "Adjust oom_score_adj");
	paste(fixture, BEGIN, " 4x3\n3 \n", END);
	terminal_wait_for(terminal, "[433");
	assert_true(is_untouched(fixture));
	terminal_confirm(terminal, " -> 433");
	assert_int_equal(child_adj(fixture->child), 433);
}

static void in_the_menu_of_signals_it_is_ignored(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = &fixture->terminal;
	terminal_send(terminal, "k");
	terminal_wait_for(terminal, "Send a signal");
	paste(fixture, BEGIN, "\033[B\n\n", END);
	terminal_wait_for(terminal, "pasted text is ignored");
	assert_true(is_untouched(fixture));
	assert_true(terminal_is_like(terminal, "> 15 SIGTERM"));
}

/* --- who types ---------------------------------------------------------------------------------------- */

static void a_fast_typist_is_no_paste(void **state)
{
	static const char *const typed[] = { "a", "44", "5", "\r" };
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_SIZE(typed); i++) {
		terminal_send(&fixture->terminal, typed[i]);
		terminal_read(&fixture->terminal, 60);
	}
	terminal_wait_for(&fixture->terminal, " -> 445");
	assert_int_equal(child_adj(fixture->child), 445);
}

/* A line that holds keys back delivers them at once: the second Enter is for what was seen. */
static void keys_that_a_slow_line_brought_at_once_need_another_enter(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = &fixture->terminal;
	terminal_send(terminal, "a446\r");
	terminal_wait_for(
		terminal, "Enter came together with other keys, as pasted text does: again");
	assert_true(terminal_is_like(terminal, "\\[446"));
	assert_true(is_untouched(fixture));
	terminal_confirm(terminal, " -> 446");
	terminal_send(terminal, "W");
	terminal_wait_for(terminal, "settings written to ");
	assert_false(is_untouched(fixture));
}

/* Ctrl-S holds what the program writes, and it waits: what is typed meanwhile was typed blindly. */
static void an_enter_before_the_dialog_was_seen_confirms_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = &fixture->terminal;
	terminal_type(terminal, "Z"); /* no sample comes between */
	terminal_send(terminal, "\023");
	terminal_read(terminal, 50);
	terminal_send(terminal, "k");
	terminal_read(terminal, 200);
	terminal_send(terminal, "\r");
	terminal_read(terminal, 200);
	terminal_send(terminal, "\021");
	terminal_wait_for(terminal, "Enter came together with other keys");
	assert_true(terminal_is_like(terminal, "Send a signal"));
	assert_true(is_untouched(fixture));
	terminal_confirm(terminal, "SIGTERM sent to ");
}

static void movements_in_a_burst_all_count(void **state)
{
	struct terminal *terminal =
		session_start(*state, 24, 80, NULL, NULL, "4242 +app.*java -Xmx12g");
	assert_true(terminal->paste);
	session_press(terminal, "\033[B\033[B\033[B\033[A\r", "\\[4 Detail\\].*8807 node");
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
}

/* --- the terminal --------------------------------------------------------------------------------------- */

static void a_terminal_of_another_kind_is_not_asked(void **state)
{
	(void)state;
	static const char *const kinds[] = { "vt52", "wyse50", "adm3a" };
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct session *session = session_new();
		struct terminal_options options = { .term = kinds[i] };
		struct terminal *terminal = session_start(session, 24, 80, &options, NULL, NULL);
		terminal_read(terminal, 300);
		assert_false(terminal->paste);
		assert_null(strstr(terminal->last, "2004"));
		session_free(session);
	}
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_FIXTURE(brackets_that_come_in_two_parts_are_brackets),
		WITH_FIXTURE(a_paste_whose_end_is_lost_is_over_after_a_while),
		WITH_FIXTURE(a_prompt_takes_it_without_its_controls),
		WITH_FIXTURE(a_value_takes_digits_and_is_not_written_by_a_line_end),
		WITH_FIXTURE(in_the_menu_of_signals_it_is_ignored),
		WITH_FIXTURE(a_fast_typist_is_no_paste),
		WITH_FIXTURE(keys_that_a_slow_line_brought_at_once_need_another_enter),
		WITH_FIXTURE(an_enter_before_the_dialog_was_seen_confirms_nothing),
		WITH_SESSION(movements_in_a_burst_all_count),
		cmocka_unit_test(a_terminal_of_another_kind_is_not_asked),
	};
	return run_rows("pasted without brackets", paste_rows, check_paste_without_brackets) +
	       run_rows("pasted in brackets", paste_rows, check_paste_in_brackets) +
	       cmocka_run_group_tests_name("pasted", tests, NULL, NULL);
}
