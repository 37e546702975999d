#include "oomspect/exhaustion.h"

#include "support.h"

#define MIB ((int64_t)1024)

struct rate_row {
	const char *claim;
	int64_t seconds;      /* of samples, one a second */
	int64_t memory, swap; /* MiB that are gone each second */
	int64_t eta_s;
};

static const struct rate_row rows[] = {
	{ "a falling MemAvailable has an end", 100, 10, 0, 520 },
	{ "so has falling swap", 100, 0, 10, 520 },
	{ "both together come to it sooner", 100, 10, 10, 210 },
	{ "less than a minute says nothing", 59, 10, 0, UNKNOWN },
	{ "what stands still has no end", 100, 0, 0, UNKNOWN },
	{ "what grows has none", 100, -10, 0, UNKNOWN },
	{ "swapping out alone brings it no nearer", 100, -10, 10, UNKNOWN },
};

static struct host host_of(const struct rate_row *row, int64_t second)
{
	return (struct host){
		.boot_ms = 1000000 + second * 1000,
		.meminfo = {
			.mem_total = 8192 * MIB,
			.mem_available = (4096 - row->memory * second) * MIB,
			.swap_total = 4096 * MIB,
			.swap_free = (2048 + 106 - row->swap * second) * MIB,
		},
	};
}

static void check_rate(void **state)
{
	const struct rate_row *row = *state;
	struct exhaustion exhaustion;
	exhaustion_init(&exhaustion);
	assert_int_equal(exhaustion.eta_s, UNKNOWN);
	for (int64_t second = 0; second <= row->seconds; second++) {
		const struct host host = host_of(row, second);
		exhaustion_add(&exhaustion, &host);
	}
	if (row->eta_s == UNKNOWN)
		assert_int_equal(exhaustion.eta_s, UNKNOWN);
	else
		assert_in_range(exhaustion.eta_s, row->eta_s - 10, row->eta_s + 10);
}

static const struct rate_row falling = { "", 0, 10, 0, 0 };

static void swap_that_is_added_starts_anew(void **state)
{
	struct exhaustion exhaustion;
	(void)state;
	exhaustion_init(&exhaustion);
	for (int64_t second = 0; second <= 100; second++) {
		struct host host = host_of(&falling, second);
		host.meminfo.swap_total += second > 90 ? 1024 * MIB : 0;
		exhaustion_add(&exhaustion, &host);
	}
	assert_int_equal(exhaustion.eta_s, UNKNOWN);
}

static void a_kernel_that_does_not_say_what_is_available_has_no_estimate(void **state)
{
	struct exhaustion exhaustion;
	(void)state;
	exhaustion_init(&exhaustion);
	for (int64_t second = 0; second <= 100; second++) {
		struct host host = host_of(&falling, second);
		host.meminfo.mem_available = UNKNOWN;
		exhaustion_add(&exhaustion, &host);
	}
	assert_int_equal(exhaustion.eta_s, UNKNOWN);
}

static void unknown_swap_is_no_swap(void **state)
{
	struct exhaustion exhaustion;
	(void)state;
	exhaustion_init(&exhaustion);
	for (int64_t second = 0; second <= 100; second++) {
		struct host host = host_of(&falling, second);
		host.meminfo.swap_total = host.meminfo.swap_free = UNKNOWN;
		exhaustion_add(&exhaustion, &host);
	}
	assert_in_range(exhaustion.eta_s, 300, 320);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(swap_that_is_added_starts_anew),
		cmocka_unit_test(a_kernel_that_does_not_say_what_is_available_has_no_estimate),
		cmocka_unit_test(unknown_swap_is_no_swap),
	};
	return run_rows("rates", rows, check_rate) +
	       cmocka_run_group_tests_name("exhaustion", tests, NULL, NULL);
}
