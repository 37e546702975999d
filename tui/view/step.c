#include "step.h"

int step_of(enum action action, int page)
{
	switch (action) {
	case ACTION_UP:
		return -1;
	case ACTION_DOWN:
		return 1;
	case ACTION_PAGE_UP:
		return -page;
	case ACTION_PAGE_DOWN:
		return page;
	case ACTION_FIRST:
		return -STEP_FAR;
	case ACTION_LAST:
		return STEP_FAR;
	default:
		return 0;
	}
}
