/* Where kernel log records come from: /dev/kmsg, the journal, files, pipes, stdin.
 *
 * One source at a time, read record by record in constant memory. Nothing here waits: what is no
 * regular file is only read when it has something, a call reads a bounded number of bytes, and a
 * program that does not answer is given up. Knows how each carrier wraps a record, not what it
 * says (oomlog.h). Beside root.c the only code that opens files to read. */
#ifndef OOMSPECT_KLOG_H
#define OOMSPECT_KLOG_H

#include "oomspect/klog_state.h"

/* A closed source; klog_close() accepts it. */
void klog_init(struct klog *klog);
void klog_close(struct klog *klog);

/* A log text in any form people keep them, gzip, xz, zstd and bzip2 by their usual programs,
 * UTF-16, journal export and JSON included; a plain file with its newest line first is put in order.
 * "-" is stdin. Pipes and sockets will do, devices not. The path must live as long as `klog`. */
enum err_code klog_open_file(struct klog *klog, const char *path, struct err *err);

/* The running kernel's records from the oldest on. ERR_DENIED says which right is missing. */
enum err_code klog_open_kmsg(struct klog *klog, struct err *err);

/* The same through klogctl(3): once, without what comes later. */
enum err_code klog_open_klogctl(struct klog *klog, struct err *err);

/* `journalctl -k`: `boot` as its --boot wants it (0 this boot, -1 the one before). */
enum err_code klog_open_journal(struct klog *klog, int boot, bool follow, struct err *err);

/* The running kernel's log by the first of the three ways that works. That the journal cannot be
 * read shows when its program answers: then klog_read() fails, with the sentence of the first way.
 * With `follow` klogctl is left out. */
enum err_code klog_open_live(struct klog *klog, bool follow, struct err *err);

/* From now on the end of /dev/kmsg or of a plain file is KLOG_AGAIN. Of a file it is its name that
 * is followed: one that was made shorter or written anew is read from its start, one that was
 * replaced to its end, and then the new one. One with its newest line first is not followed. */
void klog_follow(struct klog *klog);

/* The descriptor to poll for more, -1 if there is none at the time. klog_read() may change it;
 * another one never has the same number. */
int klog_fd(const struct klog *klog);

/* Milliseconds until klog_read() is due although nothing came; -1: it is not. */
int klog_due_ms(const struct klog *klog);

/* A program was asked for the log, and has not said anything yet. */
bool klog_is_silent(const struct klog *klog);

/* `oom_kill` of /proc/vmstat (v4.13+): kills since boot, in the log or not. */
enum err_code klog_kill_counter(uint64_t *ret, struct err *err);

/* The next record, which borrows until the next call. KLOG_FAILED: see `err`. */
enum klog_status klog_read(struct klog *klog, struct klog_record *ret, struct err *err);

#endif
