/* The program for a long time on a machine where processes and cgroups come and go: it takes no
 * more memory, descriptors, time and bytes at the end than at the beginning, and answers keys.
 *
 * SAMPLES says how many of them, a tenth of a second each: 100, or 20,000 by `make soak`. Where it
 * may, it looks at processes of its own alone: whoever else starts thousands makes it grow. */
#include "support.h"
#include "support_churn.h"
#include "support_run.h"
#include "support_stream.h"
#include "support_terminal.h"

#include <ctype.h>
#include <dirent.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POPULATION 60
#define LOG        "tests/fixtures/klog/5.10-global.kmsg"

enum {
	ROUNDS_MAX = 100000,
	ROUND_MS = 250,
	GROWTH_MAX_KB = 512, /* a hundred cgroups of a neighbour take half of it */
	CGROUP_FILES = 6,    /* of one that may be open, at most */
	STRAY_FDS_MAX = 40,
	CPU_MAX_MS = 40, /* for a sample; a loop that does not wait takes 100 */
	BYTES_MAX = 4096 /* for a sample; all of an 80x24 screen is 3,500 */
};

/* Where a leak would show sooner or later. Files of cgroups are kept open while these exist, and
 * cgroups come and go: `stray_fds` are more than those that exist account for. */
struct figures {
	long rss_kb, fds, cgroup_fds, stray_fds, cpu_ms;
};

struct soak {
	struct terminal terminal;
	struct stream stream;
	struct churn churn;
	struct figures *rounds;
	size_t count;
	long samples;
};

static bool under_sanitizer(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
	return true;
#endif
#endif
	return false;
}

/* --- what the kernel says of the program ------------------------------------------------------ */

static bool read_text(pid_t pid, const char *name, char *buffer, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	FILE *file = fopen(path, "re");
	size_t length = file ? fread(buffer, 1, size - 1, file) : 0;
	buffer[length] = '\0';
	if (file)
		fclose(file);
	return length > 0;
}

/* Field 14 and 15 of stat(5) behind the name, whatever is in that. */
static long cpu_ms_of(pid_t pid)
{
	char text[1024];
	unsigned long user = 0, system = 0;
	const char *behind = read_text(pid, "stat", text, sizeof(text)) ? strrchr(text, ')') : NULL;
	if (!behind || sscanf(behind, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			       &user, &system) != 2)
		return -1;
	return (long)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

static long rss_kb_of(pid_t pid)
{
	char text[4096];
	const char *line =
		read_text(pid, "status", text, sizeof(text)) ? strstr(text, "VmRSS:") : NULL;
	return line ? strtol(line + strlen("VmRSS:"), NULL, 10) : -1;
}

static void count_fds(pid_t pid, struct figures *figures)
{
	char path[64], target[64] = "";
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	DIR *dir = opendir(path);
	const struct dirent *entry;
	while (dir && (entry = readdir(dir))) {
		ssize_t length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (length <= 0)
			continue;
		target[length] = '\0';
		if (strncmp(target, "/sys/fs/cgroup/", 15) == 0)
			figures->cgroup_fds++;
		else
			figures->fds++;
	}
	if (dir)
		closedir(dir);
}

static long cgroups_seen;

static int count_directory(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
	(void)path;
	(void)stat;
	(void)walk;
	cgroups_seen += type == FTW_D;
	return 0;
}

static long count_cgroups(void)
{
	cgroups_seen = 0;
	if (nftw("/sys/fs/cgroup/memory", count_directory, 16, FTW_PHYS) < 0)
		nftw("/sys/fs/cgroup", count_directory, 16, FTW_PHYS);
	return cgroups_seen;
}

static bool is_child_of(pid_t pid, pid_t parent)
{
	char text[1024];
	int ppid = 0;
	const char *behind = read_text(pid, "stat", text, sizeof(text)) ? strrchr(text, ')') : NULL;
	return behind && sscanf(behind, ") %*c %d", &ppid) == 1 && ppid == parent;
}

/* With a log that is a file the program starts no other: a child is a zombie, or a mistake. */
static long children_of(pid_t parent)
{
	long count = 0;
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			count += is_child_of((pid_t)strtol(entry->d_name, NULL, 10), parent);
	if (dir)
		closedir(dir);
	return count;
}

/* --- one run ------------------------------------------------------------------------------------ */

/* Every view in turn, and what a key opens for a moment. */
static const struct {
	const char *keys, *shown;
} turns[] = {
	{ "2", "\\[2 Cgroups\\]" },
	{ "GG", "\\[2 Cgroups\\]" },
	{ "3", "\\[3 Events" },
	{ "4", "\\[4 Detail\\]" },
	{ "1", "\\[1 Procs\\]" },
	{ "?", "THE NUMBERS" },
	{ "q", "\\[1 Procs\\]" },
	{ "a", "list is frozen" },
	{ "\033", "\\[1 Procs\\]" },
	{ "k", "SIGTERM" },
	{ "\033", "\\[1 Procs\\]" },
	{ "5", "Settings that decide" },
	{ "1", "\\[1 Procs\\]" },
};

static bool has_ended(const struct soak *soak)
{
	siginfo_t info = { 0 };
	return waitid(P_PID, (id_t)soak->terminal.pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid != 0;
}

static void take_figures(struct soak *soak)
{
	pid_t pid = soak->terminal.pid;
	struct figures now = { .rss_kb = rss_kb_of(pid), .cpu_ms = cpu_ms_of(pid) };
	count_fds(pid, &now);
	now.stray_fds = now.cgroup_fds - CGROUP_FILES * count_cgroups();
	assert_true(soak->count < ROUNDS_MAX);
	if (now.rss_kb <= 0 || now.cpu_ms < 0) /* it has just ended */
		return;
	assert_int_equal(children_of(pid), 0);
	soak->rounds[soak->count++] = now;
}

/* The number by which the program knows itself. */
static int own_number(pid_t pid)
{
	char text[4096];
	const char *line =
		read_text(pid, "status", text, sizeof(text)) ? strstr(text, "NSpid:") : NULL;
	int number = (int)pid, inner;
	if (line && sscanf(line, "NSpid: %d %d", &number, &inner) == 2)
		return inner;
	return number;
}

/* Points at a process that does not end meanwhile: the program itself. */
static void point_at_itself(struct soak *soak)
{
	char keys[32], shown[32];
	terminal_wait_like(&soak->terminal, "\n>");
	snprintf(keys, sizeof(keys), "/%d\r", own_number(soak->terminal.pid));
	snprintf(shown, sizeof(shown), ">[^ ]+ +%d ", own_number(soak->terminal.pid));
	terminal_send(&soak->terminal, keys);
	terminal_wait_like(&soak->terminal, shown);
}

/* The program ends by itself, at any moment: then there is nothing to wait for. */
static void wait_like(struct soak *soak, const char *shown)
{
	bool there = false;
	for (int i = 0; i < 200 && !there && !has_ended(soak); i++) {
		terminal_read(&soak->terminal, 50);
		there = terminal_is_like(&soak->terminal, shown);
	}
	if (!there && !has_ended(soak))
		terminal_wait_like(&soak->terminal, shown);
}

static void run_rounds(struct soak *soak)
{
	for (size_t round = 0; !has_ended(soak); round++) {
		size_t turn = round % ARRAY_SIZE(turns);
		terminal_send(&soak->terminal, turns[turn].keys);
		terminal_read(&soak->terminal, ROUND_MS);
		if (has_ended(soak))
			break;
		if (!terminal_is_like(&soak->terminal, turns[turn].shown))
			wait_like(soak, turns[turn].shown);
		take_figures(soak);
	}
}

/* Our children are in a PID namespace of their own from now on, the first of them as its init. */
static bool isolate(void)
{
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	return system("unshare -pf --mount-proc true 2>/dev/null") == 0 &&
	       unshare(CLONE_NEWPID) == 0;
}

static void start(struct soak *soak, bool isolated, const char *samples)
{
	const char *const words[] = { "unshare", "--mount-proc", run_program_path(), "-d0.1", "-n",
		samples, "--log", LOG };
	char *argv[ARRAY_SIZE(words) + 1] = { NULL };
	struct terminal_options options = { .tap = stream_feed, .tap_context = &soak->stream };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		argv[i] = (char *)(uintptr_t)words[i];
	stream_init(&soak->stream, false, false);
	terminal_start(&soak->terminal, 24, 80, &options, isolated ? argv : argv + 2);
}

static int set_up(void **state)
{
	struct soak *soak = calloc(1, sizeof(*soak));
	assert_non_null(soak);
	soak->terminal = (struct terminal){ .master = -1, .slave = -1 };
	soak->rounds = calloc(ROUNDS_MAX, sizeof(*soak->rounds));
	assert_non_null(soak->rounds);
	*state = soak;
	return 0;
}

/* --- what is to be seen afterwards --------------------------------------------------------------- */

static long higher(long a, long b)
{
	return a > b ? a : b;
}

/* The highest of the rounds of tenths `first` to `last` of the run. */
static struct figures peak(const struct soak *soak, size_t first, size_t last)
{
	struct figures peak = { 0 };
	for (size_t i = soak->count * first / 10; i < soak->count * (last + 1) / 10; i++) {
		const struct figures *now = &soak->rounds[i];
		peak.rss_kb = higher(peak.rss_kb, now->rss_kb);
		peak.fds = higher(peak.fds, now->fds);
		peak.cgroup_fds = higher(peak.cgroup_fds, now->cgroup_fds);
	}
	return peak;
}

static void print_figures(const struct soak *soak)
{
	if (soak->count == 0)
		return;
	print_message("%ld samples, %zu rounds; rss in kB, descriptors and those of cgroups in "
		      "each tenth:",
		soak->samples, soak->count);
	for (size_t tenth = 0; tenth < 10; tenth++) {
		struct figures now = peak(soak, tenth, tenth);
		print_message(" %ld/%ld/%ld", now.rss_kb, now.fds, now.cgroup_fds);
	}
	print_message("\n%.2f ms of CPU and %.0f bytes a sample\n",
		(double)soak->rounds[soak->count - 1].cpu_ms / (double)soak->samples,
		(double)soak->terminal.received / (double)soak->samples);
}

/* The first half is for warming up: every view has been opened, every buffer has its size. */
static void check_growth(const struct soak *soak)
{
	struct figures early = peak(soak, 0, 4), late = peak(soak, 5, 9);
	assert_true(late.fds <= early.fds + 1); /* a process that was being read */
	/* What has just been removed is closed by the next sample; a leak stays. */
	long stray = soak->rounds[soak->count - 1].stray_fds;
	for (size_t i = soak->count / 2; i < soak->count; i++)
		stray = soak->rounds[i].stray_fds < stray ? soak->rounds[i].stray_fds : stray;
	assert_true(stray <= STRAY_FDS_MAX);
	if (!under_sanitizer()) /* which keeps what was freed, to find who uses it */
		assert_true(late.rss_kb <= early.rss_kb + GROWTH_MAX_KB);
}

static int tear_down(void **state)
{
	struct soak *soak = *state;
	print_figures(soak);
	terminal_release(&soak->terminal);
	churn_stop(&soak->churn);
	free(soak->rounds);
	free(soak);
	return 0;
}

static void it_does_not_grow(void **state)
{
	struct soak *soak = *state;
	const char *samples = getenv("SAMPLES");
	if (!samples || !*samples)
		samples = "100";
	soak->samples = strtol(samples, NULL, 10);
	bool isolated = isolate();
	assert_true(churn_start(&soak->churn, POPULATION, 7));
	start(soak, isolated, samples);
	point_at_itself(soak);
	run_rounds(soak);
	assert_int_equal(terminal_wait_exit(&soak->terminal), 0);
	assert_true(terminal_is_left(&soak->terminal));
	assert_true(soak->count >= 10);
	check_growth(soak);
	assert_in_range(soak->rounds[soak->count - 1].cpu_ms, 0,
		soak->samples * CPU_MAX_MS * (under_sanitizer() ? 10 : 1));
	assert_in_range(soak->terminal.received, 1, soak->samples * BYTES_MAX);
	if (soak->stream.faults)
		fail_msg("%zu faults in the stream, %s", soak->stream.faults, soak->stream.first);
}

/* --- at rest ------------------------------------------------------------------------------------ */

struct rest_row {
	const char *claim, *keys, *shown;
};

static const struct rest_row rest_rows[] = {
	{ "between two samples it takes no time", "", "\\[1 Procs\\]" },
	{ "in the help it takes no time", "?", "THE NUMBERS" },
	{ "while a prompt waits it takes no time", "/", "search:" },
	{ "when it is paused it takes no time", "Z", "PAUSED" },
	{ "under a dialog it takes no time", "a", "list is frozen" },
};

static void check_rest(void **state)
{
	const struct rest_row *row = *state;
	struct terminal terminal;
	const char *path = run_program_path();
	char own[32]; /* a process that does not end before it is pointed at */
	snprintf(own, sizeof(own), "-p%d", (int)getpid());
	char *argv[] = { (char *)(uintptr_t)path, (char[]){ "-d60" }, own, (char[]){ "--log" },
		(char[]){ LOG }, NULL };
	terminal_start(&terminal, 24, 80, NULL, argv);
	terminal_wait_like(&terminal, ">");
	terminal_send(&terminal, row->keys);
	terminal_wait_like(&terminal, row->shown);
	terminal_read(&terminal, 200);
	long before = cpu_ms_of(terminal.pid);
	terminal_read(&terminal, 1000);
	long after = cpu_ms_of(terminal.pid);
	terminal_send(&terminal, "\033\033");
	terminal_quit(&terminal);
	terminal_wait_exit(&terminal);
	terminal_release(&terminal);
	assert_in_range(after - before, 0, under_sanitizer() ? 100 : 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_does_not_grow, set_up, tear_down),
	};
	return run_rows("at rest", rest_rows, check_rest) +
	       cmocka_run_group_tests_name("soak", tests, NULL, NULL);
}
