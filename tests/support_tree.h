/* Directories made at test time: a machine's root in /tmp, and what stands in it. */
#ifndef TESTS_SUPPORT_TREE_H
#define TESTS_SUPPORT_TREE_H

#include "oomspect/root.h"

struct tree {
	char path[64]; /* of the directory; "" when it is removed */
};

/* An empty directory, removed with all that is in it by tree_remove. Ends the test when one cannot
 * be had. */
void tree_make(struct tree *tree);
void tree_remove(struct tree *tree);

/* Makes a directory or a file below the tree, and the directories above it. */
void tree_dir(const struct tree *tree, const char *path);
void tree_file(const struct tree *tree, const char *path, const char *text);

/* Removes one file or empty directory, or all below a directory and itself. */
void tree_drop(const struct tree *tree, const char *path);

/* Makes proc/meminfo, and proc/self/mountinfo with `mountinfo` in it, and opens the root. */
void tree_open(const struct tree *tree, const char *mountinfo, struct root *root);

#endif
