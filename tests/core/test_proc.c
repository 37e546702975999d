#include "oomspect/proc.h"

#include "support.h"
#include "support_tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fields 3 to 24 of a sleeping task: ppid 1, flags 0x400000, start 4200, rss 321. */
#define TAIL "S 1 7 7 0 -1 4194304 10 0 0 0 1 2 0 0 20 0 1 0 4200 8192000 321"

static enum err_code read_task(const struct tree *tree, pid_t pid, struct task *ret)
{
	*ret = proc_unknown(pid);
	return proc_read(&tree->root, pid, 4096, ret, NULL);
}

static void reads_a_process(void **state)
{
	struct task task;
	tree_add(*state, &(struct tree_process){ .pid = 42,
				 .comm = "a) b",
				 .start = 77,
				 .rss = 500,
				 .stat_rss = 480,
				 .swap = 20,
				 .pte_kb = 40,
				 .adj = -300,
				 .oom_score = 467 });
	assert_int_equal(read_task(*state, 42, &task), ERR_OK);
	assert_string_equal(task.comm, "a) b");
	assert_int_equal(task.start_ticks, 77);
	assert_int_equal(task.rss_pages, 500);
	assert_int_equal(task.rss_stat_pages, 480);
	assert_int_equal(task.swap_pages, 20);
	assert_int_equal(task.mm_tid, 42);
	assert_int_equal(task.oom_score, 467);
	assert_true(task.adj_known);
	assert_int_equal(task.oom_score_adj, -300);
}

static void a_zombie_has_no_memory(void **state)
{
	struct task task;
	tree_add(*state, &(struct tree_process){ .pid = 42, .state = 'Z', .no_mm = true });
	assert_int_equal(read_task(*state, 42, &task), ERR_OK);
	assert_int_equal(task.state, 'Z');
	assert_false(task.has_mm);
	assert_int_equal(task.rss_pages, UNKNOWN);
}

static void a_zombie_leader_shows_the_memory_of_a_living_thread(void **state)
{
	const struct tree *tree = *state;
	struct task task;
	tree_add(tree, &(struct tree_process){ .pid = 42,
			       .comm = "leader",
			       .state = 'Z',
			       .no_mm = true,
			       .threads = 3,
			       .oom_score = 700 });
	tree_write(tree, "proc/42/task/42/status", "Threads:\t3\n");
	tree_write(tree, "proc/42/task/43/status", "Threads:\t3\n");
	tree_write(tree, "proc/42/task/44/status", "VmRSS:\t400 kB\nVmSwap:\t40 kB\nThreads:\t3\n");
	tree_write(tree, "proc/42/task/44/stat", "44 (worker) " TAIL);
	assert_int_equal(read_task(tree, 42, &task), ERR_OK);
	assert_int_equal(task.pid, 42);
	assert_string_equal(task.comm, "leader");
	assert_int_equal(task.state, 'Z');
	assert_true(task.has_mm);
	assert_int_equal(task.mm_tid, 44);
	assert_int_equal(task.rss_pages, 100);
	assert_int_equal(task.swap_pages, 10);
	assert_int_equal(task.rss_stat_pages, 321);
}

static void threads_that_cannot_be_read_leave_the_leader_without_memory(void **state)
{
	const struct tree *tree = *state;
	struct task task;
	tree_add(tree, &(struct tree_process){ .pid = 42, .no_mm = true, .threads = 3 });
	tree_write(tree, "proc/42/task/44/status", "VmRSS:\t400 kB\n");
	tree_write(tree, "proc/42/task/45/status", "VmRSS:\tmuch\n");
	tree_write(tree, "proc/42/task/name/status", "VmRSS:\t400 kB\n");
	assert_int_equal(read_task(tree, 42, &task), ERR_OK);
	assert_false(task.has_mm);
}

static void a_process_that_is_not_there_is_gone(void **state)
{
	struct task task;
	assert_int_equal(read_task(*state, 42, &task), ERR_GONE);
}

static void a_process_that_goes_between_two_files_is_gone(void **state)
{
	const struct tree *tree = *state;
	struct task task;
	tree_add(tree, &(struct tree_process){ .pid = 42, .rss = 5 });
	tree_remove(tree, "proc/42/status");
	assert_int_equal(read_task(tree, 42, &task), ERR_GONE);
	tree_write(tree, "proc/42/stat", "");
	assert_int_equal(read_task(tree, 42, &task), ERR_GONE);
}

static void a_stat_of_another_pid_is_refused(void **state)
{
	const struct tree *tree = *state;
	struct task task;
	tree_add(tree, &(struct tree_process){ .pid = 42, .rss = 5 });
	tree_write(tree, "proc/42/stat", "43 (liar) " TAIL);
	assert_int_equal(read_task(tree, 42, &task), ERR_SYNTAX);
	assert_int_equal(task.pid, 42);
}

static const struct score_case {
	const char *claim;
	const char *score, *adj; /* NULL: no such file */
	int64_t oom_score;
	bool adj_known;
	int oom_score_adj;
} score_cases[] = {
	{ "both scores are there", "667\n", "-1000\n", 667, true, -1000 },
	{ "without an oom_score it is unknown, not zero", NULL, "5\n", UNKNOWN, true, 5 },
	{ "without an oom_score_adj it is unknown", "667\n", NULL, 667, false, 0 },
	{ "an adj above the range is unknown", "667\n", "1001\n", 667, false, 0 },
	{ "an adj below the range is unknown", "667\n", "-1001\n", 667, false, 0 },
	{ "an adj that does not fit is unknown", "667\n", "99999999999999999999\n", 667, false, 0 },
	{ "empty files are unknown", "", "", UNKNOWN, false, 0 },
	{ "words are unknown", "high", "low", UNKNOWN, false, 0 },
	{ "a file longer than a number is unknown",
		"00000000000000000000000000000000000000000000000000000000000000000000000000000001",
		"0\n", UNKNOWN, true, 0 },
};

static void reads_the_scores(void **state)
{
	const struct score_case *row = *state;
	struct tree tree;
	struct task task;
	tree_init(&tree);
	tree_add(&tree, &(struct tree_process){ .pid = 42, .rss = 5 });
	tree_remove(&tree, "proc/42/oom_score");
	tree_remove(&tree, "proc/42/oom_score_adj");
	if (row->score)
		tree_write(&tree, "proc/42/oom_score", row->score);
	if (row->adj)
		tree_write(&tree, "proc/42/oom_score_adj", row->adj);
	enum err_code code = read_task(&tree, 42, &task);
	tree_release(&tree);
	assert_int_equal(code, ERR_OK);
	assert_int_equal(task.oom_score, row->oom_score);
	assert_int_equal(task.adj_known, row->adj_known);
	assert_int_equal(task.oom_score_adj, row->oom_score_adj);
}

/* --- files that are not what they should be */

static void in_tree(const struct tree *tree, const char *path, char *ret, size_t size)
{
	snprintf(ret, size, "%s/%s", tree->path, path);
}

static void become_directory(const char *path)
{
	assert_return_code(mkdir(path, 0755), errno);
}

static void become_fifo(const char *path)
{
	assert_return_code(mkfifo(path, 0644), errno);
}

static void become_gigabyte(const char *path)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_return_code(ftruncate(fileno(file), 1 << 30), errno);
	fclose(file);
}

static void become_dangling_link(const char *path)
{
	assert_return_code(symlink("nowhere", path), errno);
}

static void become_loop(const char *path)
{
	assert_return_code(symlink(strrchr(path, '/') + 1, path), errno);
}

static const struct odd_case {
	const char *claim;
	const char *path;
	void (*become)(const char *path);
	enum err_code code;
} odd_cases[] = {
	{ "stat is a directory", "proc/42/stat", become_directory, ERR_IO },
	{ "stat is a FIFO that nobody writes", "proc/42/stat", become_fifo, ERR_UNSUPPORTED },
	{ "stat is a gigabyte long", "proc/42/stat", become_gigabyte, ERR_TOO_BIG },
	{ "stat is a link to nowhere", "proc/42/stat", become_dangling_link, ERR_GONE },
	{ "stat is a link to itself", "proc/42/stat", become_loop, ERR_IO },
	{ "status is a directory", "proc/42/status", become_directory, ERR_OK },
	{ "status is a FIFO that nobody writes", "proc/42/status", become_fifo, ERR_OK },
	{ "status is a gigabyte long", "proc/42/status", become_gigabyte, ERR_OK },
};

static void survives_an_odd_file(void **state)
{
	const struct odd_case *row = *state;
	struct tree tree;
	struct task task;
	char path[128];
	tree_init(&tree);
	tree_add(&tree, &(struct tree_process){ .pid = 42, .rss = 5 });
	tree_remove(&tree, row->path);
	in_tree(&tree, row->path, path, sizeof(path));
	row->become(path);
	enum err_code code = read_task(&tree, 42, &task);
	tree_release(&tree);
	assert_int_equal(code, row->code);
	assert_int_equal(task.pid, 42);
	assert_int_equal(task.threads, UNKNOWN);
	assert_int_equal(task.rss_pages, UNKNOWN);
}

static void a_status_longer_than_any_buffer_is_read_all_the_same(void **state)
{
	/* A user may be in 65,536 groups, and they stand before the memory. */
	static char text[600000];
	const struct tree *tree = *state;
	struct task task;
	tree_add(tree, &(struct tree_process){ .pid = 42, .rss = 5 });
	size_t used = (size_t)snprintf(text, sizeof(text), "Uid:\t0\t5\t0\t0\nGroups:\t");
	for (unsigned group = 100000; group < 165536; group++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%u ", group);
	snprintf(text + used, sizeof(text) - used, "\nVmRSS:\t40 kB\nThreads:\t1\n");
	tree_write(tree, "proc/42/status", text);
	assert_int_equal(read_task(tree, 42, &task), ERR_OK);
	assert_int_equal(task.uid, 5);
	assert_int_equal(task.rss_pages, 10);
	assert_int_equal(task.threads, 1);
}

static void a_file_that_may_not_be_read_is_denied(void **state)
{
	const struct tree *tree = *state;
	struct task task;
	char path[128];
	bool root = geteuid() == 0;
	tree_add(tree, &(struct tree_process){ .pid = 42, .rss = 5 });
	in_tree(tree, "proc/42/stat", path, sizeof(path));
	assert_return_code(chmod(path, 0), errno);
	if (root)
		assert_return_code(seteuid(65534), errno);
	enum err_code code = read_task(tree, 42, &task);
	if (root)
		assert_return_code(seteuid(0), errno);
	assert_int_equal(code, ERR_DENIED);
}

/* --- command line and cgroup of a process */

static void joins_the_arguments_with_blanks(void **state)
{
	const struct tree *tree = *state;
	char line[64];
	tree_write_bytes(tree, "proc/42/cmdline", "sleep\0 1 \0\xff\0\0", 14);
	assert_int_equal(proc_read_cmdline(&tree->root, 42, line, sizeof(line)), 11);
	assert_string_equal(line, "sleep  1  \xff");
}

static void cuts_a_long_command_line(void **state)
{
	const struct tree *tree = *state;
	char line[8];
	tree_write(tree, "proc/42/cmdline", "0123456789");
	assert_int_equal(proc_read_cmdline(&tree->root, 42, line, sizeof(line)), 7);
	assert_string_equal(line, "0123456");
	tree_write(tree, "proc/42/cmdline", "01234\xe2\x82\xac"); /* between two characters */
	assert_int_equal(proc_read_cmdline(&tree->root, 42, line, sizeof(line)), 5);
	assert_string_equal(line, "01234");
}

static void a_kernel_thread_has_no_command_line(void **state)
{
	const struct tree *tree = *state;
	char line[8];
	tree_write(tree, "proc/2/cmdline", "");
	assert_int_equal(proc_read_cmdline(&tree->root, 2, line, sizeof(line)), 0);
	assert_string_equal(line, "");
	assert_int_equal(proc_read_cmdline(&tree->root, 3, line, sizeof(line)), -ENOENT);
}

static void reads_the_cgroup_of_a_process(void **state)
{
	const struct tree *tree = *state;
	char path[16];
	tree_write(tree, "proc/42/cgroup", "2:memory:/a/b\n0::/c\n");
	assert_int_equal(proc_read_cgroup(&tree->root, 42, false, path, sizeof(path)), 4);
	assert_string_equal(path, "/a/b");
	assert_int_equal(proc_read_cgroup(&tree->root, 42, true, path, sizeof(path)), 2);
	assert_string_equal(path, "/c");
	assert_int_equal(proc_read_cgroup(&tree->root, 42, false, path, 4), -EFBIG);
	assert_int_equal(proc_read_cgroup(&tree->root, 43, false, path, sizeof(path)), -ENOENT);
	tree_write(tree, "proc/42/cgroup", "1:cpu:/a\n");
	assert_int_equal(proc_read_cgroup(&tree->root, 42, false, path, sizeof(path)), -ENOENT);
}

static void a_cgroup_file_longer_than_any_buffer_is_read_all_the_same(void **state)
{
	/* A dozen hierarchies of v1, each with a path as long as there can be one. */
	static char text[13 * 4100];
	const struct tree *tree = *state;
	static char long_path[4000], path[4096];
	memset(long_path, 'x', sizeof(long_path) - 1);
	size_t used = 0;
	for (int i = 12; i > 1; i--)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used, "%d:name=%d:/%s\n", i, i, long_path);
	snprintf(text + used, sizeof(text) - used, "1:memory:/a/%s\n0::/c\n", long_path);
	tree_write(tree, "proc/42/cgroup", text);
	assert_int_equal(proc_read_cgroup(&tree->root, 42, false, path, sizeof(path)), 4002);
	assert_true(strncmp(path, "/a/xxx", 6) == 0);
	assert_int_equal(proc_read_cgroup(&tree->root, 42, true, path, sizeof(path)), 2);
	assert_string_equal(path, "/c");
	assert_int_equal(proc_read_cgroup(&tree->root, 42, false, path, 4002), -EFBIG);
}

static void a_process_shares_its_mm_with_itself_alone(void **state)
{
	(void)state;
	enum proc_same same = proc_same_mm(getpid(), getpid());
	if (same == PROC_UNDECIDED)
		skip_because("kcmp(2) is refused");
	assert_int_equal(same, PROC_SAME);
	assert_int_not_equal(proc_same_mm(getpid(), getppid()), PROC_SAME);
}

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TREE_TEST(reads_a_process),
		TREE_TEST(a_zombie_has_no_memory),
		TREE_TEST(a_zombie_leader_shows_the_memory_of_a_living_thread),
		TREE_TEST(threads_that_cannot_be_read_leave_the_leader_without_memory),
		TREE_TEST(a_process_that_is_not_there_is_gone),
		TREE_TEST(a_process_that_goes_between_two_files_is_gone),
		TREE_TEST(a_stat_of_another_pid_is_refused),
		TREE_TEST(a_status_longer_than_any_buffer_is_read_all_the_same),
		TREE_TEST(a_file_that_may_not_be_read_is_denied),
		TREE_TEST(joins_the_arguments_with_blanks),
		TREE_TEST(cuts_a_long_command_line),
		TREE_TEST(a_kernel_thread_has_no_command_line),
		TREE_TEST(reads_the_cgroup_of_a_process),
		TREE_TEST(a_cgroup_file_longer_than_any_buffer_is_read_all_the_same),
		cmocka_unit_test(a_process_shares_its_mm_with_itself_alone),
	};
	return run_rows("scores", score_cases, reads_the_scores) +
	       run_rows("odd files", odd_cases, survives_an_odd_file) +
	       cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
