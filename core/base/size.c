#include "oomspect/size.h"

#include "oomspect/array.h"

#include <inttypes.h>
#include <stdio.h>

struct size_text size_of_kb(int64_t kb)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	enum { LAST = ARRAY_SIZE(units) - 1 };
	struct size_text size;
	int64_t whole = kb, rest = 0;
	int unit = 0;
	/* 1023.96 MiB would be printed as 1024.0. */
	for (; unit < LAST && (whole >= 1024 || (whole == 1023 && rest * 20 >= 1024 * 19));
		unit++) {
		rest = whole % 1024;
		whole /= 1024;
	}
	int64_t tenths = (rest * 10 + 512) / 1024;
	if (unit == 0)
		snprintf(size.text, sizeof(size.text), "%" PRId64 " KiB", kb);
	else
		snprintf(size.text, sizeof(size.text), "%" PRId64 ".%" PRId64 " %s",
			whole + tenths / 10, tenths % 10, units[unit]);
	return size;
}
