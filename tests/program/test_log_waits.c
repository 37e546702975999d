/* Logs and programs that give nothing, or no end: the screen shows its first frame, answers keys and
 * signals and leaves the terminal as it was; `events` ends with a sentence. */
#include "support.h"
#include "support_programs.h"
#include "support_run.h"
#include "support_session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIST     "4242 +app.*java -Xmx12g"
#define KILL_9   "[    5.000000] Out of memory: Killed process 9 (x) total-vm:4kB\n"
#define KILL_8   "[    6.000000] Out of memory: Killed process 8 (y) total-vm:4kB\n"
#define HALF     "[    7.000000] Out of memory: Kil"
#define GIB      (1024LL * 1024 * 1024)
#define PATIENCE 20 /* seconds that a program may say nothing */

static double monotonic_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- logs that are opened -------------------------------------------------------------------- */

struct log {
	struct files files;
	char path[128];
	int writer; /* of a pipe; -1 */
};

typedef void make_log(struct log *log);

static void make_fifo(struct log *log)
{
	assert_int_equal(mkfifo(log->path, 0600), 0);
}

static void make_open_fifo(struct log *log)
{
	make_fifo(log);
	log->writer = open(log->path, O_RDWR | O_CLOEXEC);
	assert_true(log->writer >= 0);
}

static void make_half_line(struct log *log)
{
	make_open_fifo(log);
	assert_int_equal(write(log->writer, KILL_9 HALF, strlen(KILL_9 HALF)), strlen(KILL_9 HALF));
}

static void make_half_magic(struct log *log)
{
	make_open_fifo(log);
	assert_int_equal(write(log->writer, "\x1f", 1), 1);
}

/* An event, a line without an end, an event: the line takes no room on the disk. */
static void make_sparse(struct log *log, long long length)
{
	FILE *file = fopen(log->path, "w");
	assert_non_null(file);
	fputs(KILL_9 "x", file);
	fflush(file);
	if (ftruncate(fileno(file), length) < 0) {
		fclose(file);
		skip_because("no file of %lld GiB here: %s", length / GIB, strerror(errno));
	}
	fseek(file, 0, SEEK_END);
	fputs("\n" KILL_8, file);
	assert_int_equal(fclose(file), 0);
}

static void make_endless_line(struct log *log)
{
	make_sparse(log, 20 * GIB);
}

static void make_long_line(struct log *log)
{
	make_sparse(log, GIB);
}

static void open_log(struct log *log, make_log *make)
{
	*log = (struct log){ .writer = -1 };
	files_make(&log->files);
	snprintf(log->path, sizeof(log->path), "%s/log", log->files.path);
	make(log);
}

static void close_log(struct log *log)
{
	if (log->writer >= 0)
		close(log->writer);
	files_remove(&log->files);
}

struct log_row {
	const char *claim;
	make_log *make;
	const char *shown; /* in the Events view */
};

static const struct log_row log_rows[] = {
	{ "a FIFO that nobody writes to", make_fifo, "no OOM event" },
	{ "a FIFO whose writer says nothing", make_open_fifo, "no OOM event" },
	{ "a FIFO with half a line", make_half_line, "9 +x" },
	{ "a FIFO with half of what tells that it is packed", make_half_magic, "\\[3 Events" },
	{ "a line of 20 GiB", make_endless_line, "reading the kernel's log|9 +x" },
};

/* One that hangs after all does not outlive the test. */
static void end_with_test(const void *context)
{
	(void)context;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static const struct terminal_options bound = { .enter = end_with_test };

static struct terminal *start_with(struct session *session, const struct log *log)
{
	const char *words[] = { "--log", log->path, NULL };
	return session_start(session, 24, 80, &bound, words, LIST);
}

static void check_keys(void **state)
{
	const struct log_row *row = *state;
	struct session *session = session_new();
	struct log log;
	open_log(&log, row->make);
	struct terminal *terminal = start_with(session, &log);
	session_press(terminal, "3", row->shown);
	session_press(terminal, "1", LIST);
	terminal_send(terminal, "q");
	session_ends_with(terminal, 0);
	close_log(&log);
	session_free(session);
}

static void check_signal(void **state)
{
	const struct log_row *row = *state;
	struct session *session = session_new();
	struct log log;
	open_log(&log, row->make);
	struct terminal *terminal = start_with(session, &log);
	kill(terminal->pid, SIGTERM);
	session_ends_with(terminal, 128 + SIGTERM);
	close_log(&log);
	session_free(session);
}

struct device_row {
	const char *claim, *path, *said;
};

static const struct device_row device_rows[] = {
	{ "a device without an end", "/dev/zero",
		"cannot read /dev/zero: it is a device, not a log" },
	{ "the terminal itself", "/dev/tty", "cannot read /dev/tty: it is a device, not a log" },
	{ "what keys come from", "-", "standard input is the terminal that keys come from" },
};

/* Before the first frame, so that there is a place for the sentence. */
static void check_device(void **state)
{
	const struct device_row *row = *state;
	struct session *session = session_new();
	const char *words[] = { "--log", row->path, NULL };
	struct terminal *terminal = session_start(session, 24, 80, &bound, words, row->said);
	session_ends_with(terminal, 1);
	session_free(session);
}

/* What comes later is shown when it comes. */
static void a_pipe_is_read_as_it_is_written(void **state)
{
	struct session *session = *state;
	struct log log;
	open_log(&log, make_open_fifo);
	struct terminal *terminal = start_with(session, &log);
	session_press(terminal, "3", "no OOM event");
	assert_int_equal(write(log.writer, KILL_9, strlen(KILL_9)), strlen(KILL_9));
	assert_int_equal(write(log.writer, KILL_8, strlen(KILL_8)), strlen(KILL_8));
	terminal_wait_like(terminal, "9 +x");
	terminal_send(terminal, "q");
	session_ends_with(terminal, 0);
	close_log(&log);
}

/* --- programs that do not answer ------------------------------------------------------------- */

/* Its own machine: a captured one has no log. */
static void start_live(struct terminal *terminal)
{
	char *argv[] = { (char *)(uintptr_t)run_program_path(), (char[]){ "-d0.2" },
		(char[]){ "--config=/dev/null" }, NULL };
	terminal_start(terminal, 24, 80, &bound, argv);
	terminal_wait_for(terminal, "[1 Procs]");
}

struct hang_row {
	const char *claim;
	const char *script; /* journalctl */
	const char *shown;
};

#define ENTRY \
	"printf '__CURSOR=s\\n_TRANSPORT=kernel\\nSYSLOG_FACILITY=0\\nMESSAGE=Out of memory: " \
	"Killed process 9 (x) total-vm:4kB\\n"

static const struct hang_row hang_rows[] = {
	{ "a journalctl that says nothing", "exec sleep 1000", "waiting for the kernel's log" },
	{ "a journalctl that stops within an entry",
		ENTRY "'; sleep 1; printf '_BOOT_ID=1\\n\\n'; exec sleep 1000", "9 +x" },
	{ "a journalctl that may read nothing", "exit 1", "cannot read /dev/kmsg: " },
	{ "a journalctl that closes its output and stays", "exec >&-; exec sleep 1000",
		"cannot read /dev/kmsg: " },
};

static void check_hang(void **state)
{
	const struct hang_row *row = *state;
	struct programs programs;
	struct terminal terminal = { .master = -1, .slave = -1 };
	programs_make(&programs);
	programs_put(&programs, "journalctl", row->script, NULL);
	programs_hide_kmsg(&programs);
	start_live(&terminal);
	session_press(&terminal, "3", row->shown);
	kill(terminal.pid, SIGTERM);
	session_ends_with(&terminal, 128 + SIGTERM);
	terminal_release(&terminal);
	programs_remove(&programs);
}

/* --- events ---------------------------------------------------------------------------------- */

/* Both at a time, since each is given its twenty seconds. */
static void programs_that_hang_are_given_up(void **state)
{
	struct programs programs;
	struct log log;
	int how;
	(void)state;
	programs_make(&programs);
	programs_put(&programs, "journalctl", "exec sleep 1000", NULL);
	programs_put(&programs, "gzip", "exec sleep 1000", NULL);
	open_log(&log, make_fifo);
	snprintf(log.path, sizeof(log.path), "%s/log.gz", log.files.path);
	files_put(&log.files, "log.gz", "\x1f\x8b rest");
	double began = monotonic_s();
	pid_t pid = fork();
	if (pid == 0) {
		struct run run = RUN("events", log.path);
		_exit(run.status == 1 && strstr(run.err, ": gzip has not answered for 20 s") ? 0
											     : 1);
	}
	struct run run = RUN("events", "--boot", "0");
	double took = monotonic_s() - began;
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_int_equal(how, 0);
	assert_int_equal(run.status, 1);
	assert_string_equal(run.err,
		"oomspect: cannot read the journal: journalctl has not answered for 20 s\n");
	assert_true(took >= PATIENCE && took < PATIENCE + 10);
	run_release(&run);
	close_log(&log);
	programs_remove(&programs);
}

static void the_rest_of_an_endless_line_is_dropped_and_told(void **state)
{
	struct log log;
	char told[256];
	(void)state;
	open_log(&log, make_long_line);
	struct run run = RUN("events", log.path);
	snprintf(told, sizeof(told),
		"oomspect: %s: the rest of 1 line longer than 256 KiB was not read\n", log.path);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "killed 9 x"));
	assert_non_null(strstr(run.out, "killed 8 y"));
	assert_string_equal(run.err, told);
	run_release(&run);
	close_log(&log);
}

/* A copy of it would be in memory, which is short when somebody looks at kills. */
static void a_huge_log_with_its_newest_line_first_is_refused(void **state)
{
	struct log log;
	(void)state;
	open_log(&log, make_fifo);
	assert_int_equal(unlink(log.path), 0);
	files_put(&log.files, "log", "[9.000000] c\n[8.000000] b\n[7.000000] a\n[6.000000] 9\n");
	if (truncate(log.path, 20 * GIB) < 0) {
		close_log(&log);
		skip_because("no file of 20 GiB here: %s", strerror(errno));
	}
	struct run run = RUN("events", log.path);
	close_log(&log);
	assert_int_equal(run.status, 1);
	assert_string_equal(run.err,
		"oomspect: cannot put the log in order: its newest line is the first, and it is "
		"larger than 64 MiB (see tac(1))\n");
	run_release(&run);
}

struct refused_row {
	const char *claim, *path;
	int status;
	const char *err;
};

static const struct refused_row refused_rows[] = {
	{ "a device without an end", "/dev/zero", 1,
		"oomspect: cannot read /dev/zero: it is a device, not a log\n" },
	{ "a terminal by its name", "/dev/ptmx", 1,
		"oomspect: cannot read /dev/ptmx: it is a device, not a log\n" },
	{ "the device that holds nothing", "/dev/null", 0, "" },
};

static void check_refused(void **state)
{
	const struct refused_row *row = *state;
	struct run run = RUN("events", row->path);
	assert_int_equal(run.status, row->status);
	assert_string_equal(run.err, row->err);
	run_release(&run);
}

/* What stands where standard input stands, for the program. */
static int events_of_stdin(int fd, char *out, size_t size)
{
	int ends[2], how;
	size_t used = 0;
	ssize_t got;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fd, STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		execl(run_program_path(), "oomspect", "events", "-", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	close(fd);
	while ((got = read(ends[0], out + used, size - 1 - used)) > 0)
		used += (size_t)got;
	out[used] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &how, 0), pid);
	return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

/* Writes byte by byte, and in the end closes it. */
static void dribble(int fd, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (write(fd, bytes + i, 1) != 1)
			_exit(1);
		if (i < 8)
			poll(NULL, 0, 20);
	}
	_exit(0);
}

static void a_packed_log_may_come_byte_by_byte(void **state)
{
	char packed[4096], out[8192];
	int ends[2];
	(void)state;
	FILE *gzip = popen("printf '" KILL_9 "' | gzip -c 2>/dev/null", "r");
	assert_non_null(gzip);
	size_t length = fread(packed, 1, sizeof(packed), gzip);
	if (pclose(gzip) != 0 || !length)
		skip_because("gzip is not here");
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		dribble(ends[1], packed, length);
	}
	close(ends[1]);
	assert_int_equal(events_of_stdin(ends[0], out, sizeof(out)), 0);
	waitpid(pid, NULL, 0);
	assert_non_null(strstr(out, "killed 9 x"));
}

static void a_socket_will_do(void **state)
{
	char out[8192];
	int ends[2];
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(write(ends[1], KILL_9, strlen(KILL_9)), strlen(KILL_9));
	close(ends[1]);
	assert_int_equal(events_of_stdin(ends[0], out, sizeof(out)), 0);
	assert_non_null(strstr(out, "killed 9 x"));
}

static void a_device_at_standard_input_is_refused(void **state)
{
	char out[8192];
	(void)state;
	int status = events_of_stdin(open("/dev/zero", O_RDONLY | O_CLOEXEC), out, sizeof(out));
	assert_int_equal(status, 1);
	assert_string_equal(out, "oomspect: cannot read stdin: it is a device, not a log\n");
}

/* Others have the same open file: the shell that comes next would find it changed. */
static void standard_input_stays_as_it_was(void **state)
{
	char out[8192];
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	int kept = dup(ends[0]);
	assert_int_equal(write(ends[1], KILL_9, strlen(KILL_9)), strlen(KILL_9));
	close(ends[1]);
	assert_int_equal(events_of_stdin(ends[0], out, sizeof(out)), 0);
	assert_int_equal(fcntl(kept, F_GETFL) & O_NONBLOCK, 0);
	close(kept);
}

/* --- programs of somebody else --------------------------------------------------------------- */

/* A gzip and a journalctl that leave a mark, in the working directory and first in PATH. */
static void programs_of_the_path_are_not_run(void **state)
{
	static const char *const names[] = { "gzip", "journalctl" };
	static const char *const paths[] = { "", ".", NULL };
	struct files files;
	char path[PATH_MAX], log[PATH_MAX], mark[PATH_MAX], script[PATH_MAX + 64], *before;
	(void)state;
	files_make(&files);
	snprintf(mark, sizeof(mark), "%s/mark", files.path);
	snprintf(script, sizeof(script), "#!/bin/sh\necho run >%s\n", mark);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		files_put(&files, names[i], script);
		snprintf(path, sizeof(path), "%s/%s", files.path, names[i]);
		assert_int_equal(chmod(path, 0755), 0);
	}
	snprintf(log, sizeof(log), "%s/log.gz", files.path);
	files_put(&files, "log.gz", "\x1f\x8b rest");
	assert_non_null(realpath(run_program_path(), path));
	before = strdup(getenv("PATH"));
	char *at = get_current_dir_name(), *program = getenv("OOMSPECT");
	program = program ? strdup(program) : NULL;
	assert_int_equal(chdir(files.path), 0);
	setenv("OOMSPECT", path, 1);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		setenv("PATH", paths[i] ? paths[i] : files.path, 1);
		struct run packed = RUN("events", log), journal = RUN("events", "--boot", "0");
		run_release(&packed);
		run_release(&journal);
	}
	setenv("PATH", before, 1);
	assert_int_equal(chdir(at), 0);
	program ? setenv("OOMSPECT", program, 1) : unsetenv("OOMSPECT");
	bool marked = access(mark, F_OK) == 0;
	free(before);
	free(program);
	free(at);
	files_remove(&files);
	assert_false(marked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SESSION(a_pipe_is_read_as_it_is_written),
		cmocka_unit_test(programs_that_hang_are_given_up),
		cmocka_unit_test(the_rest_of_an_endless_line_is_dropped_and_told),
		cmocka_unit_test(a_huge_log_with_its_newest_line_first_is_refused),
		cmocka_unit_test(a_packed_log_may_come_byte_by_byte),
		cmocka_unit_test(a_socket_will_do),
		cmocka_unit_test(a_device_at_standard_input_is_refused),
		cmocka_unit_test(standard_input_stays_as_it_was),
		cmocka_unit_test(programs_of_the_path_are_not_run),
	};
	return run_rows("keys with such a log", log_rows, check_keys) +
	       run_rows("a signal with such a log", log_rows, check_signal) +
	       run_rows("devices on the screen", device_rows, check_device) +
	       run_rows("programs", hang_rows, check_hang) +
	       run_rows("devices", refused_rows, check_refused) +
	       cmocka_run_group_tests_name("log_waits", tests, NULL, NULL);
}
