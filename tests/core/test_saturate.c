#include "oomspect/saturate.h"

#include "oomspect/death.h"

#include "support.h"

static const struct sum_case {
	const char *claim;
	int64_t a, b, sum, difference, product;
} sum_cases[] = {
	{ "small numbers are what they are", 6, 7, 13, -1, 42 },
	{ "of both signs", -6, 7, 1, -13, -42 },
	{ "the greatest and one more", INT64_MAX, 1, INT64_MAX, INT64_MAX - 1, INT64_MAX },
	{ "the greatest twice", INT64_MAX, INT64_MAX, INT64_MAX, 0, INT64_MAX },
	{ "the least and one less", INT64_MIN, -1, INT64_MIN, INT64_MIN + 1, INT64_MAX },
	{ "the least twice", INT64_MIN, INT64_MIN, INT64_MIN, 0, INT64_MAX },
	{ "the greatest and the least", INT64_MAX, INT64_MIN, -1, INT64_MAX, INT64_MIN },
	{ "the least and the greatest", INT64_MIN, INT64_MAX, -1, INT64_MIN, INT64_MIN },
	{ "nothing and the least", 0, INT64_MIN, INT64_MIN, INT64_MAX, 0 },
};

static void stays_in_its_range(void **state)
{
	const struct sum_case *row = *state;
	assert_true(saturate_add(row->a, row->b) == row->sum);
	assert_true(saturate_sub(row->a, row->b) == row->difference);
	assert_true(saturate_mul(row->a, row->b) == row->product);
}

static void scales_to_the_nearest(void **state)
{
	(void)state;
	assert_int_equal(saturate_scale(1, 10000, 3), 3333);
	assert_int_equal(saturate_scale(2, 10000, 3), 6667);
	assert_int_equal(saturate_scale(0, 10000, 1), 0);
	assert_true(saturate_scale(INT64_MAX, 10000, INT64_MAX) == 1);
	assert_true(saturate_scale(INT64_MAX, INT64_MAX, 1) == INT64_MAX);
}

/* A captured machine may have any number of processes that each have all there can be. */
static void what_comes_back_of_many_stays_in_its_range(void **state)
{
	const struct freed most = { INT64_MAX - 1, INT64_MAX - 1 }, some = { 2, 3 };
	(void)state;
	assert_int_equal(freed_kb(freed_sum(some, some)), 10);
	assert_true(freed_sum(most, some).ram_kb == INT64_MAX);
	assert_true(freed_sum(some, most).swap_kb == INT64_MAX);
	assert_true(freed_kb(most) == INT64_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_back_of_many_stays_in_its_range),
		cmocka_unit_test(scales_to_the_nearest),
	};
	return run_rows("sums", sum_cases, stays_in_its_range) +
	       cmocka_run_group_tests_name("scale", tests, NULL, NULL);
}
