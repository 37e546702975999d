#include "number_set.h"

#include <stdlib.h>
#include <string.h>

void number_set_init(struct number_set *set)
{
	*set = (struct number_set){ 0 };
}

void number_set_release(struct number_set *set)
{
	free(set->numbers);
	number_set_init(set);
}

/* The place of the first one that is not smaller. */
static size_t place_of(const struct number_set *set, uint64_t number)
{
	size_t low = 0, high = set->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (set->numbers[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool number_set_has(const struct number_set *set, uint64_t number)
{
	size_t place = place_of(set, number);
	return place < set->count && set->numbers[place] == number;
}

bool number_set_add(struct number_set *set, uint64_t number)
{
	size_t place = place_of(set, number);
	if (number_set_has(set, number))
		return true;
	if (set->count == set->capacity) {
		size_t capacity = set->capacity * 2 + 64;
		uint64_t *numbers = reallocarray(set->numbers, capacity, sizeof(*numbers));
		if (!numbers)
			return false;
		set->numbers = numbers;
		set->capacity = capacity;
	}
	memmove(set->numbers + place + 1, set->numbers + place,
		(set->count - place) * sizeof(*set->numbers));
	set->numbers[place] = number;
	set->count++;
	return true;
}

void number_set_remove(struct number_set *set, uint64_t number)
{
	size_t place = place_of(set, number);
	if (!number_set_has(set, number))
		return;
	set->count--;
	memmove(set->numbers + place, set->numbers + place + 1,
		(set->count - place) * sizeof(*set->numbers));
}

void number_set_clear(struct number_set *set)
{
	set->count = 0;
}
