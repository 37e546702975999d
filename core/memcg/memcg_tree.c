#include "memcg_walk.h"
#include "oomspect/memcg_mount.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

/* A v2 controller enabled on an existing cgroup leaves no trace in the directory above. */
#define LIST_ALL_EVERY 16

/* Each kept descriptor costs 4 KiB of kernel memory. */
#define KEPT_DESCRIPTORS_MAX 4096
#define OTHERS_MIN           16 /* descriptors that the rest of the program needs at once */

void memcg_tree_init(struct memcg_tree *tree)
{
	*tree = (struct memcg_tree){ 0 };
}

static void release_table(struct memcg_table *table)
{
	free(table->rows);
	free(table->slots);
	free(table->paths);
}

void memcg_tree_release(struct memcg_tree *tree)
{
	struct memcg_walk *walk = tree->walk;
	if (walk) {
		for (size_t i = 0; i < walk->now.count; i++)
			memcg_read_close(walk, &walk->now.slots[i]);
		close(walk->top_fd);
		release_table(&walk->now);
		release_table(&walk->next);
		free(walk->stack);
		row_order_release(&walk->order);
		free(walk->buckets);
		free(walk);
	}
	memcg_tree_init(tree);
}

/* The search for the mount: the best so far, and its open directory. */
struct search {
	const struct root *root;
	struct memcg_mount best; /* version 0: none */
	int fd;
};

static const char *below_root(const struct memcg_mount *mount)
{
	return mount->point[1] ? mount->point + 1 : ".";
}

static bool has_memory(const struct root *root, const struct memcg_mount *mount)
{
	char controllers[4096], path[PATH_MAX + 32];
	if (mount->version == 1)
		return true;
	snprintf(path, sizeof(path), "%s/cgroup.controllers", below_root(mount));
	return root_read(root, path, controllers, sizeof(controllers)) > 0 &&
	       memcg_mount_has_memory(text_of(controllers));
}

/* A mount that shows the hierarchy from its top is better than one that shows a part. */
static bool is_better(const struct memcg_mount *mount, const struct memcg_mount *best)
{
	return best->version == 0 ||
	       (memcg_mount_is_top(mount->shown) && !memcg_mount_is_top(best->shown));
}

static bool consider(void *context, struct text line)
{
	struct search *search = context;
	struct memcg_mount mount;
	if (!memcg_mount_parse(line, &mount) || !is_better(&mount, &search->best))
		return true;
	int fd = root_open_dir(search->root, below_root(&mount));
	if (fd < 0)
		return true;
	if (!has_memory(search->root, &mount)) {
		close(fd);
		return true;
	}
	if (search->fd >= 0)
		close(search->fd);
	search->fd = fd;
	search->best = mount;
	return true;
}

/* Below another root it is process 1 there whose mount points are relative to that root; a captured
 * tree may have kept only the capturer's own. */
static void find_mount(struct search *search)
{
	static const char *const files[] = { "proc/1/mountinfo", "proc/self/mountinfo" };
	for (size_t i = search->root->live ? 1 : 0; i < 2 && search->best.version == 0; i++)
		root_each_line(search->root, files[i], ROOT_MOUNTS_MAX, consider, search);
}

static bool is_cgroup_fs(int fd)
{
	struct statfs status;
	return fstatfs(fd, &status) == 0 &&
	       (status.f_type == CGROUP_SUPER_MAGIC || status.f_type == CGROUP2_SUPER_MAGIC);
}

static unsigned descriptors_to_keep(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	rlim_t half = limit.rlim_cur > 2 * OTHERS_MIN ? limit.rlim_cur / 2 - OTHERS_MIN : 0;
	return half < KEPT_DESCRIPTORS_MAX ? (unsigned)half : KEPT_DESCRIPTORS_MAX;
}

enum err_code memcg_tree_open(struct memcg_tree *tree, const struct root *root, struct err *err)
{
	struct search search = { .root = root, .fd = -1 };
	memcg_tree_init(tree);
	find_mount(&search);
	if (search.best.version == 0)
		return ERR_OK;
	struct memcg_walk *walk = calloc(1, sizeof(*walk));
	if (!walk) {
		close(search.fd);
		return err_set(err, ERR_NO_MEMORY, "cannot read memory cgroups: out of memory");
	}
	walk->version = search.best.version;
	walk->root = root;
	text_copy(text_of(below_root(&search.best)), walk->point, sizeof(walk->point));
	walk->top_fd = search.fd;
	walk->copied = !is_cgroup_fs(search.fd);
	walk->fds_left = descriptors_to_keep();
	if (!memcg_mount_is_top(search.best.shown))
		text_copy(text_of(search.best.shown), walk->prefix, sizeof(walk->prefix));
	else if (strcmp(search.best.shown, "/") != 0)
		text_copy(text_of(search.best.shown), walk->climb, sizeof(walk->climb));
	tree->walk = walk;
	tree->version = walk->version;
	return ERR_OK;
}

static void show(struct memcg_tree *tree)
{
	const struct memcg_table *table = &tree->walk->now;
	tree->rows = table->rows;
	tree->count = table->count;
	tree->left_out = 0;
	for (size_t i = 0; i < table->count; i++)
		tree->left_out += table->slots[i].left_out;
}

enum err_code memcg_tree_read(struct memcg_tree *tree, struct err *err)
{
	struct memcg_walk *walk = tree->walk;
	enum err_code code = ERR_OK;
	if (!walk)
		return ERR_OK;
	bool everything = walk->version == 2 && walk->reads % LIST_ALL_EVERY == 0;
	if (memcg_walk_check(walk) || everything)
		code = memcg_walk_list(walk, everything, err);
	if (code && code != ERR_GONE) /* whoever looks at the rows may go on */
		return code;
	if (memcg_read_rows(walk))
		memcg_walk_remove_gone(walk);
	walk->reads++;
	show(tree);
	memcg_tree_derive(tree);
	return code;
}

/* The path of a process, without what a namespace puts before it. False when the process is outside
 * of the hierarchy that is seen. */
static bool strip(const struct memcg_walk *walk, const char **path)
{
	size_t climb = strlen(walk->climb);
	if (climb && strncmp(*path, walk->climb, climb) == 0 &&
		((*path)[climb] == '/' || (*path)[climb] == '\0'))
		*path += climb;
	if (**path == '\0')
		*path = "/";
	return *walk->prefix || (strncmp(*path, "/../", 4) != 0 && strcmp(*path, "/..") != 0);
}

int32_t memcg_tree_find(const struct memcg_tree *tree, const char *path)
{
	if (!tree->walk || !strip(tree->walk, &path))
		return -1;
	for (size_t length = strlen(path); length > 0;) {
		int32_t row = memcg_index_find(tree->walk, path, length);
		if (row >= 0)
			return row;
		while (length > 0 && path[--length] != '/')
			;
	}
	return *path == '/' ? memcg_index_find(tree->walk, "/", 1) : -1;
}

bool memcg_tree_covers(const struct memcg_tree *tree, int32_t index, int32_t other)
{
	const struct memcg *row = &tree->rows[index];
	return other == index ||
	       (row->use_hierarchy != 0 && other > index && other < row->subtree_end);
}

bool memcg_look_again(const struct memcg_tree *tree, const char *path, struct memcg *ret)
{
	int32_t row = memcg_tree_find(tree, path);
	if (row < 0 || strcmp(tree->rows[row].path, path) != 0)
		return false;
	memcg_read_counters(tree->walk, (size_t)row, ret);
	return ret->usage.kind != AMOUNT_UNKNOWN;
}

/* Numbers of a file such as cgroup.procs, stored as long as there is room. */
struct numbers {
	pid_t *pids;
	size_t capacity, count;
};

static bool take_number(void *context, struct text line)
{
	struct numbers *numbers = context;
	uint64_t pid;
	if (!text_to_u64(line, &pid) || pid > INT32_MAX)
		return true;
	if (numbers->count < numbers->capacity)
		numbers->pids[numbers->count] = (pid_t)pid;
	numbers->count++;
	return true;
}

ssize_t memcg_procs(const struct memcg_tree *tree, int32_t index, pid_t *pids, size_t capacity)
{
	struct numbers numbers = { pids, capacity, 0 };
	char path[PATH_MAX + 64];
	if (tree->version != 2 || !tree->walk)
		return -ENOTSUP;
	const char *below = memcg_walk_path(tree->walk, &tree->walk->now.slots[index]);
	snprintf(path, sizeof(path), "%s/cgroup.procs", below);
	int fd = root_open_at(tree->walk->root, tree->walk->top_fd, path);
	if (fd < 0)
		return fd;
	int result = root_each_line_of(fd, ROOT_PIDS_MAX, take_number, &numbers);
	close(fd);
	return result < 0 ? result : (ssize_t)numbers.count;
}
