#include "memcg_walk.h"

#include "oomspect/array.h"
#include "oomspect/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the index of paths ----------------------------------------------------------------------- */

/* A user who may make cgroups can make paths that collide, at the price of a cgroup for each; and
 * lengths are compared before bytes. */
static uint64_t hash_of(const char *path, size_t length)
{
	return text_hash(TEXT_HASH, (struct text){ path, length });
}

static void index_build(struct memcg_walk *walk)
{
	const struct memcg_table *table = &walk->now;
	memset(walk->buckets, 0, walk->bucket_count * sizeof(*walk->buckets));
	for (size_t i = 0; i < table->count; i++) {
		uint64_t at = hash_of(table->rows[i].path, table->slots[i].path_length);
		while (walk->buckets[at & (walk->bucket_count - 1)])
			at++;
		walk->buckets[at & (walk->bucket_count - 1)] = (uint32_t)i + 1;
	}
}

/* Room for `rows`. */
static enum err_code index_reserve(struct memcg_walk *walk, size_t rows, struct err *err)
{
	size_t needed = 64;
	while (needed < 2 * rows)
		needed *= 2;
	if (needed <= walk->bucket_count)
		return ERR_OK;
	uint32_t *buckets = calloc(needed, sizeof(*buckets));
	if (!buckets)
		return err_set(
			err, ERR_NO_MEMORY, "cannot read %zu memory cgroups: out of memory", rows);
	free(walk->buckets);
	walk->buckets = buckets;
	walk->bucket_count = needed;
	index_build(walk);
	return ERR_OK;
}

int32_t memcg_index_find(const struct memcg_walk *walk, const char *path, size_t length)
{
	if (walk->bucket_count == 0)
		return -1;
	for (uint64_t at = hash_of(path, length);; at++) {
		uint32_t row = walk->buckets[at & (walk->bucket_count - 1)];
		if (row == 0)
			return -1;
		row--;
		if (walk->now.slots[row].path_length == length &&
			memcmp(walk->now.rows[row].path, path, length) == 0)
			return (int32_t)row;
	}
}

/* --- the walk --------------------------------------------------------------------------------- */

/* Paths that the kernel itself cannot name (PATH_MAX) are left out, so nobody can make a tree of
 * them that costs more than its number of directories. */
#define PATH_LENGTH_MAX (PATH_MAX - 64)

static bool fit_rows(struct memcg_table *table, size_t count)
{
	return ARRAY_RESERVE_TOO(table->rows, table->capacity, count) &&
	       ARRAY_RESERVE(table->slots, table->capacity, count);
}

static bool fit_paths(struct memcg_table *table, size_t bytes)
{
	return ARRAY_RESERVE(table->paths, table->paths_size, bytes);
}

static bool grow_stack(struct memcg_walk *walk)
{
	return ARRAY_RESERVE(walk->stack, walk->stack_size, walk->pending + 1) &&
	       row_order_reserve(&walk->order, walk->stack_size, NULL) == ERR_OK;
}

static const char *below_top(struct memcg_walk *walk, const char *path, size_t length)
{
	size_t skipped = strlen(walk->prefix) + 1;
	if (length <= skipped)
		return strcpy(walk->path, ".");
	memcpy(walk->path, path + skipped, length - skipped);
	walk->path[length - skipped] = '\0';
	return walk->path;
}

const char *memcg_walk_path(struct memcg_walk *walk, const struct memcg_slot *slot)
{
	return below_top(walk, walk->now.paths + slot->path, slot->path_length);
}

static bool is_there(struct memcg_walk *walk, size_t row, struct stat *ret_status)
{
	const char *path = memcg_walk_path(walk, &walk->now.slots[row]);
	return root_stat_at(walk->root, walk->top_fd, path, ret_status) == 0 &&
	       ret_status->st_ino == walk->now.rows[row].inode;
}

bool memcg_walk_check(struct memcg_walk *walk)
{
	struct memcg_slot *slots = walk->now.slots;
	bool differs = walk->now.count == 0;
	for (size_t i = 0; i < walk->now.count; i++) {
		struct stat status;
		int32_t parent = walk->now.rows[i].parent;
		slots[i].gone = !is_there(walk, i, &status);
		slots[i].changed = !slots[i].gone && status.st_nlink != slots[i].links;
		/* Another directory may have taken its name: the number of links is then the same. */
		if (slots[i].gone && parent >= 0)
			slots[parent].changed = true;
		differs |= slots[i].gone || slots[i].changed;
	}
	return differs;
}

/* A directory while it is visited. */
struct visit {
	struct memcg_walk *walk;
	struct memcg_pending dir;
	struct memcg_slot slot;
	uint64_t inode;
	bool has_memory;
	bool no_memory;
};

/* Puts the child `name` of the visited directory on the stack. False when out of memory. */
static bool push_child(struct visit *visit, const char *name, uint64_t inode)
{
	struct memcg_table *next = &visit->walk->next;
	size_t above = visit->dir.path_length, length = strlen(name);
	if (next->paths[visit->dir.path + above - 1] == '/')
		above--; /* of the top, "/" */
	if (above + 1 + length > PATH_LENGTH_MAX) {
		visit->slot.left_out++;
		return true;
	}
	if (!fit_paths(next, next->paths_used + above + 1 + length + 1) || !grow_stack(visit->walk))
		return false;
	char *path = next->paths + next->paths_used;
	memcpy(path, next->paths + visit->dir.path, above);
	path[above] = '/';
	memcpy(path + above + 1, name, length + 1);
	visit->walk->stack[visit->walk->pending++] = (struct memcg_pending){ next->paths_used,
		(uint32_t)(above + 1 + length), (int32_t)next->count, inode };
	next->paths_used += above + 1 + length + 1;
	return true;
}

static bool visit_entry(void *context, const struct root_entry *entry)
{
	struct visit *visit = context;
	if (!entry->is_dir)
		visit->has_memory |= strcmp(entry->name, "memory.current") == 0;
	else
		visit->no_memory = !push_child(visit, entry->name, entry->inode);
	return !visit->no_memory;
}

/* What opening a directory says that has left its place. */
static bool is_gone(int error)
{
	return error == -ENOENT || error == -ENODEV || error == -ENOTDIR || error == -ELOOP;
}

/* False when the directory is gone. */
static bool list(struct visit *visit)
{
	struct memcg_walk *walk = visit->walk;
	struct stat status;
	const char *path =
		below_top(walk, walk->next.paths + visit->dir.path, visit->dir.path_length);
	int fd = root_open_dir_at(walk->root, walk->top_fd, path);
	if (fd < 0) { /* denied, or no descriptor left: a row all the same */
		visit->slot.left_out = 1;
		visit->has_memory = true;
		visit->inode = visit->dir.inode;
		return !is_gone(fd);
	}
	bool there = fstat(fd, &status) == 0;
	visit->inode = there ? status.st_ino : 0;
	visit->slot.links = there ? status.st_nlink : 0;
	/* The links were counted before the children: one that comes meanwhile is found next time. */
	there = there && root_each_entry(fd, visit_entry, visit) == 0;
	close(fd);
	return there;
}

/* The children of a directory in which nothing changed, from the present rows. */
static void reuse(struct visit *visit, int32_t row)
{
	const struct memcg_table *now = &visit->walk->now;
	visit->inode = now->rows[row].inode;
	visit->slot.links = now->slots[row].links;
	visit->slot.left_out = now->slots[row].left_out;
	visit->has_memory = true;
	for (int32_t i = row + 1; i < now->rows[row].subtree_end; i = now->rows[i].subtree_end)
		if (!now->slots[i].gone && !visit->no_memory)
			visit->no_memory = !push_child(
				visit, strrchr(now->rows[i].path, '/') + 1, now->rows[i].inode);
}

static int last_name_first(const void *a, const void *b, void *context)
{
	const struct memcg_pending *x = a, *y = b;
	const struct memcg_walk *walk = context;
	return strcmp(walk->next.paths + y->path, walk->next.paths + x->path);
}

/* What is on the stack from `mark` on, youngest first: the stack gives back the oldest. In a copy
 * inodes say nothing of the order of creation, and names at least give the same order each time. */
static void order_children(struct memcg_walk *walk, size_t mark)
{
	struct memcg_pending *children = walk->stack + mark;
	size_t count = walk->pending - mark;
	if (walk->copied) {
		qsort_r(children, count, sizeof(*children), last_name_first, walk);
		return;
	}
	for (size_t i = 0; i < count; i++)
		walk->order.keys[i] = (struct row_key){ .first = ~children[i].inode };
	row_order_apply(&walk->order, children, count, sizeof(*children));
}

static void append_row(struct visit *visit)
{
	struct memcg_table *next = &visit->walk->next;
	struct memcg *row = &next->rows[next->count];
	*row = (struct memcg){ .parent = visit->dir.parent, .inode = visit->inode };
	row->depth = row->parent < 0 ? 0 : next->rows[row->parent].depth + 1;
	row->limited_by = -1;
	memcg_row_forget(row, visit->walk->version);
	visit->slot.path = visit->dir.path;
	visit->slot.path_length = visit->dir.path_length;
	visit->slot.unread = true;
	for (int i = 0; i < MEMCG_FILE_KEPT; i++)
		visit->slot.fds[i] = -1;
	next->slots[next->count++] = visit->slot;
}

/* Takes a directory off the stack, its children onto it, and makes its row: on v2 only of one that
 * has the memory controller; what is below one that has not cannot have it either. False when out
 * of memory. */
static bool visit_next(struct memcg_walk *walk, bool everything)
{
	struct visit visit = { .walk = walk, .dir = walk->stack[--walk->pending] };
	size_t mark = walk->pending;
	const char *path = walk->next.paths + visit.dir.path;
	int32_t known = memcg_index_find(walk, path, visit.dir.path_length);
	bool there = true;
	if (everything || known < 0 || walk->now.slots[known].changed ||
		walk->now.slots[known].gone)
		there = list(&visit);
	else
		reuse(&visit, known);
	bool row = there && (walk->version == 1 || visit.has_memory || visit.dir.parent < 0);
	if (visit.no_memory || (row && !fit_rows(&walk->next, walk->next.count + 1)))
		return false;
	if (!row) {
		walk->pending = mark;
		return true;
	}
	order_children(walk, mark);
	append_row(&visit);
	return true;
}

static bool push_top(struct memcg_walk *walk)
{
	const char *path = *walk->prefix ? walk->prefix : "/";
	size_t length = strlen(path);
	if (!fit_paths(&walk->next, length + 1) || !grow_stack(walk))
		return false;
	memcpy(walk->next.paths, path, length + 1);
	walk->next.paths_used = length + 1;
	walk->stack[walk->pending++] = (struct memcg_pending){ 0, (uint32_t)length, -1, 0 };
	return true;
}

/* Paths may have moved, and ends of subtrees are known only when all rows are there. */
static void finish_rows(struct memcg_table *table)
{
	for (size_t i = table->count; i-- > 0;) {
		struct memcg *row = &table->rows[i];
		row->path = table->paths + table->slots[i].path;
		if (row->subtree_end == 0)
			row->subtree_end = (int32_t)i + 1;
		if (row->parent >= 0 && table->rows[row->parent].subtree_end < row->subtree_end)
			table->rows[row->parent].subtree_end = row->subtree_end;
	}
}

/* A row of a directory that is still there keeps what was read of it. */
static void adopt(struct memcg_walk *walk, size_t row)
{
	struct memcg *made = &walk->next.rows[row];
	struct memcg_slot *slot = &walk->next.slots[row];
	int32_t known = memcg_index_find(walk, made->path, slot->path_length);
	if (known < 0 || walk->now.rows[known].inode != made->inode)
		return;
	struct memcg kept = walk->now.rows[known];
	struct memcg_slot *left = &walk->now.slots[known];
	kept.path = made->path;
	kept.parent = made->parent;
	kept.depth = made->depth;
	kept.subtree_end = made->subtree_end;
	*made = kept;
	slot->unread = left->unread;
	memcpy(slot->fds, left->fds, sizeof(slot->fds));
	for (int i = 0; i < MEMCG_FILE_KEPT; i++)
		left->fds[i] = -1;
}

enum err_code memcg_walk_list(struct memcg_walk *walk, bool everything, struct err *err)
{
	walk->next.count = walk->next.paths_used = walk->pending = 0;
	bool fits = push_top(walk);
	while (fits && walk->pending)
		fits = visit_next(walk, everything);
	if (!fits)
		return err_set(err, ERR_NO_MEMORY, "cannot read memory cgroups: out of memory");
	if (walk->next.count == 0)
		return err_set(err, ERR_GONE, "the memory cgroup hierarchy is not there any more");
	enum err_code code = index_reserve(walk, walk->next.count, err);
	if (code != ERR_OK)
		return code;
	finish_rows(&walk->next);
	for (size_t i = 0; i < walk->next.count; i++)
		adopt(walk, i);
	for (size_t i = 0; i < walk->now.count; i++)
		memcg_read_close(walk, &walk->now.slots[i]);
	struct memcg_table table = walk->now;
	walk->now = walk->next;
	walk->next = table;
	/* The other table gets its room now: at its turn there may be less memory. If there is none
	 * now either, it is asked for again then. */
	if (fit_rows(&walk->next, walk->now.count))
		fit_paths(&walk->next, walk->now.paths_used);
	index_build(walk);
	return ERR_OK;
}

/* The parent of a row of `depth` that comes after row `before` in pre-order. */
static int32_t parent_after(const struct memcg_table *table, int32_t before, int32_t depth)
{
	while (before >= 0 && table->rows[before].depth >= depth)
		before = table->rows[before].parent;
	return before;
}

void memcg_walk_remove_gone(struct memcg_walk *walk)
{
	struct memcg_table *table = &walk->now;
	size_t kept = 0;
	for (size_t i = 0; i < table->count;) {
		size_t end = (size_t)table->rows[i].subtree_end;
		if (table->slots[i].gone) {
			while (i < end)
				memcg_read_close(walk, &table->slots[i++]);
			continue;
		}
		struct memcg *row = &table->rows[kept];
		*row = table->rows[i];
		row->parent = parent_after(table, (int32_t)kept - 1, row->depth);
		row->subtree_end = 0;
		table->slots[kept++] = table->slots[i++];
	}
	table->count = kept;
	finish_rows(table);
	index_build(walk);
}

/* --- the files of a row ----------------------------------------------------------------------- */

/* What changes rarely is read of an eighth of the rows each time. */
#define TURNS 8

void memcg_read_close(struct memcg_walk *walk, struct memcg_slot *slot)
{
	for (int i = 0; i < MEMCG_FILE_KEPT; i++) {
		if (slot->fds[i] < 0)
			continue;
		close(slot->fds[i]);
		slot->fds[i] = -1;
		walk->fds_left++;
	}
}

/* The rest of the program needs descriptors more than the walk does: from now on none is kept. */
static void give_descriptors_back(struct memcg_walk *walk)
{
	for (size_t i = 0; i < walk->now.count; i++)
		memcg_read_close(walk, &walk->now.slots[i]);
	walk->fds_left = 0;
}

static int open_path(struct memcg_walk *walk, const char *path)
{
	int fd = root_open_at(walk->root, walk->top_fd, path);
	if (fd == -EMFILE || fd == -ENFILE) {
		give_descriptors_back(walk);
		fd = root_open_at(walk->root, walk->top_fd, path);
	}
	return fd;
}

/* One read: these files are given whole, and asking for the end of one would make the kernel count
 * everything in it once more. */
static ssize_t read_fd(struct memcg_walk *walk, int fd)
{
	ssize_t length;
	do
		length = pread(fd, walk->text, sizeof(walk->text), 0);
	while (length < 0 && errno == EINTR);
	/* One that fills the buffer may go on: part of a file is no file, its last number may be cut. */
	return length == (ssize_t)sizeof(walk->text) ? -EFBIG : length;
}

static void tell(const struct memcg_walk *walk, size_t length)
{
	char path[2 * PATH_MAX + 64];
	if (!walk->root->listener)
		return;
	snprintf(path, sizeof(path), "%s/%s", walk->point, walk->path);
	root_tell(walk->root, path, walk->text, length);
}

/* Reads by the kept descriptor if there is one, else opens the file, and keeps that if it may. */
static void read_file(struct memcg_walk *walk, const struct memcg_file *file, struct memcg *row,
	struct memcg_slot *slot)
{
	bool keep = file->keep != MEMCG_FILE_REOPENED;
	int fd = keep && slot->fds[file->keep] >= 0 ? slot->fds[file->keep]
						    : open_path(walk, walk->path);
	ssize_t length = fd >= 0 ? read_fd(walk, fd) : -1;
	if (length >= 0)
		tell(walk, (size_t)length);
	file->parse((struct text){ walk->text, length > 0 ? (size_t)length : 0 },
		(char *)row + file->offset);
	if (fd < 0 || (keep && fd == slot->fds[file->keep]))
		return;
	if (keep && walk->fds_left) {
		walk->fds_left--;
		slot->fds[file->keep] = fd;
	} else {
		close(fd);
	}
}

/* A row without usage is one whose directory went away, or one that never had the file. */
static bool has_gone(struct memcg_walk *walk, size_t index)
{
	struct stat status;
	if (walk->now.rows[index].usage.kind != AMOUNT_UNKNOWN)
		return false;
	const char *path = memcg_walk_path(walk, &walk->now.slots[index]);
	int result = root_stat_at(walk->root, walk->top_fd, path, &status);
	if (result == 0)
		return status.st_ino != walk->now.rows[index].inode;
	return is_gone(result);
}

static bool same_amount(struct amount a, struct amount b)
{
	return a.kind == b.kind && a.bytes == b.bytes;
}

/* What of a row has moved since it was read last. */
struct moved {
	bool usage, oom;
};

/* Usage is read each time whatever it costs; the rest is worth opening only when that moved. */
static bool is_due(const struct memcg_file *file, const struct memcg_slot *slot, struct moved moved)
{
	bool cheap = file->keep != MEMCG_FILE_REOPENED && slot->fds[file->keep] >= 0;
	switch (file->turn) {
	case MEMCG_FILE_EACH_TIME:
		return moved.usage || cheap || file->offset == offsetof(struct memcg, usage);
	case MEMCG_FILE_WHEN_MOVED:
		return moved.usage;
	case MEMCG_FILE_AFTER_OOM:
		return moved.oom;
	case MEMCG_FILE_IN_TURN:
		break;
	}
	return false;
}

static void read_row(struct memcg_walk *walk, size_t index)
{
	struct memcg *row = &walk->now.rows[index];
	struct memcg_slot *slot = &walk->now.slots[index];
	struct amount before = row->usage;
	struct memcg_events events = row->events;
	bool turn = slot->unread || (index + walk->reads) % TURNS == 0;
	memcg_walk_path(walk, slot);
	size_t length = strlen(walk->path);
	walk->path[length++] = '/';
	for (size_t i = 0; i < memcg_file_count; i++) {
		const struct memcg_file *file = &memcg_files[i];
		struct moved moved = { !same_amount(row->usage, before),
			row->events.oom != events.oom || row->events.oom_kill != events.oom_kill };
		bool asked = file->turn == MEMCG_FILE_AFTER_OOM ? slot->unread : turn;
		if (file->version != walk->version || (!asked && !is_due(file, slot, moved)))
			continue;
		memcpy(walk->path + length, file->name, strlen(file->name) + 1);
		read_file(walk, file, row, slot);
	}
	memcg_row_finish(row, walk->version);
	slot->unread = false;
}

bool memcg_read_rows(struct memcg_walk *walk)
{
	bool gone = false;
	for (size_t i = 0; i < walk->now.count; i++) {
		read_row(walk, i);
		walk->now.slots[i].gone = has_gone(walk, i);
		gone |= walk->now.slots[i].gone;
	}
	return gone;
}

/* What an OOM kill moves. */
static bool is_counter(const struct memcg_file *file)
{
	return file->turn != MEMCG_FILE_IN_TURN && file->offset != offsetof(struct memcg, psi);
}

void memcg_read_counters(struct memcg_walk *walk, size_t index, struct memcg *ret)
{
	memcg_walk_path(walk, &walk->now.slots[index]);
	size_t length = strlen(walk->path);
	walk->path[length++] = '/';
	*ret = walk->now.rows[index];
	for (size_t i = 0; i < memcg_file_count; i++) {
		const struct memcg_file *file = &memcg_files[i];
		if (file->version != walk->version || !is_counter(file))
			continue;
		memcpy(walk->path + length, file->name, strlen(file->name) + 1);
		read_file(walk, file, ret, &walk->now.slots[index]);
	}
}
