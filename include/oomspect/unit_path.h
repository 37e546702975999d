/* Where systemd looks for the files of a unit, the directories that win first, and under which
 * names. Knows nothing of what stands in the files. Source: systemd.unit(5). */
#ifndef OOMSPECT_UNIT_PATH_H
#define OOMSPECT_UNIT_PATH_H

#include "oomspect/root.h"

#define UNIT_PATH_SIZE 1024
#define UNIT_HOME_SIZE 256
#define UNIT_NAMES     32 /* under which drop-ins are looked for; hostile names have more */
#define UNIT_PATH_NAME 256
#define UNIT_USER_NONE (-1)

struct unit_path {
	const struct root *root;
	int64_t uid;               /* whose service manager; UNIT_USER_NONE: the machine's */
	char home[UNIT_HOME_SIZE]; /* relative to the root; "": its files are not looked at */
	bool home_skipped;         /* there is one, and it is not looked at */
	char names[UNIT_NAMES][UNIT_PATH_NAME]; /* of drop-in directories, without ".d" */
	size_t name_count;
};

/* For the unit `name` of the manager of `uid`. */
void unit_path_init(struct unit_path *path, const struct root *root, const char *name, int64_t uid);

/* Writes the directory at `index` of those that hold units, relative to the root; "" for one that
 * this user does not have. False behind the last. */
bool unit_path_dir(const struct unit_path *path, size_t index, char buffer[UNIT_PATH_SIZE]);

/* The same for drop-ins, of all names in all directories. */
bool unit_path_drop_ins(const struct unit_path *path, size_t index, char buffer[UNIT_PATH_SIZE]);

/* "getty@tty1.service" is made from "getty@.service". False when `name` is no instance. */
bool unit_path_template(const char *name, char ret[UNIT_PATH_NAME]);

#endif
