#include "kernlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool kernlog_begin(struct kernlog *log)
{
	*log = (struct kernlog){ .fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC) };
	return log->fd >= 0 && lseek(log->fd, 0, SEEK_END) >= 0;
}

void kernlog_end(struct kernlog *log)
{
	close(log->fd);
}

static pid_t number_behind(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	return at ? (pid_t)strtol(at + strlen(key), NULL, 10) : 0;
}

/* A name may hold anything: the last ",pid=" is the kernel's own. */
static pid_t pid_of_summary(const char *text)
{
	const char *last = NULL;
	for (const char *at = text; (at = strstr(at, ",pid=")); at++)
		last = at;
	return last ? (pid_t)strtol(last + strlen(",pid="), NULL, 10) : 0;
}

/* Header and summary are rate-limited, "Killed process" is not: without a header, a second such
 * line belongs to the first event only if that one kills a group. */
static void take_killed(struct kernlog *log, pid_t pid)
{
	if (log->events == 0)
		log->events = 1;
	if (log->events == 1 && (log->killed.count == 0 || log->group))
		pids_add(&log->killed, pid);
	else if (!pids_have(&log->killed, pid))
		pids_add(&log->later, pid);
}

static void take_record(struct kernlog *log, const char *text)
{
	if (strstr(text, " invoked oom-killer: "))
		log->events++;
	else if (!strncmp(text, "CPU: ", 5) && log->events == 1 && !log->allocator)
		log->allocator = number_behind(text, " PID: ");
	else if (!strncmp(text, "oom-kill:", 9) && log->events == 1)
		log->chosen = pid_of_summary(text);
	else if (strstr(text, "going to be killed due to memory.oom.group"))
		log->group = log->group || log->events == 1;
	else if (strstr(text, ": Killed process "))
		take_killed(log, number_behind(text, ": Killed process "));
	else if (strstr(text, "no killable processes") || strstr(text, "No task eligible"))
		log->nobody = true;
}

void kernlog_poll(struct kernlog *log)
{
	char record[8192];
	ssize_t length;
	while ((length = read(log->fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		record[length > 0 ? length : 0] = '\0';
		const char *text = strchr(record, ';');
		if (text)
			take_record(log, text + 1);
	}
}

pid_t kernlog_victim(const struct kernlog *log)
{
	if (log->chosen)
		return log->chosen;
	return log->killed.count ? log->killed.list[0] : 0;
}
