/* The lines of the adjust dialog on a screen that is too narrow for before and after side by side:
 * shorter labels, each with its value. `index` as in dialog_adjust_lines.h. */
#ifndef OOMSPECT_DIALOG_ADJUST_NARROW_H
#define OOMSPECT_DIALOG_ADJUST_NARROW_H

#include "dialog_adjust_lines.h"

adjust_line narrow_line_target, narrow_line_crowd, narrow_line_value, narrow_line_threshold,
	narrow_line_member, narrow_line_badness, narrow_line_rank, narrow_line_next,
	narrow_line_then, narrow_line_company, narrow_line_freed, narrow_line_children,
	narrow_line_sharers, narrow_line_unit, narrow_line_right, narrow_line_keys;

#endif
