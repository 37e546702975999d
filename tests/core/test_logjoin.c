/* Whether a line is the rest of the one before, and what the break has eaten. */
#include "oomspect/logjoin.h"

#include "support.h"

#include <stdio.h>
#include <string.h>

/* --- is it unfinished? */

struct open_row {
	const char *claim;
	logjoin_open *open;
	const char *text, *next;
	bool cut; /* the widest line of all, of a terminal's width */
	bool joined;
};

#define INVOKED "ntpd invoked oom-killer: gfp_mask=0x201d2, order=0"
#define KILLED  "Out of memory: Killed process 12 (a) total-vm:1kB, anon-rss:2kB, file-rss:3kB"

static const struct open_row open_rows[] = {
	{ "a header with its adj is whole", logjoin_header, INVOKED ", oom_score_adj=0",
		"oom_score_adj=1", true, false },
	{ "so it is with the adj of 2.6", logjoin_header, INVOKED ", oom_adj=0", "order=0", true,
		false },
	{ "and of 2.6.18", logjoin_header, INVOKED ", oomkilladj=0", "order=0", true, false },
	{ "a header that ends in a comma goes on", logjoin_header, INVOKED ",", "x", false, true },
	{ "one that ends in its name goes on", logjoin_header,
		"ntpd invoked oom-killer:", "gfp_mask=0x201d2, order=0", false, true },
	{ "flags in the next line", logjoin_header, "a invoked oom-killer: gfp_mask=0x1",
		"GFP_KERNEL), order=0", false, true },
	{ "half a word", logjoin_header, INVOKED ", oom_sco", "re_adj=0", false, true },
	{ "a terminal's edge", logjoin_header, INVOKED, "anything", true, true },
	{ "prose behind a header is not its rest", logjoin_header, INVOKED, "Call Trace", false,
		false },

	{ "a kill with all its numbers", logjoin_kill,
		KILLED ", UID:0 pgtables:4kB oom_score_adj:0", "5", false, false },
	{ "a kill that ends in a comma", logjoin_kill, KILLED ",", "shmem-rss:0kB", false, true },
	{ "a kill that ends in k", logjoin_kill, "Killed process 12 (a) total-vm:1k", "B", false,
		true },
	{ "a kill that ends in a number", logjoin_kill, "Killed process 12 (a) total-vm:1",
		"2kB, anon-rss:3kB", false, true },
	{ "a kill without a name", logjoin_kill, "Out of memory: Killed process", "12 (a)", false,
		true },
	{ "a kill whose next line is a field", logjoin_kill, KILLED, "shmem-rss:0kB", false, true },
	{ "a kill whose next line is prose", logjoin_kill, KILLED, "All done", false, false },
	{ "an old victim line is whole", logjoin_kill, "Out of memory: OOM victim 12", "13", false,
		false },
	{ "nobody to kill is whole", logjoin_kill, "Out of memory and no killable processes...",
		"5", false, false },

	{ "a constraint with its uid", logjoin_constraint,
		"oom-kill:constraint=CONSTRAINT_NONE,task=a,pid=1,uid=0", "5", false, false },
	{ "a constraint that ends in its uid", logjoin_constraint,
		"oom-kill:constraint=CONSTRAINT_NONE,task=a,pid=1,uid=", "1000", false, true },
	{ "a constraint in its middle", logjoin_constraint,
		"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(nu", "ll),cpuset=/", false, true },
	{ "a constraint and prose", logjoin_constraint,
		"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null)", "Call Trace of it", false,
		false },
	{ "a name with a blank", logjoin_constraint, "oom-kill:constraint=CONSTRAINT_NONE,cpuset=a",
		"b c,task=x,pid=1", false, true },

	{ "a usage without its limit", logjoin_usage, "memory: usage 4kB,", "limit 8kB", false,
		true },
	{ "a usage with its limit", logjoin_usage, "memory: usage 4kB, limit 8kB, failcnt 1", "2",
		false, false },
	{ "a panic in its middle", logjoin_panic,
		"Kernel panic - not syncing: System is deadlocked", "on memory", false, true },
	{ "a panic that is whole", logjoin_panic,
		"Kernel panic - not syncing: System is deadlocked on memory", "on", false, false },
	{ "another panic", logjoin_panic, "Kernel panic - not syncing: VFS", "on memory", false,
		false },
	{ "a group in its middle", logjoin_group, "Tasks in /a are going to be killed", "due to",
		false, true },
	{ "a group that is whole", logjoin_group,
		"Tasks in /a are going to be killed due to memory.oom.group set", "x", false,
		false },
	{ "a reaper without a name", logjoin_reaped, "oom_reaper: reaped process 12", "(a), now",
		false, true },
	{ "a reaper with its name", logjoin_reaped, "oom_reaper: reaped process 12 (a)", "now",
		false, false },
	{ "a zone goes on in pairs", logjoin_zone, "Node 0 DMA free:1kB", "min:2kB low:3kB", false,
		true },
	{ "isolated counters too", logjoin_zone, "Node 0 DMA free:1kB", "isolated(anon):0kB", false,
		true },
	{ "a zone does not go on in prose", logjoin_zone, "Node 0 DMA free:1kB",
		"lowmem_reserve[]: 0 0", false, false },
	{ "nor in pages", logjoin_zone, "Node 0 DMA free:1kB", "free:12 min:3", false, false },
	{ "a limit on the next line", logjoin_task_in, "Task in /a killed as a result of limit of",
		"/a", false, true },
	{ "half a sentence", logjoin_task_in, "Task in /a killed as a", "result of limit of /b",
		false, true },
	{ "a release at the edge of a terminal", logjoin_cpu,
		"CPU: 0 PID: 1 Comm: a Not tainted 5.10.0-4", "6-cloud-amd64 #1", true, true },
	{ "a release that is followed by its build", logjoin_cpu,
		"CPU: 0 PID: 1 Comm: a Not tainted 5.10.0-46", "#1 Debian", true, false },
};

static struct logjoin join_of(const char *text, const char *next, bool cut)
{
	return (struct logjoin){ .text = text_of(text),
		.next = text_of(next),
		.width = cut ? 120 : strlen(text),
		.widest = cut };
}

static void check_open(void **state)
{
	static const struct oom_columns none;
	const struct open_row *row = *state;
	struct logjoin join = join_of(row->text, row->next, row->cut);
	join.columns = &none;
	assert_int_equal(row->open(&join), row->joined);
}

/* Below a stamp, what has none is a rest. */
static void an_adj_goes_on_as_long_as_it_is_one(void **state)
{
	static const struct {
		const char *adj, *rest;
		bool joined;
	} rows[] = { { "-10", "00", true }, { "10", "00", true }, { "100", "00", false },
		{ "-100", "0 x", false },
		/* More than 64 bits: the undefined behaviour sanitizer looks on. */
		{ "-1000", "00000000000000000000", false } };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[128];
		snprintf(text, sizeof(text), INVOKED ", oom_score_adj=%s", rows[i].adj);
		struct logjoin join = join_of(text, rows[i].rest, false);
		join.stamped = true;
		assert_int_equal(logjoin_header(&join), rows[i].joined);
	}
}

/* --- rows of the table */

#define HEAD "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name"

struct table_row {
	const char *claim, *text, *next;
	bool headed, cut, joined;
};

static const struct table_row table_rows[] = {
	{ "a row with its name is whole", "[ 12] 0 12 3 4 5 6 0 a", "b", true, false, false },
	{ "a row without its name", "[ 12] 0 12 3 4 5 6 0", "a", true, false, true },
	{ "a row in its numbers", "[ 12] 0 12 3 4", "5 6 0 a", true, false, true },
	{ "a name cut at the edge of a terminal", "[ 12] 0 12 3 4 5 6 0 sys", "temd", true, true,
		true },
	{ "but not beyond the 15 bytes of a name", "[ 12] 0 12 3 4 5 6 0 sys",
		"temd-journald-too-long", true, true, false },
	{ "a header in its middle", "[  pid  ]   uid  tgid total_vm", "rss name", false, false,
		true },
};

static void check_table(void **state)
{
	const struct table_row *row = *state;
	struct oom_columns columns = { .count = 0 };
	struct logjoin join = join_of(row->text, row->next, row->cut);
	if (row->headed)
		assert_true(oomtable_columns(text_of(HEAD), &columns));
	join.columns = &columns;
	assert_int_equal(logjoin_table(&join), row->joined);
}

/* --- what the break has eaten */

struct gap_row {
	const char *claim, *text, *next;
	bool cut;
	enum logjoin_gap gap;
};

static const struct gap_row gap_rows[] = {
	{ "a blank inside a phrase", "Tasks in /a are going to be killed due to",
		"memory.oom.group set", true, LOGJOIN_BLANK },
	{ "nothing inside a word", "a invoked oom-killer: gfp_mask=0x1, order=0, oom_sco",
		"re_adj=0", false, LOGJOIN_NONE },
	{ "nothing inside a constraint", "oom-kill:constraint=CONSTRAINT_NONE,cpuset=/a",
		"b,task=c", false, LOGJOIN_NONE },
	{ "nothing before a comma", "total-vm:1kB", ", anon-rss:2kB", false, LOGJOIN_NONE },
	{ "nothing before kB", "total-vm:1", "kB, anon-rss:2kB", false, LOGJOIN_NONE },
	{ "nothing behind half a kB", "total-vm:1k", "B, anon-rss:2kB", false, LOGJOIN_NONE },
	{ "nothing inside a path", "Task in /a killed as a result of limit of /docker/01",
		"23456789", false, LOGJOIN_NONE },
	{ "a blank before a release", "CPU: 0 PID: 1 Comm: a Not tainted", "5.10.0-46 #1", false,
		LOGJOIN_BLANK },
	{ "a blank between numbers", "[ 12] 0 12 3 4", "5 6 0 a", false, LOGJOIN_BLANK },
	{ "nothing inside a number at the edge", "[ 12] 0 12 3 4 5 6", "7 0 0 a", true,
		LOGJOIN_NONE },
	{ "a blank before a word of the kernel's", "Killed process 12 (a)", "total-vm:1kB", false,
		LOGJOIN_BLANK },
	{ "nothing at the edge of a terminal", "Killed process 12 (some", "thing) x", true,
		LOGJOIN_NONE },
	{ "a blank where a word had no room",
		"Out of memory: Killed process 12345 (something-long) and so on", "morewords",
		false, LOGJOIN_BLANK },
	{ "nothing where it had", "short", "er", false, LOGJOIN_NONE },
};

static void check_gap(void **state)
{
	const struct gap_row *row = *state;
	struct oom_columns columns = { .count = 0 };
	struct logjoin join = join_of(row->text, row->next, row->cut);
	join.columns = &columns;
	if (oomtable_begins(text_of(row->text)))
		assert_true(oomtable_columns(text_of(HEAD), &columns));
	assert_int_equal(logjoin_gap(&join), row->gap);
}

static void blanks_that_were_there_stay(void **state)
{
	struct oom_columns columns = { .count = 0 };
	struct logjoin join = join_of("some text", "and more", false);
	(void)state;
	join.columns = &columns;
	assert_int_equal(logjoin_gap(&join), LOGJOIN_NONE);
	join.indented = true;
	assert_int_equal(logjoin_gap(&join), LOGJOIN_BLANK);
	join.indented = false;
	join.blank_end = true;
	assert_int_equal(logjoin_gap(&join), LOGJOIN_BLANK);
}

/* --- lines taken out by people */

struct elision_row {
	const char *claim, *line;
	bool elided;
};

static const struct elision_row elision_rows[] = {
	{ "dots", "...", true },
	{ "dots in brackets", " [...] ", true },
	{ "an ellipsis", "\342\200\246", true },
	{ "snip", "[snip]", true },
	{ "trim", "<trimmed 40 lines>", true },
	{ "scissors", "8< -------", true },
	{ "dots before a sentence", "... and then the machine was slow for an hour", false },
	{ "a message", "Killed process 1 (a)", false },
	{ "nothing", "", false },
};

static void check_elision(void **state)
{
	const struct elision_row *row = *state;
	assert_int_equal(logjoin_is_elision(text_of(row->line)), row->elided);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(an_adj_goes_on_as_long_as_it_is_one),
		cmocka_unit_test(blanks_that_were_there_stay) };
	return run_rows("unfinished lines", open_rows, check_open) +
	       run_rows("the table", table_rows, check_table) +
	       run_rows("what a break has eaten", gap_rows, check_gap) +
	       run_rows("elisions", elision_rows, check_elision) +
	       cmocka_run_group_tests_name("logjoin", tests, NULL, NULL);
}
