#include "support_child.h"

#include "support.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static bool take_memory(size_t mib)
{
	return mib == 0 || mmap(NULL, mib << 20, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) != MAP_FAILED;
}

/* What it is to become. */
struct child {
	const char *comm;
	size_t mib;
	bool parent;
	uid_t real, effective;
};

#define SAME_USER ((uid_t)-1)

static _Noreturn void rest(const struct child *child, int ready)
{
	if (setresuid(child->real, child->effective, child->effective))
		_exit(1);
	prctl(PR_SET_NAME, child->comm);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!take_memory(child->mib))
		_exit(1);
	if (child->parent && fork() == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	else if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* 0 when it could not become what it should be. */
static pid_t start(const struct child *child)
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0)
		rest(child, ready[1]);
	close(ready[1]);
	bool started = read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	if (!started)
		waitpid(pid, NULL, 0);
	return started ? pid : 0;
}

static pid_t start_same_user(struct child child)
{
	child.real = child.effective = SAME_USER;
	pid_t pid = start(&child);
	assert_true(pid > 0);
	return pid;
}

pid_t child_start(const char *comm)
{
	return start_same_user((struct child){ .comm = comm });
}

pid_t child_start_of(const char *comm, uid_t real, uid_t effective)
{
	pid_t pid = start(&(struct child){ .comm = comm, .real = real, .effective = effective });
	if (pid == 0)
		skip_because("only root becomes another user");
	return pid;
}

pid_t child_start_parent(const char *comm, size_t mib)
{
	return start_same_user((struct child){ .comm = comm, .mib = mib, .parent = true });
}

void child_end(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int child_adj(pid_t pid)
{
	char path[64];
	int adj;
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	FILE *file = fopen(path, "re");
	bool known = file && fscanf(file, "%d", &adj) == 1;
	if (file)
		fclose(file);
	return known ? adj : CHILD_ADJ_UNREADABLE;
}
