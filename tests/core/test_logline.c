/* What people and programs put before a message, and what is left without it. */

#include "support.h"

#include "oomspect/logline.h"

#include <string.h>

#define ANY INT64_MAX

struct row {
	const char *claim;
	const char *line;
	const char *text;
	int64_t boot_us, unix_us;
	bool stamped, foreign;
};

static const struct row rows[] = {
	{ "a bare message has no prefix", "sed invoked oom-killer: x", "sed invoked oom-killer: x",
		UNKNOWN_SIGNED, UNKNOWN_SIGNED, false, false },
	{ "dmesg", "[   12.345678] x y", "x y", 12345678, UNKNOWN_SIGNED, true, false },
	{ "dmesg with a caller id", "[  828.600750][ T5241] x", "x", 828600750, ANY, true, false },
	{ "dmesg with a level", "<4>[  828.600750] x", "x", 828600750, ANY, true, false },
	{ "dmesg -T", "[Tue Mar 11 10:16:36 2025] x", "x", UNKNOWN_SIGNED, UNKNOWN_SIGNED, true,
		false },
	{ "dmesg -T in French", "[mar. mars 11 10:16:36 2025] x", "x", UNKNOWN_SIGNED, ANY, true,
		false },
	{ "dmesg -T in Chinese", "[\xe4\xba\x8c 3\xe6\x9c\x88 11 10:16:36 2025] x", "x",
		UNKNOWN_SIGNED, ANY, true, false },
	{ "dmesg -H", "[Aug31 18:23] x", "x", ANY, ANY, true, false },
	{ "dmesg -H, later lines: how long after the one before", "[  +0.000005] x", "x",
		UNKNOWN_SIGNED, UNKNOWN_SIGNED, true, false },
	{ "dmesg -d", "[    1.500000 <    0.000012>] x", "x", 1500000, ANY, true, false },
	{ "dmesg -x", "kern  :warn  : [  1.000000] x", "x", 1000000, ANY, true, false },
	{ "dmesg --time-format iso", "2024-05-06T07:08:09,500000+02:00 Out of memory: x",
		"Out of memory: x", ANY, 1714972089500000, true, false },
	{ "syslog", "Oct  3 22:19:59 ip-172 kernel: [28441.944201] x", "x", 28441944201, ANY, true,
		false },
	{ "syslog without a stamp of the kernel", "Aug 15 08:29:53 odin kernel: x", "x", ANY, ANY,
		true, false },
	{ "syslog without a host", "Apr 18 00:37:34   kernel: [1.000000] x", "x", 1000000, ANY,
		true, false },
	{ "rsyslog's ISO time", "2024-05-06T07:08:09Z host kernel: x", "x", ANY, 1714979289000000,
		true, false },
	{ "RFC 5424", "<6>1 2024-05-06T07:08:09Z host kernel - - - x", "x", ANY, 1714979289000000,
		true, false },
	{ "journalctl -o short-monotonic", "[   12.000000] host kernel: x", "x", 12000000, ANY,
		true, false },
	{ "/dev/kmsg", "4,19685342,241227987454,-,caller=T12845;x", "x", 241227987454, ANY, true,
		false },
	{ "/dev/kmsg written by a program", "12,5,7,-;Out of memory: x", "Out of memory: x", 7, ANY,
		true, true },
	{ "a program's line in syslog", "Dec 18 19:34:56 h systemd-oomd[840]: Killed /x",
		"Killed /x", ANY, ANY, true, true },
	{ "a console relayed by a program is not this kernel's",
		"Dec 18 19:34:56 h conserver[1]: [  1.000000] x", "x", 1000000, ANY, true, true },
	{ "a program that says it is the kernel", "Nov 28 14:02:31 h root: kernel: [5.000000] x",
		"kernel: [5.000000] x", ANY, ANY, true, true },
	{ "a program whose tag is the kernel's has a pid", "Nov 28 14:02:31 h kernel[4242]: x", "x",
		ANY, ANY, true, true },
	{ "the first facility counts, not one that the text goes on with",
		"<12>[    5.000000] <4>[    6.000000] x", "x", ANY, ANY, true, true },
	{ "dmesg -x of what a program wrote to /dev/kmsg", "user  :warn  : [    5.000000] x", "x",
		5000000, ANY, true, true },
	{ "logread of OpenWrt", "Mon Apr 12 18:29:48 2021 kern.warn kernel: [  1.000000] x", "x",
		1000000, ANY, true, false },
	{ "logread of a program that has the kernel's tag",
		"Mon Apr 12 18:29:48 2021 user.notice kernel: [  1.000000] x", "x", ANY, ANY, true,
		true },
	{ "a host that is called like a facility", "Nov 28 14:02:31 mail.example.org kernel: x",
		"x", ANY, ANY, true, false },
	{ "RFC 5424 of a program, without its facility",
		"2024-05-06T07:08:09Z h root - - - kernel: [5.000000] x",
		"- - kernel: [5.000000] x", ANY, ANY, true, true },
	{ "RFC 5424 of a program with a pid", "2024-05-06T07:08:09Z h root 12 - - x", "- - x", ANY,
		ANY, true, true },
	{ "journalctl -o short-full", "Thu 2024-11-28 14:02:31 UTC h kernel: x", "x", ANY, ANY,
		true, false },
	{ "journalctl -o short-full of a program",
		"Thu 2024-11-28 14:02:31 UTC h root[12]: kernel: [5.000000] x",
		"kernel: [5.000000] x", ANY, ANY, true, true },
	{ "journalctl -o short-unix", "1732802551.123456 h kernel: x", "x", ANY, 1732802551123456,
		true, false },
	{ "journalctl -o short-unix of a program",
		"1732802551.123456 h root[12]: kernel: [5.000000] x", "kernel: [5.000000] x", ANY,
		ANY, true, true },
	{ "logcat of the kernel", "11-28 14:02:31.123     0     0 W         : x", "x", ANY, ANY,
		true, false },
	{ "logcat of a program", "11-28 14:02:31.123   123   124 W app     : x", "x", ANY, ANY,
		true, true },
	{ "a program behind a prefix nobody knows", "web-1/app root[12]: [5.000000] x",
		"web-1/app root[12]: [5.000000] x", ANY, ANY, false, true },
	{ "a message of the kernel with a stamp in it",
		"Nov 28 14:02:31 h kernel: usb 1-1: Product: [6.000000] x",
		"usb 1-1: Product: [6.000000] x", UNKNOWN_SIGNED, ANY, true, false },
	{ "a message of the kernel that begins like another carrier's line",
		"[    5.000000] MESSAGE=[6.000000] x", "MESSAGE=[6.000000] x", 5000000, ANY, true,
		false },
	{ "a date and words without a name before the kernel's stamp",
		"2024-05-06 07:08:09 INFO serial [   12.345678] x", "x", 12345678, ANY, true,
		false },
	{ "mail quoting", "> > [  1.000000] x", "x", 1000000, ANY, true, false },
	{ "grep -n over files", "/var/log/messages:12:Aug 15 08:29:53 odin kernel: x", "x", ANY,
		ANY, true, false },
	{ "cat -n", "    12\t[  1.000000] x", "x", 1000000, ANY, true, false },
	{ "vim's line numbers", "166250 Apr 18 00:37:34   kernel: [1.000000] x", "x", 1000000, ANY,
		true, false },
	{ "docker compose", "node-1  | [  1.000000] x", "x", 1000000, ANY, true, false },
	{ "a container runtime's log", "2024-05-06T07:08:09.1Z stderr F x", "x", ANY, ANY, true,
		false },
	{ "Samsung's console", "<4>[  103.141266]  [1:      swapper/1:    0] [  12]     0",
		"[  12]     0", 103141266, ANY, true, false },
	{ "MediaTek's console", "<4>[  103.141266] (0)[1234:foo]x y", "x y", 103141266, ANY, true,
		false },
	{ "dmesg -T behind a host name", "node7: [Tue Mar 11 10:16:36 2025] [  12]     0",
		"[  12]     0", ANY, ANY, true, false },
	{ "console junk before the stamp", "Creating journal: [   35.419377] x", "x", 35419377, ANY,
		true, false },
	{ "a task's name that looks like a program", "[  1.000000] x[1]: y invoked oom-killer: z",
		"x[1]: y invoked oom-killer: z", 1000000, ANY, true, false },
	{ "a task's name with a colon", "[  1.000000] tmux: server invoked oom-killer: z",
		"tmux: server invoked oom-killer: z", 1000000, ANY, true, false },
	{ "a row of the task table is no stamp", "[  123]     0   123", "[  123]     0   123",
		UNKNOWN_SIGNED, ANY, false, false },
	{ "a comment sign before a bare line", "# Killed process 9", "Killed process 9", ANY, ANY,
		false, false },
	{ "the rest of a line is no comment", "#1-Ubuntu SMP", "#1-Ubuntu SMP", ANY, ANY, false,
		false },
	{ "a literal with blanks at its end", "\"x y   \",", "x y", ANY, ANY, false, false },
	{ "journalctl -o short-full of a machine on UTC", "Mon 2024-05-06 07:08:09 UTC h kernel: x",
		"x", ANY, 1714979289000000, true, false },
	{ "journalctl -o short-full of another zone: its name proves no time",
		"Mon 2024-05-06 07:08:09 EST h kernel: x", "x", ANY, UNKNOWN_SIGNED, true, false },
	{ "journalctl -o short-unix", "1714979289.500000 h kernel: x", "x", ANY, 1714979289500000,
		true, false },
	{ "journalctl -o short-iso", "2024-05-06T09:08:09+0200 h kernel: x", "x", ANY,
		1714979289000000, true, false },
	{ "a string literal of a list", "\t\"node invoked oom-killer: x\",",
		"node invoked oom-killer: x", ANY, ANY, false, false },
	{ "the last one of it, and the list's end", "'Out of memory: x']", "Out of memory: x", ANY,
		ANY, false, false },
	{ "the first one of it, behind the list's start", "[b\"[   12.000000] x y\",", "x y",
		12000000, ANY, true, false },
	{ "a literal of YAML", "  - 'Out of memory: x'", "Out of memory: x", ANY, ANY, false,
		false },
	{ "a literal with its newline spelled out", "\"<4>[   12.000000] x y\\n\"", "x y", 12000000,
		ANY, true, false },
	{ "a literal of C that goes on", "\"[   12.000000] x y\\n\" \\", "x y", 12000000, ANY, true,
		false },
	{ "a literal around a record of /dev/kmsg", "\"6,22743,6115623303887,-;Task in /a\",",
		"Task in /a", 6115623303887, ANY, true, false },
	{ "a remark behind a line", "[   12.000000] limit of /a  # noqa: E501", "limit of /a",
		12000000, ANY, true, false },
	{ "a remark behind a literal", "\"limit of /a\", // \"one\"", "limit of /a", ANY, ANY,
		false, false },
	{ "what looks like a remark and is the kernel's build", "Not tainted 6.1.0 #1 SMP",
		"Not tainted 6.1.0 #1 SMP", ANY, ANY, false, false },
	{ "tags of a forum", "[code][   12.000000] x y[/code]", "x y", 12000000, ANY, true, false },
	{ "tags of a forum before a bare message", "[CODE]Free swap  = 0kB", "Free swap  = 0kB",
		ANY, ANY, false, false },
	{ "tags of a web page", "<pre><code>Out of memory: x<br />", "Out of memory: x", ANY, ANY,
		false, false },
	{ "a name in quotes at the end is a part of the message", "x y \"z\"", "x y \"z\"", ANY,
		ANY, false, false },
	{ "an empty line", "", "", UNKNOWN_SIGNED, UNKNOWN_SIGNED, false, false },
};

static void check_row(void **state)
{
	const struct row *row = *state;
	struct klog_record record;
	logline_parse(text_of(row->line), &record);
	assert_int_equal(record.text.len, strlen(row->text));
	assert_memory_equal(record.text.at, row->text, record.text.len);
	assert_int_equal(record.stamped, row->stamped);
	assert_int_equal(record.foreign, row->foreign);
	if (row->boot_us != ANY)
		assert_true(record.boot_us == row->boot_us);
	if (row->unix_us != ANY)
		assert_true(record.unix_us == row->unix_us);
}

static void escapes_of_kmsg_become_bytes(void **state)
{
	char bytes[] = "a\\x0ab\\x5cx0a\\xzz\\xc3\\xa4";
	(void)state;
	size_t length = klog_unescape(bytes, strlen(bytes));
	assert_int_equal(length, strlen("a\nb\\x0a\\xzz\xc3\xa4"));
	assert_memory_equal(bytes, "a\nb\\x0a\\xzz\xc3\xa4", length);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 1];
	size_t count = 0;
	for (; count < sizeof(rows) / sizeof(rows[0]); count++)
		tests[count] = (struct CMUnitTest){ rows[count].claim, check_row, NULL, NULL,
			(void *)(uintptr_t)&rows[count] };
	tests[count++] = (struct CMUnitTest){ "the escapes of /dev/kmsg become bytes, once",
		escapes_of_kmsg_become_bytes, NULL, NULL, NULL };
	return _cmocka_run_group_tests("logline", tests, count, NULL, NULL);
}
