/* Domains cut out by NUMA nodes, and machines that are built in another way. */
#include "scene.h"

#include "group.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A cpuset of the second node, where the trigger will run out of memory. */
static void make_cpuset(void)
{
	if (group_version() == 2) {
		/* Only here: each cpuset that comes or goes has the kernel patch its allocator, and under
		 * emulation the other CPU may run into the half-made patch. */
		if (!group_make("/nodes") || !group_set("", "cgroup.subtree_control", "+cpuset") ||
			!group_set("/nodes", "cpuset.mems", "1"))
			scene_broken("cpuset: %s", strerror(errno));
		return;
	}
	if (mkdir("/sys/fs/cgroup/cpuset/nodes", 0755) && errno != EEXIST)
		scene_broken("cpuset: %s", strerror(errno));
	scene_set("/sys/fs/cgroup/cpuset/nodes/cpuset.cpus", "0-1");
	scene_set("/sys/fs/cgroup/cpuset/nodes/cpuset.mems", "1");
}

static void make_other_cpuset(void)
{
	if (!group_make("/others") || !group_set("/others", "cpuset.mems", "0"))
		scene_broken("cpuset: %s", strerror(errno));
}

static void start_sizes(struct scene *scene)
{
	for (int i = 0; i < 4; i++) {
		/* On the second CPU, whose node is the one that runs out: their end helps there. */
		struct hog hog = {
			.name = "anywhere", .cpu = 1, .anon = guest_mib(2) * (1 + i * 3 % 4)
		};
		hog.anon += chance_between(&scene->chance, 0, guest_mib(1) / 2);
		scene_hog(scene, &hog);
	}
}

static void set_up_cpuset(struct scene *scene)
{
	make_cpuset();
	start_sizes(scene);
	scene->nodes = "1";
}

/* The largest may not use the node that ran out: it is no candidate. */
static void set_up_cpuset_others(struct scene *scene)
{
	struct hog hog = { .name = "other node", .group = "/others", .anon = guest_mib(18) };
	make_cpuset();
	make_other_cpuset();
	scene_hog(scene, &hog);
	start_sizes(scene);
	scene->nodes = "1";
}

static void set_up_policy(struct scene *scene)
{
	start_sizes(scene);
	scene->nodes = "1";
}

/* Bound to the other node by a policy, which /proc shows only to those who may trace it. */
static void set_up_policy_others(struct scene *scene)
{
	struct hog hog = { .name = "bound", .only_node = 1, .anon = guest_mib(18) };
	scene_hog(scene, &hog);
	start_sizes(scene);
	scene->nodes = "1";
}

static void set_up_highmem(struct scene *scene)
{
	for (int i = 0; i < 4; i++) {
		struct hog hog = { .name = "high", .anon = guest_mib(20) * (1 + i * 3 % 4) };
		hog.anon += chance_between(&scene->chance, 0, guest_mib(4));
		scene_hog(scene, &hog);
	}
}

static void set_up_user(struct scene *scene)
{
	scene->asks_as = 1000;
	for (int i = 0; i < 10; i++) {
		struct hog hog = { .name = "adjusted" };
		hog.anon = chance_between(&scene->chance, 100, guest_mib(4));
		hog.adj = (int)chance_between(&scene->chance, -900, 1000);
		scene_hog(scene, &hog);
	}
}

const struct kind kinds_odd[] = {
	{ "nodes-cpuset", "a cpuset's nodes run out while others are free", .setup = set_up_cpuset,
		.trigger = trigger_nodes, .needs = NEED_NODES, .kills = 2,
		.may_doubt = "mempolicy" },
	{ "nodes-cpuset-others", "who may not use these nodes is no candidate",
		.setup = set_up_cpuset_others, .trigger = trigger_nodes,
		.needs = NEED_NODES | NEED_V2, .may_doubt = "mempolicy" },
	{ "nodes-policy", "a memory policy's node runs out", .setup = set_up_policy,
		.trigger = trigger_policy, .needs = NEED_NODES, .doubt = "mempolicy" },
	{ "nodes-policy-others", "policies of others are not looked at",
		.setup = set_up_policy_others, .trigger = trigger_policy, .needs = NEED_NODES,
		.doubt = "mempolicy" },
	{ "highmem", "memory above the kernel's reach counts alike", .setup = set_up_highmem,
		.trigger = trigger_sysrq, .needs = NEED_HIGHMEM, .kills = 3 },
	{ "plain-user", "a plain user's prediction is as good", .setup = set_up_user,
		.trigger = trigger_sysrq, .runs = 2, .kills = 5, .quick = true },
	{ .name = NULL },
};
