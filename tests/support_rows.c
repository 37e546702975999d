#include "support.h"

#include <stdlib.h>

int run_row_tests(const char *group, const void *rows, size_t row_size, size_t count,
	void (*check)(void **state))
{
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	if (!tests)
		return 1;
	for (size_t i = 0; i < count; i++) {
		const char *row = (const char *)rows + i * row_size;
		tests[i].name = *(const char *const *)(const void *)row;
		tests[i].test_func = check;
		tests[i].initial_state = (void *)(uintptr_t)row;
	}
	int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
	free(tests);
	return failed;
}
