#include "oomspect/memtext.h"

#include <stdlib.h>

bool memtext_open(struct memtext *memtext)
{
	*memtext = (struct memtext){ .file = NULL };
	memtext->file = open_memstream(&memtext->text, &memtext->length);
	return memtext->file != NULL;
}

bool memtext_close(struct memtext *memtext)
{
	bool written = !ferror(memtext->file);
	written = fclose(memtext->file) == 0 && written && memtext->text;
	memtext->file = NULL;
	if (!written)
		memtext_release(memtext);
	return written;
}

void memtext_release(struct memtext *memtext)
{
	if (memtext->file)
		fclose(memtext->file);
	free(memtext->text);
	*memtext = (struct memtext){ .file = NULL };
}
