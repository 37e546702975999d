#include "group.h"

#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 512 };

static const char *top(void)
{
	return group_version() == 1 ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
}

int group_version(void)
{
	static int version;
	struct stat found;
	if (!version)
		version = stat("/sys/fs/cgroup/memory", &found) == 0 ? 1 : 2;
	return version;
}

static bool mount_controller(const char *name)
{
	char path[PATH_SIZE];
	snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", name);
	mkdir(path, 0755);
	return mount("cgroup", path, "cgroup", 0, name) == 0;
}

bool group_mount(int version)
{
	if (version == 2)
		return mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL) == 0;
	if (mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, NULL) || !mount_controller("memory") ||
		!mount_controller("cpuset"))
		return false;
	/* As systemd leaves it. Since 5.11 there is nothing else, and the file is read-only. */
	guest_write("/sys/fs/cgroup/memory/memory.use_hierarchy", "1");
	return true;
}

bool group_set(const char *path, const char *file, const char *value)
{
	char full[PATH_SIZE];
	snprintf(full, sizeof(full), "%s%s/%s", top(), path, file);
	return guest_write(full, "%s", value);
}

bool group_is_empty(const char *path)
{
	char full[PATH_SIZE];
	snprintf(full, sizeof(full), "%s%s/cgroup.events", top(), path);
	return guest_number(full, "populated") == 0;
}

static bool make_one(const char *path)
{
	char full[PATH_SIZE];
	snprintf(full, sizeof(full), "%s%s", top(), path);
	return mkdir(full, 0755) == 0 || errno == EEXIST;
}

/* v2 gives a group's children only the controllers that are written here. */
static bool pass_on_memory(const char *path)
{
	return group_version() == 1 || group_set(path, "cgroup.subtree_control", "+memory");
}

bool group_make(const char *path)
{
	char above[PATH_SIZE];
	for (size_t at = 1; path[at]; at++) {
		if (path[at] != '/')
			continue;
		snprintf(above, sizeof(above), "%.*s", (int)at, path);
		if (!make_one(above) || !pass_on_memory(above))
			return false;
	}
	return pass_on_memory("") && make_one(path);
}

bool group_join(const char *path)
{
	return group_set(path, "cgroup.procs", "0");
}

static bool set_pages(const char *path, const char *file, long pages)
{
	char value[32];
	snprintf(value, sizeof(value), "%lld", (long long)pages * sysconf(_SC_PAGESIZE));
	if (pages == GROUP_NO_LIMIT)
		snprintf(value, sizeof(value), "%s", group_version() == 1 ? "-1" : "max");
	return group_set(path, file, value);
}

bool group_limit(const char *path, long pages)
{
	return set_pages(
		path, group_version() == 1 ? "memory.limit_in_bytes" : "memory.max", pages);
}

bool group_limit_swap(const char *path, long limit_pages, long swap_pages)
{
	if (group_version() == 2)
		return set_pages(path, "memory.swap.max", swap_pages);
	return set_pages(path, "memory.memsw.limit_in_bytes",
		swap_pages == GROUP_NO_LIMIT ? GROUP_NO_LIMIT : limit_pages + swap_pages);
}

long group_usage(const char *path)
{
	char full[PATH_SIZE], text[32];
	snprintf(full, sizeof(full), "%s%s/%s", top(), path,
		group_version() == 1 ? "memory.usage_in_bytes" : "memory.current");
	if (guest_read(full, text, sizeof(text)) < 0)
		return -1;
	return (long)(strtoll(text, NULL, 10) / sysconf(_SC_PAGESIZE));
}

static void remove_below(int dir_fd)
{
	DIR *dir = fdopendir(dir_fd);
	struct dirent *entry;
	while (dir && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		int child = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (child >= 0)
			remove_below(child);
		unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
	if (dir)
		closedir(dir);
}

void group_remove_all(void)
{
	int fd = open(top(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		remove_below(fd);
	fd = open("/sys/fs/cgroup/cpuset", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		remove_below(fd);
}
