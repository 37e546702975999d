/* Where records come from beside files of bytes: the journal, /dev/kmsg, klogctl(3), stdin, a file
 * that grows; and what is said when a right or a program is missing. */
#include "support.h"
#include "support_files.h"
#include "support_klog.h"
#include "support_programs.h"

#include "oomspect/klog.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

struct sources {
	struct files files;
	struct programs programs;
	struct klog klog;
	struct err err;
};

static int set_up(void **state)
{
	static struct sources sources;
	sources = (struct sources){ .err = { .code = ERR_OK } };
	files_make(&sources.files);
	klog_init(&sources.klog);
	*state = &sources;
	return 0;
}

static int tear_down(void **state)
{
	struct sources *sources = *state;
	klog_close(&sources->klog);
	programs_remove(&sources->programs);
	files_remove(&sources->files);
	return 0;
}

/* From now on journalctl is this script. */
static void put_journalctl(struct sources *sources, const char *script)
{
	programs_make(&sources->programs);
	programs_put(&sources->programs, "journalctl", script, NULL);
}

static enum klog_status next_text(struct sources *sources, char text[128])
{
	return klog_wait_text(&sources->klog, text, &sources->err);
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
	{ "what comes", 0, true, "-k -o export --no-pager --boot=0 -n all -f" },
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
	pid_t child = sources->klog.helper.pid;
	klog_close(&sources->klog);
	assert_int_equal(kill(child, 0), -1);
}

static void without_journalctl_it_is_named(void **state)
{
	struct sources *sources = *state;
	programs_make(&sources->programs);
	programs_hide_all(&sources->programs);
	assert_int_equal(klog_open_journal(&sources->klog, 0, false, &sources->err), ERR_NOT_FOUND);
	assert_string_equal(sources->err.text,
		"cannot run journalctl: it is not in /usr/bin, /bin, /usr/local/bin");
}

/* A program that says nothing is given up, and with it what waited for it. */
static void a_journalctl_that_hangs_is_given_up(void **state)
{
	struct sources *sources = *state;
	char text[128];
	put_journalctl(sources, "exec sleep 1000");
	assert_int_equal(klog_open_journal(&sources->klog, 0, false, &sources->err), ERR_OK);
	assert_true(klog_is_silent(&sources->klog));
	assert_in_range(klog_due_ms(&sources->klog), KLOG_PATIENCE_MS - 5000, KLOG_PATIENCE_MS);
	sources->klog.patience_ms = 300;
	assert_int_equal(next_text(sources, text), KLOG_FAILED);
	assert_string_equal(
		sources->err.text, "cannot read the journal: journalctl has not answered for 1 s");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_journalctl_that_stops_in_the_middle_is_given_up(void **state)
{
	struct sources *sources = *state;
	char text[128];
	put_journalctl(sources, ENTRY "; exec sleep 1000");
	assert_int_equal(klog_open_journal(&sources->klog, 0, false, &sources->err), ERR_OK);
	sources->klog.patience_ms = 300;
	assert_int_equal(next_text(sources, text), KLOG_RECORD);
	assert_false(klog_is_silent(&sources->klog));
	assert_int_equal(next_text(sources, text), KLOG_FAILED);
}

/* What follows may be silent for as long as nothing happens. */
static void a_journal_that_is_followed_may_be_quiet(void **state)
{
	struct sources *sources = *state;
	char text[128];
	put_journalctl(sources, ENTRY "; sleep 1; " ENTRY "; exec sleep 1000");
	assert_int_equal(klog_open_journal(&sources->klog, 0, true, &sources->err), ERR_OK);
	assert_int_equal(next_text(sources, text), KLOG_RECORD);
	sources->klog.patience_ms = 300;
	assert_int_equal(klog_due_ms(&sources->klog), -1);
	assert_int_equal(next_text(sources, text), KLOG_RECORD);
}

#define NO_MEMORY_ROOM (192 << 10) /* for a program's start, not for the 256 KiB of a reader */

/* In a process of its own: 0 if it is told so, and no process is left. */
static int start_without_memory(struct sources *sources)
{
	struct rlimit limit;
	long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "r");
	if (!statm || fscanf(statm, "%ld", &pages) != 1)
		return 2;
	fclose(statm);
	limit.rlim_cur = limit.rlim_max = (rlim_t)(pages * sysconf(_SC_PAGESIZE) + NO_MEMORY_ROOM);
	if (setrlimit(RLIMIT_AS, &limit) < 0)
		return 2;
	while (malloc(KLOG_BUFFER_SIZE)) /* what earlier tests have given back */
		;
	enum err_code code = klog_open_journal(&sources->klog, 0, true, &sources->err);
	return code == ERR_NO_MEMORY && waitpid(-1, NULL, WNOHANG) == -1 ? 0 : 1;
}

static void without_memory_for_what_it_says_no_program_is_left(void **state)
{
	struct sources *sources = *state;
	int how;
#if defined __SANITIZE_ADDRESS__
	skip_because("AddressSanitizer needs the address space that is taken away here");
#endif
	put_journalctl(sources, "exec sleep 1000");
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		_exit(start_without_memory(sources));
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_int_equal(how, 0);
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
	assert_int_equal(status, line == 100000 ? KLOG_RECORD : KLOG_END);
	assert_string_equal(sources->klog.source, "kmsg");
	klog_follow(&sources->klog);
	while ((status = klog_read(&sources->klog, &record, &sources->err)) == KLOG_RECORD)
		;
	assert_int_equal(status, KLOG_AGAIN);
}

/* By its name as well, and no other device. */
static void the_device_itself_may_be_named(void **state)
{
	struct sources *sources = *state;
	struct klog_record record;
	if (klog_open_kmsg(&sources->klog, &sources->err) != ERR_OK)
		skip_because("%s", sources->err.text);
	klog_close(&sources->klog);
	assert_int_equal(klog_open_file(&sources->klog, "/dev/kmsg", &sources->err), ERR_OK);
	assert_int_equal(sources->klog.kind, KLOG_KMSG);
	while (klog_read(&sources->klog, &record, &sources->err) == KLOG_RECORD)
		assert_int_equal(record.proven, !record.foreign);
	klog_close(&sources->klog);
	assert_int_equal(
		klog_open_file(&sources->klog, "/dev/zero", &sources->err), ERR_UNSUPPORTED);
	assert_string_equal(sources->err.text, "cannot read /dev/zero: it is a device, not a log");
}

static void klogctl_gives_the_log_once(void **state)
{
	struct sources *sources = *state;
	struct klog_record record;
	if (klog_open_klogctl(&sources->klog, &sources->err) != ERR_OK)
		skip_because("%s", sources->err.text);
	assert_int_equal(klog_fd(&sources->klog), -1);
	while (klog_read(&sources->klog, &record, &sources->err) == KLOG_RECORD)
		assert_false(record.proven); /* a record of two lines looks like two records */
	assert_int_equal(klog_read(&sources->klog, &record, &sources->err), KLOG_END);
}

/* Where the right to read /dev/kmsg is missing, in a process of its own that is nobody; true if what
 * it found is as it should be. */
static void as_nobody(struct sources *sources, bool (*check)(struct sources *sources))
{
	int how;
	if (geteuid() != 0)
		skip_because("only root can become somebody else");
	if (access("/dev/kmsg", F_OK) != 0)
		skip_because("there is no /dev/kmsg here");
	pid_t pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
			setresuid(NOBODY, NOBODY, NOBODY) < 0)
			_exit(2);
		if (klog_open_kmsg(&sources->klog, &sources->err) == ERR_OK)
			_exit(3);
		bool as_it_should_be = check(sources);
		klog_close(&sources->klog);
		_exit(as_it_should_be ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &how, 0), pid);
	if (WIFEXITED(how) && WEXITSTATUS(how) == 3)
		skip_because("here everybody may read /dev/kmsg");
	assert_int_equal(how, 0);
}

static bool is_refusal(const struct err *err)
{
	return err->code == ERR_DENIED && strstr(err->text, "/dev/kmsg: permission denied") &&
	       strstr(err->text, "CAP_SYSLOG") && strstr(err->text, "group adm or systemd-journal");
}

/* Of both ways to be asked; what is said is what kmsg said, once the journal has nothing. */
static bool says_what_is_missing(struct sources *sources)
{
	char text[128];
	bool good = is_refusal(&sources->err);
	for (int follow = 0; follow < 2; follow++) {
		struct err err = { .code = ERR_OK };
		enum err_code code = klog_open_live(&sources->klog, follow, &err);
		good &= code == ERR_OK ? next_text(sources, text) == KLOG_FAILED &&
						 is_refusal(&sources->err)
				       : is_refusal(&err);
		klog_close(&sources->klog);
	}
	return good;
}

static void without_the_right_it_is_named(void **state)
{
	put_journalctl(*state, "exit 1");
	as_nobody(*state, says_what_is_missing);
}

static void without_the_right_and_without_journalctl_it_is_named(void **state)
{
	struct sources *sources = *state;
	programs_make(&sources->programs);
	programs_hide_all(&sources->programs);
	as_nobody(sources, says_what_is_missing);
}

static bool reads_the_journal(struct sources *sources)
{
	char text[128];
	return klog_open_live(&sources->klog, true, &sources->err) == ERR_OK &&
	       klog_is_silent(&sources->klog) && strcmp(sources->klog.source, "journal") == 0 &&
	       next_text(sources, text) == KLOG_RECORD &&
	       strcmp(text, "-k -o export --no-pager --boot=0 -n all -f") == 0 &&
	       !klog_is_silent(&sources->klog);
}

static void without_the_right_the_journal_will_do(void **state)
{
	put_journalctl(*state, ENTRY);
	as_nobody(*state, reads_the_journal);
}

/* Neither hangs nor forgets what was wrong at first. */
static bool gives_up_the_journal(struct sources *sources)
{
	char text[128];
	if (klog_open_live(&sources->klog, true, &sources->err) != ERR_OK)
		return false;
	sources->klog.patience_ms = 300;
	return next_text(sources, text) == KLOG_FAILED && is_refusal(&sources->err) &&
	       strstr(sources->err.text, "; journalctl has not answered for 1 s");
}

static void without_the_right_a_journalctl_that_hangs_is_told(void **state)
{
	put_journalctl(*state, "exec sleep 1000");
	as_nobody(*state, gives_up_the_journal);
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
	struct klog_record record;
	char path[128], text[128];
	files_put(&sources->files, "log", "[  1.000000] first\n");
	snprintf(path, sizeof(path), "%s/log", sources->files.path);
	assert_int_equal(klog_open_file(&sources->klog, path, &sources->err), ERR_OK);
	klog_follow(&sources->klog);
	assert_int_equal(next_text(sources, text), KLOG_RECORD);
	assert_int_equal(klog_read(&sources->klog, &record, &sources->err), KLOG_AGAIN);
	assert_int_equal(klog_fd(&sources->klog), -1);
	assert_in_range(klog_due_ms(&sources->klog), 1, 100);
	FILE *file = fopen(path, "a");
	assert_non_null(file);
	fputs("[  2.000000] second\n", file);
	fclose(file);
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
}

static void a_missing_unpacker_is_named(void **state)
{
	struct sources *sources = *state;
	char path[128];
	files_put(&sources->files, "log.zst", "\x28\xb5\x2f\xfd rest");
	snprintf(path, sizeof(path), "%s/log.zst", sources->files.path);
	programs_make(&sources->programs);
	programs_hide_all(&sources->programs);
	assert_int_equal(klog_open_file(&sources->klog, path, &sources->err), ERR_NOT_FOUND);
	assert_string_equal(
		sources->err.text, "cannot run zstd: it is not in /usr/bin, /bin, /usr/local/bin");
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
	assert_int_equal(klog_due_ms(&sources->klog), -1);
	klog_close(&sources->klog);
}

#define WITH_SOURCES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SOURCES(a_journal_that_cannot_be_read_is_a_failure),
		WITH_SOURCES(a_journalctl_that_goes_on_is_ended),
		WITH_SOURCES(without_journalctl_it_is_named),
		WITH_SOURCES(a_journalctl_that_hangs_is_given_up),
		WITH_SOURCES(a_journalctl_that_stops_in_the_middle_is_given_up),
		WITH_SOURCES(a_journal_that_is_followed_may_be_quiet),
		WITH_SOURCES(without_memory_for_what_it_says_no_program_is_left),
		WITH_SOURCES(records_of_kmsg_follow_each_other),
		WITH_SOURCES(the_device_itself_may_be_named),
		WITH_SOURCES(klogctl_gives_the_log_once),
		WITH_SOURCES(without_the_right_it_is_named),
		WITH_SOURCES(without_the_right_and_without_journalctl_it_is_named),
		WITH_SOURCES(without_the_right_the_journal_will_do),
		WITH_SOURCES(without_the_right_a_journalctl_that_hangs_is_told),
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
