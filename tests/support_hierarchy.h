/* A memory cgroup hierarchy made at test time, at /cg of a root in /tmp, and the tree read from it. */
#ifndef TESTS_SUPPORT_HIERARCHY_H
#define TESTS_SUPPORT_HIERARCHY_H

#include "support_files.h"

#include "oomspect/memcg.h"

#define V1_MOUNT "35 31 0:32 / /cg rw - cgroup cgroup rw,memory\n"
#define V2_MOUNT "35 31 0:32 / /cg rw - cgroup2 cgroup2 rw\n"

struct hierarchy {
	struct files files;
	struct root root;
	struct memcg_tree tree;
};

/* Each test has a hierarchy of its own in *state. */
#define ON_A_HIERARCHY(test) \
	cmocka_unit_test_setup_teardown(test, hierarchy_set_up, hierarchy_tear_down)
int hierarchy_set_up(void **state);
int hierarchy_tear_down(void **state);

/* Makes a file of a cgroup, "a/b" or "." for the top, or usage and limit of a v1 cgroup. */
void hierarchy_put(
	const struct hierarchy *hierarchy, const char *cgroup, const char *file, const char *text);
void hierarchy_put_v1(const struct hierarchy *hierarchy, const char *cgroup, const char *usage,
	const char *limit);

/* Opens the tree and reads it, or reads it again. */
void hierarchy_open(struct hierarchy *hierarchy, const char *mountinfo);
void hierarchy_read(struct hierarchy *hierarchy);

/* The row with this path: the test fails when there is none; whether there is one. */
const struct memcg *hierarchy_row(const struct hierarchy *hierarchy, const char *path);
bool hierarchy_has(const struct hierarchy *hierarchy, const char *path);

void assert_amount(struct amount amount, enum amount_kind kind, uint64_t bytes);

/* What every tree must keep to. */
void assert_consistent(const struct memcg_tree *tree);

#endif
