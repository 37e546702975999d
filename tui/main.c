#include "command_events.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct events_options options;
	struct err err;
	if (argc < 2 || strcmp(argv[1], "events") != 0) {
		fprintf(stderr, "oomspect: usage: oomspect events [--follow] [--json] [--boot N] [FILE ...]\n");
		return 2;
	}
	if (command_events_parse(argc - 2, argv + 2, &options, &err) != ERR_OK) {
		fprintf(stderr, "oomspect: %s\n", err.text);
		return 2;
	}
	return command_events(&options);
}
