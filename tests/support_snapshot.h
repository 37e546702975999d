/* A snapshot built in memory, and its outlook: 4 KiB pages, two CPUs, no swap in use. */
#ifndef TESTS_SUPPORT_SNAPSHOT_H
#define TESTS_SUPPORT_SNAPSHOT_H

#include "oomspect/outlook.h"

#include "support.h"

enum { MACHINE_TASKS = 16, MACHINE_MEMCGS = 8, MACHINE_ORDER_SIZE = 128 };

struct machine {
	struct snapshot snapshot;
	struct memcg_tree tree;
	struct task tasks[MACHINE_TASKS];
	struct memcg memcgs[MACHINE_MEMCGS];
	struct outlook outlook;
};

/* A machine with a kernel of that release and that many pages of RAM, without a process. */
void machine_init(struct machine *machine, const char *release, int64_t total_pages);
void machine_release(struct machine *machine);

/* One more process, pids ascending, whose rss is all anonymous; started after those before it. */
struct task *machine_add(struct machine *machine, pid_t pid, int64_t rss_pages, int oom_score_adj);

/* The same in a memory cgroup. */
struct task *machine_add_inside(
	struct machine *machine, pid_t pid, int64_t rss_pages, int32_t memcg);

/* The same of unequal kind: a part of the rss is file pages, another shmem. */
struct task *machine_add_mixed(
	struct machine *machine, pid_t pid, int64_t anon, int64_t file, int64_t shmem);

/* Limits of memory cgroups. */
#define MACHINE_MIB(count) amount_bytes((uint64_t)(count) << 20)
#define MACHINE_NO_LIMIT   ((struct amount){ AMOUNT_UNLIMITED, 0 })

/* One more memory cgroup, parents first and each with its subtree at once (pre-order). */
struct memcg *machine_add_memcg(struct machine *machine, int32_t parent, struct amount limit);

/* Looks ahead anew; the answer is machine->outlook. */
void machine_rank(struct machine *machine, struct domain domain, enum moment moment,
	const struct ranking_edit *edits, size_t edit_count);
void machine_rank_memcg(struct machine *machine, int32_t memcg);
void machine_rank_nodes(struct machine *machine, uint64_t nodes);
void machine_rank_host(struct machine *machine);
void machine_rank_at_oom(struct machine *machine);

/* The pids in the order of death, then "|" and those that cannot be killed: "12 11 | 1". */
const char *machine_order(const struct machine *machine, char ret[MACHINE_ORDER_SIZE]);

#define assert_order(machine, expected) \
	do { \
		char order_[MACHINE_ORDER_SIZE]; \
		assert_string_equal(machine_order((machine), order_), (expected)); \
	} while (0)

/* cmocka set-up and tear-down: 6.1.0 with a million pages in *state. */
int machine_setup(void **state);
int machine_teardown(void **state);
#define MACHINE_TEST(test) cmocka_unit_test_setup_teardown(test, machine_setup, machine_teardown)

#endif
