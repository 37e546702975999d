/* Who is read again at a refresh, when there are too many processes to read them all. */
#include "support.h"

#include "oomspect/attention.h"

#include <stdlib.h>
#include <string.h>

#define PROCESSES 1000
#define HOT       50

/* A thousand quiet processes that have been seen before; process i weighs i pages. */
struct scene {
	struct snapshot snapshot;
	struct attention attention;
};

static void build_scene(struct scene *scene)
{
	snapshot_init(&scene->snapshot);
	assert_int_equal(snapshot_reserve(&scene->snapshot, PROCESSES, NULL), ERR_OK);
	scene->snapshot.count = PROCESSES;
	scene->snapshot.host.page_size = 4096;
	scene->snapshot.host.total_pages = 1 << 22;
	memset(&scene->snapshot.host.meminfo, 0, sizeof(scene->snapshot.host.meminfo));
	scene->snapshot.host.meminfo.mem_total = 16 << 20;
	for (int i = 0; i < PROCESSES; i++) {
		struct task *task = &scene->snapshot.tasks[i];
		*task = proc_unknown(i + 1);
		task->has_mm = true;
		task->rss_pages = task->rss_anon_pages = i;
		task->swap_pages = task->pte_kb = 0;
		task->sightings = 5;
		task->weight_pages = attention_weight(task, scene->snapshot.host.total_pages);
		scene->snapshot.host.meminfo.anon += (int64_t)i * 4;
	}
	attention_init(&scene->attention, HOT);
	attention_begin(&scene->attention, &scene->snapshot, &scene->snapshot.host, PROCESSES);
	attention_learn(&scene->attention, &scene->snapshot);
}

static void release_scene(struct scene *scene)
{
	attention_release(&scene->attention);
	snapshot_release(&scene->snapshot);
}

static void next_refresh(struct scene *scene)
{
	attention_begin(&scene->attention, &scene->snapshot, &scene->snapshot.host, PROCESSES);
}

static bool is_due(const struct scene *scene, size_t place)
{
	return attention_due(&scene->attention, &scene->snapshot.tasks[place], place);
}

static size_t count_due(const struct scene *scene)
{
	size_t due = 0;
	for (size_t i = 0; i < PROCESSES; i++)
		due += is_due(scene, i);
	return due;
}

static void the_first_refresh_reads_everybody(void **state)
{
	(void)state;
	struct scene scene;
	build_scene(&scene);
	assert_int_equal(count_due(&scene), PROCESSES);
	release_scene(&scene);
}

static void later_ones_read_the_heaviest_and_a_part_of_the_rest(void **state)
{
	(void)state;
	struct scene scene;
	build_scene(&scene);
	next_refresh(&scene);
	for (size_t i = PROCESSES - HOT; i < PROCESSES; i++)
		assert_true(is_due(&scene, i));
	assert_in_range(count_due(&scene), HOT, PROCESSES / 3);
	release_scene(&scene);
}

static void everybody_has_a_turn_within_sixteen_refreshes(void **state)
{
	(void)state;
	struct scene scene;
	bool had_turn[PROCESSES] = { false };
	build_scene(&scene);
	for (int refresh = 0; refresh < 16; refresh++) {
		next_refresh(&scene);
		for (size_t i = 0; i < PROCESSES; i++)
			had_turn[i] |= is_due(&scene, i);
	}
	for (size_t i = 0; i < PROCESSES; i++)
		assert_true(had_turn[i]);
	release_scene(&scene);
}

static void a_new_process_is_due(void **state)
{
	(void)state;
	struct scene scene;
	build_scene(&scene);
	next_refresh(&scene);
	assert_true(attention_due(&scene.attention, NULL, 700));
	release_scene(&scene);
}

static void a_process_that_changed_stays_due_for_four_reads(void **state)
{
	(void)state;
	struct task quiet = proc_unknown(1), moved = quiet;
	moved.rss_pages = 77;
	uint8_t restless = attention_restless(&quiet, &moved);
	assert_int_equal(restless, ATTENTION_RESTLESS);
	int reads = 0;
	for (moved.restless = restless; moved.restless; reads++)
		moved.restless = attention_restless(&moved, &moved);
	assert_int_equal(reads, ATTENTION_RESTLESS);
}

static void unexplained_growth_of_the_machine_makes_everybody_due(void **state)
{
	(void)state;
	struct scene scene;
	build_scene(&scene);
	scene.snapshot.host.meminfo.anon += scene.snapshot.host.meminfo.mem_total / 100;
	next_refresh(&scene);
	assert_int_equal(count_due(&scene), PROCESSES);
	release_scene(&scene);
}

static void growth_that_the_processes_explain_does_not(void **state)
{
	(void)state;
	struct scene scene;
	build_scene(&scene);
	int64_t kb = scene.snapshot.host.meminfo.mem_total / 100;
	scene.snapshot.host.meminfo.anon += kb;
	scene.snapshot.tasks[PROCESSES - 1].rss_anon_pages += kb / 4;
	next_refresh(&scene);
	assert_in_range(count_due(&scene), HOT, PROCESSES / 3);
	release_scene(&scene);
}

static void equals_at_the_border_do_not_make_everybody_heavy(void **state)
{
	(void)state;
	struct scene scene;
	build_scene(&scene);
	for (size_t i = 0; i < PROCESSES; i++)
		scene.snapshot.tasks[i].weight_pages = 42;
	attention_learn(&scene.attention, &scene.snapshot);
	next_refresh(&scene);
	assert_in_range(count_due(&scene), 1, PROCESSES / 3);
	release_scene(&scene);
}

static void without_a_hot_set_everybody_is_always_due(void **state)
{
	(void)state;
	struct scene scene;
	build_scene(&scene);
	scene.attention.hot = 0;
	next_refresh(&scene);
	assert_int_equal(count_due(&scene), PROCESSES);
	release_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_refresh_reads_everybody),
		cmocka_unit_test(later_ones_read_the_heaviest_and_a_part_of_the_rest),
		cmocka_unit_test(everybody_has_a_turn_within_sixteen_refreshes),
		cmocka_unit_test(a_new_process_is_due),
		cmocka_unit_test(a_process_that_changed_stays_due_for_four_reads),
		cmocka_unit_test(unexplained_growth_of_the_machine_makes_everybody_due),
		cmocka_unit_test(growth_that_the_processes_explain_does_not),
		cmocka_unit_test(equals_at_the_border_do_not_make_everybody_heavy),
		cmocka_unit_test(without_a_hot_set_everybody_is_always_due),
	};
	return cmocka_run_group_tests_name("attention", tests, NULL, NULL);
}
