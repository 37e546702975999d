/* The command `oomspect victim` as text: whom it names with the victim, and what it doubts. */
#include "support.h"
#include "support_machine.h"
#include "support_run.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char path[64];
};

/* 9120 is the only one in a cgroup with a limit; it is the first process of a pid namespace, in
 * which 8807 lives, whose cgroup is another. */
static int set_up(void **state)
{
	static struct fixture fixture;
	const char *path = fixture.path;
	machine_make(fixture.path, sizeof(fixture.path));
	machine_write(path, "proc/9120/cgroup", "0::/pod\n");
	machine_write(path, "proc/9120/status",
		"Name:\tnode\nState:\tS (sleeping)\nTgid:\t9120\nPid:\t9120\nPPid:\t1\n"
		"NSpid:\t9120\t1\nUid:\t33 33 33 33\nVmRSS:\t4000000 kB\nRssAnon:\t4000000 kB\n"
		"RssFile:\t0 kB\nRssShmem:\t0 kB\nVmPTE:\t8 kB\nVmSwap:\t0 kB\nThreads:\t1\n");
	machine_write(path, "proc/8807/stat",
		"8807 (node) S 9120 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 5 0 0 0 0 0 0 0 0 0 "
		"0\n");
	machine_write(path, "sys/fs/cgroup/pod/memory.current", "4096000000\n");
	machine_write(path, "sys/fs/cgroup/pod/memory.max", "8589934592\n");
	machine_write(path, "sys/fs/cgroup/pod/cgroup.procs", "9120\n");
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	machine_remove(fixture->path);
	return 0;
}

static void who_dies_along_outside_the_cgroup_is_named_apart(void **state)
{
	const struct fixture *fixture = *state;
	struct run run = RUN("victim", "--root", fixture->path, "--cgroup", "/pod");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "NEXT at OOM 9120 node "));
	assert_null(strstr(run.out, "dies with it:"));
	assert_non_null(strstr(run.out, "\n  and outside this cgroup: 8807 node\n"));
	run_release(&run);
}

static void of_the_whole_machine_nobody_is_outside(void **state)
{
	const struct fixture *fixture = *state;
	struct run run = RUN("victim", "--root", fixture->path, "-p", "9120,8807");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "\n  dies with it: 8807 node\n"));
	assert_null(strstr(run.out, "outside"));
	run_release(&run);
}

/* --- who sees only himself ---------------------------------------------------------------------- */

/* The answer to nobody, for whom this /proc shows no process but the program. */
struct hidden_answer {
	int status;
	char text[8192];
};

static struct hidden_answer ask_hidden(const char *hidepid, const char *options)
{
	struct hidden_answer answer = { 0 };
	char command[1024];
	snprintf(command, sizeof(command),
		"unshare -mpf sh -c 'mount -t proc -o hidepid=%s proc /proc || exit 99; "
		"setpriv --reuid=65534 --regid=65534 --clear-groups %s victim %s; exit $?'",
		hidepid, run_program_path(), options);
	FILE *out = popen(command, "re");
	assert_non_null(out);
	answer.text[fread(answer.text, 1, sizeof(answer.text) - 1, out)] = '\0';
	int status = pclose(out);
	answer.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return answer;
}

static const struct hidden_row {
	const char *claim, *hidepid;
} hidden_rows[] = {
	{ "hidepid=1: others are listed, and cannot be read", "1" },
	{ "hidepid=2: others are not there", "2" },
};

static void predicts_nothing_where_nobody_is_seen(void **state)
{
	const struct hidden_row *row = *state;
	if (geteuid() != 0 || ask_hidden(row->hidepid, "--help").status != 0)
		skip_because("needs root, unshare(1), setpriv(1) and a mount of proc");
	struct hidden_answer answer = ask_hidden(row->hidepid, "");
	assert_int_equal(answer.status, 3);
	assert_string_equal(answer.text, "no prediction: processes of other users are hidden "
					 "(hidepid), and none of those seen can be killed\n");
	answer = ask_hidden(row->hidepid, "--json");
	assert_int_equal(answer.status, 3);
	json_t *document = json_loads(answer.text, 0, NULL);
	assert_non_null(document);
	assert_true(json_is_null(json_object_get(document, "prediction")));
	assert_true(json_is_null(json_object_get(document, "victim")));
	const json_t *uncertain = json_object_get(document, "uncertain");
	assert_string_equal(json_string_value(json_array_get(uncertain, 0)), "hidden");
	json_decref(document);
}

#define ON_A_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_MACHINE(who_dies_along_outside_the_cgroup_is_named_apart),
		ON_A_MACHINE(of_the_whole_machine_nobody_is_outside),
	};
	return cmocka_run_group_tests_name("oomspect victim", tests, NULL, NULL) +
	       run_rows("hidden processes", hidden_rows, predicts_nothing_where_nobody_is_seen);
}
