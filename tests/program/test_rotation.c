/* A log that is followed while it is rotated, by both ways of logrotate(8), with the real program:
 * each event once, none lost. */
#include "support.h"
#include "support_files.h"
#include "support_run.h"

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROTATIONS   200
#define FIRST_PID   100000
#define PATIENCE_MS 10000
#define QUIET_MS    500

struct follower {
	struct files files;
	char log[128];
	pid_t program;
	int events;
	char line[65536];
	size_t length;
	int next_pid; /* of the event that is written next */
};

/* A line of the program's, or false when there is none within that time. */
static bool next_line(struct follower *follower, int ms, char *ret, size_t size)
{
	for (;;) {
		char *end = memchr(follower->line, '\n', follower->length);
		if (end) {
			size_t length = (size_t)(end - follower->line);
			assert_true(length < size);
			memcpy(ret, follower->line, length);
			ret[length] = '\0';
			follower->length -= length + 1;
			memmove(follower->line, end + 1, follower->length);
			return true;
		}
		struct pollfd pollfd = { .fd = follower->events, .events = POLLIN };
		if (poll(&pollfd, 1, ms) <= 0)
			return false;
		ssize_t got = read(follower->events, follower->line + follower->length,
			sizeof(follower->line) - follower->length);
		if (got <= 0)
			return false;
		follower->length += (size_t)got;
	}
}

static json_int_t victim_of(const char *line)
{
	json_t *event = json_loads(line, 0, NULL);
	assert_non_null(event);
	const json_t *victim = json_array_get(json_object_get(event, "victims"), 0);
	json_int_t pid = json_integer_value(json_object_get(victim, "pid"));
	json_decref(event);
	return pid;
}

/* The events are these, in this order: none missing, none again. */
static void expect(struct follower *follower, int first, int count)
{
	char line[65536];
	for (int pid = first; pid < first + count; pid++) {
		if (!next_line(follower, PATIENCE_MS, line, sizeof(line)))
			fail_msg("event %d was not seen", pid - FIRST_PID);
		assert_int_equal(victim_of(line), pid);
	}
}

static void expect_no_more(struct follower *follower)
{
	char line[65536];
	if (next_line(follower, QUIET_MS, line, sizeof(line)))
		fail_msg("one more: %s", line);
}

static void write_event(struct follower *follower, int fd)
{
	char text[256];
	int pid = follower->next_pid++;
	int length = snprintf(text, sizeof(text),
		"[%6d.000000] Out of memory: Killed process %d (x) total-vm:4kB, anon-rss:1kB\n",
		pid, pid);
	assert_int_equal(write(fd, text, (size_t)length), length);
}

static int open_log(const struct follower *follower, int flags)
{
	int fd = open(follower->log, O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0600);
	assert_true(fd >= 0);
	return fd;
}

static void start(struct follower *follower)
{
	int ends[2];
	*follower = (struct follower){ .next_pid = FIRST_PID };
	files_make(&follower->files);
	snprintf(follower->log, sizeof(follower->log), "%s/log", follower->files.path);
	files_put(&follower->files, "log", "");
	assert_int_equal(pipe(ends), 0);
	follower->program = fork();
	if (follower->program == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl(run_program_path(), "oomspect", "events", "--follow", "--json", follower->log,
			(char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	follower->events = ends[0];
	int fd = open_log(follower, 0);
	write_event(follower, fd);
	close(fd);
	expect(follower, FIRST_PID, 1);
}

static void stop(struct follower *follower)
{
	kill(follower->program, SIGTERM);
	waitpid(follower->program, NULL, 0);
	close(follower->events);
	files_remove(&follower->files);
}

/* rename(2), create: what writes goes on with the old file until it is told. */
static int rotate_by_rename(struct follower *follower, int fd, int round)
{
	char old[160];
	snprintf(old, sizeof(old), "%s.%d", follower->log, round % 3);
	assert_int_equal(rename(follower->log, old), 0);
	write_event(follower, fd);
	int new_fd = open_log(follower, O_CREAT | O_EXCL);
	write_event(follower, fd);
	close(fd);
	write_event(follower, new_fd);
	return new_fd;
}

static void renamed_files_are_read_to_their_end(void **state)
{
	struct follower follower;
	(void)state;
	start(&follower);
	int fd = open_log(&follower, 0);
	for (int round = 0; round < ROTATIONS; round++) {
		int first = follower.next_pid;
		write_event(&follower, fd);
		fd = rotate_by_rename(&follower, fd, round);
		expect(&follower, first, follower.next_pid - first);
	}
	expect_no_more(&follower);
	close(fd);
	stop(&follower);
}

/* What was cut off before it was read cannot be had: it is waited for. Then one, two or three events
 * are written: the file is shorter than it was, of the same length, or longer. */
static void shortened_files_are_read_from_their_start(void **state)
{
	struct follower follower;
	(void)state;
	start(&follower);
	int fd = open_log(&follower, 0);
	for (int round = 0; round < ROTATIONS; round++) {
		int first = follower.next_pid, count = round % 3 + 1;
		assert_int_equal(truncate(follower.log, 0), 0);
		for (int i = 0; i < count; i++)
			write_event(&follower, fd);
		expect(&follower, first, count);
	}
	expect_no_more(&follower);
	close(fd);
	stop(&follower);
}

/* Without O_APPEND it goes on where it was, behind a hole. */
static void a_writer_that_keeps_its_place_is_followed(void **state)
{
	struct follower follower;
	(void)state;
	start(&follower);
	int fd = open(follower.log, O_WRONLY | O_CLOEXEC);
	assert_true(lseek(fd, 0, SEEK_END) > 0);
	for (int round = 0; round < 5; round++) {
		assert_int_equal(truncate(follower.log, 0), 0);
		write_event(&follower, fd);
		expect(&follower, follower.next_pid - 1, 1);
	}
	expect_no_more(&follower);
	close(fd);
	stop(&follower);
}

/* --- lines that are not written at once ------------------------------------------------------ */

static void put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void a_line_in_two_pieces_is_one(void **state)
{
	struct follower follower;
	(void)state;
	start(&follower);
	int fd = open_log(&follower, 0);
	put(fd, "[1.000000] Out of memory: Killed proc");
	poll(NULL, 0, 300);
	put(fd, "ess 100001 (x) total-vm:4kB, anon-rss:1kB\n");
	expect(&follower, FIRST_PID + 1, 1);
	expect_no_more(&follower);
	close(fd);
	stop(&follower);
}

static void a_last_line_without_an_end_is_one(void **state)
{
	struct follower follower;
	(void)state;
	start(&follower);
	int fd = open_log(&follower, 0);
	put(fd, "[1.000000] Out of memory: Killed process 100001 (x) total-vm:4kB");
	expect(&follower, FIRST_PID + 1, 1);
	expect_no_more(&follower);
	close(fd);
	stop(&follower);
}

/* A file that is replaced while its last line has no end: the line is read, and is not the beginning
 * of the first line of the next. */
static void a_last_line_without_an_end_does_not_run_into_the_next_file(void **state)
{
	struct follower follower;
	char old[160];
	(void)state;
	start(&follower);
	int fd = open_log(&follower, 0);
	put(fd, "[1.000000] Out of memory: Killed process 100001 (x) total-vm:4kB");
	follower.next_pid++;
	snprintf(old, sizeof(old), "%s.old", follower.log);
	assert_int_equal(rename(follower.log, old), 0);
	close(fd);
	fd = open_log(&follower, O_CREAT | O_EXCL);
	write_event(&follower, fd);
	expect(&follower, FIRST_PID + 1, 2);
	expect_no_more(&follower);
	close(fd);
	stop(&follower);
}

/* The name is gone for a while, or is that of something else. */
static void a_name_that_is_gone_is_waited_for(void **state)
{
	struct follower follower;
	char old[160];
	(void)state;
	start(&follower);
	int fd = open_log(&follower, 0);
	snprintf(old, sizeof(old), "%s.old", follower.log);
	assert_int_equal(rename(follower.log, old), 0);
	write_event(&follower, fd);
	expect(&follower, FIRST_PID + 1, 1);
	assert_int_equal(mkdir(follower.log, 0700), 0);
	write_event(&follower, fd);
	expect(&follower, FIRST_PID + 2, 1);
	assert_int_equal(rmdir(follower.log), 0);
	close(fd);
	fd = open_log(&follower, O_CREAT | O_EXCL);
	write_event(&follower, fd);
	expect(&follower, FIRST_PID + 3, 1);
	close(fd);
	stop(&follower);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renamed_files_are_read_to_their_end),
		cmocka_unit_test(shortened_files_are_read_from_their_start),
		cmocka_unit_test(a_writer_that_keeps_its_place_is_followed),
		cmocka_unit_test(a_line_in_two_pieces_is_one),
		cmocka_unit_test(a_last_line_without_an_end_is_one),
		cmocka_unit_test(a_last_line_without_an_end_does_not_run_into_the_next_file),
		cmocka_unit_test(a_name_that_is_gone_is_waited_for),
	};
	return cmocka_run_group_tests_name("rotation", tests, NULL, NULL);
}
