#include "klog_reader.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void klog_entry_init(struct klog_entry *entry)
{
	*entry = (struct klog_entry){ .next = KLOG_ENTRY_LINE };
	klog_record_init(&entry->record);
}

enum err_code klog_reader_init(struct klog_reader *reader, int fd, struct err *err)
{
	*reader = (struct klog_reader){ .fd = fd, .limit = KLOG_STEP_BYTES, .name = "the log" };
	reader->buffer = malloc(KLOG_BUFFER_SIZE);
	return reader->buffer ? ERR_OK
			      : err_set(err, ERR_NO_MEMORY, "cannot read the log: out of memory");
}

void klog_reader_release(struct klog_reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	free(reader->buffer);
	*reader = (struct klog_reader){ .fd = -1 };
}

/* What of a pipe, a socket or a terminal can be read without waiting. O_NONBLOCK belongs to the open
 * file, which others may have from the same shell, and is not set on theirs. */
static bool is_ready(const struct klog_reader *reader)
{
	struct pollfd pollfd = { .fd = reader->fd, .events = POLLIN };
	return !reader->polled || poll(&pollfd, 1, 0) > 0;
}

static void keep_tail(struct klog_reader *reader, const char *bytes, size_t count)
{
	size_t kept = reader->tail_len;
	if (count >= KLOG_TAIL_SIZE) {
		bytes += count - KLOG_TAIL_SIZE;
		count = KLOG_TAIL_SIZE;
		kept = 0;
	} else if (kept + count > KLOG_TAIL_SIZE) {
		size_t gone = kept + count - KLOG_TAIL_SIZE;
		kept -= gone;
		memmove(reader->tail, reader->tail + gone, kept);
	}
	memcpy(reader->tail + kept, bytes, count);
	reader->tail_len = kept + count;
}

static bool is_there(int fd, const char *bytes, size_t count, off_t at)
{
	char now[KLOG_TAIL_SIZE];
	size_t length = count < sizeof(now) ? count : sizeof(now);
	return at >= 0 && pread(fd, now, length, at) == (ssize_t)length &&
	       memcmp(now, bytes, length) == 0;
}

bool klog_reader_is_same(const struct klog_reader *reader)
{
	off_t at = lseek(reader->fd, 0, SEEK_CUR);
	return at < 0 ||
	       is_there(reader->fd, reader->tail, reader->tail_len, at - (off_t)reader->tail_len);
}

/* What was just read is of a text that took the place of the old one, made shorter and longer again
 * since the last look: it is left where it is, to be read from its start. Behind the old text, whose
 * end was read just before it went, something else stands now, or nothing. */
static bool is_new_text(const struct klog_reader *reader, const char *bytes, size_t count)
{
	off_t end = lseek(reader->fd, 0, SEEK_CUR), at = end - (off_t)count;
	if (end < 0 ||
		is_there(reader->fd, reader->tail, reader->tail_len, at - (off_t)reader->tail_len))
		return false;
	return is_there(reader->fd, bytes, count, at) && lseek(reader->fd, at, SEEK_SET) == at;
}

static void make_room(struct klog_reader *reader)
{
	if (!reader->start)
		return;
	memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
	reader->end -= reader->start;
	reader->start = 0;
}

static enum klog_status no_bytes(struct klog_reader *reader, ssize_t got, struct err *err)
{
	if (got == 0 && reader->grows)
		return KLOG_AGAIN;
	if (got == 0) {
		reader->eof = true;
		return KLOG_END;
	}
	if (errno == EINTR)
		return KLOG_RECORD;
	if (errno == EAGAIN)
		return KLOG_AGAIN;
	err_set_errno(err, errno, "cannot read %s", reader->name);
	return KLOG_FAILED;
}

/* More bytes behind those that are there, which move to the front first. */
static enum klog_status fill(struct klog_reader *reader, struct err *err)
{
	make_room(reader);
	if (reader->fd < 0 || reader->eof) {
		reader->eof = true;
		return KLOG_END;
	}
	if (reader->bytes >= reader->limit)
		return KLOG_MORE;
	if (!is_ready(reader))
		return KLOG_AGAIN;
	char *to = reader->buffer + reader->end;
	ssize_t got = read(reader->fd, to, KLOG_BUFFER_SIZE - reader->end);
	if (got <= 0)
		return no_bytes(reader, got, err);
	if (reader->grows && is_new_text(reader, to, (size_t)got))
		return KLOG_AGAIN;
	if (reader->grows)
		keep_tail(reader, to, (size_t)got);
	reader->end += (size_t)got;
	reader->bytes += (uint64_t)got;
	return KLOG_RECORD;
}

static bool take_line(struct klog_reader *reader, size_t length, bool newline, struct text *ret)
{
	bool rest_of_cut_line = reader->cutting;
	*ret = (struct text){ reader->buffer + reader->start, length };
	reader->start += length + newline;
	reader->scanned = 0;
	reader->cutting = !newline;
	if (rest_of_cut_line)
		return false;
	reader->cut += length == KLOG_BUFFER_SIZE && !newline;
	reader->line++;
	return true;
}

/* Before a line these are the hole that is left when a file is made shorter, and what writes it goes
 * on where it was. */
static void skip_zeros(struct klog_reader *reader)
{
	while (!reader->cutting && reader->start < reader->end && !reader->buffer[reader->start]) {
		reader->start++;
		reader->scanned = 0;
	}
}

enum klog_status klog_reader_line(struct klog_reader *reader, struct text *ret, struct err *err)
{
	for (;;) {
		skip_zeros(reader);
		char *from = reader->buffer + reader->start;
		size_t length = reader->end - reader->start;
		char *newline = memchr(from + reader->scanned, '\n', length - reader->scanned);
		if (newline) {
			if (take_line(reader, (size_t)(newline - from), true, ret))
				return KLOG_RECORD;
			continue;
		}
		reader->scanned = length;
		if (reader->start == 0 && length == KLOG_BUFFER_SIZE) {
			if (take_line(reader, length, false, ret))
				return KLOG_RECORD;
			continue;
		}
		enum klog_status status = fill(reader, err);
		if (status == KLOG_END && length && take_line(reader, length, false, ret))
			return KLOG_RECORD;
		if (status != KLOG_RECORD)
			return status;
	}
}

bool klog_reader_rest(struct klog_reader *reader, struct text *ret)
{
	size_t length = reader->end - reader->start;
	bool taken = length && take_line(reader, length, false, ret);
	reader->cutting = false;
	return taken;
}

void klog_reader_restart(struct klog_reader *reader, int fd)
{
	reader->fd = fd;
	reader->start = reader->end = reader->scanned = reader->tail_len = 0;
	reader->line = 0;
	reader->cutting = false;
}

void klog_reader_unread(struct klog_reader *reader, struct text line)
{
	reader->start = (size_t)(line.at - reader->buffer);
	reader->scanned = 0;
	reader->line--;
	reader->cutting = false;
}

enum klog_status klog_reader_bytes(
	struct klog_reader *reader, uint64_t count, struct text *ret, struct err *err)
{
	uint64_t wanted = count < KLOG_BUFFER_SIZE ? count : KLOG_BUFFER_SIZE;
	enum klog_status status = KLOG_RECORD;
	reader->scanned = 0;
	while (reader->end - reader->start < wanted && status == KLOG_RECORD)
		status = fill(reader, err);
	if (status == KLOG_FAILED || status == KLOG_AGAIN || status == KLOG_MORE)
		return status;
	size_t have = reader->end - reader->start;
	size_t length = have < wanted ? have : (size_t)wanted;
	*ret = (struct text){ reader->buffer + reader->start, length };
	reader->start += length;
	return length ? KLOG_RECORD : KLOG_END;
}
