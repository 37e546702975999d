/* What a refresh of many memory cgroups and processes costs, in CPU of this program.
 * usage: tests/bench/memcgs [CGROUPS [PROCESSES]]    (1000 10000; root, v1 memory hierarchy)
 *
 * Makes the cgroups below its own, moves sleeping processes into them, and takes samples: with
 * everything still, and with a tenth of the cgroups charged anew before each. Removes all again. */
#include "oomspect/memcg_victims.h"
#include "oomspect/sampler.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOP    "/sys/fs/cgroup/memory"
#define ROUNDS 24

struct bench {
	char top[PATH_MAX + 64];
	int cgroups, processes;
	pid_t *pids;
};

static void cgroup_path(const struct bench *bench, int index, char *buffer, size_t size)
{
	int group = index / 100, length = snprintf(buffer, size, "%s/g%d", bench->top, group);
	if (index % 100)
		snprintf(buffer + length, size - (size_t)length, "/c%d", index);
}

static bool join(const struct bench *bench, int index)
{
	char path[PATH_MAX + 128];
	cgroup_path(bench, index, path, sizeof(path) - 16);
	strcat(path, "/cgroup.procs");
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool joined = fd >= 0 && write(fd, "0", 1) == 1;
	close(fd);
	return joined;
}

static bool make(struct bench *bench)
{
	char path[PATH_MAX + 128], line[PATH_MAX + 64];
	FILE *stream = fopen("/proc/self/cgroup", "re");
	const char *own = NULL;
	while (stream && !own && fgets(line, sizeof(line), stream))
		own = strstr(line, ":memory:");
	if (stream)
		fclose(stream);
	if (!own)
		return false;
	own += strlen(":memory:");
	snprintf(bench->top, sizeof(bench->top), TOP "%.*s/oomspect-bench-%d",
		own[1] == '\n' ? 0 : (int)strcspn(own, "\n"), own, (int)getpid());
	bool made = mkdir(bench->top, 0755) == 0;
	for (int i = 0; made && i < bench->cgroups; i++) {
		cgroup_path(bench, i, path, sizeof(path));
		made = mkdir(path, 0755) == 0;
	}
	return made;
}

static void start(struct bench *bench)
{
	bench->pids = calloc((size_t)bench->processes + 1, sizeof(*bench->pids));
	for (int i = 0; i < bench->processes; i++) {
		bench->pids[i] = fork();
		if (bench->pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (!join(bench, i % bench->cgroups))
				_exit(1);
			for (;;)
				pause();
		}
	}
}

static void stop(struct bench *bench)
{
	char path[PATH_MAX + 128];
	for (int i = 0; i < bench->processes; i++)
		if (bench->pids[i] > 0)
			kill(bench->pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	for (int i = bench->cgroups - 1; i >= 0; i--) {
		cgroup_path(bench, i, path, sizeof(path));
		for (int tries = 0; rmdir(path) != 0 && errno == EBUSY && tries < 1000; tries++)
			usleep(1000);
	}
	rmdir(bench->top);
	free(bench->pids);
}

/* Charges a page to a tenth of the cgroups, as a child of each would. */
static void charge(const struct bench *bench, int round)
{
	for (int i = round % 10; i < bench->cgroups; i += 10) {
		pid_t pid = fork();
		if (pid == 0) {
			join(bench, i);
			int fd = memfd_create("charge", 0);
			_exit(write(fd, bench, 4096 < sizeof(*bench) ? 4096 : sizeof(*bench)) < 0);
		}
		waitpid(pid, NULL, 0);
	}
}

static double cpu_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void print_times(const char *what, double *times)
{
	double first = times[0];
	qsort(times + 1, ROUNDS - 1, sizeof(*times), compare);
	printf("%-34s first %7.1f ms, then median %6.1f, worst %6.1f\n", what, first,
		times[ROUNDS / 2], times[ROUNDS - 1]);
}

static void measure_tree(
	const struct bench *bench, const struct root *root, const char *what, bool busy)
{
	struct memcg_tree tree;
	double times[ROUNDS];
	if (memcg_tree_open(&tree, root, NULL) != ERR_OK)
		return;
	for (int round = 0; round < ROUNDS; round++) {
		if (busy)
			charge(bench, round);
		double before = cpu_ms();
		memcg_tree_read(&tree, NULL);
		times[round] = cpu_ms() - before;
	}
	print_times(what, times);
	memcg_tree_release(&tree);
}

static void measure_all(const struct root *root)
{
	struct sampler sampler;
	struct sampler_options options = { .memcgs = true };
	struct memcg_victims victims;
	double samples[ROUNDS], answers[ROUNDS];
	memcg_victims_init(&victims);
	if (sampler_init(&sampler, root, &options, NULL) != ERR_OK)
		return;
	for (int round = 0; round < ROUNDS; round++) {
		double before = cpu_ms();
		sampler_sample(&sampler, NULL);
		double between = cpu_ms();
		memcg_victims_build(&victims, sampler_latest(&sampler), MOMENT_OOM, NULL);
		samples[round] = between - before;
		answers[round] = cpu_ms() - between;
	}
	printf("%zu processes, %zu memory cgroups\n", sampler_latest(&sampler)->count,
		sampler_latest(&sampler)->memcgs->count);
	print_times("processes and cgroups, everything", samples);
	print_times("a victim for every cgroup", answers);
	memcg_victims_release(&victims);
	sampler_release(&sampler);
}

static void set_descriptors(rlim_t count)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char *argv[])
{
	struct bench bench = { .cgroups = argc > 1 ? atoi(argv[1]) : 1000,
		.processes = argc > 2 ? atoi(argv[2]) : 10000 };
	struct root root;
	if (root_open(&root, "/", NULL) != ERR_OK || !make(&bench)) {
		fprintf(stderr, "no v1 memory hierarchy in which cgroups can be made\n");
		return 1;
	}
	start(&bench);
	set_descriptors(20000);
	measure_tree(&bench, &root, "cgroups alone, still", false);
	measure_tree(&bench, &root, "a tenth of them moved", true);
	set_descriptors(1024);
	measure_tree(&bench, &root, "still, 1024 descriptors at most", false);
	set_descriptors(20000);
	measure_all(&root);
	stop(&bench);
	root_release(&root);
	return 0;
}
