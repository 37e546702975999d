#include "support_machine.h"

#include "support.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOTAL_KB (36LL << 20)
#define MIB      1024LL

struct process {
	int pid;
	unsigned uid;
	const char *comm, *cmdline;
	int mem_tenths, adj;
	long long file_kb, swap_kb, pte_kb;
	const char *cgroup;
	long start_ticks;
};

static const struct process processes[] = {
	{ 4242, 1001, "java", "java -Xmx12g -jar app.jar --server", 2896, 0, 120 * MIB, 312 * MIB,
		22 * MIB, "/system.slice/app.service", 8000 },
	{ 9120, 33, "node", "node server.js", 1076, 100, 55 * MIB, 66 * MIB, 9 * MIB,
		"/machine/docker-9c1f2ab0", 9000 },
	{ 8807, 33, "node", "node worker.js", 932, 100, 51 * MIB, 50 * MIB, 8 * MIB,
		"/machine/docker-9c1f2ab0", 9100 },
	{ 911, 106, "mysqld", "mysqld", 1420, 0, 180 * MIB, 104 * MIB, 11 * MIB,
		"/system.slice/mysql.service", 700 },
	{ 10233, 1002, "cc1plus", "cc1plus -O2 big.cc", 752, 0, 40 * MIB, 0, 6 * MIB,
		"/user/1000/build.scope", 200000 },
	{ 10240, 1002, "cc1plus", "cc1plus -O2 mid.cc", 473, 0, 39 * MIB, 0, 4 * MIB,
		"/user/1000/build.scope", 200100 },
	{ 3321, 1003, "emacs", "emacs", 109, 0, 21 * MIB, 0, 1 * MIB, "/user/1000/session-4.scope",
		50000 },
	{ 771, 0, "rsyslogd", "rsyslogd", 15, 0, 4 * MIB, 0, 100, "/system.slice/rsyslog.service",
		500 },
	{ 1201, 0, "dockerd", "dockerd", 8, 0, 2 * MIB, 0, 100, "/system.slice/docker.service",
		900 },
	{ 640, 0, "systemd-journal", "systemd-journald", 3, -250, 3 * MIB, 0, 60,
		"/system.slice/systemd-journald.service", 300 },
	{ 701, 0, "dbus-daemon", "dbus-daemon", 2, -900, 3 * MIB, 0, 60,
		"/system.slice/dbus.service", 400 },
	{ 1188, 0, "containerd", "containerd", 17, -999, 3 * MIB, 0, 160,
		"/system.slice/containerd.service", 880 },
	{ 602, 0, "systemd-udevd", "systemd-udevd", 2, -1000, 3 * MIB, 0, 50,
		"/system.slice/systemd-udevd.service", 290 },
	{ 1, 0, "systemd", "systemd", 4, 0, 4 * MIB, 0, 80, "/init.scope", 1 },
};

static const struct {
	const char *name, *content;
} files[] = {
	{ "etc/passwd",
		"root:x:0:0::/root:/bin/sh\nwww:x:33:33::/:/bin/sh\nmysql:x:106:1::/:/bin/sh\n"
		"app:x:1001:1::/:/bin/sh\nbuild:x:1002:1::/:/bin/sh\nalice:x:1003:1::/:/bin/sh\n" },
	{ "proc/sys/kernel/osrelease", "6.18.4\n" },
	{ "proc/sys/kernel/hostname", "web-07\n" },
	{ "proc/sys/vm/overcommit_memory", "0\n" },
	{ "proc/sys/vm/panic_on_oom", "0\n" },
	{ "proc/sys/vm/oom_kill_allocating_task", "0\n" },
	{ "proc/uptime", "3553920.00 7000000.00\n" },
	{ "proc/stat", "cpu  1 1 1 1\ncpu0 1 1 1 1\ncpu1 1 1 1 1\nbtime 1791728631\n" },
	{ "proc/meminfo",
		"MemTotal: 33554432 kB\nMemFree: 1560000 kB\nMemAvailable: 2306867 kB\n"
		"Buffers: 10000 kB\nCached: 1677721 kB\nSwapCached: 0 kB\nAnonPages: 27367833 kB\n"
		"Shmem: 209715 kB\nSlab: 1153433 kB\nPageTables: 209715 kB\nSwapTotal: 4194304 kB\n"
		"SwapFree: 3040870 kB\nCommitLimit: 20971520 kB\nCommitted_AS: 43201331 kB\n" },
	{ "proc/vmstat", "oom_kill 2\npswpin 10\npswpout 20\n" },
	{ "proc/pressure/memory", "some avg10=12.31 avg60=4.20 avg300=1.02 total=1\n"
				  "full avg10=3.10 avg60=0.92 avg300=0.20 total=1\n" },
	{ "proc/pressure/io", "some avg10=8.12 avg60=3.00 avg300=0.90 total=1\n"
			      "full avg10=5.02 avg60=1.10 avg300=0.30 total=1\n" },
	{ "proc/zoneinfo",
		"Node 0, zone    DMA32\n  pages free     314572\n        min      2304\n"
		"        low      2816\n        high     3584\n        spanned  1044480\n"
		"        present  782288\n        managed  765000\n"
		"Node 0, zone   Normal\n  pages free     77056\n        min      11520\n"
		"        low      14336\n        high     17152\n        spanned  7602176\n"
		"        present  7602176\n        managed  7400000\n" },
	{ "proc/self/mountinfo", "30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n" },
	{ "sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n" },
};

void machine_write(const char *path, const char *name, const char *content)
{
	char full[512];
	snprintf(full, sizeof(full), "%s/%s", path, name);
	for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	FILE *file = fopen(full, "w");
	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

static void write_process_file(const char *path, int pid, const char *file, const char *content)
{
	char name[64];
	snprintf(name, sizeof(name), "proc/%d/%s", pid, file);
	machine_write(path, name, content);
}

static void write_stat(const char *path, int pid, const char *comm, unsigned flags, long start,
	long long rss_pages)
{
	char text[512];
	snprintf(text, sizeof(text),
		"%d (%s) S 1 %d %d 0 -1 %u 0 0 0 0 0 0 0 0 20 0 1 0 %ld 0 %lld 0 0 0 0 0 0 0 0 0 0 "
		"0 0 17 "
		"0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
		pid, comm, pid, pid, flags, start, rss_pages);
	write_process_file(path, pid, "stat", text);
}

static void write_process(const char *path, const struct process *process)
{
	char text[1024];
	/* A page more, so that cutting the share to tenths gives the number of the drawing. */
	long long mem = TOTAL_KB * process->mem_tenths / 10000 / 4 * 4 + 4;
	long long rss = (mem - process->swap_kb - process->pte_kb) / 4 * 4 + 4;
	write_stat(path, process->pid, process->comm, 0x400000, process->start_ticks, rss / 4);
	snprintf(text, sizeof(text),
		"Name:\t%s\nState:\tS (sleeping)\nTgid:\t%d\nPid:\t%d\nPPid:\t1\nUid:\t%u %u %u "
		"%u\n"
		"VmRSS:\t%lld kB\nRssAnon:\t%lld kB\nRssFile:\t%lld kB\nRssShmem:\t0 "
		"kB\nVmPTE:\t%lld kB\n"
		"VmSwap:\t%lld kB\nThreads:\t1\nCapEff:\t0000000000000000\nMems_allowed:\t1\n",
		process->comm, process->pid, process->pid, process->uid, process->uid, process->uid,
		process->uid, rss, rss - process->file_kb, process->file_kb, process->pte_kb,
		process->swap_kb);
	write_process_file(path, process->pid, "status", text);
	snprintf(text, sizeof(text), "%d\n", process->adj);
	write_process_file(path, process->pid, "oom_score_adj", text);
	bool lives = process->pid == 1 || process->adj == -1000; /* the kernel says 0 of these */
	snprintf(text, sizeof(text), "%d\n",
		lives ? 0 : (1000 + process->mem_tenths / 10 + process->adj) * 2 / 3);
	write_process_file(path, process->pid, "oom_score", text);
	snprintf(text, sizeof(text), "0::%s\n", process->cgroup);
	write_process_file(path, process->pid, "cgroup", text);
	write_process_file(path, process->pid, "cmdline", process->cmdline);
}

void machine_set_parent(const char *path, int pid, int parent)
{
	char name[128], text[512], changed[512];
	snprintf(name, sizeof(name), "%s/proc/%d/stat", path, pid);
	FILE *file = fopen(name, "re");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	char *state = strrchr(text, ')') + 2, *rest = strchr(state + 2, ' ');
	snprintf(changed, sizeof(changed), "%.*s%d%s", (int)(state + 2 - text), text, parent, rest);
	write_process_file(path, pid, "stat", changed);
}

void machine_add_process(const char *path, int pid, const char *name)
{
	struct process process = { .pid = pid,
		.comm = name,
		.cmdline = name,
		.cgroup = "/system.slice",
		.start_ticks = 1000 };
	write_process(path, &process);
}

static void write_kthread(const char *path, int pid, const char *comm)
{
	char text[512];
	write_stat(path, pid, comm, 0x200000, 2, 0);
	snprintf(text, sizeof(text),
		"Name:\t%s\nState:\tS (sleeping)\nTgid:\t%d\nPid:\t%d\nPPid:\t2\nUid:\t0 0 0 "
		"0\nThreads:\t1\n",
		comm, pid, pid);
	write_process_file(path, pid, "status", text);
	write_process_file(path, pid, "oom_score_adj", "0\n");
	write_process_file(path, pid, "oom_score", "0\n");
	write_process_file(path, pid, "cgroup", "0::/\n");
	write_process_file(path, pid, "cmdline", "");
}

void machine_make(char *path, size_t size)
{
	snprintf(path, size, "/tmp/oomspect-machine-XXXXXX");
	assert_non_null(mkdtemp(path));
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		machine_write(path, files[i].name, files[i].content);
	for (size_t i = 0; i < ARRAY_SIZE(processes); i++)
		write_process(path, &processes[i]);
	write_kthread(path, 2, "kthreadd");
	write_kthread(path, 30, "kswapd0");
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
	(void)stat;
	(void)type;
	(void)walk;
	return remove(path);
}

void machine_remove(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
