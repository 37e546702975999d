/* A file to which every change is appended at once: who changed what, from which value to which. */
#ifndef OOMSPECT_AUDIT_H
#define OOMSPECT_AUDIT_H

#include "oomspect/action.h"

struct audit {
	int fd; /* -1: no file was asked for */
};

/* Opens `path` for appending; NULL: no audit. The file is made with mode 0600; one that is there must
 * be a regular file of ours, and neither a link nor one of several names (outfile_append). Where
 * nothing may be changed it is only looked at, and neither made nor opened. */
enum err_code audit_open(struct audit *audit, const char *path, bool may_change, struct err *err);
void audit_release(struct audit *audit);

/* Appends one line: time, uid, pid, start time, name, change, outcome (`refused` may be NULL). The
 * name is written with \xHH for what is not printable ASCII. */
enum err_code audit_adj(const struct audit *audit, const struct action_target *target, int before,
	int wanted, int after, const char *refused, struct err *err);
enum err_code audit_signal(const struct audit *audit, const struct action_target *target,
	int signal, const char *refused, struct err *err);

#endif
