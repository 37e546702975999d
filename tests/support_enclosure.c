#include "support_enclosure.h"

#include "support_crowd.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB            (1UL << 20)
#define CHURN_MIB      64
#define CHURN_EVERY_US 250000

static struct crowd_member sleeper(size_t number)
{
	(void)number;
	return (struct crowd_member){ .pages = 2 };
}

static void churn(unsigned seed)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	char *memory = mmap(
		NULL, CHURN_MIB * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		_exit(1);
	for (;; usleep(CHURN_EVERY_US)) {
		size_t size = ((size_t)rand_r(&seed) % CHURN_MIB + 1) * MIB;
		for (size_t at = 0; at < size; at += 4096)
			memory[at] = 1;
		madvise(memory + size, CHURN_MIB * MIB - size, MADV_DONTNEED);
	}
}

/* Waits for the child alone: the first process of a namespace inherits orphans too. */
static void end_with(pid_t child)
{
	int status = 0;
	pid_t ended;
	do
		ended = wait(&status);
	while (ended > 0 && ended != child);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Goes on in a child; the caller ends with it, and the child with the caller. */
static void go_on_in_child(void)
{
	pid_t child = fork();
	if (child < 0)
		_exit(126);
	if (child)
		end_with(child);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static bool mount_proc(void)
{
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0;
}

void enclosure_enter(const void *context)
{
	const struct enclosure *wanted = context;
	struct crowd crowd;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* those who sleep keep the terminal open */
	if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
		_exit(126);
	go_on_in_child();
	if (!mount_proc() || !crowd_start(&crowd, wanted->asleep, sleeper))
		_exit(126);
	for (size_t i = 0; i < wanted->churning; i++)
		if (fork() == 0)
			churn((unsigned)i);
	free(crowd.pids); /* they end with the namespace */
	go_on_in_child();
}

bool enclosure_possible(void)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
			_exit(1);
		go_on_in_child();
		_exit(!mount_proc());
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}
