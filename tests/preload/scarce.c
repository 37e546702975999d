/* Stands before libc's allocator in a program that a test starts (LD_PRELOAD), and lets allocations
 * fail.
 *
 * SCARCE_FAIL=N: the Nth since the start; SCARCE_FAIL=N+: that one and all behind it.
 * SCARCE_COUNT=FILE: how many there were is written there at the end.
 * SCARCE_FILES=N: the program may have no descriptor above N - 1. Said here, since the loader needs
 * more to begin with. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* glibc's own names for what is stood before. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static struct {
	bool begun; /* what the loader and libc need for themselves is not counted */
	unsigned long count, fail;
	bool and_all_behind;
} scarce;

static void limit_files(const char *files)
{
	struct rlimit limit;
	if (!files || getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = strtoul(files, NULL, 10);
	setrlimit(RLIMIT_NOFILE, &limit);
}

__attribute__((constructor)) static void begin(void)
{
	const char *fail = getenv("SCARCE_FAIL");
	char *end = NULL;
	scarce.fail = fail ? strtoul(fail, &end, 10) : 0;
	scarce.and_all_behind = end && *end == '+';
	scarce.begun = true;
	limit_files(getenv("SCARCE_FILES"));
}

__attribute__((destructor)) static void end(void)
{
	char text[24];
	const char *path = getenv("SCARCE_COUNT");
	int length = snprintf(text, sizeof(text), "%lu\n", scarce.count);
	scarce.begun = false;
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	if (fd < 0 || write(fd, text, (size_t)length) != length)
		return;
	close(fd);
}

static bool fails(void)
{
	if (!scarce.begun)
		return false;
	scarce.count++;
	if (!scarce.fail || scarce.count < scarce.fail ||
		(scarce.count > scarce.fail && !scarce.and_all_behind))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return fails() ? NULL : __libc_realloc(memory, size);
}
