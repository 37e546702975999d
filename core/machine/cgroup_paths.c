#include "oomspect/cgroup_paths.h"

#include "oomspect/amount.h"
#include "oomspect/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	char *path; /* NULL: a free id */
	uint64_t hash;
	bool marked;
};

struct cgroup_paths {
	struct entry *entries; /* by id */
	size_t count, capacity;
	int32_t *slots; /* open addressing: id, or UNKNOWN; twice the capacity, a power of two */
	size_t slot_count;
};

struct cgroup_paths *cgroup_paths_new(void)
{
	return calloc(1, sizeof(struct cgroup_paths));
}

void cgroup_paths_free(struct cgroup_paths *paths)
{
	if (!paths)
		return;
	for (size_t i = 0; i < paths->count; i++)
		free(paths->entries[i].path);
	free(paths->entries);
	free(paths->slots);
	free(paths);
}

static int32_t *slot_of(struct cgroup_paths *paths, const char *path, uint64_t hash)
{
	size_t mask = paths->slot_count - 1;
	for (size_t at = hash & mask;; at = (at + 1) & mask) {
		int32_t id = paths->slots[at];
		if (id == UNKNOWN)
			return &paths->slots[at];
		const struct entry *entry = &paths->entries[id];
		if (entry->hash == hash && strcmp(entry->path, path) == 0)
			return &paths->slots[at];
	}
}

static void fill_slots(struct cgroup_paths *paths)
{
	for (size_t i = 0; i < paths->slot_count; i++)
		paths->slots[i] = UNKNOWN;
	for (size_t id = 0; id < paths->count; id++) {
		const struct entry *entry = &paths->entries[id];
		if (entry->path)
			*slot_of(paths, entry->path, entry->hash) = (int32_t)id;
	}
}

static bool grow(struct cgroup_paths *paths)
{
	size_t capacity = paths->capacity ? paths->capacity * 2 : 64;
	struct entry *entries = reallocarray(paths->entries, capacity, sizeof(*entries));
	if (!entries)
		return false;
	paths->entries = entries;
	int32_t *slots = reallocarray(paths->slots, capacity * 2, sizeof(*slots));
	if (!slots)
		return false;
	paths->slots = slots;
	paths->capacity = capacity;
	paths->slot_count = capacity * 2;
	fill_slots(paths);
	return true;
}

static size_t free_id(const struct cgroup_paths *paths)
{
	size_t id = 0;
	while (id < paths->count && paths->entries[id].path)
		id++;
	return id;
}

int32_t cgroup_paths_id(struct cgroup_paths *paths, const char *path)
{
	uint64_t hash = text_hash(TEXT_HASH, text_of(path));
	if (paths->slot_count && *slot_of(paths, path, hash) != UNKNOWN)
		return *slot_of(paths, path, hash);
	size_t id = free_id(paths);
	if (id == paths->capacity && !grow(paths))
		return UNKNOWN;
	struct entry *entry = &paths->entries[id];
	*entry = (struct entry){ .path = strdup(path), .hash = hash, .marked = true };
	if (!entry->path)
		return UNKNOWN;
	*slot_of(paths, path, hash) = (int32_t)id;
	if (id == paths->count)
		paths->count++;
	return (int32_t)id;
}

const char *cgroup_paths_get(const struct cgroup_paths *paths, int32_t id)
{
	if (id < 0 || (size_t)id >= paths->count)
		return NULL;
	return paths->entries[id].path;
}

void cgroup_paths_mark(struct cgroup_paths *paths, int32_t id)
{
	if (id >= 0 && (size_t)id < paths->count)
		paths->entries[id].marked = true;
}

void cgroup_paths_sweep(struct cgroup_paths *paths)
{
	for (size_t id = 0; id < paths->count; id++) {
		struct entry *entry = &paths->entries[id];
		if (!entry->marked) {
			free(entry->path);
			entry->path = NULL;
		}
		entry->marked = false;
	}
	fill_slots(paths);
}
