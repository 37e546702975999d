/* Every command with each of its allocations failing, alone and with all behind it: the answer is
 * whole, or the status is 1 and standard error says why. */
#include "support.h"
#include "support_scarce.h"

#include <stdint.h>
#include <stdio.h>

static void fail_each(const struct scarce_command *command, const char *and_behind)
{
	unsigned count = scarce_count(command);
	assert_in_range(count, 5, 1000);
	for (unsigned i = 1; i <= count; i++) {
		char fail[16], how[64];
		snprintf(fail, sizeof(fail), "%u%s", i, and_behind);
		snprintf(how, sizeof(how), "allocation %s of %u", fail, count);
		struct run run = scarce_run(command, "SCARCE_FAIL", fail);
		scarce_check(command, &run, how);
	}
}

static void check_command(void **state)
{
	scarce_need();
	fail_each(*state, "");
	fail_each(*state, "+");
}

/* The answers that the others are held against are answers. */
static void the_references_are_whole(void **state)
{
	(void)state;
	scarce_need();
	for (size_t i = 0; i < scarce_command_count; i++) {
		const struct scarce_command *command = &scarce_commands[i];
		struct run run = scarce_run(command, NULL, NULL);
		bool absent = run.status == 1 && run.err[0];
		if ((run.status != 0 && !absent) || !run.out[0] ||
			(command->is_whole && !command->is_whole(&run)))
			fail_msg("%s: status %d, \"%.300s\", %s", command->claim, run.status,
				run.out, run.err);
		run_release(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_references_are_whole) };
	scarce_begin();
	int failed = cmocka_run_group_tests_name("references", tests, NULL, NULL) +
		     run_row_tests("allocations", scarce_commands, sizeof(scarce_commands[0]),
			     scarce_command_count, check_command);
	scarce_end();
	return failed;
}
