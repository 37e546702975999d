/* The memory cgroups of the machine of the drawings (support_machine.h), a hierarchy of version 2. */
#ifndef TESTS_SUPPORT_GROUPS_H
#define TESTS_SUPPORT_GROUPS_H

/* In MiB; 0: no limit. */
struct group {
	const char *path; /* below sys/fs/cgroup */
	long used, file, limit, high;
	const char *psi;
	int kills, group;
};

#define GROUPS 12
extern const struct group groups[GROUPS];

/* Writes the files of all of them below the machine `root`, or of one. */
void groups_write(const char *root);
void group_write(const char *root, const struct group *group);

/* One file, as text, or as MiB in bytes (0: "max"). */
void group_write_file(const char *root, const char *group, const char *file, const char *text);
void group_write_bytes(const char *root, const char *group, const char *file, long mib);

#endif
