#include "support.h"

#include "support_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tree_make(struct tree *tree)
{
	strcpy(tree->path, "/tmp/oomspect-test-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
	/* Others may look, so that a test can give up its privileges. */
	assert_int_equal(chmod(tree->path, 0755), 0);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

void tree_remove(struct tree *tree)
{
	if (*tree->path)
		nftw(tree->path, remove_one, 32, FTW_DEPTH | FTW_PHYS);
	*tree->path = '\0';
}

static const char *below(const struct tree *tree, const char *path, char *buffer)
{
	assert_true(snprintf(buffer, PATH_MAX, "%s/%s", tree->path, path) < PATH_MAX);
	return buffer;
}

static void make_dirs(char *path, size_t from)
{
	for (char *at = path + from; (at = strchr(at + 1, '/')) != NULL; *at = '/') {
		*at = '\0';
		assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	}
}

void tree_dir(const struct tree *tree, const char *path)
{
	char buffer[PATH_MAX];
	below(tree, path, buffer);
	make_dirs(buffer, strlen(tree->path));
	assert_true(mkdir(buffer, 0755) == 0 || errno == EEXIST);
}

void tree_file(const struct tree *tree, const char *path, const char *text)
{
	char buffer[PATH_MAX];
	below(tree, path, buffer);
	make_dirs(buffer, strlen(tree->path));
	int fd = open(buffer, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void tree_drop(const struct tree *tree, const char *path)
{
	char buffer[PATH_MAX];
	assert_int_equal(nftw(below(tree, path, buffer), remove_one, 32, FTW_DEPTH | FTW_PHYS), 0);
}

void tree_open(const struct tree *tree, const char *mountinfo, struct root *root)
{
	struct err err = { 0 };
	tree_file(tree, "proc/meminfo", "MemTotal: 1048576 kB\n");
	tree_file(tree, "proc/self/mountinfo", mountinfo);
	if (root_open(root, tree->path, &err) != ERR_OK)
		fail_msg("%s", err.text);
}
