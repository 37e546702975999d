/* Real OOM kills in memory cgroups of our own (v1), generated from a seed: what `oomspect victim
 * --cgroup` says just before, against whom the kernel's log says it killed. */
#include "support.h"
#include "support_run.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define V1_TOP    "/sys/fs/cgroup/memory"
#define SCENARIOS 40
#define PROCESSES 8
#define PAGE      4096
#define MIB_PAGES 256

enum shape {
	SHAPE_PLAIN,        /* sizes and adj at random */
	SHAPE_PARENT,       /* the limit is the parent's, the processes are in siblings */
	SHAPE_TIE,          /* equals in one cgroup, whose order v1 does not show */
	SHAPE_TIE_SIBLINGS, /* equals in siblings: the later one is scanned last */
	SHAPE_TINY,         /* a limit below 4 MiB: oom_score_adj has no weight */
	SHAPE_CACHE,        /* page cache has filled the cgroup */
	SHAPE_MAPPED,       /* mapped file pages count now, and are gone at the OOM */
	SHAPE_MANY,         /* many small processes */
	SHAPE_COUNT,
};

static const char *const shape_names[SHAPE_COUNT] = { "plain", "limit on the parent",
	"tie in one cgroup", "tie between siblings", "limit below 4 MiB",
	"page cache fills the cgroup", "mapped file pages", "many processes" };

/* What a process of a scenario holds, in pages. */
struct load {
	int cgroup; /* which child cgroup, 0: the one with the limit */
	int anon, shmem, mapped, cache;
	int adj;
};

/* The processes, and the pipes that tell them what to do. */
struct cast {
	pid_t pids[PROCESSES];
	int join[PROCESSES][2], ready[2], go[2];
};

struct scenario {
	const char *claim;
	enum shape shape;
	unsigned index;
	int cgroups;   /* child cgroups below the one with the limit */
	bool reversed; /* they join last things first: not the order of their creation */
	int limit;
	int count;
	struct load loads[PROCESSES];
	struct cast cast;
};

/* What all scenarios share. */
static struct lab {
	bool ready;
	char why_not[256];
	char top[PATH_MAX + 64]; /* our cgroup directory */
	char path[PATH_MAX];     /* the same as /proc/PID/cgroup has it */
	char file[64];           /* for page cache */
	int kmsg;
	unsigned random;
	unsigned kills, exact, at_oom, ties;
} lab;

static unsigned random_below(unsigned bound)
{
	lab.random = lab.random * 1103515245u + 12345u;
	return (lab.random >> 16) % bound;
}

static bool write_file(const char *directory, const char *name, long number)
{
	char path[2 * PATH_MAX], text[32];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	int length = snprintf(text, sizeof(text), "%ld", number);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, (size_t)length) == length;
	if (fd >= 0)
		close(fd);
	return written;
}

/* --- the processes */

static void touch(int pages, int flags, int fd)
{
	size_t size = (size_t)pages * PAGE;
	if (pages == 0)
		return;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (memory == MAP_FAILED)
		_exit(1);
	madvise(memory, size, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < size; at += PAGE)
		memory[at] = 1;
}

/* Written by us, so that the cache is charged to our cgroup; clean when it is done. */
static int fill_file(int pages, int process)
{
	static char buffer[PAGE];
	char path[96];
	snprintf(path, sizeof(path), "%s.%d", lab.file, process);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	unlink(path);
	for (int i = 0; i < pages; i++)
		if (write(fd, buffer, PAGE) != PAGE)
			_exit(1);
	fsync(fd);
	return fd;
}

static void read_mapped(int pages, int fd)
{
	volatile char sum = 0;
	const char *memory = mmap(NULL, (size_t)pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		_exit(1);
	for (int i = 0; i < pages; i++)
		sum = (char)(sum + memory[(size_t)i * PAGE]);
}

static void hold(const struct load *load, int process)
{
	touch(load->anon, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	touch(load->shmem, MAP_SHARED | MAP_ANONYMOUS, -1);
	if (load->cache)
		fill_file(load->cache, process);
	if (load->mapped)
		read_mapped(load->mapped, fill_file(load->mapped, process));
}

/* Uses up what is left of the limit with pages that are nobody's rss, so that no badness changes. */
static void exhaust(void)
{
	static char page[PAGE];
	int fd = memfd_create("exhaust", MFD_CLOEXEC);
	while (write(fd, page, PAGE) == PAGE)
		;
	for (;;)
		pause();
}

static void cgroup_of(const struct scenario *scenario, int cgroup, char *buffer, size_t size)
{
	int length = snprintf(buffer, size, "%s/s%u", lab.top, scenario->index);
	if (cgroup)
		snprintf(buffer + length, size - (size_t)length, "/c%d", cgroup);
}

static bool await(int fd)
{
	char byte;
	return read(fd, &byte, 1) == 1;
}

static void be(const struct scenario *scenario, int process, const struct cast *cast)
{
	char directory[sizeof(lab.top) + 64];
	const struct load *load = &scenario->loads[process];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	cgroup_of(scenario, load->cgroup, directory, sizeof(directory));
	if (!await(cast->join[process][0]) || !write_file(directory, "cgroup.procs", 0) ||
		!write_file("/proc/self", "oom_score_adj", load->adj))
		_exit(1);
	hold(load, process);
	if (write(cast->ready[1], "r", 1) != 1)
		_exit(1);
	if (process == 0 && await(cast->go[0]))
		exhaust();
	for (;;)
		pause();
}

static void start(const struct scenario *scenario, struct cast *cast)
{
	assert_int_equal(pipe2(cast->ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(cast->go, O_CLOEXEC), 0);
	for (int i = 0; i < scenario->count; i++) {
		assert_int_equal(pipe2(cast->join[i], O_CLOEXEC), 0);
		cast->pids[i] = fork();
		assert_true(cast->pids[i] >= 0);
		if (cast->pids[i] == 0) {
			be(scenario, i, cast);
			_exit(1);
		}
	}
	for (int i = 0; i < scenario->count; i++) {
		int next = scenario->reversed ? scenario->count - 1 - i : i;
		assert_int_equal(write(cast->join[next][1], "j", 1), 1);
		assert_true(await(cast->ready[0]));
	}
}

static void finish(struct cast *cast)
{
	for (int i = 0; i < PROCESSES && cast->pids[i] > 0; i++) {
		kill(cast->pids[i], SIGKILL);
		waitpid(cast->pids[i], NULL, 0);
		close(cast->join[i][0]);
		close(cast->join[i][1]);
	}
	close(cast->ready[0]);
	close(cast->ready[1]);
	close(cast->go[0]);
	close(cast->go[1]);
}

/* --- the prediction and the kernel's choice */

static json_t *predict(const struct scenario *scenario)
{
	char cgroup[sizeof(lab.path) + 32];
	json_error_t error;
	snprintf(cgroup, sizeof(cgroup), "%s/s%u", lab.path, scenario->index);
	struct run run = RUN("victim", "--json", "--cgroup", cgroup);
	json_t *document = json_loads(run.out, 0, &error);
	if (!document)
		fail_msg("oomspect victim --json: %s", error.text);
	run_release(&run);
	return document;
}

static pid_t pid_in(const json_t *process)
{
	return (pid_t)json_integer_value(json_object_get(process, "pid"));
}

static bool is_uncertain(const json_t *document, const char *reason)
{
	size_t index;
	json_t *name;
	json_array_foreach(json_object_get(document, "uncertain"), index,
		name) if (strcmp(json_string_value(name), reason) == 0) return true;
	return false;
}

/* Whether `pid` is among those with as many points as the victim. */
static bool is_tied(const json_t *document, pid_t pid)
{
	size_t index;
	json_t *process;
	json_int_t best = json_integer_value(
		json_object_get(json_object_get(document, "victim"), "badness_pages"));
	json_array_foreach(json_object_get(document, "runners_up"), index,
		process) if (pid_in(process) == pid &&
			     json_integer_value(json_object_get(process, "badness_pages")) ==
				     best) return true;
	return false;
}

static bool is_ours(const struct scenario *scenario, const struct cast *cast, pid_t pid)
{
	for (int i = 0; i < scenario->count; i++)
		if (cast->pids[i] == pid)
			return true;
	return false;
}

/* The first of our processes that the kernel says it killed, 0 after ten seconds without one. */
static pid_t killed(const struct scenario *scenario, const struct cast *cast)
{
	char record[8192];
	for (int waited = 0; waited < 10000;) {
		ssize_t length = read(lab.kmsg, record, sizeof(record) - 1);
		if (length < 0 && errno == EAGAIN) {
			struct timespec millisecond = { 0, 1000000 };
			nanosleep(&millisecond, NULL);
			waited++;
		}
		if (length <= 0)
			continue;
		record[length] = '\0';
		const char *found = strstr(record, "Killed process ");
		pid_t pid = found ? (pid_t)strtol(found + strlen("Killed process "), NULL, 10) : 0;
		if (pid && is_ours(scenario, cast, pid))
			return pid;
	}
	return 0;
}

static void judge(const struct scenario *scenario, const json_t *document, pid_t choice)
{
	pid_t now = pid_in(json_object_get(document, "victim"));
	pid_t at_oom = pid_in(json_object_get(json_object_get(document, "at_oom"), "victim"));
	lab.kills++;
	if (now == choice) {
		lab.exact++;
	} else if (at_oom == choice && json_is_true(json_object_get(document, "differ"))) {
		lab.at_oom++;
	} else if (is_tied(document, choice) && is_uncertain(document, "v1_tie_order")) {
		lab.ties++;
	} else {
		char *text = json_dumps(document, JSON_INDENT(1));
		print_message("%s\n", text);
		free(text);
		fail_msg("%s: killed %d, said %d now and %d at OOM", scenario->claim, (int)choice,
			(int)now, (int)at_oom);
	}
}

/* --- the scenarios */

static void make_cgroups(const struct scenario *scenario)
{
	char directory[sizeof(lab.top) + 64];
	for (int i = 0; i <= scenario->cgroups; i++) {
		cgroup_of(scenario, i, directory, sizeof(directory));
		assert_int_equal(mkdir(directory, 0755), 0);
	}
	cgroup_of(scenario, 0, directory, sizeof(directory));
	assert_true(write_file(directory, "memory.limit_in_bytes", (long)scenario->limit * PAGE));
}

static void remove_cgroups(const struct scenario *scenario)
{
	char directory[sizeof(lab.top) + 64];
	for (int i = scenario->cgroups; i >= 0; i--) {
		cgroup_of(scenario, i, directory, sizeof(directory));
		struct timespec millisecond = { 0, 1000000 };
		for (int tries = 0; rmdir(directory) != 0 && errno == EBUSY && tries < 2000;
			tries++)
			nanosleep(&millisecond, NULL);
	}
}

static void clean_up(struct scenario *scenario)
{
	if (scenario->cast.pids[0]) {
		finish(&scenario->cast);
		remove_cgroups(scenario);
		scenario->cast.pids[0] = 0;
	}
}

static void check_kill(void **state)
{
	struct scenario *scenario = *state;
	struct cast *cast = &scenario->cast;
	if (!lab.ready)
		skip_because("%s", lab.why_not);
	lseek(lab.kmsg, 0, SEEK_END);
	make_cgroups(scenario);
	start(scenario, cast);
	json_t *document = predict(scenario);
	assert_int_equal(write(cast->go[1], "g", 1), 1);
	pid_t choice = killed(scenario, cast);
	clean_up(scenario);
	if (!choice)
		fail_msg("%s: nobody was killed", scenario->claim);
	judge(scenario, document, choice);
	json_decref(document);
}

static void add(struct scenario *scenario, struct load load)
{
	scenario->loads[scenario->count++] = load;
}

/* The processes of a shape; the first is the one that exhausts the limit. */
static void cast_shape(struct scenario *scenario)
{
	int equal = 300 + (int)random_below(1500), adj = (int)random_below(300);
	switch (scenario->shape) {
	case SHAPE_PLAIN:
	case SHAPE_PARENT:
	case SHAPE_CACHE:
		for (int i = 0; i < 2 + (int)random_below(3); i++)
			add(scenario,
				(struct load){
					.cgroup = scenario->cgroups ? 1 + i % scenario->cgroups : 0,
					.anon = 100 + (int)random_below(1400),
					.shmem = (int)random_below(400),
					.adj = (int)random_below(1001) });
		if (scenario->shape == SHAPE_CACHE)
			scenario->loads[1].cache = scenario->limit + MIB_PAGES;
		break;
	case SHAPE_TIE:
	case SHAPE_TIE_SIBLINGS:
		for (int i = 0; i < 3; i++)
			add(scenario, (struct load){ .cgroup = scenario->cgroups ? i + 1 : 0,
					      .anon = equal,
					      .adj = adj });
		break;
	case SHAPE_TINY:
		for (int i = 0; i < 2; i++)
			add(scenario, (struct load){ .anon = 20 + (int)random_below(130),
					      .adj = (int)random_below(1001) });
		break;
	case SHAPE_MAPPED:
		add(scenario, (struct load){ .mapped = 3000, .anon = 100 });
		add(scenario, (struct load){ .anon = 1500 });
		break;
	case SHAPE_MANY:
		while (scenario->count < PROCESSES - 1)
			add(scenario, (struct load){ .anon = 50 + (int)random_below(400),
					      .adj = (int)random_below(400) });
		break;
	case SHAPE_COUNT:
		break;
	}
}

static void generate(struct scenario *scenario, unsigned index)
{
	static char claims[SCENARIOS][96];
	*scenario = (struct scenario){ .index = index, .shape = index % SHAPE_COUNT };
	bool parent = scenario->shape == SHAPE_PARENT || scenario->shape == SHAPE_TIE_SIBLINGS;
	scenario->cgroups = parent ? 3 : 0;
	scenario->reversed = random_below(2);
	scenario->limit =
		scenario->shape == SHAPE_TINY ? 900 : 24 * MIB_PAGES + (int)random_below(2000);
	add(scenario, (struct load){ .cgroup = parent ? 1 : 0, .anon = (int)random_below(60) });
	cast_shape(scenario);
	snprintf(claims[index], sizeof(claims[index]), "%u: %s, %d processes, limit %d pages",
		index, shape_names[scenario->shape], scenario->count, scenario->limit);
	scenario->claim = claims[index];
}

static bool find_own_cgroup(void)
{
	char line[PATH_MAX + 64];
	FILE *stream = fopen("/proc/self/cgroup", "re");
	bool found = false;
	while (stream && !found && fgets(line, sizeof(line), stream)) {
		const char *path = strstr(line, ":memory:");
		found = path != NULL;
		if (found) {
			line[strcspn(line, "\n")] = '\0';
			path += strlen(":memory:");
			snprintf(lab.path, sizeof(lab.path), "%s/oomspect-kills-%d",
				strcmp(path, "/") == 0 ? "" : path, (int)getpid());
			snprintf(lab.top, sizeof(lab.top), V1_TOP "%s", lab.path);
		}
	}
	if (stream)
		fclose(stream);
	return found;
}

static void open_lab(void)
{
	const char *seed = getenv("OOMSPECT_SEED");
	lab.random = seed ? (unsigned)strtoul(seed, NULL, 0) : (unsigned)time(NULL);
	print_message("seed %u (OOMSPECT_SEED)\n", lab.random);
	snprintf(lab.file, sizeof(lab.file), "/tmp/oomspect-kills-%d", (int)getpid());
	lab.kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (!getenv("OOMSPECT"))
		snprintf(lab.why_not, sizeof(lab.why_not), "OOMSPECT does not name the program");
	else if (!find_own_cgroup())
		snprintf(lab.why_not, sizeof(lab.why_not), "no v1 memory controller");
	else if (lab.kmsg < 0)
		snprintf(lab.why_not, sizeof(lab.why_not), "the kernel log cannot be read");
	else if (mkdir(lab.top, 0755) != 0)
		snprintf(lab.why_not, sizeof(lab.why_not), "no cgroup can be made");
	else
		lab.ready = true;
}

int main(void)
{
	static struct scenario scenarios[SCENARIOS];
	open_lab();
	for (unsigned i = 0; i < SCENARIOS; i++)
		generate(&scenarios[i], i);
	int failed = run_rows("real kills in memory cgroups", scenarios, check_kill);
	for (unsigned i = 0; i < SCENARIOS; i++) /* that failed in the middle */
		clean_up(&scenarios[i]);
	if (lab.ready)
		rmdir(lab.top);
	print_message(
		"%u kills: %u as said, %u as said for the moment of the OOM, %u announced ties\n",
		lab.kills, lab.exact, lab.at_oom, lab.ties);
	return failed;
}
