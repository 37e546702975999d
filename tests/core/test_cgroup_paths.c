#include "oomspect/cgroup_paths.h"

#include "support.h"

#include <stdio.h>

static int setup(void **state)
{
	*state = cgroup_paths_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	cgroup_paths_free(*state);
	return 0;
}

static void one_path_has_one_id(void **state)
{
	int32_t a = cgroup_paths_id(*state, "/a"), b = cgroup_paths_id(*state, "/b");
	assert_true(a >= 0);
	assert_true(b >= 0);
	assert_int_not_equal(a, b);
	assert_int_equal(cgroup_paths_id(*state, "/a"), a);
	assert_string_equal(cgroup_paths_get(*state, a), "/a");
	assert_string_equal(cgroup_paths_get(*state, b), "/b");
}

static void a_path_may_be_empty_or_of_any_bytes(void **state)
{
	int32_t empty = cgroup_paths_id(*state, ""), odd = cgroup_paths_id(*state, "/\xff\n\033");
	assert_string_equal(cgroup_paths_get(*state, empty), "");
	assert_string_equal(cgroup_paths_get(*state, odd), "/\xff\n\033");
}

static void an_id_that_was_never_given_has_no_path(void **state)
{
	assert_null(cgroup_paths_get(*state, -1));
	assert_null(cgroup_paths_get(*state, 0));
	cgroup_paths_id(*state, "/a");
	assert_null(cgroup_paths_get(*state, 1));
	assert_null(cgroup_paths_get(*state, INT32_MAX));
	cgroup_paths_mark(*state, -1);
	cgroup_paths_mark(*state, INT32_MAX);
}

static const char *nth_path(int n, char ret[32])
{
	snprintf(ret, 32, "/user.slice/%d", n);
	return ret;
}

static void thousands_of_paths_keep_their_ids(void **state)
{
	enum { MANY = 5000 };
	static int32_t ids[MANY];
	char path[32];
	for (int n = 0; n < MANY; n++)
		ids[n] = cgroup_paths_id(*state, nth_path(n, path));
	for (int n = 0; n < MANY; n++) {
		assert_int_equal(cgroup_paths_id(*state, nth_path(n, path)), ids[n]);
		assert_string_equal(cgroup_paths_get(*state, ids[n]), path);
	}
}

static void what_is_not_marked_is_forgotten(void **state)
{
	int32_t a = cgroup_paths_id(*state, "/a"), b = cgroup_paths_id(*state, "/b");
	cgroup_paths_sweep(*state); /* both were new */
	assert_string_equal(cgroup_paths_get(*state, a), "/a");
	cgroup_paths_mark(*state, b);
	cgroup_paths_sweep(*state);
	assert_null(cgroup_paths_get(*state, a));
	assert_string_equal(cgroup_paths_get(*state, b), "/b");
	assert_int_equal(cgroup_paths_id(*state, "/b"), b);
}

static void the_number_of_a_forgotten_path_is_used_again(void **state)
{
	int32_t a = cgroup_paths_id(*state, "/a"), b = cgroup_paths_id(*state, "/b");
	cgroup_paths_sweep(*state);
	cgroup_paths_mark(*state, b);
	cgroup_paths_sweep(*state);
	assert_int_equal(cgroup_paths_id(*state, "/c"), a);
	assert_int_equal(cgroup_paths_id(*state, "/b"), b);
	assert_int_not_equal(cgroup_paths_id(*state, "/a"), a);
}

static void an_empty_table_may_be_swept_and_freed(void **state)
{
	cgroup_paths_sweep(*state);
	cgroup_paths_free(NULL);
}

#define PATHS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PATHS_TEST(one_path_has_one_id),
		PATHS_TEST(a_path_may_be_empty_or_of_any_bytes),
		PATHS_TEST(an_id_that_was_never_given_has_no_path),
		PATHS_TEST(thousands_of_paths_keep_their_ids),
		PATHS_TEST(what_is_not_marked_is_forgotten),
		PATHS_TEST(the_number_of_a_forgotten_path_is_used_again),
		PATHS_TEST(an_empty_table_may_be_swept_and_freed),
	};
	return cmocka_run_group_tests_name("cgroup_paths", tests, NULL, NULL);
}
