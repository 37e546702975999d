/* Names of users and groups: from files, and from a directory that is slow or gives no answer. */
#include "model/names.h"

#include "oomspect/proc.h"

#include "support.h"
#include "support_child.h"
#include "support_files.h"
#include "support_run.h"
#include "support_terminal.h"

#include <glob.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAMELESS      54321
#define NAMELESS_TEXT "54321"

/* --- from files ---------------------------------------------------------------------------------- */

struct fixture {
	struct files files;
	struct root root;
	struct names names;
	pid_t nameless;
	char nsswitch[128], silent[128], slow[128], module[128]; /* paths */
	struct terminal terminal;
};

static void open_names(struct fixture *fixture, const char *passwd, const char *group)
{
	struct err err = { 0 };
	if (passwd)
		files_put(&fixture->files, "etc/passwd", passwd);
	if (group)
		files_put(&fixture->files, "etc/group", group);
	files_open(&fixture->files, "", &fixture->root);
	if (names_init(&fixture->names, &fixture->root, &err))
		fail_msg("%s", err.text);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	fixture->root = (struct root){ .fd = -1, .proc_fd = -1 };
	fixture->terminal = (struct terminal){ .master = -1, .slave = -1 };
	files_make(&fixture->files);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	terminal_release(&fixture->terminal);
	child_end(fixture->nameless);
	if (fixture->names.root)
		names_release(&fixture->names);
	root_release(&fixture->root);
	files_remove(&fixture->files);
	free(fixture);
	return 0;
}

static void ids_have_the_first_name_that_the_file_gives(void **state)
{
	struct fixture *fixture = *state;
	struct names *names = &fixture->names;
	open_names(fixture, "root:x:0:0:::\ntoor:x:0:0:::\nbroken\n:x:7:\nwww:x:33:33::/:/bin/sh\n",
		"adm:x:4:\nwww:x:33:x,y\n");
	assert_string_equal(names_user(names, 0), "root");
	assert_string_equal(names_user(names, 33), "www");
	assert_string_equal(names_user(names, 7), "7");
	assert_string_equal(names_user(names, 4), "4");
	assert_string_equal(names_user(names, UID_UNKNOWN), "-");
	assert_string_equal(names_group(names, 4), "adm");
	assert_string_equal(names_group(names, 0), "0");
}

/* A directory of a large site, dumped: 40,000 users, and the one who matters behind them. */
static void the_last_name_of_a_long_file_is_known(void **state)
{
	enum { USERS = 40000 };
	struct fixture *fixture = *state;
	char *text = malloc((size_t)USERS * 64);
	size_t used = 0;
	assert_non_null(text);
	for (int id = 1; id <= USERS; id++)
		used += (size_t)sprintf(text + used,
			"user%d:x:%d:100:a user of a large site:/:/bin/sh\n", id, 100000 + id);
	open_names(fixture, text, NULL);
	free(text);
	assert_string_equal(names_user(&fixture->names, 100000 + USERS), "user40000");
	names_seek(&fixture->names, "user40000");
	assert_int_equal(fixture->names.sought.state, SOUGHT_FOUND);
	assert_int_equal(fixture->names.sought.uid, 100000 + USERS);
}

static void without_files_all_are_numbers(void **state)
{
	struct fixture *fixture = *state;
	open_names(fixture, NULL, NULL);
	assert_string_equal(names_user(&fixture->names, 0), "0");
	assert_string_equal(names_group(&fixture->names, 0), "0");
}

static void more_ids_than_anybody_has_are_numbers(void **state)
{
	struct fixture *fixture = *state;
	char text[16];
	open_names(fixture, "last:x:4294901760:0:::\n", NULL);
	for (uint32_t id = 1; id < 400000; id++) {
		snprintf(text, sizeof(text), "%u", (unsigned)(id * 65536 + id / 65536));
		if (id * 65536 != 4294901760u)
			assert_string_equal(
				names_user(&fixture->names, id * 65536 + id / 65536), text);
	}
	assert_string_equal(names_user(&fixture->names, 4294901760u), "last");
	assert_true(fixture->names.tables[NAMES_USERS].capacity <= 1 << 17);
}

static void nothing_is_asked_about_a_captured_machine(void **state)
{
	struct fixture *fixture = *state;
	open_names(fixture, "root:x:0:0:::\n", NULL);
	names_user(&fixture->names, NAMELESS);
	names_tend(&fixture->names, 1);
	assert_int_equal(names_fd(&fixture->names), -1);
	assert_int_equal(names_due_ms(&fixture->names, 1), -1);
}

static const struct find_case {
	const char *claim, *name;
	uid_t uid; /* UID_UNKNOWN: nobody */
} find_cases[] = {
	{ "a name", "www", 33 },
	{ "a number", "54321", 54321 },
	{ "a name that looks like a number is that user first", "1000", 7 },
	{ "a name longer than a column shows", "a-name-of-more-than-thirty-two-bytes-b", 12 },
	{ "no part of a name", "ww", UID_UNKNOWN },
	{ "nothing", "", UID_UNKNOWN },
	{ "a number that no user has", "4294967295", UID_UNKNOWN },
};

static void finds(void **state)
{
	const struct find_case *row = *state;
	void *made = NULL;
	set_up(&made);
	struct fixture *fixture = made;
	struct err err = { 0 };
	uid_t uid = UID_UNKNOWN;
	open_names(fixture,
		"www:x:33:33:::\n1000:x:7:7:::\na-name-of-more-than-thirty-two-bytes-a:x:11:11:::\n"
		"a-name-of-more-than-thirty-two-bytes-b:x:12:12:::\n",
		NULL);
	enum err_code code = names_find(&fixture->names, row->name, &uid, &err);
	assert_int_equal(code, row->uid == UID_UNKNOWN ? ERR_NOT_FOUND : ERR_OK);
	assert_int_equal(uid, row->uid);
	tear_down(&made);
}

/* --- from a directory ----------------------------------------------------------------------------- */

/* A process of a user whom no file names. */
static pid_t start_nameless(void)
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, "nameless");
		if (setgid(NAMELESS) || setuid(NAMELESS) || write(ready[1], "", 1) != 1)
			_exit(1);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	close(ready[1]);
	ssize_t got = read(ready[0], &byte, 1);
	close(ready[0]);
	if (got != 1)
		skip_because("only root becomes another user");
	return pid;
}

/* A module of the name service that is there with every glibc, and that hardly anybody uses. */
static bool find_module(char *path, size_t size)
{
	static const char *const places[] = { "/lib/*/libnss_compat.so.2",
		"/lib64/libnss_compat.so.2", "/usr/lib/*/libnss_compat.so.2",
		"/usr/lib64/libnss_compat.so.2", "/usr/lib/libnss_compat.so.2" };
	glob_t found;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		bool there = glob(places[i], 0, NULL, &found) == 0;
		if (there)
			snprintf(path, size, "%s", found.gl_pathv[0]);
		globfree(&found);
		if (there)
			return true;
	}
	return false;
}

static bool cover(const char *with, const char *what)
{
	return mount(with, what, NULL, MS_BIND, NULL) == 0;
}

static bool enter_namespace(void)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* Who asks for a user that is in no file waits for ever: the module is a FIFO without a writer. */
static void enter_silence(const void *context)
{
	const struct fixture *fixture = context;
	if (!enter_namespace() || !cover(fixture->nsswitch, "/etc/nsswitch.conf") ||
		!cover(fixture->silent, fixture->module))
		_exit(126);
}

static void enter_slowness(const void *context)
{
	const struct fixture *fixture = context;
	if (!enter_namespace() || !cover(fixture->slow, "/usr/bin/getent"))
		_exit(126);
}

/* Ends as skipped where such a directory cannot be made, or does not hold up who asks it. */
static void try(const struct fixture *fixture, void (*enter)(const void *context), bool hangs)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		enter(fixture);
		alarm(1);
		getpwuid(NAMELESS);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 126)
		skip_because("no mount namespace to be had");
	if (hangs && !WIFSIGNALED(status))
		skip_because("this libc asks no module that could hang");
}

static void prepare(struct fixture *fixture)
{
	const char *path = fixture->files.path;
	files_put(&fixture->files, "nsswitch", "passwd: files compat\ngroup: files compat\n");
	files_put(&fixture->files, "slow",
		"#!/bin/sh\nsleep 1\n"
		"echo \"l$1:x:" NAMELESS_TEXT ":" NAMELESS_TEXT "::/:/bin/sh\"\n");
	snprintf(fixture->nsswitch, sizeof(fixture->nsswitch), "%s/nsswitch", path);
	snprintf(fixture->silent, sizeof(fixture->silent), "%s/silent", path);
	snprintf(fixture->slow, sizeof(fixture->slow), "%s/slow", path);
	assert_int_equal(mkfifo(fixture->silent, 0600) | chmod(fixture->slow, 0755), 0);
	if (!find_module(fixture->module, sizeof(fixture->module)))
		skip_because("no libnss_compat");
	fixture->nameless = start_nameless();
}

/* Starts the program there, for that one process. */
static struct terminal *start(struct fixture *fixture, void (*enter)(const void *context),
	const char *command, const char *option, const char *value)
{
	struct terminal_options options = { .enter = enter, .context = fixture };
	char pid[16], *argv[8] = { strdup(run_program_path()) };
	size_t count = 1;
	snprintf(pid, sizeof(pid), "%d", (int)fixture->nameless);
	const char *const words[] = { command, option, value, value ? NULL : "-opid,user,adj,comm",
		value ? NULL : "-p", value ? NULL : pid };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i])
			argv[count++] = strdup(words[i]);
	terminal_start(&fixture->terminal, 60, 100, &options, argv);
	for (size_t i = 0; i < count; i++)
		free(argv[i]);
	return &fixture->terminal;
}

#define LISTED NAMELESS_TEXT " .* nameless"

static void a_directory_that_gives_no_answer_does_not_hold_the_screen(void **state)
{
	struct fixture *fixture = *state;
	prepare(fixture);
	try(fixture, enter_silence, true);
	struct terminal *terminal = start(fixture, enter_silence, NULL, "-d0.5", NULL);
	terminal_wait_like(terminal, LISTED);
	terminal_send(terminal, "?");
	terminal_wait_for(terminal, "THE NUMBERS");
	terminal_send(terminal, "q4");
	terminal_wait_like(terminal, " user +" NAMELESS_TEXT "  group " NAMELESS_TEXT);
	terminal_send(terminal, "1");
	terminal_wait_like(terminal, LISTED);
	terminal_send(terminal, "q");
	assert_int_equal(terminal_wait_exit(terminal), 0);
	assert_true(terminal_is_left(terminal));
}

static void a_user_may_be_typed_whom_nobody_answers_for(void **state)
{
	struct fixture *fixture = *state;
	prepare(fixture);
	try(fixture, enter_silence, true);
	struct terminal *terminal = start(fixture, enter_silence, NULL, "-d0.5", NULL);
	terminal_wait_like(terminal, LISTED);
	terminal_send(terminal, "u");
	terminal_wait_for(terminal, "user (empty for all):");
	terminal_send(terminal, "somebody\r");
	terminal_wait_for(terminal, "looking for user 'somebody'");
	terminal_send(terminal, "2");
	terminal_wait_for(terminal, "[2 Cgroups]");
	terminal_wait_for(terminal, "user 'somebody': not in /etc/passwd, and getent");
	terminal_send(terminal, "1");
	terminal_wait_like(terminal, LISTED);
	terminal_send(terminal, "Q");
	assert_int_equal(terminal_wait_exit(terminal), 0);
}

static void a_command_ends_without_the_answer(void **state)
{
	struct fixture *fixture = *state;
	prepare(fixture);
	try(fixture, enter_silence, true);
	struct terminal *terminal = start(fixture, enter_silence, "list", "-n1", NULL);
	assert_int_equal(terminal_wait_exit(terminal), 0);
	assert_true(terminal_is_like(terminal, LISTED));
	terminal_release(terminal);
	terminal = start(fixture, enter_silence, "list", "-u", "somebody");
	int status = terminal_wait_exit(terminal);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_true(terminal_is_like(terminal, "^oomspect: user 'somebody': not in /etc/passwd"));
}

static void a_name_that_comes_late_is_shown_then(void **state)
{
	struct fixture *fixture = *state;
	prepare(fixture);
	try(fixture, enter_slowness, false);
	/* Nothing else brings a picture. */
	struct terminal *terminal = start(fixture, enter_slowness, NULL, "-d3600", NULL);
	terminal_wait_like(terminal, LISTED);
	terminal_wait_like(terminal, "lpasswd .* nameless");
	terminal_send(terminal, "4");
	terminal_wait_like(terminal, " user +lpasswd  group lgroup");
	terminal_send(terminal, "1u");
	terminal_wait_for(terminal, "user (empty for all):");
	terminal_send(terminal, "Late\r");
	terminal_wait_for(terminal, "filter: uid 54321");
	terminal_wait_like(terminal, "lpasswd .* nameless");
	terminal_send(terminal, "Q");
	assert_int_equal(terminal_wait_exit(terminal), 0);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_FIXTURE(ids_have_the_first_name_that_the_file_gives),
		WITH_FIXTURE(the_last_name_of_a_long_file_is_known),
		WITH_FIXTURE(without_files_all_are_numbers),
		WITH_FIXTURE(more_ids_than_anybody_has_are_numbers),
		WITH_FIXTURE(nothing_is_asked_about_a_captured_machine),
		WITH_FIXTURE(a_directory_that_gives_no_answer_does_not_hold_the_screen),
		WITH_FIXTURE(a_user_may_be_typed_whom_nobody_answers_for),
		WITH_FIXTURE(a_command_ends_without_the_answer),
		WITH_FIXTURE(a_name_that_comes_late_is_shown_then),
	};
	return run_rows("find", find_cases, finds) +
	       cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
