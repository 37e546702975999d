#include "support.h"

#include "support_machine.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int machine_set_up(void **state)
{
	struct machine *machine = calloc(1, sizeof(*machine));
	tree_make(&machine->files);
	machine->root.fd = machine->root.proc_fd = -1;
	*state = machine;
	return 0;
}

int machine_tear_down(void **state)
{
	struct machine *machine = *state;
	memcg_tree_release(&machine->tree);
	root_release(&machine->root);
	tree_remove(&machine->files);
	free(machine);
	return 0;
}

void machine_put_v1(
	const struct machine *machine, const char *cgroup, const char *usage, const char *limit)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "cg/%s/memory.usage_in_bytes", cgroup);
	tree_file(&machine->files, path, usage);
	snprintf(path, sizeof(path), "cg/%s/memory.limit_in_bytes", cgroup);
	tree_file(&machine->files, path, limit);
}

void machine_put(
	const struct machine *machine, const char *cgroup, const char *file, const char *text)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "cg/%s/%s", cgroup, file);
	tree_file(&machine->files, path, text);
}

void machine_read(struct machine *machine)
{
	struct err err = { 0 };
	if (memcg_tree_read(&machine->tree, &err) != ERR_OK)
		fail_msg("%s", err.text);
}

void machine_open(struct machine *machine, const char *mountinfo)
{
	struct err err = { 0 };
	tree_open(&machine->files, mountinfo, &machine->root);
	if (memcg_tree_open(&machine->tree, &machine->root, &err) != ERR_OK)
		fail_msg("%s", err.text);
	machine_read(machine);
}

const struct memcg *machine_row(const struct machine *machine, const char *path)
{
	int32_t index = memcg_tree_find(&machine->tree, path);
	if (index < 0 || strcmp(machine->tree.rows[index].path, path) != 0)
		fail_msg("no row '%s'", path);
	return &machine->tree.rows[index];
}

bool machine_has(const struct machine *machine, const char *path)
{
	int32_t index = memcg_tree_find(&machine->tree, path);
	return index >= 0 && strcmp(machine->tree.rows[index].path, path) == 0;
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
			assert_true(tree->rows[sibling].inode > row->inode);
	}
}
