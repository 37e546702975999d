/* What is kept of a log while the screen runs: how much, in which order, and when it is news. */
#include "support.h"
#include "support_files.h"

#include "model/event_log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KLOG      "tests/fixtures/klog/"
#define ALL       UINT32_MAX
#define FIRST_PID 1000

/* A log of kills, three lines each. */
struct kills {
	struct files files;
	char path[128];
	struct event_log log;
};

static int set_up(void **state)
{
	static struct kills kills;
	kills = (struct kills){ .path = "" };
	files_make(&kills.files);
	snprintf(kills.path, sizeof(kills.path), "%s/log", kills.files.path);
	*state = &kills;
	return 0;
}

static int tear_down(void **state)
{
	struct kills *kills = *state;
	event_log_release(&kills->log);
	files_remove(&kills->files);
	return 0;
}

static void open_kills(struct kills *kills, int count, const char *behind)
{
	FILE *file = fopen(kills->path, "w");
	assert_non_null(file);
	for (int i = 0; i < count; i++) {
		int pid = FIRST_PID + i;
		fprintf(file,
			"[%5d.000000] a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
			"oom_score_adj=0\n"
			"[%5d.000000] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),"
			"cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=x,pid=%d,uid=0\n"
			"[%5d.000000] Out of memory: Killed process %d (x) total-vm:8kB, "
			"anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB "
			"oom_score_adj:0\n",
			i, i, pid, i, pid);
	}
	fputs(behind, file);
	assert_int_equal(fclose(file), 0);
	event_log_open(&kills->log, kills->path);
	assert_int_equal(kills->log.why.code, ERR_OK);
}

static int64_t pid_at(const struct event_log *log, size_t index)
{
	const struct oom_event *event = event_log_get(log, index);
	return event ? event->victims[0].pid : -1;
}

struct bound_row {
	const char *claim;
	int kills;
	size_t count;
	int64_t newest, oldest;
};

static const struct bound_row bound_rows[] = {
	{ "no event", 0, 0, -1, -1 },
	{ "one event", 1, 1, FIRST_PID, FIRST_PID },
	{ "as many as there is room for", 200, 200, FIRST_PID + 199, FIRST_PID },
	{ "the oldest makes room for one more", 201, 200, FIRST_PID + 200, FIRST_PID + 1 },
	{ "more than twice round the ring", 450, 200, FIRST_PID + 449, FIRST_PID + 250 },
};

static void check_bound(void **state)
{
	const struct bound_row *row = *state;
	void *fixture;
	set_up(&fixture);
	struct kills *kills = fixture;
	open_kills(kills, row->kills, "");
	assert_false(event_log_read(&kills->log, ALL, 5, false));
	assert_int_equal(kills->log.count, row->count);
	assert_int_equal(kills->log.seen, row->kills);
	assert_int_equal(kills->log.victims, row->kills);
	assert_int_equal(pid_at(&kills->log, 0), row->newest);
	if (row->count)
		assert_int_equal(pid_at(&kills->log, row->count - 1), row->oldest);
	assert_null(event_log_get(&kills->log, row->count));
	tear_down(&fixture);
}

static void a_file_is_read_to_its_end_and_closed(void **state)
{
	struct kills *kills = *state;
	open_kills(kills, 1, "");
	assert_true(kills->log.open && !kills->log.live);
	assert_true(event_log_fd(&kills->log) >= 0);
	event_log_read(&kills->log, ALL, 5, false);
	assert_false(kills->log.open);
	assert_int_equal(event_log_fd(&kills->log), -1);
	assert_int_equal(event_log_due_ms(&kills->log), -1);
	assert_false(event_log_read(&kills->log, ALL, 6, true));
	assert_int_equal(kills->log.seen_ms, 5);
}

static void a_storm_is_read_in_pieces(void **state)
{
	struct kills *kills = *state;
	int pieces = 0;
	open_kills(kills, 30, "");
	while (event_log_read(&kills->log, 10, 5, false)) {
		assert_false(kills->log.caught_up);
		pieces++;
	}
	assert_true(kills->log.caught_up);
	assert_int_equal(pieces, 9);
	assert_int_equal(kills->log.seen, 30);
}

static void a_decided_event_waits_until_the_log_is_quiet(void **state)
{
	struct kills *kills = *state;
	open_kills(kills, 1,
		"[    9.000000] oom_reaper: reaped process 1000 (x), now "
		"anon-rss:0kB, file-rss:0kB, shmem-rss:0kB\n");
	assert_true(event_log_read(&kills->log, 3, 5, false));
	assert_int_equal(kills->log.count, 0);
	assert_int_equal(event_log_due_ms(&kills->log), 20);
	event_log_read(&kills->log, 0, 7, true);
	assert_int_equal(kills->log.count, 1);
	assert_int_equal(event_log_due_ms(&kills->log), -1);
	assert_int_equal(kills->log.seen_ms, 7);
	assert_false(event_log_get(&kills->log, 0)->victims[0].reaped);
	event_log_read(&kills->log, ALL, 9, false);
	assert_true(event_log_get(&kills->log, 0)->victims[0].reaped);
	assert_int_equal(kills->log.seen_ms, 7);
}

static void repeats_without_a_victim_are_counted_not_kept(void **state)
{
	struct kills *kills = *state;
	event_log_open(&kills->log, KLOG "5.10-no-victim-storm.kmsg");
	event_log_read(&kills->log, ALL, 5, false);
	assert_int_equal(kills->log.seen, 5);
	assert_int_equal(kills->log.repeats, 3);
	assert_int_equal(kills->log.count, 2);
	assert_int_equal(kills->log.victims, 0);
}

static void the_victims_of_a_group_count_each(void **state)
{
	struct kills *kills = *state;
	event_log_open(&kills->log, KLOG "6.12-memcg-group.kmsg");
	event_log_read(&kills->log, ALL, 5, false);
	assert_int_equal(kills->log.count, 1);
	assert_int_equal(kills->log.victims, 2);
	assert_int_equal(event_log_get(&kills->log, 0)->victims[1].pid, 231);
}

static void events_are_ranked_and_keep_their_lines(void **state)
{
	struct kills *kills = *state;
	event_log_open(&kills->log, KLOG "6.12-memcg.kmsg");
	event_log_read(&kills->log, ALL, 5, false);
	const struct oom_event *event = event_log_get(&kills->log, 0);
	assert_non_null(event);
	assert_int_equal(event->tasks[0].rank, 1);
	assert_true(event->raw_len > 0);
	assert_non_null(memmem(event->raw, event->raw_len, "Killed process 224 (a)", 22));
}

static void what_cannot_be_opened_says_why(void **state)
{
	struct kills *kills = *state;
	event_log_open(&kills->log, "/nowhere/at all");
	assert_false(kills->log.open);
	assert_int_equal(kills->log.why.code, ERR_NOT_FOUND);
	assert_string_equal(
		kills->log.why.text, "cannot read /nowhere/at all: No such file or directory");
	assert_int_equal(event_log_fd(&kills->log), -1);
	assert_false(event_log_read(&kills->log, ALL, 5, false));
	assert_true(kills->log.caught_up);
}

static void what_cannot_be_read_says_why(void **state)
{
	struct kills *kills = *state;
	event_log_open(&kills->log, "/tmp");
	assert_false(event_log_read(&kills->log, ALL, 5, false));
	assert_false(kills->log.open);
	assert_int_not_equal(kills->log.why.code, ERR_OK);
	assert_non_null(strstr(kills->log.why.text, "Is a directory"));
}

static void no_log_at_all_has_its_reason(void **state)
{
	struct kills *kills = *state;
	event_log_open_none(&kills->log, "the reason");
	assert_string_equal(kills->log.why.text, "the reason");
	assert_int_equal(event_log_fd(&kills->log), -1);
	assert_int_equal(event_log_due_ms(&kills->log), -1);
	assert_null(event_log_get(&kills->log, 0));
}

static void the_running_kernels_log_goes_on(void **state)
{
	struct kills *kills = *state;
	event_log_open(&kills->log, NULL);
	if (!kills->log.open)
		skip_because("%s", kills->log.why.text);
	assert_true(kills->log.live);
	for (int i = 0; i < 100 && !kills->log.caught_up; i++) {
		bool quiet = poll(NULL, 0, 1) == 0;
		event_log_read(&kills->log, 100000, 5, quiet);
	}
	assert_true(kills->log.caught_up);
	assert_true(event_log_fd(&kills->log) >= 0);
}

#define WITH_KILLS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KILLS(a_file_is_read_to_its_end_and_closed),
		WITH_KILLS(a_storm_is_read_in_pieces),
		WITH_KILLS(a_decided_event_waits_until_the_log_is_quiet),
		WITH_KILLS(repeats_without_a_victim_are_counted_not_kept),
		WITH_KILLS(the_victims_of_a_group_count_each),
		WITH_KILLS(events_are_ranked_and_keep_their_lines),
		WITH_KILLS(what_cannot_be_opened_says_why),
		WITH_KILLS(what_cannot_be_read_says_why),
		WITH_KILLS(no_log_at_all_has_its_reason),
		WITH_KILLS(the_running_kernels_log_goes_on),
	};
	return run_rows("how much is kept", bound_rows, check_bound) +
	       cmocka_run_group_tests_name("event_log", tests, NULL, NULL);
}
