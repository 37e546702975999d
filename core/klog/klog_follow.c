#include "klog_follow.h"

#include "klog_reader.h"

#include "oomspect/clock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MS 1000 /* a line whose end has not come by then is taken as it is */

/* Shorter than what was read of it; or other bytes right before that place: then it was made
 * shorter and has grown since. */
static bool is_rewritten(const struct klog_reader *reader)
{
	struct stat about;
	off_t at = lseek(reader->fd, 0, SEEK_CUR);
	if (at < 0 || fstat(reader->fd, &about) < 0)
		return false;
	return about.st_size < at || !klog_reader_is_same(reader);
}

/* Opens what has the name now, if that is another file. Whoever writes goes on with the old one
 * until told (postrotate of logrotate(8)): only when the new one has something, the old one has
 * got its last line. */
static bool find_next(struct klog *klog)
{
	struct stat now, before;
	if (klog->next_fd >= 0 || stat(klog->source, &now) < 0 ||
		fstat(klog->reader.fd, &before) < 0 || !S_ISREG(now.st_mode) || !now.st_size ||
		(now.st_dev == before.st_dev && now.st_ino == before.st_ino))
		return false;
	klog->next_fd = open(klog->source, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return klog->next_fd >= 0;
}

static void go_on(struct klog *klog)
{
	int fd = klog->reader.fd;
	if (klog->next_fd >= 0) {
		close(fd);
		fd = klog->next_fd;
		klog->next_fd = -1;
	} else {
		lseek(fd, 0, SEEK_SET);
	}
	klog_reader_restart(&klog->reader, fd);
	klog_entry_init(&klog->entry);
	klog->kind = KLOG_TEXT;
	klog->partial_ms = klog->gathered = 0;
}

/* Written in two pieces, or without a newline for good. */
static bool is_left_open(struct klog *klog)
{
	const struct klog_reader *reader = &klog->reader;
	int64_t now = clock_ms(CLOCK_MONOTONIC);
	if (reader->start == reader->end)
		klog->partial_ms = 0;
	else if (!klog->partial_ms || klog->heard_bytes != reader->bytes)
		klog->partial_ms = now;
	klog->heard_bytes = reader->bytes;
	return klog->partial_ms && now - klog->partial_ms >= LINE_MS;
}

enum klog_status klog_follow_end(struct klog *klog, struct text *ret_rest)
{
	/* The end was seen before the new file was: what was written in between is read first. */
	if (find_next(klog))
		return KLOG_MORE;
	bool over = klog->next_fd >= 0 || is_rewritten(&klog->reader);
	if (!over && !is_left_open(klog))
		return KLOG_AGAIN;
	if (klog_reader_rest(&klog->reader, ret_rest))
		return KLOG_RECORD;
	if (!over)
		return KLOG_AGAIN;
	go_on(klog);
	return KLOG_MORE;
}

enum klog_status klog_next_line(struct klog *klog, struct text *ret, struct err *err)
{
	enum klog_status status = klog_reader_line(&klog->reader, ret, err);
	return status == KLOG_AGAIN && klog->reader.grows ? klog_follow_end(klog, ret) : status;
}
