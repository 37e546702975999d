#include "support.h"

#include "support_programs.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const places[] = { "/usr/bin", "/bin", "/usr/local/bin" };

void programs_make(struct programs *programs)
{
	*programs = (struct programs){ .count = 0 };
	if (geteuid() != 0)
		skip_because("only root can put a program in the place of another");
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
		skip_because("no mount namespace here: %s", strerror(errno));
	files_make(&programs->files);
}

void programs_remove(struct programs *programs)
{
	while (programs->count > 0)
		umount2(programs->mounts[--programs->count], MNT_DETACH);
	files_remove(&programs->files);
}

void programs_bind(struct programs *programs, const char *from, const char *to)
{
	assert_true(programs->count < PROGRAMS_MOUNTS_MAX);
	if (mount(from, to, "none", MS_BIND, NULL) < 0)
		skip_because("no bind mount on %s here: %s", to, strerror(errno));
	snprintf(programs->mounts[programs->count++], PATH_MAX, "%s", to);
}

/* Over each that there is; where there is none, beside those of /usr/local/bin. */
void programs_put(struct programs *programs, const char *name, const char *script, char *path)
{
	char at[PATH_MAX], to[PATH_MAX], text[4096], in[128];
	int before = programs->count;
	struct stat about, last = { .st_ino = 0 };
	snprintf(in, sizeof(in), "put/%s", name);
	assert_true(snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script) < (int)sizeof(text));
	files_put(&programs->files, in, text);
	snprintf(at, sizeof(at), "%s/%s", programs->files.path, in);
	assert_int_equal(chmod(at, 0755), 0);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(to, sizeof(to), "%s/%s", places[i], name);
		if (stat(to, &about) < 0 || about.st_ino == last.st_ino)
			continue;
		programs_bind(programs, at, to);
		stat(to, &last);
	}
	if (programs->count == before) {
		snprintf(to, sizeof(to), "%s/put", programs->files.path);
		programs_bind(programs, to, "/usr/local/bin");
	}
	if (path)
		snprintf(path, PATH_MAX, "%s", at);
}

void programs_hide_all(struct programs *programs)
{
	char empty[PATH_MAX];
	struct stat about;
	files_dir(&programs->files, "empty");
	snprintf(empty, sizeof(empty), "%s/empty", programs->files.path);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (lstat(places[i], &about) == 0 && S_ISDIR(about.st_mode))
			programs_bind(programs, empty, places[i]);
	}
}

/* A socket is a file that open(2) refuses, whoever asks. */
void programs_hide_kmsg(struct programs *programs)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s/socket", programs->files.path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
	close(fd);
	if (access("/dev/kmsg", F_OK) == 0)
		programs_bind(programs, name.sun_path, "/dev/kmsg");
}
