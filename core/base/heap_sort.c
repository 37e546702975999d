#include "oomspect/heap_sort.h"

#include <string.h>

struct heap {
	char *items;
	size_t size;
	heap_sort_before *before;
	const void *context;
};

static void *item(const struct heap *heap, size_t index)
{
	return heap->items + index * heap->size;
}

static bool is_before(const struct heap *heap, size_t a, size_t b)
{
	return heap->before(item(heap, a), item(heap, b), heap->context);
}

static void swap(const struct heap *heap, size_t a, size_t b)
{
	char kept[HEAP_SORT_ITEM_MAX];
	memcpy(kept, item(heap, a), heap->size);
	memcpy(item(heap, a), item(heap, b), heap->size);
	memcpy(item(heap, b), kept, heap->size);
}

static void sift_down(const struct heap *heap, size_t root, size_t count)
{
	for (size_t child; (child = 2 * root + 1) < count; root = child) {
		if (child + 1 < count && is_before(heap, child, child + 1))
			child++;
		if (!is_before(heap, root, child))
			return;
		swap(heap, root, child);
	}
}

void heap_sort(
	void *items, size_t count, size_t size, heap_sort_before *before, const void *context)
{
	const struct heap heap = { items, size, before, context };
	for (size_t i = count / 2; i-- > 0;)
		sift_down(&heap, i, count);
	for (size_t end = count; end-- > 1;) {
		swap(&heap, 0, end);
		sift_down(&heap, 0, end);
	}
}
