/* The carriers of kernel log records, each through klog_open_file() as people would. */

#include "support.h"
#include "support_klog.h"

#include "oomspect/klog.h"
#include "oomspect/logline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT_HEAD \
	"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1700000000000000\n_SOURCE_MONOTONIC_TIMESTAMP=" \
	"12000000\n"

#define VERBOSE_HEAD(n) \
	"Thu 2023-02-02 11:49:13.015489 CET [s=1d8f;i=" n \
	";b=796d;m=1f6726955fe3;t=5f3b550c118c1;x=e5]\n"

#define DASHES    "--------------------------------------------------"
#define LONG_TEXT DASHES DASHES DASHES DASHES DASHES DASHES

struct row {
	const char *claim;
	const char *bytes;
	size_t length; /* 0: strlen */
	/* Texts, '|' between them; "!" before one that is not the kernel's, "=" before one that is
	 * proven to be. */
	const char *records;
};

static const struct row rows[] = {
	{ "lines, the last without a newline", "a\nb\r\nc", 0, "a|b|c" },
	{ "an empty file", "", 0, "" },
	{ "bytes of zero are bytes", "a\0b\n", 4, "a\\0b" },
	{ "journal export",
		EXPORT_HEAD "_TRANSPORT=kernel\nSYSLOG_FACILITY=0\nSYSLOG_IDENTIFIER=kernel\n"
			    "PRIORITY=3\nMESSAGE=a=b\n\n" EXPORT_HEAD
			    "_TRANSPORT=syslog\nMESSAGE=x\n\n",
		0, "=a=b|!x" },
	{ "journal export with a binary field",
		EXPORT_HEAD "_TRANSPORT=kernel\nMESSAGE\n\5\0\0\0\0\0\0\0a\nb\xff"
			    "c\n\n",
		sizeof(EXPORT_HEAD "_TRANSPORT=kernel\nMESSAGE\n\5\0\0\0\0\0\0\0a\nb\xff"
				   "c\n\n") -
			1,
		"a\nb\xff"
		"c" },
	{ "journal export of what a program wrote to /dev/kmsg",
		EXPORT_HEAD "_TRANSPORT=kernel\nSYSLOG_FACILITY=3\nMESSAGE=x\n\n", 0, "!x" },
	{ "journal export of a program that calls itself the kernel",
		EXPORT_HEAD "_TRANSPORT=syslog\nSYSLOG_FACILITY=0\nSYSLOG_IDENTIFIER=kernel\n"
			    "MESSAGE=x\n\n",
		0, "!x" },
	{ "journal export without the fields of the writer proves nothing",
		EXPORT_HEAD "MESSAGE=x\n\n", 0, "x" },
	{ "journal export without them, of a program by its name",
		EXPORT_HEAD "SYSLOG_IDENTIFIER=root\nMESSAGE=x\n\n", 0, "!x" },
	{ "journal export cut in a binary field",
		EXPORT_HEAD "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff"
			    "a",
		0, "" },
	{ "journal JSON",
		"{\"__REALTIME_TIMESTAMP\":\"1\",\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"a b\"}\n",
		0, "a b" },
	{ "journal JSON of bytes that are not UTF-8",
		"{\"__REALTIME_TIMESTAMP\":\"1\",\"_TRANSPORT\":\"kernel\",\"MESSAGE\":[97,255]}\n",
		0, "a\xff" },
	{ "journal JSON of a program",
		"{\"__REALTIME_TIMESTAMP\":\"1\",\"_TRANSPORT\":\"stdout\",\"MESSAGE\":\"a\"}\n", 0,
		"!a" },
	{ "journal JSON of the kernel, which says so itself",
		"{\"_TRANSPORT\":\"kernel\",\"SYSLOG_FACILITY\":\"0\",\"MESSAGE\":\"a\"}\n", 0,
		"=a" },
	{ "journal JSON between lines of anything else proves nothing",
		"x\n{\"_TRANSPORT\":\"kernel\",\"SYSLOG_FACILITY\":\"0\",\"MESSAGE\":\"a\"}\n", 0,
		"x|a" },
	{ "journal JSON of what a program wrote to /dev/kmsg",
		"{\"_TRANSPORT\":\"kernel\",\"SYSLOG_FACILITY\":\"1\",\"MESSAGE\":\"a\"}\n", 0,
		"!a" },
	{ "journal JSON with a field twice",
		"{\"_TRANSPORT\":\"kernel\",\"SYSLOG_FACILITY\":[\"0\",\"1\"],\"MESSAGE\":\"a\"}\n",
		0, "!a" },
	{ "a shipper's JSON names the program",
		"{\"ident\":\"root\",\"message\":\"kernel: [  1.000000] a\\n[  2.000000] b\"}\n", 0,
		"!a|!b" },
	{ "records of /dev/kmsg in a file", "4,1,1000000,-;a\n SUBSYSTEM=x\n12,2,2000000,-;b\n", 0,
		"=a|SUBSYSTEM=x|!b" },
	{ "records of /dev/kmsg between lines of anything else", "x\n4,1,1000000,-;a\n", 0, "x|a" },
	{ "lines spelled out in a program's line are that program's",
		"Nov 28 14:02:31 h app[1]: " LONG_TEXT "\\n[  1.000000] a\\n[  2.000000] b\n", 0,
		"!" LONG_TEXT "|!a|!b" },
	{ "journalctl -o verbose",
		VERBOSE_HEAD("1") "    _TRANSPORT=kernel\n    PRIORITY=3\n"
				  "    SYSLOG_FACILITY=0\n    SYSLOG_IDENTIFIER=kernel\n    "
				  "MESSAGE=a b=c\n    "
				  "_SOURCE_MONOTONIC_TIMESTAMP=5\n" VERBOSE_HEAD(
					  "2") "    MESSAGE=x\n    "
					       "_TRANSPORT=stdout\n",
		0, "=a b=c|!x" },
	{ "journalctl -o verbose of the message alone, and what stands around it",
		"text\n" VERBOSE_HEAD("1") "    MESSAGE=a\n" VERBOSE_HEAD(
			"2") "    MESSAGE=b\ntext\n",
		0, "text|a|b|text" },
	{ "an entry without a message",
		VERBOSE_HEAD("1") "    PRIORITY=3\n" VERBOSE_HEAD("2") "    MESSAGE=b\n", 0, "b" },
	{ "a container's JSON log with lines inside",
		"{\"log\":\"[  1.000000] a\\n[  2.000000] b\\n\"}\n", 0, "a|b" },
	{ "journal JSON over several lines",
		"{\n\t\"MESSAGE\" : \"a b\",\n\t\"_TRANSPORT\" : \"kernel\"\n}\n"
		"{\n\t\"_TRANSPORT\" : \"stdout\",\n\t\"MESSAGE\" : \"}\"\n}\n",
		0, "a b|!}" },
	{ "a brace alone that is no JSON", "{\n[  1.000000] a\nb\n", 0, "{|a|b" },
	{ "UTF-16, as Windows saves it",
		"\xff\xfe"
		"a\0\n\0b\0\n\0",
		10, "a|b" },
	{ "UTF-16 of the other end",
		"\xfe\xff"
		"\0a\0\n\0b\0\n",
		10, "a|b" },
	{ "a brace that is no JSON", "{ [  1.000000] a\n", 0, "a" },
	{ "colours of dmesg and grep",
		"\x1b[32m[  1.000000] \x1b[0m\x1b[33ma \x1b[01;31m\x1b[Kb\x1b[m\x1b[K c\x1b[0m\n",
		0, "a b c" },
	{ "blanks of a web page", "[  1.000000]\xc2\xa0Killed\xc2\xa0process\n", 0,
		"Killed process" },
};

/* The cursor of a verbose entry has both times, whatever zone the line is in. */
static void a_verbose_entry_tells_its_times(void **state)
{
	static const char bytes[] = "\n" VERBOSE_HEAD("1") "    MESSAGE=a\n";
	struct klog klog;
	struct klog_record record;
	char path[64];
	int fd = memfd_create("log", MFD_CLOEXEC);
	(void)state;
	assert_int_equal(write(fd, bytes, sizeof(bytes) - 1), sizeof(bytes) - 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(klog_open_file(&klog, path, NULL), ERR_OK);
	assert_int_equal(klog_wait(&klog, &record, NULL), KLOG_RECORD); /* the empty line */
	assert_int_equal(klog_wait(&klog, &record, NULL), KLOG_RECORD);
	assert_true(record.unix_us == 1675334953015489);
	assert_true(record.boot_us == 34527889416163);
	assert_true(text_equals(record.stamp, "2023-02-02 11:49:13.015489 CET"));
	assert_true(record.line == 3);
	klog_close(&klog);
	close(fd);
}

/* The records of some bytes, read through a file of memory. */
static void read_bytes(
	const void *bytes, size_t length, char *ret, size_t size, enum klog_status *ret_end)
{
	struct klog klog;
	struct klog_record record;
	struct err err;
	char path[64];
	size_t used = 0;
	int fd = memfd_create("log", MFD_CLOEXEC);
	assert_int_equal(write(fd, bytes, length), length);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(klog_open_file(&klog, path, &err), ERR_OK);
	ret[0] = '\0';
	while ((*ret_end = klog_wait(&klog, &record, &err)) == KLOG_RECORD) {
		used += (size_t)snprintf(ret + used, size - used, "%s%s%s", used ? "|" : "",
			record.foreign ? "!" : "", record.proven ? "=" : "");
		for (size_t i = 0; i < record.text.len && used + 3 < size; i++)
			used += (size_t)snprintf(ret + used, size - used,
				record.text.at[i] ? "%c" : "\\0", record.text.at[i]);
	}
	klog_close(&klog);
	close(fd);
}

static void check_row(void **state)
{
	const struct row *row = *state;
	char text[4096];
	enum klog_status end;
	read_bytes(row->bytes, row->length ? row->length : strlen(row->bytes), text, sizeof(text),
		&end);
	assert_string_equal(text, row->records);
	assert_int_equal(end, KLOG_END);
}

struct packed_row {
	const char *claim;
	const char *program;
};

static const struct packed_row packed_rows[] = {
	{ "gzip by its program", "gzip" },
	{ "bzip2 by its program", "bzip2" },
	{ "xz by its program", "xz" },
	{ "zstd by its program", "zstd" },
};

static void check_packed(void **state)
{
	const struct packed_row *row = *state;
	char command[128], packed[4096], text[64];
	enum klog_status end;
	snprintf(command, sizeof(command), "printf 'a\\nb\\n' | %s -c 2>/dev/null", row->program);
	FILE *pipe = popen(command, "r");
	size_t length = fread(packed, 1, sizeof(packed), pipe);
	if (pclose(pipe) != 0)
		skip_because("%s is not here", row->program);
	read_bytes(packed, length, text, sizeof(text), &end);
	assert_string_equal(text, "a|b");
	assert_int_equal(end, KLOG_END);
	read_bytes(packed, length / 2, text, sizeof(text), &end);
	assert_int_equal(end, KLOG_FAILED);
}

static void a_line_beyond_the_buffer_is_cut(void **state)
{
	size_t length = 3 * KLOG_BUFFER_SIZE;
	char *bytes = malloc(length + 4), *text = malloc(2 * KLOG_BUFFER_SIZE);
	enum klog_status end;
	(void)state;
	memset(bytes, 'a', length);
	memcpy(bytes + length, "\nb\n", 4);
	read_bytes(bytes, length + 3, text, 2 * KLOG_BUFFER_SIZE, &end);
	assert_int_equal(strlen(text), KLOG_BUFFER_SIZE + 2);
	assert_string_equal(text + KLOG_BUFFER_SIZE, "|b");
	free(bytes);
	free(text);
}

/* --- a pause anywhere ------------------------------------------------------------------------ */

struct pause_row {
	const char *claim;
	const char *bytes;
	size_t length; /* 0: strlen */
	const char *records;
};

#define BINARY_ENTRY \
	EXPORT_HEAD "_TRANSPORT=kernel\nSYSLOG_FACILITY=0\nMESSAGE\n\5\0\0\0\0\0\0\0a\nb\xff" \
		    "c\n_BOOT_ID=1\n\n"

static const struct pause_row pause_rows[] = {
	{ "of lines", "[  1.000000] a b\n[  2.000000] c\n", 0, "a b|c" },
	{ "of an entry of the journal's export", BINARY_ENTRY, sizeof(BINARY_ENTRY) - 1,
		"=a\nb\xff"
		"c" },
	{ "of an object over several lines",
		"{\n\t\"MESSAGE\" : \"a b\",\n\t\"_TRANSPORT\" : \"kernel\"\n}\n"
		"{\n\t\"_TRANSPORT\" : \"stdout\",\n\t\"MESSAGE\" : \"}\"\n}\n",
		0, "a b|!}" },
	{ "of UTF-16, its first two bytes as well",
		"\xff\xfe"
		"a\0\n\0b\0\n",
		9, "a|b" },
};

static void add_record(const struct klog_record *record, char *text, size_t *used, size_t size)
{
	*used += (size_t)snprintf(text + *used, size - *used, "%s%s%s%.*s", *used ? "|" : "",
		record->foreign ? "!" : "", record->proven ? "=" : "", (int)record->text.len,
		record->text.at);
}

/* What can be read without waiting. */
static void read_ready(struct klog *klog, char *text, size_t *used, size_t size)
{
	struct klog_record record;
	struct err err;
	enum klog_status status;
	while ((status = klog_read(klog, &record, &err)) == KLOG_RECORD || status == KLOG_MORE) {
		if (status == KLOG_RECORD)
			add_record(&record, text, used, size);
	}
	assert_int_not_equal(status, KLOG_FAILED);
}

/* Written to a pipe in two pieces, the first of which is read before there is a second. */
static void read_split(const struct pause_row *row, size_t length, size_t at)
{
	struct klog klog;
	struct klog_record record;
	struct err err;
	char path[64], text[256] = "";
	size_t used = 0;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	assert_int_equal(klog_open_file(&klog, path, &err), ERR_OK);
	assert_int_equal(write(ends[1], row->bytes, at), at);
	read_ready(&klog, text, &used, sizeof(text));
	assert_int_equal(write(ends[1], row->bytes + at, length - at), length - at);
	close(ends[1]);
	while (klog_wait(&klog, &record, &err) == KLOG_RECORD)
		add_record(&record, text, &used, sizeof(text));
	klog_close(&klog);
	close(ends[0]);
	if (strcmp(text, row->records) != 0)
		fail_msg("split at %zu: \"%s\"", at, text);
}

static void check_pause(void **state)
{
	const struct pause_row *row = *state;
	size_t length = row->length ? row->length : strlen(row->bytes);
	for (size_t at = 0; at <= length; at++)
		read_split(row, length, at);
}

static void a_record_of_kmsg_is_taken_apart(void **state)
{
	static const char bytes[] = "6,339,5140900,c,caller=T7;a\\x0ab\n SUBSYSTEM=acpi\n";
	struct klog_record record;
	uint64_t seq;
	(void)state;
	assert_true(logline_parse_kmsg(text_of(bytes), &record, &seq));
	assert_true(seq == 339 && record.boot_us == 5140900 && record.continues && !record.foreign);
	assert_true(record.level == 6 && record.facility == 0);
	assert_true(text_equals(record.text, "a\\x0ab"));
	assert_false(logline_parse_kmsg(text_of("6,339;x"), &record, &seq));
	assert_false(logline_parse_kmsg(text_of("6,339,12,-x"), &record, &seq));
}

static void a_missing_file_is_an_error(void **state)
{
	struct klog klog;
	struct err err;
	(void)state;
	assert_int_equal(klog_open_file(&klog, "/nowhere/at all", &err), ERR_NOT_FOUND);
	assert_string_equal(err.text, "cannot read /nowhere/at all: No such file or directory");
	klog_close(&klog);
}

#define CASE(claim, function) \
	(struct CMUnitTest) \
	{ \
		claim, function, NULL, NULL, NULL \
	}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 4];
	size_t count = 0;
	for (; count < sizeof(rows) / sizeof(rows[0]); count++)
		tests[count] = (struct CMUnitTest){ rows[count].claim, check_row, NULL, NULL,
			(void *)(uintptr_t)&rows[count] };
	tests[count++] = CASE("a verbose entry tells its times", a_verbose_entry_tells_its_times);
	tests[count++] = CASE("a line beyond the buffer is cut, the next one is whole",
		a_line_beyond_the_buffer_is_cut);
	tests[count++] =
		CASE("a record of /dev/kmsg is taken apart", a_record_of_kmsg_is_taken_apart);
	tests[count++] =
		CASE("a missing file is an error with its name", a_missing_file_is_an_error);
	return _cmocka_run_group_tests("klog", tests, count, NULL, NULL) +
	       run_rows("packed files", packed_rows, check_packed) +
	       run_rows("a pause anywhere", pause_rows, check_pause);
}
