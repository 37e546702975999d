#include "support_churn.h"

#include "support_cgroup.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define POPULATION_MAX 1000
#define MEMORY_MAX     (2u << 20)
#define KEEP_MS        20 /* between two looks for who has ended */
#define CGROUP_TURN    5  /* looks between two changes of the cgroups */
#define CGROUPS        8

struct keeper {
	pid_t pids[POPULATION_MAX];
	size_t population;
	unsigned random;
	unsigned turn;
	struct own_cgroup cgroup;
};

static volatile sig_atomic_t asked_to_end;

static void ask_to_end(int signal_number)
{
	(void)signal_number;
	asked_to_end = 1;
}

/* Seeded, so that a run can be repeated as far as the machine lets it. */
static unsigned below(unsigned *random, unsigned bound)
{
	return (unsigned)rand_r(random) % bound;
}

static void rename_oneself(unsigned *random)
{
	char name[16];
	snprintf(name, sizeof(name), "churn-%x", below(random, 1u << 20));
	prctl(PR_SET_NAME, name);
}

static void take_or_give(char *memory, unsigned *random)
{
	size_t length = below(random, MEMORY_MAX);
	if (below(random, 3) == 0)
		madvise(memory, MEMORY_MAX, MADV_DONTNEED);
	for (size_t i = 0; i < length; i += 4096)
		memory[i] = 1;
}

static void live(unsigned random)
{
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	char *memory =
		mmap(NULL, MEMORY_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int left_ms = 100 + (int)below(&random, 4900);
	while (left_ms > 0) {
		int ms = 50 + (int)below(&random, 200);
		rename_oneself(&random);
		if (memory != MAP_FAILED)
			take_or_give(memory, &random);
		poll(NULL, 0, ms);
		left_ms -= ms;
	}
	_exit(0);
}

static void fill(struct keeper *keeper)
{
	for (size_t i = 0; i < keeper->population; i++) {
		unsigned random = (unsigned)rand_r(&keeper->random);
		if (keeper->pids[i] > 0)
			continue;
		keeper->pids[i] = fork();
		if (keeper->pids[i] == 0)
			live(random);
	}
}

static void reap(struct keeper *keeper)
{
	pid_t pid;
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (size_t i = 0; i < keeper->population; i++)
			if (keeper->pids[i] == pid)
				keeper->pids[i] = 0;
}

/* One of them is removed, which fails while somebody is in it, and another gets a process. */
static void change_cgroups(struct keeper *keeper)
{
	char name[32], path[PATH_MAX + 40];
	if (!keeper->cgroup.path[0] || keeper->turn++ % CGROUP_TURN)
		return;
	snprintf(name, sizeof(name), "churn-%u", below(&keeper->random, CGROUPS));
	snprintf(path, sizeof(path), "%s/%s", keeper->cgroup.path, name);
	rmdir(path);
	snprintf(name, sizeof(name), "churn-%u", below(&keeper->random, CGROUPS));
	own_cgroup_add(&keeper->cgroup, name);
	pid_t pid = keeper->pids[below(&keeper->random, (unsigned)keeper->population)];
	if (pid > 0)
		own_cgroup_join(&keeper->cgroup, name, pid);
}

static void end_all(struct keeper *keeper)
{
	for (size_t i = 0; i < keeper->population; i++)
		if (keeper->pids[i] > 0)
			kill(keeper->pids[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	own_cgroup_remove(&keeper->cgroup);
}

static void keep(size_t population, unsigned seed)
{
	static struct keeper keeper;
	struct sigaction action = { .sa_handler = ask_to_end };
	keeper = (struct keeper){ .population = population, .random = seed };
	sigaction(SIGTERM, &action, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	own_cgroup_make(&keeper.cgroup, "churn");
	while (!asked_to_end) {
		fill(&keeper);
		poll(NULL, 0, KEEP_MS);
		reap(&keeper);
		change_cgroups(&keeper);
	}
	end_all(&keeper);
	_exit(0);
}

bool churn_start(struct churn *churn, size_t population, unsigned seed)
{
	if (population > POPULATION_MAX)
		population = POPULATION_MAX;
	fflush(NULL);
	churn->keeper = fork();
	if (churn->keeper == 0)
		keep(population, seed);
	return churn->keeper > 0;
}

void churn_stop(struct churn *churn)
{
	if (churn->keeper <= 0)
		return;
	kill(churn->keeper, SIGTERM);
	waitpid(churn->keeper, NULL, 0);
	churn->keeper = 0;
}
