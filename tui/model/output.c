#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void output_guard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH | O_DIRECTORY) < 0)
			return; /* no descriptor to be had: nothing else gets one either */
}

enum err_code output_flush(FILE *out, struct err *err)
{
	errno = 0;
	if (fflush(out) == 0 && !ferror(out))
		return ERR_OK;
	return err_set_errno(err, errno ? errno : EIO, "cannot write to standard output");
}
