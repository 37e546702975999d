#include "oomspect/err.h"

#include "oomspect/line.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* The reason is kept, however long the name before it is. */
__attribute__((format(__printf__, 3, 0))) static void fill(
	struct err *err, int sys_errno, const char *format, va_list args)
{
	const char *reason = sys_errno ? strerror(sys_errno) : "";
	size_t kept = sys_errno ? strlen(reason) + sizeof(": ") - 1 : 0;
	struct line line = line_begin(err->text, sizeof(err->text) - kept);
	err->sys_errno = sys_errno;
	line_add_args(&line, format, args);
	line = line_continue(err->text, sizeof(err->text));
	if (sys_errno)
		line_add(&line, ": %s", reason);
}

enum err_code err_set(struct err *err, enum err_code code, const char *format, ...)
{
	if (err) {
		va_list args;
		va_start(args, format);
		err->code = code;
		fill(err, 0, format, args);
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
		fill(err, sys_errno, format, args);
		va_end(args);
	}
	return err_code_of(sys_errno);
}

bool err_is_shortage(enum err_code code)
{
	return code == ERR_NO_MEMORY || code == ERR_NO_DESCRIPTOR;
}

enum err_code err_code_of(int sys_errno)
{
	switch (sys_errno) {
	case 0:
		return ERR_OK;
	case ENOMEM:
		return ERR_NO_MEMORY;
	case EMFILE:
	case ENFILE:
		return ERR_NO_DESCRIPTOR;
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
