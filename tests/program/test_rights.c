/* The live screen of those who have fewer rights than root: the real program, on real processes, in
 * namespaces of their own, with keys that are refused. Compared with tests/screens; what differs
 * from machine to machine is masked: a number is '#', a run of blanks one blank, a path is left out,
 * and so are lines about the machine. */
#include "support.h"

#include "support_golden.h"
#include "support_run.h"
#include "support_terminal.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MASKED_SIZE ((size_t)64 * 1024)
#define RELEASE     "/tmp/oomspect-rights-XXXXXX"
enum { NOBODY = 65534, ROWS = 30, COLS = 180, WORDS_MAX = 32 };

/* What is typed, after Esc if a dialog is open, what then comes, and what is compared under the name of the keys. */
struct step {
	const char *name; /* NULL behind the last */
	const char *keys;
	const char *comes;
};

struct situation {
	const char *claim;
	const char *screens;      /* below tests/screens */
	bool pid_ns;              /* with a /proc of its own, mounted with ... */
	const char *proc_options; /* ... these */
	const char *enter[8];     /* the program that starts oomspect; NULL behind the last */
	struct step steps[8];
};

#define AS_NOBODY "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"

static const struct situation situations[] = {
	{ "a user who is not root", "rights-nobody", false, NULL, { AS_NOBODY },
		{ { "the list", "", "filtered out" },
			{ "F7 and Enter on a process of root", "g\033[18~\r", "not written: " },
			{ "k and Enter on it", "k\r", "not sent: " },
			{ "-500 for one's own", "\033[Ba-500\r", "refused, " },
			{ "and 985", "\025985\r", "read back" } } },
	{ "a user from whom hidepid=2 hides others", "rights-hidepid", true, "hidepid=2",
		{ AS_NOBODY },
		{ { "the list", "", "hidepid: " },
			{ "-500 for one's own", "ga-500\r", "refused, " },
			{ "k", "k", "sends SIGTERM" } } },
	{ "root of a user namespace", "rights-user-namespace", false, NULL,
		{ AS_NOBODY, "unshare", "-U", "-r" },
		{ { "the list", "", "user namespace: " },
			{ "a and Enter on a process of a user outside", "ga\r", "not written: " },
			{ "k and Enter on it", "k\r", "not sent: " },
			{ "-500 for one's own", "\033[Ba-500\r", "refused, " } } },
	{ "root of a container", "rights-pid-namespace", true, "",
		{ "setpriv", "--bounding-set=-sys_resource" },
		{ { "the list", "", "pid namespace: " }, { "-500", "ga-500\r", "refused, " },
			{ "k", "k", "sends SIGTERM" } } },
};

/* --- the processes ------------------------------------------------------------------------------ */

/* Becomes a process that rests under that name, with this value and user. */
static void rest(const char *name, uid_t uid, int adj)
{
	char value[16];
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	int length = snprintf(value, sizeof(value), "%d", adj);
	if (fd < 0 || write(fd, value, (size_t)length) != length ||
		(uid && (setgid(uid) || setuid(uid))))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execl("/bin/sleep", name, "1000", (char *)NULL);
	_exit(1);
}

static pid_t start_resting(const char *name, uid_t uid, int adj)
{
	int ready[2];
	char byte;
	if (pipe2(ready, O_CLOEXEC)) /* exec closes it: from then on it rests */
		_exit(1);
	pid_t pid = fork();
	if (pid == 0)
		rest(name, uid, adj);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 0)
		_exit(1);
	close(ready[0]);
	return pid;
}

struct fixture {
	const struct situation *situation;
	struct terminal terminal;
	char release[sizeof(RELEASE)]; /* a file that stands for the kernel's */
	pid_t keeper;                  /* of the namespaces, and parent of the two */
	pid_t own, foreign;            /* of nobody and of root, as the program sees their pids */
};

/* A mount over a file, or over all of /proc, that nobody else sees. */
static bool furnish(const struct fixture *fixture)
{
	const struct situation *situation = fixture->situation;
	int fd;
	if (mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) ||
		(situation->pid_ns && mount("proc", "/proc", "proc", 0, situation->proc_options)) ||
		mount(fixture->release, "/proc/sys/kernel/osrelease", "", MS_BIND, NULL))
		return false;
	fd = open("/proc/sys/kernel/hostname", O_WRONLY | O_CLOEXEC);
	bool named = fd >= 0 && write(fd, "web-07", 6) == 6;
	close(fd);
	return named;
}

/* First of the namespaces: starts both, tells their pids, and rests itself. */
static void keep(const struct fixture *fixture, int tell)
{
	if (!furnish(fixture))
		_exit(1);
	pid_t pids[2] = { start_resting("foreign", 0, 990), start_resting("own", NOBODY, 980) };
	if (write(tell, pids, sizeof(pids)) != (ssize_t)sizeof(pids))
		_exit(1);
	rest("keeper", 0, 500);
}

/* The keeper's pid outside; 0 where namespaces cannot be had. */
static bool start_keeper(struct fixture *fixture)
{
	int tell[2];
	pid_t pids[2];
	assert_int_equal(pipe2(tell, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		int flags = CLONE_NEWNS | CLONE_NEWUTS;
		if (unshare(flags | (fixture->situation->pid_ns ? CLONE_NEWPID : 0)))
			_exit(1);
		if (!fixture->situation->pid_ns)
			keep(fixture, tell[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pid_t first = fork();
		if (first == 0)
			keep(fixture, tell[1]);
		waitpid(first, NULL, 0);
		_exit(1);
	}
	close(tell[1]);
	fixture->keeper = pid;
	bool told = read(tell[0], pids, sizeof(pids)) == (ssize_t)sizeof(pids);
	close(tell[0]);
	fixture->foreign = told ? pids[0] : 0;
	fixture->own = told ? pids[1] : 0;
	return told;
}

/* --- the program --------------------------------------------------------------------------------- */

static bool have(const struct situation *situation)
{
	static const char *const programs[] = { "/usr/bin/nsenter", "/usr/bin/setpriv",
		"/usr/bin/unshare" };
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (access(programs[i], X_OK))
			return false;
	return situation->enter[4] == NULL ||
	       system("setpriv --reuid=65534 --regid=65534 --clear-groups unshare -U -r true "
		      "2>/dev/null") == 0;
}

/* In one, the status line tells of what is outside, in every situation. */
static bool in_pid_namespace(void)
{
	char ns[64] = "";
	return readlink("/proc/self/ns/pid", ns, sizeof(ns) - 1) < 0 ||
	       strcmp(ns, "pid:[4026531836]") != 0;
}

/* Whether nobody may run the program where it stands: below /root it cannot. */
static bool nobody_reaches_program(void)
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(setuid(NOBODY) == 0 && access(run_program_path(), X_OK) == 0 ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* In a pid namespace the program is a child of nsenter(1), which joins that of the keeper's
 * children. */
static void start_program(struct fixture *fixture)
{
	const struct situation *situation = fixture->situation;
	char mnt[64], uts[64], pid[64], pids[32], program[PATH_MAX];
	char *words[WORDS_MAX] = { strdup("nsenter") };
	size_t count = 1;
	snprintf(mnt, sizeof(mnt), "--mount=/proc/%d/ns/mnt", (int)fixture->keeper);
	snprintf(uts, sizeof(uts), "--uts=/proc/%d/ns/uts", (int)fixture->keeper);
	snprintf(pid, sizeof(pid), "--pid=/proc/%d/ns/pid_for_children", (int)fixture->keeper);
	snprintf(pids, sizeof(pids), "%d,%d", (int)fixture->own, (int)fixture->foreign);
	words[count++] = strdup(mnt);
	words[count++] = strdup(uts);
	if (situation->pid_ns)
		words[count++] = strdup(pid);
	for (size_t i = 0; situation->enter[i]; i++)
		words[count++] = strdup(situation->enter[i]);
	assert_non_null(realpath(run_program_path(), program));
	words[count++] = strdup(program);
	words[count++] = strdup("-d1");
	words[count++] = strdup("-U");
	words[count++] = strdup("-o");
	words[count++] = strdup("rk,pid,user,adj,bad,command");
	words[count++] = strdup("--log"); /* no journalctl, which would be a row of the list */
	words[count++] = strdup("/proc/sys/kernel/osrelease");
	if (!situation->pid_ns) {
		words[count++] = strdup("-p");
		words[count++] = strdup(pids);
	}
	terminal_start(&fixture->terminal, ROWS, COLS, NULL, words);
	for (size_t i = 0; i < count; i++)
		free(words[i]);
}

/* --- what is compared ---------------------------------------------------------------------------- */

/* A part of each line that is about the machine, or about other processes than the two. */
static const char *const left_out[] = { "F1Help", "Mem [", "Swap ", "Commit [", "PSI mem", "Zones ",
	"NEXT # ", "AT #^ ", "NEXT VICTIM", " Procs", "rank, ", "last killable", "lost at restart",
	"to keep it", "die with it", "| |", "keeper #" };

static bool is_left_out(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
		if (strstr(line, left_out[i]))
			return true;
	return line[strspn(line, " ")] == '\0';
}

/* Above a dialog the title and its own lines count: what it covers depends on its size. */
static bool is_covered(const char *screen, const char *line)
{
	return strstr(screen, "list is frozen") && line != screen && !strchr("|+", *line) &&
	       strchr(line, '\n') + 1 != screen + strlen(screen);
}

/* How long the number is that begins here, with its unit: "23.5G", "14:07:03", "1*". */
static size_t number_length(const char *at)
{
	size_t length = strspn(at, "0123456789.:");
	return length ? length + strspn(at + length, "KMGTsmhd%*") : 0;
}

/* Several numbers in a row are one: how many there are depends on what is known. */
static void mask_line(const char *line, char *to)
{
	char before = ' ';
	bool after_number = false;
	while (*line && *line != '\n') {
		bool digit = isdigit((unsigned char)*line) && !isalpha((unsigned char)before);
		bool path = before == ' ' && *line == '/' && strncmp(line, "/proc/", 6) != 0;
		if (path) {
			line += strcspn(line, " \n");
		} else if (digit) {
			if (after_number && before == ' ')
				to--;
			else
				*to++ = '#';
			before = '#';
			line += number_length(line);
		} else {
			if (*line != ' ' || before != ' ')
				*to++ = *line;
			before = *line++;
		}
		after_number = digit || (before == ' ' && after_number);
	}
	*to = '\0';
}

/* "cgroup v2  KILLS since boot #, last # ago  READ-WRITE": what is there before the rights. */
static void forget_machine(char *line)
{
	char *begin = strstr(line, "cgroup v"), *kills = strstr(line, "KILLS since boot");
	char *from = begin ? begin : kills, *rights = from ? strstr(from, "READ-") : NULL;
	if (rights)
		memmove(from, rights, strlen(rights) + 1);
}

/* What stands to the right of a dialog. */
static void cut_behind_border(char *line)
{
	char *border = strchr("|+", *line) ? strrchr(line, *line) : NULL;
	if (border && border > line)
		border[1] = '\0';
}

/* Where a long sentence is broken depends on how long the pid in it is. */
static void join_refusal(char *masked)
{
	for (char *at = masked; (at = strstr(at, " Refused: ")) != NULL; at++) {
		char *rest = strstr(at, "|\n| "), *end = rest;
		if (!rest)
			return;
		rest += strlen("|\n|");
		end -= end[-1] == ' ';
		memmove(end, rest, strlen(rest) + 1);
	}
}

/* Appends what is left of a screen. */
static void mask_screen(const char *screen, const char *name, char *masked)
{
	char line[1024];
	size_t used = strlen(masked);
	used += (size_t)snprintf(masked + used, MASKED_SIZE - used, "== %s\n", name);
	for (const char *at = screen; *at; at += strcspn(at, "\n") + 1) {
		mask_line(at, line);
		forget_machine(line);
		cut_behind_border(line);
		if (!is_covered(screen, at) && !is_left_out(line))
			used += (size_t)snprintf(masked + used, MASKED_SIZE - used, "%s\n", line);
	}
}

/* Ctrl-U goes on in the dialog. Esc and a letter at once would be Alt and the letter. */
static void leave_dialog(struct terminal *terminal, const char *keys)
{
	char *screen = terminal_text(terminal);
	bool open = strstr(screen, "list is frozen") != NULL;
	free(screen);
	if (!open || *keys == '\025')
		return;
	terminal_send(terminal, "\033");
	terminal_wait_for(terminal, "F1Help");
}

static void check_situation(void **state)
{
	struct fixture *fixture = *state;
	const struct situation *situation = fixture->situation;
	if (geteuid() != 0 || !have(situation) || !start_keeper(fixture))
		skip_because("needs root, namespaces, nsenter(1), setpriv(1) and unshare(1)");
	if (!nobody_reaches_program())
		skip_because("the program stands where other users cannot run it");
	if (!situation->pid_ns && in_pid_namespace())
		skip_because("needs the initial pid namespace");
	char *masked = calloc(1, MASKED_SIZE);
	assert_non_null(masked);
	start_program(fixture);
	for (const struct step *step = situation->steps; step->name; step++) {
		leave_dialog(&fixture->terminal, step->keys);
		terminal_type(&fixture->terminal, step->keys);
		terminal_wait_for(&fixture->terminal, step->comes);
		terminal_read(&fixture->terminal, 200); /* what is drawn below that */
		char *screen = terminal_text(&fixture->terminal);
		mask_screen(screen, step->name, masked);
		free(screen);
	}
	terminal_send(&fixture->terminal, "Q");
	assert_int_equal(terminal_wait_exit(&fixture->terminal), 0);
	join_refusal(masked);
	golden_compare(masked, situation->screens);
	free(masked);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	*fixture = (struct fixture){ .situation = *state, .release = RELEASE };
	fixture->terminal.master = fixture->terminal.slave = -1;
	int fd = mkstemp(fixture->release);
	assert_true(fd >= 0 && write(fd, "6.18.4\n", 7) == 7);
	assert_int_equal(fchmod(fd, 0644), 0);
	close(fd);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	terminal_release(&fixture->terminal);
	if (fixture->keeper > 0) {
		kill(fixture->keeper, SIGKILL);
		waitpid(fixture->keeper, NULL, 0);
	}
	unlink(fixture->release);
	free(fixture);
	return 0;
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(situations)];
	for (size_t i = 0; i < ARRAY_SIZE(situations); i++)
		tests[i] = (struct CMUnitTest){ situations[i].claim, check_situation, set_up,
			tear_down, (void *)(uintptr_t)&situations[i] };
	/* Whoever becomes nobody has no settings to read. */
	setenv("XDG_CONFIG_HOME", "/dev/null", 1);
	return cmocka_run_group_tests_name("rights", tests, NULL, NULL);
}
