/* cmocka and what every test of this tree shares: rows as tests, skips with a reason. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Ends the test as skipped; tests/run counts a skip without a reason as a failure. */
#define skip_because(...) \
	do { \
		print_message("skipped: " __VA_ARGS__); \
		print_message("\n"); \
		skip(); \
	} while (0)

/* Runs `check` once for each row of the array `rows`, as a test of its own that is named by the
 * row's first member, `const char *claim`, and finds the row in *state. Returns how many failed. */
#define run_rows(group, rows, check) \
	run_row_tests(group, rows, sizeof((rows)[0]), ARRAY_SIZE(rows), check)
int run_row_tests(const char *group, const void *rows, size_t row_size, size_t count,
	void (*check)(void **state));

#endif
