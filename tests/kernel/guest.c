#include "guest.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool guest_write(const char *path, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool written = write(fd, text, (size_t)length) == length;
	return close(fd) == 0 && written;
}

ssize_t guest_read(const char *path, char *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	size_t length = 0;
	ssize_t got;
	while (length + 1 < size && (got = read(fd, buffer + length, size - 1 - length)) > 0)
		length += (size_t)got;
	buffer[length] = '\0';
	close(fd);
	return (ssize_t)length;
}

long guest_number(const char *path, const char *key)
{
	char text[16384];
	size_t key_length = strlen(key);
	if (guest_read(path, text, sizeof(text)) < 0)
		return -1;
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, key_length) && strchr(" \t", line[key_length]))
			return strtol(line + key_length, NULL, 10);
	}
	return -1;
}

int64_t guest_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void guest_sleep_ms(long ms)
{
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };
	nanosleep(&pause, NULL);
}

long guest_mib(long mib)
{
	return mib * (1024 * 1024 / sysconf(_SC_PAGESIZE));
}

void guest_run_on(int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	for (int i = 0; i < sysconf(_SC_NPROCESSORS_CONF); i++)
		if (cpu < 0 || cpu == i)
			CPU_SET((size_t)i, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

long chance_between(struct chance *chance, long low, long high)
{
	return low + (long)(chance_next(chance) % (uint64_t)(high - low + 1));
}

bool chance_one_in(struct chance *chance, unsigned n)
{
	return chance_next(chance) % n == 0;
}

bool pids_have(const struct pids *pids, pid_t pid)
{
	for (size_t i = 0; i < pids->count; i++)
		if (pids->list[i] == pid)
			return true;
	return false;
}

void pids_add(struct pids *pids, pid_t pid)
{
	if (pids->count < PIDS_MAX && !pids_have(pids, pid))
		pids->list[pids->count++] = pid;
}

struct pids pids_without(const struct pids *pids, const struct pids *others)
{
	struct pids rest = { .count = 0 };
	for (size_t i = 0; i < pids->count; i++)
		if (!pids_have(others, pids->list[i]))
			pids_add(&rest, pids->list[i]);
	return rest;
}

bool pids_same(const struct pids *a, const struct pids *b)
{
	return a->count == b->count && pids_without(a, b).count == 0;
}

const char *pids_text(const struct pids *pids, char *buffer, size_t size)
{
	size_t used = 0;
	snprintf(buffer, size, "none");
	for (size_t i = 0; i < pids->count; i++) {
		if (used + 16 > size) {
			snprintf(buffer + used, size - used, "...");
			break;
		}
		used += (size_t)snprintf(
			buffer + used, size - used, "%s%d", i ? "+" : "", pids->list[i]);
	}
	return buffer;
}

/* The state letter in a stat file, which follows the last ')'; '?' when it is gone. */
static char state_in(const char *path)
{
	char text[512];
	const char *paren = guest_read(path, text, sizeof(text)) > 0 ? strrchr(text, ')') : NULL;
	return paren && paren[1] == ' ' ? paren[2] : '?';
}

static bool thread_lives(pid_t pid, const char *tid)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/task/%.16s/stat", pid, tid);
	return !strchr("ZX?", state_in(path));
}

/* A process lives while one of its threads does: its leader may have gone before. */
bool is_living(pid_t pid)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *tasks = opendir(path);
	bool living = false;
	struct dirent *entry;
	while (tasks && !living && (entry = readdir(tasks)))
		living = entry->d_name[0] != '.' && thread_lives(pid, entry->d_name);
	if (tasks)
		closedir(tasks);
	return living;
}

pid_t other_thread(pid_t pid)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *tasks = opendir(path);
	pid_t found = 0;
	struct dirent *entry;
	while (tasks && !found && (entry = readdir(tasks))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
		found = tid != pid ? tid : 0;
	}
	if (tasks)
		closedir(tasks);
	return found;
}

/* Kernel threads are kthreadd, pid 2, and its children. */
static bool is_kthread(pid_t pid)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return pid == 2 || guest_number(path, "PPid:") == 2;
}

void census(struct pids *living)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	living->count = 0;
	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (pid > 0 && !is_kthread(pid) && is_living(pid))
			pids_add(living, pid);
	}
	if (proc)
		closedir(proc);
}
