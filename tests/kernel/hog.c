#include "hog.h"

#include "group.h"
#include "guest.h"

#include <fcntl.h>
#include <linux/mempolicy.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

/* Mapped files are pages of this disk: a page cache with no filesystem around it. */
static const char disk[] = "/dev/vdb";
static off_t disk_used; /* no two hogs map the same pages */

struct life {
	const struct hog *hog;
	int ready; /* the pipe's end to say so on */
	off_t file_at;
};

static void give_up(const char *what)
{
	perror(what);
	_exit(1);
}

static size_t bytes(long pages)
{
	return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void *map(long pages, int protection, int flags, int fd, off_t at)
{
	void *memory = mmap(NULL, bytes(pages), protection, flags, fd, at);
	if (memory == MAP_FAILED)
		give_up("mmap");
	return memory;
}

static void write_pages(volatile char *memory, long pages, size_t step)
{
	for (long i = 0; i < pages; i++)
		memory[(size_t)i * step] = 1;
}

static void read_pages(const volatile char *memory, long pages)
{
	for (long i = 0; i < pages; i++)
		(void)memory[bytes(i)];
}

static void *take_anon(long pages, int advice)
{
	void *memory = map(pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(memory, bytes(pages), advice);
	write_pages(memory, pages, bytes(1));
	return memory;
}

static void take_shmem(long pages)
{
	void *memory = map(pages, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	write_pages(memory, pages, bytes(1));
}

static void take_zero(long pages)
{
	void *memory = map(pages, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(memory, bytes(pages), MADV_NOHUGEPAGE);
	read_pages(memory, pages);
}

static void take_huge(long pages)
{
	size_t size = (size_t)guest_number("/proc/meminfo", "Hugepagesize:") * 1024;
	void *memory = mmap(NULL, (size_t)pages * size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (memory == MAP_FAILED)
		give_up("hugetlb");
	write_pages(memory, pages, size);
}

/* A page table maps as many pages as it has entries of 8 bytes. */
static void take_tables(long tables)
{
	long entries = (long)(bytes(1) / sizeof(uint64_t));
	void *memory = map(tables * entries, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	madvise(memory, bytes(tables * entries), MADV_NOHUGEPAGE);
	write_pages(memory, tables, bytes(entries));
}

static void take_file(const struct life *life)
{
	const struct hog *hog = life->hog;
	int fd = open(disk, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		give_up(disk);
	if (hog->file) {
		void *clean = map(hog->file, PROT_READ, MAP_SHARED, fd, life->file_at);
		if (hog->file_locked && mlock(clean, bytes(hog->file)))
			give_up("mlock");
		read_pages(clean, hog->file);
	}
	if (hog->dirty) {
		off_t at = life->file_at + (off_t)bytes(hog->file);
		void *dirty = map(hog->dirty, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);
		write_pages(dirty, hog->dirty, bytes(1));
	}
	close(fd);
}

/* Until nine tenths are out: the kernel keeps what it has just looked at. */
static void swap_out(void *memory, long pages)
{
	long wanted = pages * (long)(bytes(1) / 1024) / 10 * 9;
	for (int i = 0; i < 50 && guest_number("/proc/thread-self/status", "VmSwap:") < wanted;
		i++) {
		madvise(memory, bytes(pages), MADV_PAGEOUT);
		guest_sleep_ms(5);
	}
	if (guest_number("/proc/thread-self/status", "VmSwap:") < wanted)
		give_up("cannot swap out");
}

static void bind_to_node(int node)
{
	unsigned long mask = 1ul << node;
	if (syscall(SYS_set_mempolicy, MPOL_BIND, &mask, sizeof(mask) * 8))
		give_up("set_mempolicy");
}

static void take_memory(const struct life *life)
{
	const struct hog *hog = life->hog;
	if (hog->only_node)
		bind_to_node(hog->only_node - 1);
	if (hog->anon) {
		void *memory = take_anon(hog->anon, MADV_NOHUGEPAGE);
		if (hog->swapped)
			swap_out(memory, hog->anon);
	}
	if (hog->thp)
		take_anon(hog->thp, MADV_HUGEPAGE);
	if (hog->shmem)
		take_shmem(hog->shmem);
	if (hog->zero)
		take_zero(hog->zero);
	if (hog->huge)
		take_huge(hog->huge);
	if (hog->tables)
		take_tables(hog->tables);
	if (hog->file || hog->dirty)
		take_file(life);
}

static _Noreturn void lie_still(void)
{
	for (;;)
		pause();
}

static void say_ready(const struct life *life)
{
	if (life->hog->moves_to && !group_join(life->hog->moves_to))
		give_up(life->hog->moves_to);
	if (life->hog->uid && setresuid(life->hog->uid, life->hog->uid, life->hog->uid))
		give_up("setresuid");
	/* Who changes its user is not dumpable, and its files in /proc are root's. */
	prctl(PR_SET_DUMPABLE, 1);
	if (write(life->ready, "", 1) != 1)
		give_up("ready");
}

static void join_kin_group(const struct hog *hog)
{
	if (hog->kin_group && !group_join(hog->kin_group))
		give_up(hog->kin_group);
}

static void live_alone(struct life *life)
{
	take_memory(life);
	say_ready(life);
	lie_still();
}

static void live_forked(struct life *life)
{
	int up[2];
	char byte;
	if (pipe(up))
		give_up("pipe");
	take_memory(life);
	for (int i = 0; i < life->hog->kin_count; i++) {
		if (fork() == 0) {
			join_kin_group(life->hog);
			if (write(up[1], "", 1) == 1)
				lie_still();
		}
		if (read(up[0], &byte, 1) != 1)
			give_up("kin");
	}
	say_ready(life);
	lie_still();
}

static int lie_in_same_mm(void *context)
{
	struct life *life = context;
	join_kin_group(life->hog);
	lie_still();
}

static void live_in_one_mm(struct life *life)
{
	enum { STACK = 65536 };
	take_memory(life);
	for (int i = 0; i < life->hog->kin_count; i++) {
		char *stack = malloc(STACK);
		if (!stack || clone(lie_in_same_mm, stack + STACK, CLONE_VM | SIGCHLD, life) < 0)
			give_up("clone");
	}
	guest_sleep_ms(50); /* until each has joined its group and lies still */
	say_ready(life);
	lie_still();
}

/* As vfork(2) does it, but the child lies still instead of calling exec. */
static int lie_still_in_vfork(void *context)
{
	say_ready(context);
	lie_still();
}

static void live_vforked(struct life *life)
{
	enum { STACK = 65536 };
	char *stack = malloc(STACK);
	take_memory(life);
	if (stack)
		clone(lie_still_in_vfork, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, life);
	give_up("vfork came back");
}

static void *outlive_the_leader(void *context)
{
	struct life *life = context;
	char path[64];
	char state[512];
	take_memory(life);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	while (guest_read(path, state, sizeof(state)) > 0 && !strstr(state, ") Z "))
		guest_sleep_ms(1);
	say_ready(life);
	lie_still();
}

static void live_without_leader(struct life *life)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, outlive_the_leader, life))
		give_up("pthread_create");
	syscall(SYS_exit, 0);
}

static void live_in_pid_ns(struct life *life)
{
	if (unshare(CLONE_NEWPID))
		give_up("unshare");
	pid_t init = fork();
	if (init == 0)
		live_forked(life);
	lie_still();
}

static void (*const lives[])(struct life *) = {
	[HOG_ALONE] = live_alone,
	[HOG_FORKED] = live_forked,
	[HOG_SHARES_MM] = live_in_one_mm,
	[HOG_VFORKED] = live_vforked,
	[HOG_LEADER_GONE] = live_without_leader,
	[HOG_PID_NS] = live_in_pid_ns,
};

static _Noreturn void live(struct life *life)
{
	const struct hog *hog = life->hog;
	prctl(PR_SET_NAME, hog->name);
	guest_run_on(hog->cpu);
	if (hog->group && !group_join(hog->group))
		give_up(hog->group);
	if (!guest_write("/proc/self/oom_score_adj", "%d", hog->adj))
		give_up("oom_score_adj");
	lives[hog->kin](life);
	_exit(1);
}

pid_t hog_start(const struct hog *hog)
{
	int ready[2];
	char byte;
	struct life life = { .hog = hog, .file_at = disk_used };
	if (pipe2(ready, O_CLOEXEC))
		return 0;
	disk_used += (off_t)bytes(hog->file + hog->dirty);
	life.ready = ready[1];
	pid_t pid = fork();
	if (pid == 0) {
		close(ready[0]);
		live(&life);
	}
	close(ready[1]);
	bool came = pid > 0 && read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	return came ? pid : 0;
}
