#include "support_members.h"

#include "support.h"

#include <string.h>

static char type_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return 'o';
	case JSON_ARRAY:
		return 'a';
	case JSON_STRING:
		return 's';
	case JSON_INTEGER:
	case JSON_REAL:
		return 'n';
	case JSON_NULL:
		return '0';
	default:
		return 'b';
	}
}

void members_check(const json_t *object, const struct member *members, size_t count)
{
	assert_true(json_is_object(object));
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_object_get(object, members[i].name);
		if (!value || !strchr(members[i].types, type_of(value)))
			fail_msg("member '%s' is missing or of a wrong type", members[i].name);
	}
}
