/* An event joined with made-up samples: whose limit it was and how that is known, the rank, and what
 * is said of it. */
#include "oomspect/event_seen.h"

#include "support_snapshot.h"

#include "oomspect/event_explain.h"
#include "oomspect/event_json.h"
#include "oomspect/event_rank.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Microseconds of both clocks: the sample, and what comes of it. */
#define SAMPLE_US INT64_C(100000000)
#define KILL_US   (SAMPLE_US + 800000)
#define NOW_US    (KILL_US + 30000)

enum { TOP, OUTER, INNER, BESIDE, ROWS };

/* A machine of version 2: /t with 100 MiB, /t/a with 50 MiB and the victim, /t/b. */
struct fixture {
	struct machine machine;
	struct sightings sightings;
	struct memcg after[ROWS]; /* as they are when looked at again */
	bool gone;                /* none can be */
	struct oom_event event;
};

static bool look_again(const void *context, const char *path, struct memcg *row)
{
	const struct fixture *fixture = context;
	for (int i = 0; i < ROWS && !fixture->gone; i++) {
		if (strcmp(fixture->after[i].path, path) != 0)
			continue;
		*row = fixture->after[i];
		return true;
	}
	return false;
}

static void add_group(
	struct fixture *fixture, int32_t parent, const char *path, int limit_mib, int usage_mib)
{
	struct memcg *row = machine_add_memcg(
		&fixture->machine, parent, limit_mib ? MACHINE_MIB(limit_mib) : MACHINE_NO_LIMIT);
	row->path = path;
	row->usage = MACHINE_MIB(usage_mib);
	row->inode = (uint64_t)(row - fixture->machine.memcgs) + 1;
	row->failcnt = UNKNOWN;
	row->events = row->events_local =
		(struct memcg_events){ UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN };
}

static void start_event(struct fixture *fixture)
{
	struct oom_event *event = &fixture->event;
	oom_event_init(event);
	event->victims = calloc(1, sizeof(*event->victims));
	assert_non_null(event->victims);
	oom_victim_init(&event->victims[0]);
	event->victim_count = 1;
	event->victims[0].pid = 11;
	snprintf(event->victims[0].comm, sizeof(event->victims[0].comm), "task11");
	event->scope = OOM_SCOPE_MEMCG;
	event->constraint = OOM_CONSTRAINT_MEMCG;
	event->outcome = OOM_OUTCOME_KILLED;
	event->boot_us = KILL_US;
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	struct machine *machine = &fixture->machine;
	machine_init(machine, "6.12.0", 1000000);
	add_group(fixture, -1, "/", 0, 200);
	add_group(fixture, TOP, "/t", 100, 99);
	add_group(fixture, OUTER, "/t/a", 50, 20);
	add_group(fixture, OUTER, "/t/b", 0, 79);
	machine_add_inside(machine, 11, 3000, INNER);
	machine_add_inside(machine, 12, 2000, INNER);
	machine_add_inside(machine, 13, 4000, BESIDE);
	machine_add(machine, 14, 9000, 0);
	sightings_init(&fixture->sightings);
	fixture->sightings.look_again = look_again;
	fixture->sightings.context = fixture;
	start_event(fixture);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	oom_event_release(&fixture->event);
	sightings_release(&fixture->sightings);
	machine_release(&fixture->machine);
	free(fixture);
	return 0;
}

/* A sample begun at `begun_us`, whose cgroups were read 5 ms later; afterwards nothing has moved. */
static void sample(struct fixture *fixture, int64_t begun_us)
{
	struct sightings_clock clock = { begun_us + 5000, begun_us + 5000 };
	struct err err;
	fixture->machine.snapshot.host.boot_ms = begun_us / 1000;
	assert_int_equal(
		sightings_note(&fixture->sightings, &fixture->machine.snapshot, clock, &err),
		ERR_OK);
	memcpy(fixture->after, fixture->machine.memcgs, sizeof(fixture->after));
}

static const struct oom_seen *join(struct fixture *fixture)
{
	assert_int_equal(event_rank(&fixture->event), ERR_OK);
	assert_int_equal(event_seen_join(&fixture->event, &fixture->sightings, NOW_US), ERR_OK);
	return &fixture->event.seen;
}

static void assert_says(const struct fixture *fixture, const char *sentence)
{
	struct event_explanation explanation;
	bool said = false;
	assert_int_equal(event_explain(&fixture->event, &explanation), ERR_OK);
	for (size_t i = 0; i < explanation.count; i++)
		said |= strcmp(explanation.sentences[i].text, sentence) == 0;
	for (size_t i = 0; i < explanation.count && !said; i++)
		print_message("%s\n", explanation.sentences[i].text);
	event_explanation_release(&explanation);
	if (!said)
		fail_msg("not said: %s", sentence);
}

/* --- whose limit it was ------------------------------------------------------------------------ */

static void the_only_limit_above_it(void **state)
{
	struct fixture *fixture = *state;
	fixture->machine.memcgs[INNER].limit = MACHINE_NO_LIMIT;
	sample(fixture, SAMPLE_US);
	const struct oom_seen *seen = join(fixture);
	assert_true(seen->known);
	assert_int_equal(seen->ground, OOM_SEEN_ONLY_LIMIT);
	assert_string_equal(seen->oom_memcg, "/t");
	assert_string_equal(seen->task_memcg, "/t/a");
	assert_int_equal(seen->limit_kb, 100 * 1024);
	assert_int_equal(seen->age_us, KILL_US - SAMPLE_US);
	assert_null(fixture->event.oom_memcg); /* what the log says stays what it says */
	assert_says(fixture,
		"From our sample 0.8 s before: it was below the limit of /t, 100.0 MiB (99.0 MiB "
		"in use), and no other cgroup that it was in has one.");
	assert_says(fixture, "From our sample 0.8 s before: it ran in /t/a.");
	assert_says(fixture,
		"The report before the kill is missing from the log (cut off, or one of more than "
		"10 in 5 seconds), so the reason is inferred from our sample.");
}

static void local_events_tell_whose_limit(void **state)
{
	struct fixture *fixture = *state;
	struct memcg *rows = fixture->machine.memcgs;
	rows[OUTER].events.oom = rows[INNER].events.oom = 4;
	rows[OUTER].events_local.oom = 1;
	rows[INNER].events_local.oom = 3;
	sample(fixture, SAMPLE_US);
	/* Of the inner one nothing went up but what its own child counts. */
	fixture->after[OUTER].events.oom = fixture->after[INNER].events.oom = 5;
	fixture->after[OUTER].events_local.oom = 2;
	const struct oom_seen *seen = join(fixture);
	assert_int_equal(seen->ground, OOM_SEEN_LOCAL_OOM);
	assert_string_equal(seen->oom_memcg, "/t");
	assert_says(fixture,
		"From our sample 0.8 s before: the limit was that of /t, 100.0 MiB (99.0 MiB in "
		"use), whose oom in memory.events.local went from 1 to 2.");
}

static void without_local_events_the_lowest_that_counted(void **state)
{
	struct fixture *fixture = *state;
	struct memcg *rows = fixture->machine.memcgs;
	rows[OUTER].events.oom = 7;
	rows[INNER].events.oom = 2;
	sample(fixture, SAMPLE_US);
	fixture->after[OUTER].events.oom = 8;
	fixture->after[INNER].events.oom = 3;
	const struct oom_seen *seen = join(fixture);
	assert_int_equal(seen->ground, OOM_SEEN_OOM);
	assert_string_equal(seen->oom_memcg, "/t/a");
}

static void v1_counts_charges_that_failed(void **state)
{
	struct fixture *fixture = *state;
	struct memcg *rows = fixture->machine.memcgs;
	fixture->machine.tree.version = 1;
	rows[OUTER].failcnt = 10;
	rows[INNER].failcnt = 6;
	rows[INNER].events.oom_kill = 0;
	sample(fixture, SAMPLE_US);
	fixture->after[OUTER].failcnt = 31;
	fixture->after[INNER].events.oom_kill = 1;
	const struct oom_seen *seen = join(fixture);
	assert_int_equal(seen->ground, OOM_SEEN_FAILCNT);
	assert_string_equal(seen->oom_memcg, "/t");
	assert_says(fixture,
		"From our sample 0.8 s before: the limit was that of /t, 100.0 MiB (99.0 MiB in "
		"use), whose memory.failcnt went from 10 to 31.");
	assert_says(fixture,
		"From our sample 0.8 s before: oom_kill of /t/a was 0, and was 1 after the kill.");
}

static void when_they_are_gone_the_one_with_the_least_left(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture, SAMPLE_US);
	fixture->gone = true;
	const struct oom_seen *seen = join(fixture);
	assert_int_equal(seen->ground, OOM_SEEN_LEAST_LEFT);
	assert_string_equal(seen->oom_memcg, "/t");
	assert_int_equal(seen->kills.after, UNKNOWN_SIGNED);
	assert_says(fixture,
		"From our sample 0.8 s before: of the limits above it that of /t had the least "
		"left, 1.0 MiB of 100.0 MiB.");
}

static void what_the_log_says_outranks_every_counter(void **state)
{
	struct fixture *fixture = *state;
	fixture->event.oom_memcg = strdup("/t/a");
	sample(fixture, SAMPLE_US);
	fixture->after[OUTER].failcnt = 31;
	const struct oom_seen *seen = join(fixture);
	assert_int_equal(seen->ground, OOM_SEEN_SAID);
	assert_string_equal(seen->oom_memcg, "/t/a");
	assert_int_equal(seen->rank, 1); /* of its two: what is in /t/b is larger */
	assert_int_equal(seen->candidates, 2);
	assert_says(fixture, "From our sample 0.8 s before: its limit was 50.0 MiB (20.0 MiB in "
			     "use).");
}

/* A limit of v1 that does not cover what is below it cannot be what killed there. */
static void a_limit_that_does_not_cover_it_is_none(void **state)
{
	struct fixture *fixture = *state;
	fixture->machine.tree.version = 1;
	fixture->machine.memcgs[OUTER].use_hierarchy = 0;
	sample(fixture, SAMPLE_US);
	const struct oom_seen *seen = join(fixture);
	assert_int_equal(seen->ground, OOM_SEEN_ONLY_LIMIT);
	assert_string_equal(seen->oom_memcg, "/t/a");
}

static void no_limit_above_it_is_no_answer(void **state)
{
	struct fixture *fixture = *state;
	fixture->machine.memcgs[OUTER].limit = MACHINE_NO_LIMIT;
	fixture->machine.memcgs[INNER].limit = MACHINE_NO_LIMIT;
	sample(fixture, SAMPLE_US);
	const struct oom_seen *seen = join(fixture);
	assert_true(seen->known);
	assert_int_equal(seen->ground, OOM_SEEN_UNDECIDED);
	assert_null(seen->oom_memcg);
	assert_int_equal(seen->rank, UNKNOWN_SIGNED);
}

/* --- which sample ------------------------------------------------------------------------------ */

/* Counters that were read after the kill have it in them. */
static void counters_before_are_of_a_sample_before(void **state)
{
	struct fixture *fixture = *state;
	struct memcg *rows = fixture->machine.memcgs;
	rows[OUTER].failcnt = rows[INNER].failcnt = 1;
	sample(fixture, SAMPLE_US);
	rows[OUTER].failcnt = 2;
	sample(fixture, KILL_US - 1000); /* reads its cgroups 4 ms after the kill */
	const struct oom_seen *seen = join(fixture);
	assert_int_equal(seen->ground, OOM_SEEN_FAILCNT);
	assert_int_equal(seen->hits.before, 1);
	assert_int_equal(seen->hits.after, 2);
}

static void one_that_is_dead_in_the_last_sample_is_of_the_one_before(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture, SAMPLE_US - 1000000);
	fixture->machine.tasks[0].has_mm = false;
	sample(fixture, SAMPLE_US);
	const struct oom_seen *seen = join(fixture);
	assert_true(seen->known);
	assert_int_equal(seen->age_us, KILL_US - SAMPLE_US + 1000000);
	assert_int_equal(seen->rank, 2);
}

static void a_sample_after_the_kill_is_not_one_before(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture, KILL_US + 25000);
	assert_false(join(fixture)->known);
}

/* As after a start at which the two clocks did not begin together. */
static void a_clock_that_lags_is_not_believed(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture, KILL_US + 300000);
	assert_int_equal(event_rank(&fixture->event), ERR_OK);
	assert_int_equal(
		event_seen_join(&fixture->event, &fixture->sightings, KILL_US + 500000), ERR_OK);
	assert_true(fixture->event.seen.known);
	assert_int_equal(fixture->event.seen.age_us, 200000);
}

static void an_old_line_is_no_news(void **state)
{
	struct fixture *fixture = *state;
	fixture->event.boot_us = NOW_US - 3600 * INT64_C(1000000);
	sample(fixture, SAMPLE_US);
	assert_false(join(fixture)->known);
}

/* printk's clock is minutes off after a year: the moment is then that of the reading. */
static void a_clock_that_has_drifted_is_not_believed(void **state)
{
	const int64_t year_us = INT64_C(366) * 86400 * 1000000;
	struct fixture *fixture = *state;
	sample(fixture, year_us);
	fixture->event.boot_us = year_us - 600 * INT64_C(1000000);
	assert_int_equal(
		event_seen_join(&fixture->event, &fixture->sightings, year_us + 500000), ERR_OK);
	assert_true(fixture->event.seen.known);
	assert_int_equal(fixture->event.seen.age_us, 500000);
}

static void another_with_its_pid_is_not_it(void **state)
{
	struct fixture *fixture = *state;
	snprintf(fixture->event.victims[0].comm, OOM_COMM_SIZE, "other");
	sample(fixture, SAMPLE_US);
	assert_false(join(fixture)->known);
}

/* Killed while its files were read: of an older sample all is known. */
static void one_without_a_cgroup_is_of_the_sample_before(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture, SAMPLE_US - 1000000);
	fixture->machine.tasks[0].memcg = UNKNOWN;
	sample(fixture, SAMPLE_US);
	const struct oom_seen *seen = join(fixture);
	assert_string_equal(seen->task_memcg, "/t/a");
	assert_int_equal(seen->age_us, KILL_US - SAMPLE_US + 1000000);
}

static void a_thread_is_its_process(void **state)
{
	struct fixture *fixture = *state;
	fixture->event.victims[0].pid = 111;
	fixture->machine.tasks[0].mm_tid = 111;
	sample(fixture, SAMPLE_US);
	const struct oom_seen *seen = join(fixture);
	assert_true(seen->known);
	assert_int_equal(seen->pid, 11);
}

/* --- its rank ---------------------------------------------------------------------------------- */

static void the_highest_of_the_domain(void **state)
{
	struct fixture *fixture = *state;
	fixture->machine.memcgs[OUTER].limit = MACHINE_NO_LIMIT;
	sample(fixture, SAMPLE_US);
	const struct oom_seen *seen = join(fixture);
	assert_int_equal(seen->rank, 1);
	assert_int_equal(seen->badness_pages, 3000);
	assert_says(fixture,
		"From our sample 0.8 s before: it had the highest badness of the 2 processes there "
		"that could be killed, 3000 pages.");
}

static void one_that_is_larger_and_lives_is_named(void **state)
{
	struct fixture *fixture = *state;
	fixture->machine.memcgs[INNER].limit = MACHINE_NO_LIMIT;
	sample(fixture, SAMPLE_US);
	const struct oom_seen *seen = join(fixture);
	assert_int_equal(seen->rank, 2);
	assert_int_equal(seen->ahead, 1);
	assert_says(fixture,
		"From our sample 0.8 s before: it was number 2 of 3 there, with a badness of 3000 "
		"pages, 1000 pages behind 13 (task13); sizes had changed since.");
}

static void one_that_was_killed_before_it_explains_the_rank(void **state)
{
	struct fixture *fixture = *state;
	fixture->machine.memcgs[INNER].limit = MACHINE_NO_LIMIT;
	sample(fixture, SAMPLE_US);
	fixture->event.victims[0].pid = 13;
	snprintf(fixture->event.victims[0].comm, OOM_COMM_SIZE, "task13");
	assert_int_equal(join(fixture)->rank, 1);
	oom_event_release(&fixture->event);
	start_event(fixture);
	const struct oom_seen *seen = join(fixture);
	assert_int_equal(seen->rank, 2);
	assert_int_equal(seen->ahead, 0);
	assert_says(fixture,
		"From our sample 0.8 s before: it was number 2 of 3 there, with a badness of 3000 "
		"pages; those before it had been killed since.");
}

static void equals_are_decided_by_the_scan(void **state)
{
	struct fixture *fixture = *state;
	struct task *equal = &fixture->machine.tasks[1];
	fixture->machine.memcgs[OUTER].limit = MACHINE_NO_LIMIT;
	equal->rss_pages = equal->rss_stat_pages = equal->rss_anon_pages = 3000;
	sample(fixture, SAMPLE_US);
	assert_int_equal(join(fixture)->rank, 2); /* since 5.3 the last scanned dies */
	assert_says(fixture,
		"From our sample 0.8 s before: 12 (task12) had the same badness there, "
		"3000 pages; the order of the scan decided.");
}

static void the_only_one_there(void **state)
{
	struct fixture *fixture = *state;
	fixture->machine.memcgs[OUTER].limit = MACHINE_NO_LIMIT;
	fixture->machine.tasks[1].oom_score_adj = -1000;
	sample(fixture, SAMPLE_US);
	join(fixture);
	assert_says(fixture, "From our sample 0.8 s before: it was the only process there that "
			     "could be killed, with a badness of 3000 pages.");
}

static void a_kill_of_the_host_has_its_rank_there(void **state)
{
	struct fixture *fixture = *state;
	fixture->event.scope = OOM_SCOPE_HOST;
	fixture->event.constraint = OOM_CONSTRAINT_UNKNOWN;
	sample(fixture, SAMPLE_US);
	const struct oom_seen *seen = join(fixture);
	assert_null(seen->oom_memcg);
	assert_int_equal(seen->limit_kb, UNKNOWN_SIGNED);
	assert_int_equal(seen->rank, 3);
	assert_int_equal(seen->candidates, 4);
}

static void among_whom_a_policy_chose_is_not_known(void **state)
{
	struct fixture *fixture = *state;
	fixture->event.scope = OOM_SCOPE_HOST;
	fixture->event.constraint = OOM_CONSTRAINT_MEMPOLICY;
	sample(fixture, SAMPLE_US);
	const struct oom_seen *seen = join(fixture);
	assert_true(seen->known);
	assert_int_equal(seen->rank, UNKNOWN_SIGNED);
}

/* --- the contract, and what it costs ----------------------------------------------------------- */

static json_t *document_of(const struct fixture *fixture)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	assert_non_null(file);
	assert_int_equal(event_json(file, &fixture->event), ERR_OK);
	fclose(file);
	json_t *document = json_loads(text, 0, NULL);
	free(text);
	assert_non_null(document);
	return document;
}

static void json_has_the_members_of_the_contract(void **state)
{
	struct fixture *fixture = *state;
	fixture->machine.memcgs[INNER].limit = MACHINE_NO_LIMIT;
	sample(fixture, SAMPLE_US);
	join(fixture);
	json_t *document = document_of(fixture);
	const json_t *seen = json_object_get(document, "seen");
	assert_string_equal(json_string_value(json_object_get(seen, "oom_memcg")), "/t");
	assert_int_equal(json_integer_value(json_object_get(seen, "limit_kb")), 100 * 1024);
	assert_int_equal(json_integer_value(json_object_get(seen, "badness_pages")), 3000);
	assert_int_equal(json_integer_value(json_object_get(seen, "rank")), 2);
	assert_true(json_number_value(json_object_get(seen, "age_s")) > 0.79);
	assert_string_equal(json_string_value(json_object_get(seen, "ground")), "only_limit");
	assert_true(json_is_null(json_object_get(document, "oom_memcg")));
	json_decref(document);
}

static void json_has_null_for_what_was_not_seen(void **state)
{
	struct fixture *fixture = *state;
	join(fixture); /* without a sample */
	json_t *document = document_of(fixture);
	assert_true(json_is_null(json_object_get(document, "seen")));
	json_decref(document);
}

static void a_steady_sample_takes_no_memory(void **state)
{
	struct fixture *fixture = *state;
	const void *before[SIGHTINGS_KEPT][3], *after[SIGHTINGS_KEPT][3];
	for (int i = 0; i < 2 * SIGHTINGS_KEPT; i++) {
		const void *(*where)[3] =
			i < SIGHTINGS_KEPT ? &before[i] : &after[i - SIGHTINGS_KEPT];
		sample(fixture, SAMPLE_US + i * 1000000);
		const struct sight *sight = &fixture->sightings.sights[fixture->sightings.latest];
		(*where)[0] = sight->shot.tasks;
		(*where)[1] = sight->tree.rows;
		(*where)[2] = sight->paths;
	}
	assert_memory_equal(before, after, sizeof(before));
}

#define SEEN_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SEEN_TEST(the_only_limit_above_it),
		SEEN_TEST(local_events_tell_whose_limit),
		SEEN_TEST(without_local_events_the_lowest_that_counted),
		SEEN_TEST(v1_counts_charges_that_failed),
		SEEN_TEST(when_they_are_gone_the_one_with_the_least_left),
		SEEN_TEST(what_the_log_says_outranks_every_counter),
		SEEN_TEST(a_limit_that_does_not_cover_it_is_none),
		SEEN_TEST(no_limit_above_it_is_no_answer),
		SEEN_TEST(counters_before_are_of_a_sample_before),
		SEEN_TEST(one_that_is_dead_in_the_last_sample_is_of_the_one_before),
		SEEN_TEST(a_sample_after_the_kill_is_not_one_before),
		SEEN_TEST(a_clock_that_lags_is_not_believed),
		SEEN_TEST(an_old_line_is_no_news),
		SEEN_TEST(a_clock_that_has_drifted_is_not_believed),
		SEEN_TEST(another_with_its_pid_is_not_it),
		SEEN_TEST(one_without_a_cgroup_is_of_the_sample_before),
		SEEN_TEST(a_thread_is_its_process),
		SEEN_TEST(the_highest_of_the_domain),
		SEEN_TEST(one_that_is_larger_and_lives_is_named),
		SEEN_TEST(one_that_was_killed_before_it_explains_the_rank),
		SEEN_TEST(equals_are_decided_by_the_scan),
		SEEN_TEST(the_only_one_there),
		SEEN_TEST(a_kill_of_the_host_has_its_rank_there),
		SEEN_TEST(among_whom_a_policy_chose_is_not_known),
		SEEN_TEST(json_has_the_members_of_the_contract),
		SEEN_TEST(json_has_null_for_what_was_not_seen),
		SEEN_TEST(a_steady_sample_takes_no_memory),
	};
	return cmocka_run_group_tests_name("event_seen", tests, NULL, NULL);
}
