/* A burst of 50 real kills in 20 limited memory cgroups, of which the kernel's rate limit leaves most
 * without a report: what `oomspect events --follow` and the screen say of them from their own samples,
 * against what this test knows of the processes that it made. */
#include "support.h"
#include "support_cgroup.h"
#include "support_run.h"
#include "support_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define V1_TOP      "/sys/fs/cgroup/memory"
#define GROUPS      20
#define KILLS       50
#define INSIDE_MAX  3
#define PAGE        4096
#define MIB_PAGES   256
#define LIMIT_MIB   16
#define WIDE_MIB    64
#define REPORTS_MAX 20   /* 10 in 5 seconds, and a burst may take longer */
#define LOOKED_MS   2500 /* two samples of whoever follows the log */
#define PATIENCE_MS 20000
#define SAMPLE_S    0.3 /* for a sample to be read in */
#define LINGER_S    1.0 /* who was killed may be seen that long, on a machine that is busy */
#define DOUBT_PAGES 150 /* counters of two CPUs, unsummed; what a process touches besides */

/* Which of its cgroups has the limit that is hit: the one the processes are in, or the one above. */
static const struct layout {
	int inner_mib, outer_mib; /* 0: none */
	bool outer_hit;
} layouts[] = {
	{ LIMIT_MIB, 0, false },
	{ 0, LIMIT_MIB, true },
	{ WIDE_MIB, LIMIT_MIB, true },
	{ LIMIT_MIB, WIDE_MIB, false },
};

/* A process, as made, and what came of it. */
struct member {
	pid_t pid;
	int group;
	int anon_pages, adj;
	long badness; /* by our own reading of /proc before the burst */
	bool killed;
	double killed_s, sample_s; /* of its event */
};

static struct burst {
	struct own_cgroup top;
	struct member members[KILLS];
	int count;
	int go[2], ready[2];
	pid_t program;
	FILE *events;
	struct terminal screen;
	pid_t last; /* the victim of the event that came last */
	unsigned bare;
	double go_s; /* when it began, by the clock of the log */
	const char *why_not;
} burst;

/* --- the cgroups ------------------------------------------------------------------------------- */

static const struct layout *layout_of(int group)
{
	return &layouts[(size_t)group % ARRAY_SIZE(layouts)];
}

static void name_outer(int group, char ret[32])
{
	snprintf(ret, 32, "g%d", group);
}

static void name_inner(int group, char ret[32])
{
	snprintf(ret, 32, "g%d/in", group);
}

static bool set_limit(const char *child, int mib)
{
	char path[2 * PATH_MAX], text[32];
	if (!mib)
		return true;
	snprintf(path, sizeof(path), "%s/%s/memory.limit_in_bytes", burst.top.path, child);
	int length = snprintf(text, sizeof(text), "%lld", (long long)mib << 20);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, (size_t)length) == length;
	if (fd >= 0)
		close(fd);
	return written;
}

static bool make_group(int group)
{
	char outer[32], inner[32];
	const struct layout *layout = layout_of(group);
	name_outer(group, outer);
	name_inner(group, inner);
	return own_cgroup_add(&burst.top, outer) && own_cgroup_add(&burst.top, inner) &&
	       set_limit(outer, layout->outer_mib) && set_limit(inner, layout->inner_mib);
}

static void drop_groups(void)
{
	char name[32];
	for (int group = 0; group < GROUPS; group++) {
		for (int tries = 0; tries < 100; tries++) {
			name_inner(group, name);
			own_cgroup_drop(&burst.top, name);
			name_outer(group, name);
			if (own_cgroup_drop(&burst.top, name))
				break;
			poll(NULL, 0, 10);
		}
	}
	own_cgroup_remove(&burst.top);
}

/* The path whose limit was hit, as the kernel would name it. */
static void path_hit(int group, char ret[2 * PATH_MAX])
{
	char name[32];
	if (layout_of(group)->outer_hit)
		name_outer(group, name);
	else
		name_inner(group, name);
	snprintf(ret, 2 * PATH_MAX, "%.*s/%s", PATH_MAX, burst.top.path + strlen(V1_TOP), name);
}

/* --- the processes ----------------------------------------------------------------------------- */

/* Uses up the limit with pages that are in nobody's rss: no badness changes, and the order of death
 * stays what it was. */
static void exhaust(void)
{
	static char page[PAGE];
	int fd = memfd_create("burst", MFD_CLOEXEC);
	while (write(fd, page, PAGE) == PAGE)
		;
	_exit(3);
}

static void hold(int pages)
{
	size_t size = (size_t)pages * PAGE;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		_exit(1);
	madvise(memory, size, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < size; at += PAGE)
		memory[at] = 1;
}

static void be(const struct member *member, bool exhausts)
{
	char inner[32], adj[16], byte;
	int length = snprintf(adj, sizeof(adj), "%d", member->adj);
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, exhausts ? "burst-exhausts" : "burst-holds");
	name_inner(member->group, inner);
	if (!own_cgroup_join(&burst.top, inner, getpid()) ||
		write(fd, adj, (size_t)length) != length)
		_exit(1);
	hold(member->anon_pages);
	if (write(burst.ready[1], "r", 1) != 1)
		_exit(1);
	if (exhausts && read(burst.go[0], &byte, 1) == 1)
		exhaust();
	for (;;)
		pause();
}

static void start_member(int group, int place)
{
	char byte;
	struct member *member = &burst.members[burst.count++];
	*member = (struct member){ .group = group };
	/* The last is small and dies last. The second of some is made first by its adj. */
	member->anon_pages = place == 0 ? 4 * MIB_PAGES : place == 1 ? 2 * MIB_PAGES : 100;
	member->adj = place == 1 && group % 3 == 0 ? 400 : 0;
	bool exhausts = place == INSIDE_MAX - 1;
	member->pid = fork();
	if (member->pid == 0)
		be(member, exhausts);
	assert_true(member->pid > 0);
	assert_int_equal(read(burst.ready[0], &byte, 1), 1);
}

/* Three in each other cgroup, else two: fifty. */
static void start_members(void)
{
	for (int group = 0; group < GROUPS; group++)
		for (int place = group % 2; place < INSIDE_MAX; place++)
			start_member(group, place);
	assert_int_equal(burst.count, KILLS);
}

static void end_members(void)
{
	for (int i = 0; i < burst.count; i++) {
		kill(burst.members[i].pid, SIGKILL);
		waitpid(burst.members[i].pid, NULL, 0);
	}
}

/* --- the independent record -------------------------------------------------------------------- */

static long status_kb(const char *status, const char *key)
{
	const char *at = strstr(status, key);
	return at ? strtol(at + strlen(key), NULL, 10) : 0;
}

/* What oom_badness() comes to when the file pages are reclaimed. */
static long read_badness(const struct member *member)
{
	char path[64], status[8192];
	snprintf(path, sizeof(path), "/proc/%d/status", (int)member->pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, status, sizeof(status) - 1);
	close(fd);
	assert_true(length > 0);
	status[length] = '\0';
	long kb = status_kb(status, "RssAnon:") + status_kb(status, "RssShmem:") +
		  status_kb(status, "VmSwap:") + status_kb(status, "VmPTE:");
	return kb * 1024 / PAGE + member->adj * (LIMIT_MIB * MIB_PAGES / 1000);
}

static double monotonic_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct member *member_of(pid_t pid)
{
	for (int i = 0; i < burst.count; i++)
		if (burst.members[i].pid == pid)
			return &burst.members[i];
	return NULL;
}

/* Its place among those of its cgroup that lived at its sample. That is all of them in a sample from
 * before the burst; in a later one those that died about then may count or not. */
static bool expected_rank(const struct member *member, long *ret_least, long *ret_most)
{
	bool exact = member->sample_s + SAMPLE_S < burst.go_s;
	*ret_least = *ret_most = 1;
	for (int i = 0; i < burst.count; i++) {
		const struct member *other = &burst.members[i];
		if (other->group != member->group || other->badness <= member->badness)
			continue;
		*ret_least += exact || other->killed_s > member->sample_s + LINGER_S;
		*ret_most += exact || other->killed_s > member->sample_s - LINGER_S;
	}
	return exact;
}

static void check_ranks(const json_int_t ranks[KILLS])
{
	int exact = 0;
	for (int i = 0; i < burst.count; i++) {
		long least, most;
		exact += expected_rank(&burst.members[i], &least, &most);
		assert_in_range(ranks[i], least, most);
	}
	print_message("%d ranks were of a sample from before the burst\n", exact);
}

/* --- what the program says --------------------------------------------------------------------- */

static void start_program(void)
{
	int ends[2];
	assert_int_equal(pipe2(ends, 0), 0);
	burst.program = fork();
	if (burst.program == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl(run_program_path(), "oomspect", "events", "--follow", "--json", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	burst.events = fdopen(ends[0], "r");
	setvbuf(burst.events, NULL, _IONBF, 0);
}

static void start_screen(void)
{
	static char delay[] = "-d1", config[] = "--config=/dev/null";
	char *program = strdup(run_program_path());
	char *argv[] = { program, delay, config, NULL };
	const struct terminal_options options = { 0 };
	terminal_start(&burst.screen, 60, 200, &options, argv);
	terminal_wait_for(&burst.screen, " rows ");
	free(program);
}

static json_t *next_event(void)
{
	char *line = NULL;
	size_t size = 0;
	struct pollfd pollfd = { .fd = fileno(burst.events), .events = POLLIN };
	json_t *event = NULL;
	if (poll(&pollfd, 1, PATIENCE_MS) > 0 && getline(&line, &size, burst.events) > 0)
		event = json_loads(line, 0, NULL);
	free(line);
	return event;
}

static json_t *victim_in(const json_t *event)
{
	return json_array_get(json_object_get(event, "victims"), 0);
}

static double number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	assert_true(json_is_number(value));
	return json_number_value(value);
}

/* Whether the log itself has no more than the line of the kill. */
static bool is_bare(const json_t *event)
{
	return json_is_null(json_object_get(event, "oom_memcg")) &&
	       json_is_null(json_object_get(json_object_get(event, "invoker"), "comm"));
}

static void check_event(const struct member *member, const json_t *event)
{
	char path[2 * PATH_MAX];
	const json_t *seen = json_object_get(event, "seen");
	const char *why = json_string_value(json_object_get(event, "why"));
	path_hit(member->group, path);
	if (!json_is_object(seen)) {
		char *text = json_dumps(event, 0);
		fail_msg("nothing was seen of %s", text);
	}
	assert_string_equal(json_string_value(json_object_get(seen, "oom_memcg")), path);
	assert_int_equal(number(seen, "limit_kb"), LIMIT_MIB * 1024);
	assert_true(labs((long)number(seen, "badness_pages") - member->badness) < DOUBT_PAGES);
	assert_true(number(seen, "age_s") >= 0 && number(seen, "age_s") < PATIENCE_MS / 1000.0);
	assert_non_null(why);
	if (is_bare(event)) {
		burst.bare++;
		assert_non_null(strstr(why, "From our sample "));
		assert_non_null(strstr(why, "s before: it "));
		assert_null(json_string_value(json_object_get(event, "oom_memcg")));
	}
}

/* Keeps what the ranks are judged by when all are there. */
static void take_event(const json_t *event, json_int_t ranks[KILLS])
{
	struct member *member =
		member_of((pid_t)json_integer_value(json_object_get(victim_in(event), "pid")));
	if (!member)
		return; /* of somebody else */
	assert_false(member->killed);
	member->killed = true;
	burst.last = member->pid;
	check_event(member, event);
	member->killed_s = number(event, "boot_s");
	member->sample_s = member->killed_s - number(json_object_get(event, "seen"), "age_s");
	ranks[member - burst.members] = (json_int_t)number(json_object_get(event, "seen"), "rank");
}

static int count_killed(void)
{
	int killed = 0;
	for (int i = 0; i < burst.count; i++)
		killed += burst.members[i].killed;
	return killed;
}

/* The newest event has a report there that is made of the screen's own samples. */
static void check_screen(void)
{
	char headline[64], path[2 * PATH_MAX];
	snprintf(headline, sizeof(headline), "killed %d burst-", (int)burst.last);
	path_hit(member_of(burst.last)->group, path);
	terminal_type(&burst.screen, "3");
	terminal_wait_for(&burst.screen, headline);
	terminal_wait_for(&burst.screen, "From our sample ");
	terminal_wait_for(&burst.screen, path);
}

static void each_kill_has_its_cgroup_limit_rank_and_reason(void **state)
{
	json_int_t ranks[KILLS];
	(void)state;
	if (burst.why_not)
		skip_because("%s", burst.why_not);
	start_members();
	for (int i = 0; i < burst.count; i++)
		burst.members[i].badness = read_badness(&burst.members[i]);
	start_program();
	start_screen();
	terminal_read(&burst.screen, LOOKED_MS);
	burst.go_s = monotonic_s();
	for (int group = 0; group < GROUPS; group++)
		assert_int_equal(write(burst.go[1], "g", 1), 1);
	while (count_killed() < KILLS) {
		json_t *event = next_event();
		assert_non_null(event);
		take_event(event, ranks);
		json_decref(event);
	}
	check_ranks(ranks);
	check_screen();
	print_message("%u of %d kills were a bare line in the log\n", burst.bare, KILLS);
	assert_true(burst.bare >= KILLS - REPORTS_MAX);
}

/* --- a log that cannot be read ----------------------------------------------------------------- */

#define NOBODY 65534

static void become_nobody(const void *context)
{
	(void)context;
	if (setgid(NOBODY) || setuid(NOBODY))
		_exit(126);
}

static bool nobody_reads_the_log(void)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		become_nobody(NULL);
		_exit(open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC) >= 0);
	}
	return waitpid(pid, &status, 0) != pid || status != 0;
}

/* A screen with delays of a second has two samples of it by then. */
static void a_kill_without_a_readable_log_is_listed(void **state)
{
	static char delay[] = "-d1", config[] = "--config=/dev/null";
	const struct terminal_options options = { .enter = become_nobody };
	char path[2 * PATH_MAX], gone[64];
	(void)state;
	if (burst.why_not)
		skip_because("%s", burst.why_not);
	if (nobody_reads_the_log())
		skip_because("every user can read the kernel's log here");
	char *program = strdup(run_program_path());
	char *argv[] = { program, delay, config, NULL };
	burst.count = 0;
	start_member(0, 1);
	start_member(0, INSIDE_MAX - 1);
	terminal_start(&burst.screen, 60, 200, &options, argv);
	terminal_wait_for(&burst.screen, " rows ");
	terminal_type(&burst.screen, "3");
	terminal_wait_for(&burst.screen, "kernel log not readable");
	terminal_read(&burst.screen, LOOKED_MS);
	assert_int_equal(write(burst.go[1], "g", 1), 1);
	path_hit(0, path);
	snprintf(gone, sizeof(gone), "%d (burst-", (int)burst.members[0].pid);
	terminal_wait_for(&burst.screen, "Not in the log");
	terminal_wait_for(&burst.screen, path);
	terminal_wait_for(&burst.screen, gone);
	free(program);
}

/* --- set-up ------------------------------------------------------------------------------------ */

static int set_up(void **state)
{
	(void)state;
	memset(&burst, 0, sizeof(burst));
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		burst.why_not = "/dev/kmsg cannot be read here";
	else
		close(fd);
	if (!burst.why_not && !own_cgroup_make(&burst.top, "burst"))
		burst.why_not = "no memory cgroup (v1) can be made here";
	for (int group = 0; group < GROUPS && !burst.why_not; group++)
		if (!make_group(group))
			burst.why_not = "no limit can be set on a memory cgroup here";
	return pipe2(burst.go, O_CLOEXEC) || pipe2(burst.ready, O_CLOEXEC);
}

static int tear_down(void **state)
{
	(void)state;
	if (burst.program > 0) {
		kill(burst.program, SIGTERM);
		waitpid(burst.program, NULL, 0);
	}
	if (burst.screen.pid > 0)
		terminal_release(&burst.screen);
	if (burst.events)
		fclose(burst.events);
	end_members();
	if (burst.top.path[0])
		drop_groups();
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_kill_has_its_cgroup_limit_rank_and_reason, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_kill_without_a_readable_log_is_listed, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("burst", tests, NULL, NULL);
}
