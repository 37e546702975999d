#include "memcg_walk.h"

#include <errno.h>
#include <fcntl.h>
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

static ssize_t read_path(struct memcg_walk *walk, const char *path)
{
	ssize_t length = root_read_at(walk->top_fd, path, walk->text, sizeof(walk->text));
	if (length == -EMFILE || length == -ENFILE) {
		give_descriptors_back(walk);
		length = root_read_at(walk->top_fd, path, walk->text, sizeof(walk->text));
	}
	return length;
}

/* Reads by the kept descriptor, which it opens first if it may. */
static ssize_t read_kept(struct memcg_walk *walk, int *fd, const char *path)
{
	if (*fd < 0 && walk->fds_left) {
		*fd = root_open_at(walk->top_fd, path);
		walk->fds_left -= *fd >= 0;
	}
	if (*fd < 0)
		return read_path(walk, path);
	ssize_t length;
	do
		length = pread(*fd, walk->text, sizeof(walk->text), 0);
	while (length < 0 && errno == EINTR);
	return length < 0 ? -errno : length;
}

static void read_file(struct memcg_walk *walk, const struct memcg_file *file, struct memcg *row,
	struct memcg_slot *slot, const char *path)
{
	ssize_t length = file->keep == MEMCG_FILE_REOPENED
		? read_path(walk, path)
		: read_kept(walk, &slot->fds[file->keep], path);
	struct text text = { walk->text, length > 0 ? (size_t)length : 0 };
	file->parse(text, (char *)row + file->offset);
}

/* A row without usage is one whose directory went away, or one that never had the file. */
static bool is_gone(struct memcg_walk *walk, size_t index)
{
	struct stat status;
	if (walk->now.rows[index].usage.kind != AMOUNT_UNKNOWN)
		return false;
	const char *path = memcg_walk_path(walk, &walk->now.slots[index]);
	return fstatat(walk->top_fd, path, &status, AT_SYMLINK_NOFOLLOW) < 0
		? errno == ENOENT || errno == ENODEV
		: status.st_ino != walk->now.rows[index].inode;
}

static void read_row(struct memcg_walk *walk, size_t index)
{
	struct memcg *row = &walk->now.rows[index];
	struct memcg_slot *slot = &walk->now.slots[index];
	bool turn = slot->unread || (index + walk->reads) % TURNS == 0;
	memcg_walk_path(walk, slot);
	size_t length = strlen(walk->path);
	walk->path[length++] = '/';
	for (size_t i = 0; i < memcg_file_count; i++) {
		const struct memcg_file *file = &memcg_files[i];
		if (file->version != walk->version || (file->turn == MEMCG_FILE_IN_TURN && !turn))
			continue;
		memcpy(walk->path + length, file->name, strlen(file->name) + 1);
		read_file(walk, file, row, slot, walk->path);
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
