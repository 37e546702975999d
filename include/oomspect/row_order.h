/* Puts rows into an order that numbers decide, thousands of them within a refresh: the numbers are
 * sorted, the rows then moved once. Allocates in row_order_reserve only. */
#ifndef OOMSPECT_ROW_ORDER_H
#define OOMSPECT_ROW_ORDER_H

#include "oomspect/err.h"

#include <stddef.h>
#include <stdint.h>

#define ROW_ORDER_SIZE_MAX 128 /* bytes of a row */

/* What a row is ordered by. Those whose numbers are equal keep their order. */
struct row_key {
	uint64_t first; /* the smallest stands first */
	uint32_t second;
	uint32_t item; /* the row's place before; set by row_order_apply */
};

struct row_order {
	struct row_key *keys; /* for the caller to fill, one for each row */
	struct row_key *spare;
	size_t capacity;
};

void row_order_init(struct row_order *order);
void row_order_release(struct row_order *order);

/* Makes room for `count` rows. ERR_NO_MEMORY leaves it as it was. */
enum err_code row_order_reserve(struct row_order *order, size_t count, struct err *err);

/* Orders the `count` rows of `size` bytes each by their keys, which are used up. */
void row_order_apply(struct row_order *order, void *rows, size_t count, size_t size);

#endif
