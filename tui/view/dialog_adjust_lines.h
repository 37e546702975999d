/* The lines of the adjust dialog, one function each. `index` is the number of a process in the
 * group, of a domain (0: the machine, 1: the cgroup), or of a line of a longer text. */
#ifndef OOMSPECT_DIALOG_ADJUST_LINES_H
#define OOMSPECT_DIALOG_ADJUST_LINES_H

#include "live.h"

/* BAD of the first process, "unk" when it cannot be killed. */
void adjust_format_bad(const struct app *app, enum adjust_stage stage, char buffer[FORMAT_SIZE]);

/* "now N new [M]" with `gap` between the two. */
void adjust_put_value(const struct adjust *adjust, struct pen *pen, const char *gap);

typedef void adjust_line(const struct app *app, struct pen *pen, int index);

adjust_line adjust_line_target, adjust_line_crowd, adjust_line_value, adjust_line_slider,
	adjust_line_threshold, adjust_line_member, adjust_line_more, adjust_line_heading,
	adjust_line_badness, adjust_line_score, adjust_line_rank, adjust_line_rank_cgroup,
	adjust_line_next, adjust_line_next_cgroup, adjust_line_freed, adjust_line_children,
	adjust_line_sharers, adjust_line_unit, adjust_line_drop_in, adjust_line_right,
	adjust_line_remark, adjust_line_refused, adjust_line_company, adjust_line_keys;

#endif
