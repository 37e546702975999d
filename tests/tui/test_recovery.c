/* Memory that comes back after a kill, by readings that are made up. */
#include "support.h"

#include "model/recovery.h"

#include "oomspect/amount.h"

#include <string.h>

#define MIB INT64_C(1024)

static void it_tells_one_and_five_seconds_and_the_rest(void **state)
{
	struct recovery recovery;
	char text[160];
	int64_t ms = 0;
	(void)state;
	recovery_begin(&recovery, 1000, 2000 * MIB);
	for (bool more = true; more; ms += 250) {
		int64_t back = ms < 1200 ? ms : 1200;
		more = recovery_note(&recovery, 1000 + ms, (2000 + back) * MIB);
		assert_true(ms <= 5000);
	}
	assert_true(recovery.at_rest);
	recovery_describe(&recovery, text, sizeof(text));
	assert_string_equal(text,
		"memory back: avail 2.0G at the kill, 1 s 2.9G, 5 s 3.1G, at rest after 1.2 s");
	recovery.released = true;
	recovery_describe(&recovery, text, sizeof(text));
	assert_string_equal(
		text, "released: avail 2.0G at the kill, 1 s 2.9G, 5 s 3.1G, at rest after 1.2 s");
}

static void a_machine_that_never_rests_is_left_alone_after_half_a_minute(void **state)
{
	struct recovery recovery;
	int64_t ms = 0;
	(void)state;
	recovery_begin(&recovery, 0, 100 * MIB);
	while (recovery_note(&recovery, ms, (100 + ms % 500) * MIB))
		ms += 250;
	assert_int_equal(ms, 30000);
	assert_false(recovery.at_rest);
	assert_false(recovery.watching);
}

static void small_movements_are_rest(void **state)
{
	struct recovery recovery;
	int64_t ms = 0;
	(void)state;
	recovery_begin(&recovery, 0, 100 * MIB);
	while (recovery_note(&recovery, ms, 100 * MIB + (ms / 250 % 2) * 3 * MIB))
		ms += 250;
	assert_int_equal(ms, 5000);
	assert_true(recovery.at_rest);
}

static void a_reading_that_failed_changes_nothing(void **state)
{
	struct recovery recovery;
	(void)state;
	recovery_begin(&recovery, 0, 100 * MIB);
	assert_true(recovery_note(&recovery, 2000, UNKNOWN));
	assert_int_equal(recovery.after_1s_kb, UNKNOWN);
	recovery_begin(&recovery, 0, UNKNOWN);
	assert_false(recovery_note(&recovery, 250, 5));
}

static void a_short_buffer_is_kept_to(void **state)
{
	struct recovery recovery;
	char text[8];
	(void)state;
	recovery_begin(&recovery, 0, 100 * MIB);
	recovery_describe(&recovery, text, sizeof(text));
	assert_string_equal(text, "memory ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_tells_one_and_five_seconds_and_the_rest),
		cmocka_unit_test(a_machine_that_never_rests_is_left_alone_after_half_a_minute),
		cmocka_unit_test(small_movements_are_rest),
		cmocka_unit_test(a_reading_that_failed_changes_nothing),
		cmocka_unit_test(a_short_buffer_is_kept_to),
	};
	return cmocka_run_group_tests_name("recovery", tests, NULL, NULL);
}
