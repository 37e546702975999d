/* The command `oomspect victim` as text: whom it names with the victim, and what it doubts. */
#include "support.h"
#include "support_machine.h"
#include "support_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	assert_non_null(strstr(run.out, "NEXT 9120 node "));
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

#define ON_A_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_MACHINE(who_dies_along_outside_the_cgroup_is_named_apart),
		ON_A_MACHINE(of_the_whole_machine_nobody_is_outside),
	};
	return cmocka_run_group_tests_name("oomspect victim", tests, NULL, NULL);
}
