#include "oomspect/domain.h"

#include "support.h"
#include "support_snapshot.h"

/* /, /a (100 MiB), /a/b, /c */
static void make_memcgs(struct machine *machine)
{
	machine_add_memcg(machine, -1, MACHINE_NO_LIMIT);
	machine_add_memcg(machine, 0, MACHINE_MIB(100));
	machine_add_memcg(machine, 1, MACHINE_NO_LIMIT);
	machine_add_memcg(machine, 0, MACHINE_MIB(50));
}

static void the_host_has_every_task_and_all_pages(void **state)
{
	struct machine *machine = *state;
	struct task *task = machine_add(machine, 10, 100, 0);
	struct domain domain = domain_host(&machine->snapshot);
	assert_int_equal(domain.kind, DOMAIN_HOST);
	assert_int_equal(domain.totalpages, 1000000);
	assert_int_equal(domain.limit.kind, AMOUNT_UNLIMITED);
	task->memcg = UNKNOWN;
	task->mems_allowed = 0;
	assert_true(domain_has(&domain, &machine->snapshot, task));
}

static const struct member_case {
	const char *claim;
	int32_t domain, task;
	bool has;
} member_cases[] = {
	{ "a task of the cgroup itself", 1, 1, true },
	{ "a task of a descendant", 1, 2, true },
	{ "a task of the parent", 1, 0, false },
	{ "a task of a sibling", 1, 3, false },
	{ "a task of unknown cgroup", 1, UNKNOWN, false },
	{ "everybody is in the top", 0, 3, true },
	{ "a leaf has its own alone", 2, 1, false },
};

static void a_memcg_has_its_subtree(void **state)
{
	const struct member_case *row = *state;
	struct machine machine;
	machine_init(&machine, "6.1.0", 1000000);
	make_memcgs(&machine);
	struct task *task = machine_add(&machine, 10, 100, 0);
	task->memcg = row->task;
	struct domain domain = domain_memcg(&machine.snapshot, row->domain);
	assert_int_equal(domain_has(&domain, &machine.snapshot, task), row->has);
	machine_release(&machine);
}

static void the_pages_of_a_memcg_are_its_own_limit(void **state)
{
	struct machine *machine = *state;
	make_memcgs(machine);
	struct domain domain = domain_memcg(&machine->snapshot, 1);
	assert_int_equal(domain.kind, DOMAIN_MEMCG);
	assert_int_equal(domain.totalpages, 25600);
	assert_int_equal(domain.limit.bytes, 100 << 20);
}

static void nodes_have_the_tasks_that_may_use_one_of_them(void **state)
{
	struct machine *machine = *state;
	struct host *host = &machine->snapshot.host;
	struct task *task = machine_add(machine, 10, 100, 0);
	host->zone_count = 2;
	host->node_present[0] = 300;
	host->node_present[1] = 500;
	host->swap_total_pages = 40;
	task->mems_allowed = 2;
	struct domain domain = domain_nodes(&machine->snapshot, 1);
	assert_int_equal(domain.kind, DOMAIN_NODES);
	assert_int_equal(domain.totalpages, 340);
	assert_false(domain_has(&domain, &machine->snapshot, task));
	domain = domain_nodes(&machine->snapshot, 3);
	assert_int_equal(domain.totalpages, 840);
	assert_true(domain_has(&domain, &machine->snapshot, task));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		MACHINE_TEST(the_host_has_every_task_and_all_pages),
		MACHINE_TEST(the_pages_of_a_memcg_are_its_own_limit),
		MACHINE_TEST(nodes_have_the_tasks_that_may_use_one_of_them),
	};
	return run_rows("memcg", member_cases, a_memcg_has_its_subtree) +
	       cmocka_run_group_tests_name("domain", tests, NULL, NULL);
}
