/* How memory comes back after a kill: MemAvailable at the kill, one and five seconds later, and
 * when it has come to rest. Pure: it is fed with readings, and knows no clock, no file, and nothing
 * of who was killed. */
#ifndef OOMSPECT_RECOVERY_H
#define OOMSPECT_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recovery {
	bool watching;
	int64_t begun_ms, before_kb;
	int64_t latest_ms, latest_kb;
	int64_t after_1s_kb, after_5s_kb; /* UNKNOWN until then */
	int64_t rest_ms, rest_kb;         /* since when it has moved by little, and from where */
	bool released; /* process_mrelease(2) took it back: said by whoever asked for that */
	bool at_rest;  /* when watching ended: it had come to rest */
};

/* Begins to watch, at the kill. `now_ms`: any steady clock. UNKNOWN kB: there is nothing to watch. */
void recovery_begin(struct recovery *recovery, int64_t now_ms, int64_t available_kb);

/* Takes a reading, best four a second. False when nothing more is to be learnt: it came to rest
 * for two seconds, or half a minute is over. */
bool recovery_note(struct recovery *recovery, int64_t now_ms, int64_t available_kb);

/* "memory back: avail 2.2G at the kill, 1 s 9.8G, 5 s 12.3G, at rest after 1.2 s"; it begins with
 * "released" when the memory was taken back without waiting for the process to end. */
void recovery_describe(const struct recovery *recovery, char *buffer, size_t size);

#endif
