#include "support_crowd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static bool set_adj(int adj)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", adj);
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	bool set = fd >= 0 && write(fd, text, (size_t)length) == length;
	if (fd >= 0)
		close(fd);
	return set;
}

static void live(const struct crowd *crowd, struct crowd_member member)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char byte;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(crowd->life_fds[1]);
	char *memory = mmap(NULL, (member.pages + 1) * page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		_exit(1);
	madvise(memory, (member.pages + 1) * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < member.pages; i++)
		memory[i * page] = 1;
	byte = set_adj(member.adj) ? 'y' : 'n';
	if (byte == 'n')
		set_adj(abs(member.adj));
	/* Ends when the parent closes the other end, or is gone. */
	if (write(crowd->ready_fds[1], &byte, 1) == 1)
		while (read(crowd->life_fds[0], &byte, 1) < 0 && errno == EINTR)
			;
	_exit(0);
}

static bool wait_until_ready(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->count; i++) {
		char byte;
		if (read(crowd->ready_fds[0], &byte, 1) != 1)
			return false;
		crowd->refused += byte == 'n';
	}
	return true;
}

bool crowd_start(struct crowd *crowd, size_t count, struct crowd_member (*member)(size_t number))
{
	*crowd = (struct crowd){ .ready_fds = { -1, -1 }, .life_fds = { -1, -1 } };
	crowd->pids = calloc(count, sizeof(*crowd->pids));
	if (!crowd->pids || pipe2(crowd->ready_fds, O_CLOEXEC) < 0 ||
		pipe2(crowd->life_fds, O_CLOEXEC) < 0)
		return false;
	fflush(NULL);
	while (crowd->count < count) {
		pid_t pid = fork();
		if (pid < 0)
			return false;
		if (pid == 0)
			live(crowd, member(crowd->count));
		crowd->pids[crowd->count++] = pid;
	}
	close(crowd->ready_fds[1]);
	crowd->ready_fds[1] = -1;
	return wait_until_ready(crowd);
}

void crowd_stop(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->count; i++)
		kill(crowd->pids[i], SIGKILL);
	for (size_t i = 0; i < crowd->count; i++)
		waitpid(crowd->pids[i], NULL, 0);
	for (int i = 0; i < 2; i++) {
		if (crowd->ready_fds[i] >= 0)
			close(crowd->ready_fds[i]);
		if (crowd->life_fds[i] >= 0)
			close(crowd->life_fds[i]);
	}
	free(crowd->pids);
	*crowd = (struct crowd){ 0 };
}
