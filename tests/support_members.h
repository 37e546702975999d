/* The members that an object of JSON must have, as a table. */
#ifndef TESTS_SUPPORT_MEMBERS_H
#define TESTS_SUPPORT_MEMBERS_H

#include <jansson.h>
#include <stddef.h>

/* Types: n number, s string, a array, o object, b true or false; 0 behind it: null is allowed. */
struct member {
	const char *name;
	const char *types;
};

/* Fails, naming the member, unless the object has each one and of such a type. */
void members_check(const json_t *object, const struct member *members, size_t count);

#define assert_members(object, members) members_check(object, members, ARRAY_SIZE(members))

#endif
