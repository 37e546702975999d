/* Sets of marks, held against an array of all that can be in them. */
#include "support.h"

#include "model/marks.h"

#include <stdlib.h>

enum { NUMBERS = 200 };

static void a_set_holds_what_was_added_and_not_taken_away(void **state)
{
	struct marks marks = { 0 };
	bool in[NUMBERS] = { false };
	unsigned seed = 14;
	(void)state;
	for (int round = 0; round < 5000; round++) {
		seed = seed * 1103515245 + 12345;
		size_t number = seed >> 16 & 255;
		if (number >= NUMBERS)
			continue;
		in[number] = seed >> 8 & 1;
		if (in[number])
			assert_true(marks_add(&marks, number));
		else
			marks_remove(&marks, number);
	}
	size_t count = 0;
	for (size_t number = 0; number < NUMBERS; number++) {
		assert_int_equal(marks_has(&marks, number), in[number]);
		if (in[number])
			assert_int_equal(marks.items[count++].number, number);
	}
	assert_int_equal(marks.count, count);
	assert_true(count > 0 && count < NUMBERS);
	marks_clear(&marks);
	assert_false(marks_has(&marks, 1));
	marks_release(&marks);
	assert_null(marks.items);
}

static void another_process_with_the_same_pid_is_another_one(void **state)
{
	struct marks marks = { 0 };
	const struct task one = { .pid = 7, .start_ticks = 100 };
	const struct task other = { .pid = 7, .start_ticks = 200 };
	(void)state;
	assert_int_equal(marks_add_task(&marks, &other, NULL), ERR_OK);
	assert_false(marks_has_task(&marks, &one));
	marks_remove_task(&marks, &one);
	assert_true(marks_has_task(&marks, &other));
	assert_int_equal(marks_add_task(&marks, &one, NULL), ERR_OK);
	assert_int_equal(marks_add_task(&marks, &one, NULL), ERR_OK);
	assert_int_equal(marks.count, 2);
	marks_release(&marks);
}

static void only_the_living_stay(void **state)
{
	struct task tasks[] = { { .pid = 5, .start_ticks = 50 }, { .pid = 7, .start_ticks = 200 } };
	const struct snapshot snapshot = { .tasks = tasks, .count = ARRAY_SIZE(tasks) };
	const struct task gone = { .pid = 6, .start_ticks = 60 }, former = { .pid = 7 };
	struct marks marks = { 0 };
	(void)state;
	assert_int_equal(marks_add_task(&marks, &gone, NULL), ERR_OK);
	assert_int_equal(marks_add_task(&marks, &former, NULL), ERR_OK);
	assert_int_equal(marks_add_task(&marks, &tasks[0], NULL), ERR_OK);
	assert_int_equal(marks_add_task(&marks, &tasks[1], NULL), ERR_OK);
	marks_keep_living(&marks, &snapshot);
	assert_int_equal(marks.count, 2);
	assert_true(marks_has_task(&marks, &tasks[0]) && marks_has_task(&marks, &tasks[1]));
	marks_release(&marks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_holds_what_was_added_and_not_taken_away),
		cmocka_unit_test(another_process_with_the_same_pid_is_another_one),
		cmocka_unit_test(only_the_living_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
