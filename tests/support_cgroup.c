#include "support_cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define V1_TOP "/sys/fs/cgroup/memory"

bool own_cgroup_make(struct own_cgroup *cgroup, const char *name)
{
	char line[PATH_MAX];
	const char *path = NULL;
	FILE *stream = fopen("/proc/self/cgroup", "re");
	cgroup->path[0] = '\0';
	while (stream && !path && fgets(line, sizeof(line), stream))
		path = strstr(line, ":memory:");
	if (stream)
		fclose(stream);
	if (!path)
		return false;
	path += strlen(":memory:");
	int length = (int)strcspn(path, "\n");
	snprintf(cgroup->path, sizeof(cgroup->path), V1_TOP "%.*s/oomspect-%s-%d",
		length == 1 ? 0 : length, path, name, (int)getpid());
	if (mkdir(cgroup->path, 0755) == 0)
		return true;
	cgroup->path[0] = '\0';
	return false;
}

static bool child_path(const struct own_cgroup *cgroup, const char *child, char ret[PATH_MAX])
{
	int length = snprintf(ret, PATH_MAX, "%s/%s", cgroup->path, child);
	return cgroup->path[0] && length < PATH_MAX;
}

bool own_cgroup_add(const struct own_cgroup *cgroup, const char *child)
{
	char path[PATH_MAX];
	return child_path(cgroup, child, path) && mkdir(path, 0755) == 0;
}

/* A process that has just ended still counts for a moment. */
static bool remove_patiently(const char *path)
{
	for (int tries = 0; tries < 100; tries++) {
		if (rmdir(path) == 0)
			return true;
		if (errno != EBUSY)
			return false;
		poll(NULL, 0, 20);
	}
	return false;
}

bool own_cgroup_drop(const struct own_cgroup *cgroup, const char *child)
{
	char path[PATH_MAX];
	return child_path(cgroup, child, path) && remove_patiently(path);
}

bool own_cgroup_join(const struct own_cgroup *cgroup, const char *child, pid_t pid)
{
	char path[PATH_MAX], name[PATH_MAX], text[16];
	snprintf(name, sizeof(name), "%s/cgroup.procs", child);
	if (!child_path(cgroup, name, path))
		return false;
	int length = snprintf(text, sizeof(text), "%d", (int)pid);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool joined = write(fd, text, (size_t)length) == length;
	close(fd);
	return joined;
}

void own_cgroup_remove(struct own_cgroup *cgroup)
{
	DIR *dir = cgroup->path[0] ? opendir(cgroup->path) : NULL;
	const struct dirent *entry;
	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
			strcmp(entry->d_name, "..") != 0)
			own_cgroup_drop(cgroup, entry->d_name);
	if (dir)
		closedir(dir);
	if (cgroup->path[0])
		remove_patiently(cgroup->path);
	cgroup->path[0] = '\0';
}
