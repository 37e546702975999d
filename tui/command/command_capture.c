#include "command.h"

#include "oomspect/capture.h"

#include <stdio.h>

int command_capture(const struct options *options, struct err *err)
{
	struct root root;
	struct capture_result result = { 0 };
	if (options->operand_count == 0) {
		err_set(err, ERR_SYNTAX, "capture: needs a directory");
		return STATUS_USAGE;
	}
	if (root_open(&root, options->root, err) != ERR_OK)
		return STATUS_FAILED;
	enum err_code code = capture_write(&root, options->operands[0], &result, err);
	root_release(&root);
	if (code != ERR_OK)
		return STATUS_FAILED;
	printf("%zu processes, %zu memory cgroups, %zu files\n", result.processes, result.cgroups,
		result.files);
	return 0;
}
