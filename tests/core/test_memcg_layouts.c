/* Real layouts of memory cgroups, from tests/fixtures/cgroups (README there). */
#include "support.h"

#include "support_hierarchy.h"

#include "oomspect/memcg_name.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/fixtures/cgroups/"

/* A layout while it is made. */
struct layout {
	struct hierarchy hierarchy;
	char base[256]; /* "at" */
	char mountinfo[4096];
	int stage; /* 0: directories are made, 1: processes are looked up */
	unsigned processes;
};

static void put(struct layout *layout, const char *cgroup, const char *file, const char *text)
{
	char path[PATH_MAX], line[4200];
	snprintf(path, sizeof(path), "%s/%s/%s", layout->base, cgroup, file);
	snprintf(line, sizeof(line), "%s\n", text);
	files_put(&layout->hierarchy.files, path, line);
}

static void make_v1(struct layout *layout, char *const words[])
{
	char stat[64];
	put(layout, words[0], "memory.usage_in_bytes", words[1]);
	put(layout, words[0], "memory.limit_in_bytes", words[2]);
	snprintf(stat, sizeof(stat), "hierarchical_memory_limit %s", words[3]);
	put(layout, words[0], "memory.stat", stat);
}

static void make_v2(struct layout *layout, char *const words[])
{
	put(layout, words[0], "memory.current", words[1]);
	put(layout, words[0], "memory.max", words[2]);
}

static void check_process(struct layout *layout, char *const words[])
{
	const struct memcg_tree *tree = &layout->hierarchy.tree;
	struct memcg_name name;
	int32_t index = memcg_tree_find(tree, words[0]);
	layout->processes++;
	if (strcmp(words[1], "outside") == 0) {
		assert_int_equal(index, -1);
		return;
	}
	assert_true(index >= 0);
	const struct memcg *row = &tree->rows[index];
	assert_string_equal(row->path, words[1]);
	assert_string_equal(row->limited_by >= 0 ? tree->rows[row->limited_by].path
			    : row->limit_hidden  ? "hidden"
						 : "none",
		words[2]);
	memcg_name_of(row->path, &name);
	assert_string_equal(memcg_kind_names[name.kind], words[3]);
	assert_string_equal(name.name, words[4]);
}

static void make_dir(struct layout *layout, char *const words[])
{
	put(layout, words[0], "cgroup.procs", "");
}

static void set_base(struct layout *layout, char *const words[])
{
	snprintf(layout->base, sizeof(layout->base), "%s", words[0]);
}

/* What a line begins with, how many words follow (the last is the rest of the line), when it is
 * done and by whom. */
static const struct statement {
	const char *name;
	int words, stage;
	void (*run)(struct layout *layout, char *const words[]);
} statements[] = {
	{ "at", 1, 0, set_base },
	{ "v1", 4, 0, make_v1 },
	{ "v2", 3, 0, make_v2 },
	{ "dir", 1, 0, make_dir },
	{ "process", 5, 1, check_process },
};

static void add_mountinfo(struct layout *layout, const char *line)
{
	size_t used = strlen(layout->mountinfo);
	snprintf(layout->mountinfo + used, sizeof(layout->mountinfo) - used, "%s\n", line);
}

static void put_file(struct layout *layout, char *line)
{
	char *text = strchr(line, ' ');
	assert_non_null(text);
	*text++ = '\0';
	put(layout, ".", line, text);
}

static void run_line(struct layout *layout, char *line)
{
	char *words[6] = { NULL }, *rest = line;
	const char *name = strsep(&rest, " ");
	if (*name == '#' || *name == '\0')
		return;
	if (strcmp(name, "mountinfo") == 0 || strcmp(name, "file") == 0) {
		if (layout->stage == 0 && *name == 'm')
			add_mountinfo(layout, rest);
		else if (layout->stage == 0)
			put_file(layout, rest);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(statements); i++) {
		if (strcmp(statements[i].name, name) != 0)
			continue;
		for (int word = 0; word < statements[i].words; word++)
			assert_non_null(words[word] = strsep(&rest, " "));
		if (statements[i].stage == layout->stage)
			statements[i].run(layout, words);
		return;
	}
	fail_msg("unknown statement '%s'", name);
}

static void run_file(struct layout *layout, const char *path)
{
	char *line = NULL;
	size_t size = 0;
	FILE *stream = fopen(path, "re");
	if (!stream)
		fail_msg("no %s: run the tests from the top of the tree", path);
	strcpy(layout->base, ".");
	while (getline(&line, &size, stream) > 0) {
		line[strcspn(line, "\n")] = '\0';
		run_line(layout, line);
	}
	free(line);
	fclose(stream);
}

struct layout_row {
	const char *claim;
};

static const struct layout_row layouts[] = {
	{ "docker-v1" },
	{ "docker-v2" },
	{ "docker-v2-inside" },
	{ "docker-v1-bind" },
	{ "docker-v1-namespace" },
	{ "kubepods-systemd" },
	{ "kubepods-cgroupfs" },
	{ "podman-lxc-v2" },
	{ "host-mounted" },
};

static void check_layout(void **state)
{
	const struct layout_row *row = *state;
	static struct layout layout;
	char path[128];
	void *hierarchy;
	memset(&layout, 0, sizeof(layout));
	hierarchy_set_up(&hierarchy);
	layout.hierarchy = *(struct hierarchy *)hierarchy;
	free(hierarchy);
	snprintf(path, sizeof(path), FOLDER "%s.layout", row->claim);
	run_file(&layout, path);
	hierarchy_open(&layout.hierarchy, layout.mountinfo);
	assert_consistent(&layout.hierarchy.tree);
	layout.stage = 1;
	run_file(&layout, path);
	assert_true(layout.processes > 0);
	memcg_tree_release(&layout.hierarchy.tree);
	root_release(&layout.hierarchy.root);
	files_remove(&layout.hierarchy.files);
}

int main(void)
{
	return run_rows("layouts of memory cgroups", layouts, check_layout);
}
