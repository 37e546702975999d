#include "support_rule.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

static bool slurp(const char *root, const char *path, char *text, size_t size)
{
	char full[PATH_MAX];
	snprintf(full, sizeof(full), "%s/%s", root, path);
	FILE *file = fopen(full, "r");
	if (!file)
		return false;
	size_t length = fread(text, 1, size - 1, file);
	fclose(file);
	text[length] = '\0';
	return length > 0;
}

/* The number behind `name` at the beginning of a line, or -1. */
static long number_behind(const char *text, const char *name)
{
	for (const char *at = strstr(text, name); at; at = strstr(at + 1, name))
		if (at == text || at[-1] == '\n')
			return strtol(at + strlen(name), NULL, 10);
	return -1;
}

struct rule rule_of(const char *root)
{
	struct rule rule = { .pid_1_is_init = true };
	char text[65536], path[PATH_MAX], ns[64] = "";
	int major = 0, minor = 0;
	struct sysinfo info;
	if (slurp(root, "proc/sys/kernel/osrelease", text, sizeof(text)))
		sscanf(text, "%d.%d", &major, &minor);
	rule.release = major * 1000 + minor;
	if (slurp(root, "proc/meminfo", text, sizeof(text)))
		rule.total =
			(number_behind(text, "MemTotal:") + number_behind(text, "SwapTotal:")) /
			(sysconf(_SC_PAGESIZE) / 1024);
	/* lxcfs overlays meminfo with a container's limit. */
	if (strcmp(root, "/") == 0 && sysinfo(&info) == 0)
		rule.total = (long)((info.totalram + info.totalswap) * info.mem_unit /
				    (unsigned long)sysconf(_SC_PAGESIZE));
	snprintf(path, sizeof(path), "%s/proc/self/ns/pid", root);
	if (readlink(path, ns, sizeof(ns) - 1) > 0)
		rule.pid_1_is_init = strcmp(ns, "pid:[4026531836]") == 0;
	return rule;
}

/* Fields of stat that count, of the process or of one of its threads. */
static bool read_stat(const char *root, const char *directory, struct rule_task *task,
	unsigned long *flags, long *rss)
{
	char path[PATH_MAX], text[4096];
	snprintf(path, sizeof(path), "%s/stat", directory);
	const char *tail = slurp(root, path, text, sizeof(text)) ? strrchr(text, ')') : NULL;
	return tail &&
	       sscanf(tail + 1,
		       " %*c %d %*d %*d %*d %*d %lu %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
		       "%*d %llu %*u %ld",
		       &task->ppid, flags, &task->start, rss) == 4;
}

/* The first thread that has memory: its directory, "" for none. */
static void find_memory(const char *root, const char *process, char *status, size_t size, char *ret)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s/task", root, process);
	DIR *dir = opendir(path);
	const struct dirent *entry;
	ret[0] = '\0';
	while (dir && !ret[0] && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/task/%s/status", process, entry->d_name);
		if (entry->d_name[0] != '.' && slurp(root, path, status, size) &&
			number_behind(status, "VmRSS:") >= 0)
			snprintf(ret, 64, "%.32s/task/%.16s", process, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

static long zero_if_missing(long number)
{
	return number < 0 ? 0 : number;
}

static void judge(
	const struct rule *rule, struct rule_task *task, const char *status, long stat_rss)
{
	long page_kb = sysconf(_SC_PAGESIZE) / 1024;
	bool unsummed = rule->release >= 6002 && rule->release < 7000;
	bool is_signed = rule->release >= 5009;
	long points = unsummed ? stat_rss : number_behind(status, "VmRSS:") / page_kb;
	points += zero_if_missing(number_behind(status, "VmSwap:")) / page_kb;
	points += zero_if_missing(number_behind(status, "VmPTE:")) / page_kb;
	points += task->adj * (rule->total / 1000);
	if (!is_signed && points < 1)
		points = 1;
	task->points = points;
	task->score = points * 1000 / rule->total;
	if (is_signed)
		task->score = (1000 + task->score) * 2 / 3;
	/* A printed 0 where more is due: lent by vfork, or reaped already. */
	task->killable = task->adj != -1000 && !(task->score_read == 0 && task->score > 1);
}

static long read_number(const char *root, const char *process, const char *name, long otherwise)
{
	char path[PATH_MAX], text[64];
	snprintf(path, sizeof(path), "%s/%s", process, name);
	return slurp(root, path, text, sizeof(text)) ? strtol(text, NULL, 10) : otherwise;
}

bool rule_read(const struct rule *rule, const char *root, pid_t pid, struct rule_task *ret)
{
	char process[32], path[PATH_MAX], thread[64], status[16384];
	unsigned long flags;
	long rss;
	*ret = (struct rule_task){ .pid = pid };
	snprintf(process, sizeof(process), "proc/%d", (int)pid);
	snprintf(path, sizeof(path), "%s/status", process);
	if (!read_stat(root, process, ret, &flags, &rss) ||
		!slurp(root, path, status, sizeof(status)))
		return false;
	ret->adj = (int)read_number(root, process, "oom_score_adj", -1000);
	ret->score_read = read_number(root, process, "oom_score", -1);
	bool never = (flags & 0x200000) || (pid == 1 && rule->pid_1_is_init);
	if (!never && number_behind(status, "VmRSS:") < 0) {
		unsigned long long start = ret->start;
		pid_t ppid = ret->ppid;
		find_memory(root, process, status, sizeof(status), thread);
		never = !thread[0] || !read_stat(root, thread, ret, &flags, &rss);
		ret->start = start;
		ret->ppid = ppid;
	}
	if (!never)
		judge(rule, ret, status, rss);
	if (!ret->killable)
		ret->score = 0;
	return true;
}

/* Whether `task`, scanned after `chosen`, takes its place. Scan order is the order of creation. */
static bool beats(
	const struct rule *rule, const struct rule_task *task, const struct rule_task *chosen)
{
	if (!chosen->pid || task->points != chosen->points)
		return !chosen->pid || task->points > chosen->points;
	bool newer = task->start != chosen->start ? task->start > chosen->start
						  : task->pid > chosen->pid;
	return rule->release >= 5003 ? newer : !newer;
}

/* Until 5.0 the worst child of the chosen one died for it. */
static pid_t sacrifice(const struct rule *rule, const struct rule_task *tasks, size_t count,
	const struct rule_task *chosen)
{
	struct rule_task child = { 0 };
	for (size_t i = 0; i < count; i++)
		if (tasks[i].killable && tasks[i].ppid == chosen->pid &&
			beats(rule, &tasks[i], &child))
			child = tasks[i];
	return child.pid ? child.pid : chosen->pid;
}

static size_t read_all(const struct rule *rule, const char *root, pid_t without,
	struct rule_task *tasks, size_t capacity)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/proc", root);
	DIR *dir = opendir(path);
	const struct dirent *entry;
	size_t count = 0;
	while (dir && count < capacity && (entry = readdir(dir))) {
		pid_t pid = (pid_t)atoi(entry->d_name);
		if (pid > 0 && pid != without && rule_read(rule, root, pid, &tasks[count]))
			count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

pid_t rule_victim(const struct rule *rule, const char *root, pid_t without, int *ret_ties)
{
	enum { CAPACITY = 65536 };
	struct rule_task *tasks = calloc(CAPACITY, sizeof(*tasks));
	struct rule_task chosen = { 0 };
	size_t count = tasks ? read_all(rule, root, without, tasks, CAPACITY) : 0;
	for (size_t i = 0; i < count; i++)
		if (tasks[i].killable && beats(rule, &tasks[i], &chosen))
			chosen = tasks[i];
	*ret_ties = 0;
	for (size_t i = 0; i < count; i++)
		*ret_ties += tasks[i].killable && tasks[i].points == chosen.points;
	pid_t victim = chosen.pid;
	if (victim && rule->release < 5001)
		victim = sacrifice(rule, tasks, count, &chosen);
	free(tasks);
	return victim;
}
