/* Snapshots and rankings as the JSON documents of the contract, each written to a stream as it is
 * made, a row at a time: the documents take no memory, however many rows they have.
 *
 * Every number unknown to the core is null; for text see json_out.h. Whether the stream took it all
 * is for the caller to ask (ferror). */
#ifndef OOMSPECT_JSON_H
#define OOMSPECT_JSON_H

#include "oomspect/json_out.h"
#include "oomspect/memcg_victims.h"
#include "oomspect/ranking.h"

#include <stddef.h>

/* What a snapshot does not hold but a document names: asked for each row that is written. */
struct json_lookup {
	void *context;
	/* The name of a user, or NULL. Borrowed until the next call. */
	const char *(*user)(void *context, uid_t uid);
	/* The command line, as proc_read_cmdline. */
	ssize_t (*cmdline)(void *context, pid_t pid, char *buffer, size_t size);
};

/* Members of several documents: when the sample was taken (time_unix and boot_s), and `host`. */
void json_put_clocks(struct json_out *out, const struct host *host);
void json_put_host(struct json_out *out, const struct host *host);

/* Documents "oomspect.list/1" and "oomspect.victim/1". `rows` of `ranking` that passed the filters
 * of list, in the order to print. */
void json_list(FILE *file, const struct snapshot *snapshot, const struct ranking *ranking,
	const struct ranking_row *const *rows, size_t count, const struct json_lookup *lookup);
void json_victim(FILE *file, const struct snapshot *snapshot, const struct ranking *now,
	const struct ranking *at_oom, const struct json_lookup *lookup);

/* Document "oomspect.cgroups/1" with `rows` of the snapshot's tree, in the order to print. Besides
 * the contract's members: limit_hidden, failcnt, pod, qos. */
void json_cgroups(FILE *file, const struct snapshot *snapshot, const struct memcg_victims *victims,
	const int32_t *rows, size_t count);

#endif
