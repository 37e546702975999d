/* Who dies along with one process, whatever the order, and what memory comes back. */
#include "oomspect/death.h"

#include "support.h"
#include "support_snapshot.h"

/* /, /a (group), /a/b; 10 and 11 in b, 12 in a, 13 outside */
static void make_groups(struct machine *machine)
{
	machine_add_memcg(machine, -1, MACHINE_NO_LIMIT);
	machine_add_memcg(machine, 0, MACHINE_MIB(100))->oom_group = 1;
	machine_add_memcg(machine, 1, MACHINE_MIB(50));
	machine_add_inside(machine, 10, 900, 2);
	machine_add_inside(machine, 11, 100, 2);
	machine_add_inside(machine, 12, 100, 1);
	machine_add_inside(machine, 13, 100, 0);
}

static bool takes(const struct machine *machine, const struct death *death, pid_t pid)
{
	struct ranking_row row =
		death_row_of(&machine->snapshot, snapshot_find(&machine->snapshot, pid));
	return death_takes(death, &row);
}

static struct death death_in(const struct machine *machine, struct domain domain, pid_t pid)
{
	return death_of(&machine->snapshot, &domain, snapshot_find(&machine->snapshot, pid));
}

static struct death death_on_host(const struct machine *machine, pid_t pid)
{
	return death_in(machine, domain_host(&machine->snapshot), pid);
}

static void it_does_not_take_itself_nor_a_stranger(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 900, 0);
	machine_add(machine, 11, 900, 0);
	struct death death = death_on_host(machine, 10);
	assert_false(takes(machine, &death, 10));
	assert_false(takes(machine, &death, 11));
}

static void a_shared_mm_is_taken_from_whichever_side(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 900, 0);
	machine_add(machine, 11, 900, -1000)->mm_owner = 10;
	struct death death = death_on_host(machine, 10);
	assert_true(takes(machine, &death, 11));
	death = death_on_host(machine, 11);
	assert_true(takes(machine, &death, 10));
}

static void init_and_kernel_threads_outlive_everybody(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 1, 900, 0)->mm_owner = 10;
	machine_add(machine, 2, 900, 0)->mm_owner = 10;
	machine->tasks[1].kthread = true;
	machine_add(machine, 10, 900, 0);
	struct death death = death_on_host(machine, 10);
	assert_false(takes(machine, &death, 1));
	assert_false(takes(machine, &death, 2));
	machine->snapshot.host.init_pid_ns = false;
	assert_true(takes(machine, &death, 1)); /* the first of a container is no init */
}

static void a_group_is_looked_for_up_to_the_domain(void **state)
{
	struct machine *machine = *state;
	make_groups(machine);
	struct death death = death_on_host(machine, 10);
	assert_true(takes(machine, &death, 11));
	assert_true(takes(machine, &death, 12));
	assert_false(takes(machine, &death, 13));
	death = death_in(machine, domain_memcg(&machine->snapshot, 2), 10);
	assert_int_equal(death.oom_group, UNKNOWN);
	assert_false(takes(machine, &death, 11));
}

static void a_group_is_asked_of_its_members_alone(void **state)
{
	struct machine *machine = *state;
	make_groups(machine);
	struct death death = death_on_host(machine, 13);
	assert_int_equal(death.oom_group, UNKNOWN);
	assert_false(takes(machine, &death, 12));
}

static void a_group_spares_a_zombie(void **state)
{
	struct machine *machine = *state;
	make_groups(machine);
	machine->tasks[1].has_mm = false;
	struct death death = death_on_host(machine, 10);
	assert_false(takes(machine, &death, 11));
}

static const struct namespace_row {
	const char *claim;
	bool ns_init;
	pid_t parents[3]; /* of 11, 12 and 13; 10 is the first process */
	bool ends[3];
} namespaces[] = {
	{ "children and theirs", true, { 10, 11, 12 }, { true, true, true } },
	{ "siblings do not", true, { 1, 10, 1 }, { false, true, false } },
	{ "whoever is not the first takes nobody", false, { 10, 11, 12 }, { false, false, false } },
	{ "a chain whose parent is gone is not followed", true, { 77, 11, 10 },
		{ false, false, true } },
};

static void ends_with_the_first_process(void **state)
{
	const struct namespace_row *row = *state;
	struct machine machine;
	machine_init(&machine, "6.1.0", 1000000);
	machine_add(&machine, 10, 900, 0)->ns_init = row->ns_init;
	for (int i = 0; i < 3; i++)
		machine_add(&machine, 11 + i, 100, -1000)->ppid = row->parents[i];
	struct death death = death_on_host(&machine, 10);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(death_ends_namespace_of(&machine.snapshot, &machine.tasks[0],
					 &machine.tasks[1 + i]),
			row->ends[i]);
		assert_int_equal(takes(&machine, &death, 11 + i), row->ends[i]);
	}
	machine_release(&machine);
}

/* Nothing but files says who is whose parent: they may say anything. */
static void a_circle_of_parents_is_left(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 900, 0)->ns_init = true;
	machine_add(machine, 11, 100, 0)->ppid = 12;
	machine_add(machine, 12, 100, 0)->ppid = 11;
	assert_false(death_ends_namespace_of(
		&machine->snapshot, &machine->tasks[0], &machine->tasks[1]));
}

/* --- memory ---------------------------------------------------------------------------------------- */

struct freed_row {
	const char *claim;
	bool has_mm;
	int64_t anon, file, shmem, swap, pte_kb, pmd_kb;
	int64_t ram_kb, swap_kb;
};

static const struct freed_row freed_rows[] = {
	{ "anonymous memory comes back", true, 100, 0, 0, 0, 0, UNKNOWN, 400, 0 },
	{ "file pages and shared memory stay", true, 100, 50, 30, 0, 0, UNKNOWN, 400, 0 },
	{ "page tables come back", true, 100, 0, 0, 0, 28, UNKNOWN, 428, 0 },
	{ "both levels of them", true, 100, 0, 0, 0, 28, 4, 432, 0 },
	{ "swap is told apart", true, 100, 0, 0, 25, 0, UNKNOWN, 400, 100 },
	{ "of one wholly in swap nothing but swap comes back", true, 0, 0, 0, 25, 0, UNKNOWN, 0,
		100 },
	{ "before 4.5 all of rss is the best guess", true, UNKNOWN, 0, 0, 0, 0, UNKNOWN, 640, 0 },
	{ "a zombie has nothing to give", false, 100, 0, 0, 25, 28, 4, 0, 0 },
};

static void check_freed(void **state)
{
	const struct freed_row *row = *state;
	struct machine machine;
	machine_init(&machine, "6.1.0", 1000000);
	struct task *task = machine_add_mixed(&machine, 10, row->anon, row->file, row->shmem);
	task->has_mm = row->has_mm;
	task->rss_pages = 160;
	task->swap_pages = row->swap;
	task->pte_kb = row->pte_kb;
	task->pmd_kb = row->pmd_kb;
	struct freed freed = freed_of(&machine.snapshot.host, task);
	assert_int_equal(freed.ram_kb, row->ram_kb);
	assert_int_equal(freed.swap_kb, row->swap_kb);
	assert_int_equal(freed_kb(freed), row->ram_kb + row->swap_kb);
	machine_release(&machine);
}

static void pages_of_another_size_are_as_large_as_they_are(void **state)
{
	struct machine *machine = *state;
	machine->snapshot.host.page_size = 65536;
	struct task *task = machine_add(machine, 10, 100, 0);
	task->swap_pages = 3;
	struct freed freed = freed_of(&machine->snapshot.host, task);
	assert_int_equal(freed.ram_kb, 6400);
	assert_int_equal(freed.swap_kb, 192);
}

static void an_mm_comes_back_with_the_last_that_has_it(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 100, 0);
	machine_add(machine, 11, 100, 0)->mm_owner = 10;
	const struct snapshot *snapshot = &machine->snapshot;
	assert_int_equal(freed_kb(freed_by_end_of(snapshot, &machine->tasks[0])), 0);
	assert_int_equal(freed_kb(freed_by_end_of(snapshot, &machine->tasks[1])), 0);
	machine->tasks[1].has_mm = false;
	assert_int_equal(freed_kb(freed_by_end_of(snapshot, &machine->tasks[0])), 400);
	assert_int_equal(freed_kb(freed_by_end_of(snapshot, &machine->tasks[1])), 0);
}

static void sums_keep_the_two_kinds_apart(void **state)
{
	(void)state;
	struct freed sum = freed_sum((struct freed){ 1, 20 }, (struct freed){ 300, 4000 });
	assert_int_equal(sum.ram_kb, 301);
	assert_int_equal(sum.swap_kb, 4020);
	assert_int_equal(freed_kb(sum), 4321);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		MACHINE_TEST(it_does_not_take_itself_nor_a_stranger),
		MACHINE_TEST(a_shared_mm_is_taken_from_whichever_side),
		MACHINE_TEST(init_and_kernel_threads_outlive_everybody),
		MACHINE_TEST(a_group_is_looked_for_up_to_the_domain),
		MACHINE_TEST(a_group_is_asked_of_its_members_alone),
		MACHINE_TEST(a_group_spares_a_zombie),
		MACHINE_TEST(a_circle_of_parents_is_left),
		MACHINE_TEST(pages_of_another_size_are_as_large_as_they_are),
		MACHINE_TEST(an_mm_comes_back_with_the_last_that_has_it),
		cmocka_unit_test(sums_keep_the_two_kinds_apart),
	};
	return run_rows("pid namespaces", namespaces, ends_with_the_first_process) +
	       run_rows("what comes back", freed_rows, check_freed) +
	       cmocka_run_group_tests_name("death", tests, NULL, NULL);
}
