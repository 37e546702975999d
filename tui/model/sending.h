/* A signal for one or several processes: the state behind the signal dialog. What would come back,
 * who would be next without them, by the frozen snapshot. Knows no screen and no keys. */
#ifndef OOMSPECT_SENDING_H
#define OOMSPECT_SENDING_H

#include "history.h"
#include "targets.h"

#include "oomspect/outlook.h"

#define SENDING_RESULT_SIZE 1024

/* The menu: the first is chosen when it opens. */
struct signal_row {
	const char *name;
	const char *what;
	int number;
	bool ends; /* by default the process is gone after it: memory comes back */
};
extern const struct signal_row signal_rows[];
extern const size_t signal_row_count;

struct sending {
	const struct snapshot *snapshot; /* frozen while this is open */
	const struct root *root;
	bool writable;
	char why_not[128]; /* when it is not */
	struct targets targets;
	size_t chosen;         /* in signal_rows */
	struct freed frees;    /* what the end of all brings back; an estimate */
	size_t ending;         /* those whose pid namespace ends with a target */
	size_t children;       /* other living descendants, who get no signal */
	struct outlook before; /* of the host */
	struct outlook after;  /* the same without those who end */
	bool sent;
	bool asks_again; /* nothing was: `result` says what has changed meanwhile */
	bool released;   /* process_mrelease(2) was asked and did it */
	char result[SENDING_RESULT_SIZE]; /* a sentence; "" before */
};

struct sending_query {
	const struct snapshot *snapshot;
	const struct root *root;
	enum moment moment;
	const char *why_not; /* NULL: it may be sent */
};

/* Begins with SIGTERM chosen; `targets` are moved into `sending`. On failure they are released,
 * and nothing else has to be. */
enum err_code sending_open(struct sending *sending, const struct sending_query *query,
	struct targets *targets, struct err *err);
void sending_release(struct sending *sending);

void sending_choose(struct sending *sending, long row);

/* Sends the chosen signal to every target, keeps and audits what was done, and sums it up in
 * sending->result. After SIGKILL the memory is taken back at once where the kernel can. False when
 * something was refused, or when one is not what is shown of it: then nothing is sent, and the same
 * call is right after that was seen. */
bool sending_send(struct sending *sending, struct history *history, const struct audit *audit);

#endif
