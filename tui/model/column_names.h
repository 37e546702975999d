/* A list of names of columns, as an option or the settings have it. */
#ifndef OOMSPECT_COLUMN_NAMES_H
#define OOMSPECT_COLUMN_NAMES_H

#include "oomspect/err.h"

#include <stddef.h>

#define COLUMN_NAMES_MAX 64

/* The columns of a table. */
struct column_table {
	unsigned (*find)(
		const char *name, size_t length); /* by name or title; `count`: there is none */
	unsigned count;                           /* at most COLUMN_NAMES_MAX */
};

/* Finds "NAME,NAME...": `ret_count` numbers of columns in `ret_ids`, none twice. ERR_NOT_FOUND for a
 * name that no column has, ERR_SYNTAX for one that stands there twice. */
enum err_code column_names_parse(const struct column_table *table, const char *names,
	unsigned ret_ids[COLUMN_NAMES_MAX], size_t *ret_count, struct err *err);

#endif
