#include "support_golden.h"

#include "support.h"
#include "support_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Of a whole screen cmocka shows only the beginning: the first line that differs says more. */
static void assert_same_lines(const char *got, const char *expected)
{
	int line = 1;
	while (*got && *got == *expected) {
		size_t length = strcspn(got, "\n");
		if (length != strcspn(expected, "\n") || strncmp(got, expected, length) != 0)
			break;
		got += length + (got[length] == '\n');
		expected += length + (expected[length] == '\n');
		line++;
	}
	if (strcmp(got, expected) != 0)
		fail_msg("line %d is \"%.*s\", not \"%.*s\"", line, (int)strcspn(got, "\n"), got,
			(int)strcspn(expected, "\n"), expected);
}

void golden_compare(const char *text, const char *name)
{
	char path[128];
	snprintf(path, sizeof(path), "tests/screens/%s.txt", name);
	if (getenv("UPDATE_SCREENS"))
		write_file(path, text);
	char *expected = file_text(path);
	assert_same_lines(text, expected);
	free(expected);
}
