/* What programs write into the log about kills: their own, and the kernel's that they noticed.
 *
 * One line of text in, who killed what out. Pure; a notice borrows from the text. Lines: systemd's
 * src/oom/oomd-manager.c and src/core/unit.c, earlyoom's kill.c, nohang, kubelet's eviction_manager.go,
 * Android's lmkd and the lowmemorykiller driver (to v4.11). */
#ifndef OOMSPECT_OOMNOTICE_H
#define OOMSPECT_OOMNOTICE_H

#include "oomspect/amount.h"
#include "oomspect/text.h"

enum oom_notice_by {
	OOM_NOTICE_KERNEL,  /* systemd says that the kernel's OOM killer did */
	OOM_NOTICE_PROGRAM, /* the program itself */
	OOM_NOTICE_UNSAID,  /* "result 'oom-kill'": the kernel, or systemd-oomd */
};

struct oom_notice {
	enum oom_notice_by by;
	const char *program;  /* a static string: "systemd-oomd" */
	struct text comm;     /* of the process; empty: not said */
	struct text subject;  /* cgroup, unit or pod; empty: not said */
	struct text reason;   /* in the program's words; empty: not said */
	const char *verb;     /* a static string: "killed", "sent SIGTERM to", "evicted" */
	int64_t pid, members; /* UNKNOWN_SIGNED */
	/* Where it is in the text, for whoever lists it. */
	struct text stamp;
	int64_t boot_us, unix_us;
};

/* False if the text is no such line. `nohang` is what nohang has said last of its victim, in another
 * line; empty at first. */
struct oom_notice_victim {
	int64_t pid;
	char comm[24];
};
bool oomnotice_parse(struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret);

/* "systemd-oomd killed /a/b: memory pressure ..." without a full stop. Cut if it does not fit. */
void oomnotice_say(const struct oom_notice *notice, char *buffer, size_t size);

#endif
