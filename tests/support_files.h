/* Directories made at test time: a machine's root in /tmp, and what stands in it. */
#ifndef TESTS_SUPPORT_FILES_H
#define TESTS_SUPPORT_FILES_H

#include "oomspect/root.h"

struct files {
	char path[64]; /* of the directory; "" when it is removed */
};

/* An empty directory, removed with all that is in it by files_remove. Ends the test when one cannot
 * be had. */
void files_make(struct files *files);
void files_remove(struct files *files);

/* Makes a directory or a file below the tree, and the directories above it. */
void files_dir(const struct files *files, const char *path);
void files_put(const struct files *files, const char *path, const char *text);

/* The same with what no file should be; a gigabyte takes no room. */
enum files_kind { FILES_ABSENT, FILES_DIRECTORY, FILES_EMPTY, FILES_GIGABYTE, FILES_BINARY };
void files_put_kind(const struct files *files, const char *path, enum files_kind kind);

/* Removes one file or empty directory, or all below a directory and itself. */
void files_drop(const struct files *files, const char *path);

/* Makes proc/meminfo, and proc/self/mountinfo with `mountinfo` in it, and opens the root. */
void files_open(const struct files *files, const char *mountinfo, struct root *root);

/* Takes openat2(2) away from this process and what it starts, as kernels before 5.6 and filters of
 * containers do: ENOSYS. False where that cannot be done. */
bool files_without_openat2(void);

/* Runs a check here, and in a process of its own without openat2(2); the test is skipped where that
 * cannot be taken away. */
void files_with_and_without_openat2(void (*check)(void));

/* The text of any file, which must be there and hold something. Free it. */
char *file_text(const char *path);

#endif
