/* The Detail view, the page of settings and W on a pseudo-terminal, with the keys as a terminal
 * sends them. */
#include "support.h"
#include "support_machine.h"
#include "support_terminal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char root[64], config[96];
	struct terminal terminal;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	fixture->terminal = (struct terminal){ .master = -1, .slave = -1 };
	machine_make(fixture->root, sizeof(fixture->root));
	snprintf(fixture->config, sizeof(fixture->config), "%s/config", fixture->root);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	terminal_release(&fixture->terminal);
	machine_remove(fixture->root);
	free(fixture);
	return 0;
}

static struct terminal *start(struct fixture *fixture, const char *settings)
{
	static char built[] = "build/oomspect", root[] = "--root", config[] = "--config";
	char *program = getenv("OOMSPECT");
	char *argv[] = { program ? program : built, root, fixture->root, config, fixture->config,
		NULL };
	machine_write(fixture->root, "config", settings);
	terminal_start(&fixture->terminal, 24, 80, NULL, argv);
	return &fixture->terminal;
}

static void quit(struct terminal *terminal)
{
	terminal_send(terminal, "Q");
	assert_int_equal(terminal_wait_exit(terminal), 0);
	assert_true(terminal_is_restored(terminal));
}

static void enter_opens_a_process_and_escape_leaves_it(void **state)
{
	struct terminal *terminal = start(*state, "");
	terminal_wait_for(terminal, "java -Xmx12g");
	terminal_send(terminal, "\r");
	terminal_wait_for(terminal, " BADNESS in        the machine");
	terminal_wait_for(terminal, "-83 or lower");
	terminal_send(terminal, "\033[6~"); /* PgDn */
	terminal_wait_for(terminal, "command    java -Xmx12g -jar app.jar --server");
	terminal_send(terminal, "\033");
	terminal_wait_for(terminal, ">1*     4242 app");
	terminal_send(terminal, "\033OB4"); /* Down */
	terminal_wait_for(terminal, " 9120 node");
	terminal_send(terminal, "q");
	terminal_wait_for(terminal, ">2      9120 www");
	quit(terminal);
}

static void five_shows_the_settings_of_the_kernel(void **state)
{
	struct terminal *terminal = start(*state, "");
	terminal_wait_for(terminal, "java -Xmx12g");
	terminal_send(terminal, "5");
	terminal_wait_for(terminal, "Settings that decide an OOM");
	terminal_send(terminal, "G");
	terminal_wait_for(terminal, "kernel.dmesg_restrict");
	terminal_send(terminal, "q");
	terminal_wait_for(terminal, ">1*     4242 app");
	quit(terminal);
}

static void settings_are_read_at_the_start_and_written_by_w(void **state)
{
	struct fixture *fixture = *state;
	struct terminal *terminal = start(fixture, "vi_keys = on\nsort = start\n");
	terminal_wait_for(terminal, ">-         1 root");
	terminal_send(terminal, "j");
	terminal_wait_for(terminal, ">-       602 root");
	terminal_send(terminal, "PW");
	terminal_wait_for(terminal, "settings written to ");
	quit(terminal);
	char text[4096] = "";
	FILE *file = fopen(fixture->config, "re");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_non_null(strstr(text, "\nsort = bad\n"));
	assert_non_null(strstr(text, "\nvi_keys = on\n"));
}

static void a_wrong_setting_is_named_before_anything_is_drawn(void **state)
{
	struct terminal *terminal = start(*state, "delay = 3\nfoo = 1\n");
	int status = terminal_wait_exit(terminal);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_non_null(strstr(terminal->last, "config:2: 'foo': no such setting"));
	assert_null(strchr(terminal->last, '\033'));
	assert_true(terminal_is_restored(terminal));
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(enter_opens_a_process_and_escape_leaves_it),
		WITH_MACHINE(five_shows_the_settings_of_the_kernel),
		WITH_MACHINE(settings_are_read_at_the_start_and_written_by_w),
		WITH_MACHINE(a_wrong_setting_is_named_before_anything_is_drawn),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("pages on a terminal", tests, NULL, NULL);
}
