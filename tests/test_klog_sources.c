/* Where records come from beside files of bytes: the journal, /dev/kmsg, klogctl(3), stdin, a file
 * that grows; and what is said when a right or a program is missing. */
#include "support.h"
#include "support_files.h"

#include "oomspect/klog.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

/* A directory that stands first in PATH, for programs in place of the system's. */
struct sources {
	struct files files;
	char path[4096]; /* PATH as it was */
	struct klog klog;
	struct err err;
};

static int set_up(void **state)
{
	static struct sources sources;
	const char *path = getenv("PATH");
	sources = (struct sources){ .path = "" };
	snprintf(sources.path, sizeof(sources.path), "%s", path ? path : "");
	files_make(&sources.files);
	klog_init(&sources.klog);
	*state = &sources;
	return 0;
}

static int tear_down(void **state)
{
	struct sources *sources = *state;
	klog_close(&sources->klog);
	setenv("PATH", sources->path, 1);
	files_remove(&sources->files);
	return 0;
}

/* From now on journalctl is this script; NULL: no program can be found. */
static void put_journalctl(struct sources *sources, const char *script)
{
	char path[8192], text[1024];
	if (!script) {
		setenv("PATH", sources->files.path, 1);
		return;
	}
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	files_put(&sources->files, "journalctl", text);
	snprintf(path, sizeof(path), "%s/journalctl", sources->files.path);
	assert_int_equal(chmod(path, 0755), 0);
	snprintf(path, sizeof(path), "%s:%s", sources->files.path, sources->path);
	setenv("PATH", path, 1);
}

static enum klog_status next_text(struct sources *sources, char text[128])
{
	struct klog_record record;
	enum klog_status status = klog_read(&sources->klog, &record, &sources->err);
	text[0] = '\0';
	if (status == KLOG_RECORD)
		text_copy(record.text, text, 128);
	return status;
}

/* --- the journal */

#define ENTRY "printf '__CURSOR=s\\n_TRANSPORT=kernel\\nMESSAGE=%s\\n\\n' \"$*\""

struct journal_row {
	const char *claim;
	int boot;
	bool follow;
	const char *words; /* as journalctl gets them */
};

static const struct journal_row journal_rows[] = {
	{ "this boot", 0, false, "-k -o export --no-pager --boot=0" },
	{ "the boot before", -1, false, "-k -o export --no-pager --boot=-1" },
	{ "the first boot", 1, false, "-k -o export --no-pager --boot=1" },
	{ "what comes", 0, true, "-k -o export --no-pager --boot=0 -f -n all" },
};

static void check_journal(void **state)
{
	const struct journal_row *row = *state;
	char text[128];
	void *fixture;
	set_up(&fixture);
	struct sources *sources = fixture;
	put_journalctl(sources, ENTRY);
	assert_int_equal(
		klog_open_journal(&sources->klog, row->boot, row->follow, &sources->err), ERR_OK);
	assert_string_equal(sources->klog.source, "journal");
	assert_true(klog_fd(&sources->klog) >= 0);
	assert_int_equal(next_text(sources, text), KLOG_RECORD);
	assert_string_equal(text, row->words);
	assert_int_equal(next_text(sources, text), KLOG_END);
	assert_false(klog_resume(&sources->klog));
	tear_down(&fixture);
}

static void a_journal_that_cannot_be_read_is_a_failure(void **state)
{
	struct sources *sources = *state;
	char text[128];
	put_journalctl(sources, "exit 1");
	assert_int_equal(klog_open_journal(&sources->klog, -7, false, &sources->err), ERR_OK);
	assert_int_equal(next_text(sources, text), KLOG_FAILED);
	assert_int_equal(strncmp(sources->err.text, "cannot read the journal: ", 25), 0);
}

static void a_journalctl_that_goes_on_is_ended(void **state)
{
	struct sources *sources = *state;
	char text[128];
	put_journalctl(sources, ENTRY "; exec sleep 1000");
	assert_int_equal(klog_open_journal(&sources->klog, 0, true, &sources->err), ERR_OK);
	assert_int_equal(next_text(sources, text), KLOG_RECORD);
	pid_t child = sources->klog.child;
	klog_close(&sources->klog);
	assert_int_equal(kill(child, 0), -1);
}

/* Where vfork(2) is fork(2), as under valgrind, posix_spawnp(3) cannot tell that there is no such
 * program: then the failure is seen when its output is read. */
static void assert_not_run(struct sources *sources, enum err_code code, const char *sentence)
{
	char text[128];
	if (code == ERR_OK) {
		assert_int_equal(next_text(sources, text), KLOG_FAILED);
		return;
	}
	assert_int_equal(code, ERR_NOT_FOUND);
	assert_string_equal(sources->err.text, sentence);
}

static void without_journalctl_it_is_named(void **state)
{
	struct sources *sources = *state;
	put_journalctl(sources, NULL);
	enum err_code code = klog_open_journal(&sources->klog, 0, false, &sources->err);
	assert_not_run(sources, code, "cannot run journalctl: No such file or directory");
}

/* --- the running kernel's log, with and without the right */

static void records_of_kmsg_follow_each_other(void **state)
{
	struct sources *sources = *state;
	struct klog_record record;
	uint64_t line = 0;
	enum klog_status status;
	if (klog_open_kmsg(&sources->klog, &sources->err) != ERR_OK)
		skip_because("%s", sources->err.text);
	while ((status = klog_read(&sources->klog, &record, &sources->err)) == KLOG_RECORD) {
		assert_int_equal(record.line, ++line);
		assert_int_equal(record.form, KLOG_WHOLE);
		assert_true(record.unix_us > record.boot_us);
		if (line == 100000)
			break;
	}
	assert_int_equal(status, line == 100000 ? KLOG_RECORD : KLOG_AGAIN);
	assert_string_equal(sources->klog.source, "kmsg");
	assert_false(klog_resume(&sources->klog));
}

static void klogctl_gives_the_log_once(void **state)
{
	struct sources *sources = *state;
	struct klog_record record;
	if (klog_open_klogctl(&sources->klog, &sources->err) != ERR_OK)
		skip_because("%s", sources->err.text);
	assert_int_equal(klog_fd(&sources->klog), -1);
	while (klog_read(&sources->klog, &record, &sources->err) == KLOG_RECORD)
		;
	assert_int_equal(klog_read(&sources->klog, &record, &sources->err), KLOG_END);
	assert_false(klog_resume(&sources->klog));
}

/* Whether this process may now not read the kernel's log. */
static bool give_up_rights(void)
{
	if (geteuid() != 0 || seteuid(NOBODY) != 0)
		return false;
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return true;
	close(fd);
	assert_int_equal(seteuid(0), 0);
	return false;
}

static void without_the_right_it_is_named(void **state)
{
	struct sources *sources = *state;
	put_journalctl(sources, "exit 1");
	if (access("/dev/kmsg", F_OK) != 0)
		skip_because("there is no /dev/kmsg here");
	if (!give_up_rights())
		skip_because("the right to read /dev/kmsg cannot be given up here");
	enum err_code kmsg = klog_open_kmsg(&sources->klog, &sources->err);
	struct err live, klogctl;
	enum err_code code = klog_open_live(&sources->klog, true, &live);
	enum err_code once = klog_open_klogctl(&sources->klog, &klogctl);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(kmsg, ERR_DENIED);
	assert_non_null(strstr(sources->err.text, "/dev/kmsg: permission denied"));
	assert_int_equal(code, ERR_DENIED);
	assert_string_equal(live.text, sources->err.text);
	assert_non_null(strstr(live.text, "CAP_SYSLOG"));
	assert_non_null(strstr(live.text, "group adm or systemd-journal"));
	if (once != ERR_OK)
		assert_non_null(strstr(klogctl.text, "cannot read the kernel log: permission"));
}

static void without_the_right_the_journal_will_do(void **state)
{
	struct sources *sources = *state;
	char text[128];
	put_journalctl(sources, ENTRY);
	if (!give_up_rights())
		skip_because("the right to read /dev/kmsg cannot be given up here");
	enum err_code code = klog_open_live(&sources->klog, true, &sources->err);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(code, ERR_OK);
	assert_string_equal(sources->klog.source, "journal");
	assert_int_equal(next_text(sources, text), KLOG_RECORD);
	assert_string_equal(text, "-k -o export --no-pager --boot=0 -f -n all");
}

static void a_file_without_the_right_is_denied(void **state)
{
	struct sources *sources = *state;
	char path[128];
	files_put(&sources->files, "log", "x");
	snprintf(path, sizeof(path), "%s/log", sources->files.path);
	assert_int_equal(chmod(path, 0), 0);
	if (geteuid() == 0 && seteuid(NOBODY) != 0)
		skip_because("root reads every file");
	enum err_code code = klog_open_file(&sources->klog, path, &sources->err);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(code, ERR_DENIED);
	assert_non_null(strstr(sources->err.text, ": Permission denied"));
}

static void kills_are_counted_by_vmstat(void **state)
{
	struct err err;
	uint64_t kills = 0, again;
	char line[128];
	unsigned long long counted = 0;
	(void)state;
	FILE *file = fopen("/proc/vmstat", "r");
	if (klog_kill_counter(&kills, &err) != ERR_OK) {
		if (file)
			fclose(file);
		skip_because("%s", err.text);
	}
	while (fgets(line, sizeof(line), file) && sscanf(line, "oom_kill %llu", &counted) != 1)
		;
	fclose(file);
	assert_int_equal(klog_kill_counter(&again, &err), ERR_OK);
	assert_in_range(counted, kills, again);
}

/* --- files that are more than bytes */

static void a_file_may_grow(void **state)
{
	struct sources *sources = *state;
	char path[128], text[128];
	files_put(&sources->files, "log", "[  1.000000] first\n");
	snprintf(path, sizeof(path), "%s/log", sources->files.path);
	assert_int_equal(klog_open_file(&sources->klog, path, &sources->err), ERR_OK);
	assert_int_equal(next_text(sources, text), KLOG_RECORD);
	assert_int_equal(next_text(sources, text), KLOG_END);
	assert_true(klog_resume(&sources->klog));
	assert_int_equal(next_text(sources, text), KLOG_END);
	FILE *file = fopen(path, "a");
	assert_non_null(file);
	fputs("[  2.000000] second\n", file);
	fclose(file);
	assert_true(klog_resume(&sources->klog));
	assert_int_equal(next_text(sources, text), KLOG_RECORD);
	assert_string_equal(text, "second");
}

/* Standard input is a pipe that holds `bytes` and is closed. */
static int put_stdin(const char *bytes)
{
	int ends[2], before = dup(STDIN_FILENO);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes, strlen(bytes)), strlen(bytes));
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	close(ends[0]);
	close(ends[1]);
	return before;
}

static void a_pipe_ends_when_its_writer_does(void **state)
{
	struct sources *sources = *state;
	char text[128];
	int before = put_stdin("[  1.000000] piped\n");
	assert_int_equal(klog_open_file(&sources->klog, "-", &sources->err), ERR_OK);
	dup2(before, STDIN_FILENO);
	close(before);
	assert_int_equal(next_text(sources, text), KLOG_RECORD);
	assert_string_equal(text, "piped");
	assert_int_equal(next_text(sources, text), KLOG_END);
	assert_false(klog_resume(&sources->klog));
}

static void a_missing_unpacker_is_named(void **state)
{
	struct sources *sources = *state;
	char path[128];
	files_put(&sources->files, "log.zst", "\x28\xb5\x2f\xfd rest");
	snprintf(path, sizeof(path), "%s/log.zst", sources->files.path);
	put_journalctl(sources, NULL);
	enum err_code code = klog_open_file(&sources->klog, path, &sources->err);
	assert_not_run(sources, code, "cannot run zstd: No such file or directory");
}

static void a_damaged_archive_is_a_failure(void **state)
{
	struct sources *sources = *state;
	char path[128], text[128];
	files_put(&sources->files, "log.gz", "\x1f\x8b rest");
	snprintf(path, sizeof(path), "%s/log.gz", sources->files.path);
	assert_int_equal(klog_open_file(&sources->klog, path, &sources->err), ERR_OK);
	assert_int_equal(next_text(sources, text), KLOG_FAILED);
	assert_non_null(strstr(sources->err.text, "log.gz: it is damaged"));
}

static void a_closed_log_has_ended(void **state)
{
	struct sources *sources = *state;
	char text[128];
	assert_int_equal(next_text(sources, text), KLOG_END);
	assert_int_equal(klog_fd(&sources->klog), -1);
	assert_false(klog_resume(&sources->klog));
	klog_close(&sources->klog);
}

#define WITH_SOURCES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SOURCES(a_journal_that_cannot_be_read_is_a_failure),
		WITH_SOURCES(a_journalctl_that_goes_on_is_ended),
		WITH_SOURCES(without_journalctl_it_is_named),
		WITH_SOURCES(records_of_kmsg_follow_each_other),
		WITH_SOURCES(klogctl_gives_the_log_once),
		WITH_SOURCES(without_the_right_it_is_named),
		WITH_SOURCES(without_the_right_the_journal_will_do),
		WITH_SOURCES(a_file_without_the_right_is_denied),
		WITH_SOURCES(kills_are_counted_by_vmstat),
		WITH_SOURCES(a_file_may_grow),
		WITH_SOURCES(a_pipe_ends_when_its_writer_does),
		WITH_SOURCES(a_missing_unpacker_is_named),
		WITH_SOURCES(a_damaged_archive_is_a_failure),
		WITH_SOURCES(a_closed_log_has_ended),
	};
	return run_rows("the journal", journal_rows, check_journal) +
	       cmocka_run_group_tests_name("klog_sources", tests, NULL, NULL);
}
