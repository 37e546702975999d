#include "klog_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum err_code klog_reader_init(struct klog_reader *reader, int fd, struct err *err)
{
	*reader = (struct klog_reader){ .fd = fd };
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

/* More bytes behind those that are there, which move to the front first. */
static enum klog_status fill(struct klog_reader *reader, struct err *err)
{
	if (reader->start) {
		memmove(reader->buffer, reader->buffer + reader->start,
			reader->end - reader->start);
		reader->end -= reader->start;
		reader->start = 0;
	}
	if (reader->fd < 0 || reader->eof) {
		reader->eof = true;
		return KLOG_END;
	}
	ssize_t got =
		read(reader->fd, reader->buffer + reader->end, KLOG_BUFFER_SIZE - reader->end);
	if (got > 0) {
		reader->end += (size_t)got;
		return KLOG_RECORD;
	}
	if (got == 0) {
		reader->eof = true;
		return KLOG_END;
	}
	if (errno == EINTR)
		return KLOG_RECORD;
	if (errno == EAGAIN)
		return KLOG_AGAIN;
	err_set_errno(err, errno, "cannot read the log");
	return KLOG_FAILED;
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
	reader->line++;
	return true;
}

enum klog_status klog_reader_line(struct klog_reader *reader, struct text *ret, struct err *err)
{
	for (;;) {
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

enum klog_status klog_reader_bytes(
	struct klog_reader *reader, uint64_t count, struct text *ret, struct err *err)
{
	uint64_t wanted = count < KLOG_BUFFER_SIZE ? count : KLOG_BUFFER_SIZE;
	enum klog_status status = KLOG_RECORD;
	reader->scanned = 0;
	while (reader->end - reader->start < wanted && status == KLOG_RECORD)
		status = fill(reader, err);
	if (status == KLOG_FAILED || status == KLOG_AGAIN)
		return status;
	size_t have = reader->end - reader->start;
	size_t length = have < wanted ? have : (size_t)wanted;
	*ret = (struct text){ reader->buffer + reader->start, length };
	reader->start += length;
	return length ? KLOG_RECORD : KLOG_END;
}

enum err_code klog_spawn(
	const char *const argv[], int stdin_fd, pid_t *ret_pid, int *ret_fd, struct err *err)
{
	int ends[2];
	posix_spawn_file_actions_t actions;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set_errno(err, errno, "cannot run %s", argv[0]);
	int failed = posix_spawn_file_actions_init(&actions);
	if (!failed) {
		failed = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
		failed |= posix_spawn_file_actions_addopen(
			&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
		failed |= stdin_fd < 0 ? posix_spawn_file_actions_addopen(
						 &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
				       : posix_spawn_file_actions_adddup2(
						 &actions, stdin_fd, STDIN_FILENO);
		/* posix_spawnp() takes pointers to char for the sake of old programs; it changes none. */
		union {
			const char *const *in;
			char *const *out;
		} words = { .in = argv };
		if (!failed)
			failed = posix_spawnp(ret_pid, argv[0], &actions, NULL, words.out, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(ends[1]);
	if (failed) {
		close(ends[0]);
		return err_set_errno(err, failed, "cannot run %s", argv[0]);
	}
	*ret_fd = ends[0];
	return ERR_OK;
}
