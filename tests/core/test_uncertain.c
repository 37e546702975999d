/* What /proc cannot tell, and a prediction says so before the kill. */
#include "oomspect/outlook.h"

#include "support.h"
#include "support_snapshot.h"

/* / and /a (100 MiB) */
static void make_memcgs(struct machine *machine)
{
	machine_add_memcg(machine, -1, MACHINE_NO_LIMIT);
	machine_add_memcg(machine, 0, MACHINE_MIB(100));
}

#define BIT(uncertainty) (1u << (uncertainty))

static unsigned uncertain(const struct machine *machine)
{
	return machine->outlook.uncertain;
}

static void a_clear_case_is_certain(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 9000, 0); /* a tie of the machine is decided by age */
	machine_rank_host(machine);
	assert_int_equal(uncertain(machine), 0);
}

static void hidden_processes_are_uncertain(void **state)
{
	struct machine *machine = *state;
	machine->snapshot.hidepid = true;
	machine_rank_host(machine);
	assert_int_equal(uncertain(machine), BIT(UNCERTAIN_HIDDEN));
	machine_add(machine, 10, 9000, 0);
	machine_rank_host(machine);
	assert_int_equal(uncertain(machine), BIT(UNCERTAIN_HIDDEN));
}

static void a_pid_namespace_makes_the_machine_uncertain_but_no_cgroup(void **state)
{
	struct machine *machine = *state;
	make_memcgs(machine);
	machine->snapshot.pid_ns = true;
	machine_add(machine, 10, 9000, 0)->memcg = 1;
	machine_rank_host(machine);
	assert_int_equal(uncertain(machine), BIT(UNCERTAIN_PID_NS));
	machine_rank_memcg(machine, 1);
	assert_int_equal(uncertain(machine), 0);
}

static void memory_policies_are_not_looked_at(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 9000, 0);
	machine_rank_nodes(machine, 1);
	assert_int_equal(uncertain(machine), BIT(UNCERTAIN_MEMPOLICY));
}

static void sharers_that_could_not_be_asked_are_uncertain(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 9000, 0)->mm_sharers_unknown = true;
	machine_add(machine, 11, 100, 0);
	machine_rank_host(machine);
	assert_int_equal(uncertain(machine), BIT(UNCERTAIN_SHARED_MM));
}

static const struct shmem_case {
	const char *claim;
	int64_t swap_free, shmem, locked;
	bool uncertain;
} shmem_cases[] = {
	{ "left in memory it would make the largest", 1000, 600, 0, true },
	{ "left in memory it would not", 1000, 400, 0, false },
	{ "it does not fit into swap and stays", 500, 600, 0, false },
	{ "locked it stays", 1000, 600, 600, false },
};

/* The largest has 500 pages, the other 10 and its shmem. */
static void shmem_on_its_way_to_swap_is_uncertain(void **state)
{
	const struct shmem_case *row = *state;
	struct machine machine;
	machine_init(&machine, "6.1.0", 1000000);
	machine.snapshot.host.swap_free_pages = row->swap_free;
	machine_add(&machine, 10, 500, 0);
	struct task *task = machine_add(&machine, 11, 10 + row->shmem, 0);
	task->rss_shmem_pages = row->shmem;
	task->locked_pages = row->locked;
	machine_rank(&machine, domain_host(&machine.snapshot), MOMENT_OOM, NULL, 0);
	assert_int_equal(uncertain(&machine), row->uncertain ? BIT(UNCERTAIN_SHMEM_SWAP) : 0);
	machine_release(&machine);
}

static void a_tie_within_one_cgroup_has_an_order_that_is_not_shown(void **state)
{
	struct machine *machine = *state;
	make_memcgs(machine);
	machine_add_inside(machine, 10, 500, 1);
	machine_add_inside(machine, 11, 500, 1);
	machine_rank_memcg(machine, 1);
	assert_int_equal(uncertain(machine), BIT(UNCERTAIN_TIE_ORDER));
	machine->tree.version = 1;
	machine_rank_memcg(machine, 1);
	assert_int_equal(uncertain(machine), BIT(UNCERTAIN_V1_TIE_ORDER));
	machine->tasks[1].rss_pages = 499;
	machine_rank_memcg(machine, 1);
	assert_int_equal(uncertain(machine), 0);
}

static const struct near_case {
	const char *claim;
	const char *release;
	int64_t cpus, swap, margin;
	bool near;
} near_cases[] = {
	/* Each of two CPUs may hold back 31 pages of each of the two: 2 * 2 * 31. */
	{ "two CPUs, within the error", "6.12.0", 2, 128, 124, true },
	{ "two CPUs, beyond the error", "6.12.0", 2, 128, 125, false },
	{ "without swap the unsummed numbers are the kernel's own", "6.12.0", 2, 0, 1, false },
	{ "before 6.2 counters are exact", "6.1.0", 2, 128, 1, false },
	{ "since 7.0 they are again", "7.0.0", 2, 128, 1, false },
	/* 64 CPUs have a batch of 128: 2 * 64 * 127. */
	{ "64 CPUs, within the error", "6.12.0", 64, 128, 16256, true },
	{ "64 CPUs, beyond the error", "6.12.0", 64, 128, 16257, false },
};

static void swap_of_unsummed_counters_is_uncertain(void **state)
{
	const struct near_case *row = *state;
	struct machine machine;
	machine_init(&machine, row->release, 1000000);
	machine.snapshot.host.cpus = row->cpus;
	machine_add(&machine, 10, 1000 + row->margin, 0);
	machine_add(&machine, 11, 1000 - row->swap, 0)->swap_pages = row->swap;
	machine_rank_host(&machine);
	unsigned expected = row->near ? BIT(UNCERTAIN_NEAR_TIE) | BIT(UNCERTAIN_COUNTERS) : 0;
	assert_int_equal(uncertain(&machine), expected);
	machine_release(&machine);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		MACHINE_TEST(a_clear_case_is_certain),
		MACHINE_TEST(hidden_processes_are_uncertain),
		MACHINE_TEST(a_pid_namespace_makes_the_machine_uncertain_but_no_cgroup),
		MACHINE_TEST(memory_policies_are_not_looked_at),
		MACHINE_TEST(sharers_that_could_not_be_asked_are_uncertain),
		MACHINE_TEST(a_tie_within_one_cgroup_has_an_order_that_is_not_shown),
	};
	return run_rows("shmem", shmem_cases, shmem_on_its_way_to_swap_is_uncertain) +
	       run_rows("near tie", near_cases, swap_of_unsummed_counters_is_uncertain) +
	       cmocka_run_group_tests_name("uncertain", tests, NULL, NULL);
}
