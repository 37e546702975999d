/* Names of users and groups.
 *
 * Those of the root's own etc/passwd and etc/group are read once. Of a live machine the others are
 * asked of getent(1), which goes wherever nsswitch.conf(5) sends it: a directory on the network may
 * take its time, or never answer. It is a process of its own, without a copy of our memory, and has
 * a time limit; nothing here waits for it but names_settle and names_find. Until a name is there
 * its number stands for it. */
#ifndef OOMSPECT_NAMES_H
#define OOMSPECT_NAMES_H

#include "oomspect/root.h"

#define NAME_SIZE         33
#define NAMES_LIMIT_MS    5000 /* for an answer */
#define NAMES_AT_ONCE     64   /* asked of one getent */
#define NAMES_ANSWER_SIZE 8192

enum names_kind { NAMES_USERS, NAMES_GROUPS, NAMES_KINDS };

enum name_state { NAME_FREE, NAME_WANTED, NAME_ASKED, NAME_SILENT, NAME_NONE, NAME_KNOWN };

struct name {
	enum name_state state;
	uint32_t id;
	char text[NAME_SIZE];
};

/* A hash table by id. */
struct name_table {
	struct name *rows;
	size_t capacity, count; /* a power of two; 0: not made yet */
	size_t wanted;
	bool no_memory; /* a row could not be made */
};

/* What getent is asked now. */
struct names_question {
	pid_t pid;      /* of getent; 0: nothing is asked */
	int fd;         /* of its answer; -1 when nothing more comes */
	bool user;      /* the one that is sought, not ids of `kind` */
	bool concluded; /* what became of it is told, though the process may not have ended */
	enum names_kind kind;
	int64_t since_ms;
	char answer[NAMES_ANSWER_SIZE]; /* the line that is not whole yet */
	size_t length;
};

/* A user by name. */
struct names_sought {
	enum { SOUGHT_NOBODY, SOUGHT_WAITING, SOUGHT_ASKED, SOUGHT_FOUND, SOUGHT_FAILED } state;
	char name[256];
	uid_t uid;
	struct err why;
};

struct names {
	const struct root *root;
	struct name_table tables[NAMES_KINDS];
	struct names_question question;
	struct names_sought sought;
	char number[NAME_SIZE]; /* of an id that no row is made for */
	int64_t retry_ms; /* when those whose question was given up are asked again; 0: none was */
};

/* Reads the files of `root`, which must outlive it; without them all are numbers. ERR_NO_MEMORY. */
enum err_code names_init(struct names *names, const struct root *root, struct err *err);
void names_release(struct names *names);

/* The name of a user or group; its number while there is none, "-" for UID_UNKNOWN. Borrowed until
 * the next call. */
const char *names_user(struct names *names, uid_t uid);
const char *names_group(struct names *names, gid_t gid);

/* Begins to look for the user called `name`, or with that number. */
void names_seek(struct names *names, const char *name);

/* Whether the answer is there. Then `err` says it: ERR_OK with `*ret` set; ERR_NOT_FOUND; ERR_IO
 * when nobody answered. */
bool names_sought(const struct names *names, uid_t *ret, struct err *err);

/* Asks for what was wanted since, unless a question is out; gives up one that is out for too long.
 * `now_ms`: any steady clock. True when there is something new to show. */
bool names_tend(struct names *names, int64_t now_ms);

/* Becomes readable with an answer; -1: nothing is asked. */
int names_fd(const struct names *names);

/* How long until names_tend has something to do, if no answer comes; -1: nothing. */
int names_due_ms(const struct names *names, int64_t now_ms);

/* Takes what there is of an answer. True when there is something new to show. */
bool names_hear(struct names *names);

/* Waits for everything that is wanted, for so long at most. */
void names_settle(struct names *names, int limit_ms);

/* Seeks a user and waits for the answer. As names_sought. */
enum err_code names_find(struct names *names, const char *name, uid_t *ret, struct err *err);

/* Those who have no name are asked for again. */
void names_forget(struct names *names);

#endif
