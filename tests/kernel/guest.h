/* Small things every part of the judge needs in the guest: files, time, chance, sets of pids. */
#ifndef JUDGE_GUEST_H
#define JUDGE_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Writes one formatted string into a file with a single write(2), as the files of /proc and /sys
 * want it. False, with errno set, when that fails. */
bool guest_write(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads a file whole, NUL-terminated. Its length, or -1. */
ssize_t guest_read(const char *path, char *buffer, size_t size);

/* The number behind `key` in a file of "key number" lines ("VmSwap:", "oom_kill"); -1: none. */
long guest_number(const char *path, const char *key);

int64_t guest_ms(void);
void guest_sleep_ms(long ms);

/* Pages of so many MiB on this machine. */
long guest_mib(long mib);

/* The caller and its later children run on this CPU; -1: anywhere. */
void guest_run_on(int cpu);

/* Repeatable chance (splitmix64): every choice of a run follows from the printed seed. */
struct chance {
	uint64_t state;
};
uint64_t chance_next(struct chance *chance);
long chance_between(struct chance *chance, long low, long high); /* both included */
bool chance_one_in(struct chance *chance, unsigned n);

#define PIDS_MAX 1024
struct pids {
	pid_t list[PIDS_MAX];
	size_t count;
};
void pids_add(struct pids *pids, pid_t pid); /* none twice */
bool pids_have(const struct pids *pids, pid_t pid);
bool pids_same(const struct pids *a, const struct pids *b); /* in any order */
struct pids pids_without(const struct pids *pids, const struct pids *others);
/* "12+13+14", at most `size` bytes, with "..." for what does not fit; "none". */
const char *pids_text(const struct pids *pids, char *buffer, size_t size);

/* Processes of the guest that hold memory or run: neither kernel threads nor zombies. */
void census(struct pids *living);
bool is_living(pid_t pid);

/* The thread of a process that is not its leader; 0: none. */
pid_t other_thread(pid_t pid);

#endif
