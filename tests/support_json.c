#include "support_json.h"

#include "support.h"

#include <stdlib.h>
#include <string.h>

void written_json_begin(struct written_json *written)
{
	written->file = open_memstream(&written->text, &written->length);
	assert_non_null(written->file);
}

json_t *written_json_read(struct written_json *written)
{
	json_error_t error;
	assert_int_equal(fclose(written->file), 0);
	assert_int_equal(strlen(written->text), written->length);
	assert_ptr_equal(strchr(written->text, '\n'), written->text + written->length - 1);
	json_t *document = json_loads(written->text, JSON_REJECT_DUPLICATES, &error);
	if (!document)
		fail_msg("%s in %s", error.text, written->text);
	return document;
}

void written_json_release(struct written_json *written)
{
	free(written->text);
	*written = (struct written_json){ 0 };
}
