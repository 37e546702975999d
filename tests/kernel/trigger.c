#include "scene.h"

#include "group.h"

#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

void trigger_sysrq(struct scene *scene)
{
	(void)scene;
	scene_set("/proc/sysrq-trigger", "f");
}

/* At its limit a group may lack the memory to read a file whole: a number may be missing or cut. */
static bool has_killed(long before)
{
	long now = guest_number("/proc/vmstat", "oom_kill");
	return now > before;
}

/* Takes page after page until the kernel has killed: few enough at once that the next shortage is
 * not reached on what the victim gave back. */
static _Noreturn void use_up(void)
{
	enum { STEP = 16 };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	long before = guest_number("/proc/vmstat", "oom_kill");
	while (!has_killed(before)) {
		char *memory = mmap(NULL, STEP * page, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (memory == MAP_FAILED)
			_exit(1);
		madvise(memory, STEP * page, MADV_NOHUGEPAGE);
		for (size_t i = 0; i < STEP; i++)
			memory[i * page] = 1;
	}
	for (;;)
		pause();
}

struct filler {
	int adj;
	const char *group;  /* NULL: where the judge is */
	const char *cpuset; /* file to join by, v1 only */
	int only_node;      /* 1 + node of a memory policy, 0: none */
};

static pid_t start_filler(const struct filler *filler)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	unsigned long mask = 1ul << filler->only_node >> 1;
	guest_run_on(-1);
	prctl(PR_SET_NAME, "trigger");
	if ((filler->group && !group_join(filler->group)) ||
		(filler->cpuset && !guest_write(filler->cpuset, "0")) ||
		!guest_write("/proc/self/oom_score_adj", "%d", filler->adj) ||
		(mask && syscall(SYS_set_mempolicy, MPOL_BIND, &mask, sizeof(mask) * 8)))
		_exit(1);
	use_up();
}

void trigger_host(struct scene *scene)
{
	scene->trigger = start_filler(&(struct filler){ .adj = -1000 });
}

void trigger_ordinary(struct scene *scene)
{
	scene->trigger = start_filler(&(struct filler){ .adj = 0 });
}

void trigger_group(struct scene *scene)
{
	const char *group = scene->fill ? scene->fill : scene->group;
	scene->trigger = start_filler(&(struct filler){ .adj = -1000, .group = group });
}

void trigger_policy(struct scene *scene)
{
	scene->trigger = start_filler(&(struct filler){ .adj = -1000, .only_node = 2 });
}

/* v1 has its cpusets in a hierarchy of their own. */
void trigger_nodes(struct scene *scene)
{
	struct filler filler = { .adj = -1000 };
	if (group_version() == 2)
		filler.group = "/nodes";
	else
		filler.cpuset = "/sys/fs/cgroup/cpuset/nodes/cgroup.procs";
	scene->trigger = start_filler(&filler);
}

/* From a process of its own: the write returns only when the usage has come down. */
void trigger_lower(struct scene *scene)
{
	scene->trigger = fork();
	if (scene->trigger)
		return;
	group_limit(scene->group, scene->lower_to);
	for (;;)
		pause();
}
