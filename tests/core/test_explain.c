#include "oomspect/explain.h"

#include "support.h"
#include "support_snapshot.h"

#include <string.h>

static const char *why(const struct machine *machine)
{
	static char buffer[1024];
	explain_victim(&machine->outlook, buffer, sizeof(buffer));
	return buffer;
}

/* --- one victim: a machine of a million pages */

static void a_victim_and_its_runner_up(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 250000, 40);
	machine_add(machine, 11, 100000, 0);
	machine_rank_host(machine);
	assert_string_equal(why(machine),
		"10 task10 has the highest badness of 2 candidates in the host: 290.0 "
		"points (290000 pages) = 250.0 for its memory + 40.0 for oom_score_adj "
		"40; 190.0 points (742.2 MiB) ahead of 11 task11");
}

static void a_larger_one_that_its_adj_protects(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 5000, 0);
	machine_add(machine, 11, 9999, -600);
	machine_add(machine, 12, 9000, -900);
	machine_rank_host(machine);
	assert_string_equal(why(machine),
		"10 task10 has the highest badness of 3 candidates in the host: 5.0 "
		"points (5000 pages) = 5.0 for its memory + 0.0 for oom_score_adj 0; "
		"595.1 points (2.3 GiB) ahead of 11 task11; 11 task11 uses more memory "
		"(9.9) but has oom_score_adj -600");
}

static void a_larger_one_that_cannot_be_killed(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 1, 70000, 0);
	machine_add(machine, 10, 5000, 0);
	machine_rank_host(machine);
	assert_string_equal(why(machine),
		"10 task10 is the only candidate in the host: 5.0 points (5000 pages) = "
		"5.0 for its memory + 0.0 for oom_score_adj 0; 1 task1 uses more memory "
		"(70.0) but cannot be killed: init");
}

static void badness_below_zero(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 600, -1);
	machine_rank_host(machine);
	assert_string_equal(why(machine),
		"10 task10 is the only candidate in the host: -0.4 points (-400 pages) = "
		"0.6 for its memory - 1.0 for oom_score_adj -1");
}

static const struct tie_case {
	const char *claim;
	const char *release;
	const char *end;
} tie_cases[] = {
	{ "a tie since 5.3", "5.3.0", "; 10 task10 has the same: of equals the last scanned dies" },
	{ "a tie before 5.3", "5.2.0",
		"; 11 task11 has the same: of equals the first scanned dies" },
};

static void says_how_a_tie_is_broken(void **state)
{
	const struct tie_case *row = *state;
	struct machine machine;
	machine_init(&machine, row->release, 1000000);
	machine_add(&machine, 10, 5000, 0);
	machine_add(&machine, 11, 5000, 0);
	machine_rank_host(&machine);
	const char *sentence = why(&machine);
	machine_release(&machine);
	assert_true(strlen(sentence) > strlen(row->end));
	assert_string_equal(sentence + strlen(sentence) - strlen(row->end), row->end);
}

static void a_child_in_the_place_of_its_parent(void **state)
{
	struct machine machine;
	(void)state;
	machine_init(&machine, "4.19.0", 1000000);
	machine_add(&machine, 10, 5000, 0);
	machine_add(&machine, 11, 50, 0)->ppid = 10;
	machine_rank_host(&machine);
	assert_non_null(strstr(why(&machine), "10 task10 has the highest badness"));
	assert_non_null(
		strstr(why(&machine), "; this kernel kills its child 11 task11 in its place"));
	machine_release(&machine);
}

static void an_adj_without_weight_in_a_small_cgroup(void **state)
{
	struct machine *machine = *state;
	machine_add_memcg(machine, -1, amount_bytes(999 * 4096));
	machine_add(machine, 10, 500, 700)->memcg = 0;
	machine_rank(machine, domain_memcg(&machine->snapshot, 0), MOMENT_NOW, NULL, 0);
	assert_string_equal(why(machine),
		"10 task10 is the only candidate in this cgroup: 500.5 points (500 "
		"pages) = 500.5 for its memory + 0.0 for oom_score_adj 700, which has no "
		"weight in a domain of 999 pages");
}

static void an_adj_that_weighs_less_in_a_small_cgroup(void **state)
{
	struct machine *machine = *state;
	machine_add_memcg(machine, -1, amount_bytes(5999 * 4096));
	machine_add(machine, 10, 600, 994)->memcg = 0;
	machine_rank(machine, domain_memcg(&machine->snapshot, 0), MOMENT_NOW, NULL, 0);
	/* 994 * (5999 / 1000) = 4970 of 5999 pages. */
	assert_string_equal(why(machine),
		"10 task10 is the only candidate in this cgroup: 928.4 points (5570 pages) = "
		"100.0 for its memory + 828.4 for oom_score_adj 994, which weighs less in a "
		"small domain");
}

/* Before 3.5 the kernel counted thousandths: no pages can be told. */
static void points_that_are_no_pages_are_not_called_so(void **state)
{
	struct machine machine;
	(void)state;
	machine_init(&machine, "3.2.0", 1000000);
	machine_add(&machine, 10, 250000, 40);
	machine_add(&machine, 11, 100000, 0);
	for (size_t i = 0; i < 2; i++)
		machine.tasks[i].cap_sys_admin = false;
	machine_rank_host(&machine);
	assert_string_equal(why(&machine),
		"10 task10 has the highest badness of 2 candidates in the host: 290.0 points = "
		"250.0 for its memory + 40.0 for oom_score_adj 40; 190.0 points ahead of 11 "
		"task11");
	machine_release(&machine);
}

static void if_all_others_die_with_it_it_says_so(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 5000, 0);
	machine_add(machine, 11, 4000, 0)->mm_owner = 10;
	machine_rank_host(machine);
	assert_non_null(strstr(why(machine), "has the highest badness of 2 candidates"));
	assert_non_null(strstr(why(machine), "; every other candidate dies with it"));
}

static void the_bytes_of_a_comm_are_left_as_they_are(void **state)
{
	struct machine *machine = *state;
	struct task *task = machine_add(machine, 10, 5000, 0);
	text_copy(text_of("\033[2J\xff"), task->comm, sizeof(task->comm));
	machine_rank_host(machine);
	assert_true(strncmp(why(machine), "10 \033[2J\xff is the only", 18) == 0);
}

/* --- no victim */

static const struct none_case {
	const char *claim;
	int64_t panic_on_oom, allocating_task;
	enum domain_kind kind;
	int8_t kill_disable;
	const char *sentence;
} none_cases[] = {
	{ "panic", 2, 0, DOMAIN_HOST, 0,
		"vm.panic_on_oom is 2: the kernel panics instead of killing" },
	{ "allocating task", 0, 1, DOMAIN_HOST, 0,
		"vm.oom_kill_allocating_task is set: the process that asks for memory is killed" },
	{ "nobody on the machine", 0, 0, DOMAIN_HOST, 0,
		"no process of the host can be killed: the kernel would panic" },
	{ "nobody in the cgroup", 0, 0, DOMAIN_MEMCG, 0,
		"no process of this cgroup can be killed: the allocation fails" },
	{ "a cgroup that kills nobody", 0, 0, DOMAIN_MEMCG, 1,
		"memory.oom_control has oom_kill_disable set: nobody is killed, tasks wait until "
		"memory is "
		"freed" },
};

static void says_why_nobody_is_named(void **state)
{
	const struct none_case *row = *state;
	struct machine machine;
	machine_init(&machine, "6.1.0", 1000000);
	machine_add_memcg(&machine, -1, amount_bytes(1 << 20))->oom_kill_disable =
		row->kill_disable;
	machine_add(&machine, 10, 5000, -1000)->memcg = 0;
	machine.snapshot.host.vm.panic_on_oom = row->panic_on_oom;
	machine.snapshot.host.vm.oom_kill_allocating_task = row->allocating_task;
	machine_rank(&machine,
		row->kind == DOMAIN_MEMCG ? domain_memcg(&machine.snapshot, 0)
					  : domain_host(&machine.snapshot),
		MOMENT_NOW, NULL, 0);
	assert_string_equal(why(&machine), row->sentence);
	machine_release(&machine);
}

static void hidden_processes_are_not_called_a_panic(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 5000, -1000);
	machine->snapshot.pid_ns = true;
	machine_rank_host(machine);
	assert_string_equal(why(machine), "processes outside this pid namespace are not seen, and "
					  "none of those seen can be killed");
	machine->snapshot.hidepid = true;
	machine_rank_host(machine);
	assert_string_equal(why(machine), "processes of other users are hidden (hidepid), and none "
					  "of those seen can be killed");
	machine->snapshot.hidepid = machine->snapshot.pid_ns = false;
	machine_add(machine, 11, 5000, 0)->adj_known = false;
	machine_rank_host(machine);
	assert_string_equal(why(machine),
		"some processes cannot be read, and none of those seen can be killed");
}

static void nobody_on_these_nodes(void **state)
{
	struct machine *machine = *state;
	machine_rank(machine, domain_nodes(&machine->snapshot, 1), MOMENT_NOW, NULL, 0);
	assert_string_equal(
		why(machine), "no process of these nodes can be killed: the kernel would panic");
}

static void a_sentence_is_cut_and_ended_in_a_small_buffer(void **state)
{
	struct machine *machine = *state;
	char buffer[32];
	machine_add(machine, 10, 5000, 0);
	machine_rank_host(machine);
	for (size_t size = 1; size <= sizeof(buffer); size++) {
		memset(buffer, 'x', sizeof(buffer));
		explain_victim(&machine->outlook, buffer, size);
		assert_int_equal(strlen(buffer), size - 1);
		assert_true(strncmp(buffer, "10 task10 is the only candidate in the host",
				    size - 1) == 0);
	}
}

/* --- words */

static void every_reason_and_every_doubt_has_words(void **state)
{
	(void)state;
	for (int reason = 0; reason <= UNKILLABLE_UNKNOWN; reason++)
		assert_true(strlen(explain_unkillable((enum unkillable)reason)) > 0);
	for (int doubt = 0; doubt < UNCERTAIN_COUNT; doubt++)
		assert_true(strlen(explain_uncertainty((enum uncertainty)doubt)) > 0);
}

/* --- the highest adj at which the first is the first no more */

static const struct below_case {
	const char *claim;
	const char *release;
	int64_t first, second;
	int second_adj;
	bool found;
	int adj;
} below_cases[] = {
	/* An adj of 1 weighs 1000 pages. The first is also the older one. */
	{ "the margin in whole steps, and one page more", "6.1.0", 5500, 1200, 0, true, -5 },
	{ "a tie is enough when ties go to the newest", "6.1.0", 5000, 2000, 0, true, -3 },
	{ "a tie is not enough when ties go to the oldest", "5.2.0", 5000, 2000, 0, true, -4 },
	{ "the next is itself protected: not even -999 helps", "6.1.0", 5000, 20, -999, false, 0 },
};

static void finds_the_adj_that_protects(void **state)
{
	const struct below_case *row = *state;
	struct machine machine;
	int adj = 0;
	machine_init(&machine, row->release, 1000000);
	machine_add(&machine, 10, row->first, 0);
	machine_add(&machine, 11, row->second, row->second_adj);
	machine_rank_host(&machine);
	bool found = explain_not_first_below(
		&machine.outlook, ranking_find(&machine.outlook.ranking, 10), &adj);
	machine_release(&machine);
	assert_int_equal(found, row->found);
	assert_int_equal(adj, row->adj);
}

static void what_it_finds_is_what_a_what_if_shows(void **state)
{
	struct machine *machine = *state;
	int adj;
	machine_add(machine, 10, 5500, 3);
	machine_add(machine, 11, 1200, 0);
	machine_rank_host(machine);
	assert_true(explain_not_first_below(
		&machine->outlook, &machine->outlook.ranking.rows[0], &adj));
	struct ranking_edit edit = { .pid = 10, .oom_score_adj = adj };
	machine_rank(machine, domain_host(&machine->snapshot), MOMENT_NOW, &edit, 1);
	assert_order(machine, "11 10");
	edit.oom_score_adj = adj + 1;
	machine_rank(machine, domain_host(&machine->snapshot), MOMENT_NOW, &edit, 1);
	assert_order(machine, "10 11");
}

static void who_is_not_the_first_or_alone_is_not_asked(void **state)
{
	struct machine *machine = *state;
	int adj = 4711;
	machine_add(machine, 10, 5500, 0);
	machine_rank_host(machine);
	assert_false(explain_not_first_below(
		&machine->outlook, &machine->outlook.ranking.rows[0], &adj));
	machine_add(machine, 11, 100, 0);
	machine_rank_host(machine);
	assert_false(explain_not_first_below(
		&machine->outlook, &machine->outlook.ranking.rows[1], &adj));
	assert_int_equal(adj, 4711);
}

/* --- the same of any row */

static const struct threshold_case {
	const char *claim;
	int first_adj, second_adj; /* of 5500 and 1200 pages; an adj of 1 weighs 1000 */
	pid_t asked;
	enum threshold_kind kind;
	int adj;
} threshold_cases[] = {
	{ "the first, until it is protected", 0, 0, 10, THRESHOLD_NOT_FIRST, -5 },
	{ "the second, from the margin on", 0, 0, 11, THRESHOLD_FIRST, 5 },
	{ "the second behind one at 1000", 1000, 0, 11, THRESHOLD_NEVER, 0 },
	{ "the first before one at -999", 0, -999, 10, THRESHOLD_ALWAYS, 0 },
	{ "the first, and the other cannot be killed", 0, -1000, 10, THRESHOLD_ALONE, 0 },
	{ "who is shielded by its adj", 0, -1000, 11, THRESHOLD_FIRST, 5 },
	{ "init", 0, 0, 1, THRESHOLD_NONE, 0 },
};

static void says_what_an_adj_can_do(void **state)
{
	const struct threshold_case *row = *state;
	struct machine machine;
	int adj = 0;
	machine_init(&machine, "6.1.0", 1000000);
	machine_add(&machine, 1, 100, 0);
	machine_add(&machine, 10, 5500, row->first_adj);
	machine_add(&machine, 11, 1200, row->second_adj);
	machine_rank_host(&machine);
	enum threshold_kind kind = explain_threshold(
		&machine.outlook, ranking_find(&machine.outlook.ranking, row->asked), &adj);
	machine_release(&machine);
	assert_int_equal(kind, row->kind);
	assert_int_equal(adj, row->adj);
	bool valued = kind == THRESHOLD_NOT_FIRST || kind == THRESHOLD_FIRST;
	assert_int_equal(
		explain_threshold_without_value(kind) == NULL, valued || kind == THRESHOLD_NONE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		MACHINE_TEST(a_victim_and_its_runner_up),
		MACHINE_TEST(a_larger_one_that_its_adj_protects),
		MACHINE_TEST(a_larger_one_that_cannot_be_killed),
		MACHINE_TEST(badness_below_zero),
		cmocka_unit_test(a_child_in_the_place_of_its_parent),
		MACHINE_TEST(an_adj_without_weight_in_a_small_cgroup),
		MACHINE_TEST(an_adj_that_weighs_less_in_a_small_cgroup),
		MACHINE_TEST(if_all_others_die_with_it_it_says_so),
		cmocka_unit_test(points_that_are_no_pages_are_not_called_so),
		MACHINE_TEST(the_bytes_of_a_comm_are_left_as_they_are),
		MACHINE_TEST(hidden_processes_are_not_called_a_panic),
		MACHINE_TEST(nobody_on_these_nodes),
		MACHINE_TEST(a_sentence_is_cut_and_ended_in_a_small_buffer),
		cmocka_unit_test(every_reason_and_every_doubt_has_words),
		MACHINE_TEST(what_it_finds_is_what_a_what_if_shows),
		MACHINE_TEST(who_is_not_the_first_or_alone_is_not_asked),
	};
	return run_rows("tie", tie_cases, says_how_a_tie_is_broken) +
	       run_rows("nobody", none_cases, says_why_nobody_is_named) +
	       run_rows("threshold", threshold_cases, says_what_an_adj_can_do) +
	       run_rows("protect", below_cases, finds_the_adj_that_protects) +
	       cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
