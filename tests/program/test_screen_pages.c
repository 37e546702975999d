/* The Detail view, the page of settings and W on a pseudo-terminal, with the keys as a terminal
 * sends them. */
#include "support.h"
#include "support_session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct terminal *start(struct session *session)
{
	return session_start_set(session, "", NULL, NULL, "java -Xmx12g");
}

static void enter_opens_a_process_and_escape_leaves_it(void **state)
{
	struct terminal *terminal = start(*state);
	terminal_send(terminal, "\r");
	terminal_wait_for(terminal, " BADNESS at OOM    host");
	terminal_wait_for(terminal, "-81 or lower");
	terminal_send(terminal, "\033[6~"); /* PgDn */
	terminal_wait_for(terminal, "command    java -Xmx12g -jar app.jar --server");
	terminal_send(terminal, "\033");
	terminal_wait_for(terminal, ">1*     4242 app");
	terminal_send(terminal, "\033OB4"); /* Down */
	terminal_wait_for(terminal, " 9120 node");
	terminal_send(terminal, "q");
	terminal_wait_for(terminal, ">2      9120 www");
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
}

static void five_shows_the_settings_of_the_kernel(void **state)
{
	struct terminal *terminal = start(*state);
	terminal_send(terminal, "5");
	terminal_wait_for(terminal, "Settings that decide an OOM");
	terminal_send(terminal, "G");
	terminal_wait_for(terminal, "kernel.dmesg_restrict");
	terminal_send(terminal, "q");
	terminal_wait_for(terminal, ">1*     4242 app");
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
}

static void settings_are_read_at_the_start_and_written_by_w(void **state)
{
	struct session *session = *state;
	struct terminal *terminal = session_start_set(
		session, "vi_keys = on\nsort = start\n", NULL, NULL, ">-         1 root");
	terminal_send(terminal, "j");
	terminal_wait_for(terminal, ">-       602 root");
	terminal_type(terminal, "PW");
	terminal_wait_for(terminal, "settings written to ");
	terminal_send(terminal, "Q");
	session_ends_with(terminal, 0);
	char *text = session_settings(session);
	assert_non_null(strstr(text, "\nsort = rk\n"));
	assert_non_null(strstr(text, "\nvi_keys = on\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SESSION(enter_opens_a_process_and_escape_leaves_it),
		WITH_SESSION(five_shows_the_settings_of_the_kernel),
		WITH_SESSION(settings_are_read_at_the_start_and_written_by_w),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("pages on a terminal", tests, NULL, NULL);
}
