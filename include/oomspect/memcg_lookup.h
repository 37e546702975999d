/* Finds the memory cgroup that a person means: by its path, its directory, or its name. */
#ifndef OOMSPECT_MEMCG_LOOKUP_H
#define OOMSPECT_MEMCG_LOOKUP_H

#include "oomspect/memcg.h"

/* The row that `text` stands for: a path as oomspect prints it, with or without a slash at either
 * end; the path of the directory as a shell completes it; the name of a unit, pod or container; or
 * the beginning, 4 characters at least, of a container's id. A path outranks a name, and a whole
 * name the beginning of an id. ERR_NOT_FOUND when nothing fits, ERR_SYNTAX when several do: the
 * sentence lists them. */
enum err_code memcg_lookup(
	const struct memcg_tree *tree, const char *text, int32_t *ret_row, struct err *err);

#endif
