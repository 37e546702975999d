/* Documents that the program writes, read back. */
#ifndef TESTS_SUPPORT_JSON_H
#define TESTS_SUPPORT_JSON_H

#include <jansson.h>
#include <stdio.h>

struct written_json {
	FILE *file; /* what is written goes here */
	char *text; /* owned; all of it after written_json_read */
	size_t length;
};

void written_json_begin(struct written_json *written);

/* Closes the file and reads what is in it: one document on one line, no member twice. */
json_t *written_json_read(struct written_json *written);
void written_json_release(struct written_json *written);

#endif
