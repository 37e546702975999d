#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum err_code audit_open(struct audit *audit, const char *path, struct err *err)
{
	struct stat status;
	audit->fd = -1;
	if (!path)
		return ERR_OK;
	int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (fd < 0)
		return err_set_errno(err, errno, "cannot open the audit file '%s'", path);
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return err_set(err, ERR_IO, "cannot audit to '%s': not a regular file", path);
	}
	audit->fd = fd;
	return ERR_OK;
}

void audit_release(struct audit *audit)
{
	if (audit->fd >= 0)
		close(audit->fd);
	audit->fd = -1;
}

static void escape(const char *name, char *ret, size_t size)
{
	size_t used = 0;
	for (; *name && used + 5 < size; name++) {
		unsigned char byte = (unsigned char)*name;
		bool plain = byte > 0x20 && byte < 0x7f && byte != '\\';
		used += (size_t)snprintf(ret + used, size - used, plain ? "%c" : "\\x%02x", byte);
	}
	ret[used] = '\0';
}

/* One write(2) a line, so that lines of several writers do not mix. */
__attribute__((format(__printf__, 4, 5))) static enum err_code append(const struct audit *audit,
	const struct action_target *target, struct err *err, const char *format, ...)
{
	char line[1024], when[32], name[TASK_COMM_SIZE * 4 + 1];
	time_t now = time(NULL);
	struct tm utc;
	va_list args;
	if (audit->fd < 0)
		return ERR_OK;
	gmtime_r(&now, &utc);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	escape(target->comm, name, sizeof(name));
	int used = snprintf(line, sizeof(line) - 1, "%s uid=%u pid=%d start_ticks=%llu comm=%s ",
		when, (unsigned)getuid(), (int)target->pid, (unsigned long long)target->start_ticks,
		name);
	va_start(args, format);
	vsnprintf(line + used, sizeof(line) - 1 - (size_t)used, format, args);
	va_end(args);
	size_t length = strlen(line);
	line[length++] = '\n';
	if (write(audit->fd, line, length) != (ssize_t)length)
		return err_set_errno(err, errno, "cannot write the audit file");
	return ERR_OK;
}

enum err_code audit_adj(const struct audit *audit, const struct action_target *target, int before,
	int wanted, int after, const char *refused, struct err *err)
{
	return append(audit, target, err, "oom_score_adj %d -> %d, in force %d%s%s", before, wanted,
		after, refused ? ", refused: " : "", refused ? refused : "");
}

enum err_code audit_signal(const struct audit *audit, const struct action_target *target,
	int signal, const char *refused, struct err *err)
{
	return append(audit, target, err, "signal %d%s%s", signal, refused ? ", refused: " : "",
		refused ? refused : "");
}
