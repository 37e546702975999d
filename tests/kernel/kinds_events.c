/* What the kernel said afterwards: `oomspect events` against a grep of our own, and the counters of
 * cgroups against what was killed. */
#include "scene.h"

#include "group.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_SIZE = 8 << 20, KILLED_MAX = 1024 };
#define FOLLOWED      "/tmp/followed"
#define FOLLOWED_TEXT "/tmp/followed.text"

/* One "Killed process" line, as the kernel printed it. */
struct killed {
	pid_t pid;
	long total_vm_kb, anon_kb, file_kb, shmem_kb, uid, pgtables_kb, adj;
};

static const struct question root = { .uid = 0 };

struct killed_list {
	struct killed rows[KILLED_MAX];
	size_t count;
	unsigned long first_seq, last_seq;
};

static long number_behind(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	return at ? strtol(at + strlen(key), NULL, 10) : -1;
}

/* The name between may hold anything but this much. */
static bool parse_killed(const char *text, struct killed *killed)
{
	static const char marker[] = ": Killed process ";
	const char *at = strstr(text, marker), *rest = NULL;
	for (const char *next = at; next && (next = strstr(next, ") total-vm:")); next++)
		rest = next;
	if (!at || !rest)
		return false;
	*killed = (struct killed){
		.pid = (pid_t)strtol(at + strlen(marker), NULL, 10),
		.total_vm_kb = number_behind(rest, "total-vm:"),
		.anon_kb = number_behind(rest, "anon-rss:"),
		.file_kb = number_behind(rest, "file-rss:"),
		.shmem_kb = number_behind(rest, "shmem-rss:"),
		.uid = number_behind(rest, "UID:"),
		.pgtables_kb = number_behind(rest, "pgtables:"),
		.adj = number_behind(rest, "oom_score_adj:"),
	};
	return true;
}

/* A group's first victim is named twice: once chosen, once among the members. */
static void add_killed(struct killed_list *list, const struct killed *killed)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].pid == killed->pid)
			return;
	if (list->count < KILLED_MAX)
		list->rows[list->count++] = *killed;
}

/* All that the log has from sequence number `from` on. */
static struct killed_list read_killed(unsigned long from)
{
	static char record[8192];
	struct killed_list list = { .count = 0 };
	struct killed killed;
	ssize_t length;
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	while ((length = read(fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		record[length > 0 ? length : 0] = '\0';
		const char *comma = strchr(record, ','), *text = strchr(record, ';');
		if (!comma || !text)
			continue;
		list.last_seq = strtoul(comma + 1, NULL, 10);
		if (!list.first_seq)
			list.first_seq = list.last_seq;
		if (list.last_seq >= from && parse_killed(text + 1, &killed))
			add_killed(&list, &killed);
	}
	close(fd);
	return list;
}

static bool is_number(const json_t *victim, const char *name, long value)
{
	return json_integer_value(json_object_get(victim, name)) == value;
}

static bool is_same(const json_t *victim, const struct killed *killed)
{
	return is_number(victim, "pid", killed->pid) &&
	       is_number(victim, "total_vm_kb", killed->total_vm_kb) &&
	       is_number(victim, "anon_rss_kb", killed->anon_kb) &&
	       is_number(victim, "file_rss_kb", killed->file_kb) &&
	       is_number(victim, "shmem_rss_kb", killed->shmem_kb) &&
	       is_number(victim, "uid", killed->uid) &&
	       is_number(victim, "pgtables_kb", killed->pgtables_kb) &&
	       is_number(victim, "oom_score_adj", killed->adj);
}

/* Marks those of `list` that the JSON Lines in `text` name with the same figures; how many victims
 * the text names in all. */
static size_t mark_found(char *text, const struct killed_list *list, bool *found)
{
	size_t named = 0, index;
	char *rest = text;
	for (char *line; (line = strsep(&rest, "\n"));) {
		json_t *event = json_loads(line, 0, NULL);
		const json_t *victim;
		json_array_foreach(json_object_get(event, "victims"), index, victim)
		{
			named++;
			for (size_t i = 0; i < list->count; i++)
				found[i] = found[i] || is_same(victim, &list->rows[i]);
		}
		json_decref(event);
	}
	return named;
}

static size_t count_found(const bool *found, size_t count)
{
	size_t sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += found[i];
	return sum;
}

static void start_some(struct scene *scene, int count)
{
	for (int i = 0; i < count; i++) {
		struct hog hog = { .name = i % 2 ? "x) total-vm:1" : "event", .adj = i * 7 - 20 };
		hog.anon = chance_between(&scene->chance, guest_mib(1), guest_mib(5));
		scene_hog(scene, &hog);
	}
}

/* Kills `count` times and waits for each. */
static void kill_some(struct scene *scene, int count)
{
	for (int i = 0; i < count; i++) {
		static struct kernlog log;
		int64_t until = guest_ms() + 10000;
		if (!kernlog_begin(&log))
			scene_broken("/dev/kmsg: %s", strerror(errno));
		trigger_sysrq(scene);
		while (!log.killed.count && guest_ms() < until) {
			guest_sleep_ms(2);
			kernlog_poll(&log);
		}
		while (log.killed.count && is_living(log.killed.list[0]) && guest_ms() < until)
			guest_sleep_ms(2);
		kernlog_end(&log);
	}
}

static void kill_a_group(struct scene *scene)
{
	struct hog hog = { .name = "together", .group = "/together", .anon = guest_mib(8) };
	if (group_version() == 1)
		return;
	scene_group(scene, "/together", GROUP_NO_LIMIT);
	group_set("/together", "memory.oom.group", "1");
	for (int i = 0; i < 3; i++)
		scene_hog(scene, &hog);
	kill_some(scene, 1);
}

static void check_log(struct scene *scene)
{
	static char output[OUTPUT_SIZE];
	static bool found[KILLED_MAX];
	char oomspect[] = "oomspect", events[] = "events", json[] = "--json";
	char *args[] = { oomspect, events, json, NULL };
	start_some(scene, 6);
	kill_some(scene, 6);
	kill_a_group(scene);
	int status = oomspect_run(args, &root, output, sizeof(output));
	struct killed_list list = read_killed(0);
	size_t named = mark_found(output, &list, found);
	size_t same = count_found(found, list.count);
	scene_claim(scene,
		status == 0 && list.count >= 6 && same == list.count && named == list.count,
		"%zu kills in the log, %zu with the same figures, %zu named, exit status %d",
		list.count, same, named, status);
}

static pid_t start_follower(const char *output_path, bool as_json)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	char oomspect[] = "oomspect", events[] = "events", follow[] = "--follow", json[] = "--json";
	char *args[] = { oomspect, events, follow, as_json ? json : NULL, NULL };
	int output = open(output_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execv("/oomspect", args);
	_exit(127);
}

/* Waits until the follower has shown all of `list`; how many it did show. */
static size_t wait_for_shown(const struct killed_list *list, long patience_ms)
{
	static char output[OUTPUT_SIZE];
	static bool found[KILLED_MAX];
	int64_t until = guest_ms() + patience_ms;
	size_t shown;
	do {
		guest_sleep_ms(50);
		memset(found, 0, sizeof(found));
		if (guest_read(FOLLOWED, output, sizeof(output)) < 0)
			return 0;
		mark_found(output, list, found);
		shown = count_found(found, list->count);
	} while (shown < list->count && guest_ms() < until);
	return shown;
}

static void check_follow(struct scene *scene)
{
	unsigned long from = read_killed(0).last_seq + 1;
	pid_t follower = start_follower(FOLLOWED, true);
	start_some(scene, 8);
	kill_some(scene, 8);
	kill_a_group(scene);
	struct killed_list list = read_killed(from);
	int64_t start = guest_ms();
	size_t shown = wait_for_shown(&list, 20000);
	scene_claim(scene, list.count >= 8 && shown == list.count && is_living(follower),
		"%zu kills, %zu shown, the last %lld ms after", list.count, shown,
		(long long)(guest_ms() - start));
	kill(follower, SIGKILL);
}

static long size_of(const char *path)
{
	struct stat file = { .st_size = 0 };
	stat(path, &file);
	return (long)file.st_size;
}

/* Until a follower has shown the past: what it wrote. */
static long wait_for_silence(const char *path)
{
	long size = -1, before;
	for (int i = 0; i < 60; i++) {
		before = size;
		guest_sleep_ms(500);
		size = size_of(path);
		if (size && size == before)
			break;
	}
	return size;
}

static bool file_has(const char *path, const char *text)
{
	static char content[OUTPUT_SIZE];
	return guest_read(path, content, sizeof(content)) > 0 && strstr(content, text);
}

/* The number of the newest record, which is one of ours. 0: it cannot be had. */
static unsigned long newest_record(void)
{
	static const char mark[] = "<7>judge: mark\n"; /* readable at its end of line */
	char record[8192];
	ssize_t length = -1;
	int fd = open("/dev/kmsg", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	for (int i = 0; i < 20 && length <= 0; i++) { /* a storm may overrun us in between */
		lseek(fd, 0, SEEK_END);
		if (write(fd, mark, sizeof(mark) - 1) > 0)
			length = read(fd, record, sizeof(record) - 1);
	}
	close(fd);
	record[length > 0 ? length : 0] = '\0';
	const char *comma = strchr(record, ',');
	return comma ? strtoul(comma + 1, NULL, 10) : 0;
}

/* Waits for so long; how many records a second came meanwhile. */
static unsigned long records_a_second(long ms)
{
	int64_t start = guest_ms();
	unsigned long before = newest_record();
	guest_sleep_ms(ms);
	unsigned long after = newest_record();
	return before && after ? (after - before) * 1000 / (unsigned long)(guest_ms() - start) : 0;
}

/* A group with nobody to kill writes a report for each failed charge, as fast as it can: for three
 * seconds beside its readers, then for three alone on the machine, so that it overruns them. As
 * text the reports are collapsed and counted; either way the kill that follows is seen. */
static void check_storm(struct scene *scene)
{
	struct hog immune = { .name = "immune", .group = "/judge", .adj = -1000 };
	scene_group(scene, "/judge", guest_mib(8));
	immune.anon = guest_mib(2);
	scene_set("/proc/sys/kernel/printk_devkmsg", "on\n"); /* each mark of ours is a record */
	scene_hog(scene, &immune);
	start_some(scene, 3);
	kill_some(scene, 1); /* so that there is a past to show */
	pid_t lines = start_follower(FOLLOWED, true), text = start_follower(FOLLOWED_TEXT, false);
	long lines_before = wait_for_silence(FOLLOWED);
	long text_before = wait_for_silence(FOLLOWED_TEXT);
	trigger_group(scene);
	unsigned long beside = records_a_second(3000);
	kill(lines, SIGSTOP);
	kill(text, SIGSTOP);
	unsigned long stopped = newest_record();
	unsigned long alone = records_a_second(3000);
	kill(scene->trigger, SIGKILL);
	unsigned long last = newest_record();
	bool overrun = read_killed(last).first_seq > stopped + 1;
	kill(lines, SIGCONT);
	kill(text, SIGCONT);
	kill_some(scene, 1);
	struct killed_list list = read_killed(last);
	size_t shown = wait_for_shown(&list, 60000);
	long text_grown = wait_for_silence(FOLLOWED_TEXT) - text_before;
	bool counted = file_has(FOLLOWED_TEXT, "the same report came");
	bool told = file_has(FOLLOWED_TEXT, "were overwritten before they could be read");
	scene_claim(scene,
		list.count == 1 && shown == 1 && is_living(lines) && is_living(text) && counted &&
			told == overrun && text_grown < 1 << 16,
		"%lu records a second beside readers, %lu alone, then %zu of %zu kills shown; %ld "
		"bytes of JSON, %ld of text, %s, %s",
		beside, alone, shown, list.count, size_of(FOLLOWED) - lines_before, text_grown,
		counted ? "counted" : "not counted",
		!overrun ? "no overrun"
		: told   ? "overrun told"
			 : "overrun not told");
	kill(lines, SIGKILL);
	kill(text, SIGKILL);
}

static const json_t *cgroup_in(const json_t *document, const char *path)
{
	size_t index;
	const json_t *row;
	json_array_foreach(json_object_get(document, "cgroups"), index, row)
	{
		const char *name = json_string_value(json_object_get(row, "path"));
		if (name && !strcmp(name, path))
			return row;
	}
	return NULL;
}

/* memory.events, or oom_control on v1, of the group in which three died. */
static void check_counters(struct scene *scene)
{
	static char output[OUTPUT_SIZE];
	char oomspect[] = "oomspect", cgroups[] = "cgroups", json[] = "--json";
	char *args[] = { oomspect, cgroups, json, NULL };
	struct hog hog = { .name = "counted", .group = "/judge/in", .anon = guest_mib(3) };
	scene_group(scene, "/judge", guest_mib(12));
	scene_group(scene, "/judge/in", GROUP_NO_LIMIT);
	group_set("/judge", "memory.oom.group", "1");
	scene->fill = "/judge/in";
	for (int i = 0; i < 3; i++)
		scene_hog(scene, &hog);
	trigger_group(scene);
	for (int i = 0; i < 500 && is_living(scene->hogs.list[0]); i++)
		guest_sleep_ms(10);
	guest_sleep_ms(200);
	int status = oomspect_run(args, &root, output, sizeof(output));
	json_t *document = json_loads(output, 0, NULL);
	const json_t *row = cgroup_in(document, "/judge");
	long said = (long)json_integer_value(json_object_get(row, "oom_kill"));
	long true_count = guest_number("/sys/fs/cgroup/judge/memory.events", "oom_kill");
	/* The chosen one counts twice when it still lives as the members' turn comes. */
	scene_claim(scene, status == 0 && said == true_count && true_count >= 3 && true_count <= 4,
		"three died, memory.events says %ld, oomspect %ld", true_count, said);
	json_decref(document);
}

/* The last document of JSON Lines. */
static json_t *last_document(char *text)
{
	size_t length = strlen(text);
	while (length && text[length - 1] == '\n')
		text[--length] = '\0';
	const char *line = strrchr(text, '\n');
	return json_loads(line ? line + 1 : text, 0, NULL);
}

static const json_t *process_in(const json_t *document, json_int_t pid)
{
	size_t index;
	const json_t *row;
	json_array_foreach(json_object_get(document, "processes"), index, row)
	{
		if (json_integer_value(json_object_get(row, "pid")) == pid)
			return row;
	}
	return NULL;
}

/* How many pages what we made of a process is beside the kernel's own row of it. */
static long pages_apart(const json_t *process, const json_t *task)
{
	const json_t *ours = json_object_get(process, "badness_pages");
	const json_t *kernels = json_object_get(task, "badness_pages");
	if (json_is_null(ours) || json_is_null(kernels))
		return json_is_null(ours) == json_is_null(kernels) ? 0 : PIDS_MAX;
	return labs((long)(json_integer_value(ours) - json_integer_value(kernels)));
}

static void start_any(struct scene *scene)
{
	struct chance *chance = &scene->chance;
	for (int i = 0; i < 60; i++) {
		struct hog hog = { .name = "row", .cpu = (int)chance_between(chance, -1, 1) };
		hog.adj = (int)chance_between(chance, -1000, 1000);
		hog.anon = chance_between(chance, 20, guest_mib(2));
		hog.shmem = chance_one_in(chance, 4) ? chance_between(chance, 1, 200) : 0;
		hog.tables = chance_one_in(chance, 4) ? chance_between(chance, 1, 40) : 0;
		hog.swapped = (scene->kind->needs & NEED_SWAP) && chance_one_in(chance, 2);
		hog.kin = chance_one_in(chance, 10) ? HOG_LEADER_GONE : HOG_ALONE;
		scene_hog(scene, &hog);
	}
}

struct comparison {
	size_t listed, rows; /* of our processes: in the list, and in the kernel's table too */
	long apart;          /* the farthest */
};

/* Kills once. The table is compared with what was listed just before. */
static struct comparison compare_rows(struct scene *scene)
{
	static char output[OUTPUT_SIZE];
	char oomspect[] = "oomspect", list[] = "list", events[] = "events", json[] = "--json",
	     moment[] = "--moment", now[] = "now";
	char *before[] = { oomspect, list, json, moment, now, NULL },
	     *after[] = { oomspect, events, json, NULL };
	struct comparison found = { .apart = 0 };
	size_t index;
	oomspect_run(before, &root, output, sizeof(output));
	json_t *listed = json_loads(output, 0, NULL);
	for (size_t i = 0; i < scene->hogs.count; i++)
		found.listed +=
			is_living(scene->hogs.list[i]) && process_in(listed, scene->hogs.list[i]);
	kill_some(scene, 1);
	oomspect_run(after, &root, output, sizeof(output));
	json_t *event = last_document(output);
	const json_t *task;
	json_array_foreach(json_object_get(event, "tasks"), index, task)
	{
		json_int_t tgid = json_integer_value(json_object_get(task, "tgid"));
		const json_t *process = process_in(listed, tgid);
		if (!process || !pids_have(&scene->hogs, (pid_t)tgid))
			continue;
		long pages = pages_apart(process, task);
		found.apart = pages > found.apart ? pages : found.apart;
		found.rows++;
	}
	json_decref(listed);
	json_decref(event);
	return found;
}

/* The kernel's table of tasks has what it looked at: our figures of each are held against it.
 * Swap is apart by less than a batch of its counter (32) for each CPU from 6.2 to 6.19. */
static void check_rows(struct scene *scene)
{
	long allowed = scene->kind->needs & NEED_SWAP ? 2 * 32 : 0;
	start_any(scene);
	struct comparison found = compare_rows(scene);
	if (!found.rows) { /* ten tables in five seconds are all that it prints */
		guest_sleep_ms(5200);
		found = compare_rows(scene);
	}
	scene_claim(scene,
		found.listed >= 59 && found.rows == found.listed && found.apart <= allowed,
		"%zu of %zu rows, at most %ld pages apart", found.rows, found.listed, found.apart);
}

const struct kind kinds_events[] = {
	{ "events-log", "every kill in the log, with the log's own figures", .check = check_log },
	{ "events-follow", "every kill as it comes", .check = check_follow },
	{ "events-counters", "memory.events counts them", .check = check_counters,
		.needs = NEED_V2 },
	{ "events-rows", "our figures of each process are the kernel's", .check = check_rows,
		.runs = 3 },
	{ "events-rows-swap", "... with swap in use", .check = check_rows, .needs = NEED_SWAP },
	{ "events-storm", "reports by the thousand are survived", .check = check_storm },
	{ .name = NULL },
};
