/* The sampler on this machine: what only a kernel can be asked. */
#include "oomspect/sampler.h"

#include "support.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_to_be_killed(void *argument)
{
	(void)argument;
	for (;;)
		pause();
	return 0;
}

static const struct snapshot *sample_this_machine(
	struct sampler *sampler, struct root *root, const struct sampler_options *options)
{
	assert_int_equal(root_open(root, "/", NULL), ERR_OK);
	assert_int_equal(sampler_init(sampler, root, options, NULL), ERR_OK);
	assert_int_equal(sampler_sample(sampler, NULL), ERR_OK);
	return sampler_latest(sampler);
}

static bool shares_with_self(const struct sampler *sampler, pid_t pid)
{
	const struct task *self = snapshot_find(sampler_latest(sampler), getpid());
	const struct task *other = snapshot_find(sampler_latest(sampler), pid);
	return self && other && self->mm_owner == other->mm_owner;
}

static void of_this_machine_who_shares_is_asked(void **state)
{
	static char stack[65536];
	struct root root;
	struct sampler sampler;
	const struct sampler_options options = { .memcgs = false };
	(void)state;
	if (proc_same_mm(getpid(), getpid()) == PROC_UNDECIDED)
		skip_because("kcmp(2) is refused");
	if (strstr(getenv("LD_PRELOAD") ? getenv("LD_PRELOAD") : "", "vgpreload"))
		skip_because("valgrind knows no clone(2) that shares memory");
	pid_t child = clone(wait_to_be_killed, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	assert_return_code(child, errno);
	sample_this_machine(&sampler, &root, &options);
	bool known = shares_with_self(&sampler, child);
	/* The counters that raise the question are our own, and may move while they are read. */
	for (int tries = 0; tries < 20 && !known; tries++) {
		assert_int_equal(sampler_sample(&sampler, NULL), ERR_OK);
		known = shares_with_self(&sampler, child);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	sampler_release(&sampler);
	root_release(&root);
	assert_true(known);
}

static void a_program_that_ends_at_once_leaves_itself_out(void **state)
{
	struct root root;
	struct sampler sampler;
	const struct sampler_options options = { .leave_out_self = true };
	(void)state;
	const struct snapshot *snapshot = sample_this_machine(&sampler, &root, &options);
	assert_true(snapshot->count > 0);
	assert_null(snapshot_find(snapshot, getpid()));
	sampler_release(&sampler);
	root_release(&root);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_this_machine_who_shares_is_asked),
		cmocka_unit_test(a_program_that_ends_at_once_leaves_itself_out),
	};
	return cmocka_run_group_tests_name("sampler of this machine", tests, NULL, NULL);
}
