/* Chance against the rule: loads, adjustments, shapes and trees that nobody thought of. */
#include "scene.h"

#include "group.h"

#include <stdio.h>
#include <string.h>

/* One of many kinds of load; now and then a near copy of the one before. */
static struct hog random_hog(struct scene *scene, const struct hog *before)
{
	struct chance *chance = &scene->chance;
	struct hog hog = { .name = "random" };
	if (before->anon && chance_one_in(chance, 3)) {
		hog = *before;
		hog.anon += chance_between(chance, 0, 3);
		return hog;
	}
	hog.anon = chance_between(chance, 20, guest_mib(chance_one_in(chance, 4) ? 6 : 2));
	if (chance_one_in(chance, 3))
		hog.adj = (int)chance_between(chance, -999, 1000);
	if (chance_one_in(chance, 5))
		hog.shmem = chance_between(chance, 10, guest_mib(2));
	if (chance_one_in(chance, 5))
		hog.tables = chance_between(chance, 1, 60);
	if (chance_one_in(chance, 12))
		hog.kin = HOG_LEADER_GONE;
	hog.cpu = (int)chance_between(chance, -1, 1);
	return hog;
}

static void set_up_host(struct scene *scene)
{
	struct hog hog = { .anon = 0 };
	for (int i = 0; i < 30; i++) {
		hog = random_hog(scene, &hog);
		scene_hog(scene, &hog);
	}
}

/* Those in swap are no near copies of each other: from 6.2 to 6.19 their counters are not exact. */
static void set_up_swap(struct scene *scene)
{
	struct hog hog = { .anon = 0 };
	const struct hog nobody = { .anon = 0 };
	for (int i = 0; i < 24; i++) {
		bool swapped = chance_one_in(&scene->chance, 3);
		hog = random_hog(scene, swapped || hog.swapped ? &nobody : &hog);
		hog.swapped = swapped;
		scene_hog(scene, &hog);
	}
}

static void set_up_group(struct scene *scene)
{
	struct hog hog = { .anon = 0 };
	scene_group(scene, "/judge", GROUP_NO_LIMIT);
	for (int i = 0; i < 16; i++) {
		hog = random_hog(scene, &hog);
		hog.group = "/judge";
		scene_hog(scene, &hog);
	}
	group_limit("/judge", group_usage("/judge") + guest_mib(2));
}

enum { TREE = 12 };

/* Each group below one that was made before it, or at the top. */
static void make_tree(struct scene *scene, char paths[TREE][128])
{
	struct chance *chance = &scene->chance;
	snprintf(paths[0], sizeof(paths[0]), "/judge");
	scene_group(scene, paths[0], GROUP_NO_LIMIT);
	for (int i = 1; i < TREE; i++) {
		char parent[100];
		snprintf(parent, sizeof(parent), "%.99s", paths[chance_between(chance, 0, i - 1)]);
		snprintf(paths[i], sizeof(paths[i]), "%s/%c%d", parent,
			(char)('a' + chance_between(chance, 0, 25)), i);
		scene_group(scene, paths[i], GROUP_NO_LIMIT);
		if (group_version() == 2 && chance_one_in(chance, 5))
			group_set(paths[i], "memory.oom.group", "1");
	}
}

static bool has_children(char paths[TREE][128], int index)
{
	char below[132];
	int length = snprintf(below, sizeof(below), "%s/", paths[index]);
	for (int i = 0; i < TREE; i++)
		if (!strncmp(paths[i], below, (size_t)length))
			return true;
	return false;
}

/* Processes live in leaves only, as v2 demands. The limit is that of a random ancestor. */
static void set_up_tree(struct scene *scene)
{
	static char paths[TREE][128];
	static char limited[128];
	struct hog hog = { .anon = 0 };
	int leaf = 0;
	make_tree(scene, paths);
	for (int i = 0; i < 20; i++) {
		do
			leaf = (int)chance_between(&scene->chance, 0, TREE - 1);
		while (has_children(paths, leaf));
		hog = random_hog(scene, &hog);
		hog.group = paths[leaf];
		scene_hog(scene, &hog);
	}
	scene->fill = paths[leaf];
	snprintf(limited, sizeof(limited), "%s", paths[leaf]);
	while (chance_one_in(&scene->chance, 2) && strrchr(limited, '/') != limited)
		*strrchr(limited, '/') = '\0';
	scene->group = limited;
	group_limit(limited, group_usage(limited) + guest_mib(1));
}

const struct kind kinds_random[] = {
	{ "random-host", "30 processes of any kind, one killed after another", .setup = set_up_host,
		.trigger = trigger_sysrq, .runs = 4, .kills = 25, .quick = true },
	{ "random-swap", "the same, some of them swapped out", .setup = set_up_swap,
		.trigger = trigger_sysrq, .needs = NEED_SWAP, .may_doubt = "counters", .runs = 2,
		.kills = 18 },
	{ "random-group", "the same inside a limit", .setup = set_up_group,
		.trigger = trigger_group, .runs = 4, .kills = 8 },
	{ "random-tree",
		"random trees of groups, one limit in them, memory.oom.group here and there",
		.setup = set_up_tree, .trigger = trigger_group, .runs = 15, .kills = 1 },
	{ .name = NULL },
};
