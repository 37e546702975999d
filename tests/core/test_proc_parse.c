#include "oomspect/proc.h"

#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Fields 3 to 24 of a sleeping task: ppid 1, flags 0x400000, start 4200, rss 321. */
#define TAIL "S 1 7 7 0 -1 4194304 10 0 0 0 1 2 0 0 20 0 1 0 4200 8192000 321"

static struct text bytes_of(const char *bytes, size_t length)
{
	return (struct text){ bytes, length };
}

/* --- stat: the comm may hold anything */

static const struct comm_case {
	const char *claim;
	const char *comm;
} comm_cases[] = {
	{ "an ordinary comm", "bash" },
	{ "an empty comm", "" },
	{ "a comm with blanks", "tmux: server" },
	{ "a comm that closes the bracket", "a)" },
	{ "a comm that opens brackets", "((" },
	{ "a comm that imitates the fields behind it", ") R 1" },
	{ "a comm that imitates a whole stat line", "x) Z 2 2 2 0 -1 2097152 0 0 0 0 0 0" },
	{ "a comm with a newline", "two\nlines" },
	{ "a comm that is not UTF-8", "\xff\xfe\x80" },
	{ "a comm with an escape sequence", "\033[2J" },
	{ "a comm of 63 bytes, as kernel threads have",
		"kworker/u512:12-events_unbound_of_a_very_long_workqueue_name_63" },
};

static void keeps_the_comm_and_the_fields(void **state)
{
	const struct comm_case *row = *state;
	struct task task = proc_unknown(1);
	char text[256];
	snprintf(text, sizeof(text), "42 (%s) " TAIL "\n", row->comm);
	assert_int_equal(proc_parse_stat(text_of(text), &task, NULL), ERR_OK);
	assert_string_equal(task.comm, row->comm);
	assert_int_equal(task.pid, 42);
	assert_int_equal(task.ppid, 1);
	assert_int_equal(task.state, 'S');
	assert_int_equal(task.start_ticks, 4200);
	assert_int_equal(task.rss_stat_pages, 321);
}

/* --- stat: what it says of the task */

static const struct stat_case {
	const char *claim;
	const char *text;
	bool kthread, exiting;
	int64_t rss;
} stat_cases[] = {
	{ "a kernel thread is known by PF_KTHREAD",
		"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 3 0 0", true, false,
		0 },
	{ "a task that exits is known by PF_EXITING",
		"9 (x) Z 1 9 9 0 -1 4194308 0 0 0 0 0 0 0 0 20 0 1 0 3 0 0", false, true, 0 },
	{ "a task that a signal kills is known by PF_SIGNALED",
		"9 (x) R 1 9 9 0 -1 4195328 0 0 0 0 0 0 0 0 20 0 1 0 3 0 17", false, true, 17 },
	{ "an unsummed rss below zero is none",
		"9 (x) R 1 9 9 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 3 0 -12", false, false, 0 },
	{ "fields behind the rss may be missing or anything",
		"9 (x) R 1 9 9 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 3 0 5 99999999999999999999 ?",
		false, false, 5 },
	{ "a field that is not asked for may be larger than 64 bits",
		"9 (x) R 1 9 9 0 -1 4194304 99999999999999999999 0 0 0 0 0 0 0 20 0 1 0 3 0 5",
		false, false, 5 },
};

static void reads_the_stat_file(void **state)
{
	const struct stat_case *row = *state;
	struct task task = proc_unknown(1);
	assert_int_equal(proc_parse_stat(text_of(row->text), &task, NULL), ERR_OK);
	assert_int_equal(task.kthread, row->kthread);
	assert_int_equal(task.exiting, row->exiting);
	assert_int_equal(task.rss_stat_pages, row->rss);
}

static const struct bad_case {
	const char *claim;
	const char *text;
} bad_stat_cases[] = {
	{ "stat: nothing", "" },
	{ "stat: only a newline", "\n" },
	{ "stat: no comm", "42 " TAIL },
	{ "stat: a comm that is not closed", "42 (bash " TAIL },
	{ "stat: brackets the wrong way round", "42 )bash( " TAIL },
	{ "stat: ends after the comm", "42 (bash)" },
	{ "stat: ends after the state", "42 (bash) S" },
	{ "stat: ends one field before the rss",
		"42 (x) R 1 9 9 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 3 0" },
	{ "stat: no pid", "(bash) " TAIL },
	{ "stat: a pid of zero", "0 (bash) " TAIL },
	{ "stat: a negative pid", "-4 (bash) " TAIL },
	{ "stat: a pid that does not fit", "4294967338 (bash) " TAIL },
	{ "stat: a parent that does not fit",
		"9 (x) R 4294967297 9 9 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 3 0 5" },
	{ "stat: a start time before the boot",
		"9 (x) R 1 9 9 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 -3 0 5" },
	{ "stat: an rss that does not fit",
		"9 (x) R 1 9 9 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 3 0 9223372036854775808" },
	{ "stat: words for numbers", "9 (x) R one 9 9 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 3 0 5" },
};

static void refuses_and_leaves_the_task_alone(void **state)
{
	const struct bad_case *row = *state;
	struct task task = proc_unknown(7), before = task;
	struct err err;
	assert_int_equal(proc_parse_stat(text_of(row->text), &task, &err), ERR_SYNTAX);
	assert_memory_equal(&task, &before, sizeof(task));
	assert_true(strlen(err.text) > 0);
}

static void refuses_stat_of_binary_zeroes(void **state)
{
	struct task task = proc_unknown(7);
	static const char zeroes[256];
	(void)state;
	assert_int_equal(
		proc_parse_stat(bytes_of(zeroes, sizeof(zeroes)), &task, NULL), ERR_SYNTAX);
}

/* --- status */

#define STATUS \
	"Name:\tbash\nUmask:\t0022\nState:\tS (sleeping)\nUid:\t1000\t1001\t1002\t1003\n" \
	"VmPeak:\t   99999 kB\nVmLck:\t      16 kB\nVmRSS:\t    4096 kB\n" \
	"RssAnon:\t    2048 kB\nRssFile:\t    1024 kB\nRssShmem:\t    1024 kB\n" \
	"VmPTE:\t      60 kB\nVmSwap:\t     512 kB\nThreads:\t3\n" \
	"CapEff:\t000001ffffffffff\nMems_allowed:\t00000003\nMems_allowed_list:\t0-1\n"

static void reads_status_by_the_names_of_its_fields(void **state)
{
	struct task task = proc_unknown(7);
	(void)state;
	assert_int_equal(proc_parse_status(text_of(STATUS), 4096, &task, NULL), ERR_OK);
	assert_int_equal(task.uid, 1001);
	assert_true(task.has_mm);
	assert_true(task.cap_sys_admin);
	assert_int_equal(task.locked_pages, 4);
	assert_int_equal(task.rss_pages, 1024);
	assert_int_equal(task.rss_anon_pages, 512);
	assert_int_equal(task.rss_file_pages, 256);
	assert_int_equal(task.rss_shmem_pages, 256);
	assert_int_equal(task.pte_kb, 60);
	assert_int_equal(task.pmd_kb, UNKNOWN);
	assert_int_equal(task.swap_pages, 128);
	assert_int_equal(task.threads, 3);
	assert_int_equal(task.mems_allowed, 3);
}

static const struct ns_case {
	const char *claim;
	const char *text;
	bool ns_init;
} ns_cases[] = {
	{ "pid 1 one namespace below ours", "NSpid:\t672\t1\n", true },
	{ "pid 1 two namespaces below ours", "NSpid:\t672\t40\t1\n", true },
	{ "pid 1 of ours is init, not a container's", "NSpid:\t1\n", false },
	{ "another one inside", "NSpid:\t673\t2\n", false },
	{ "a pid that ends in 1", "NSpid:\t673\t11\n", false },
	{ "pid 1 of a namespace in between", "NSpid:\t673\t1\t5\n", false },
	{ "nothing said", "Name:\tx\n", false },
};

static void knows_the_first_process_of_a_pid_namespace(void **state)
{
	const struct ns_case *row = *state;
	struct task task = proc_unknown(7);
	assert_int_equal(proc_parse_status(text_of(row->text), 4096, &task, NULL), ERR_OK);
	assert_int_equal(task.ns_init, row->ns_init);
}

static void counts_pages_of_the_size_given(void **state)
{
	struct task task = proc_unknown(7);
	(void)state;
	assert_int_equal(proc_parse_status(text_of(STATUS), 65536, &task, NULL), ERR_OK);
	assert_int_equal(task.rss_pages, 64);
	assert_int_equal(task.swap_pages, 8);
	assert_int_equal(task.pte_kb, 60);
}

static void without_rss_there_is_no_mm_and_nothing_is_zero(void **state)
{
	struct task task = proc_unknown(7);
	(void)state;
	proc_parse_status(text_of(STATUS), 4096, &task, NULL);
	assert_int_equal(
		proc_parse_status(text_of("Name:\tkthreadd\nThreads:\t1\n"), 4096, &task, NULL),
		ERR_OK);
	assert_false(task.has_mm);
	assert_int_equal(task.rss_pages, UNKNOWN);
	assert_int_equal(task.swap_pages, UNKNOWN);
	assert_int_equal(task.pte_kb, UNKNOWN);
	assert_int_equal(task.locked_pages, UNKNOWN);
	assert_int_equal(task.mm_key, 0);
	assert_true(task.uid == UID_UNKNOWN);
	assert_true(task.mems_allowed == UINT64_MAX);
}

static void what_an_old_kernel_does_not_count_is_zero(void **state)
{
	struct task task = proc_unknown(7);
	(void)state;
	assert_int_equal(proc_parse_status(text_of("VmRSS:\t8 kB\n"), 4096, &task, NULL), ERR_OK);
	assert_int_equal(task.rss_pages, 2);
	assert_int_equal(task.swap_pages, 0);
	assert_int_equal(task.pte_kb, 0);
	assert_int_equal(task.rss_anon_pages, UNKNOWN);
}

static void reads_middle_page_tables_where_they_are_shown(void **state)
{
	struct task task = proc_unknown(7);
	(void)state;
	assert_int_equal(
		proc_parse_status(text_of("VmRSS:\t8 kB\nVmPMD:\t12 kB"), 4096, &task, NULL),
		ERR_OK);
	assert_int_equal(task.pmd_kb, 12);
}

static void one_mm_has_one_key_and_two_have_two(void **state)
{
	struct task a = proc_unknown(7), b = proc_unknown(8), c = proc_unknown(9);
	(void)state;
	proc_parse_status(text_of("Name:\ta\nVmRSS:\t8 kB\nThreads:\t1\n"), 4096, &a, NULL);
	proc_parse_status(text_of("Name:\tb\nVmRSS:\t8 kB\nThreads:\t2\n"), 4096, &b, NULL);
	proc_parse_status(text_of("Name:\tb\nVmRSS:\t9 kB\nThreads:\t2\n"), 4096, &c, NULL);
	assert_true(a.mm_key != 0);
	assert_true(a.mm_key == b.mm_key);
	assert_true(b.mm_key != c.mm_key);
}

static const struct bad_case bad_status_cases[] = {
	{ "status: an rss that does not fit", "VmRSS:\t9223372036854775808 kB\n" },
	{ "status: a negative rss", "VmRSS:\t-8 kB\n" },
	{ "status: an rss without a number", "VmRSS:\t\n" },
	{ "status: an rss of words", "VmRSS:\tmuch kB\n" },
	{ "status: a swap cut in the middle of its number", "VmRSS:\t8 kB\nVmSwap:\t1x" },
	{ "status: one uid only", "Uid:\t1000\n" },
	{ "status: a uid that does not fit", "Uid:\t0\t4294967296\t0\t0\n" },
	{ "status: capabilities that are no hex", "CapEff:\t00000000000000zz\n" },
	{ "status: nodes that are no list", "Mems_allowed_list:\tall\n" },
};

static void refuses_status_and_leaves_the_task_alone(void **state)
{
	const struct bad_case *row = *state;
	struct task task = proc_unknown(7), before = task;
	struct err err;
	assert_int_equal(proc_parse_status(text_of(row->text), 4096, &task, &err), ERR_SYNTAX);
	assert_memory_equal(&task, &before, sizeof(task));
}

static void reads_status_cut_at_every_byte_without_reading_beyond(void **state)
{
	(void)state;
	/* Against a page that may not be touched: one byte too far ends the test. */
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *pages =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(pages != MAP_FAILED);
	assert_return_code(mprotect(pages + page, page, PROT_NONE), errno);
	for (size_t length = 0; length <= strlen(STATUS); length++) {
		struct task task = proc_unknown(7);
		char *at = pages + page - length;
		memcpy(at, STATUS, length);
		enum err_code code = proc_parse_status(bytes_of(at, length), 4096, &task, NULL);
		assert_true(code == ERR_OK || code == ERR_SYNTAX);
		proc_parse_stat(bytes_of(at, length), &task, NULL);
	}
	munmap(pages, 2 * page);
}

/* --- cgroup */

static const struct cgroup_case {
	const char *claim;
	const char *text;
	bool v2;
	const char *path; /* NULL: none */
} cgroup_cases[] = {
	{ "cgroup v2 is the line of hierarchy 0", "0::/user.slice\n", true, "/user.slice" },
	{ "cgroup v1 is the line that names memory", "3:cpu:/a\n4:memory:/b\n0::/c\n", false,
		"/b" },
	{ "memory may stand among other controllers", "3:cpu,memory,pids:/b\n", false, "/b" },
	{ "a controller whose name only holds memory is none", "3:memoryx,xmemory:/b\n", false,
		NULL },
	{ "a named hierarchy is not v2", "0:name=systemd:/a\n1:name=systemd:/a\n", true, NULL },
	{ "a path may hold colons", "0::/kube:pod:1\n", true, "/kube:pod:1" },
	{ "a path may hold blanks and bytes that are not UTF-8", "0::/a b\xff\n", true,
		"/a b\xff" },
	{ "a removed cgroup keeps its mark", "0::/gone (deleted)\n", true, "/gone (deleted)" },
	{ "a process outside of the namespace", "0::/../..\n", true, "/../.." },
	{ "the last line may lack its newline", "0::/a", true, "/a" },
	{ "lines without colons are passed over", "junk\n0\n0::/a\n", true, "/a" },
	{ "a path that is not absolute is none", "0::relative\n", true, NULL },
	{ "nothing", "", true, NULL },
	{ "cgroup v2 alone has no v1 memory", "0::/a\n", false, NULL },
};

static void finds_the_path_of_the_memory_cgroup(void **state)
{
	const struct cgroup_case *row = *state;
	struct text path;
	assert_int_equal(proc_parse_cgroup(text_of(row->text), row->v2, &path), row->path != NULL);
	if (row->path)
		assert_true(text_equals(path, row->path));
}

/* --- lists of nodes */

static const struct list_case {
	const char *claim;
	const char *text;
	bool valid;
	uint64_t mask;
} list_cases[] = {
	{ "a node", "0", true, 1 },
	{ "a range", "0-3", true, 0xf },
	{ "ranges and nodes", "0-1,4,6-7", true, 0xd3 },
	{ "an empty list is no node", "", true, 0 },
	{ "node 63 has the last bit", "63", true, 1ull << 63 },
	{ "every node above has it too", "64,1000", true, 1ull << 63 },
	{ "a range across the last bit", "62-1023", true, 3ull << 62 },
	{ "a range above the last bit", "64-70", true, 1ull << 63 },
	{ "all nodes there can be", "0-18446744073709551615", true, UINT64_MAX },
	{ "a range the wrong way round", "3-0", false, 0 },
	{ "a range without an end", "3-", false, 0 },
	{ "a range without a beginning", "-3", false, 0 },
	{ "an empty item", "1,,2", false, 0 },
	{ "a word", "all", false, 0 },
	{ "a number that does not fit", "18446744073709551616", false, 0 },
};

static void reads_a_list_as_a_mask(void **state)
{
	const struct list_case *row = *state;
	uint64_t mask = 0;
	assert_int_equal(proc_parse_list(text_of(row->text), &mask), row->valid);
	assert_true(mask == row->mask);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_stat_of_binary_zeroes),
		cmocka_unit_test(reads_status_by_the_names_of_its_fields),
		cmocka_unit_test(counts_pages_of_the_size_given),
		cmocka_unit_test(without_rss_there_is_no_mm_and_nothing_is_zero),
		cmocka_unit_test(what_an_old_kernel_does_not_count_is_zero),
		cmocka_unit_test(reads_middle_page_tables_where_they_are_shown),
		cmocka_unit_test(one_mm_has_one_key_and_two_have_two),
		cmocka_unit_test(reads_status_cut_at_every_byte_without_reading_beyond),
	};
	return run_rows("pid namespace", ns_cases, knows_the_first_process_of_a_pid_namespace) +
	       run_rows("comm", comm_cases, keeps_the_comm_and_the_fields) +
	       run_rows("stat", stat_cases, reads_the_stat_file) +
	       run_rows("bad stat", bad_stat_cases, refuses_and_leaves_the_task_alone) +
	       run_rows("bad status", bad_status_cases, refuses_status_and_leaves_the_task_alone) +
	       run_rows("cgroup", cgroup_cases, finds_the_path_of_the_memory_cgroup) +
	       run_rows("list", list_cases, reads_a_list_as_a_mask) +
	       cmocka_run_group_tests_name("proc_parse", tests, NULL, NULL);
}
