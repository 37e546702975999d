#include "support.h"

#include "support_scarce.h"

#include "support_child.h"
#include "support_enclosure.h"
#include "support_files.h"

#include <dirent.h>
#include <jansson.h>
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MACHINE "tests/fixtures/machine-6.18"
#define OLDER   "tests/fixtures/machine-4.19"
#define GROUP   "tests/fixtures/klog/6.12-memcg-group.kmsg"
#define GLOBAL  "tests/fixtures/klog/5.10-global.kmsg"

static struct {
	pid_t child;
	char pid[16], copy[96], count[96], notices[96], library[PATH_MAX];
	struct files files;
	size_t files_copied; /* of a whole capture, the first; 0: there was none yet */
} all;

/* --- the commands --------------------------------------------------------------------------------- */

/* Of the machine as it is: who is next may change from one to the other. */
static bool matches(const char *text, const char *pattern)
{
	regex_t regex;
	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	bool found = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static bool is_adjustment(const struct run *run)
{
	return matches(run->out,
		"^[0-9]+ scarce \\(user [^)]+\\) oom_score_adj 0 -> 500 \\(not written: "
		"--dry-run\\)\nnext victim [^\n]+: [^\n]+ -> [^\n]+\n$");
}

static bool is_adjustment_json(const struct run *run)
{
	json_t *document = json_loads(run->out, 0, NULL);
	const json_t *change = json_array_get(json_object_get(document, "changes"), 0);
	bool whole = json_integer_value(json_object_get(change, "after")) == 500 &&
		     json_is_string(json_object_get(change, "comm")) &&
		     json_is_object(json_object_get(document, "next_victim_after")) &&
		     json_object_get(document, "note");
	json_decref(document);
	return whole;
}

/* Files below a directory, but for those of processes; these are counted by themselves. */
struct copied {
	size_t files, processes;
};

static void count_copied(const char *path, struct copied *copied)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	while (dir && (entry = readdir(dir))) {
		char below[PATH_MAX];
		bool process = entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
		copied->processes += process;
		copied->files += entry->d_type != DT_DIR;
		if (entry->d_type != DT_DIR || process || entry->d_name[0] == '.')
			continue;
		assert_true(
			snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) < PATH_MAX);
		count_copied(below, copied);
	}
	if (dir)
		closedir(dir);
}

static struct copied copied(void)
{
	struct copied copied = { 0, 0 };
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/proc", all.copy);
	count_copied(path, &copied);
	return copied;
}

/* The processes that it tells of are there, of our child all that there is of one, and as many other
 * files as when nothing was scarce. */
static bool is_capture(const struct run *run)
{
	static const char *const names[] = { "stat", "status", "oom_score", "oom_score_adj",
		"cgroup", "cmdline" };
	struct copied found = copied();
	size_t processes;
	char path[PATH_MAX], end;
	if (sscanf(run->out, "%zu processes, %*u memory cgroups, %*u files%c", &processes, &end) !=
			2 ||
		end != '\n' || processes < 4 || processes > found.processes || found.files < 10 ||
		(all.files_copied && found.files != all.files_copied))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/proc/%s/%s", all.copy, all.pid, names[i]);
		if (access(path, F_OK) < 0)
			return false;
	}
	all.files_copied = found.files;
	return true;
}

#define ROOT "--root", MACHINE

const struct scarce_command scarce_commands[] = {
	{ "list", { "list", ROOT }, NULL, false },
	{ "list of all columns", { "list", ROOT, "-scgroup", "-ouser,cgroup,grow/m,command" }, NULL,
		false },
	{ "list of a user", { "list", ROOT, "-uroot", "-n2", "-d0.1" }, NULL, false },
	{ "list --json", { "list", "--json", ROOT }, NULL, false },
	{ "list --json of an older kernel", { "list", "--json", "--root", OLDER }, NULL, false },
	{ "list of processes that are not there", { "list", ROOT, "-p1,2" }, NULL, true },
	{ "cgroups", { "cgroups", ROOT }, NULL, false },
	{ "cgroups by name", { "cgroups", ROOT, "-scgroup" }, NULL, false },
	{ "cgroups --json", { "cgroups", "--json", ROOT }, NULL, false },
	{ "victim", { "victim", ROOT }, NULL, false },
	{ "victim of a cgroup", { "victim", ROOT, "-c", "/batch" }, NULL, false },
	{ "victim --json", { "victim", "--json", ROOT }, NULL, false },
	{ "metrics", { "metrics", ROOT }, NULL, false },
	{ "events of two logs", { "events", GROUP, GLOBAL }, NULL, false },
	{ "events --json", { "events", "--json", GROUP }, NULL, false },
	{ "events that programs tell of", { "events", all.notices }, NULL, false },
	{ "events of a journal", { "events", "tests/fixtures/klog/6.12-memcg-few.export" }, NULL,
		false },
	{ "events of a journal as JSON", { "events", "tests/fixtures/klog/6.12-memcg-few.json" },
		NULL, false },
	{ "events of none", { "events", "/dev/null" }, NULL, false },
	{ "adj --dry-run", { "adj", "500", all.pid, "--dry-run" }, is_adjustment, false },
	{ "adj --dry-run --json", { "adj", "500", all.pid, "--dry-run", "--json" },
		is_adjustment_json, false },
	{ "capture", { "capture", all.copy }, is_capture, false },
	{ "the screen without a terminal", { ROOT, "--log", GROUP }, NULL, false },
	{ "--list-columns", { "cgroups", "--list-columns" }, NULL, false },
	{ "--help", { "--help" }, NULL, false },
};
const size_t scarce_command_count = ARRAY_SIZE(scarce_commands);

/* --- running them ------------------------------------------------------------------------------------ */

static void find_library(void)
{
	ssize_t length = readlink("/proc/self/exe", all.library, sizeof(all.library) - 1);
	assert_true(length > 0);
	all.library[length] = '\0';
	char *name = strrchr(all.library, '/') + 1;
	snprintf(name, sizeof(all.library) - (size_t)(name - all.library), "scarce.so");
}

/* Kills by others than the kernel. */
static const char notices[] =
	"Nov 28 14:02:31 web07 earlyoom[512]: sending SIGTERM to process 1234 uid 1000 \"hog\": "
	"badness 900, VmRSS 100 MiB\n"
	"Nov 28 14:02:40 web07 systemd-oomd[300]: Killed /system.slice/a.service due to memory "
	"pressure for /system.slice being 80.00% > 60.00% for > 30s with reclaim activity\n"
	"Nov 28 14:02:41 web07 systemd[1]: a.service: Failed with result 'oom-kill'.\n";

void scarce_begin(void)
{
	static const struct enclosure small = { .asleep = 3 };
	if (enclosure_possible())
		enclosure_enter(&small);
	else
		print_message("no pid namespace can be made: among all processes of the machine\n");
	find_library();
	files_make(&all.files);
	snprintf(all.copy, sizeof(all.copy), "%s/copy", all.files.path);
	snprintf(all.count, sizeof(all.count), "%s/count", all.files.path);
	snprintf(all.notices, sizeof(all.notices), "%s/notices", all.files.path);
	files_put(&all.files, "notices", notices);
	all.child = child_start("scarce");
	snprintf(all.pid, sizeof(all.pid), "%d", (int)all.child);
}

void scarce_end(void)
{
	child_end(all.child);
	files_remove(&all.files);
}

void scarce_need(void)
{
#if defined(__SANITIZE_ADDRESS__)
	skip_because("a sanitizer stands before libc already");
#endif
#if !defined(__GLIBC__)
	skip_because("this libc has no names of its own for what is stood before");
#endif
	assert_int_equal(access(all.library, R_OK), 0);
}

void scarce_set(const char *name, const char *value)
{
	if (!value) {
		unsetenv("LD_PRELOAD");
		unsetenv(name);
		return;
	}
	setenv("LD_PRELOAD", all.library, 1);
	setenv(name, value, 1);
}

static struct run run_in(
	const struct scarce_command *command, const char *locale, const struct run_entry *entry)
{
	setenv("LC_ALL", locale, 1);
	if (access(all.copy, F_OK) == 0)
		files_drop(&all.files, "copy");
	return run_program_from(command->words, entry);
}

struct run scarce_run_from(const struct scarce_command *command, const struct run_entry *entry)
{
	return run_in(command, "C.UTF-8", entry);
}

struct run scarce_run(const struct scarce_command *command, const char *name, const char *value)
{
	if (name)
		scarce_set(name, value);
	struct run run = scarce_run_from(command, NULL);
	if (name)
		scarce_set(name, NULL);
	return run;
}

unsigned scarce_count(const struct scarce_command *command)
{
	struct run run = scarce_run(command, "SCARCE_COUNT", all.count);
	run_release(&run);
	char *text = file_text(all.count);
	unsigned count = (unsigned)strtoul(text, NULL, 10);
	free(text);
	return count;
}

/* --- judging them --------------------------------------------------------------------------------------- */

bool scarce_is_reason(const char *err)
{
	bool any = *err != '\0';
	for (const char *end; *err; err = end + 1) {
		end = strchr(err, '\n');
		const char *why = strstr(err, ": ");
		any &= end && strncmp(err, "oomspect: ", 10) == 0 &&
		       (why = strstr(why + 2, ": ")) && why < end && end[-1] != '.';
		if (!any)
			return false;
	}
	return any;
}

/* A locale that could not be loaded is that of C: the answer is whole, and drawn in ASCII. */
static bool is_reference(
	const struct scarce_command *command, const struct run *run, bool with_errors)
{
	bool same = false;
	for (int i = 0; i < 2 && !same; i++) {
		struct run reference = run_in(command, i ? "C" : "C.UTF-8", NULL);
		same = run->status == reference.status && strcmp(run->out, reference.out) == 0 &&
		       (!with_errors || strcmp(run->err, reference.err) == 0);
		run_release(&reference);
	}
	return same;
}

/* A remark may be there: who is next can be uncertain. */
static bool is_whole(const struct scarce_command *command, const struct run *run, bool with_errors)
{
	if (!command->is_whole)
		return is_reference(command, run, with_errors);
	return run->status == 0 && command->is_whole(run) &&
	       (!*run->err || scarce_is_reason(run->err));
}

void scarce_check(const struct scarce_command *command, struct run *run, const char *how)
{
	bool refused = run->status == 1 && scarce_is_reason(run->err);
	if (!refused && !is_whole(command, run, true))
		fail_msg("%s, %s: status %d, \"%.200s\", \"%.200s\"", command->claim, how,
			run->status, run->out, run->err);
	run_release(run);
}

void scarce_check_silent(const struct scarce_command *command, struct run *run, const char *how)
{
	if (run->err[0] || !is_whole(command, run, false))
		fail_msg("%s, %s: status %d, \"%.200s\", \"%.200s\"", command->claim, how,
			run->status, run->out, run->err);
	run_release(run);
}
