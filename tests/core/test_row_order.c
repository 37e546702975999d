#include "oomspect/row_order.h"

#include "support.h"

#include <stdlib.h>

struct row {
	uint64_t first;
	uint32_t second;
	size_t place; /* before */
};

/* Numbers of some few values, so that there are equals. */
static void fill(struct row *rows, size_t count, unsigned seed, unsigned values)
{
	for (size_t i = 0; i < count; i++)
		rows[i] = (struct row){ (uint64_t)rand_r(&seed) % values,
			(uint32_t)rand_r(&seed) % values, i };
}

static void sort(struct row_order *order, struct row *rows, size_t count)
{
	assert_int_equal(row_order_reserve(order, count, NULL), ERR_OK);
	for (size_t i = 0; i < count; i++)
		order->keys[i] =
			(struct row_key){ .first = rows[i].first, .second = rows[i].second };
	row_order_apply(order, rows, count, sizeof(*rows));
}

static bool in_order(const struct row *a, const struct row *b)
{
	if (a->first != b->first)
		return a->first < b->first;
	return a->second != b->second ? a->second < b->second : a->place < b->place;
}

static void check(struct row *rows, size_t count)
{
	bool *seen = calloc(count + 1, sizeof(*seen));
	struct row_order order;
	row_order_init(&order);
	sort(&order, rows, count);
	for (size_t i = 0; i < count; i++) {
		assert_true(i == 0 || in_order(&rows[i - 1], &rows[i]));
		assert_false(seen[rows[i].place]);
		seen[rows[i].place] = true;
	}
	row_order_release(&order);
	free(seen);
}

static void any_number_of_rows_is_ordered_and_equals_stay(void **state)
{
	struct row rows[200];
	(void)state;
	for (size_t count = 0; count < 200; count++) {
		fill(rows, count, (unsigned)count, 1 + (unsigned)count / 2);
		check(rows, count);
	}
}

static void thousands_too(void **state)
{
	enum { MANY = 20000 };
	struct row *rows = calloc(MANY, sizeof(*rows));
	(void)state;
	fill(rows, MANY, 7, 100000);
	check(rows, MANY);
	check(rows, 0);
	free(rows);
}

static void numbers_are_compared_whole(void **state)
{
	struct row rows[] = { { UINT64_MAX, 0, 0 }, { 0, UINT32_MAX, 1 }, { 1ULL << 32, 5, 2 },
		{ 1, 6, 3 }, { 0, 0, 4 }, { INT64_MAX, 1, 5 } };
	static const size_t expected[] = { 4, 1, 3, 2, 5, 0 };
	(void)state;
	check(rows, ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(rows[i].place, expected[i]);
}

static void memory_is_used_again(void **state)
{
	struct row rows[64];
	struct row_order order;
	(void)state;
	row_order_init(&order);
	fill(rows, 64, 1, 10);
	sort(&order, rows, 64);
	const struct row_key *keys = order.keys, *spare = order.spare;
	fill(rows, 64, 2, 10);
	sort(&order, rows, 64);
	sort(&order, rows, 3);
	assert_ptr_equal(order.keys, keys);
	assert_ptr_equal(order.spare, spare);
	row_order_release(&order);
	assert_null(order.keys);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_of_rows_is_ordered_and_equals_stay),
		cmocka_unit_test(thousands_too),
		cmocka_unit_test(numbers_are_compared_whole),
		cmocka_unit_test(memory_is_used_again),
	};
	return cmocka_run_group_tests_name("row_order", tests, NULL, NULL);
}
