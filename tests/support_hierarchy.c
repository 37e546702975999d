#include "support.h"

#include "support_hierarchy.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int hierarchy_set_up(void **state)
{
	struct hierarchy *hierarchy = calloc(1, sizeof(*hierarchy));
	files_make(&hierarchy->files);
	hierarchy->root.fd = hierarchy->root.proc_fd = -1;
	*state = hierarchy;
	return 0;
}

int hierarchy_tear_down(void **state)
{
	struct hierarchy *hierarchy = *state;
	memcg_tree_release(&hierarchy->tree);
	root_release(&hierarchy->root);
	files_remove(&hierarchy->files);
	free(hierarchy);
	return 0;
}

void hierarchy_put_v1(
	const struct hierarchy *hierarchy, const char *cgroup, const char *usage, const char *limit)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "cg/%s/memory.usage_in_bytes", cgroup);
	files_put(&hierarchy->files, path, usage);
	snprintf(path, sizeof(path), "cg/%s/memory.limit_in_bytes", cgroup);
	files_put(&hierarchy->files, path, limit);
}

void hierarchy_put(
	const struct hierarchy *hierarchy, const char *cgroup, const char *file, const char *text)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "cg/%s/%s", cgroup, file);
	files_put(&hierarchy->files, path, text);
}

void hierarchy_read(struct hierarchy *hierarchy)
{
	struct err err = { 0 };
	if (memcg_tree_read(&hierarchy->tree, &err) != ERR_OK)
		fail_msg("%s", err.text);
}

void hierarchy_open(struct hierarchy *hierarchy, const char *mountinfo)
{
	struct err err = { 0 };
	files_open(&hierarchy->files, mountinfo, &hierarchy->root);
	if (memcg_tree_open(&hierarchy->tree, &hierarchy->root, &err) != ERR_OK)
		fail_msg("%s", err.text);
	hierarchy_read(hierarchy);
}

const struct memcg *hierarchy_row(const struct hierarchy *hierarchy, const char *path)
{
	int32_t index = memcg_tree_find(&hierarchy->tree, path);
	if (index < 0 || strcmp(hierarchy->tree.rows[index].path, path) != 0)
		fail_msg("no row '%s'", path);
	return &hierarchy->tree.rows[index];
}

bool hierarchy_has(const struct hierarchy *hierarchy, const char *path)
{
	int32_t index = memcg_tree_find(&hierarchy->tree, path);
	return index >= 0 && strcmp(hierarchy->tree.rows[index].path, path) == 0;
}

void assert_amount(struct amount amount, enum amount_kind kind, uint64_t bytes)
{
	assert_int_equal(amount.kind, kind);
	if (kind == AMOUNT_BYTES)
		assert_int_equal(amount.bytes, bytes);
}

void assert_consistent(const struct memcg_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		const struct memcg *row = &tree->rows[i];
		assert_int_equal(memcg_tree_find(tree, row->path), i);
		assert_true(
			row->subtree_end > (int32_t)i && (size_t)row->subtree_end <= tree->count);
		assert_int_equal(row->parent < 0, i == 0);
		if (i == 0)
			continue;
		const struct memcg *parent = &tree->rows[row->parent];
		assert_int_equal(row->depth, parent->depth + 1);
		assert_true(row->parent < (int32_t)i && row->subtree_end <= parent->subtree_end);
		int32_t sibling = row->subtree_end;
		if (sibling < parent->subtree_end)
			assert_true(strcmp(tree->rows[sibling].path, row->path) > 0);
	}
}
