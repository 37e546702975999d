#include "oomspect/klog.h"

#include "klog_reader.h"
#include "oomspect/logline.h"
#include "oomspect/logscan.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KLOGCTL_READ_ALL    3 /* linux:include/linux/syslog.h */
#define KLOGCTL_SIZE_BUFFER 10

void klog_init(struct klog *klog)
{
	*klog = (struct klog){ .kind = KLOG_CLOSED, .reader = { .fd = -1 } };
}

void klog_close(struct klog *klog)
{
	klog_reader_release(&klog->reader);
	if (klog->child > 0) {
		kill(klog->child,
			SIGKILL); /* journalctl -f does not end by itself, and only reads */
		waitpid(klog->child, NULL, 0);
	}
	if (klog->json)
		json_decref(klog->json);
	free(klog->scratch);
	free(klog->object);
	klog_init(klog);
}

static enum err_code start(
	struct klog *klog, enum klog_kind kind, int fd, const char *source, struct err *err)
{
	enum err_code code = klog_reader_init(&klog->reader, fd, err);
	if (code != ERR_OK)
		return code;
	klog->kind = kind;
	klog->source = source;
	return ERR_OK;
}

/* The first bytes of a file or a pipe, left where they are. */
static size_t peek(int fd, unsigned char *bytes, size_t size)
{
	int ends[2];
	ssize_t got = pread(fd, bytes, size, 0);
	if (got >= 0 || errno != ESPIPE || pipe(ends) < 0)
		return got > 0 ? (size_t)got : 0;
	got = tee(fd, ends[1], size, 0);
	if (got > 0)
		got = read(ends[0], bytes, size);
	close(ends[0]);
	close(ends[1]);
	return got > 0 ? (size_t)got : 0;
}

/* The command that makes lines of what starts like this, or NULL. Text of two bytes a character is
 * what "> log.txt" leaves on Windows. */
static const char *const *unpacker_of(int fd)
{
	static const struct {
		const char *magic;
		size_t length;
		const char *command[7]; /* NULL at the end */
	} rows[] = {
		{ "\x1f\x8b", 2, { "gzip", "-dc" } },
		{ "\xfd"
		  "7zXZ",
			5, { "xz", "-dc" } },
		{ "\x28\xb5\x2f\xfd", 4, { "zstd", "-dc" } },
		{ "BZh", 3, { "bzip2", "-dc" } },
		{ "\xff\xfe", 2, { "iconv", "-c", "-f", "UTF-16", "-t", "UTF-8" } },
		{ "\xfe\xff", 2, { "iconv", "-c", "-f", "UTF-16", "-t", "UTF-8" } },
	};
	unsigned char bytes[8];
	size_t got = peek(fd, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (got >= rows[i].length && memcmp(bytes, rows[i].magic, rows[i].length) == 0)
			return rows[i].command;
	}
	return NULL;
}

static const char *name_of(const char *path)
{
	return strcmp(path, "-") == 0 ? "stdin" : path;
}

enum err_code klog_open_file(struct klog *klog, const char *path, struct err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
			  : open(path, O_RDONLY | O_CLOEXEC);
	klog_init(klog);
	if (fd < 0)
		return err_set_errno(err, errno, "cannot read %s", name_of(path));
	struct stat about;
	if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
		close(fd);
		return err_set_errno(err, EISDIR, "cannot read %s", name_of(path));
	}
	const char *const *unpacker = unpacker_of(fd);
	if (unpacker) {
		int packed = fd;
		enum err_code code = klog_spawn(unpacker, packed, &klog->child, &fd, err);
		close(packed);
		if (code != ERR_OK)
			return code;
	}
	enum err_code code = start(klog, KLOG_TEXT, fd, path, err);
	if (code != ERR_OK)
		close(fd);
	return code;
}

static int64_t clock_us(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* EPERM of open(2) on /dev/kmsg, of which mode 0644 says nothing (kernel/printk/printk.c:
 * check_syslog_permissions()). */
static enum err_code denied(struct err *err, int sys_errno, const char *what)
{
	if (sys_errno != EPERM && sys_errno != EACCES)
		return err_set_errno(err, sys_errno, "cannot read %s", what);
	err_set(err, ERR_DENIED,
		"cannot read %s: permission denied (kernel.dmesg_restrict=1 asks for CAP_SYSLOG; "
		"the journal for group adm or systemd-journal)",
		what);
	if (err)
		err->sys_errno = sys_errno;
	return ERR_DENIED;
}

enum err_code klog_open_kmsg(struct klog *klog, struct err *err)
{
	klog_init(klog);
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return denied(err, errno, "/dev/kmsg");
	klog->scratch_size = KLOG_KMSG_RECORD_MAX;
	klog->scratch = malloc(klog->scratch_size);
	if (!klog->scratch) {
		close(fd);
		return err_set(err, ERR_NO_MEMORY, "cannot read /dev/kmsg: out of memory");
	}
	klog->kind = KLOG_KMSG;
	klog->source = "kmsg";
	klog->reader.fd = fd;
	klog->boot_unix_us = clock_us(CLOCK_REALTIME) - clock_us(CLOCK_MONOTONIC);
	return ERR_OK;
}

enum err_code klog_open_klogctl(struct klog *klog, struct err *err)
{
	klog_init(klog);
	int size = klogctl(KLOGCTL_SIZE_BUFFER, NULL, 0);
	if (size < 0)
		return denied(err, errno, "the kernel log");
	char *bytes = malloc((size_t)size + 1);
	if (!bytes)
		return err_set(err, ERR_NO_MEMORY, "cannot read the kernel log: out of memory");
	int got = klogctl(KLOGCTL_READ_ALL, bytes, size);
	if (got < 0) {
		int sys_errno = errno;
		free(bytes);
		return denied(err, sys_errno, "the kernel log");
	}
	klog->kind = KLOG_TEXT;
	klog->source = "kmsg";
	klog->reader =
		(struct klog_reader){ .fd = -1, .buffer = bytes, .end = (size_t)got, .eof = true };
	return ERR_OK;
}

enum err_code klog_open_journal(struct klog *klog, int boot, bool follow, struct err *err)
{
	char which[32];
	int fd;
	klog_init(klog);
	snprintf(which, sizeof(which), "--boot=%d", boot);
	const char *const argv[] = { "journalctl", "-k", "-o", "export", "--no-pager", which,
		follow ? "-f" : NULL, "-n", "all", NULL };
	enum err_code code = klog_spawn(argv, -1, &klog->child, &fd, err);
	if (code != ERR_OK)
		return code;
	code = start(klog, KLOG_EXPORT, fd, "journal", err);
	if (code != ERR_OK)
		close(fd);
	return code;
}

/* journalctl without the right to read waits for ever when it follows, and says nothing. */
static bool journal_is_readable(void)
{
	struct klog klog;
	struct text line;
	if (klog_open_journal(&klog, 0, false, NULL) != ERR_OK)
		return false;
	bool readable = klog_reader_line(&klog.reader, &line, NULL) == KLOG_RECORD;
	klog_close(&klog);
	return readable;
}

enum err_code klog_open_live(struct klog *klog, bool follow, struct err *err)
{
	enum err_code code = klog_open_kmsg(klog, err);
	if (code == ERR_OK || (!follow && klog_open_klogctl(klog, NULL) == ERR_OK))
		return ERR_OK;
	if (journal_is_readable() && klog_open_journal(klog, 0, follow, NULL) == ERR_OK)
		return ERR_OK;
	return code;
}

bool klog_resume(struct klog *klog)
{
	struct stat about;
	if (klog->kind != KLOG_TEXT || klog->child || klog->reader.fd < 0)
		return false;
	if (fstat(klog->reader.fd, &about) < 0 || !S_ISREG(about.st_mode))
		return false;
	klog->reader.eof = false;
	return true;
}

enum err_code klog_kill_counter(uint64_t *ret, struct err *err)
{
	struct klog_reader reader;
	struct text line;
	int fd = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, errno, "cannot read /proc/vmstat");
	enum err_code code = klog_reader_init(&reader, fd, err);
	if (code != ERR_OK) {
		close(fd);
		return code;
	}
	bool found = false;
	while (!found && klog_reader_line(&reader, &line, err) == KLOG_RECORD)
		found = text_skip(&line, "oom_kill ") && text_to_u64(line, ret);
	klog_reader_release(&reader);
	return found ? ERR_OK
		     : err_set(err, ERR_UNSUPPORTED, "/proc/vmstat does not count OOM kills");
}

int klog_fd(const struct klog *klog)
{
	return klog->reader.fd;
}

static enum klog_status read_kmsg(struct klog *klog, struct klog_record *ret, struct err *err)
{
	for (;;) {
		uint64_t seq;
		ssize_t got = read(klog->reader.fd, klog->scratch, klog->scratch_size);
		if (got < 0 && (errno == EPIPE || errno == EINTR || errno == EINVAL))
			continue; /* overrun: the next sequence number tells how many are gone */
		if (got < 0 && errno == EAGAIN)
			return KLOG_AGAIN;
		if (got < 0) {
			err_set_errno(err, errno, "cannot read /dev/kmsg");
			return KLOG_FAILED;
		}
		if (got == 0)
			return KLOG_END;
		if (!logline_parse_kmsg((struct text){ klog->scratch, (size_t)got }, ret, &seq))
			continue;
		ret->lost = klog->seq_known && seq > klog->next_seq ? seq - klog->next_seq : 0;
		klog->lost += ret->lost;
		klog->seq_known = true;
		klog->next_seq = seq + 1;
		char *text = klog->scratch + (ret->text.at - klog->scratch);
		ret->text.len = klog_unescape(text, ret->text.len);
		ret->escaped = false;
		ret->form = KLOG_WHOLE;
		ret->line = ++klog->records;
		ret->unix_us = klog->boot_unix_us + ret->boot_us;
		return KLOG_RECORD;
	}
}

/* Bytes of a colour sequence (ESC [ ... m or K) at `at`, 0 if there is none. */
static size_t colour_length(const char *at, size_t length)
{
	size_t i = 2;
	if (length < 3 || at[0] != '\x1b' || at[1] != '[')
		return 0;
	while (i < length && (scan_is_digit(at[i]) || at[i] == ';'))
		i++;
	return i < length && (at[i] == 'm' || at[i] == 'K') ? i + 1 : 0;
}

/* Web pages paste U+00A0 for a blank; dmesg, grep and pagers colour what they print. */
static void plain_text(struct klog_reader *reader, struct text *line)
{
	char *at = reader->buffer + (line->at - reader->buffer);
	size_t out = 0;
	if (!line->len || (!memchr(line->at, '\x1b', line->len) &&
				  !memmem(line->at, line->len, "\xc2\xa0", 2)))
		return;
	for (size_t i = 0; i < line->len; i++) {
		size_t colour = colour_length(at + i, line->len - i);
		bool nbsp = i + 1 < line->len && memcmp(at + i, "\xc2\xa0", 2) == 0;
		if (!colour)
			at[out++] = nbsp ? ' ' : at[i];
		i += colour ? colour - 1 : nbsp;
	}
	line->len = out;
}

#define MANY_LINES_MIN 300 /* bytes of a line that may be a text with its newlines spelled out */

/* A whole log in one string, pasted as it stood in JSON or YAML: "\\n" between its lines. */
static void split_spelled_lines(struct klog *klog, struct text *line)
{
	char *at = klog->reader.buffer + (line->at - klog->reader.buffer);
	const char *first = line->len < MANY_LINES_MIN ? NULL : memmem(at, line->len, "\\n", 2);
	if (!first || !memmem(first + 2, line->len - (size_t)(first + 2 - at), "\\n", 2))
		return;
	for (size_t i = 0; i + 1 < line->len; i++) {
		if (at[i] == '\\' && at[i + 1] == 'n') {
			at[i] = ' ';
			at[i + 1] = '\n';
		}
	}
	klog->inner = *line;
	text_next_line(&klog->inner, line);
}

static enum klog_status read_text(struct klog *klog, struct klog_record *ret, struct err *err)
{
	struct text line;
	if (text_next_line(&klog->inner, &line)) {
		logline_parse(line, ret);
		ret->line = klog->reader.line;
		return KLOG_RECORD;
	}
	enum klog_status status = klog_reader_line(&klog->reader, &line, err);
	if (status != KLOG_RECORD)
		return status;
	if (klog->reader.line == 1 && text_starts(line, "__CURSOR=")) {
		klog->kind = KLOG_EXPORT;
		return klog_read_export(klog, ret, err);
	}
	plain_text(&klog->reader, &line);
	text_skip(&line, "\x1e"); /* journalctl -o json-seq */
	if (text_equals(line, "{"))
		return klog_read_pretty(klog, ret, err);
	if (!line.len || *line.at != '{' || !klog_parse_json(klog, line, ret)) {
		split_spelled_lines(klog, &line);
		logline_parse(line, ret);
	}
	ret->line = klog->reader.line;
	return KLOG_RECORD;
}

/* The end is only good if the program that wrote it says so. */
static enum klog_status end_of_child(struct klog *klog, struct err *err)
{
	int how;
	pid_t child = klog->child;
	klog->child = 0;
	if (child <= 0 || waitpid(child, &how, 0) != child ||
		(WIFEXITED(how) && WEXITSTATUS(how) == 0))
		return KLOG_END;
	if (klog->kind == KLOG_EXPORT)
		err_set(err, ERR_NOT_FOUND,
			"cannot read the journal: journalctl found no such boot, or may not read "
			"it");
	else
		err_set(err, ERR_SYNTAX,
			"cannot unpack %s: it is damaged, or the program for it is missing",
			klog->source);
	return KLOG_FAILED;
}

enum klog_status klog_read(struct klog *klog, struct klog_record *ret, struct err *err)
{
	enum klog_status status = KLOG_END;
	switch (klog->kind) {
	case KLOG_KMSG:
		return read_kmsg(klog, ret, err);
	case KLOG_TEXT:
		status = read_text(klog, ret, err);
		break;
	case KLOG_EXPORT:
		status = klog_read_export(klog, ret, err);
		break;
	case KLOG_CLOSED:
		break;
	}
	if (status == KLOG_FAILED && err && err->sys_errno) /* the reader knows no name */
		err_set_errno(err, err->sys_errno, "cannot read %s", name_of(klog->source));
	return status == KLOG_END ? end_of_child(klog, err) : status;
}
