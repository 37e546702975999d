/* The guest's first process: mounts what is needed, plays each scenario in a process of its own,
 * cleans up behind it, and switches the machine off. */
#include "group.h"
#include "scene.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWAP_DISK "/dev/vda"
#define FILE_DISK "/dev/vdb"
enum { PATIENCE_MS = 120000 };

static const struct kind *const tables[] = {
	kinds_host,
	kinds_oom,
	kinds_group,
	kinds_odd,
	kinds_random,
	kinds_facts,
	kinds_events,
	kinds_burst,
	kinds_screen,
	kinds_action,
};

/* What the kernel's command line says to do. */
struct orders {
	uint64_t seed;
	int cgroup_version;
	bool quick;
	const char *only; /* kinds, comma separated; NULL: all */
};

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 01777);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
}

static void open_console(void)
{
	int console = open("/dev/console", O_RDWR);
	for (int fd = 0; fd < 3 && console >= 0; fd++)
		dup2(console, fd);
}

static char *value_of(char *line, const char *key)
{
	char *at = strstr(line, key);
	return at ? at + strlen(key) : NULL;
}

static struct orders read_orders(void)
{
	static char line[4096];
	struct orders orders = { .cgroup_version = 2 };
	guest_read("/proc/cmdline", line, sizeof(line));
	line[strcspn(line, "\n")] = '\0';
	orders.quick = strstr(line, "judge.quick") != NULL;
	char *seed = value_of(line, "judge.seed=");
	char *version = value_of(line, "judge.cgroup=v");
	char *only = value_of(line, "judge.only=");
	if (seed)
		orders.seed = strtoull(seed, NULL, 10);
	if (version)
		orders.cgroup_version = *version == '1' ? 1 : 2;
	if (only && *only && *only != ' ') {
		only[strcspn(only, " ")] = '\0';
		orders.only = only;
	}
	return orders;
}

static void load_module(const char *name)
{
	char path[300];
	snprintf(path, sizeof(path), "/modules/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
		report("note", "module %s: %s", name, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* In the order of their names, which is that of their dependencies. */
static void load_modules(void)
{
	struct dirent **names;
	int count = scandir("/modules", &names, NULL, alphasort);
	for (int i = 0; i < count; i++)
		if (names[i]->d_name[0] != '.')
			load_module(names[i]->d_name);
	for (int i = 0; i < 200 && count > 2 && access(FILE_DISK, F_OK); i++)
		guest_sleep_ms(10);
}

/* A version 1 swap area, as mkswap(8) makes it, in pages of this machine. */
static bool make_swap(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *header = calloc(1, page);
	int fd = open(SWAP_DISK, O_RDWR | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	if (!header || size < (off_t)page * 16)
		return false;
	uint32_t *info = (uint32_t *)(void *)(header + 1024);
	info[0] = 1;
	info[1] = (uint32_t)((size_t)size / page) - 1;
	memcpy(header + page - 10, "SWAPSPACE2", 10);
	bool made = pwrite(fd, header, page, 0) == (ssize_t)page && fsync(fd) == 0;
	free(header);
	return close(fd) == 0 && made;
}

static unsigned what_is_there(void)
{
	unsigned there = group_version() == 1 ? NEED_V1 : NEED_V2;
	if (access(FILE_DISK, F_OK) == 0)
		there |= NEED_DISK;
	if (access(SWAP_DISK, F_OK) == 0 && make_swap())
		there |= NEED_SWAP;
	if (access("/sys/devices/system/node/node1", F_OK) == 0)
		there |= NEED_NODES;
	if (access("/sys/kernel/mm/transparent_hugepage", F_OK) == 0)
		there |= NEED_THP;
	if (access("/proc/sys/vm/nr_hugepages", F_OK) == 0)
		there |= NEED_HUGE;
	if (sysconf(_SC_PAGESIZE) == 4096)
		there |= NEED_SMALL_PAGES;
	if (guest_number("/proc/meminfo", "HighTotal:") > 0)
		there |= NEED_HIGHMEM;
	if (access("/lib/terminfo/l/linux", R_OK) == 0)
		there |= NEED_TERMINFO;
	return there;
}

static const char *lacking(unsigned missing)
{
	static const struct {
		unsigned need;
		const char *reason;
	} reasons[] = {
		{ NEED_V1, "cgroup v1" },
		{ NEED_V2, "cgroup v2" },
		{ NEED_DISK, "no disk" },
		{ NEED_SWAP, "no swap" },
		{ NEED_NODES, "one NUMA node" },
		{ NEED_THP, "no transparent huge pages" },
		{ NEED_HUGE, "no hugetlb" },
		{ NEED_SMALL_PAGES, "large pages" },
		{ NEED_HIGHMEM, "no HighMem" },
		{ NEED_TERMINFO, "no terminfo" },
	};
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (missing & reasons[i].need)
			return reasons[i].reason;
	return "nothing";
}

static bool is_ordered(const struct orders *orders, const struct kind *kind)
{
	size_t length = strlen(kind->name);
	if (!orders->only)
		return !orders->quick || kind->quick;
	for (const char *at = orders->only; at && *at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, kind->name, length) && (!at[length] || at[length] == ','))
			return true;
	}
	return false;
}

/* Everything but this process is ended, and every setting is as it was. */
static void clean_up(void)
{
	kill(-1, SIGKILL);
	while (wait(NULL) > 0)
		;
	swapoff(SWAP_DISK);
	group_remove_all();
	group_set("", "cgroup.subtree_control", "-cpuset"); /* v2, where a scenario had it on */
	guest_write("/proc/sys/vm/panic_on_oom", "0");
	guest_write("/proc/sys/vm/oom_kill_allocating_task", "0");
	guest_write("/proc/sys/vm/nr_hugepages", "0");
	guest_write("/proc/sys/kernel/dmesg_restrict", "0");
	guest_write("/proc/sys/vm/drop_caches", "3");
	guest_write("/sys/kernel/mm/transparent_hugepage/enabled", "never");
	/* With large pages the kernel keeps so much free that the end of a small process is no help. */
	guest_write("/proc/sys/vm/min_free_kbytes", "2048");
	guest_write("/proc/sys/vm/watermark_boost_factor", "0");
	mount(NULL, "/proc", NULL, MS_REMOUNT, "hidepid=0");
}

/* Its exit status, or -1 when it had to be ended. */
static int wait_for(pid_t director)
{
	int64_t until = guest_ms() + PATIENCE_MS;
	int status = 0;
	pid_t gone;
	while ((gone = waitpid(-1, &status, WNOHANG)) != director && guest_ms() < until)
		if (gone <= 0)
			guest_sleep_ms(2);
	return gone == director && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* False when its setup came out other than claimed. */
static bool play_once(
	const struct kind *kind, const struct orders *orders, unsigned run, bool last_try)
{
	if ((kind->needs & NEED_SWAP) && swapon(SWAP_DISK, 0)) {
		report("broken", "%s\tswapon: %s", kind->name, strerror(errno));
		return true;
	}
	pid_t director = fork();
	if (director == 0)
		scene_play(kind, orders->seed, run, last_try);
	int status = wait_for(director);
	if (status < 0)
		report("broken", "%s\tended or hung", kind->name);
	clean_up();
	return status != SCENE_VOID;
}

static void play(const struct kind *kind, const struct orders *orders, unsigned run)
{
	enum { TRIES = 4 };
	int64_t start = guest_ms();
	for (unsigned try = 1; try <= TRIES; try++)
		if (play_once(kind, orders, run + 100 * (try - 1), try == TRIES))
			break;
	report("time", "%s\t%u\t%lld", kind->name, run, (long long)(guest_ms() - start));
}

static void play_kind(const struct kind *kind, const struct orders *orders, unsigned there)
{
	unsigned missing = kind->needs & ~there;
	if (missing) {
		report("lacks", "%s\t%s", kind->name, lacking(missing));
		return;
	}
	unsigned runs = orders->quick || !kind->runs ? 1 : kind->runs;
	for (unsigned run = 1; run <= runs; run++)
		play(kind, orders, run);
}

static void each_ordered(const struct orders *orders, const struct kind *kinds, unsigned there,
	void (*visit)(const struct kind *kind, const struct orders *orders, unsigned there))
{
	for (const struct kind *kind = kinds; kind->name; kind++)
		if (is_ordered(orders, kind))
			visit(kind, orders, there);
}

static void plan(const struct kind *kind, const struct orders *orders, unsigned there)
{
	(void)orders;
	(void)there;
	report("plan", "%s", kind->name);
}

/* The plan goes first: what is not reached has failed. */
static void play_all(const struct orders *orders)
{
	const size_t count = sizeof(tables) / sizeof(tables[0]);
	unsigned there = what_is_there();
	for (size_t i = 0; i < count; i++)
		each_ordered(orders, tables[i], there, plan);
	each_ordered(orders, kinds_last, there, plan);
	for (size_t i = 0; i < count; i++)
		each_ordered(orders, tables[i], there, play_kind);
	report("end", "%d", group_version());
	each_ordered(orders, kinds_last, there, play_kind);
}

int main(void)
{
	struct utsname name;
	mount_all();
	open_console();
	struct orders orders = read_orders();
	if (!group_mount(orders.cgroup_version))
		report("note", "cgroup v%d: %s", orders.cgroup_version, strerror(errno));
	load_modules();
	guest_write("/proc/self/oom_score_adj", "-1000");
	guest_write("/proc/sys/kernel/sysrq", "1");
	clean_up();
	uname(&name);
	report("kernel", "%s\t%ld", name.release, sysconf(_SC_PAGESIZE));
	play_all(&orders);
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
