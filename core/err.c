#include "oomspect/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum err_code err_set(struct err *err, enum err_code code, const char *format, ...)
{
	if (err) {
		va_list args;
		va_start(args, format);
		err->code = code;
		err->sys_errno = 0;
		vsnprintf(err->text, sizeof(err->text), format, args);
		va_end(args);
	}
	return code;
}

enum err_code err_set_errno(struct err *err, int sys_errno, const char *format, ...)
{
	if (err) {
		va_list args;
		va_start(args, format);
		err->code = err_code_of(sys_errno);
		err->sys_errno = sys_errno;
		vsnprintf(err->text, sizeof(err->text), format, args);
		va_end(args);
		size_t used = strlen(err->text);
		snprintf(err->text + used, sizeof(err->text) - used, ": %s", strerror(sys_errno));
	}
	return err_code_of(sys_errno);
}

enum err_code err_code_of(int sys_errno)
{
	switch (sys_errno) {
	case 0:
		return ERR_OK;
	case ENOMEM:
		return ERR_NO_MEMORY;
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	case ESRCH:
	case ENODEV:
		return ERR_GONE;
	case EFBIG:
	case E2BIG:
		return ERR_TOO_BIG;
	case ERANGE:
	case EOVERFLOW:
		return ERR_RANGE;
	case ENOSYS:
	case EOPNOTSUPP:
		return ERR_UNSUPPORTED;
	default:
		return ERR_IO;
	}
}
