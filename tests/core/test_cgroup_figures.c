/* The table of what is told of a cgroup to other programs. */
#include "support.h"

#include "oomspect/cgroup_figures.h"

#include <string.h>

static void every_row_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < cgroup_figure_count; i++) {
		const struct cgroup_figure *figure = &cgroup_figures[i];
		assert_non_null(figure->json);
		assert_true(figure->field > 0);
		assert_int_equal(figure->metric == NULL, figure->help == NULL);
		if (figure->metric)
			assert_true(figure->kind == FIGURE_BYTES || figure->kind == FIGURE_LIMIT ||
				    figure->kind == FIGURE_COUNT);
	}
}

/* As Prometheus wants it: a unit at the end, "_total" for a counter. */
static void a_metric_ends_in_what_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < cgroup_figure_count; i++) {
		const struct cgroup_figure *figure = &cgroup_figures[i];
		const char *end = figure->kind == FIGURE_COUNT ? "_total" : "_bytes";
		if (!figure->metric)
			continue;
		assert_int_equal(strncmp(figure->metric, "oomspect_cgroup_", 16), 0);
		assert_string_equal(figure->metric + strlen(figure->metric) - strlen(end), end);
	}
}

static void no_name_stands_twice(void **state)
{
	(void)state;
	for (size_t a = 0; a < cgroup_figure_count; a++)
		for (size_t b = 0; b < a; b++) {
			assert_string_not_equal(cgroup_figures[a].json, cgroup_figures[b].json);
			assert_true(cgroup_figures[a].field != cgroup_figures[b].field);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(a_metric_ends_in_what_it_is),
		cmocka_unit_test(no_name_stands_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
