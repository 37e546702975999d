#include "support_groups.h"

#include "support_machine.h"

#include <stdio.h>

#define GIB 1024L /* MiB */

const struct group groups[GROUPS] = {
	{ "machine", 7578, 410, 0, 0, "4.02", 1, 0 },
	{ "machine/docker-9c1f2ab0", 7578, 410, 8 * GIB, 7 * GIB, "9.10", 1, 0 },
	{ "user", 5222, 100, 0, 0, "1.00", 0, 0 },
	{ "user/1000", 5222, 100, 0, 0, "1.00", 0, 0 },
	{ "user/1000/build.scope", 4491, 0, 6 * GIB, 4608, "2.02", 0, 1 },
	{ "user/1000/session-4.scope", 717, 100, 0, 0, "0.00", 0, 0 },
	{ "system.slice", 15872, 300, 0, 0, "1.20", 0, 0 },
	{ "system.slice/app.service", 10547, 100, 0, 0, "3.10", 0, 0 },
	{ "system.slice/mysql.service", 5243, 3000, 8 * GIB, 0, "0.00", 0, 0 },
	{ "system.slice/rsyslog.service", 60, 8, 0, 0, "0.00", 0, 0 },
	{ "backup.slice", 307, 200, 16 * GIB, 0, "0.00", 0, 0 },
	{ "backup.slice/backup.service", 307, 200, 0, 0, "0.00", 0, 0 },
};

void group_write_file(const char *root, const char *group, const char *file, const char *text)
{
	char name[256];
	snprintf(name, sizeof(name), "sys/fs/cgroup/%s/%s", group, file);
	machine_write(root, name, text);
}

void group_write_bytes(const char *root, const char *group, const char *file, long mib)
{
	char text[64];
	snprintf(text, sizeof(text), "%lld\n", (long long)mib * 1024 * 1024);
	group_write_file(root, group, file, mib ? text : "max\n");
}

void group_write(const char *root, const struct group *group)
{
	char text[512];
	long long file = (long long)group->file * 1024 * 1024;
	group_write_bytes(root, group->path, "memory.current", group->used);
	group_write_bytes(root, group->path, "memory.max", group->limit);
	group_write_bytes(root, group->path, "memory.high", group->high);
	group_write_file(root, group->path, "memory.swap.max", "max\n");
	snprintf(text, sizeof(text),
		"anon %lld\nfile %lld\nkernel 1048576\nshmem 0\nfile_dirty 0\nfile_writeback 0\n"
		"inactive_file %lld\nactive_file 0\nslab_reclaimable 0\n",
		(long long)group->used * 1024 * 1024 - file - 1048576, file, file);
	group_write_file(root, group->path, "memory.stat", text);
	snprintf(text, sizeof(text),
		"low 0\nhigh 41210\nmax 902\noom %d\noom_kill %d\noom_group_kill 0\n", group->kills,
		group->kills);
	group_write_file(root, group->path, "memory.events", text);
	snprintf(text, sizeof(text), "some avg10=%s avg60=0.00 avg300=0.00 total=1\n", group->psi);
	group_write_file(root, group->path, "memory.pressure", text);
	group_write_file(root, group->path, "memory.oom.group", group->group ? "1\n" : "0\n");
}

void groups_write(const char *root)
{
	for (size_t i = 0; i < GROUPS; i++)
		group_write(root, &groups[i]);
}
