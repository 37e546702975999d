/* Logs with the newest line first: told apart from logs in order, and turned. */

#include "support.h"
#include "support_files.h"

#include "oomspect/klog.h"
#include "oomspect/klogorder.h"
#include "oomspect/oomlog.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct row {
	const char *claim;
	const char *text;
	bool reversed;
};

#define S "Nov 28 14:02:31 h kernel: "

static const struct row rows[] = {
	{ "times run forth", "[1.000000] a\n[2.000000] b\n[3.000000] c\n", false },
	{ "times run back", "[3.000000] a\n[2.000000] b\n[1.000000] c\n", true },
	{ "a boot in between", "[8.000000] a\n[9.000000] b\n[0.000000] c\n[1.000000] d\n", false },
	{ "two boots in a few lines", "[9.000000] a\n[0.000000] b\n[9.000000] c\n[0.000000] d\n",
		false },
	{ "syslog's dates run back",
		"Nov 28 14:02:33 h kernel: a\nNov 28 14:02:32 h kernel: b\n"
		"Nov 28 14:02:31 h kernel: c\n",
		true },
	{ "days run back",
		"2024-05-08T07:08:09Z h kernel: a\n2024-05-07T07:08:09Z h kernel: b\n"
		"2024-05-06T07:08:09Z h kernel: c\n",
		true },
	{ "all of one second, in order",
		S "x invoked oom-killer: gfp_mask=0xcc0\n" S
		  "CPU: 1 PID: 2 Comm: x Not tainted 6.1.0 #1\n",
		false },
	{ "all of one second, back",
		S "CPU: 1 PID: 2 Comm: x Not tainted 6.1.0 #1\n" S
		  "x invoked oom-killer: gfp_mask=0xcc0\n",
		true },
	{ "a kill and its constraint line back, of one second",
		S "Out of memory: Killed process 9 (x)\n" S "oom-kill:constraint=CONSTRAINT_NONE\n",
		true },
	{ "a constraint line that somebody quotes behind its kill, on lines without a time",
		"Out of memory: Killed process 9 (x)\n        total-vm:4kB\nkernel: "
		"oom-kill:constraint=CONSTRAINT_NONE\n",
		false },
	{ "no line has a time", "a\nb\nc\n", false },
	{ "nothing", "", false },
};

static void check_row(void **state)
{
	const struct row *row = *state;
	assert_int_equal(klogorder_is_reversed(text_of(row->text)), row->reversed);
}

static int file_of(const char *text)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	return fd;
}

static void assert_turned(const char *text, const char *expected, uint64_t lines)
{
	int fd = file_of(text), turned;
	uint64_t counted;
	char got[256] = "";
	assert_int_equal(klogorder_turn(fd, &turned, &counted, NULL), ERR_OK);
	assert_true(read(turned, got, sizeof(got) - 1) >= 0);
	assert_string_equal(got, expected);
	assert_true(counted == lines);
	close(fd);
	close(turned);
}

static void records_are_turned_and_their_lines_are_not(void **state)
{
	(void)state;
	assert_turned("[2.000000] b\n            more\n[1.000000] a\n",
		"[1.000000] a\n[2.000000] b\n            more\n", 3);
	assert_turned("[2.000000] b\n[1.000000] a", "[1.000000] a\n[2.000000] b\n", 2);
	assert_turned("", "", 0);
}

/* Longer than any block that is read at once. */
static void a_long_file_is_turned_whole(void **state)
{
	enum { LINES = 40000 };
	int fd = memfd_create("test", MFD_CLOEXEC), turned;
	uint64_t lines;
	char line[64], *text = NULL;
	size_t size = 0;
	(void)state;
	for (int i = LINES; i > 0; i--) {
		int length = snprintf(line, sizeof(line), "[%6d.000000] line %d\n", i, i);
		assert_true(write(fd, line, (size_t)length) == length);
	}
	assert_int_equal(klogorder_turn(fd, &turned, &lines, NULL), ERR_OK);
	assert_true(lines == LINES);
	FILE *file = fdopen(turned, "r");
	for (int i = 1; i <= LINES; i++) {
		assert_true(getline(&text, &size, file) > 0);
		snprintf(line, sizeof(line), "[%6d.000000] line %d\n", i, i);
		assert_string_equal(text, line);
	}
	assert_true(getline(&text, &size, file) < 0);
	free(text);
	fclose(file);
	close(fd);
}

struct told {
	char text[512];
	size_t length;
};

static void tell(void *arg, struct oom_event *event)
{
	struct told *told = arg;
	told->length += (size_t)snprintf(told->text + told->length,
		sizeof(told->text) - told->length, "%lld %s %llu-%llu %llu\n",
		(long long)event->victims[0].pid, event->invoker.comm,
		(unsigned long long)event->first_line, (unsigned long long)event->last_line,
		(unsigned long long)event->task_count);
}

/* Two reports as journalctl -r has them: events in order, with the lines of the file as it is. */
static void a_reversed_log_tells_the_same_events(void **state)
{
	static const char *const log =
		"Nov 28 14:02:33 h kernel: Out of memory: Killed process 8 (b) total-vm:4kB\n"
		"Nov 28 14:02:33 h kernel: y invoked oom-killer: gfp_mask=0xcc0, order=0, "
		"oom_score_adj=0\n"
		"Nov 28 14:02:31 h kernel: Out of memory: Killed process 9 (a) total-vm:4kB\n"
		"Nov 28 14:02:31 h kernel: [ 9] 7 9 1000 500 8192 0 0 a\n"
		"Nov 28 14:02:31 h kernel: [ pid ]   uid  tgid total_vm      rss pgtables_bytes "
		"swapents "
		"oom_score_adj name\n"
		"Nov 28 14:02:31 h kernel: CPU: 1 PID: 7 Comm: x Not tainted 4.19.0 #1\n"
		"Nov 28 14:02:31 h kernel: x invoked oom-killer: gfp_mask=0xcc0, order=0, "
		"oom_score_adj=0\n";
	char path[] = "/tmp/oomspect-reversed.XXXXXX";
	struct told told = { .length = 0 };
	struct oomlog_sink sink = { .event = tell, .arg = &told };
	struct klog_record record;
	struct oomlog events;
	struct klog klog;
	int fd = mkstemp(path);
	(void)state;
	assert_true(write(fd, log, strlen(log)) == (ssize_t)strlen(log));
	close(fd);
	assert_int_equal(klog_open_file(&klog, path, NULL), ERR_OK);
	assert_int_equal(oomlog_init(&events, "test", sink, 0), ERR_OK);
	while (klog_read(&klog, &record, NULL) == KLOG_RECORD)
		oomlog_push(&events, &record);
	oomlog_finish(&events);
	oomlog_release(&events);
	klog_close(&klog);
	unlink(path);
	assert_string_equal(told.text, "9 x 3-7 1\n8 y 1-2 0\n");
}

static void a_pipe_is_put_in_order_as_well(void **state)
{
	static const char command[] = "{ printf 'Nov 28 14:02:33 h kernel: Out of memory: Killed "
				      "process 8 (b) total-vm:4kB\\n';"
				      " printf 'Nov 28 14:02:32 h kernel: Out of memory: Killed "
				      "process 7 (b) total-vm:4kB\\n';"
				      " printf 'Nov 28 14:02:31 h kernel: Out of memory: Killed "
				      "process 6 (b) total-vm:4kB\\n'; }"
				      " | \"${OOMSPECT:-build/oomspect}\" events - | grep -o '^OOM "
				      "[0-9]*\\|killed [0-9]*' | "
				      "tr '\\n' ' '";
	char got[256] = "";
	(void)state;
	FILE *out = popen(command, "r");
	assert_non_null(out);
	assert_non_null(fgets(got, sizeof(got), out));
	pclose(out);
	assert_string_equal(got, "OOM 1 killed 6 OOM 2 killed 7 OOM 3 killed 8 ");
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
	tests[count++] = CASE("records are turned, and the lines of one are not",
		records_are_turned_and_their_lines_are_not);
	tests[count++] = CASE("a long file is turned whole", a_long_file_is_turned_whole);
	tests[count++] = CASE("a reversed log tells the same events, in order",
		a_reversed_log_tells_the_same_events);
	tests[count++] = CASE("what comes through a pipe is put in order as well",
		a_pipe_is_put_in_order_as_well);
	return _cmocka_run_group_tests("klogorder", tests, count, NULL, NULL);
}
