/* The question "what if these processes had that oom_score_adj?", and its answer written.
 *
 * The state behind the adjust dialog: whom it is for, the value as it is typed, what the machine
 * would look like then by the frozen snapshot. Knows no screen and no keys. */
#ifndef OOMSPECT_ADJUST_H
#define OOMSPECT_ADJUST_H

#include "history.h"
#include "targets.h"

#include "oomspect/explain.h"
#include "oomspect/unit.h"

#define ADJUST_TEXT_SIZE   8
#define ADJUST_RESULT_SIZE 1024

enum adjust_stage { ADJUST_BEFORE, ADJUST_AFTER, ADJUST_STAGES };

/* One OOM domain, as it is and as it would be. */
struct adjust_domain {
	bool there; /* false: the outlooks mean nothing */
	struct domain domain;
	struct outlook outlooks[ADJUST_STAGES];
};

struct adjust {
	const struct snapshot *snapshot; /* frozen while this is open */
	const struct root *root;
	bool writable;
	bool sys_resource; /* CAP_SYS_RESOURCE is there */
	char why_not[128]; /* when it is not writable */

	struct targets targets;
	size_t named;       /* how many were pointed at; their descendants stand behind them */
	size_t descendants; /* living ones of those named */
	size_t sharers; /* other processes whose mm is a target's: the kernel writes it to them */
	bool with_descendants;
	struct unit unit; /* of the first; no name: none */
	bool first_known; /* the value the first had before oomspect changed it */
	int first_value;

	char text[ADJUST_TEXT_SIZE]; /* the value as typed */
	bool untouched;              /* the next digit begins a new value */
	int value;                   /* the last valid one, which the outlooks are for */
	struct err invalid;          /* why `text` is no value; ERR_OK: it is */
	const char *note;            /* a remark on the value, or NULL */

	enum moment moment; /* of all outlooks */
	struct adjust_domain host;
	struct adjust_domain
		cgroup; /* of the limit that binds the first one, or else its own cgroup */
	bool cgroup_limited;
	struct ranking_edit
		*known; /* targets whose value has changed since the sample: by us, mostly */
	struct ranking_edit *edits; /* one for each process that would get the value */
	size_t known_count, edit_count;

	bool written;                    /* Enter was pressed: the result is there */
	bool asks_again;                 /* nothing was: `result` says what has changed meanwhile */
	char result[ADJUST_RESULT_SIZE]; /* a sentence; "" before */
};

struct adjust_query {
	const struct snapshot *snapshot;
	const struct root *root;
	const struct action_rights *rights;
	const struct history *history;
	enum moment moment;
	const char *why_not; /* NULL: it may be written */
};

/* Begins with the value of the first of `targets`, which are moved into `adjust`. On failure they
 * are released, and nothing else has to be. */
enum err_code adjust_open(struct adjust *adjust, const struct adjust_query *query,
	struct targets *targets, struct err *err);
void adjust_release(struct adjust *adjust);

/* Changes the value: to a number (brought into its limits), by a step, by what is typed. */
void adjust_set(struct adjust *adjust, int value);
void adjust_step(struct adjust *adjust, int by);
void adjust_type(struct adjust *adjust, char ch);
void adjust_erase(struct adjust *adjust, bool all);

/* Takes the living descendants in, or lets go of them. ERR_NO_MEMORY leaves them out. */
enum err_code adjust_toggle_descendants(struct adjust *adjust, struct err *err);

/* The value from which on the first one is, or is not, the next victim of the host. */
enum threshold_kind adjust_threshold(const struct adjust *adjust, int *ret_adj);

/* Whether a group was written and nothing is asked since: there is nothing left but to close. */
bool adjust_is_over(const struct adjust *adjust);

/* Whether the targets have different values at this moment. */
bool adjust_is_mixed(const struct adjust *adjust);

/* The row of the first target in one domain; NULL when it is not there. */
const struct ranking_row *adjust_row(
	const struct adjust *adjust, const struct adjust_domain *domain, enum adjust_stage stage);

/* Whether another process, or none, would be the next victim. */
bool adjust_changes_victim(const struct adjust_domain *domain);

/* Writes the value to every target, keeps and audits what was done, and sums it up in
 * adjust->result. False when something was refused, or when one is not what is shown of it: then
 * nothing is written, and the same call is right after that was seen. */
bool adjust_write(struct adjust *adjust, struct history *history, const struct audit *audit);

#endif
