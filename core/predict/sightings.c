#include "oomspect/sightings.h"

#include "oomspect/array.h"

#include <stdlib.h>
#include <string.h>

/* The log's clock and ours may differ that much, and a sample begins a moment before it reads. */
#define SLACK_US 20000

void sightings_init(struct sightings *sightings)
{
	*sightings = (struct sightings){ .latest = 0 };
	for (size_t i = 0; i < SIGHTINGS_KEPT; i++) {
		snapshot_init(&sightings->sights[i].shot);
		sightings->sights[i].counted_us = SIGHTINGS_NEVER;
	}
	outlook_init(&sightings->outlook);
}

void sightings_release(struct sightings *sightings)
{
	for (size_t i = 0; i < SIGHTINGS_KEPT; i++) {
		snapshot_release(&sightings->sights[i].shot);
		free(sightings->sights[i].tree.rows);
		free(sightings->sights[i].paths);
		free(sightings->sights[i].told);
	}
	outlook_release(&sightings->outlook);
	sightings_init(sightings);
}

static bool look_again(const void *context, const char *path, struct memcg *row)
{
	return memcg_look_again(context, path, row);
}

void sightings_look_at(struct sightings *sightings, const struct memcg_tree *tree)
{
	sightings->look_again = look_again;
	sightings->context = tree;
}

/* --- keeping a sample -------------------------------------------------------------------------- */

static size_t size_of_paths(const struct memcg_tree *tree)
{
	size_t size = 0;
	for (size_t i = 0; i < tree->count; i++)
		size += strlen(tree->rows[i].path) + 1;
	return size;
}

static bool reserve(struct sight *sight, const struct snapshot *snapshot)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	return ARRAY_RESERVE(sight->shot.tasks, sight->shot.capacity, snapshot->count) &&
	       ARRAY_RESERVE(sight->told, sight->told_capacity, snapshot->count) &&
	       ARRAY_RESERVE(sight->tree.rows, sight->row_capacity, tree->count) &&
	       ARRAY_RESERVE(sight->paths, sight->path_capacity, size_of_paths(tree));
}

/* Kernel threads are killed by nobody. */
static void copy_tasks(struct sight *sight, const struct snapshot *snapshot)
{
	struct snapshot *shot = &sight->shot;
	shot->count = 0;
	for (size_t i = 0; i < snapshot->count; i++)
		if (!snapshot->tasks[i].kthread)
			shot->tasks[shot->count++] = snapshot->tasks[i];
	memset(sight->told, 0, shot->count * sizeof(*sight->told));
}

static void copy_tree(struct sight *sight, const struct memcg_tree *tree)
{
	char *path = sight->paths;
	sight->tree.version = tree->version;
	sight->tree.count = tree->count;
	sight->tree.left_out = tree->left_out;
	for (size_t i = 0; i < tree->count; i++) {
		size_t size = strlen(tree->rows[i].path) + 1;
		sight->tree.rows[i] = tree->rows[i];
		sight->tree.rows[i].path = memcpy(path, tree->rows[i].path, size);
		path += size;
	}
}

static void copy(struct sight *sight, const struct snapshot *snapshot)
{
	struct snapshot kept = sight->shot;
	sight->shot = *snapshot;
	sight->shot.tasks = kept.tasks;
	sight->shot.capacity = kept.capacity;
	sight->shot.memcgs = &sight->tree;
	sight->shot.paths = NULL;
	copy_tasks(sight, snapshot);
	copy_tree(sight, snapshot->memcgs);
}

enum err_code sightings_note(struct sightings *sightings, const struct snapshot *snapshot,
	struct sightings_clock now, struct err *err)
{
	unsigned next = (sightings->latest + 1) % SIGHTINGS_KEPT;
	struct sight *sight = &sightings->sights[next];
	sight->counted_us = SIGHTINGS_NEVER;
	if (!reserve(sight, snapshot))
		return err_set(err, ERR_NO_MEMORY, "cannot keep a sample: out of memory");
	copy(sight, snapshot);
	sight->counted_us = now.mono_us;
	sight->begun_us = now.mono_us;
	if (snapshot->host.boot_ms != UNKNOWN)
		sight->begun_us -= now.boot_us - snapshot->host.boot_ms * 1000;
	sightings->latest = next;
	return ERR_OK;
}

/* --- looking one up ---------------------------------------------------------------------------- */

const struct sight *sightings_get(const struct sightings *sightings, unsigned age)
{
	const struct sight *sight =
		&sightings->sights[(sightings->latest + SIGHTINGS_KEPT - age) % SIGHTINGS_KEPT];
	return sight->counted_us == SIGHTINGS_NEVER ? NULL : sight;
}

/* A process that is gone but for its parent has no memory, and one that a signal ends may be the
 * very one that has been killed. */
bool sightings_alive(const struct task *task)
{
	return task->has_mm && !task->exiting;
}

/* Where the first thread of a process has exited the kernel names another one of it. */
static const struct task *find_process(const struct snapshot *shot, pid_t pid)
{
	const struct task *found = snapshot_find(shot, pid);
	for (size_t i = 0; i < shot->count && !found; i++)
		if (shot->tasks[i].has_mm && shot->tasks[i].mm_tid == pid)
			found = &shot->tasks[i];
	return found;
}

/* One that was killed while its files were read may be without a cgroup. */
static bool is_whole(const struct sight *sight, const struct task *task)
{
	return task->memcg != UNKNOWN || !sight->tree.version;
}

static bool find_in(const struct sightings *sightings, pid_t pid, int64_t until_us, bool whole,
	struct sighting *ret)
{
	for (unsigned age = 0; age < SIGHTINGS_KEPT; age++) {
		const struct sight *sight = sightings_get(sightings, age);
		if (!sight ||
			(until_us != SIGHTINGS_NEVER && sight->begun_us > until_us + SLACK_US))
			continue;
		const struct task *task = find_process(&sight->shot, pid);
		if (!task || !sightings_alive(task) || (whole && !is_whole(sight, task)))
			continue;
		*ret = (struct sighting){ sight, task };
		return true;
	}
	return false;
}

bool sightings_find(
	const struct sightings *sightings, pid_t pid, int64_t until_us, struct sighting *ret)
{
	return find_in(sightings, pid, until_us, true, ret) ||
	       find_in(sightings, pid, until_us, false, ret);
}

void sightings_tell(struct sightings *sightings, const struct task *task)
{
	pid_t pid = task->pid;
	uint64_t start_ticks = task->start_ticks;
	for (size_t i = 0; i < SIGHTINGS_KEPT; i++) {
		struct sight *sight = &sightings->sights[i];
		const struct task *same = snapshot_find(&sight->shot, pid);
		if (same && same->start_ticks == start_ticks)
			sight->told[same - sight->shot.tasks] = true;
	}
}

bool sightings_told(const struct sight *sight, const struct task *task)
{
	return sight->told[task - sight->shot.tasks];
}

static bool is_same_row(const struct memcg *row, const struct memcg *other)
{
	return row->inode == other->inode && strcmp(row->path, other->path) == 0;
}

const struct memcg *sightings_row(const struct sight *sight, const struct memcg *row, size_t place)
{
	const struct memcg_tree *tree = &sight->tree;
	if (place < tree->count && is_same_row(&tree->rows[place], row))
		return &tree->rows[place];
	for (size_t i = 0; i < tree->count; i++)
		if (is_same_row(&tree->rows[i], row))
			return &tree->rows[i];
	return NULL;
}

const struct memcg *sightings_row_before(
	const struct sightings *sightings, const struct sight *sight, int32_t row, int64_t until_us)
{
	const struct memcg *then = &sight->tree.rows[row];
	if (until_us == SIGHTINGS_NEVER || sight->counted_us <= until_us)
		return then;
	for (unsigned age = 0; age < SIGHTINGS_KEPT; age++) {
		const struct sight *older = sightings_get(sightings, age);
		const struct memcg *found = older && older->counted_us <= until_us
						    ? sightings_row(older, then, (size_t)row)
						    : NULL;
		if (found)
			return found;
	}
	return then;
}

enum err_code sightings_rank(struct sightings *sightings, const struct sight *sight,
	const struct domain *domain, enum moment moment, struct err *err)
{
	return outlook_build(&sightings->outlook, &sight->shot, domain, moment, NULL, 0, err);
}
