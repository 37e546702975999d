#include "oomspect/line.h"

#include "oomspect/utf8.h"

#include <stdio.h>
#include <string.h>

struct line line_begin(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct line){ .at = buffer, .size = size };
}

struct line line_continue(char *buffer, size_t size)
{
	return (struct line){ .at = buffer, .size = size, .used = strnlen(buffer, size - 1) };
}

void line_add(struct line *line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	line_add_args(line, format, args);
	va_end(args);
}

void line_add_args(struct line *line, const char *format, va_list args)
{
	size_t room = line->size - line->used;
	if (line->cut)
		return;
	int length = vsnprintf(line->at + line->used, room, format, args);
	line->cut = length < 0 || (size_t)length >= room;
	if (!line->cut)
		line->used += (size_t)length;
	else if (length >= 0)
		line->used += utf8_whole(line->at + line->used, room - 1);
	line->at[line->used] = '\0';
}
