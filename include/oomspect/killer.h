/* Programs that kill before the kernel does: which of them run, what they wait for, and how near
 * that is.
 *
 * A killer is known by the name of its process; its thresholds by its command line and its
 * settings, as far as these say. What they do not say is unknown: which units systemd-oomd looks
 * after, what a script decides. Files are read when a process is new, not at each sample. */
#ifndef OOMSPECT_KILLER_H
#define OOMSPECT_KILLER_H

#include "oomspect/snapshot.h"

enum killer_kind {
	KILLER_SYSTEMD_OOMD,
	KILLER_EARLYOOM,
	KILLER_NOHANG,
	KILLER_OOMD,
	KILLER_BUSTD,
	KILLER_COUNT,
};

/* Shares are hundredths of a percent. */
struct killer {
	pid_t pid; /* 0: it does not run */
	uint64_t start_ticks;
	bool read;                     /* its files have been read */
	bool dry_run;                  /* it only says what it would kill */
	int64_t mem_free;              /* it acts when no more than this is left of the memory */
	int64_t swap_free;             /* and no more than this of the swap; UNKNOWN */
	int64_t pressure, pressure_ms; /* or at this PSI for so long, of a cgroup; UNKNOWN */
};

struct killers {
	struct killer rows[KILLER_COUNT];
};

enum killer_stand {
	KILLER_ABSENT,
	KILLER_UNCLEAR, /* it runs, and its thresholds are not known */
	KILLER_WAITS,
	KILLER_DUE, /* memory and swap are at its thresholds */
};

/* Looks who runs in `snapshot`. `killers` is zeroed before the first time. */
void killers_update(
	struct killers *killers, const struct root *root, const struct snapshot *snapshot);

/* The name of its process. */
const char *killer_name(enum killer_kind kind);

enum killer_stand killer_stand(
	const struct killers *killers, enum killer_kind kind, const struct host *host);

/* "systemd-oomd active, swap used 28%, mem 93% of limit 90%"; "" for one that is absent. */
#define KILLER_WORDS_SIZE 128
void killer_explain(const struct killers *killers, enum killer_kind kind, const struct host *host,
	char buffer[KILLER_WORDS_SIZE]);

/* The parsers change what the text names. A value that is there and cannot be understood makes its
 * threshold UNKNOWN.
 * oomd.conf, or a drop-in of it. Source: oomd.conf(5), systemd.syntax(7). */
void killer_parse_oomd(struct text text, struct killer *killer);

/* Whether one of the arguments, each ended by a NUL as /proc/PID/cmdline has them, is `wanted`;
 * `ret_next` (or NULL) becomes the one behind it, empty when there is none. */
bool killer_find_argument(struct text arguments, const char *wanted, struct text *ret_next);

/* earlyoom's arguments, sizes in shares of `mem`. Source: earlyoom(1). */
void killer_parse_earlyoom(
	struct text arguments, const struct host_meminfo *mem, struct killer *killer);

/* nohang.conf: its soft thresholds. Source: the comments in that file. */
void killer_parse_nohang(struct text text, const struct host_meminfo *mem, struct killer *killer);

#endif
