#include "oomspect/klog.h"

#include "klog_follow.h"
#include "klog_journal.h"
#include "klog_reader.h"

#include "oomspect/array.h"
#include "oomspect/clock.h"
#include "oomspect/klogorder.h"
#include "oomspect/logline.h"
#include "oomspect/logscan.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define KLOGCTL_READ_ALL    3 /* linux:include/linux/syslog.h */
#define KLOGCTL_SIZE_BUFFER 10

/* linux:Documentation/admin-guide/devices.txt */
#define DEVICE_NULL makedev(1, 3)
#define DEVICE_KMSG makedev(1, 11)

#define FILE_MS  50 /* between two looks at a file that is followed */
#define BEGUN_MS 20 /* and at a pipe that has not enough to tell what it is */

void klog_init(struct klog *klog)
{
	*klog = (struct klog){ .kind = KLOG_CLOSED,
		.reader = { .fd = -1 },
		.next_fd = -1,
		.patience_ms = KLOG_PATIENCE_MS };
	klog_entry_init(&klog->entry);
}

void klog_close(struct klog *klog)
{
	klog_reader_release(&klog->reader);
	if (klog->next_fd >= 0)
		close(klog->next_fd);
	helper_end(&klog->helper);
	free(klog->scratch);
	free(klog->object);
	free(klog->decoded);
	klog_init(klog);
}

static const char *name_of(const char *path)
{
	return strcmp(path, "-") == 0 ? "stdin" : path;
}

static enum err_code start(
	struct klog *klog, enum klog_kind kind, int fd, const char *source, struct err *err)
{
	enum err_code code = klog_reader_init(&klog->reader, fd, err);
	if (code != ERR_OK)
		return code;
	klog->kind = kind;
	klog->source = source;
	klog->reader.name = name_of(source);
	return ERR_OK;
}

/* --- programs -------------------------------------------------------------------------------- */

/* Reads what the program prints, from its first byte on. Where that fails there is no program. */
static enum err_code start_program(struct klog *klog, enum klog_kind kind, const char *source,
	const char *const argv[], int stdin_fd, struct err *err)
{
	int fd;
	enum err_code code = helper_start(&klog->helper, argv, stdin_fd, &fd, err);
	if (code != ERR_OK)
		return code;
	code = start(klog, kind, fd, source, err);
	if (code != ERR_OK) {
		close(fd);
		helper_end(&klog->helper);
		return code;
	}
	klog->reader.polled = true;
	klog->program = argv[0];
	klog->heard_bytes = 0;
	klog->heard_ms = clock_ms(CLOCK_MONOTONIC);
	return ERR_OK;
}

/* Whether the program at hand may be silent for as long as it likes. */
static bool has_time(const struct klog *klog)
{
	bool goes_on = klog->kind == KLOG_EXPORT && klog->follow && klog->reader.bytes;
	return klog->helper.pid <= 0 || klog->fed || goes_on;
}

/* Nothing came: how long has that been? */
static bool is_overdue(struct klog *klog)
{
	if (has_time(klog))
		return false;
	if (klog->heard_bytes != klog->reader.bytes) {
		klog->heard_bytes = klog->reader.bytes;
		klog->heard_ms = clock_ms(CLOCK_MONOTONIC);
	}
	return clock_ms(CLOCK_MONOTONIC) - klog->heard_ms >= klog->patience_ms;
}

static enum klog_status give_up(struct klog *klog, struct err *err)
{
	long long seconds = (klog->patience_ms + 999) / 1000;
	helper_end(&klog->helper);
	if (klog->refused.code != ERR_OK)
		err_set(err, klog->refused.code, "%.380s; %s has not answered for %lld s",
			klog->refused.text, klog->program, seconds);
	else
		err_set(err, ERR_IO, "cannot read %s: %s has not answered for %lld s",
			klog->kind == KLOG_TEXT ? klog->source : "the journal", klog->program,
			seconds);
	return KLOG_FAILED;
}

bool klog_is_silent(const struct klog *klog)
{
	return klog->helper.pid > 0 && !klog->fed &&
	       (klog->kind == KLOG_PROBE || !klog->reader.bytes);
}

/* --- files and pipes ------------------------------------------------------------------------- */

/* The first bytes of a file, a pipe or a socket, left where they are; 0 if there are none. */
static size_t peek(int fd, unsigned char *bytes, size_t size)
{
	int ends[2];
	ssize_t got = pread(fd, bytes, size, 0);
	if (got < 0 && errno == ESPIPE)
		got = recv(fd, bytes, size, MSG_PEEK | MSG_DONTWAIT);
	if (got >= 0 || errno != ENOTSOCK || pipe2(ends, O_CLOEXEC) < 0)
		return got > 0 ? (size_t)got : 0;
	got = tee(fd, ends[1], size, SPLICE_F_NONBLOCK);
	if (got > 0)
		got = read(ends[0], bytes, (size_t)got);
	close(ends[0]);
	close(ends[1]);
	return got > 0 ? (size_t)got : 0;
}

struct packing {
	const char *magic;
	size_t length;
	const char *command[7]; /* what makes lines of it; NULL at the end */
};

/* Text of two bytes a character is what "> log.txt" leaves on Windows. */
static const struct packing packings[] = {
	{ "\x1f\x8b", 2, { "gzip", "-dc" } },
	{ "\xfd"
	  "7zXZ",
		5, { "xz", "-dc" } },
	{ "\x28\xb5\x2f\xfd", 4, { "zstd", "-dc" } },
	{ "BZh", 3, { "bzip2", "-dc" } },
	{ "\xff\xfe", 2, { "iconv", "-c", "-f", "UTF-16", "-t", "UTF-8" } },
	{ "\xfe\xff", 2, { "iconv", "-c", "-f", "UTF-16", "-t", "UTF-8" } },
};

/* The row of what starts like this, or NULL. `ret_more`: it may still become one. */
static const struct packing *packing_of(int fd, bool *ret_more)
{
	unsigned char bytes[8];
	size_t got = peek(fd, bytes, sizeof(bytes));
	*ret_more = false;
	for (size_t i = 0; i < ARRAY_SIZE(packings); i++) {
		const struct packing *packing = &packings[i];
		size_t length = got < packing->length ? got : packing->length;
		if (memcmp(bytes, packing->magic, length) != 0)
			continue;
		if (length == packing->length)
			return packing;
		*ret_more |= length > 0;
	}
	return NULL;
}

/* `packed` is closed in any case. */
static enum err_code unpack(struct klog *klog, const struct packing *packing, int packed,
	const char *path, struct err *err)
{
	if (klog->fed) /* the program waits for it as it was made to */
		fcntl(packed, F_SETFL, fcntl(packed, F_GETFL) & ~O_NONBLOCK);
	enum err_code code = start_program(klog, KLOG_TEXT, path, packing->command, packed, err);
	close(packed);
	return code;
}

/* A device gives what it likes, for ever, and some of them do something when they are opened. */
static enum err_code refuse_devices(const struct stat *about, const char *path, struct err *err)
{
	bool device = S_ISCHR(about->st_mode) || S_ISBLK(about->st_mode);
	if (S_ISDIR(about->st_mode))
		return err_set_errno(err, EISDIR, "cannot read %s", name_of(path));
	if (!device || about->st_rdev == DEVICE_NULL || about->st_rdev == DEVICE_KMSG)
		return ERR_OK;
	return err_set(
		err, ERR_UNSUPPORTED, "cannot read %s: it is a device, not a log", name_of(path));
}

/* Only standard input may be a terminal: somebody pastes a log there. */
static enum err_code open_path(const char *path, int *ret_fd, struct stat *ret, struct err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	if ((is_stdin ? fstat(STDIN_FILENO, ret) : stat(path, ret)) < 0)
		return err_set_errno(err, errno, "cannot read %s", name_of(path));
	enum err_code code = ERR_OK;
	if (!is_stdin || !isatty(STDIN_FILENO))
		code = refuse_devices(ret, path, err);
	if (code != ERR_OK)
		return code;
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
			  : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set_errno(err, errno, "cannot read %s", name_of(path));
	/* What was looked at may have made room for something else. */
	if (fstat(fd, ret) < 0)
		code = err_set_errno(err, errno, "cannot read %s", name_of(path));
	else if (!is_stdin)
		code = refuse_devices(ret, path, err);
	if (code != ERR_OK)
		close(fd);
	*ret_fd = fd;
	return code;
}

/* A plain file with its newest line first is read from its last one on. */
static enum err_code put_in_order(int *fd, uint64_t *ret_lines, struct err *err)
{
	char *bytes = malloc(KLOGORDER_LOOK);
	ssize_t got = bytes ? pread(*fd, bytes, KLOGORDER_LOOK, 0) : -1;
	bool turn = got > 0 && klogorder_is_reversed((struct text){ bytes, (size_t)got });
	int turned;
	free(bytes);
	if (!turn)
		return ERR_OK;
	enum err_code code = klogorder_turn(*fd, &turned, ret_lines, err);
	if (code == ERR_OK) {
		close(*fd);
		*fd = turned;
	}
	return code;
}

static enum err_code start_kmsg(struct klog *klog, int fd, const char *source, struct err *err);

enum err_code klog_open_file(struct klog *klog, const char *path, struct err *err)
{
	int fd = -1;
	bool more;
	struct stat about;
	klog_init(klog);
	enum err_code code = open_path(path, &fd, &about, err);
	if (code != ERR_OK)
		return code;
	if (S_ISCHR(about.st_mode) && about.st_rdev == DEVICE_KMSG)
		return start_kmsg(klog, fd, path, err);
	const struct packing *packing = S_ISREG(about.st_mode) ? packing_of(fd, &more) : NULL;
	if (packing)
		return unpack(klog, packing, fd, path, err);
	bool regular = S_ISREG(about.st_mode),
	     piped = S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode);
	if (regular)
		code = put_in_order(&fd, &klog->turned_lines, err);
	if (code == ERR_OK)
		code = start(klog, piped ? KLOG_PIPE : KLOG_TEXT, fd, path, err);
	if (code != ERR_OK)
		close(fd);
	else
		klog->reader.polled = !regular;
	return code;
}

/* A pipe has something: packed, or text? Its first bytes may come one by one. */
static enum klog_status look_into_pipe(struct klog *klog, struct err *err)
{
	struct pollfd pollfd = { .fd = klog->reader.fd, .events = POLLIN };
	bool more;
	if (poll(&pollfd, 1, 0) <= 0)
		return KLOG_AGAIN;
	const struct packing *packing = packing_of(klog->reader.fd, &more);
	klog->begun = !packing && more && !(pollfd.revents & POLLHUP);
	if (klog->begun)
		return KLOG_AGAIN;
	klog->kind = KLOG_TEXT;
	if (!packing)
		return KLOG_RECORD;
	int packed = klog->reader.fd;
	klog->reader.fd = -1;
	klog_reader_release(&klog->reader);
	klog->fed = true;
	return unpack(klog, packing, packed, klog->source, err) == ERR_OK ? KLOG_RECORD
									  : KLOG_FAILED;
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

static enum err_code start_kmsg(struct klog *klog, int fd, const char *source, struct err *err)
{
	klog->scratch_size = KLOG_KMSG_RECORD_MAX;
	klog->scratch = malloc(klog->scratch_size);
	if (!klog->scratch) {
		close(fd);
		return err_set(err, ERR_NO_MEMORY, "cannot read /dev/kmsg: out of memory");
	}
	klog->kind = KLOG_KMSG;
	klog->source = source;
	klog->reader.fd = fd;
	klog->boot_unix_us = clock_us(CLOCK_REALTIME) - clock_us(CLOCK_MONOTONIC);
	return ERR_OK;
}

enum err_code klog_open_kmsg(struct klog *klog, struct err *err)
{
	klog_init(klog);
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? denied(err, errno, "/dev/kmsg") : start_kmsg(klog, fd, "kmsg", err);
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

/* `lines`: of the end of the log, "all" or a number; NULL, where it is not followed, are all. */
static enum err_code start_journal(struct klog *klog, enum klog_kind kind, int boot, bool follow,
	const char *lines, struct err *err)
{
	char which[32];
	snprintf(which, sizeof(which), "--boot=%d", boot);
	const char *const argv[] = { "journalctl", "-k", "-o", "export", "--no-pager", which,
		lines ? "-n" : NULL, lines, follow ? "-f" : NULL, NULL };
	return start_program(klog, kind, "journal", argv, -1, err);
}

enum err_code klog_open_journal(struct klog *klog, int boot, bool follow, struct err *err)
{
	klog_init(klog);
	klog->follow = follow;
	return start_journal(klog, KLOG_EXPORT, boot, follow, follow ? "all" : NULL, err);
}

enum err_code klog_open_live(struct klog *klog, bool follow, struct err *err)
{
	struct err refused = { .code = ERR_OK };
	bool open = klog_open_kmsg(klog, &refused) == ERR_OK ||
		    (!follow && klog_open_klogctl(klog, NULL) == ERR_OK);
	klog->follow = follow;
	if (open)
		return ERR_OK;
	/* journalctl without the right to read waits for ever when it follows, and says nothing:
	 * it is asked for a line first. */
	klog_init(klog);
	klog->follow = follow;
	enum err_code code = start_journal(
		klog, follow ? KLOG_PROBE : KLOG_EXPORT, 0, false, follow ? "1" : NULL, NULL);
	if (code != ERR_OK && err)
		*err = refused;
	klog->refused = refused;
	return code == ERR_OK ? ERR_OK : refused.code;
}

/* The journal can be read: all of it now, and what comes. The first program is ended when the
 * second has its descriptor, which is another one then. */
static enum klog_status go_on_from_probe(struct klog *klog, struct err *err)
{
	struct klog probe = *klog;
	klog->reader = (struct klog_reader){ .fd = -1 };
	klog->helper = (struct helper){ .pid = 0 };
	klog->refused.code = ERR_OK;
	enum err_code code = start_journal(klog, KLOG_EXPORT, 0, true, "all", err);
	klog_reader_release(&probe.reader);
	helper_end(&probe.helper);
	return code == ERR_OK ? KLOG_MORE : KLOG_FAILED;
}

static enum klog_status read_probe(struct klog *klog, struct err *err)
{
	struct text line;
	enum klog_status status = klog_reader_line(&klog->reader, &line, err);
	return status == KLOG_RECORD ? go_on_from_probe(klog, err) : status;
}

void klog_follow(struct klog *klog)
{
	struct stat about;
	klog->follow = true;
	if (klog->kind == KLOG_TEXT && !klog->turned_lines && klog->helper.pid <= 0 &&
		klog->reader.fd >= 0 && fstat(klog->reader.fd, &about) == 0 &&
		S_ISREG(about.st_mode))
		klog->reader.grows = true;
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
	return klog->reader.grows || klog->begun ? -1 : klog->reader.fd;
}

int klog_due_ms(const struct klog *klog)
{
	if (klog->reader.grows)
		return FILE_MS;
	if (klog->begun)
		return BEGUN_MS;
	if (has_time(klog))
		return -1;
	int64_t left = klog->heard_ms + klog->patience_ms - clock_ms(CLOCK_MONOTONIC);
	return left > 0 ? (int)left : 0;
}

static enum klog_status read_kmsg(struct klog *klog, struct klog_record *ret, struct err *err)
{
	for (;;) {
		uint64_t seq;
		ssize_t got = read(klog->reader.fd, klog->scratch, klog->scratch_size);
		if (got < 0 && (errno == EPIPE || errno == EINTR || errno == EINVAL))
			continue; /* overrun: the next sequence number tells how many are gone */
		if (got < 0 && errno == EAGAIN)
			return klog->follow ? KLOG_AGAIN : KLOG_END;
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
		ret->proven = ret->facility == 0;
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

/* Records that name their writer prove it as long as there is nothing else in a file: between lines
 * of a program's log one may be that program's. */
static void weigh(struct klog *klog, struct text line, struct klog_record *ret)
{
	struct klog_record record;
	uint64_t seq;
	bool kmsg = ret->escaped && logline_parse_kmsg(line, &record, &seq);
	bool goes_on = line.len && *line.at == ' '; /* "KEY=value" of a record of /dev/kmsg */
	klog->mixed |= ret->form != KLOG_WHOLE && !kmsg && !goes_on;
	ret->proven = (ret->proven || (kmsg && record.facility == 0)) && !klog->mixed;
}

static enum klog_status given_entry(struct klog *klog, struct klog_record *ret)
{
	weigh(klog, text_of(""), ret);
	return KLOG_RECORD;
}

static enum klog_status read_object(
	struct klog *klog, const char *first, struct klog_record *ret, struct err *err)
{
	enum klog_status status = klog_read_pretty(klog, first, ret, err);
	return status == KLOG_RECORD ? given_entry(klog, ret) : status;
}

static enum klog_status read_line(struct klog *klog, struct klog_record *ret, struct err *err)
{
	struct text line;
	enum klog_status status = klog_next_line(klog, &line, err);
	if (status == KLOG_END && klog_end_verbose(klog, ret))
		return given_entry(klog, ret);
	if (status != KLOG_RECORD)
		return status;
	enum klog_verbose verbose = klog_take_verbose(klog, line, ret);
	if (verbose == KLOG_VERBOSE_RECORD_BEFORE)
		klog_reader_unread(&klog->reader, line);
	if (verbose != KLOG_VERBOSE_NONE)
		return verbose == KLOG_VERBOSE_TAKEN ? KLOG_MORE : given_entry(klog, ret);
	if (klog->reader.line == 1 && text_starts(line, "__CURSOR=")) {
		klog->kind = KLOG_EXPORT;
		klog_take_export_line(klog, line);
		return KLOG_MORE;
	}
	plain_text(&klog->reader, &line);
	text_skip(&line, "\x1e"); /* journalctl -o json-seq */
	if (text_equals(line, "{"))
		return read_object(klog, "{", ret, err);
	if (!line.len || *line.at != '{' || !klog_parse_json(klog, line, ret)) {
		split_spelled_lines(klog, &line);
		logline_parse(line, ret);
		klog->inner_foreign = ret->foreign;
	}
	ret->line = klog->reader.line;
	weigh(klog, line, ret);
	return KLOG_RECORD;
}

static enum klog_status read_text(struct klog *klog, struct klog_record *ret, struct err *err)
{
	struct text line;
	if (text_next_line(&klog->inner, &line)) {
		logline_parse(line, ret);
		ret->foreign |= klog->inner_foreign;
		ret->line = klog->reader.line;
		return KLOG_RECORD;
	}
	return klog->gathered ? read_object(klog, NULL, ret, err) : read_line(klog, ret, err);
}

/* The end is only good if the program that wrote it says so. */
static enum klog_status end_of_program(struct klog *klog, struct err *err)
{
	bool any = klog->reader.bytes > 0;
	bool good = helper_finish(&klog->helper);
	if (klog->refused.code != ERR_OK && (!good || !any)) {
		if (err)
			*err = klog->refused;
		return KLOG_FAILED;
	}
	if (good)
		return KLOG_END;
	if (klog->kind == KLOG_EXPORT)
		err_set(err, ERR_NOT_FOUND,
			"cannot read the journal: journalctl found no such boot, or may not read "
			"it");
	else
		err_set(err, ERR_SYNTAX, "cannot unpack %s: it is damaged", klog->source);
	return KLOG_FAILED;
}

static enum klog_status read_kind(struct klog *klog, struct klog_record *ret, struct err *err)
{
	enum klog_status status;
	switch (klog->kind) {
	case KLOG_KMSG:
		return read_kmsg(klog, ret, err);
	case KLOG_PIPE:
		status = look_into_pipe(klog, err);
		return status == KLOG_RECORD ? KLOG_MORE : status;
	case KLOG_TEXT:
		return read_text(klog, ret, err);
	case KLOG_EXPORT:
		return klog_read_export(klog, ret, err);
	case KLOG_PROBE:
		return read_probe(klog, err);
	case KLOG_CLOSED:
		break;
	}
	return KLOG_END;
}

enum klog_status klog_read(struct klog *klog, struct klog_record *ret, struct err *err)
{
	klog->reader.limit = klog->reader.bytes + KLOG_STEP_BYTES;
	enum klog_status status = read_kind(klog, ret, err);
	if (klog->no_memory) {
		err_set(err, ERR_NO_MEMORY, "cannot read the log: out of memory");
		return KLOG_FAILED;
	}
	if (status == KLOG_AGAIN && is_overdue(klog))
		return give_up(klog, err);
	if (status == KLOG_RECORD && klog->turned_lines) /* as the file counts them */
		ret->line = klog->turned_lines + 1 - ret->line;
	return status == KLOG_END ? end_of_program(klog, err) : status;
}
