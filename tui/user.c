#include "user.h"

#include "oomspect/proc.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSWD_MAX (1 << 20)

enum err_code users_init(struct users *users, const struct root *root, struct err *err)
{
	*users = (struct users){ .live = root->live };
	if (root->live)
		return ERR_OK;
	char *passwd = malloc(PASSWD_MAX);
	if (!passwd)
		return err_set(err, ERR_NO_MEMORY, "no memory for the names of users");
	ssize_t length = root_read(root, "etc/passwd", passwd, PASSWD_MAX);
	if (length < 0) {
		free(passwd);
		return ERR_OK;
	}
	users->passwd = passwd;
	return ERR_OK;
}

void users_release(struct users *users)
{
	free(users->passwd);
	users->passwd = NULL;
}

/* One line of passwd(5): name, password, uid. */
static bool next_entry(struct text *rest, struct text *ret_name, uid_t *ret_uid)
{
	struct text line, password, uid;
	uint64_t number;
	while (text_next_line(rest, &line)) {
		if (text_split(&line, ':', ret_name) && text_split(&line, ':', &password) &&
			text_split(&line, ':', &uid) && text_to_u64(uid, &number) &&
			number < UID_UNKNOWN) {
			*ret_uid = (uid_t)number;
			return true;
		}
	}
	return false;
}

static bool look_up(const struct users *users, uid_t uid, char *ret, size_t size)
{
	if (users->live) {
		const struct passwd *entry = getpwuid(uid);
		if (entry)
			text_copy(text_of(entry->pw_name), ret, size);
		return entry != NULL;
	}
	struct text rest = text_of(users->passwd ? users->passwd : ""), name;
	uid_t found;
	while (next_entry(&rest, &name, &found)) {
		if (found == uid) {
			text_copy(name, ret, size);
			return true;
		}
	}
	return false;
}

const char *users_name(struct users *users, uid_t uid)
{
	struct user_slot *slot = &users->slots[uid % USER_SLOTS];
	if (uid == UID_UNKNOWN)
		return "-";
	if (!slot->taken || slot->uid != uid) {
		slot->taken = true;
		slot->uid = uid;
		if (!look_up(users, uid, slot->name, sizeof(slot->name)))
			snprintf(slot->name, sizeof(slot->name), "%u", (unsigned)uid);
	}
	return slot->name;
}

enum err_code users_find(const struct users *users, const char *name, uid_t *ret, struct err *err)
{
	uint64_t number;
	struct text rest = text_of(users->passwd ? users->passwd : ""), entry;
	uid_t uid;
	const struct passwd *known = users->live ? getpwnam(name) : NULL;
	if (known) {
		*ret = known->pw_uid;
		return ERR_OK;
	}
	while (next_entry(&rest, &entry, &uid)) {
		if (text_equals(entry, name)) {
			*ret = uid;
			return ERR_OK;
		}
	}
	if (text_to_u64(text_of(name), &number) && number < UID_UNKNOWN) {
		*ret = (uid_t)number;
		return ERR_OK;
	}
	return err_set(err, ERR_NOT_FOUND, "user '%s': no such user", name);
}
