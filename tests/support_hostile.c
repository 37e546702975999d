#include "support_hostile.h"

#include "support.h"
#include "support_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const known[] = {
	"\033[31mred",
	"\033]0;title\007",
	"\033[2J\033[H",
	"\033[6n\033[c",
	"\033c",
	"\033P+q\033\\",
	"\033[?1049l",
	"\033[?1000h",
	"\23331m",
	"\2350;x\234",
	"\302\23331m",
	"\xc2\x85\xc2\x90",
	"a\nb\rc",
	"\t\v\f\b",
	"\x7f\x7f\x7f",
	"\x01\x02\x0e\x0f",
	"\xff\xfe\xfd",
	"\xc0\xaf\xc1\xbf",
	"\xed\xa0\x80",
	"\xf4\x90\x80\x80",
	"\xe2\x80",
	"\xf0\x9f",
	"\342\200\256drow",
	"\xe2\x80\x8b\xef\xbb\xbf",
	"e\xcc\x81\xcc\x82",
	"\xe6\xbc\xa2\xe5\xad\x97",
	"\xf0\x9f\x92\xa3",
	"%s%n%1$x",
	") S 1 1",
	"\\x1b[5m",
	"a",
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

static unsigned next(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

/* Half of them bytes from all of the range, half such as are more often a control. */
static char next_byte(unsigned *state, const char *without)
{
	static const char often[] = "\033\033[]m0;\x9b\xc2\x85\x07\x7f\xe2\x80\xae\n\r\b";
	for (;;) {
		unsigned random = next(state);
		char byte = random & 1 ? (char)(random >> 1)
				       : often[(random >> 1) % (sizeof(often) - 1)];
		if (byte && !strchr(without, byte))
			return byte;
	}
}

void hostile_name(unsigned seed, size_t number, const char *without, char *name, size_t size)
{
	unsigned state = seed * 2654435761u + (unsigned)number * 40503u + 1;
	size_t length = 1 + next(&state) % (size - 1), kept = 0;
	if (number < KNOWN) {
		for (const char *at = known[number]; *at && kept < size - 1; at++)
			if (!strchr(without, *at))
				name[kept++] = *at;
	}
	while (kept < length && (number >= KNOWN || kept == 0))
		name[kept++] = next_byte(&state, without);
	name[kept] = '\0';
}

/* --- the kernel's log --------------------------------------------------------------------------- */

static void put_replaced(FILE *to, const char *line, const char *what, const char *name)
{
	const char *at;
	while ((at = strstr(line, what))) {
		fprintf(to, "%.*s%s", (int)(at - line), line, name);
		line = at + strlen(what);
	}
	fputs(line, to);
}

/* In the words of the fixture: who asked, who was killed, and where. */
static void put_line(FILE *to, const char *line, const char *name)
{
	static const struct {
		const char *what, *before, *behind;
	} places[] = { { "/lab/c", "/", "" }, { "(a)", "(", ")" }, { "trigger", "", "" } };
	char with[HOSTILE_COMM_SIZE + 2];
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (!strstr(line, places[i].what) && i + 1 < ARRAY_SIZE(places))
			continue;
		snprintf(with, sizeof(with), "%s%s%s", places[i].before, name, places[i].behind);
		put_replaced(to, line, places[i].what, with);
		break;
	}
}

char *hostile_log(unsigned seed, unsigned events)
{
	char line[1024], name[HOSTILE_COMM_SIZE], *text = NULL;
	FILE *log = open_memstream(&text, &(size_t){ 0 });
	assert_non_null(log);
	for (unsigned i = 0; i < events; i++) {
		FILE *fixture = fopen("tests/fixtures/klog/6.12-memcg-group.kmsg", "re");
		assert_non_null(fixture);
		hostile_name(seed, i, "\n", name, sizeof(name));
		while (fgets(line, sizeof(line), fixture))
			put_line(log, line, name);
		fclose(fixture);
	}
	assert_int_equal(fclose(log), 0);
	return text;
}

/* --- a captured machine ------------------------------------------------------------------------- */

enum { PROCESSES = 200, CGROUPS = 20, USERS = 30, FIRST_PID = 20000, FIRST_UID = 3000 };

static void write_name(const char *root, const char *path, unsigned seed, size_t number,
	const char *before, const char *behind)
{
	char name[200], text[512];
	hostile_name(seed, number, "", name, sizeof(name));
	snprintf(text, sizeof(text), "%s%s%s", before, name, behind);
	machine_write(root, path, text);
}

static void write_stat(const char *root, const char *path, int pid, const char *comm)
{
	char stat[256];
	snprintf(stat, sizeof(stat),
		"%d (%s) S 1 %d %d 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 100 0 %d 0 0 0 0 0 0 0 0 "
		"0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
		pid, comm, pid, pid, 100000 + pid);
	machine_write(root, path, stat);
}

static void write_status(const char *root, const char *path, int pid)
{
	char status[512];
	int rss = 400000 + 4 * pid, uid = FIRST_UID + pid % USERS;
	snprintf(status, sizeof(status),
		"Name:\tx\nTgid:\t%d\nPid:\t%d\nPPid:\t1\nUid:\t%d %d %d %d\nVmRSS:\t%d kB\n"
		"RssAnon:\t%d kB\nRssFile:\t0 kB\nRssShmem:\t0 kB\nVmPTE:\t4 kB\nVmSwap:\t0 "
		"kB\nThreads:\t1\nMems_allowed:\t1\n",
		pid, pid, uid, uid, uid, uid, rss, rss);
	machine_write(root, path, status);
}

static void write_process(const char *root, unsigned seed, size_t number)
{
	char path[64], name[HOSTILE_COMM_SIZE], cgroup[128];
	int pid = FIRST_PID + (int)number, dir = snprintf(path, sizeof(path), "proc/%d/", pid);
	size_t room = sizeof(path) - (size_t)dir;
#define FILE_OF(file) (snprintf(path + dir, room, file), path)
	hostile_name(seed + 1, number, "", name, sizeof(name));
	write_stat(root, FILE_OF("stat"), pid, name);
	write_status(root, FILE_OF("status"), pid);
	machine_write(root, FILE_OF("oom_score_adj"), "900\n");
	hostile_name(seed + 2, number % CGROUPS, "/", name, sizeof(name));
	snprintf(cgroup, sizeof(cgroup), "0::/%s\n", name);
	machine_write(root, FILE_OF("cgroup"), cgroup);
	write_name(root, FILE_OF("cmdline"), seed, number, "", "");
	write_name(root, FILE_OF("wchan"), seed, number, "", "");
	write_name(root, FILE_OF("limits"), seed, number, "Max locked memory  ", " bytes\n");
#undef FILE_OF
}

static void write_cgroup(const char *root, unsigned seed, size_t number)
{
	char path[128], name[HOSTILE_COMM_SIZE];
	hostile_name(seed + 2, number, "/", name, sizeof(name));
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	snprintf(path, sizeof(path), "sys/fs/cgroup/%s/memory.current", name);
	machine_write(root, path, "1000000000\n");
	snprintf(path, sizeof(path), "sys/fs/cgroup/%s/memory.max", name);
	machine_write(root, path, "1100000000\n");
}

static void write_users(const char *root, unsigned seed)
{
	char name[HOSTILE_COMM_SIZE], *text = NULL;
	FILE *passwd = open_memstream(&text, &(size_t){ 0 });
	assert_non_null(passwd);
	for (int i = 0; i < USERS; i++) {
		hostile_name(seed + 3, (size_t)i, ":\n", name, sizeof(name));
		fprintf(passwd, "%s:x:%d:33::/:/bin/sh\n", name, FIRST_UID + i);
	}
	assert_int_equal(fclose(passwd), 0);
	machine_write(root, "etc/passwd", text);
	free(text);
}

void hostile_machine(unsigned seed, const char *root)
{
	for (size_t i = 0; i < PROCESSES; i++)
		write_process(root, seed, i);
	for (size_t i = 0; i < CGROUPS; i++)
		write_cgroup(root, seed, i);
	write_name(root, "proc/sys/kernel/hostname", seed, 0, "", "\n");
	write_name(root, "proc/sys/kernel/osrelease", seed, 1, "6.1.", "\n");
	write_users(root, seed);
}
