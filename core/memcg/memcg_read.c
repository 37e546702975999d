#include "memcg_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
static bool is_gone(struct memcg_walk *walk, size_t index)
{
	struct stat status;
	if (walk->now.rows[index].usage.kind != AMOUNT_UNKNOWN)
		return false;
	const char *path = memcg_walk_path(walk, &walk->now.slots[index]);
	int result = root_stat_at(walk->root, walk->top_fd, path, &status);
	if (result == 0)
		return status.st_ino != walk->now.rows[index].inode;
	return result == -ENOENT || result == -ENODEV || result == -ENOTDIR || result == -ELOOP;
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
	int64_t ooms = row->events.oom;
	bool turn = slot->unread || (index + walk->reads) % TURNS == 0;
	memcg_walk_path(walk, slot);
	size_t length = strlen(walk->path);
	walk->path[length++] = '/';
	for (size_t i = 0; i < memcg_file_count; i++) {
		const struct memcg_file *file = &memcg_files[i];
		struct moved moved = { !same_amount(row->usage, before), row->events.oom != ooms };
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
		walk->now.slots[i].gone = is_gone(walk, i);
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
