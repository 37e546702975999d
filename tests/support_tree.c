#include "support_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMINFO \
	"MemTotal:        4194304 kB\n" \
	"MemAvailable:    2097152 kB\n" \
	"SwapTotal:       1048576 kB\n" \
	"SwapFree:        1048576 kB\n"

static void make_parents(const char *path)
{
	char parent[PATH_MAX];
	snprintf(parent, sizeof(parent), "%s", path);
	for (char *slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(parent, 0755) < 0)
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
}

static void full_path(const struct tree *tree, const char *path, char *ret)
{
	assert_in_range(snprintf(ret, PATH_MAX, "%s/%s", tree->path, path), 1, PATH_MAX - 1);
}

void tree_write_bytes(const struct tree *tree, const char *path, const void *bytes, size_t length)
{
	char full[PATH_MAX];
	full_path(tree, path, full);
	make_parents(full);
	FILE *file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

void tree_write(const struct tree *tree, const char *path, const char *text)
{
	tree_write_bytes(tree, path, text, strlen(text));
}

void tree_link(const struct tree *tree, const char *path, const char *target)
{
	char full[PATH_MAX];
	full_path(tree, path, full);
	make_parents(full);
	assert_return_code(symlink(target, full), errno);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void remove_tree(const char *path)
{
	assert_return_code(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS), errno);
}

void tree_remove(const struct tree *tree, const char *path)
{
	char full[PATH_MAX];
	full_path(tree, path, full);
	remove_tree(full);
}

void tree_init(struct tree *tree)
{
	struct err err;
	*tree = (struct tree){ .path = "/tmp/oomspect-test-XXXXXX" };
	assert_non_null(mkdtemp(tree->path));
	tree_write(tree, "proc/meminfo", MEMINFO);
	tree_write(tree, "proc/sys/kernel/osrelease", "6.1.0\n");
	assert_int_equal(root_open(&tree->root, tree->path, &err), ERR_OK);
}

void tree_release(struct tree *tree)
{
	root_release(&tree->root);
	remove_tree(tree->path);
}

static void write_stat(const struct tree *tree, const struct tree_process *process)
{
	char path[64], text[512];
	snprintf(path, sizeof(path), "proc/%d/stat", (int)process->pid);
	snprintf(text, sizeof(text),
		"%d (%s) %c %d 0 0 0 0 %" PRIu64 " 0 0 0 0 0 0 0 0 20 0 %d 0 %" PRIu64 " 0 %" PRId64
		" 18446744073709551615 0 0\n",
		(int)process->pid, process->comm ? process->comm : "task",
		process->state ? process->state : 'S', (int)process->ppid, process->flags,
		process->threads ? process->threads : 1, process->start,
		process->stat_rss ? process->stat_rss : process->rss);
	tree_write(tree, path, text);
}

static void write_status(const struct tree *tree, const struct tree_process *process)
{
	char path[64], text[1024], mm[512] = "";
	snprintf(path, sizeof(path), "proc/%d/status", (int)process->pid);
	if (!process->no_mm)
		snprintf(mm, sizeof(mm),
			"VmLck:\t       0 kB\n"
			"VmRSS:\t%8" PRId64 " kB\n"
			"RssAnon:\t%8" PRId64 " kB\nRssFile:\t       0 kB\nRssShmem:\t       0 kB\n"
			"VmPTE:\t%8" PRId64 " kB\nVmSwap:\t%8" PRId64 " kB\n",
			process->rss * 4, process->rss * 4, process->pte_kb, process->swap * 4);
	snprintf(text, sizeof(text),
		"Name:\ttask\nUid:\t0\t0\t0\t0\n%sThreads:\t%d\nCapEff:\t%016" PRIx64 "\n", mm,
		process->threads ? process->threads : 1, process->cap_eff);
	tree_write(tree, path, text);
}

static void write_number(const struct tree *tree, const struct tree_process *process,
	const char *name, int64_t number)
{
	char path[64], text[32];
	snprintf(path, sizeof(path), "proc/%d/%s", (int)process->pid, name);
	snprintf(text, sizeof(text), "%" PRId64 "\n", number);
	tree_write(tree, path, text);
}

void tree_add(const struct tree *tree, const struct tree_process *process)
{
	char path[64], text[256];
	write_stat(tree, process);
	write_status(tree, process);
	write_number(tree, process, "oom_score", process->oom_score);
	write_number(tree, process, "oom_score_adj", process->adj);
	if (!process->cgroup)
		return;
	snprintf(path, sizeof(path), "proc/%d/cgroup", (int)process->pid);
	snprintf(text, sizeof(text), "2:memory:%s\n", process->cgroup);
	tree_write(tree, path, text);
}

int tree_setup(void **state)
{
	struct tree *tree = malloc(sizeof(*tree));
	if (!tree)
		return -1;
	tree_init(tree);
	*state = tree;
	return 0;
}

int tree_teardown(void **state)
{
	tree_release(*state);
	free(*state);
	return 0;
}
