/* Kills that no log mentions, by made-up samples: which of them are listed, of which cgroup, and who
 * is gone. */
#include "oomspect/unlogged.h"

#include "support_snapshot.h"

#include "oomspect/event_explain.h"
#include "oomspect/event_json.h"
#include "oomspect/event_rank.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_US  INT64_C(1000000)
#define EVENTS_MAX 4

enum { TOP, OUTER, INNER, ROWS };

/* Version 2: /t with 100 MiB, /t/a below it with the processes 11 and 12; 13 is beside. */
struct fixture {
	struct machine machine;
	struct sightings sightings;
	struct unlogged unlogged;
	int64_t now_us;
	uint64_t told;
	struct oom_event events[EVENTS_MAX];
	size_t count;
};

static void take(void *arg, struct oom_event *event)
{
	struct fixture *fixture = arg;
	assert_true(fixture->count < EVENTS_MAX);
	assert_int_equal(event_rank(event), ERR_OK);
	fixture->events[fixture->count++] = *event;
	oom_event_init(event);
}

static void add_group(struct fixture *fixture, int32_t parent, const char *path, int limit_mib)
{
	struct memcg *row = machine_add_memcg(
		&fixture->machine, parent, limit_mib ? MACHINE_MIB(limit_mib) : MACHINE_NO_LIMIT);
	row->path = path;
	row->usage = MACHINE_MIB(10);
	row->inode = (uint64_t)(row - fixture->machine.memcgs) + 1;
	row->failcnt = UNKNOWN;
	row->events = row->events_local = (struct memcg_events){ 0, 0, 0, 0, 0, 0 };
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	struct machine *machine = &fixture->machine;
	machine_init(machine, "6.12.0", 1000000);
	machine->snapshot.host.vmstat.oom_kill = 7; /* before our time */
	add_group(fixture, -1, "/", 0);
	add_group(fixture, TOP, "/t", 100);
	add_group(fixture, OUTER, "/t/a", 0);
	machine_add_inside(machine, 11, 3000, INNER);
	machine_add_inside(machine, 12, 2000, INNER);
	machine_add(machine, 13, 1000, 0);
	sightings_init(&fixture->sightings);
	fixture->now_us = 100 * SECOND_US;
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < fixture->count; i++)
		oom_event_release(&fixture->events[i]);
	sightings_release(&fixture->sightings);
	machine_release(&fixture->machine);
	free(fixture);
	return 0;
}

/* A second later: a sample, and a look at what is missing. */
static void sample(struct fixture *fixture)
{
	struct err err;
	struct sightings_clock clock = { fixture->now_us, fixture->now_us };
	fixture->machine.snapshot.host.boot_ms = fixture->now_us / 1000;
	assert_int_equal(
		sightings_note(&fixture->sightings, &fixture->machine.snapshot, clock, &err),
		ERR_OK);
	assert_int_equal(unlogged_look(&fixture->unlogged, &fixture->sightings, fixture->told, true,
				 take, fixture),
		ERR_OK);
	fixture->now_us += SECOND_US;
}

/* What the kernel counts for the death of 11 in /t/a by the limit of /t. */
static void count_kill(struct fixture *fixture)
{
	struct memcg *rows = fixture->machine.memcgs;
	fixture->machine.snapshot.host.vmstat.oom_kill++;
	rows[TOP].events.oom++;
	rows[OUTER].events.oom++;
	rows[OUTER].events_local.oom++;
	for (int row = TOP; row < ROWS; row++)
		rows[row].events.oom_kill++;
	rows[INNER].events_local.oom_kill++;
	fixture->machine.tasks[0].has_mm = false;
}

static void samples(struct fixture *fixture, int count)
{
	while (count-- > 0)
		sample(fixture);
}

static void assert_says(const struct oom_event *event, const char *sentence)
{
	struct event_explanation explanation;
	bool said = false;
	assert_int_equal(event_explain(event, &explanation), ERR_OK);
	for (size_t i = 0; i < explanation.count; i++)
		said |= strcmp(explanation.sentences[i].text, sentence) == 0;
	for (size_t i = 0; i < explanation.count && !said; i++)
		print_message("%s\n", explanation.sentences[i].text);
	event_explanation_release(&explanation);
	if (!said)
		fail_msg("not said: %s", sentence);
}

static void one_has_its_cgroup_its_limit_and_who_is_gone(void **state)
{
	struct fixture *fixture = *state;
	samples(fixture, 3);
	count_kill(fixture);
	sample(fixture);
	assert_int_equal(fixture->count, 0); /* the log may still tell of it */
	sample(fixture);
	assert_int_equal(fixture->count, 1);
	const struct oom_event *event = &fixture->events[0];
	assert_string_equal(event->source, "counters");
	assert_string_equal(event->seen.task_memcg, "/t/a");
	assert_string_equal(event->seen.oom_memcg, "/t");
	assert_int_equal(event->seen.ground, OOM_SEEN_LOCAL_OOM);
	assert_int_equal(event->seen.unlogged, 1);
	assert_int_equal(event->seen.gone_count, 1);
	assert_int_equal(event->seen.gone[0].pid, 11);
	assert_int_equal(event->victim_count, 0); /* the kernel did not say whom */
	assert_says(event, "The log does not mention 1 kill that /t/a counted: its oom_kill went "
			   "from 0 to 1.");
	assert_says(event,
		"From our sample 1.0 s before: the limit was that of /t, 100.0 MiB (10.0 MiB in "
		"use), whose oom in memory.events.local went from 0 to 1.");
	assert_says(event,
		"From our sample 1.0 s before: of those that ran there 1 is gone: 11 (task11).");
	samples(fixture, 3);
	assert_int_equal(fixture->count, 1); /* once */
}

static void what_the_log_tells_is_not_listed(void **state)
{
	struct fixture *fixture = *state;
	samples(fixture, 3);
	count_kill(fixture);
	fixture->told++;
	samples(fixture, 4);
	assert_int_equal(fixture->count, 0);
}

static void what_the_log_tells_late_is_not_listed(void **state)
{
	struct fixture *fixture = *state;
	samples(fixture, 3);
	count_kill(fixture);
	sample(fixture);
	fixture->told++;
	samples(fixture, 4);
	assert_int_equal(fixture->count, 0);
}

/* Told before the sample that counts it: that it is then counted is no other kill. */
static void what_the_log_tells_early_is_not_listed(void **state)
{
	struct fixture *fixture = *state;
	samples(fixture, 3);
	fixture->told++;
	samples(fixture, 2);
	count_kill(fixture);
	samples(fixture, 4);
	assert_int_equal(fixture->count, 0);
}

static void one_of_two_that_was_told_is_not_among_the_gone(void **state)
{
	struct fixture *fixture = *state;
	samples(fixture, 3);
	sightings_tell(&fixture->sightings, &fixture->machine.tasks[0]);
	count_kill(fixture);
	count_kill(fixture);
	fixture->machine.tasks[1].has_mm = false;
	fixture->told++;
	samples(fixture, 2);
	assert_int_equal(fixture->count, 1);
	assert_int_equal(fixture->events[0].seen.unlogged, 1);
	assert_int_equal(fixture->events[0].seen.gone_count, 1);
	assert_int_equal(fixture->events[0].seen.gone[0].pid, 12);
}

static void without_local_counters_it_is_the_lowest_cgroup_that_counted(void **state)
{
	struct fixture *fixture = *state;
	for (int row = TOP; row < ROWS; row++)
		fixture->machine.memcgs[row].events_local.oom_kill =
			fixture->machine.memcgs[row].events_local.oom = UNKNOWN;
	samples(fixture, 3);
	fixture->machine.snapshot.host.vmstat.oom_kill++;
	for (int row = TOP; row < ROWS; row++)
		fixture->machine.memcgs[row].events.oom_kill++;
	samples(fixture, 3);
	assert_int_equal(fixture->count, 1);
	assert_string_equal(fixture->events[0].seen.task_memcg, "/t/a");
	assert_int_equal(fixture->events[0].scope, OOM_SCOPE_UNKNOWN); /* no limit counted an OOM */
	assert_null(fixture->events[0].seen.oom_memcg);
}

/* 11, as the tracepoint of 6.12 marks it, a moment before the next sample. */
static void mark(struct fixture *fixture, int64_t pid)
{
	struct oom_victim victim;
	oom_victim_init(&victim);
	victim.pid = pid;
	victim.anon_rss_kb = 12000;
	snprintf(victim.comm, sizeof(victim.comm), "task%d", (int)pid);
	unlogged_mark(&fixture->unlogged, &victim, fixture->now_us - SECOND_US / 2);
}

/* vmstat is read when a sample begins, the cgroups when it ends. */
static void one_that_the_cgroup_counts_a_sample_early_has_it_all_the_same(void **state)
{
	struct fixture *fixture = *state;
	samples(fixture, 3);
	count_kill(fixture);
	fixture->machine.snapshot.host.vmstat.oom_kill--;
	sample(fixture);
	fixture->machine.snapshot.host.vmstat.oom_kill++;
	samples(fixture, 3);
	assert_int_equal(fixture->count, 1);
	assert_string_equal(fixture->events[0].seen.task_memcg, "/t/a");
	assert_int_equal(fixture->events[0].seen.gone[0].pid, 11);
}

/* The same of one that was marked meanwhile. */
static void one_that_was_marked_a_sample_early_waits(void **state)
{
	struct fixture *fixture = *state;
	samples(fixture, 3);
	fixture->now_us += SECOND_US / 2 + 1000; /* behind its beginning */
	mark(fixture, 11);
	fixture->now_us -= SECOND_US / 2 + 1000;
	sample(fixture);
	count_kill(fixture);
	samples(fixture, 3);
	assert_int_equal(fixture->count, 1);
	assert_string_equal(fixture->events[0].source, "tracepoint");
}

static void one_that_no_cgroup_counts_is_listed_without(void **state)
{
	struct fixture *fixture = *state;
	samples(fixture, 3);
	fixture->machine.snapshot.host.vmstat.oom_kill += 2;
	samples(fixture, 3);
	assert_int_equal(fixture->count, 1);
	assert_null(fixture->events[0].seen.task_memcg);
	assert_int_equal(fixture->events[0].seen.gone_count, 0);
	assert_says(
		&fixture->events[0], "The log does not mention 2 kills that /proc/vmstat counted.");
}

static void one_that_was_marked_is_named(void **state)
{
	struct fixture *fixture = *state;
	samples(fixture, 3);
	mark(fixture, 11);
	count_kill(fixture);
	samples(fixture, 4);
	assert_int_equal(fixture->count, 1); /* and is not one of the cgroup's besides */
	const struct oom_event *event = &fixture->events[0];
	assert_string_equal(event->source, "tracepoint");
	assert_int_equal(event->victim_count, 1);
	assert_int_equal(event->victims[0].pid, 11);
	assert_int_equal(event->victims[0].anon_rss_kb, 12000);
	assert_int_equal(event->scope, OOM_SCOPE_MEMCG);
	assert_true(event->seen.known);
	assert_string_equal(event->seen.oom_memcg, "/t");
	assert_int_equal(event->seen.rank, 1);
	assert_says(
		event, "The log does not mention this kill; the tracepoint oom:mark_victim does.");
}

/* The tracepoint before 6.9. */
static void one_that_was_marked_by_its_pid_has_the_name_of_our_sample(void **state)
{
	struct fixture *fixture = *state;
	struct oom_victim victim;
	samples(fixture, 3);
	oom_victim_init(&victim);
	victim.pid = 11;
	unlogged_mark(&fixture->unlogged, &victim, fixture->now_us - SECOND_US / 2);
	count_kill(fixture);
	samples(fixture, 4);
	assert_int_equal(fixture->count, 1);
	assert_string_equal(fixture->events[0].victims[0].comm, "task11");
	assert_true(fixture->events[0].seen.known);
	assert_says(&fixture->events[0],
		"The tracepoint has its pid alone; its name is from our sample.");
}

static void one_that_the_log_told_is_not_listed(void **state)
{
	struct fixture *fixture = *state;
	struct oom_victim victim = { .pid = 11 };
	const struct oom_event event = { .victims = &victim, .victim_count = 1 };
	samples(fixture, 3);
	mark(fixture, 11);
	count_kill(fixture);
	unlogged_tell(&fixture->unlogged, &event); /* before the drain or after it */
	fixture->told++;
	mark(fixture, 11);
	samples(fixture, 4);
	assert_int_equal(fixture->count, 0);
	assert_int_equal(fixture->unlogged.marked_count, 0);
}

/* mark_oom_victim() is called for one that exits by itself too, which nobody killed. */
static void one_that_was_marked_and_not_counted_is_no_kill(void **state)
{
	struct fixture *fixture = *state;
	samples(fixture, 3);
	mark(fixture, 11);
	samples(fixture, 4);
	assert_int_equal(fixture->count, 0);
	assert_int_equal(fixture->unlogged.marked_count, 0);
}

static void json_has_no_victim_and_who_is_gone(void **state)
{
	struct fixture *fixture = *state;
	char *text = NULL;
	size_t size = 0;
	samples(fixture, 3);
	count_kill(fixture);
	samples(fixture, 2);
	FILE *file = open_memstream(&text, &size);
	assert_int_equal(event_json(file, &fixture->events[0]), ERR_OK);
	fclose(file);
	json_t *document = json_loads(text, 0, NULL);
	const json_t *seen = json_object_get(document, "seen");
	const json_t *gone = json_array_get(json_object_get(seen, "gone"), 0);
	assert_int_equal(json_array_size(json_object_get(document, "victims")), 0);
	assert_string_equal(json_string_value(json_object_get(document, "source")), "counters");
	assert_int_equal(json_integer_value(json_object_get(gone, "pid")), 11);
	assert_int_equal(json_integer_value(json_object_get(seen, "unlogged")), 1);
	json_decref(document);
	free(text);
}

#define UNLOGGED_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		UNLOGGED_TEST(one_has_its_cgroup_its_limit_and_who_is_gone),
		UNLOGGED_TEST(what_the_log_tells_is_not_listed),
		UNLOGGED_TEST(what_the_log_tells_late_is_not_listed),
		UNLOGGED_TEST(what_the_log_tells_early_is_not_listed),
		UNLOGGED_TEST(one_of_two_that_was_told_is_not_among_the_gone),
		UNLOGGED_TEST(without_local_counters_it_is_the_lowest_cgroup_that_counted),
		UNLOGGED_TEST(one_that_the_cgroup_counts_a_sample_early_has_it_all_the_same),
		UNLOGGED_TEST(one_that_was_marked_a_sample_early_waits),
		UNLOGGED_TEST(one_that_no_cgroup_counts_is_listed_without),
		UNLOGGED_TEST(one_that_was_marked_is_named),
		UNLOGGED_TEST(one_that_was_marked_by_its_pid_has_the_name_of_our_sample),
		UNLOGGED_TEST(one_that_the_log_told_is_not_listed),
		UNLOGGED_TEST(one_that_was_marked_and_not_counted_is_no_kill),
		UNLOGGED_TEST(json_has_no_victim_and_who_is_gone),
	};
	return cmocka_run_group_tests_name("unlogged", tests, NULL, NULL);
}
