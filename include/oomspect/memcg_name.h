/* The names people know memory cgroups by: systemd units, containers, Kubernetes pods; and which
 * cgroup of a tree a person means by one.
 *
 * A name is told from the path alone, by conventions of those who made the cgroup; anybody may
 * make one that looks like it. */
#ifndef OOMSPECT_MEMCG_NAME_H
#define OOMSPECT_MEMCG_NAME_H

#include "oomspect/memcg.h"

enum memcg_kind {
	MEMCG_OTHER,
	MEMCG_SLICE,
	MEMCG_SERVICE,
	MEMCG_SCOPE,
	MEMCG_DOCKER,
	MEMCG_PODMAN,
	MEMCG_CONTAINERD,
	MEMCG_CRIO,
	MEMCG_KUBEPOD, /* a pod, or a container in one whose runtime the path does not tell */
	MEMCG_LXC,
	MEMCG_KIND_COUNT,
};

/* As in the JSON member "kind". */
extern const char *const memcg_kind_names[MEMCG_KIND_COUNT];

#define MEMCG_NAME_SIZE 256 /* one component of a path */
#define MEMCG_ID_SIZE   72  /* 64 hexadecimal digits */
#define MEMCG_POD_SIZE  40  /* a UUID */

/* All NUL-terminated; raw bytes from outside. Members that do not apply are "". */
struct memcg_name {
	enum memcg_kind kind;
	char name
		[MEMCG_NAME_SIZE]; /* short: "mysql.service", "docker-0123456789ab", "pod-01234567",
	                               a last component without systemd's escapes, "/" for the top */
	char id[MEMCG_ID_SIZE];    /* of a container, whole; of a pod, its uid; of LXC, its name */
	char pod[MEMCG_POD_SIZE];  /* uid of the pod that this is, or is a container of */
	const char *qos;           /* "guaranteed", "burstable", "besteffort" of that pod, or "" */
};

/* `path` as struct memcg has it. */
void memcg_name_of(const char *path, struct memcg_name *ret);

/* The row that `text` stands for: a path as oomspect prints it, with or without a slash at either
 * end; the path of the directory as a shell completes it; the name of a unit, pod or container; or
 * the beginning, 4 characters at least, of a container's id. A path outranks a name, and a whole
 * name the beginning of an id. ERR_NOT_FOUND when nothing fits, ERR_SYNTAX when several do: the
 * sentence lists them. */
enum err_code memcg_lookup(
	const struct memcg_tree *tree, const char *text, int32_t *ret_row, struct err *err);

#endif
