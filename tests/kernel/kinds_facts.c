/* What a kernel lets whom do: the ground that actions stand on, through oomspect where it has a
 * command for it. */
#include "scene.h"

#include "group.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448
#endif

enum { USER = 1000, TEXT = 4096 };

static const struct question user = { .uid = USER }, root = { .uid = 0 };

static int adj_of(pid_t pid)
{
	char path[64], text[32];
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	return guest_read(path, text, sizeof(text)) > 0 ? atoi(text) : 9999;
}

/* `oomspect adj VALUE PID` as `uid`: its exit status. */
static int run_adj(int value, pid_t pid, uid_t uid, char *output)
{
	char oomspect[] = "oomspect", adj[] = "adj", end[] = "--", number[16], target[16];
	char *args[] = { oomspect, adj, end, number, target, NULL };
	snprintf(number, sizeof(number), "%d", value);
	snprintf(target, sizeof(target), "%d", pid);
	return oomspect_run(args, &(struct question){ .uid = uid }, output, TEXT);
}

static pid_t start_target(struct scene *scene, int adj, uid_t uid)
{
	struct hog hog = { .name = "target", .adj = adj, .anon = guest_mib(1), .uid = uid };
	return scene_hog(scene, &hog);
}

static void check_root_lowers(struct scene *scene)
{
	char output[TEXT];
	pid_t pid = start_target(scene, 0, 0);
	int lowered = run_adj(-500, pid, 0, output);
	int value = adj_of(pid);
	int exempted = run_adj(-1000, pid, 0, output);
	scene_claim(scene, lowered == 0 && value == -500 && exempted == 0 && adj_of(pid) == -1000,
		"to -500: exit status %d, now %d; to -1000: %d, now %d", lowered, value, exempted,
		adj_of(pid));
}

/* A user may raise it and come back to the floor, which is what root wrote last. */
static void check_user_floor(struct scene *scene)
{
	char output[TEXT];
	pid_t pid = start_target(scene, 100, USER);
	int raised = run_adj(300, pid, USER, output);
	int back = run_adj(100, pid, USER, output);
	int below = run_adj(99, pid, USER, output);
	bool said_why = strstr(output, "CAP_SYS_RESOURCE") != NULL;
	scene_claim(scene, raised == 0 && back == 0 && below == 1 && said_why && adj_of(pid) == 100,
		"raised: %d, back at the floor: %d, below: %d%s, now %d", raised, back, below,
		said_why ? " and says why" : "", adj_of(pid));
}

static void check_user_others(struct scene *scene)
{
	char output[TEXT];
	pid_t pid = start_target(scene, 0, 0);
	int status = run_adj(500, pid, USER, output);
	scene_claim(scene, status == 1 && adj_of(pid) == 0, "exit status %d, now %d", status,
		adj_of(pid));
}

/* Taking the memory of a process that has been killed, and only of such a one. 5.15 on. */
static void check_mrelease(struct scene *scene)
{
	pid_t pid = start_target(scene, 0, 0);
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	long alive = syscall(SYS_process_mrelease, fd, 0) ? errno : 0;
	kill(pid, SIGKILL);
	long killed = syscall(SYS_process_mrelease, fd, 0) ? errno : 0;
	bool old_kernel = alive == ENOSYS;
	/* It may have released its memory by itself before: then there is no such process. */
	scene_claim(scene, old_kernel || (alive == EINVAL && (killed == 0 || killed == ESRCH)),
		"while it lives: %s, killed: %s", strerror((int)alive),
		killed ? strerror((int)killed) : "released");
	close(fd);
}

static void check_dmesg_restrict(struct scene *scene)
{
	char output[TEXT];
	char oomspect[] = "oomspect", events[] = "events";
	char *args[] = { oomspect, events, NULL };
	scene_set("/proc/sys/kernel/dmesg_restrict", "1");
	int restricted = oomspect_run(args, &user, output, sizeof(output));
	bool said_why = !strncmp(output, "oomspect: ", 10);
	int as_root = oomspect_run(args, &root, output, sizeof(output));
	scene_set("/proc/sys/kernel/dmesg_restrict", "0");
	int open_to_all = oomspect_run(args, &user, output, sizeof(output));
	scene_claim(scene, restricted == 1 && said_why && as_root == 0 && open_to_all == 0,
		"user: %d%s, root: %d, user without dmesg_restrict: %d", restricted,
		said_why ? " and says why" : "", as_root, open_to_all);
}

/* Who cannot see the processes must say so with the answer. */
static void check_hidepid(struct scene *scene)
{
	struct answer answer;
	char why[512] = "";
	start_target(scene, 0, 0);
	if (mount(NULL, "/proc", NULL, MS_REMOUNT, "hidepid=2"))
		scene_broken("hidepid: %s", strerror(errno));
	bool answered = answer_ask(&answer, &user, why, sizeof(why));
	scene_claim(scene, answered && answer_doubts(&answer, "hidden"), "uncertain: %s%s",
		answered ? answer.uncertain : "", why);
}

const struct kind kinds_facts[] = {
	{ "fact-root-lowers", "root lowers oom_score_adj", .check = check_root_lowers },
	{ "fact-user-floor", "a user raises it, and lowers it to the floor",
		.check = check_user_floor },
	{ "fact-user-others", "... but not that of others", .check = check_user_others },
	{ "fact-mrelease", "process_mrelease(2) is for the killed only", .check = check_mrelease },
	{ "fact-dmesg-restrict", "the log is closed to users by a setting",
		.check = check_dmesg_restrict },
	{ "fact-hidepid", "hidden processes are announced", .check = check_hidepid },
	{ .name = NULL },
};
