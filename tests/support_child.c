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

static _Noreturn void rest(const char *comm, size_t mib, bool parent, int ready)
{
	prctl(PR_SET_NAME, comm);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!take_memory(mib))
		_exit(1);
	if (parent && fork() == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	else if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static pid_t start(const char *comm, size_t mib, bool parent)
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0)
		rest(comm, mib, parent, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

pid_t child_start(const char *comm)
{
	return start(comm, 0, false);
}

pid_t child_start_parent(const char *comm, size_t mib)
{
	return start(comm, mib, true);
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
