#include "command.h"

#include "model/lookout.h"
#include "model/report.h"
#include "oomspect/clock.h"
#include "oomspect/event_json.h"
#include "oomspect/event_rank.h"
#include "oomspect/event_seen.h"
#include "oomspect/klog.h"
#include "oomspect/klogorder.h"
#include "oomspect/memtext.h"
#include "oomspect/oomlog.h"
#include "oomspect/safe_text.h"
#include "oomspect/unlogged.h"
#include "term/printer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* An event is shown when the log has been quiet this long, or the event is this old. */
#define REPORT_WIDTH 80
#define QUIET_MS     20
#define OVERDUE_MS   40
#define COLLAPSED_MS 1000 /* a storm is counted aloud this often */

#define NOTICES_MAX 200 /* of each kind that are listed; all are counted */

/* Kills of which programs wrote, a line each, until the events have been shown. */
struct notices {
	struct memtext lines; /* open once there is one */
	uint64_t count;
};

struct events_run {
	struct notices notices[3]; /* by enum oom_notice_by */
	char unit[256];            /* of the last one: that it failed says no more */
	const struct options *options;
	struct lookout *lookout; /* on this machine, whose log is followed; else NULL */
	struct unlogged unlogged;
	uint64_t collapsed; /* identical reports without a victim since the last one shown */
	int64_t told_ms;    /* when that was */
	uint64_t told_lost; /* records of the log, of which --follow has said that they are gone */
	int64_t told_lost_ms;
	bool no_memory; /* an event could not be shown whole: none is, from there on */
	bool failed;
};

static int64_t now_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

static void show_collapsed(struct events_run *run)
{
	if (run->collapsed)
		printf(" (the same report came %llu times more)\n\n",
			(unsigned long long)run->collapsed);
	run->collapsed = 0;
	run->told_ms = now_ms();
}

static void on_text_event(struct events_run *run, const struct oom_event *event)
{
	if (event->repeats) {
		run->collapsed++;
		if (run->options->follow && now_ms() - run->told_ms >= COLLAPSED_MS)
			show_collapsed(run);
		return;
	}
	show_collapsed(run);
	run->no_memory = report_print(stdout, event, REPORT_WIDTH) != ERR_OK;
}

/* False without memory. */
static bool join_seen(struct events_run *run, struct oom_event *event)
{
	struct lookout *lookout = run->lookout;
	if (!lookout || event->repeats)
		return true;
	lookout_hurry(lookout, now_ms());
	unlogged_tell(&run->unlogged, event);
	return event_seen_join(event, &lookout->sightings, lookout_clock().mono_us) == ERR_OK;
}

static void on_event(void *arg, struct oom_event *event)
{
	struct events_run *run = arg;
	if (run->no_memory || event_rank(event) != ERR_OK || !join_seen(run, event))
		run->no_memory = true;
	else if (run->options->json)
		run->no_memory = event_json(stdout, event) != ERR_OK;
	else
		on_text_event(run, event);
}

static void on_reaped(void *arg, uint64_t number, int64_t pid)
{
	const struct events_run *run = arg;
	if (!run->options->json)
		printf(" OOM %llu: the oom_reaper has taken the memory of %lld\n\n",
			(unsigned long long)number, (long long)pid);
}

static void put_notice(FILE *out, const struct oom_notice *notice)
{
	char text[1024];
	oomnotice_say(notice, text, sizeof(text));
	fputs("  ", out);
	if (notice->stamp.len)
		safe_text_put(out, notice->stamp, printer_ascii_only());
	else if (notice->boot_us != UNKNOWN_SIGNED)
		fprintf(out, "%lld s after boot", (long long)(notice->boot_us / 1000000));
	else
		fputs("time unknown", out);
	fputs("  ", out);
	safe_text_put(out, text_of(text), printer_ascii_only());
	fputc('\n', out);
}

static const char *notices_title(enum oom_notice_by by)
{
	return by == OOM_NOTICE_KERNEL ? "OOM kills by the kernel, of units as systemd names them"
	       : by == OOM_NOTICE_PROGRAM ? "Killed by programs, not by the kernel"
					  : "Units that failed by an OOM kill, of the kernel or of "
					    "systemd-oomd";
}

/* Told at once to whoever follows the log, else when all of it has been read. */
static void on_notice(void *arg, const struct oom_notice *notice)
{
	struct events_run *run = arg;
	struct notices *notices = &run->notices[notice->by];
	bool again = notice->by == OOM_NOTICE_UNSAID && text_equals(notice->subject, run->unit);
	if (run->options->json || again)
		return;
	text_copy(notice->subject, run->unit, sizeof(run->unit));
	if (run->options->follow) {
		printf("%s:\n", notices_title(notice->by));
		put_notice(stdout, notice);
		putchar('\n');
		return;
	}
	if (notices->count++ >= NOTICES_MAX)
		return;
	if (notices->lines.file || memtext_open(&notices->lines))
		put_notice(notices->lines.file, notice);
	else
		run->no_memory = true;
}

static void show_notices(const struct events_run *run)
{
	for (int by = 0; by < 3; by++) {
		const struct notices *notices = &run->notices[by];
		if (!notices->lines.text)
			continue;
		printf("%s:\n%s", notices_title((enum oom_notice_by)by), notices->lines.text);
		if (notices->count > NOTICES_MAX)
			printf("  and %llu more\n",
				(unsigned long long)(notices->count - NOTICES_MAX));
	}
}

/* False when not all of them could be kept. */
static bool close_notices(struct events_run *run)
{
	bool kept = true;
	for (int by = 0; by < 3; by++)
		if (run->notices[by].lines.file)
			kept &= memtext_close(&run->notices[by].lines);
	return kept;
}

static void release_notices(struct events_run *run)
{
	for (int by = 0; by < 3; by++) {
		memtext_release(&run->notices[by].lines);
		run->notices[by].count = 0;
	}
}

/* Somebody who follows the log hears at once what he does not get to see. */
static void tell_lost(struct events_run *run, const struct klog *klog)
{
	struct err err;
	if (klog->lost == run->told_lost || now_ms() - run->told_lost_ms < COLLAPSED_MS)
		return;
	err_set(&err, ERR_IO, "%s: %llu records were overwritten before they could be read",
		klog->source, (unsigned long long)(klog->lost - run->told_lost));
	fflush(stdout);
	printer_complain(&err);
	run->told_lost = klog->lost;
	run->told_lost_ms = now_ms();
}

static int sooner_of(int one_ms, int other_ms)
{
	return one_ms < 0 || (other_ms >= 0 && other_ms < one_ms) ? other_ms : one_ms;
}

static void on_unlogged(void *arg, struct oom_event *event)
{
	struct events_run *run = arg;
	if (run->no_memory || event_rank(event) != ERR_OK)
		run->no_memory = true;
	else if (run->options->json)
		run->no_memory = event_json(stdout, event) != ERR_OK;
	else
		run->no_memory = report_print(stdout, event, REPORT_WIDTH) != ERR_OK;
}

/* The log has been read to its end. */
static void look_around(struct events_run *run, const struct klog *klog, const struct oomlog *log)
{
	struct lookout *lookout = run->lookout;
	if (!lookout_step(lookout, now_ms()))
		return;
	oomtrace_drain(&lookout->trace, unlogged_mark, &run->unlogged);
	if (unlogged_look(&run->unlogged, &lookout->sightings, log->victims + log->doubled,
		    !klog_is_silent(klog), on_unlogged, run) != ERR_OK)
		run->no_memory = true;
}

static void wait_for_more(struct events_run *run, const struct klog *klog, const struct oomlog *log)
{
	bool waiting = run->options->follow && oomlog_waiting(log);
	struct pollfd pollfd = { .fd = klog_fd(klog), .events = POLLIN };
	int due_ms = sooner_of(klog_due_ms(klog), waiting ? QUIET_MS : -1);
	if (run->lookout)
		due_ms = sooner_of(due_ms, lookout_due_ms(run->lookout, now_ms()));
	if (poll(&pollfd, 1, due_ms) == 0 && run->lookout)
		look_around(run, klog, log);
}

struct live {
	bool waiting;
	int64_t since_ms;
	int64_t heard_ms; /* when the last record came */
};

/* Shows what is due; an event never waits longer than OVERDUE_MS for the log to be quiet. */
static void show_due(struct oomlog *log, struct live *live, bool quiet)
{
	if (!oomlog_waiting(log)) {
		live->waiting = false;
		return;
	}
	int64_t now = now_ms();
	if (!live->waiting) {
		live->waiting = true;
		live->since_ms = now;
	}
	bool overdue = now - live->since_ms >= OVERDUE_MS;
	if (!quiet && !overdue)
		return;
	oomlog_flush(log, !quiet);
	fflush(stdout);
	live->waiting = false;
}

static enum klog_status read_log(
	struct klog *klog, struct oomlog *log, struct events_run *run, struct err *err)
{
	struct klog_record record;
	struct live live = { .waiting = false };
	for (;;) {
		enum klog_status status = klog_read(klog, &record, err);
		if (status == KLOG_FAILED || status == KLOG_END)
			return status;
		if (status == KLOG_RECORD) {
			live.heard_ms = run->options->follow ? now_ms() : 0;
			if (oomlog_push(log, &record) != ERR_OK || run->no_memory)
				return KLOG_FAILED; /* run_log says so */
			if (ferror(stdout))
				return KLOG_END; /* nobody gets to see the rest */
			if (run->options->follow && (log->records & 15) == 0) {
				show_due(log, &live, false);
				tell_lost(run, klog);
			}
			continue;
		}
		if (status == KLOG_MORE)
			continue;
		if (run->options->follow) {
			show_due(log, &live, now_ms() - live.heard_ms >= QUIET_MS);
			tell_lost(run, klog);
		}
		if (fflush(stdout) || run->no_memory)
			return KLOG_END;
		wait_for_more(run, klog, log);
	}
}

static void show_others(const struct oomlog *log)
{
	for (int i = 0; i < OOMLOG_OTHER_COUNT; i++) {
		if (log->others[i])
			printf("Not kernel OOM kills: %llu %s.\n",
				(unsigned long long)log->others[i],
				oomlog_other_name((enum oomlog_other)i));
	}
}

static void show_missing(const struct klog *klog, const struct oomlog *log)
{
	uint64_t kills;
	if (strcmp(klog->source, "kmsg") != 0 || klog_kill_counter(&kills, NULL) != ERR_OK)
		return;
	uint64_t missing = oom_kills_missing(kills, log->victims + log->doubled);
	printf("Kills since boot by /proc/vmstat %llu, in this log %llu", (unsigned long long)kills,
		(unsigned long long)log->victims);
	if (missing)
		printf(": %llu not in it (their lines were overwritten, or never printed)",
			(unsigned long long)missing);
	printf(".\n");
	if (klog->lost)
		printf("%llu records of the log were overwritten while it was read.\n",
			(unsigned long long)klog->lost);
}

static void complain(struct events_run *run, const struct err *err)
{
	printer_complain(err);
	run->failed = true;
}

static void complain_of_memory(struct events_run *run, const struct klog *klog)
{
	struct err err;
	err_set(&err, ERR_NO_MEMORY, "cannot read '%s': out of memory", klog->source);
	complain(run, &err);
}

/* What was not looked at, since there is an end to what a line may be. */
static void tell_cut(const struct klog *klog)
{
	struct err err;
	if (!klog->reader.cut)
		return;
	err_set(&err, ERR_TOO_BIG, "%s: the rest of %llu line%s longer than %d KiB was not read",
		klog->reader.name, (unsigned long long)klog->reader.cut,
		klog->reader.cut == 1 ? "" : "s", KLOG_BUFFER_SIZE / 1024);
	fflush(stdout);
	printer_complain(&err);
}

static void show_end(struct events_run *run, const struct klog *klog, const struct oomlog *log)
{
	show_collapsed(run);
	if (!log->events && !run->failed) {
		const char *source = strcmp(klog->source, "-") ? klog->source : "stdin";
		fputs("No OOM event in ", stdout);
		safe_text_put(stdout, text_of(source), printer_ascii_only());
		puts(".");
	}
	show_notices(run);
	show_others(log);
	show_missing(klog, log);
}

/* Reads one opened source to its end. */
static void run_log(struct events_run *run, struct klog *klog)
{
	struct err err = { 0 };
	struct oomlog log;
	struct oomlog_sink sink = {
		.event = on_event, .reaped = on_reaped, .notice = on_notice, .arg = run
	};
	run->no_memory = false;
	if (oomlog_init(&log, klog->source, sink, run->options->follow ? OOMLOG_LIVE : 0)) {
		complain_of_memory(run, klog);
		return;
	}
	enum klog_status status = read_log(klog, &log, run, &err);
	if (!log.error && !run->no_memory)
		oomlog_finish(&log);
	run->no_memory |= !close_notices(run);
	if (log.error || run->no_memory) {
		complain_of_memory(run, klog);
	} else {
		if (status == KLOG_FAILED)
			complain(run, &err);
		if (!run->options->json)
			show_end(run, klog, &log);
		tell_cut(klog);
	}
	release_notices(run);
	oomlog_release(&log);
}

/* `journalctl -r | oomspect events -`: what comes through a pipe is kept, to be read from its end. */
static enum err_code keep_reversed_stdin(struct err *err)
{
	char *bytes = malloc(KLOGORDER_LOOK);
	int kept = bytes ? memfd_create("oomspect-stdin", MFD_CLOEXEC) : -1;
	enum err_code code = ERR_OK;
	ssize_t got;
	if (kept < 0)
		code = err_set_errno(err, bytes ? errno : ENOMEM, "cannot read stdin");
	while (code == ERR_OK && (got = read(STDIN_FILENO, bytes, KLOGORDER_LOOK)) != 0) {
		if (got < 0 || write(kept, bytes, (size_t)got) != got)
			code = err_set_errno(err, errno, "cannot read stdin");
	}
	if (code == ERR_OK && (lseek(kept, 0, SEEK_SET) < 0 || dup2(kept, STDIN_FILENO) < 0))
		code = err_set_errno(err, errno, "cannot read stdin");
	if (kept >= 0)
		close(kept);
	free(bytes);
	return code;
}

#define LOOK_MS 200 /* for a pipe to have enough to tell */

/* What a pipe begins with, left where it is. */
static size_t look_at_stdin(char *bytes, size_t size)
{
	int ends[2];
	ssize_t seen = 0;
	struct pollfd pollfd = { .fd = STDIN_FILENO, .events = POLLIN };
	if (poll(&pollfd, 1, -1) <= 0 || pipe2(ends, O_CLOEXEC) < 0)
		return 0;
	poll(NULL, 0, LOOK_MS);
	seen = tee(STDIN_FILENO, ends[1], size, SPLICE_F_NONBLOCK);
	if (seen > 0)
		seen = read(ends[0], bytes, (size_t)seen);
	close(ends[0]);
	close(ends[1]);
	return seen > 0 ? (size_t)seen : 0;
}

static enum err_code put_stdin_in_order(struct err *err)
{
	struct stat about;
	if (fstat(STDIN_FILENO, &about) < 0 || !S_ISFIFO(about.st_mode))
		return ERR_OK;
	char *bytes = malloc(KLOGORDER_LOOK);
	size_t seen = bytes ? look_at_stdin(bytes, KLOGORDER_LOOK) : 0;
	bool reversed = seen && klogorder_is_reversed((struct text){ bytes, seen });
	free(bytes);
	return reversed ? keep_reversed_stdin(err) : ERR_OK;
}

static void run_file(struct events_run *run, const char *path)
{
	struct klog klog;
	struct err err;
	if (strcmp(path, "-") == 0 && !run->options->follow && put_stdin_in_order(&err) != ERR_OK) {
		complain(run, &err);
		return;
	}
	if (klog_open_file(&klog, path, &err) != ERR_OK) {
		complain(run, &err);
		return;
	}
	if (run->options->follow)
		klog_follow(&klog);
	run_log(run, &klog);
	klog_close(&klog);
}

static void run_live(struct events_run *run)
{
	const struct options *options = run->options;
	struct klog klog;
	struct err err;
	enum err_code code = options->with_boot ? klog_open_journal(&klog, (int)options->boot,
							  options->follow, &err)
						: klog_open_live(&klog, options->follow, &err);
	if (code != ERR_OK) {
		complain(run, &err);
		return;
	}
	/* The journal of another boot tells of no process that is here. */
	bool looks = options->follow && (!options->with_boot || options->boot == 0);
	struct lookout lookout;
	if (looks) {
		lookout_open(&lookout, now_ms());
		run->lookout = &lookout;
	}
	run_log(run, &klog);
	if (looks)
		lookout_release(&lookout);
	run->lookout = NULL;
	klog_close(&klog);
}

int command_events(const struct options *options, struct err *err)
{
	struct events_run run = { .options = options };
	if (options->with_boot && options->operand_count) {
		err_set(err, ERR_SYNTAX, "--boot: is about the journal, not about files");
		return STATUS_USAGE;
	}
	if (options->follow && options->operand_count > 1) {
		err_set(err, ERR_SYNTAX, "--follow: takes one file at most");
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < options->operand_count; i++)
		run_file(&run, options->operands[i]);
	if (!options->operand_count)
		run_live(&run);
	return run.failed ? STATUS_FAILED : 0;
}
