/* Inside of logline: what people put around a whole line when they keep it in a program, a test or a
 * forum: a string literal with its comma, a markup tag, a remark behind it.
 *
 * Pure; knows no message. What is inside of a line is never touched. */
#ifndef OOMSPECT_LOGQUOTE_H
#define OOMSPECT_LOGQUOTE_H

#include "oomspect/text.h"

/* `line`, which ends in no blank, without all that. */
struct text logquote_inside(struct text line);

#endif
