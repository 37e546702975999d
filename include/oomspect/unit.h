/* The systemd unit that a memory cgroup belongs to, and what its files say of OOMScoreAdjust=: the
 * value that a restart brings back. Reads unit files below a root, asks no systemd, and so does not
 * know what was changed since systemd read them. */
#ifndef OOMSPECT_UNIT_H
#define OOMSPECT_UNIT_H

#include "oomspect/root.h"

#define UNIT_NAME_SIZE  256
#define UNIT_VALUE_SIZE 16

struct unit {
	char name[UNIT_NAME_SIZE]; /* "app.service"; raw bytes from outside */
	bool user;                 /* run by the service manager of a user */
	bool service;              /* only services have the setting; a scope has none */
	bool set;
	bool unread;                 /* some of its files could not be read: they may say more */
	char value[UNIT_VALUE_SIZE]; /* as the files have it, when it is set; a number */
};

/* The innermost service or scope that `cgroup` names. False when there is none. Of a unit of a
 * user's manager the files in that user's home are read too, but not over a network: a server that
 * does not answer must not hold the screen. */
bool unit_find(const struct root *root, const char *cgroup, struct unit *ret);

/* Reads one unit file: the last OOMScoreAdjust= of [Service] becomes `value`, an empty one takes
 * it back; what is no number from -1000 to 1000 does not count. False, and `value` untouched, when
 * the file has none. Source: systemd.exec(5), systemd.syntax(7). */
bool unit_parse(struct text text, char value[UNIT_VALUE_SIZE]);

#endif
