/* A set of numbers: processes by pid, cgroups by inode. Allocates only when it grows. */
#ifndef OOMSPECT_NUMBER_SET_H
#define OOMSPECT_NUMBER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number_set {
	uint64_t *numbers; /* ascending */
	size_t count, capacity;
};

void number_set_init(struct number_set *set);
void number_set_release(struct number_set *set);

bool number_set_has(const struct number_set *set, uint64_t number);

/* False when there is no memory: the set is as it was. */
bool number_set_add(struct number_set *set, uint64_t number);
void number_set_remove(struct number_set *set, uint64_t number);
void number_set_clear(struct number_set *set);

#endif
