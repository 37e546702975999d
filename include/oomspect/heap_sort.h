/* Sorts in place without memory of its own: qsort(3) of the C library may allocate, and that is not
 * for a refresh. Not stable: `before` must be a total order. */
#ifndef OOMSPECT_HEAP_SORT_H
#define OOMSPECT_HEAP_SORT_H

#include <stdbool.h>
#include <stddef.h>

#define HEAP_SORT_ITEM_MAX 64 /* bytes of an item */

typedef bool heap_sort_before(const void *a, const void *b, const void *context);

void heap_sort(
	void *items, size_t count, size_t size, heap_sort_before *before, const void *context);

#endif
