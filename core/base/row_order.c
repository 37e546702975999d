#include "oomspect/row_order.h"

#include "oomspect/array.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void row_order_init(struct row_order *order)
{
	*order = (struct row_order){ .capacity = 0 };
}

void row_order_release(struct row_order *order)
{
	free(order->keys);
	free(order->spare);
	row_order_init(order);
}

enum err_code row_order_reserve(struct row_order *order, size_t count, struct err *err)
{
	if (ARRAY_RESERVE_TOO(order->keys, order->capacity, count) &&
		ARRAY_RESERVE(order->spare, order->capacity, count))
		return ERR_OK;
	return err_set(err, ERR_NO_MEMORY, "cannot order %zu rows: out of memory", count);
}

static bool is_after(const struct row_key *a, const struct row_key *b)
{
	return a->first != b->first ? a->first > b->first : a->second > b->second;
}

/* Merges keys [begin, middle) and [middle, end). Where they are in order already, as most are from
 * one refresh to the next, that is one comparison. */
static void merge(struct row_order *order, size_t begin, size_t middle, size_t end)
{
	struct row_key *keys = order->keys, *left = order->spare;
	size_t at = begin, right = middle, count = middle - begin;
	if (!is_after(&keys[middle - 1], &keys[middle]))
		return;
	memcpy(left, &keys[begin], count * sizeof(*left));
	for (size_t i = 0; i < count;) {
		bool from_right = right < end && is_after(&left[i], &keys[right]);
		keys[at++] = from_right ? keys[right++] : left[i++];
	}
}

/* A merge sort: qsort(3) may allocate, and is not stable. */
static void sort_keys(struct row_order *order, size_t count)
{
	for (size_t width = 1; width < count; width *= 2)
		for (size_t begin = 0; begin + width < count; begin += 2 * width)
			merge(order, begin, begin + width,
				begin + 2 * width < count ? begin + 2 * width : count);
}

/* Moves each row to its place, one round of exchanges after the other. */
static void move_rows(const struct row_order *order, char *rows, size_t count, size_t size)
{
	char held[ROW_ORDER_SIZE_MAX];
	struct row_key *keys = order->keys;
	for (size_t start = 0; start < count; start++) {
		size_t to = start, from = keys[to].item;
		if (from == start)
			continue;
		memcpy(held, rows + start * size, size);
		for (; from != start; to = from, from = keys[to].item) {
			memcpy(rows + to * size, rows + from * size, size);
			keys[to].item = (uint32_t)to;
		}
		memcpy(rows + to * size, held, size);
		keys[to].item = (uint32_t)to;
	}
}

void row_order_apply(struct row_order *order, void *rows, size_t count, size_t size)
{
	for (size_t i = 0; i < count; i++)
		order->keys[i].item = (uint32_t)i;
	sort_keys(order, count);
	move_rows(order, rows, count, size);
}
