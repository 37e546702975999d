/* A machine made at test time with a memory cgroup hierarchy at /cg, and the tree read from it. */
#ifndef TESTS_SUPPORT_MACHINE_H
#define TESTS_SUPPORT_MACHINE_H

#include "support_tree.h"

#include "oomspect/memcg.h"

#define V1_MOUNT "35 31 0:32 / /cg rw - cgroup cgroup rw,memory\n"
#define V2_MOUNT "35 31 0:32 / /cg rw - cgroup2 cgroup2 rw\n"

struct machine {
	struct tree files;
	struct root root;
	struct memcg_tree tree;
};

/* Each test has a machine of its own in *state. */
#define ON_A_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_set_up, machine_tear_down)
int machine_set_up(void **state);
int machine_tear_down(void **state);

/* Makes a file of a cgroup, "a/b" or "." for the top, or usage and limit of a v1 cgroup. */
void machine_put(
	const struct machine *machine, const char *cgroup, const char *file, const char *text);
void machine_put_v1(
	const struct machine *machine, const char *cgroup, const char *usage, const char *limit);

/* Opens the tree and reads it, or reads it again. */
void machine_open(struct machine *machine, const char *mountinfo);
void machine_read(struct machine *machine);

/* The row with this path: the test fails when there is none; whether there is one. */
const struct memcg *machine_row(const struct machine *machine, const char *path);
bool machine_has(const struct machine *machine, const char *path);

void assert_amount(struct amount amount, enum amount_kind kind, uint64_t bytes);

/* What every tree must keep to. */
void assert_consistent(const struct memcg_tree *tree);

#endif
