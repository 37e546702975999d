/* Arrays, and the one place of the program that makes one larger.
 *
 * An array that grows is a pointer to its elements and how many it has room for, side by side in the struct
 * that owns it and frees the elements. */
#ifndef OOMSPECT_ARRAY_H
#define OOMSPECT_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/* How many elements an array has that is no pointer. */
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Makes room for `count` elements, and a quarter more: counts of processes and cgroups wander, and
 * growth has to stop. False if out of memory; the array is then what it was. `items` is the pointer,
 * `capacity` a size_t; both are changed. */
#define ARRAY_RESERVE(items, capacity, count) \
	array_reserve(&(items), sizeof(*(items)), &(capacity), (count))

/* For an array that shares its capacity with one that is asked for behind it: leaves it alone. */
#define ARRAY_RESERVE_TOO(items, capacity, count) \
	array_reserve_too(&(items), sizeof(*(items)), (capacity), (count))

/* The same, where `items` is the address of the pointer and an element has `size` bytes. */
bool array_reserve(void *items, size_t size, size_t *capacity, size_t count);
bool array_reserve_too(void *items, size_t size, size_t capacity, size_t count);

#endif
