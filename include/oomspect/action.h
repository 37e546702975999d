/* The only writer: sets oom_score_adj, sends signals, asks for memory back.
 *
 * A process is held by a descriptor of its /proc/PID directory and its start time from the moment
 * an operator points at it: such a descriptor never reaches another process that got the same pid
 * later (its files answer ESRCH). Knows no ranking and asks nobody for confirmation. */
#ifndef OOMSPECT_ACTION_H
#define OOMSPECT_ACTION_H

#include "oomspect/proc.h"
#include "oomspect/root.h"

#include <limits.h>

/* Which program a process runs, as far as /proc/PID/exe tells. */
enum action_exe {
	ACTION_EXE_NOT_ASKED, /* it is in an uninterruptible sleep: the answer might not come back */
	ACTION_EXE_HIDDEN,    /* of another user, or not dumpable; or it has none */
	ACTION_EXE_SEEN,
};

/* What an operator goes by who points at a process, and what an exec or a change of user changes: the
 * process stays the same. */
struct action_facts {
	char comm[TASK_COMM_SIZE]; /* raw bytes */
	uid_t uid, real_uid;       /* UID_UNKNOWN */
	enum action_exe exe;
	dev_t exe_dev; /* of ACTION_EXE_SEEN */
	ino_t exe_inode;
};

/* A process that is pointed at. */
struct action_target {
	int dir_fd; /* of /proc/PID; -1: nobody */
	pid_t pid;
	uint64_t start_ticks;
	struct action_facts facts; /* when it was taken hold of */
};

#define ACTION_ADJ_UNKNOWN INT_MIN

#define ACTION_NOBODY ((struct action_target){ .dir_fd = -1 })

/* Takes hold of `pid`. With `start_ticks` not 0 it must be the process that started then.
 * ERR_UNSUPPORTED for a captured root; ERR_GONE when it is not there or is another by now, and
 * for no other reason;
 * ERR_SYNTAX, with a sentence that says what it is, for what has no oom_score_adj of its own to
 * set: pid 0 or below, a thread's id, a kernel thread, a zombie. */
enum err_code action_hold(struct action_target *target, const struct root *root, pid_t pid,
	uint64_t start_ticks, struct err *err);
void action_release(struct action_target *target);

/* The facts of this moment. ERR_GONE when it has ended (a zombie has, unless threads of it live). */
enum err_code action_look(
	const struct action_target *target, struct action_facts *ret, struct err *err);

/* Whether it runs another program, as far as both tell. */
bool action_is_other_exe(const struct action_facts *before, const struct action_facts *now);

/* Parses an oom_score_adj as an operator types it: decimal, -1000..1000, a sign allowed.
 * ERR_SYNTAX for text that is no number, and for "010" and "0x10": the kernel would read them as
 * octal and hexadecimal, the sentence says which number that is. ERR_RANGE beyond the limits.
 * `*ret_note` (may be NULL) becomes a remark worth showing beside the value, or NULL. */
enum err_code action_parse_adj(const char *text, int *ret, const char **ret_note, struct err *err);

/* The value in force now. ERR_GONE only when the process is; else the reason why it cannot be read. */
enum err_code action_get_adj(const struct action_target *target, int *ret, struct err *err);

/* Writes `adj`, reads back what is in force. `*ret_before` and `*ret_after` are set even when the
 * write is refused; ACTION_ADJ_UNKNOWN where they could not be read. ERR_DENIED names
 * the missing right: the file's owner, or CAP_SYS_RESOURCE in the initial user namespace below the
 * floor (which cannot be read). Source: fs/proc/base.c:__set_oom_adj(). */
enum err_code action_set_adj(const struct action_target *target, int adj, int *ret_before,
	int *ret_after, struct err *err);

/* Sends `signal` to exactly this process (pidfd_send_signal(2), 5.1; before that kill(2) right
 * after its start time was compared). */
enum err_code action_signal(const struct action_target *target, int signal, struct err *err);

/* Frees the memory of a process that is already dying (process_mrelease(2), 5.15). ERR_UNSUPPORTED
 * on older kernels; ERR_GONE when the memory is gone already. */
enum err_code action_release_memory(const struct action_target *target, struct err *err);

/* Whether the process has ended for certain (a zombie has). */
bool action_has_ended(const struct action_target *target);

/* What this user may do, as far as it can be told without trying. */
struct action_rights {
	bool writable_root; /* live, and not asked to be read-only */
	bool sys_resource;  /* effective CAP_SYS_RESOURCE in the initial user namespace */
	bool write_any;     /* effective CAP_DAC_OVERRIDE: files of other users */
	bool kill_any;      /* effective CAP_KILL */
	bool init_user_ns;
	bool nobody_mapped; /* in a user namespace: uid 65534 is one of its own users too */
	uid_t euid;
};

struct action_rights action_rights_probe(const struct root *root, bool read_only);

/* Whether `task` belongs to a user outside our user namespace: such are all shown as 65534, and no
 * right inside reaches them. Source: user_namespaces(7), "Unmapped user and group IDs". */
bool action_is_foreign(const struct action_rights *rights, const struct task *task);

/* Whether a write, or a signal, to `task` is worth trying: its owner or one who may. The kernel has
 * the last word: files of processes that are not dumpable belong to root. */
bool action_may_adjust(const struct action_rights *rights, const struct task *task);
bool action_may_signal(const struct action_rights *rights, const struct task *task);

#endif
