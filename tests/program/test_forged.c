/* Kills that the kernel did not say: through the real program, each with what it makes of the log.
 * How each prefix is read is in test_logline, and which message is an event in test_oomlog. */
#include "support.h"
#include "support_files.h"
#include "support_run.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define KILL \
	"Out of memory: Killed process 1 (init) total-vm:4kB, anon-rss:1kB, file-rss:1kB, " \
	"shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0"
#define ORIGIN " Origin not proven to be the kernel's"

struct row {
	const char *claim;
	const char *log;
	int events;
	bool proven;
};

static const struct row rows[] = {
	/* what a user can have written */
	{ "logger(1)", "Nov 28 14:02:31 h root: kernel: [5.000000] " KILL "\n", 0, false },
	{ "logger(1) with the kernel's own tag, which has a pid then",
		"Nov 28 14:02:31 h kernel[4242]: " KILL "\n", 0, false },
	{ "a second line of what a program says, as journalctl(1) prints it",
		"Nov 28 14:02:31 h app[3]: first line\n                           " KILL "\n", 0,
		false },
	{ "dmesg -x of what was written to /dev/kmsg", "user  :warn  : [    5.000000] " KILL "\n",
		0, false },
	{ "dmesg -r of it, with another priority behind the first",
		"<12>[    5.000000] <4>[    6.000000] " KILL "\n", 0, false },
	{ "a record of /dev/kmsg", "12,1,5000000,-;" KILL "\n", 0, false },
	{ "an entry of the journal",
		"__CURSOR=a\n_TRANSPORT=kernel\nSYSLOG_FACILITY=3\nMESSAGE=" KILL "\n\n", 0,
		false },
	{ "an entry of the journal without the fields that tell, but for the name",
		"__CURSOR=a\nSYSLOG_IDENTIFIER=root\nMESSAGE=" KILL "\n\n", 0, false },
	/* what can be put into a message of the kernel */
	{ "the name of a bridge's port",
		"[    5.000000] br0: port 1(" KILL ") entered blocking state\n", 0, false },
	{ "a mount's option, with a line end in it, in a record of /dev/kmsg",
		"4,1,5000000,-;tmpfs: Unknown parameter 'x\\x0a" KILL "'\n", 0, false },
	{ "what a device calls itself, in an entry of the journal",
		"__CURSOR=a\n_TRANSPORT=kernel\nSYSLOG_FACILITY=0\nMESSAGE=usb 1-1: Product: " KILL
		"\n\n",
		0, false },
	{ "an invoker longer than any name",
		"[    5.000000] usb 1-1: Product: x invoked oom-killer: gfp_mask=0xcc0, order=0, "
		"oom_score_adj=0\n",
		0, false },
	/* what nobody can tell from the kernel's */
	{ "a line of syslog with the kernel's tag",
		"Nov 28 14:02:31 h kernel: [    5.000000] " KILL "\n", 1, false },
	{ "dmesg(1)", "[    5.000000] " KILL "\n", 1, false },
	{ "the bare message", KILL "\n", 1, false },
	{ "a record of /dev/kmsg between other lines", "x\n4,1,5000000,-;" KILL "\n", 1, false },
	/* what is the kernel's */
	{ "the kernel's record of /dev/kmsg", "4,1,5000000,-;" KILL "\n", 1, true },
	{ "the kernel's entry of the journal",
		"__CURSOR=a\n_TRANSPORT=kernel\nSYSLOG_FACILITY=0\nSYSLOG_IDENTIFIER=kernel\n"
		"MESSAGE=" KILL "\n\n",
		1, true },
};

static void check_json(const struct row *row, const char *out)
{
	if (!row->events) {
		assert_string_equal(out, "");
		return;
	}
	json_t *event = json_loads(out, 0, NULL);
	assert_non_null(event);
	assert_true(json_is_boolean(json_object_get(event, "proven")));
	assert_int_equal(json_is_true(json_object_get(event, "proven")), row->proven);
	json_decref(event);
}

static void check_text(const struct row *row, const char *out)
{
	assert_int_equal(strstr(out, "killed 1 init") != NULL, row->events);
	assert_int_equal(strstr(out, ORIGIN) != NULL, row->events && !row->proven);
	if (!row->events)
		assert_non_null(strstr(out, "No OOM event in "));
}

static void check_row(void **state)
{
	const struct row *row = *state;
	struct files files;
	char path[128];
	files_make(&files);
	files_put(&files, "log", row->log);
	snprintf(path, sizeof(path), "%s/log", files.path);
	struct run json = RUN("events", "--json", path), text = RUN("events", path);
	files_remove(&files);
	assert_int_equal(json.status | text.status, 0);
	check_json(row, json.out);
	check_text(row, text.out);
	run_release(&json);
	run_release(&text);
}

int main(void)
{
	return run_rows("forged", rows, check_row);
}
