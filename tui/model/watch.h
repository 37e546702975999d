/* A machine under watch: its root, its samples, one OOM domain, and the outlook of the latest sample
 * there at either moment. What the live screen and the commands have in common. */
#ifndef OOMSPECT_WATCH_H
#define OOMSPECT_WATCH_H

#include "columns.h"
#include "names.h"
#include "options.h"

#include "oomspect/outlook.h"
#include "oomspect/sampler.h"

#include <limits.h>

/* Whose order of death is asked for. */
enum watch_scope {
	WATCH_AS_ASKED, /* by the options; without any the container that we are in, or the host */
	WATCH_HOST,
	WATCH_CGROUP,
};

struct watch {
	struct root root;
	struct sampler sampler;
	struct names names;
	const struct options *options;   /* cgroup and nodes choose the domain */
	const struct snapshot *snapshot; /* the latest finished sample; NULL before the first */
	enum watch_scope scope;
	char scope_path[PATH_MAX];             /* of WATCH_CGROUP */
	struct outlook outlooks[MOMENT_COUNT]; /* of `snapshot` */
	enum moment moment;                    /* of all that is shown */
	struct growth growth;                  /* up to it */
	char *cmdline;                         /* of the task asked for last */
	int lacking;                           /* one shot: root->lacking */
};

/* Opens options->root. With `one_shot` the own process is no candidate, since it will be gone, and what
 * could not be opened for want of descriptors is an error (root.h: lacking). */
enum err_code watch_open(
	struct watch *watch, const struct options *options, bool one_shot, struct err *err);
void watch_release(struct watch *watch);

/* Chooses the domain from the next watch_rank on. `path` is copied; NULL but for WATCH_CGROUP. */
void watch_set_scope(struct watch *watch, enum watch_scope scope, const char *path);

/* The row of the memory cgroup with exactly this path, or UNKNOWN. */
int32_t watch_find_cgroup(const struct watch *watch, const char *path);

/* Looks ahead from the latest sample, which is due after each one that is finished. ERR_NOT_FOUND when the
 * cgroup that the options ask for is not there; a chosen scope that is gone becomes WATCH_AS_ASKED
 * instead. */
enum err_code watch_rank(struct watch *watch, struct err *err);

/* Learns the names of the users of all processes, for a command that prints them; waits for them as
 * long as names.h does. */
void watch_name_users(struct watch *watch);

/* A sample and its outlooks at once. */
enum err_code watch_sample(struct watch *watch, struct err *err);

/* The whole command line of a task, its name in brackets if it has none; never of a process in an
 * uninterruptible sleep, whose command line might not come back. Borrowed until the next call. */
const char *watch_command(struct watch *watch, const struct task *task);

/* What the columns are computed from, with names and command lines read when they are asked for. */
struct column_context watch_columns(struct watch *watch);

/* What is predicted for the domain: at the moment that is shown, and at the other one. */
const struct outlook *watch_outlook(const struct watch *watch);
const struct outlook *watch_other_outlook(const struct watch *watch);

#endif
