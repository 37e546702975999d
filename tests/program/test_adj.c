/* The command `oomspect adj`, run on real processes of the test's own. */
#include "support.h"

#include "support_child.h"
#include "support_run.h"

#include <jansson.h>
#include <limits.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child inherits from whoever runs the tests. */
static int inherited(void)
{
	return child_adj(getpid());
}

static const char *text_of_pid(pid_t pid, char buffer[16])
{
	snprintf(buffer, 16, "%d", (int)pid);
	return buffer;
}

static bool may_lower(void)
{
	pid_t pid = child_start("floor");
	char number[16];
	struct run run = RUN("adj", "-1", text_of_pid(pid, number));
	bool may = run.status == 0;
	run_release(&run);
	child_end(pid);
	return may;
}

static const char *own_name(void)
{
	const struct passwd *own = getpwuid(geteuid());
	return own ? own->pw_name : "nobody knows";
}

static void raises_and_says_from_what_to_what(void **state)
{
	(void)state;
	char number[16], line[64];
	pid_t pid = child_start("raised");
	struct run run = RUN("adj", "777", text_of_pid(pid, number));
	snprintf(line, sizeof(line), "%d raised (user %s) oom_score_adj %d -> 777\n", (int)pid,
		own_name(), inherited());
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, line));
	run_forget_doubts(&run);
	assert_string_equal(run.err, "");
	assert_int_equal(child_adj(pid), 777);
	run_release(&run);
	child_end(pid);
}

static void refuses_to_lower_without_the_right_and_changes_nothing(void **state)
{
	(void)state;
	char number[16];
	if (may_lower())
		skip_because("this user has CAP_SYS_RESOURCE");
	pid_t pid = child_start("lowered");
	struct run run = RUN("adj", "-200", text_of_pid(pid, number));
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "CAP_SYS_RESOURCE"));
	assert_int_equal(child_adj(pid), inherited());
	run_release(&run);
	child_end(pid);
}

static void lowers_with_the_right(void **state)
{
	(void)state;
	char number[16];
	if (!may_lower())
		skip_because("lowering needs CAP_SYS_RESOURCE in the initial user namespace");
	pid_t pid = child_start("lowered");
	struct run run = RUN("adj", "-200", text_of_pid(pid, number));
	assert_int_equal(run.status, 0);
	assert_int_equal(child_adj(pid), -200);
	run_release(&run);
	child_end(pid);
}

static void writes_the_others_when_one_is_refused(void **state)
{
	(void)state;
	char number[16];
	pid_t pid = child_start("other");
	struct run run = RUN("adj", "55", "0", text_of_pid(pid, number));
	assert_int_equal(run.status, 1);
	run_forget_doubts(&run);
	assert_string_equal(run.err, "oomspect: 0: is no process\n");
	assert_int_equal(child_adj(pid), 55);
	run_release(&run);
	child_end(pid);
}

static void a_plus_sign_is_taken(void **state)
{
	(void)state;
	char number[16];
	pid_t pid = child_start("plus");
	struct run run = RUN("adj", "+5", text_of_pid(pid, number));
	assert_int_equal(run.status, 0);
	assert_int_equal(child_adj(pid), 5);
	run_release(&run);
	child_end(pid);
}

/* Standard error of `oomspect adj 5 PID`, which is refused. */
static struct run refuse(pid_t pid)
{
	char number[16];
	struct run run = RUN("adj", "5", text_of_pid(pid, number));
	assert_int_equal(run.status, 1);
	assert_string_equal(run.out, "");
	return run;
}

static void a_kernel_thread_is_refused(void **state)
{
	(void)state;
	if (access("/proc/2/exe", F_OK) == 0 || child_adj(2) == CHILD_ADJ_UNREADABLE)
		skip_because("no kernel thread can be seen here");
	struct run run = refuse(2);
	assert_string_equal(run.err, "oomspect: 2: is a kernel thread, which is never killed\n");
	run_release(&run);
}

static void a_zombie_is_refused(void **state)
{
	(void)state;
	siginfo_t info;
	char said[64];
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	struct run run = refuse(pid);
	snprintf(said, sizeof(said), "oomspect: %d: has ended already (a zombie)\n", (int)pid);
	run_forget_doubts(&run);
	assert_string_equal(run.err, said);
	run_release(&run);
	waitpid(pid, NULL, 0);
}

static void *tell_and_sleep(void *context)
{
	pid_t tid = (pid_t)syscall(SYS_gettid);
	if (write(*(int *)context, &tid, sizeof(tid)) != (ssize_t)sizeof(tid))
		return NULL;
	for (;;)
		pause();
	return NULL;
}

static void a_thread_is_refused_and_its_process_named(void **state)
{
	(void)state;
	int tell[2], before = inherited();
	pid_t tid = 0;
	char said[96];
	pthread_t thread;
	assert_int_equal(pipe(tell), 0);
	assert_int_equal(pthread_create(&thread, NULL, tell_and_sleep, &tell[1]), 0);
	assert_int_equal(read(tell[0], &tid, sizeof(tid)), sizeof(tid));
	struct run run = refuse(tid);
	snprintf(said, sizeof(said), "oomspect: %d: is a thread of process %d, name that\n",
		(int)tid, (int)getpid());
	run_forget_doubts(&run);
	assert_string_equal(run.err, said);
	assert_int_equal(inherited(), before);
	run_release(&run);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	close(tell[0]);
	close(tell[1]);
}

/* The shell becomes the program: the pid is its own. */
static void oneself_is_a_process_like_any_other(void **state)
{
	(void)state;
	char command[PATH_MAX + 64], out[1024] = "";
	snprintf(command, sizeof(command), "exec %s adj 700 $$", run_program_path());
	FILE *pipe = popen(command, "re");
	assert_non_null(pipe);
	assert_true(fread(out, 1, sizeof(out) - 1, pipe) > 0);
	assert_int_equal(pclose(pipe), 0);
	assert_non_null(strstr(out, " oom_score_adj "));
	assert_non_null(strstr(out, "-> 700\n"));
}

static void init_is_named_as_any_other(void **state)
{
	(void)state;
	if (child_adj(1) == CHILD_ADJ_UNREADABLE)
		skip_because("process 1 cannot be seen here");
	struct run run = RUN("adj", "--dry-run", "500", "1");
	assert_int_equal(run.status, 0);
	assert_memory_equal(run.out, "1 ", 2);
	assert_non_null(strstr(run.out, "-> 500 (not written: --dry-run)\n"));
	run_release(&run);
}

/* Whom `victim` names, 0: nobody. */
static pid_t victim_at(const char *moment)
{
	struct run run = RUN("victim", "--json", "--moment", moment);
	json_t *document = json_loads(run.out, 0, NULL);
	assert_non_null(document);
	const json_t *victim = json_object_get(document, "victim");
	pid_t pid = (pid_t)json_integer_value(json_object_get(victim, "pid"));
	json_decref(document);
	run_release(&run);
	return pid;
}

static pid_t previewed_at(const char *moment, pid_t pid)
{
	char number[16];
	struct run run = RUN(
		"adj", "--dry-run", "--json", "--moment", moment, "1000", text_of_pid(pid, number));
	assert_int_equal(run.status, 0);
	json_t *document = json_loads(run.out, 0, NULL);
	assert_non_null(document);
	assert_string_equal(json_string_value(json_object_get(document, "moment")), moment);
	const json_t *before = json_object_get(document, "next_victim_before");
	pid_t named = (pid_t)json_integer_value(json_object_get(before, "pid"));
	json_decref(document);
	run_release(&run);
	return named;
}

/* The machine lives on: a preview is held against an answer that stood before it and stands behind it,
 * and one that differs, for whoever came and went between, is asked for again. */
static void the_preview_begins_with_whom_victim_names(void **state)
{
	static const char *const moments[] = { "oom", "now" };
	(void)state;
	pid_t pid = child_start("previewed");
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		pid_t before = 0, named = 0, after = 1;
		for (int tries = 0; (before != after || named != before) && tries < 50; tries++) {
			usleep(20000);
			before = victim_at(moments[i]);
			named = previewed_at(moments[i], pid);
			after = victim_at(moments[i]);
		}
		assert_int_equal(before, after);
		assert_int_not_equal(named, 0);
		assert_int_equal(named, before);
	}
	child_end(pid);
}

static const struct note_row {
	const char *claim;
	const char *value;
	const char *note;
} note_rows[] = {
	{ "-17 is not what it was", "-17", "never is -1000\n" },
	{ "-1000 shields children, and sessions", "-1000",
		"for a parent of sessions (sshd, a shell)" },
	{ "what is negative is inherited", "-5",
		"children started from now on inherit the value\n" },
};

static void check_note(void **state)
{
	const struct note_row *row = *state;
	char number[16];
	pid_t pid = child_start("noted");
	struct run run = RUN("adj", "--dry-run", "--", row->value, text_of_pid(pid, number));
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, row->note));
	run_release(&run);
	child_end(pid);
}

static void a_refusal_is_in_the_audit_file_with_its_reason(void **state)
{
	(void)state;
	char number[16], path[] = "/tmp/oomspect-audit-XXXXXX", text[4096] = "", expected[64];
	if (may_lower())
		skip_because("this user has CAP_SYS_RESOURCE");
	int fd = mkstemp(path);
	pid_t pid = child_start("audited");
	struct run run = RUN("adj", "--audit", path, "--", "-900", text_of_pid(pid, number));
	assert_int_equal(run.status, 1);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	snprintf(expected, sizeof(expected), "-> -900, in force %d", inherited());
	assert_non_null(strstr(text, expected));
	assert_non_null(strstr(text, "CAP_SYS_RESOURCE"));
	run_release(&run);
	close(fd);
	unlink(path);
	child_end(pid);
}

static void a_dry_run_writes_nothing_and_names_the_next_victim(void **state)
{
	(void)state;
	char number[16], next[64];
	pid_t pid = child_start("dry");
	struct run run = RUN("adj", "1000", "--dry-run", text_of_pid(pid, number));
	snprintf(next, sizeof(next), "-> %d dry\n", (int)pid);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, next));
	assert_int_equal(child_adj(pid), inherited());
	run_release(&run);
	child_end(pid);
}

static void a_name_means_every_process_of_exactly_that_name(void **state)
{
	(void)state;
	pid_t first = child_start("namesake"), second = child_start("namesake");
	pid_t other = child_start("namesake2");
	struct run run = RUN("adj", "44", "--name", "namesake");
	assert_int_equal(run.status, 0);
	assert_int_equal(child_adj(first), 44);
	assert_int_equal(child_adj(second), 44);
	assert_int_equal(child_adj(other), inherited());
	run_release(&run);
	child_end(first);
	child_end(second);
	child_end(other);
}

/* A copy of sleep(1) by a name that a comm cannot hold. */
static pid_t start_long(const char *folder, const char *name)
{
	char command[256];
	snprintf(command, sizeof(command), "cp /bin/sleep %s/%s", folder, name);
	assert_int_equal(system(command), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		snprintf(command, sizeof(command), "%s/%s", folder, name);
		execl(command, command, "60", (char *)NULL);
		_exit(127);
	}
	usleep(200000);
	return pid;
}

static void a_name_longer_than_a_comm_is_that_of_the_program(void **state)
{
	char folder[] = "/tmp/oomspect-adj-XXXXXX", command[64];
	(void)state;
	assert_non_null(mkdtemp(folder));
	pid_t server = start_long(folder, "averylongprocessname-server");
	pid_t client = start_long(folder, "averylongprocessname-client");
	struct run run = RUN("adj", "45", "--name", "averylongprocessname-server");
	assert_int_equal(run.status, 0);
	assert_int_equal(child_adj(server), 45);
	assert_int_equal(child_adj(client), inherited());
	run_release(&run);
	child_end(server);
	child_end(client);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

/* --- whose they are ------------------------------------------------------------------------------ */

#define STRANGER      4242
#define STRANGER_TEXT "4242"

/* A daemon of root's, and what another user called the same: his own, and a program of root's that
 * he started under that name. */
struct namesakes {
	pid_t daemon, user, borrowed;
};

static struct namesakes start_namesakes(void)
{
	return (struct namesakes){
		.daemon = child_start("mydaemon"),
		.user = child_start_of("mydaemon", STRANGER, STRANGER),
		.borrowed = child_start_of("mydaemon", STRANGER, 0),
	};
}

static void end_namesakes(const struct namesakes *namesakes)
{
	child_end(namesakes->daemon);
	child_end(namesakes->user);
	child_end(namesakes->borrowed);
}

static void assert_values(const struct namesakes *namesakes, int daemon, int user, int borrowed)
{
	assert_int_equal(child_adj(namesakes->daemon), daemon);
	assert_int_equal(child_adj(namesakes->user), user);
	assert_int_equal(child_adj(namesakes->borrowed), borrowed);
}

static void a_name_that_several_users_gave_is_refused(void **state)
{
	(void)state;
	static const char *const words[][6] = {
		{ "adj", "44", "--name", "mydaemon", NULL },
		{ "adj", "44", "--name", "mydaemon", "--dry-run", NULL },
	};
	struct namesakes namesakes = start_namesakes();
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct run run = run_program(words[i]);
		assert_int_equal(run.status, 1);
		assert_string_equal(run.out, "");
		run_assert_sentence(&run);
		assert_non_null(strstr(run.err, "root (1)"));
		assert_non_null(strstr(run.err, STRANGER_TEXT " (1)"));
		assert_non_null(strstr(run.err, "root for " STRANGER_TEXT " (1)"));
		assert_non_null(strstr(run.err, "--user"));
		assert_non_null(strstr(run.err, "--any-user"));
		run_release(&run);
	}
	assert_values(&namesakes, inherited(), inherited(), inherited());
	end_namesakes(&namesakes);
}

static void a_user_narrows_a_name(void **state)
{
	(void)state;
	int before = inherited();
	struct namesakes namesakes = start_namesakes();
	struct run run = RUN("adj", "44", "--name", "mydaemon", "--user", "root");
	assert_int_equal(run.status, 0);
	assert_values(&namesakes, 44, before, before);
	assert_non_null(strstr(run.out, " mydaemon (user root) oom_score_adj "));
	run_release(&run);
	run = RUN("adj", "45", "--name", "mydaemon", "-u", STRANGER_TEXT);
	assert_int_equal(run.status, 0);
	assert_values(&namesakes, 44, 45, before);
	run_release(&run);
	run = RUN("adj", "46", "--name", "mydaemon", "-u", "4243");
	assert_int_equal(run.status, 1);
	assert_string_equal(
		run.err, "oomspect: 'mydaemon': no process of this user has this name\n");
	assert_values(&namesakes, 44, 45, before);
	run_release(&run);
	end_namesakes(&namesakes);
}

static void all_users_are_taken_when_that_is_said(void **state)
{
	(void)state;
	char line[96];
	struct namesakes namesakes = start_namesakes();
	struct run run = RUN("adj", "44", "--name", "mydaemon", "--any-user");
	assert_int_equal(run.status, 0);
	assert_values(&namesakes, 44, 44, 44);
	snprintf(line, sizeof(line), "%d mydaemon (user root for " STRANGER_TEXT ") oom_score_adj ",
		(int)namesakes.borrowed);
	assert_non_null(strstr(run.out, line));
	assert_non_null(strstr(run.out, "processes of several users: "));
	run_release(&run);
	end_namesakes(&namesakes);
}

/* A user may start what he likes below a process, and in a cgroup of his: that is said. */
static void descendants_of_other_users_are_told(void **state)
{
	(void)state;
	char number[16];
	pid_t stranger = child_start_of("below", STRANGER, STRANGER);
	struct run run =
		RUN("adj", "44", "--descendants", "--dry-run", text_of_pid(getpid(), number));
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, " below (user " STRANGER_TEXT ") oom_score_adj "));
	assert_non_null(strstr(run.out, "processes of several users: "));
	run_release(&run);
	child_end(stranger);
}

static void a_number_of_another_user_is_refused_beside_a_user(void **state)
{
	(void)state;
	char number[16], said[96];
	pid_t pid = child_start_of("borrowed", STRANGER, 0);
	struct run run = RUN("adj", "44", text_of_pid(pid, number), "--user", "root");
	assert_int_equal(run.status, 1);
	snprintf(said, sizeof(said),
		"oomspect: %d: belongs to user root for " STRANGER_TEXT ", not to root\n",
		(int)pid);
	run_forget_doubts(&run);
	assert_string_equal(run.err, said);
	assert_int_equal(child_adj(pid), inherited());
	run_release(&run);
	child_end(pid);
}

static void json_tells_whose_they_are(void **state)
{
	(void)state;
	char number[16];
	pid_t pid = child_start_of("json", STRANGER, 0);
	struct run run = RUN("--json", "adj", "1", text_of_pid(pid, number));
	json_t *document = json_loads(run.out, 0, NULL);
	const json_t *change = json_array_get(json_object_get(document, "changes"), 0);
	assert_int_equal(json_integer_value(json_object_get(change, "uid")), 0);
	assert_int_equal(json_integer_value(json_object_get(change, "real_uid")), STRANGER);
	assert_string_equal(json_string_value(json_object_get(change, "user")), "root");
	json_decref(document);
	run_release(&run);
	child_end(pid);
}

static void hostile_names_come_out_harmless(void **state)
{
	(void)state;
	char number[16];
	pid_t pid = child_start("\x1b[2J\n\xff");
	struct run run = RUN("adj", "5", text_of_pid(pid, number));
	assert_int_equal(run.status, 0);
	assert_null(strchr(run.out, '\x1b'));
	assert_null(strchr(run.out, '\xff'));
	run_release(&run);
	child_end(pid);
}

static void json_has_what_was_in_force_before_and_after(void **state)
{
	(void)state;
	char number[16];
	pid_t pid = child_start("json");
	struct run run = RUN("--json", "adj", "321", text_of_pid(pid, number), "0");
	json_t *document = json_loads(run.out, 0, NULL);
	assert_non_null(document);
	assert_string_equal(
		json_string_value(json_object_get(document, "schema")), "oomspect.adj/1");
	const json_t *changes = json_object_get(document, "changes");
	assert_int_equal(json_array_size(changes), 2);
	const json_t *zero = json_array_get(changes, 0), *ours = json_array_get(changes, 1);
	assert_true(json_is_null(json_object_get(zero, "before")));
	assert_true(json_is_string(json_object_get(zero, "refused")));
	assert_int_equal(json_integer_value(json_object_get(ours, "pid")), pid);
	assert_int_equal(json_integer_value(json_object_get(ours, "before")), inherited());
	assert_int_equal(json_integer_value(json_object_get(ours, "after")), 321);
	assert_true(json_is_null(json_object_get(ours, "refused")));
	json_decref(document);
	run_release(&run);
	child_end(pid);
}

static void every_change_is_appended_to_the_audit_file(void **state)
{
	(void)state;
	char number[16], path[] = "/tmp/oomspect-audit-XXXXXX", text[4096] = "", expected[128];
	int fd = mkstemp(path);
	pid_t pid = child_start("audited");
	for (int value = 1; value <= 2; value++) {
		struct run run = RUN("adj", value == 1 ? "100" : "200", text_of_pid(pid, number),
			"--audit", path);
		assert_int_equal(run.status, 0);
		run_release(&run);
	}
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	snprintf(expected, sizeof(expected), "pid=%d ", (int)pid);
	assert_non_null(strstr(text, expected));
	snprintf(expected, sizeof(expected), "comm=audited oom_score_adj %d -> 100, in force 100\n",
		inherited());
	assert_non_null(strstr(text, expected));
	assert_non_null(strstr(text, "comm=audited oom_score_adj 100 -> 200, in force 200\n"));
	close(fd);
	unlink(path);
	child_end(pid);
}

static const struct usage_row {
	const char *claim;
	const char *words[6];
	int status;
	const char *sentence;
} usage_rows[] = {
	{ "no value", { "adj" }, 2, "needs a value" },
	{ "no target", { "adj", "5" }, 2, "needs a PID" },
	{ "letters as a value", { "adj", "abc", "1" }, 2, "not a number" },
	{ "an empty value", { "adj", "", "1" }, 2, "not a number" },
	{ "too high", { "adj", "1001", "1" }, 2, "-1000 to 1000" },
	{ "too low", { "adj", "-1001", "1" }, 2, "-1000 to 1000" },
	{ "octal", { "adj", "010", "1" }, 2, "octal, 8" },
	{ "hexadecimal", { "adj", "0x10", "1" }, 2, "hexadecimal, 16" },
	{ "a pid of letters", { "adj", "5", "init" }, 2, "not a process number" },
	{ "a pid beyond any", { "adj", "5", "99999999999" }, 2, "not a process number" },
	{ "a pid that nobody has", { "adj", "5", "2147483647" }, 1, "no such process" },
	{ "a name that nobody has", { "adj", "5", "--name", "no such name" }, 1, "no such name" },
	{ "a cgroup that is not there", { "adj", "5", "--cgroup", "/no/such" }, 1, "/no/such" },
	{ "an audit file in no folder", { "adj", "5", "1", "--audit", "/no/such/file" }, 1,
		"audit" },
	{ "an audit file that is a folder", { "adj", "5", "1", "--audit", "/tmp" }, 1, "audit" },
};

static void check_usage(void **state)
{
	const struct usage_row *row = *state;
	struct run run = run_program(row->words);
	assert_int_equal(run.status, row->status);
	assert_memory_equal(run.err, "oomspect: ", 10);
	assert_non_null(strstr(run.err, row->sentence));
	assert_string_equal(run.out, "");
	run_release(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raises_and_says_from_what_to_what),
		cmocka_unit_test(refuses_to_lower_without_the_right_and_changes_nothing),
		cmocka_unit_test(lowers_with_the_right),
		cmocka_unit_test(writes_the_others_when_one_is_refused),
		cmocka_unit_test(a_plus_sign_is_taken),
		cmocka_unit_test(a_kernel_thread_is_refused),
		cmocka_unit_test(a_zombie_is_refused),
		cmocka_unit_test(a_thread_is_refused_and_its_process_named),
		cmocka_unit_test(oneself_is_a_process_like_any_other),
		cmocka_unit_test(init_is_named_as_any_other),
		cmocka_unit_test(the_preview_begins_with_whom_victim_names),
		cmocka_unit_test(a_refusal_is_in_the_audit_file_with_its_reason),
		cmocka_unit_test(a_dry_run_writes_nothing_and_names_the_next_victim),
		cmocka_unit_test(a_name_means_every_process_of_exactly_that_name),
		cmocka_unit_test(a_name_longer_than_a_comm_is_that_of_the_program),
		cmocka_unit_test(a_name_that_several_users_gave_is_refused),
		cmocka_unit_test(a_user_narrows_a_name),
		cmocka_unit_test(all_users_are_taken_when_that_is_said),
		cmocka_unit_test(descendants_of_other_users_are_told),
		cmocka_unit_test(a_number_of_another_user_is_refused_beside_a_user),
		cmocka_unit_test(json_tells_whose_they_are),
		cmocka_unit_test(hostile_names_come_out_harmless),
		cmocka_unit_test(json_has_what_was_in_force_before_and_after),
		cmocka_unit_test(every_change_is_appended_to_the_audit_file),
	};
	int failed = run_rows("words that are refused", usage_rows, check_usage);
	failed += run_rows("remarks", note_rows, check_note);
	return failed + cmocka_run_group_tests_name("oomspect adj", tests, NULL, NULL);
}
