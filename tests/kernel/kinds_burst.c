/* A burst of kills in many cgroups, of which the log's rate limit leaves most without a report: what
 * `oomspect events --follow` says of each from its own samples. */
#include "scene.h"

#include "group.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GROUPS = 20, KILLS = 50, INSIDE = 3, LIMIT_MIB = 6, WIDE_MIB = 24, OUTPUT_SIZE = 8 << 20 };
enum { LOOKED_MS = 5000, PATIENCE_MS = 30000 };
#define FOLLOWED "/tmp/burst"

/* Which of its two cgroups has the limit that is hit. */
static const struct layout {
	int inner_mib, outer_mib; /* 0: none */
	bool outer_hit;
} layouts[] = { { LIMIT_MIB, 0, false }, { 0, LIMIT_MIB, true }, { WIDE_MIB, LIMIT_MIB, true },
	{ LIMIT_MIB, WIDE_MIB, false } };

/* A process, as made, and what was said of it. */
struct member {
	pid_t pid;
	int group, place;
	bool told;
	double killed_s, sample_s;
	long rank;
};

struct burst {
	struct member members[KILLS];
	int count, told, bare, traced, go[2];
	double go_s;     /* when it began */
	char wrong[256]; /* the first thing that was */
};

static void name_group(int group, bool outer, char ret[32])
{
	snprintf(ret, 32, outer ? "/burst%d" : "/burst%d/in", group);
}

static void make_group(struct scene *scene, int group)
{
	const struct layout *layout = &layouts[group % 4];
	char outer[32], inner[32];
	name_group(group, true, outer);
	name_group(group, false, inner);
	scene_group(
		scene, outer, layout->outer_mib ? guest_mib(layout->outer_mib) : GROUP_NO_LIMIT);
	scene_group(
		scene, inner, layout->inner_mib ? guest_mib(layout->inner_mib) : GROUP_NO_LIMIT);
}

/* --- the processes ----------------------------------------------------------------------------- */

/* Pages that are in nobody's rss: the order of death stays what it was. */
static void exhaust(const struct burst *burst, const char *group)
{
	static char page[4096];
	char byte;
	int fd = memfd_create("burst", MFD_CLOEXEC);
	if (!group_join(group) || !guest_write("/proc/self/oom_score_adj", "0") ||
		read(burst->go[0], &byte, 1) != 1)
		_exit(1);
	while (write(fd, page, sizeof(page)) == (ssize_t)sizeof(page))
		;
	_exit(3);
}

static void add_member(struct scene *scene, struct burst *burst, int group, int place)
{
	char inner[32];
	struct member *member = &burst->members[burst->count++];
	struct hog hog = { .name = "burst-holds", .group = inner, .cpu = -1 };
	*member = (struct member){ .group = group, .place = place };
	name_group(group, false, inner);
	hog.anon = place == 0 ? guest_mib(3) : guest_mib(3) / 2;
	if (place < INSIDE - 1) {
		member->pid = scene_hog(scene, &hog);
		return;
	}
	member->pid = fork();
	if (member->pid == 0)
		exhaust(burst, inner);
}

/* --- what is said ------------------------------------------------------------------------------ */

static pid_t start_follower(void)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	char oomspect[] = "oomspect", events[] = "events", follow[] = "--follow", json[] = "--json";
	char *args[] = { oomspect, events, follow, json, NULL };
	int output = open(FOLLOWED, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execv("/oomspect", args);
	_exit(127);
}

static struct member *member_of(struct burst *burst, json_int_t pid)
{
	for (int i = 0; i < burst->count; i++)
		if (burst->members[i].pid == pid)
			return &burst->members[i];
	return NULL;
}

static void blame(
	struct burst *burst, const struct member *member, const char *what, const char *is)
{
	if (!burst->wrong[0])
		snprintf(burst->wrong, sizeof(burst->wrong), "; group %d, place %d: %s is %s",
			member->group, member->place, what, is ? is : "null");
}

static void judge_seen(struct burst *burst, const struct member *member, const json_t *event)
{
	char path[32], number[32];
	const json_t *seen = json_object_get(event, "seen");
	const char *said = json_string_value(json_object_get(seen, "oom_memcg"));
	const char *why = json_string_value(json_object_get(event, "why"));
	long limit = (long)json_integer_value(json_object_get(seen, "limit_kb"));
	const char *source = json_string_value(json_object_get(event, "source"));
	bool bare = json_is_null(json_object_get(event, "oom_memcg"));
	name_group(member->group, layouts[member->group % 4].outer_hit, path);
	if (!said || strcmp(said, path) != 0)
		blame(burst, member, "the limiting cgroup", said);
	snprintf(number, sizeof(number), "%ld KiB", limit);
	if (limit != LIMIT_MIB * 1024)
		blame(burst, member, "the limit", number);
	if (bare && (!why || !strstr(why, "From our sample ")))
		blame(burst, member, "the reason", why);
	burst->bare += bare;
	burst->traced += strcmp(source ? source : "", "tracepoint") == 0;
}

static void take_line(struct burst *burst, const char *line)
{
	json_t *event = json_loads(line, 0, NULL);
	const json_t *victim = json_array_get(json_object_get(event, "victims"), 0);
	struct member *member =
		member_of(burst, json_integer_value(json_object_get(victim, "pid")));
	if (member && !member->told) {
		const json_t *seen = json_object_get(event, "seen");
		member->told = true;
		burst->told++;
		member->killed_s = json_number_value(json_object_get(event, "boot_s"));
		member->sample_s =
			member->killed_s - json_number_value(json_object_get(seen, "age_s"));
		member->rank = (long)json_integer_value(json_object_get(seen, "rank"));
		judge_seen(burst, member, event);
	}
	json_decref(event);
}

static void read_events(struct burst *burst)
{
	static char output[OUTPUT_SIZE];
	int64_t until = guest_ms() + PATIENCE_MS;
	char *rest, *line;
	do {
		guest_sleep_ms(200);
		burst->told = burst->bare = burst->traced = 0;
		for (int i = 0; i < burst->count; i++)
			burst->members[i].told = false;
		if (guest_read(FOLLOWED, output, sizeof(output)) < 0)
			return;
		for (rest = output; (line = strsep(&rest, "\n"));)
			take_line(burst, line);
	} while (burst->told < burst->count && guest_ms() < until);
}

/* Its place among those of its cgroup that lived at its sample: all of them before the burst; later
 * those that died about then may count or not. */
static void judge_ranks(struct burst *burst)
{
	for (int i = 0; i < burst->count; i++) {
		const struct member *member = &burst->members[i];
		bool exact = member->sample_s + 0.3 < burst->go_s;
		long least = 1, most = 1;
		char number[32];
		for (int k = 0; k < burst->count; k++) {
			const struct member *other = &burst->members[k];
			if (other->group != member->group || other->place >= member->place)
				continue;
			least += exact || other->killed_s > member->sample_s + 1;
			most += exact || other->killed_s > member->sample_s - 1;
		}
		snprintf(number, sizeof(number), "%ld", member->rank);
		if (!member->told || member->rank < least || member->rank > most)
			blame(burst, member, "the rank", number);
	}
}

/* --- the scenarios ----------------------------------------------------------------------------- */

static void set_up(struct scene *scene, struct burst *burst)
{
	if (pipe(burst->go))
		scene_broken("no pipe: %s", strerror(errno));
	for (int group = 0; group < GROUPS; group++)
		make_group(scene, group);
	for (int group = 0; group < GROUPS; group++)
		for (int place = group % 2; place < INSIDE; place++)
			add_member(scene, burst, group, place);
}

static void let_go(struct burst *burst)
{
	burst->go_s = (double)guest_ms() / 1000;
	for (int group = 0; group < GROUPS; group++)
		if (write(burst->go[1], "g", 1) != 1)
			scene_broken("no burst: %s", strerror(errno));
}

static void check_burst(struct scene *scene)
{
	static struct burst burst;
	set_up(scene, &burst);
	pid_t follower = start_follower();
	guest_sleep_ms(LOOKED_MS);
	let_go(&burst);
	read_events(&burst);
	judge_ranks(&burst);
	scene_claim(scene,
		burst.told == KILLS && burst.bare >= KILLS - 20 && !burst.wrong[0] &&
			is_living(follower),
		"%d of %d kills told with cgroup, limit, rank and reason, %d of them bare lines%s",
		burst.told, KILLS, burst.bare, burst.wrong);
	kill(follower, SIGKILL);
}

static bool any_lives(const struct burst *burst)
{
	for (int i = 0; i < burst->count; i++)
		if (is_living(burst->members[i].pid))
			return true;
	return false;
}

/* The sequence number of the oldest record. */
static unsigned long oldest_record(void)
{
	char record[8192];
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t length = read(fd, record, sizeof(record) - 1);
	close(fd);
	record[length > 0 ? length : 0] = '\0';
	const char *comma = strchr(record, ',');
	return comma ? strtoul(comma + 1, NULL, 10) : 0;
}

static unsigned long newest_record(void)
{
	char record[8192];
	unsigned long newest = 0;
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	for (ssize_t length; (length = read(fd, record, sizeof(record) - 1)) > 0;) {
		record[length] = '\0';
		const char *comma = strchr(record, ',');
		newest = comma ? strtoul(comma + 1, NULL, 10) : newest;
	}
	close(fd);
	return newest;
}

/* Lines of ours until none of the kernel's is left. */
static void overwrite_log(void)
{
	char line[900]; /* LOG_LINE_MAX is 976 on older kernels */
	unsigned long last = newest_record();
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	scene_set("/proc/sys/kernel/printk_devkmsg", "on\n");
	memset(line, 'x', sizeof(line));
	memcpy(line, "<7>", 3);
	for (int i = 0; oldest_record() <= last; i++) {
		if (i == 100)
			scene_broken("the log is too large to be overwritten");
		for (int k = 0; k < 500; k++)
			if (write(fd, line, sizeof(line)) < 0)
				scene_broken("/dev/kmsg: %s", strerror(errno));
	}
	close(fd);
}

/* The follower sleeps while all of it happens. When it wakes nothing of it is in the log. */
static void check_overwritten(struct scene *scene)
{
	static struct burst burst;
	if (mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) && errno != EBUSY)
		scene_broken("tracefs: %s", strerror(errno));
	set_up(scene, &burst);
	pid_t follower = start_follower();
	guest_sleep_ms(LOOKED_MS);
	kill(follower, SIGSTOP);
	let_go(&burst);
	for (int64_t until = guest_ms() + PATIENCE_MS; any_lives(&burst) && guest_ms() < until;)
		guest_sleep_ms(20);
	overwrite_log();
	kill(follower, SIGCONT);
	read_events(&burst);
	judge_ranks(&burst);
	scene_claim(scene,
		burst.told == KILLS && burst.bare == KILLS && burst.traced == KILLS &&
			!burst.wrong[0] && is_living(follower),
		"%d of %d kills told, %d by the tracepoint, with cgroup, limit, rank and reason%s",
		burst.told, KILLS, burst.traced, burst.wrong);
	kill(follower, SIGKILL);
}

const struct kind kinds_burst[] = {
	{ "events-burst", "50 kills in 20 cgroups: whose limit, which rank, why",
		.check = check_burst },
	{ "events-overwritten", "the same when the log has lost them: the tracepoint names each",
		.check = check_overwritten },
	{ .name = NULL },
};
