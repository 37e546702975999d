/* Ranking and explaining an event by the kernel's own arithmetic. */

#include "support.h"
#include "support_json.h"

#include "oomspect/event_explain.h"
#include "oomspect/event_json.h"
#include "oomspect/event_rank.h"
#include "oomspect/logline.h"
#include "oomspect/oomlog.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_5 \
	"Tasks state (memory values in pages):\n" \
	"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n"
#define HEADER       "x invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
#define CPU(release) "CPU: 1 PID: 7 Comm: x Not tainted " release " #1\n"
#define LIMIT(kb) \
	"memory: usage " #kb "kB, limit " #kb \
	"kB, failcnt 1\nswap: usage 0kB, limit 0kB, failcnt 0\n"
#define KILLED(pid, name, kb) \
	"Memory cgroup out of memory: Killed process " #pid " (" name ") total-vm:" #kb "kB, " \
	"anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0\n"

struct kept {
	struct oom_event event;
	bool any;
};

static void keep_event(void *arg, struct oom_event *event)
{
	struct kept *kept = arg;
	if (!kept->any) {
		kept->event = *event;
		oom_event_init(event);
	}
	kept->any = true;
}

/* The first event of a text, ranked. */
static struct oom_event event_of(const char *text)
{
	struct kept kept = { .any = false };
	struct oomlog log;
	struct text line, rest = text_of(text);
	assert_int_equal(oomlog_init(&log, "test",
				 (struct oomlog_sink){ .event = keep_event, .arg = &kept }, 0),
		ERR_OK);
	while (text_next_line(&rest, &line)) {
		struct klog_record record;
		logline_parse(line, &record);
		oomlog_push(&log, &record);
	}
	oomlog_finish(&log);
	oomlog_release(&log);
	assert_true(kept.any);
	event_rank(&kept.event);
	return kept.event;
}

struct row {
	const char *claim;
	const char *log;
	const char *ranks;    /* pid:badness in the order of rank */
	const char *sentence; /* one that must be there, NULL: none asked */
};

static const struct row rows[] = {
	{ "rss, page tables, swap and adj add up",
		HEADER CPU("6.1.0") LIMIT(40000) HEAD_5
		"[ 9] 0 9 100 50 8192 3 10 a\n[ 8] 0 8 100 60 4096 0 0 b\n" KILLED(9, "a", 400),
		"9:155 8:61", "9 (a) had the highest badness of the 2 processes in the table." },
	{ "5.9 and later: the newest of equals dies",
		HEADER CPU("5.10.0") LIMIT(40000) HEAD_5
		"[ 8] 0 8 100 60 4096 0 0 b\n[ 9] 0 9 100 60 4096 0 0 a\n" KILLED(9, "a", 400),
		"9:61 8:61", "8 (b) has the same badness; the order of the scan decided." },
	{ "4.19: the oldest of equals dies",
		HEADER CPU("4.19.0") LIMIT(40000) HEAD_5
		"[ 8] 0 8 100 60 4096 0 0 b\n[ 9] 0 9 100 60 4096 0 0 a\n" KILLED(8, "b", 400),
		"8:61 9:61", NULL },
	{ "before 5.9 nothing weighs less than one page",
		HEADER CPU("4.19.0") LIMIT(40000) HEAD_5
		"[ 8] 0 8 100 60 4096 0 -900 b\n[ 9] 0 9 100 60 4096 0 -900 a\n" KILLED(
			8, "b", 400),
		"8:1 9:1", NULL },
	{ "since 5.9 badness may be negative",
		HEADER CPU("5.10.0") LIMIT(40000) HEAD_5
		"[ 8] 0 8 100 60 4096 0 -900 b\n" KILLED(8, "b", 400),
		"8:-8939", NULL },
	{ "pid 1 and -1000 have no rank",
		HEADER CPU("5.10.0") LIMIT(40000) HEAD_5
		"[ 1] 0 1 900 900 4096 0 0 init\n[ 7] 0 7 900 900 4096 0 -1000 sshd\n[ 8] 0 8 100 "
		"60 4096 0 0 b\n" KILLED(8, "b", 400),
		"8:61",
		"7 (sshd) is larger (3.5 MiB), but its oom_score_adj -1000 makes it unkillable." },
	{ "64 KiB pages are told by the victim's two sizes",
		HEADER CPU("5.10.0") LIMIT(6400000) HEAD_5
		"[ 8] 0 8 100 60 131072 0 0 b\n" KILLED(8, "b", 6400),
		"8:62", NULL },
	{ "a limit below 1000 pages takes the weight from adj",
		HEADER CPU("5.10.0") LIMIT(3900) HEAD_5
		"[ 8] 0 8 900 316 0 0 0 b\n[ 9] 0 9 900 307 0 0 1000 a\n" KILLED(8, "b", 3600),
		"8:316 9:307", NULL },
	{ "v1: memory and swap together are totalpages",
		HEADER CPU("4.8.0") "memory: usage 20480kB, limit 20480kB, failcnt 1\n"
				    "memory+swap: usage 40960kB, limit 40960kB, failcnt 1\n"
				    "[ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds "
				    "swapents oom_score_adj name\n"
				    "[ 8] 7 8 900 100 3 2 7 100 b\nMemory cgroup out of memory: "
				    "Kill process 8 (b) score 108 or sacrifice child\n"
				    "Killed process 8 (b) total-vm:3600kB, anon-rss:1kB, "
				    "file-rss:1kB\n",
		"8:1112", NULL },
	{ "of a machine totalpages is what the zones manage, and swap",
		HEADER CPU("5.10.0") "Mem-Info:\nFree swap  = 0kB\nTotal swap = 4000kB\n12000 "
				     "pages RAM\n"
				     "0 pages HighMem/MovableOnly\n1000 pages reserved\n" HEAD_5
				     "[ 8] 0 8 100 60 4096 0 100 b\nOut of memory: Killed process "
				     "8 (b) total-vm:400kB, anon-rss:1kB, file-rss:1kB\n",
		"8:1261", "It has 43.0 MiB of RAM." },
	{ "without a size of the machine an adj has no weight that can be told",
		HEADER CPU("5.10.0") "12000 pages RAM\n" HEAD_5 "[ 8] 0 8 100 60 4096 0 100 b\nOut "
				     "of memory: Killed process 8 (b) "
				     "total-vm:400kB, anon-rss:1kB, file-rss:1kB\n",
		"8:unknown", "8 (b): rss 60, page tables 1, swap 0, oom_score_adj 100." },
	{ "of a cpuset totalpages is what its nodes have",
		HEADER CPU("5.10.0") "Mem-Info:\nNode 1 Normal free:1kB min:2kB low:3kB high:4kB "
				     "present:40000kB managed:39000kB\n"
				     "Free swap  = 0kB\nTotal swap = 0kB\n99999 pages RAM\n0 pages "
				     "reserved\n" HEAD_5 "[ 8] 0 8 100 60 4096 0 100 b\n"
				     "oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=(null),cpuset="
				     "n1,mems_allowed=1,global_oom,task_memcg=/,task=b,"
				     "pid=8,uid=0\nOut of memory: Killed process 8 (b) "
				     "total-vm:400kB, anon-rss:1kB, file-rss:1kB\n",
		"8:1061", "NUMA node 1, the only one that cpuset n1 allows, ran out of memory." },
	{ "2.6.32 ranked by another rule: no rank is made up",
		"x invoked oom-killer: gfp_mask=0xd0, order=0, oom_adj=0\nPid: 7, comm: x Not "
		"tainted 2.6.32 #1\n"
		"[ pid ]   uid  tgid total_vm      rss cpu oom_adj name\n[ 8] 0 8 100 60 0 0 b\n"
		"Out of memory: kill process 8 (b) score 9 or a child\nKilled process 8 (b)\n",
		"",
		"This kernel ranked by virtual size, run time and nice value, which the log does "
		"not show." },
	{ "the log's victim is not our first: that is said, with a reason",
		HEADER CPU("6.12.0") LIMIT(40000) HEAD_5
		"[ 8] 0 8 100 60 4096 0 0 b\n[ 9] 0 9 100 50 4096 0 0 a\n" KILLED(9, "a", 400),
		"8:61 9:51",
		"The reason may be this: this kernel ranks by counters that lag behind by more "
		"than the difference." },
	{ "a child died for its parent",
		HEADER CPU("4.19.0") LIMIT(40000) HEAD_5
		"[ 8] 0 8 100 60 4096 0 0 b\n[ 9] 0 9 1 1 4096 0 0 c\n"
		"Memory cgroup out of memory: Kill process 8 (b) score 6 or sacrifice child\n"
		"Killed process 9 (c) total-vm:4kB, anon-rss:1kB, file-rss:1kB\n",
		"8:61 9:2",
		"The kernel chose 8 (b) and killed its child in its place, as it did before "
		"v5.1." },
	{ "without a report nothing is claimed", KILLED(9, "a", 400), "",
		"The report before the kill is missing from the log (cut off, or one of more than "
		"10 in 5 seconds), so the reason is unknown." },
	{ "low memory of a 32-bit machine",
		HEADER CPU("5.7.0") "Mem-Info:\nNormal free:4300kB min:7732kB low:8640kB "
				    "high:9548kB present:884728kB\n"
				    "HighMem free:1048740kB min:512kB low:1748kB high:2984kB "
				    "present:1149540kB\n",
		"", "HighMem had 1.0 GiB free, which the kernel cannot use for its own data." },
	{ "fragmentation",
		"x invoked oom-killer: gfp_mask=0x40dc0(GFP_KERNEL), order=3, "
		"oom_score_adj=0\nMem-Info:\n"
		"Normal free:106384kB min:40864kB low:81732kB high:91948kB\n"
		"Normal: 8939*4kB (UM) 6885*8kB (UE) 0*16kB 0*32kB 0*64kB = 90836kB\n",
		"",
		"The request was for 32 KiB in one piece (order 3): free memory was there, but in "
		"smaller pieces." },
	{ "memory of the kernel that no kill frees",
		HEADER CPU("6.6.0") "Mem-Info:\nactive_anon:10 inactive_anon:20 isolated_anon:0\n"
				    " slab_reclaimable:10 slab_unreclaimable:60000\n100000 pages "
				    "RAM\n0 pages reserved\n",
		"", "234.4 MiB (60 %) is slab memory of the kernel that cannot be reclaimed." },
	{ "a container is named as people know it",
		"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=x,mems_allowed=0,oom_"
		"memcg=/docker/"
		"0f2b3fcdd2578165ea77266cdc7b1ad43e75877b0ac1889ecda30a78cb78bd53,task_memcg=/"
		"docker/"
		"0f2b3fcdd2578165ea77266cdc7b1ad43e75877b0ac1889ecda30a78cb78bd53,task=b,pid=8,uid="
		"0\n",
		"",
		"Memory cgroup "
		"/docker/0f2b3fcdd2578165ea77266cdc7b1ad43e75877b0ac1889ecda30a78cb78bd53 (Docker "
		"container "
		"0f2b3fcdd257) reached its limit, whose size is missing from the log." },
};

static void check_ranks(const struct oom_event *event, const char *ranks)
{
	char text[512] = "";
	size_t length = 0;
	const struct oom_task *task;
	for (int64_t rank = 1; (task = event_task_of_rank(event, rank)); rank++) {
		char badness[24] = "unknown";
		if (task->badness_pages != UNKNOWN_SIGNED)
			snprintf(badness, sizeof(badness), "%lld", (long long)task->badness_pages);
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%lld:%s",
			length ? " " : "", (long long)task->tgid, badness);
	}
	assert_string_equal(text, ranks);
}

static void check_row(void **state)
{
	const struct row *row = *state;
	struct oom_event event = event_of(row->log);
	struct event_explanation explanation;
	bool found = !row->sentence;
	check_ranks(&event, row->ranks);
	event_explain(&event, &explanation);
	for (size_t i = 0; i < explanation.count; i++)
		found |= row->sentence && strcmp(explanation.sentences[i].text, row->sentence) == 0;
	for (size_t i = 0; i < explanation.count && !found; i++)
		print_message("  %s\n", explanation.sentences[i].text);
	assert_true(found);
	event_explanation_release(&explanation);
	oom_event_release(&event);
}

static void unknown_is_null_in_json(void **state)
{
	struct oom_event event = event_of("Out of memory: Killed process 9 (x)\n");
	struct written_json written;
	written_json_begin(&written);
	assert_int_equal(event_json(written.file, &event), ERR_OK);
	json_t *json = written_json_read(&written);
	const json_t *victim = json_array_get(json_object_get(json, "victims"), 0);
	(void)state;
	assert_string_equal(
		json_string_value(json_object_get(json, "schema")), "oomspect.events/1");
	assert_true(json_is_null(json_object_get(json, "kernel")));
	assert_true(json_is_null(json_object_get(json, "order")));
	assert_true(json_is_null(json_object_get(json, "chosen")));
	assert_true(json_is_null(json_object_get(victim, "anon_rss_kb")));
	assert_int_equal(json_integer_value(json_object_get(victim, "pid")), 9);
	json_decref(json);
	written_json_release(&written);
	oom_event_release(&event);
}

static json_t *json_of(const char *log)
{
	struct oom_event event = event_of(log);
	struct written_json written;
	written_json_begin(&written);
	assert_int_equal(event_json(written.file, &event), ERR_OK);
	json_t *json = written_json_read(&written);
	written_json_release(&written);
	oom_event_release(&event);
	return json;
}

static void the_counter_that_was_full_is_in_json(void **state)
{
	json_t *json =
		json_of("[   12.345678] " HEADER "memory: usage 39168kB, limit 40960kB, failcnt 1\n"
			"memory+swap: usage 81920kB, limit 81920kB, failcnt 1\n" KILLED(9, "a", 4));
	(void)state;
	assert_string_equal(json_string_value(json_object_get(json, "counter")), "memsw");
	assert_int_equal(json_integer_value(json_object_get(json, "limit_kb")), 81920);
	assert_int_equal(json_integer_value(json_object_get(json, "usage_kb")), 81920);
	assert_string_equal(json_string_value(json_object_get(json, "stamp")), "12.345678");
	assert_true(json_is_null(json_object_get(json, "seen")));
	assert_true(json_is_false(json_object_get(json, "tasks_whole")));
	json_decref(json);
}

static void a_table_that_is_not_whole_has_no_rank_in_json(void **state)
{
	static const char *const tables[] = {
		HEAD_5 "[ 9] 7 9 1000 500 8192 0 0 a\n",
		HEAD_5 "[ 9] 7 9 1000 500 8192 0 0 a\n[...]\n",
	};
	(void)state;
	for (int i = 0; i < 2; i++) {
		char log[1024];
		snprintf(log, sizeof(log),
			HEADER CPU("5.10.0") LIMIT(40000) "%s" KILLED(9, "a", 4000), tables[i]);
		json_t *json = json_of(log);
		const json_t *task = json_array_get(json_object_get(json, "tasks"), 0);
		assert_int_equal(json_is_true(json_object_get(json, "tasks_whole")), i == 0);
		assert_int_equal(json_is_true(json_object_get(json, "complete")), i == 0);
		assert_int_equal(json_is_integer(json_object_get(task, "rank")), i == 0);
		json_decref(json);
	}
}

/* "pages RAM" and its like end Mem-Info in every kernel. */
static void a_mem_info_without_its_end_is_not_complete(void **state)
{
	static const char *const ends[] = { "12000 pages RAM\n0 pages reserved\n", "" };
	(void)state;
	for (int i = 0; i < 2; i++) {
		char log[1024];
		snprintf(log, sizeof(log),
			HEADER CPU("5.10.0") "Mem-Info:\nNode 0 Normal free:1kB min:2kB low:3kB "
					     "high:4kB\n%s"
					     "Out of memory: Killed process 9 (a) total-vm:4kB\n",
			ends[i]);
		json_t *json = json_of(log);
		assert_int_equal(json_is_true(json_object_get(json, "complete")), i == 0);
		json_decref(json);
	}
}

static void bytes_that_are_not_utf8_are_given_twice(void **state)
{
	struct oom_event event = event_of("Out of memory: Killed process 9 (\xff\xc3\xa4\xc0)\n");
	struct written_json written;
	written_json_begin(&written);
	assert_int_equal(event_json(written.file, &event), ERR_OK);
	json_t *json = written_json_read(&written);
	const json_t *victim = json_array_get(json_object_get(json, "victims"), 0);
	(void)state;
	assert_string_equal(json_string_value(json_object_get(victim, "comm")),
		"\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd");
	assert_string_equal(json_string_value(json_object_get(victim, "comm_hex")), "ffc3a4c0");
	json_decref(json);
	written_json_release(&written);
	oom_event_release(&event);
}

static void every_enum_value_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < OOM_CONSTRAINT_COUNT; i++)
		assert_non_null(oom_constraint_names[i]);
	for (int i = 0; i < OOM_SCOPE_COUNT; i++)
		assert_non_null(oom_scope_names[i]);
	for (int i = 0; i < OOM_TRIGGER_COUNT; i++)
		assert_non_null(oom_trigger_names[i]);
	for (int i = 0; i < OOM_OUTCOME_COUNT; i++)
		assert_non_null(oom_outcome_names[i]);
}

#define CASE(claim, function) \
	(struct CMUnitTest) \
	{ \
		claim, function, NULL, NULL, NULL \
	}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 6];
	size_t count = 0;
	for (; count < sizeof(rows) / sizeof(rows[0]); count++)
		tests[count] = (struct CMUnitTest){ rows[count].claim, check_row, NULL, NULL,
			(void *)(uintptr_t)&rows[count] };
	tests[count++] = CASE("what the log does not say is null in JSON", unknown_is_null_in_json);
	tests[count++] = CASE("the counter that was full is the one in JSON",
		the_counter_that_was_full_is_in_json);
	tests[count++] = CASE("a table that is not whole has no rank in JSON",
		a_table_that_is_not_whole_has_no_rank_in_json);
	tests[count++] = CASE("Mem-Info without its end is not complete",
		a_mem_info_without_its_end_is_not_complete);
	tests[count++] = CASE("bytes that are not UTF-8 are given twice",
		bytes_that_are_not_utf8_are_given_twice);
	tests[count++] =
		CASE("every value of the contract has a name", every_enum_value_has_a_name);
	return _cmocka_run_group_tests("event_explain", tests, count, NULL, NULL);
}
