#include "support.h"

#include "oomspect/trend.h"

#include <stdlib.h>

#define MIB (1024 * 1024)

/* A history of `seconds`, a sample each `every_ms`, growing by `bytes_s`, with `noise` in it. */
static struct trend history(int seconds, int every_ms, int64_t bytes_s, int64_t noise)
{
	struct trend trend;
	unsigned random = 1;
	trend_init(&trend);
	for (int64_t at = 0; at <= seconds * INT64_C(1000); at += every_ms) {
		random = random * 1103515245 + 12345;
		int64_t off = noise ? (int64_t)(random >> 16) % (2 * noise + 1) - noise : 0;
		trend_add(&trend, 1000000 + at, 100 * MIB + bytes_s * at / 1000 + off);
	}
	return trend;
}

static void assert_growth(const struct trend *trend, int64_t from, int64_t to)
{
	int64_t growth = INT64_MIN;
	assert_true(trend_growth(trend, &growth));
	assert_true(growth >= from && growth <= to);
}

static void assert_none(const struct trend *trend)
{
	int64_t growth = 77;
	assert_false(trend_growth(trend, &growth));
	assert_int_equal(growth, 77);
	assert_int_equal(trend_eta_s(trend, 1), -1);
}

static void an_empty_history_says_nothing(void **state)
{
	(void)state;
	struct trend trend;
	trend_init(&trend);
	assert_none(&trend);
}

static void less_than_a_minute_says_nothing(void **state)
{
	(void)state;
	struct trend trend = history(59, 1000, MIB, 0);
	assert_none(&trend);
	trend = history(60, 1000, MIB, 0);
	assert_growth(&trend, MIB - 1, MIB);
}

static void three_samples_say_nothing(void **state)
{
	(void)state;
	struct trend trend = history(90, 45000, MIB, 0);
	assert_none(&trend);
	trend = history(135, 45000, MIB, 0);
	assert_growth(&trend, MIB - 1, MIB);
}

static void any_refresh_rate_spans_a_minute(void **state)
{
	(void)state;
	static const int rates[] = { 100, 250, 1000, 3000, 7000, 10000, 60000 };
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct trend trend = history(600, rates[i], 3 * MIB, 0);
		assert_growth(&trend, 3 * MIB - 1, 3 * MIB);
	}
}

static void shrinking_is_a_trend_without_an_eta(void **state)
{
	(void)state;
	struct trend trend = history(120, 3000, -MIB / 2, 0);
	assert_growth(&trend, -MIB / 2, -MIB / 2 + 1);
	assert_int_equal(trend_eta_s(&trend, MIB), -1);
}

static void standing_still_is_a_trend_of_zero(void **state)
{
	(void)state;
	struct trend trend = history(120, 3000, 0, 0);
	assert_growth(&trend, 0, 0);
	assert_int_equal(trend_eta_s(&trend, 0), -1);
}

static void noise_without_direction_says_nothing(void **state)
{
	(void)state;
	struct trend trend = history(120, 3000, 0, 10 * MIB);
	assert_none(&trend);
}

static void growth_shows_through_noise(void **state)
{
	(void)state;
	struct trend trend = history(120, 3000, MIB, 5 * MIB);
	assert_growth(&trend, MIB * 8 / 10, MIB * 12 / 10);
}

static void the_eta_is_headroom_by_growth(void **state)
{
	(void)state;
	struct trend trend = history(120, 3000, MIB, 0);
	assert_int_equal(trend_eta_s(&trend, 120 * (uint64_t)MIB), 120);
	assert_int_equal(trend_eta_s(&trend, 0), 0);
	assert_int_equal(trend_eta_s(&trend, (uint64_t)TREND_MAX_ETA_S * MIB), TREND_MAX_ETA_S);
	assert_int_equal(trend_eta_s(&trend, (uint64_t)TREND_MAX_ETA_S * 2 * MIB), -1);
	assert_int_equal(trend_eta_s(&trend, UINT64_MAX), -1);
}

static void a_clock_that_goes_back_starts_anew(void **state)
{
	(void)state;
	struct trend trend = history(120, 3000, MIB, 0);
	trend_add(&trend, 5, 0);
	assert_none(&trend);
	assert_int_equal(trend.count, 1);
}

static void a_long_gap_starts_anew(void **state)
{
	(void)state;
	struct trend trend = history(120, 3000, MIB, 0);
	trend_add(&trend, 1000000 + 120000 + TREND_MAX_SPAN_MS + 1, 0);
	assert_none(&trend);
	assert_int_equal(trend.count, 1);
}

static void the_newest_sample_always_counts(void **state)
{
	(void)state;
	struct trend trend = history(120, 3000, 0, 0);
	struct trend grown = trend;
	trend_add(&grown, 1000000 + 120100, 500 * (int64_t)MIB);
	int64_t growth;
	assert_true(!trend_growth(&grown, &growth) || growth > 0);
}

static void huge_numbers_do_not_overflow(void **state)
{
	(void)state;
	struct trend trend;
	trend_init(&trend);
	for (int64_t i = 0; i < 40; i++)
		trend_add(&trend, INT64_MAX / 2 + i * 10000, i % 2 ? INT64_MAX : 0);
	int64_t growth;
	trend_growth(&trend, &growth);
	trend_init(&trend);
	for (int64_t i = 0; i < 40; i++)
		trend_add(&trend, i * 10000, i * (INT64_C(1) << 57));
	assert_growth(&trend, (INT64_C(1) << 57) / 11, (INT64_C(1) << 57) / 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_history_says_nothing),
		cmocka_unit_test(less_than_a_minute_says_nothing),
		cmocka_unit_test(three_samples_say_nothing),
		cmocka_unit_test(any_refresh_rate_spans_a_minute),
		cmocka_unit_test(shrinking_is_a_trend_without_an_eta),
		cmocka_unit_test(standing_still_is_a_trend_of_zero),
		cmocka_unit_test(noise_without_direction_says_nothing),
		cmocka_unit_test(growth_shows_through_noise),
		cmocka_unit_test(the_eta_is_headroom_by_growth),
		cmocka_unit_test(a_clock_that_goes_back_starts_anew),
		cmocka_unit_test(a_long_gap_starts_anew),
		cmocka_unit_test(the_newest_sample_always_counts),
		cmocka_unit_test(huge_numbers_do_not_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
