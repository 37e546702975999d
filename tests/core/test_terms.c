/* Which counters of a process a kernel reads, and which of them change until memory has run out. */
#include "oomspect/terms.h"

#include "support.h"

#include <string.h>

/* 9000 pages of rss that status sums and 8000 that stat shows, and something of everything. */
static struct task make_task(void)
{
	struct task task = proc_unknown(10);
	task.has_mm = task.adj_known = task.cap_sys_admin = true;
	task.oom_score_adj = -17;
	task.rss_anon_pages = 5000;
	task.rss_file_pages = 3000;
	task.rss_shmem_pages = 1000;
	task.rss_pages = 9000;
	task.rss_stat_pages = 8000;
	task.swap_pages = 100;
	task.locked_pages = 0;
	task.pte_kb = 400;
	task.pmd_kb = 40;
	return task;
}

static struct host make_host(const char *release)
{
	return (struct host){ .page_size = 4096, .cpus = 2, .era = era_of_release(release) };
}

struct terms_row {
	const char *claim, *release;
	int64_t locked, file, shmem;
	enum moment moment;
	bool shmem_to_swap;
	int64_t rss;
};

static const struct terms_row rows[] = {
	{ "now all of rss counts", "6.1.0", 0, 3000, 1000, MOMENT_NOW, true, 9000 },
	{ "now locked memory is like any other", "6.1.0", 500, 3000, 1000, MOMENT_NOW, true, 9000 },
	{ "at OOM file pages are gone", "6.1.0", 0, 3000, 1000, MOMENT_OOM, false, 6000 },
	{ "at OOM shared memory is in swap where it fits", "6.1.0", 0, 3000, 1000, MOMENT_OOM, true,
		5000 },
	{ "locked file pages stay", "6.1.0", 500, 3000, 1000, MOMENT_OOM, false, 6500 },
	{ "who locks memory may have locked the shared part: it stays", "6.1.0", 500, 3000, 1000,
		MOMENT_OOM, true, 6500 },
	{ "more locked than there are file pages keeps all of these", "6.1.0", 4000, 3000, 1000,
		MOMENT_OOM, false, 9000 },
	{ "locked memory that is not known is none", "6.1.0", UNKNOWN, 3000, 1000, MOMENT_OOM,
		false, 6000 },
	{ "before 4.5 nobody says what is of files: all stays", "4.4.0", 0, UNKNOWN, UNKNOWN,
		MOMENT_OOM, true, 9000 },
	{ "from 6.2 to 6.19 the unsummed counters are read", "6.12.0", 0, 3000, 1000, MOMENT_NOW,
		false, 8000 },
	{ "and file pages leave them", "6.12.0", 0, 3000, 1000, MOMENT_OOM, false, 5000 },
	{ "since 7.0 the sums again", "7.0.0", 0, 3000, 1000, MOMENT_NOW, false, 9000 },
	{ "less than nothing cannot be left", "6.12.0", 0, 8500, 0, MOMENT_OOM, false, 0 },
};

static void check_rss(void **state)
{
	const struct terms_row *row = *state;
	struct host host = make_host(row->release);
	struct task task = make_task();
	task.locked_pages = row->locked;
	task.rss_file_pages = row->file;
	task.rss_shmem_pages = row->shmem;
	struct badness_terms terms = terms_of_task(&host, &task, row->moment, row->shmem_to_swap);
	assert_int_equal(terms.rss, row->rss);
}

/* What does not change: at either moment the same. */
static const struct other_row {
	const char *claim, *release;
	int64_t swapents, pgtables;
} others[] = {
	{ "6.1 counts swap exactly", "6.1.0", 100, 100 },
	{ "6.12 reads whole batches of swap", "6.12.0", 96, 100 },
	{ "4.14 counts two levels of page tables", "4.14.0", 100, 110 },
	{ "3.10 counts one", "3.10.0", 100, 100 },
	{ "2.6.36 counts none", "2.6.36", 100, 0 },
};

static void check_others(void **state)
{
	const struct other_row *row = *state;
	struct host host = make_host(row->release);
	struct task task = make_task();
	for (enum moment moment = 0; moment < MOMENT_COUNT; moment++) {
		struct badness_terms terms = terms_of_task(&host, &task, moment, true);
		assert_int_equal(terms.swapents, row->swapents);
		assert_int_equal(terms.pgtables, row->pgtables);
		assert_int_equal(terms.oom_score_adj, -17);
		assert_true(terms.cap_sys_admin);
	}
}

/* The question of who wants to know which era this is. */
static void another_era_reads_the_same_process_in_its_way(void **state)
{
	struct host host = make_host("6.1.0");
	struct era era = era_of_release("6.12.0");
	struct task task = make_task();
	(void)state;
	struct badness_terms terms = terms_in_era(&era, &host, &task);
	assert_int_equal(terms.rss, 8000);
	assert_int_equal(terms.swapents, 96);
	terms = terms_in_era(&host.era, &host, &task);
	assert_int_equal(terms.rss, 9000);
	assert_int_equal(terms.swapents, 100);
}

static void moments_have_the_names_of_the_contract(void **state)
{
	(void)state;
	assert_int_equal(MOMENT_COUNT, 2);
	assert_string_equal(moment_names[MOMENT_OOM], "oom");
	assert_string_equal(moment_names[MOMENT_NOW], "now");
	assert_int_equal(MOMENT_OOM, 0); /* the default of whatever is zero */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_era_reads_the_same_process_in_its_way),
		cmocka_unit_test(moments_have_the_names_of_the_contract),
	};
	return run_rows("rss", rows, check_rss) + run_rows("what stays", others, check_others) +
	       cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}
