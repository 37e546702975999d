#include "oomspect/capture.h"

#include "oomspect/ranking.h"
#include "oomspect/sampler.h"

#include "support.h"
#include "support_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A machine that is read, and a name below /tmp for what is captured of it. */
struct capturing {
	struct root root;
	char parent[64], copy[80];
};

static void open_machine(struct capturing *capturing, const char *path)
{
	snprintf(capturing->parent, sizeof(capturing->parent), "/tmp/oomspect-capture-XXXXXX");
	assert_non_null(mkdtemp(capturing->parent));
	snprintf(capturing->copy, sizeof(capturing->copy), "%s/copy", capturing->parent);
	assert_int_equal(root_open(&capturing->root, path, NULL), ERR_OK);
}

static void close_machine(struct capturing *capturing)
{
	root_release(&capturing->root);
	remove_tree(capturing->parent);
}

/* A sample of what is below `path`. */
struct view {
	struct root root;
	struct sampler sampler;
	const struct snapshot *snapshot;
	struct ranking ranking;
};

static void look_at(struct view *view, const char *path)
{
	const struct sampler_options options = { .memcgs = true };
	assert_int_equal(root_open(&view->root, path, NULL), ERR_OK);
	assert_int_equal(sampler_init(&view->sampler, &view->root, &options, NULL), ERR_OK);
	assert_int_equal(sampler_sample(&view->sampler, NULL), ERR_OK);
	view->snapshot = sampler_latest(&view->sampler);
	ranking_init(&view->ranking);
	const struct domain domain = domain_host(view->snapshot);
	assert_int_equal(
		ranking_build(&view->ranking, view->snapshot,
			&(struct ranking_wish){ .domain = &domain, .moment = MOMENT_NOW }, NULL),
		ERR_OK);
}

static void look_away(struct view *view)
{
	ranking_release(&view->ranking);
	sampler_release(&view->sampler);
	root_release(&view->root);
}

/* All but the number of the cgroup's row, which follows the directories' inodes. */
static void assert_same_task(const struct snapshot *left, const struct task *a,
	const struct snapshot *right, const struct task *b)
{
	struct task copy = *b;
	assert_string_equal(left->memcgs->rows[a->memcg].path, right->memcgs->rows[b->memcg].path);
	copy.memcg = a->memcg;
	assert_memory_equal(a, &copy, sizeof(*a));
}

static void assert_same_machine(const struct view *a, const struct view *b)
{
	const struct snapshot *left = a->snapshot, *right = b->snapshot;
	assert_int_equal(left->count, right->count);
	for (size_t i = 0; i < left->count; i++)
		assert_same_task(left, &left->tasks[i], right, &right->tasks[i]);
	assert_int_equal(left->host.total_pages, right->host.total_pages);
	assert_int_equal(left->host.era.flags, right->host.era.flags);
	assert_int_equal(left->host.init_pid_ns, right->host.init_pid_ns);
	assert_memory_equal(&left->host.meminfo, &right->host.meminfo, sizeof(left->host.meminfo));
	assert_memory_equal(&left->host.vm, &right->host.vm, sizeof(left->host.vm));
	assert_int_equal(left->host.zone_count, right->host.zone_count);
	assert_memory_equal(
		left->host.node_present, right->host.node_present, sizeof(left->host.node_present));
	assert_int_equal(left->memcgs->version, right->memcgs->version);
	assert_int_equal(left->memcgs->count, right->memcgs->count);
	for (size_t i = 0; i < a->ranking.count; i++)
		assert_int_equal(a->ranking.rows[i].task->pid, b->ranking.rows[i].task->pid);
}

static const struct machine_case {
	const char *claim;
	const char *path;
	size_t cgroups;
} machine_cases[] = {
	{ "what is captured of a machine of today reads the same", "tests/fixtures/machine-6.18",
		3 },
	{ "what is captured of a machine of before 5.9 reads the same",
		"tests/fixtures/machine-4.19", 3 },
};

static void reads_the_same_from_its_capture(void **state)
{
	const struct machine_case *row = *state;
	struct capturing capturing;
	struct capture_result result;
	struct view original, copy;
	open_machine(&capturing, row->path);
	assert_int_equal(capture_write(&capturing.root, capturing.copy, &result, NULL), ERR_OK);
	look_at(&original, row->path);
	look_at(&copy, capturing.copy);
	assert_same_machine(&original, &copy);
	assert_int_equal(result.processes, original.snapshot->count);
	assert_int_equal(result.cgroups, row->cgroups);
	assert_true(result.files > 4 * result.processes);
	look_away(&original);
	look_away(&copy);
	close_machine(&capturing);
}

static void this_machine_can_be_captured_and_ranked(void **state)
{
	struct capturing capturing;
	struct capture_result result = { 0 };
	struct view copy;
	(void)state;
	open_machine(&capturing, "/");
	assert_int_equal(capture_write(&capturing.root, capturing.copy, &result, NULL), ERR_OK);
	look_at(&copy, capturing.copy);
	assert_int_equal(copy.snapshot->count, result.processes);
	assert_null(snapshot_find(copy.snapshot, getpid()));
	assert_true(copy.ranking.killable > 0);
	assert_true(copy.snapshot->memcgs->count == result.cgroups);
	look_away(&copy);
	close_machine(&capturing);
}

static void keeps_what_documents_ask_beside_the_sample(void **state)
{
	struct capturing capturing;
	struct capture_result result;
	char path[128], line[64];
	(void)state;
	open_machine(&capturing, "tests/fixtures/machine-6.18");
	assert_int_equal(capture_write(&capturing.root, capturing.copy, &result, NULL), ERR_OK);
	snprintf(path, sizeof(path), "%s/etc/passwd", capturing.copy);
	assert_int_equal(access(path, R_OK), 0);
	struct root copy;
	assert_int_equal(root_open(&copy, capturing.copy, NULL), ERR_OK);
	assert_true(proc_read_cmdline(&copy, 1, line, sizeof(line)) > 0);
	assert_string_equal(line, "init");
	root_release(&copy);
	close_machine(&capturing);
}

static void put_long(const struct tree *tree, const char *path, const char *end)
{
	static char text[200001];
	size_t length = sizeof(text) - 1 - strlen(end);
	memset(text, 'x', length);
	for (size_t i = 63; i < length; i += 64)
		text[i] = '\n';
	strcpy(text + length, end);
	tree_write(tree, path, text);
}

static void keeps_files_of_any_length_whole(void **state)
{
	static const char *const paths[] = { "etc/passwd", "proc/42/cmdline" };
	struct capturing capturing;
	struct capture_result result;
	struct tree tree;
	struct stat status;
	char path[256];
	(void)state;
	tree_init(&tree);
	tree_add(&tree, &(struct tree_process){ .pid = 42, .rss = 5 });
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		put_long(&tree, paths[i], "the end");
	open_machine(&capturing, tree.path);
	assert_int_equal(capture_write(&capturing.root, capturing.copy, &result, NULL), ERR_OK);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		snprintf(path, sizeof(path), "%s/%s", capturing.copy, paths[i]);
		assert_return_code(stat(path, &status), errno);
		assert_int_equal(status.st_size, 200000);
	}
	close_machine(&capturing);
	tree_release(&tree);
}

/* --- where nothing can be written */

static void make_nothing(const char *path)
{
	(void)path;
}

static void make_parentless(const char *path)
{
	char parent[128];
	snprintf(parent, sizeof(parent), "%.*s", (int)(strrchr(path, '/') - path), path);
	assert_return_code(rmdir(parent), errno);
}

static void make_file(const char *path)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
}

static void make_full_directory(const char *path)
{
	char inside[128];
	assert_return_code(mkdir(path, 0755), errno);
	snprintf(inside, sizeof(inside), "%s/here", path);
	make_file(inside);
}

static void make_empty_directory(const char *path)
{
	assert_return_code(mkdir(path, 0755), errno);
}

static const struct target_case {
	const char *claim;
	void (*make)(const char *path);
	enum err_code code;
} target_cases[] = {
	{ "a directory is created", make_nothing, ERR_OK },
	{ "an empty directory will do", make_empty_directory, ERR_OK },
	{ "a directory that is not empty is refused", make_full_directory, ERR_IO },
	{ "a file is refused", make_file, ERR_NOT_FOUND },
	{ "a directory without a parent is refused", make_parentless, ERR_NOT_FOUND },
};

static void captures_into(void **state)
{
	const struct target_case *row = *state;
	struct capturing capturing;
	struct capture_result result;
	struct err err;
	open_machine(&capturing, "tests/fixtures/machine-6.18");
	row->make(capturing.copy);
	enum err_code code = capture_write(&capturing.root, capturing.copy, &result, &err);
	assert_null(capturing.root.listener);
	mkdir(capturing.parent, 0700);
	close_machine(&capturing);
	assert_int_equal(code, row->code);
	if (code != ERR_OK)
		assert_non_null(strstr(err.text, capturing.copy));
}

static void says_which_file_could_not_be_written(void **state)
{
	struct capturing capturing;
	struct capture_result result;
	struct err err;
	struct rlimit before, none;
	(void)state;
	open_machine(&capturing, "tests/fixtures/machine-6.18");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = (struct rlimit){ 0, before.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	enum err_code code = capture_write(&capturing.root, capturing.copy, &result, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	close_machine(&capturing);
	assert_int_equal(code, ERR_TOO_BIG);
	assert_non_null(strstr(err.text, "cannot write '/tmp/oomspect-capture-"));
	assert_non_null(strstr(err.text, ": File too large"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_machine_can_be_captured_and_ranked),
		cmocka_unit_test(keeps_what_documents_ask_beside_the_sample),
		cmocka_unit_test(keeps_files_of_any_length_whole),
		cmocka_unit_test(says_which_file_could_not_be_written),
	};
	return run_rows("machines", machine_cases, reads_the_same_from_its_capture) +
	       run_rows("targets", target_cases, captures_into) +
	       cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
