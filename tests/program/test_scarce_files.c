/* Every command with few descriptors, and with an output that is full, closed, slow or gone: the
 * answer is whole, or the status says that it is not, and standard error says why. */
#include "support.h"
#include "support_child.h"
#include "support_files.h"
#include "support_scarce.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void few_descriptors(void **state)
{
	const struct scarce_command *command = *state;
	scarce_need();
	for (int limit = 3; limit <= 64; limit++) {
		char value[8], how[32];
		snprintf(value, sizeof(value), "%d", limit);
		snprintf(how, sizeof(how), "ulimit -n %d", limit);
		struct run run = scarce_run(command, "SCARCE_FILES", value);
		scarce_check(command, &run, how);
	}
}

/* --- outputs ---------------------------------------------------------------------------------------- */

static void fill_output(const void *context)
{
	(void)context;
	dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
}

static void close_output(const void *context)
{
	(void)context;
	close(STDOUT_FILENO);
}

static void close_input(const void *context)
{
	(void)context;
	close(STDIN_FILENO);
}

static void close_errors(const void *context)
{
	(void)context;
	close(STDERR_FILENO);
}

static void close_all(const void *context)
{
	close_input(context);
	close_output(context);
	close_errors(context);
}

static void fill_errors(const void *context)
{
	(void)context;
	dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
}

static void assert_unwritten(const struct scarce_command *command, const struct run *run)
{
	if (run->status != 1 || run->out[0] ||
		!strstr(run->err, "oomspect: cannot write to standard output: "))
		fail_msg("%s: status %d, \"%s\"", command->claim, run->status, run->err);
}

static struct run run_with(const struct scarce_command *command, void (*enter)(const void *context))
{
	return scarce_run_from(command, &(struct run_entry){ enter, NULL });
}

/* Whatever a command has to say of its own, that nothing arrived is its status. */
static void a_full_output_is_a_failure(void **state)
{
	const struct scarce_command *command = *state;
	struct run run = run_with(command, fill_output);
	if (run.status != 1 || !scarce_is_reason(run.err))
		fail_msg("%s: status %d, \"%s\"", command->claim, run.status, run.err);
	if (!command->refused)
		assert_unwritten(command, &run);
	run_release(&run);
}

static void a_closed_output_is_a_failure(void **state)
{
	const struct scarce_command *command = *state;
	struct run run = run_with(command, close_output);
	if (!command->refused)
		assert_unwritten(command, &run);
	run_release(&run);
	run = run_with(command, close_all);
	assert_int_equal(run.status, 1);
	assert_string_equal(run.out, "");
	assert_string_equal(run.err, "");
	run_release(&run);
}

static void input_and_errors_are_not_needed(void **state)
{
	const struct scarce_command *command = *state;
	struct run run = run_with(command, close_input);
	scarce_check(command, &run, "without input");
	run = run_with(command, close_errors);
	scarce_check_silent(command, &run, "without errors");
	run = run_with(command, fill_errors);
	scarce_check_silent(command, &run, "with full errors");
}

/* --- pipes --------------------------------------------------------------------------------------------- */

struct reader {
	int ends[2];
	size_t limit; /* bytes after which it goes away; SIZE_MAX: never */
	int pause_us; /* between two reads of 512 bytes */
	int kept;     /* file of what it has read */
	pid_t pid;
};

static void read_slowly(const struct reader *reader)
{
	char bytes[512];
	ssize_t got;
	size_t total = 0;
	close(reader->ends[1]);
	while (total < reader->limit && (got = read(reader->ends[0], bytes, sizeof(bytes))) > 0) {
		total += (size_t)got;
		if (write(reader->kept, bytes, (size_t)got) != got)
			_exit(1);
		usleep((useconds_t)reader->pause_us);
	}
	_exit(0);
}

static void start_reader(struct reader *reader)
{
	assert_int_equal(pipe2(reader->ends, O_CLOEXEC), 0);
	fcntl(reader->ends[1], F_SETPIPE_SZ, 4096);
	reader->kept = memfd_create("kept", MFD_CLOEXEC);
	assert_true(reader->kept >= 0);
	reader->pid = fork();
	if (reader->pid == 0)
		read_slowly(reader);
	close(reader->ends[0]);
}

static void write_to_reader(const void *context)
{
	const struct reader *reader = context;
	dup2(reader->ends[1], STDOUT_FILENO);
}

/* What was read becomes the output of `run`. */
static void end_reader(struct reader *reader, struct run *run)
{
	int status;
	close(reader->ends[1]);
	assert_int_equal(waitpid(reader->pid, &status, 0), reader->pid);
	assert_int_equal(status, 0);
	off_t length = lseek(reader->kept, 0, SEEK_END);
	free(run->out);
	run->out = calloc(1, (size_t)length + 1);
	assert_non_null(run->out);
	assert_int_equal(pread(reader->kept, run->out, (size_t)length, 0), length);
	close(reader->kept);
}

static void a_slow_reader_gets_it_all(void **state)
{
	const struct scarce_command *command = *state;
	struct reader reader = { .limit = SIZE_MAX, .pause_us = 1000 };
	start_reader(&reader);
	struct run run = scarce_run_from(command, &(struct run_entry){ write_to_reader, &reader });
	end_reader(&reader, &run);
	scarce_check(command, &run, "a slow reader");
}

/* It may be done before the reader goes: only long answers are sure to find it gone. */
static void a_reader_that_goes_ends_it(void **state)
{
	const struct scarce_command *command = *state;
	struct reader reader = { .limit = 1 };
	start_reader(&reader);
	struct run run = scarce_run_from(command, &(struct run_entry){ write_to_reader, &reader });
	end_reader(&reader, &run);
	bool ended = run.status == 128 + SIGPIPE && !run.err[0];
	bool failed = run.status == 1 && scarce_is_reason(run.err);
	if (!ended && !failed && !(run.status == 0 && strlen(run.out) < 4096))
		fail_msg("%s: status %d, \"%s\"", command->claim, run.status, run.err);
	run_release(&run);
}

/* A closed output is not what is opened next: nothing is printed into a file of somebody's. */
static void nothing_is_printed_into_another_file(void **state)
{
	char path[] = "/tmp/oomspect-audit-XXXXXX", number[16];
	int fd = mkstemp(path);
	pid_t pid = child_start("audited");
	(void)state;
	assert_true(fd >= 0);
	snprintf(number, sizeof(number), "%d", (int)pid);
	const char *const words[] = { "adj", "1000", number, "--audit", path, NULL };
	struct run run = run_program_from(words, &(struct run_entry){ close_all, NULL });
	assert_int_equal(run.status, 1);
	/* The line about the change, and nothing of what is said of it. */
	char *text = file_text(path);
	assert_non_null(strstr(text, " -> 1000, in force 1000\n"));
	assert_int_equal(strcspn(text, "\n"), strlen(text) - 1);
	free(text);
	child_end(pid);
	close(fd);
	unlink(path);
	run_release(&run);
}

int main(void)
{
	static const struct {
		const char *group;
		void (*check)(void **state);
	} groups[] = {
		{ "few descriptors", few_descriptors },
		{ "output to a full disk", a_full_output_is_a_failure },
		{ "a closed output", a_closed_output_is_a_failure },
		{ "no input, no errors", input_and_errors_are_not_needed },
		{ "a slow reader", a_slow_reader_gets_it_all },
		{ "a reader that goes", a_reader_that_goes_ends_it },
	};
	const struct CMUnitTest tests[] = { cmocka_unit_test(
		nothing_is_printed_into_another_file) };
	int failed = 0;
	scarce_begin();
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		failed += run_row_tests(groups[i].group, scarce_commands,
			sizeof(scarce_commands[0]), scarce_command_count, groups[i].check);
	failed += cmocka_run_group_tests_name("files", tests, NULL, NULL);
	scarce_end();
	return failed;
}
