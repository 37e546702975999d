#include "column_names.h"

#include <stdint.h>
#include <string.h>

enum err_code column_names_parse(const struct column_table *table, const char *names,
	unsigned ret_ids[COLUMN_NAMES_MAX], size_t *ret_count, struct err *err)
{
	uint64_t seen = 0;
	*ret_count = 0;
	for (;; names++) {
		int length = (int)strcspn(names, ",");
		unsigned id = table->find(names, (size_t)length);
		if (id == table->count)
			return err_set(err, ERR_NOT_FOUND,
				"column '%.*s': no such column, --list-columns names them", length,
				names);
		if (seen >> id & 1)
			return err_set(
				err, ERR_SYNTAX, "column '%.*s': named twice", length, names);
		seen |= UINT64_C(1) << id;
		ret_ids[(*ret_count)++] = id;
		names += length;
		if (!*names)
			return ERR_OK;
	}
}
