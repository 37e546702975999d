/* Snapshots and rankings as the JSON documents of the contract, each written to a stream as it is
 * made, a row at a time: the documents take no memory, however many rows they have.
 *
 * Every number unknown to the core is null; for text see json_out.h. Whether the stream took it all
 * is for the caller to ask (ferror). */
#ifndef OOMSPECT_JSON_H
#define OOMSPECT_JSON_H

#include "oomspect/json_out.h"
#include "oomspect/memcg_victims.h"

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

/* The member `uncertain`: the names of what is in `bits` (enum uncertainty). */
void json_put_uncertain(struct json_out *out, unsigned bits);

/* Documents "oomspect.list/2" and "oomspect.victim/2". `rows` of `outlook` that passed the filters
 * of list, in the order to print; `other` is the outlook of the same domain at the other moment. */
void json_list(FILE *file, const struct outlook *outlook, const struct ranking_row *const *rows,
	size_t count, const struct json_lookup *lookup);
void json_victim(FILE *file, const struct outlook *outlook, const struct outlook *other,
	const struct json_lookup *lookup);

/* Document "oomspect.cgroups/2" with `rows` of the snapshot's tree, in the order to print. Besides
 * the contract's members: limit_hidden, failcnt, pod, qos, and `uncertain` of
 * each row; that of the document is of all of them. */
void json_cgroups(FILE *file, const struct snapshot *snapshot, const struct memcg_victims *victims,
	const int32_t *rows, size_t count);

#endif
