/* The reader's side of a memory cgroup tree, shared by core/memcg/ only: the table of rows with
 * what is remembered about each directory, the index of paths, the walk, the reading of files. */
#ifndef CORE_MEMCG_WALK_H
#define CORE_MEMCG_WALK_H

#include "oomspect/memcg.h"
#include "oomspect/memcg_file.h"
#include "oomspect/row_order.h"

#include <limits.h>

/* What is remembered about the directory of a row. */
struct memcg_slot {
	size_t path; /* offset in the table's paths */
	uint32_t path_length;
	uint32_t left_out;        /* entries below it that were left out */
	uint64_t links;           /* st_nlink when it was listed: 2 and one for each child */
	int fds[MEMCG_FILE_KEPT]; /* -1, or a kept descriptor */
	bool unread;              /* its files have not been read yet */
	bool changed;             /* a child came or went since it was listed */
	bool gone;                /* it vanished, or another directory has taken its name */
};

/* Rows in pre-order, each with its slot and path. Two of them take turns: the next one is built
 * from the present one. */
struct memcg_table {
	struct memcg *rows;
	struct memcg_slot *slots;
	size_t count, capacity;
	char *paths;
	size_t paths_used, paths_size;
};

/* A directory that the walk has yet to visit. */
struct memcg_pending {
	size_t path; /* offset in the next table's paths */
	uint32_t path_length;
	int32_t parent; /* row in the next table */
	uint64_t inode; /* as the directory above it says: its place among its siblings */
};

struct memcg_walk {
	int version;
	const struct root *root;
	int top_fd;            /* the directory where the hierarchy is mounted */
	bool copied;           /* that is no cgroup file system, but a capture of one */
	char point[PATH_MAX];  /* its path below the root */
	char prefix[PATH_MAX]; /* of every row's path: "" or, by a bind mount, "/docker/ID" */
	char climb
		[PATH_MAX]; /* what a namespace puts before the paths of processes: "" or "/../.." */
	unsigned long reads;
	unsigned fds_left; /* how many more descriptors may be kept */

	struct memcg_table now, next;
	struct memcg_pending *stack;
	size_t pending, stack_size;
	struct row_order order; /* with room for the stack */
	uint32_t *buckets;      /* row + 1, 0: free */
	size_t bucket_count;    /* a power of two */

	char path[PATH_MAX + 64];
	char text[MEMCG_FILE_TEXT_SIZE];
};

/* The row in walk->now with exactly this path, or -1. */
int32_t memcg_index_find(const struct memcg_walk *walk, const char *path, size_t length);

/* The path of a row below top_fd, "." for the top: in walk->path, whose last 64 bytes
 * are left for the name of a file. */
const char *memcg_walk_path(struct memcg_walk *walk, const struct memcg_slot *slot);

/* Looks at each row's directory: whether it is gone, or a child came or went. True when the rows
 * are not what is there any more. */
bool memcg_walk_check(struct memcg_walk *walk);

/* Lists the directories that changed, or `everything`, and makes the rows anew; rows of directories
 * that are still there keep what was read of them. On an error walk->now stays as it was. */
enum err_code memcg_walk_list(struct memcg_walk *walk, bool everything, struct err *err);

/* Takes the rows out that were found gone, with what is below them. */
void memcg_walk_remove_gone(struct memcg_walk *walk);

/* Reads the files of every row. True when a row was found gone, and marked so. */
bool memcg_read_rows(struct memcg_walk *walk);
void memcg_read_close(struct memcg_walk *walk, struct memcg_slot *slot);

/* The row as it is, into a copy: what does not change by itself is left. */
void memcg_read_counters(struct memcg_walk *walk, size_t index, struct memcg *ret);

#endif
