/* Growth a minute, over samples made up in memory. */
#include "support.h"
#include "support_snapshot.h"

#include "model/growth.h"

struct fixture {
	struct machine machine;
	struct growth growth;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	machine_init(&fixture.machine, "6.18", 1000000);
	growth_init(&fixture.growth);
	machine_add(&fixture.machine, 10, 1000, 0);
	machine_add(&fixture.machine, 11, 2000, 0);
	machine_add(&fixture.machine, 12, 3000, 0);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	growth_release(&fixture->growth);
	machine_release(&fixture->machine);
	return 0;
}

static void sample(struct fixture *fixture, int64_t at_ms)
{
	fixture->machine.snapshot.host.boot_ms = at_ms;
	growth_update(&fixture->growth, &fixture->machine.snapshot, NULL);
}

static int64_t rate(const struct fixture *fixture, pid_t pid)
{
	const struct snapshot *snapshot = &fixture->machine.snapshot;
	const struct growth_row *rows = growth_rows(&fixture->growth, snapshot);
	const struct task *task = snapshot_find(snapshot, pid);
	assert_non_null(rows);
	assert_non_null(task);
	return rows[task - snapshot->tasks].kb_min;
}

static void one_sample_is_no_growth(void **state)
{
	struct fixture *fixture = *state;
	assert_null(growth_rows(&fixture->growth, &fixture->machine.snapshot));
	sample(fixture, 2000);
	assert_int_equal(rate(fixture, 10), UNKNOWN_SIGNED);
}

static void it_is_rss_and_swap_and_page_tables_a_minute(void **state)
{
	struct fixture *fixture = *state;
	struct task *tasks = fixture->machine.tasks;
	sample(fixture, 2000);
	tasks[0].rss_pages += 10;
	tasks[0].swap_pages += 5;
	tasks[0].pte_kb += 4;
	tasks[2].rss_pages -= 50;
	sample(fixture, 8000);
	assert_int_equal(rate(fixture, 10), 64 * 10);
	assert_int_equal(rate(fixture, 11), 0);
	assert_int_equal(rate(fixture, 12), -200 * 10);
}

static void memory_that_moves_to_swap_is_no_growth(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture, 2000);
	fixture->machine.tasks[1].rss_pages -= 700;
	fixture->machine.tasks[1].swap_pages += 700;
	sample(fixture, 8000);
	assert_int_equal(rate(fixture, 11), 0);
}

static void what_was_not_read_keeps_its_rate_until_its_next_read(void **state)
{
	struct fixture *fixture = *state;
	struct task *task = &fixture->machine.tasks[0];
	sample(fixture, 0);
	task->rss_pages += 10;
	sample(fixture, 6000);
	assert_int_equal(rate(fixture, 10), 400);
	task->age = 1;
	sample(fixture, 12000);
	task->age = 2;
	sample(fixture, 18000);
	assert_int_equal(rate(fixture, 10), 400);
	task->age = 0; /* the same growth as before, but over eighteen seconds */
	task->rss_pages += 30;
	sample(fixture, 24000);
	assert_int_equal(rate(fixture, 10), 400);
}

static void reads_that_are_too_close_wait_for_each_other(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture, 0);
	for (int64_t at_ms = 100; at_ms < GROWTH_LEAST_MS; at_ms += 100) {
		fixture->machine.tasks[0].rss_pages++;
		sample(fixture, at_ms);
		assert_int_equal(rate(fixture, 10), UNKNOWN_SIGNED);
	}
	sample(fixture, GROWTH_LEAST_MS);
	assert_int_equal(rate(fixture, 10), 49 * 4 * 12);
}

static void the_same_sample_twice_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture, 0);
	fixture->machine.tasks[0].rss_pages += 10;
	sample(fixture, 6000);
	sample(fixture, 6000);
	assert_int_equal(rate(fixture, 10), 400);
}

static void another_process_of_that_pid_begins_anew(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture, 0);
	fixture->machine.tasks[1].start_ticks = 777;
	fixture->machine.tasks[1].rss_pages = 90000;
	sample(fixture, 6000);
	assert_int_equal(rate(fixture, 11), UNKNOWN_SIGNED);
	assert_int_equal(rate(fixture, 12), 0);
}

static void processes_come_and_go(void **state)
{
	struct fixture *fixture = *state;
	struct machine *machine = &fixture->machine;
	sample(fixture, 0);
	machine->tasks[0] = machine->tasks[1]; /* 10 is gone */
	machine->tasks[1] = machine->tasks[2];
	machine->snapshot.count = 2;
	machine_add(machine, 13, 5, 0);
	machine_add(machine, 14, 5, 0);
	machine->tasks[1].rss_pages += 10;
	sample(fixture, 6000);
	assert_int_equal(rate(fixture, 11), 0);
	assert_int_equal(rate(fixture, 12), 400);
	assert_int_equal(rate(fixture, 13), UNKNOWN_SIGNED);
}

static void unknown_memory_is_unknown_growth(void **state)
{
	struct fixture *fixture = *state;
	struct task *tasks = fixture->machine.tasks;
	sample(fixture, 0);
	tasks[0].has_mm = false;
	tasks[1].swap_pages = UNKNOWN;
	tasks[2].rss_pages = INT64_MAX;
	sample(fixture, 6000);
	for (pid_t pid = 10; pid <= 12; pid++)
		assert_int_equal(rate(fixture, pid), UNKNOWN_SIGNED);
	tasks[0].has_mm = true; /* known again, but since when it grew is not */
	sample(fixture, 12000);
	assert_int_equal(rate(fixture, 10), UNKNOWN_SIGNED);
	sample(fixture, 18000);
	assert_int_equal(rate(fixture, 10), 0);
}

static void a_clock_that_stands_or_goes_back_says_nothing(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture, 10000);
	fixture->machine.tasks[0].rss_pages += 10;
	sample(fixture, 10000);
	assert_int_equal(rate(fixture, 10), UNKNOWN_SIGNED);
	sample(fixture, 2000);
	assert_int_equal(rate(fixture, 10), UNKNOWN_SIGNED);
	sample(fixture, 8000);
	assert_int_equal(rate(fixture, 10), 0);
}

#define WITH_SAMPLES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SAMPLES(one_sample_is_no_growth),
		WITH_SAMPLES(it_is_rss_and_swap_and_page_tables_a_minute),
		WITH_SAMPLES(memory_that_moves_to_swap_is_no_growth),
		WITH_SAMPLES(what_was_not_read_keeps_its_rate_until_its_next_read),
		WITH_SAMPLES(reads_that_are_too_close_wait_for_each_other),
		WITH_SAMPLES(the_same_sample_twice_changes_nothing),
		WITH_SAMPLES(another_process_of_that_pid_begins_anew),
		WITH_SAMPLES(processes_come_and_go),
		WITH_SAMPLES(unknown_memory_is_unknown_growth),
		WITH_SAMPLES(a_clock_that_stands_or_goes_back_says_nothing),
	};
	return cmocka_run_group_tests_name("growth", tests, NULL, NULL);
}
