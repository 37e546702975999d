#include "memcg_walk.h"

#include "oomspect/text.h"

#include <stdlib.h>
#include <string.h>

/* Whoever may make cgroups may make their names collide; the cost is then theirs to bear in cgroups,
 * and a walk compares lengths first. */
static uint64_t hash_of(const char *path, size_t length)
{
	return text_hash(TEXT_HASH, (struct text){ path, length });
}

enum err_code memcg_index_reserve(struct memcg_walk *walk, size_t rows, struct err *err)
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
	memcg_index_build(walk);
	return ERR_OK;
}

void memcg_index_build(struct memcg_walk *walk)
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
