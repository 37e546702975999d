#include "doubts.h"

#include "oomspect/explain.h"

#include <stdio.h>

void doubts_print(unsigned uncertain)
{
	for (enum uncertainty i = 0; i < UNCERTAIN_COUNT; i++)
		if (uncertain >> i & 1)
			fprintf(stderr, "oomspect: uncertain: %s\n", explain_uncertainty(i));
}
