#include "owners.h"

void owners_add(struct owners *owners, const struct task *task)
{
	for (size_t i = 0; i < owners->count; i++) {
		struct owner *owner = &owners->rows[i];
		if (owner->uid == task->uid && owner->real_uid == task->real_uid) {
			owner->count++;
			return;
		}
	}
	if (owners->count == OWNERS_KEPT)
		owners->others++;
	else
		owners->rows[owners->count++] = (struct owner){ task->uid, task->real_uid, 1 };
}

bool owners_are_several(const struct owners *owners)
{
	return owners->count > 1;
}

void owners_put(struct line *line, uid_t uid, uid_t real_uid, owner_name *name, void *context)
{
	line_add(line, "%s", name(context, uid));
	if (real_uid != uid)
		line_add(line, " for %s", name(context, real_uid));
}

void owners_describe(
	const struct owners *owners, struct line *line, owner_name *name, void *context)
{
	for (size_t i = 0; i < owners->count; i++) {
		const struct owner *owner = &owners->rows[i];
		line_add(line, "%s", i ? ", " : "");
		owners_put(line, owner->uid, owner->real_uid, name, context);
		line_add(line, " (%zu)", owner->count);
	}
	if (owners->others)
		line_add(line, ", others (%zu)", owners->others);
}
