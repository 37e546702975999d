/* Names of users: of this machine as the system knows them, of a captured one by its etc/passwd. */
#ifndef OOMSPECT_USER_H
#define OOMSPECT_USER_H

#include "oomspect/root.h"

#define USER_NAME_SIZE 33
#define USER_SLOTS     256

struct user_slot {
	bool taken;
	uid_t uid;
	char name[USER_NAME_SIZE];
};

struct users {
	bool live;
	char *passwd;                       /* of a captured root; NULL when it has none */
	struct user_slot slots[USER_SLOTS]; /* the last ones asked for */
};

/* Reads the passwd file of a root that is not live. Without one, users are numbers. */
enum err_code users_init(struct users *users, const struct root *root, struct err *err);
void users_release(struct users *users);

/* The name of `uid`, its number when it has none, "-" for UID_UNKNOWN. Borrowed until the next
 * call. */
const char *users_name(struct users *users, uid_t uid);

/* The user called `name`, or with that number. ERR_NOT_FOUND. */
enum err_code users_find(const struct users *users, const char *name, uid_t *ret, struct err *err);

#endif
