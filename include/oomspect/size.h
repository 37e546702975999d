/* Sizes as sentences have them: "512 KiB", "16.0 MiB", "3.2 GiB", rounded to the nearest. */
#ifndef OOMSPECT_SIZE_H
#define OOMSPECT_SIZE_H

#include <stdint.h>

struct size_text {
	char text[32];
};

/* `kb` must not be negative. */
struct size_text size_of_kb(int64_t kb);

#endif
