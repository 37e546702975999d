#include "oomspect/array.h"

#include <stdlib.h>
#include <string.h>

bool array_reserve(void *items, size_t size, size_t *capacity, size_t count)
{
	size_t wanted = count + count / 4 + 16;
	void *now, *bigger;
	if (count <= *capacity)
		return true;
	memcpy(&now, items,
		sizeof(now)); /* a pointer of any type, which C lets nobody cast to void ** */
	bigger = wanted > count ? reallocarray(now, wanted, size) : NULL;
	if (!bigger)
		return false;
	memcpy(items, &bigger, sizeof(bigger));
	*capacity = wanted;
	return true;
}

bool array_reserve_too(void *items, size_t size, size_t capacity, size_t count)
{
	return array_reserve(items, size, &capacity, count);
}
