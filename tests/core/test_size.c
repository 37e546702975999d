#include "oomspect/size.h"

#include "support.h"

#include <stdio.h>

struct size_row {
	const char *claim;
	int64_t kb;
	const char *text;
};

static const struct size_row rows[] = {
	{ "nothing", 0, "0 KiB" },
	{ "a page", 4, "4 KiB" },
	{ "below a MiB there is no fraction", 1023, "1023 KiB" },
	{ "a MiB", 1024, "1.0 MiB" },
	{ "a twentieth of a MiB less than a tenth is rounded down", 1024 + 51, "1.0 MiB" },
	{ "and the next one up", 1024 + 52, "1.1 MiB" },
	{ "a half", 1536, "1.5 MiB" },
	{ "99.9 MiB", 102298, "99.9 MiB" },
	{ "the last that is not a GiB", 1023 * 1024 + 972, "1023.9 MiB" },
	{ "1024.0 MiB is a GiB", 1023 * 1024 + 973, "1.0 GiB" },
	{ "a GiB", 1 << 20, "1.0 GiB" },
	{ "1570864 kB", 1570864, "1.5 GiB" },
	{ "4 GiB less a page", (4 << 20) - 4, "4.0 GiB" },
	{ "1024.0 GiB is a TiB", (INT64_C(1) << 30) - 1, "1.0 TiB" },
	{ "16 TiB", INT64_C(16) << 30, "16.0 TiB" },
	{ "there is no larger unit", INT64_C(4096) << 30, "4096.0 TiB" },
	{ "any number has a text", INT64_MAX, "8589934592.0 TiB" },
};

static void check_size(void **state)
{
	const struct size_row *row = *state;
	assert_string_equal(size_of_kb(row->kb).text, row->text);
}

/* What is rounded to the nearest tenth is never further off than half of one. */
static void is_the_nearest_tenth(void **state)
{
	(void)state;
	for (int64_t kb = 1024; kb < 1023 * 1024; kb += 17) {
		int whole, tenth;
		assert_int_equal(sscanf(size_of_kb(kb).text, "%d.%d MiB", &whole, &tenth), 2);
		int64_t shown_kb10 = (whole * 10 + tenth) * INT64_C(1024),
			off = shown_kb10 - kb * 10;
		assert_true(off <= 512 && off >= -512);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_nearest_tenth),
	};
	return run_rows("sizes", rows, check_size) +
	       cmocka_run_group_tests_name("rounding", tests, NULL, NULL);
}
