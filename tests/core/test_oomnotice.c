/* What programs write about kills: who killed what, as one sentence a line. */

#include "support.h"

#include "oomspect/logline.h"
#include "oomspect/oomlog.h"

#include <string.h>

struct row {
	const char *claim;
	const char *text;
	const char *says; /* NULL: no notice */
	enum oom_notice_by by;
};

static const struct row rows[] = {
	{ "systemd-oomd, by pressure",
		"Killed /user.slice/a.scope due to memory pressure for /user.slice being 51.07% > "
		"50.00% "
		"for > 20s with reclaim activity",
		"systemd-oomd killed /user.slice/a.scope: memory pressure for /user.slice being "
		"51.07% > "
		"50.00% for > 20s with reclaim activity",
		OOM_NOTICE_PROGRAM },
	{ "systemd-oomd, by swap",
		"Killed /a due to memory used (1) / total (2) and swap used (3) / total (4) being "
		"more than "
		"90.00%",
		"systemd-oomd killed /a: memory used (1) / total (2) and swap used (3) / total (4) "
		"being "
		"more than 90.00%",
		OOM_NOTICE_PROGRAM },
	{ "systemd-oomd, its line cut off", "Killed /user.slice/user-1000.slice/tmux",
		"systemd-oomd killed /user.slice/user-1000.slice/tmux", OOM_NOTICE_PROGRAM },
	{ "the words of systemd-oomd in the wrong order", "x due to memory y: Killed /a b", NULL,
		0 },
	{ "systemd of what systemd-oomd did",
		"a.scope: systemd-oomd killed 12 process(es) in this unit.",
		"systemd-oomd killed 12 processes of unit a.scope", OOM_NOTICE_PROGRAM },
	{ "one process of it", "a.scope: systemd-oomd killed 1 process(es) in this unit.",
		"systemd-oomd killed 1 process of unit a.scope", OOM_NOTICE_PROGRAM },
	{ "systemd of what the kernel did: that is an OOM kill, and the unit is named",
		"db.service: A process of this unit has been killed by the OOM killer.",
		"a process of unit db.service", OOM_NOTICE_KERNEL },
	{ "the same behind a tag",
		"systemd[1]: db.service: A process of this unit has been killed by the OOM killer.",
		"a process of unit db.service", OOM_NOTICE_KERNEL },
	{ "a unit that failed by one of both", "db.service: Failed with result 'oom-kill'.",
		"unit db.service failed with result oom-kill", OOM_NOTICE_UNSAID },
	{ "a unit that failed otherwise", "db.service: Failed with result 'exit-code'.", NULL, 0 },
	{ "earlyoom, to 1.2",
		"killing process 27541 \"bash\" with signal 15: badness 550, VmRSS 7609 MiB",
		"earlyoom sent SIGTERM to 27541 (bash)", OOM_NOTICE_PROGRAM },
	{ "earlyoom, 1.7",
		"sending SIGKILL to process 9 uid 1000 \"(sd-pam)\": badness 550, VmRSS 76 MiB",
		"earlyoom sent SIGKILL to 9 ((sd-pam))", OOM_NOTICE_PROGRAM },
	{ "earlyoom, 1.8, and a name and a command line with marks in them",
		"sending SIGTERM to process 9 uid 1000 \"a\"b\": oom_score 9, oom_score_adj 0, "
		"VmRSS 76 "
		"MiB, cmdline \"x \"y\": z\"",
		"earlyoom sent SIGTERM to 9 (a\"b)", OOM_NOTICE_PROGRAM },
	{ "kubelet",
		"I1012 19:34:45.445172    2480 eviction_manager.go:595] \"Eviction manager: pod is "
		"evicted successfully\" pod=\"default/nginx\"",
		"kubelet evicted default/nginx", OOM_NOTICE_PROGRAM },
	{ "kubelet, to 1.20", "eviction manager: pod nginx_default(12-34) is evicted successfully",
		"kubelet evicted nginx_default(12-34)", OOM_NOTICE_PROGRAM },
	{ "lmkd",
		"Kill 'a.b:c' (17933), uid 10446, oom_score_adj 0 to free 140528kB rss, 37404kB "
		"swap; "
		"reason: device is not responding",
		"lowmemorykiller killed 17933 (a.b:c): device is not responding",
		OOM_NOTICE_PROGRAM },
	{ "the driver of Android", "lowmemorykiller: Killing 'a.b' (6924) (tgid 6924), adj 1000,",
		"lowmemorykiller killed 6924 (a.b)", OOM_NOTICE_PROGRAM },
	{ "prose of an application", "Killing all sessions to free memory", NULL, 0 },
	{ "the kernel's own line is none", "Out of memory: Killed process 9 (x) total-vm:4kB", NULL,
		0 },
};

static void check_row(void **state)
{
	const struct row *row = *state;
	struct oom_notice_victim nohang = { .pid = 0 };
	struct oom_notice notice;
	char text[512];
	bool is_notice = oomnotice_parse(text_of(row->text), &nohang, &notice);
	assert_int_equal(is_notice, row->says != NULL);
	if (!is_notice)
		return;
	oomnotice_say(&notice, text, sizeof(text));
	assert_string_equal(text, row->says);
	assert_int_equal(notice.by, row->by);
}

struct told {
	char text[1024];
	char stamp[64];
	int notices, events;
};

static void tell_notice(void *arg, const struct oom_notice *notice)
{
	struct told *told = arg;
	told->notices++;
	oomnotice_say(notice, told->text, sizeof(told->text));
	text_copy(notice->stamp, told->stamp, sizeof(told->stamp));
}

static void count_event(void *arg, struct oom_event *event)
{
	struct told *told = arg;
	(void)event;
	told->events++;
}

static struct told told_of(const char *text)
{
	struct told told = { .notices = 0 };
	struct oomlog log;
	struct text line, rest = text_of(text);
	struct oomlog_sink sink = { .event = count_event, .notice = tell_notice, .arg = &told };
	assert_int_equal(oomlog_init(&log, "test", sink, 0), ERR_OK);
	while (text_next_line(&rest, &line)) {
		struct klog_record record;
		logline_parse(line, &record);
		oomlog_push(&log, &record);
	}
	oomlog_finish(&log);
	oomlog_release(&log);
	return told;
}

static void nohang_says_its_victim_in_a_line_of_its_own(void **state)
{
	(void)state;
	struct told told = told_of(
		"nov 17 19:15:25 PC nohang[3824]:   PID: 903309, name: mysqld, badness: 849\n"
		"nov 17 19:15:26 PC nohang[3824]: Implementing a corrective action:\n"
		"nov 17 19:15:26 PC nohang[3824]:   Sending SIGTERM to the victim\n");
	assert_int_equal(told.notices, 1);
	assert_string_equal(told.text, "nohang sent SIGTERM to 903309 (mysqld)");
	assert_string_equal(told.stamp, "nov 17 19:15:26");
}

static void a_notice_is_no_event(void **state)
{
	(void)state;
	struct told told =
		told_of("Dec 18 19:34:56 h systemd[1]: db.service: A process of this unit has "
			"been killed by the OOM killer.\n"
			"killing process 9 \"x\" with signal 15: badness 5, VmRSS 7 MiB\n");
	assert_int_equal(told.notices, 2);
	assert_int_equal(told.events, 0);
}

#define CASE(claim, function) \
	(struct CMUnitTest) \
	{ \
		claim, function, NULL, NULL, NULL \
	}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 2];
	size_t count = 0;
	for (; count < sizeof(rows) / sizeof(rows[0]); count++)
		tests[count] = (struct CMUnitTest){ rows[count].claim, check_row, NULL, NULL,
			(void *)(uintptr_t)&rows[count] };
	tests[count++] = CASE("nohang says its victim in a line of its own",
		nohang_says_its_victim_in_a_line_of_its_own);
	tests[count++] = CASE("a notice is no event", a_notice_is_no_event);
	return _cmocka_run_group_tests("oomnotice", tests, count, NULL, NULL);
}
