/* Snapshots and rankings as the JSON documents of the contract (jansson values).
 *
 * Every number unknown to the core is null. Text that is not UTF-8 has U+FFFD for each bad byte,
 * and a member NAME_hex with the true bytes beside it. Nothing is printed here. */
#ifndef OOMSPECT_JSON_H
#define OOMSPECT_JSON_H

#include "oomspect/memcg_victims.h"
#include "oomspect/ranking.h"

#include <jansson.h>
#include <stddef.h>

/* How documents are written: one line, and reals in the shortest form that keeps one decimal. */
#define JSON_DOCUMENT_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

/* What a snapshot does not hold but a document names: asked for each row that is written. */
struct json_lookup {
	void *context;
	/* The name of a user, or NULL. Borrowed until the next call. */
	const char *(*user)(void *context, uid_t uid);
	/* The command line, as proc_read_cmdline. */
	ssize_t (*cmdline)(void *context, pid_t pid, char *buffer, size_t size);
};

/* Adds `bytes` (NUL-terminated, any bytes; NULL: null) to `object` as member `name`, and `name`_hex
 * if they are not UTF-8. */
void json_set_bytes(json_t *object, const char *name, const char *bytes);

/* Adds when the sample was taken: time_unix and boot_s, null where it is not known. */
void json_set_clocks(json_t *object, const struct host *host);

/* The object `host` of the documents. */
json_t *json_host(const struct host *host);

/* Documents "oomspect.list/1" and "oomspect.victim/1", owned by the caller; NULL when out of
 * memory. `rows` of `ranking` that passed the filters of list, in the order to print. */
json_t *json_list(const struct snapshot *snapshot, const struct ranking *ranking,
	const struct ranking_row *const *rows, size_t count, const struct json_lookup *lookup);
json_t *json_victim(const struct snapshot *snapshot, const struct ranking *now,
	const struct ranking *at_oom, const struct json_lookup *lookup);

/* Document "oomspect.cgroups/1" with `rows` of the snapshot's tree, in the order to print. Besides
 * the contract's members: limit_hidden, failcnt, pod, qos. */
json_t *json_cgroups(const struct snapshot *snapshot, const struct memcg_victims *victims,
	const int32_t *rows, size_t count);

#endif
