/* Arrays that grow. */
#include "support.h"

#include "oomspect/array.h"

#include <stdint.h>
#include <stdlib.h>

struct numbers {
	int *items;
	size_t count, capacity;
};

static void room_is_made_and_what_is_there_stays(void **state)
{
	(void)state;
	struct numbers numbers = { NULL, 0, 0 };
	for (int i = 0; i < 1000; i++) {
		assert_true(ARRAY_RESERVE(numbers.items, numbers.capacity, numbers.count + 1));
		numbers.items[numbers.count++] = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbers.items[i], i);
	free(numbers.items);
}

static void a_count_that_wanders_moves_nothing(void **state)
{
	(void)state;
	struct numbers numbers = { NULL, 0, 0 };
	assert_true(ARRAY_RESERVE(numbers.items, numbers.capacity, 1000));
	const int *before = numbers.items;
	size_t capacity = numbers.capacity;
	for (size_t count = 750; count <= 1250; count++)
		assert_true(ARRAY_RESERVE(numbers.items, numbers.capacity, count));
	assert_ptr_equal(numbers.items, before);
	assert_int_equal(numbers.capacity, capacity);
	free(numbers.items);
}

static void two_arrays_of_one_capacity_grow_together(void **state)
{
	(void)state;
	int *first = NULL, *second = NULL;
	size_t capacity = 0;
	for (size_t count = 1; count < 500; count++) {
		assert_true(ARRAY_RESERVE_TOO(first, capacity, count) &&
			    ARRAY_RESERVE(second, capacity, count));
		assert_true(capacity >= count);
		first[capacity - 1] = second[capacity - 1] = 1;
	}
	free(first);
	free(second);
}

/* Of more bytes than there are addresses, which no machine can give. */
static void without_memory_the_array_is_what_it_was(void **state)
{
	(void)state;
	struct numbers numbers = { NULL, 0, 0 };
	assert_true(ARRAY_RESERVE(numbers.items, numbers.capacity, 3));
	const int *before = numbers.items;
	size_t capacity = numbers.capacity;
	numbers.items[2] = 7;
	assert_false(ARRAY_RESERVE(numbers.items, numbers.capacity, SIZE_MAX / 2));
	assert_false(ARRAY_RESERVE(numbers.items, numbers.capacity, SIZE_MAX));
	assert_ptr_equal(numbers.items, before);
	assert_int_equal(numbers.capacity, capacity);
	assert_int_equal(numbers.items[2], 7);
	free(numbers.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_is_made_and_what_is_there_stays),
		cmocka_unit_test(a_count_that_wanders_moves_nothing),
		cmocka_unit_test(two_arrays_of_one_capacity_grow_together),
		cmocka_unit_test(without_memory_the_array_is_what_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
