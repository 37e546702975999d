/* Damaged logs and damaged machines before the program itself, built with sanitizers: it must end by
 * itself, in time, with a status that it promises; each line of --json must parse, and no control
 * byte of theirs may reach a terminal.
 * usage: commands PROGRAM SECONDS SEED WORK FOUND LOG...     (make fuzz-commands)
 *
 * WORK holds copies of captured machines, which are damaged in place and restored; a file system in
 * memory spares the disk. What fails is kept below FOUND, one folder a kind. */
#include "fuzz/mutate.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_OUTPUT (64 << 20)
/* By the processor's time, so that a busy machine makes no hang; by the clock, for one that waits. */
#define CPU_SECONDS    20
#define WALL_SECONDS   120
#define KEPT_OF_A_KIND 3

enum verdict { FINE, CRASH, HANG, BAD_JSON, RAW_CONTROL, VERDICT_COUNT };

static const char *const verdict_names[] = { "fine", "crash", "hang", "bad-json", "raw-control" };

struct file {
	char *path;
	struct bytes bytes;
};

struct files {
	struct file *at;
	size_t count;
};

struct fuzz {
	const char *program, *work, *found;
	struct dice dice;
	struct files logs, machine_files;
	struct bytes damaged; /* room for MUTATE_MAX */
	size_t runs, counts[VERDICT_COUNT];
};

struct outcome {
	int status; /* as of waitpid(2) */
	bool late;
	char *out;
	size_t out_len;
	char err[8192];
};

static void die(const char *what)
{
	fprintf(stderr, "commands: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- files */

static void files_add(struct files *files, const char *path)
{
	FILE *file = fopen(path, "r");
	struct file *grown = realloc(files->at, (files->count + 1) * sizeof(*grown));
	if (!file || !grown)
		die(path);
	files->at = grown;
	struct file *added = &files->at[files->count++];
	added->path = strdup(path);
	added->bytes.at = malloc(MUTATE_MAX);
	if (!added->path || !added->bytes.at)
		die("malloc");
	added->bytes.len = fread(added->bytes.at, 1, MUTATE_MAX, file);
	fclose(file);
}

static void write_whole(const char *path, const struct bytes *bytes)
{
	FILE *file = fopen(path, "w");
	if (!file || fwrite(bytes->at, 1, bytes->len, file) != bytes->len || fclose(file) != 0)
		die(path);
}

/* nftw(3) passes nothing along. */
static struct files *walked;

static int walk_file(const char *path, const struct stat *found, int type, struct FTW *where)
{
	if (type == FTW_F && S_ISREG(found->st_mode) && where->level > 1)
		files_add(walked, path);
	return 0;
}

static void files_walk(struct files *files, const char *top)
{
	walked = files;
	if (nftw(top, walk_file, 16, FTW_PHYS) != 0)
		die(top);
}

/* --- a run */

static void become(const struct fuzz *fuzz, const char *const words[], int out, int err)
{
	struct rlimit cpu = { CPU_SECONDS, CPU_SECONDS + 5 };
	char *argv[16] = { (char *)(uintptr_t)fuzz->program };
	for (size_t i = 0; words[i]; i++)
		argv[i + 1] = (char *)(uintptr_t)words[i];
	setrlimit(RLIMIT_CPU, &cpu);
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execv(argv[0], argv);
	_exit(127);
}

static void take(struct outcome *outcome, int fd, bool *open, bool is_out)
{
	char chunk[65536];
	ssize_t len = read(fd, chunk, sizeof(chunk));
	*open = len > 0;
	if (len <= 0)
		return;
	if (is_out && outcome->out_len + (size_t)len < MAX_OUTPUT) {
		outcome->out = realloc(outcome->out, outcome->out_len + (size_t)len + 1);
		if (!outcome->out)
			die("realloc");
		memcpy(outcome->out + outcome->out_len, chunk, (size_t)len);
		outcome->out_len += (size_t)len;
		outcome->out[outcome->out_len] = '\0';
	} else if (!is_out && strlen(outcome->err) + (size_t)len < sizeof(outcome->err)) {
		strncat(outcome->err, chunk, (size_t)len);
	}
}

static void collect(struct outcome *outcome, int out, int err)
{
	bool out_open = true, err_open = true;
	time_t until = time(NULL) + WALL_SECONDS;
	while (out_open || err_open) {
		struct pollfd polled[] = { { out_open ? out : -1, POLLIN, 0 },
			{ err_open ? err : -1, POLLIN, 0 } };
		if (time(NULL) >= until || poll(polled, 2, 1000) < 0) {
			outcome->late = true;
			return;
		}
		if (polled[0].revents)
			take(outcome, out, &out_open, true);
		if (polled[1].revents)
			take(outcome, err, &err_open, false);
	}
}

static void run(const struct fuzz *fuzz, const char *const words[], struct outcome *outcome)
{
	int out[2], err[2];
	*outcome = (struct outcome){ .out = NULL };
	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
		die("pipe2");
	pid_t pid = fork();
	if (pid == 0)
		become(fuzz, words, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	collect(outcome, out[0], err[0]);
	if (outcome->late)
		kill(pid, SIGKILL);
	while (waitpid(pid, &outcome->status, 0) < 0 && errno == EINTR)
		;
	close(out[0]);
	close(err[0]);
}

/* --- what is to be said of it */

static bool is_json_line(const char *line, size_t len)
{
	json_t *parsed = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	json_decref(parsed);
	return parsed != NULL;
}

/* Each line of it parses and is ended; with a status of failure the last may be missing. */
static bool is_json(const struct outcome *outcome)
{
	const char *line = outcome->out, *end = outcome->out + outcome->out_len;
	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		if (!newline)
			return WEXITSTATUS(outcome->status) != 0;
		if (!is_json_line(line, (size_t)(newline - line)))
			return false;
		line = newline + 1;
	}
	return true;
}

/* A control character, of C0, C1 or for the direction of text, other than a newline. */
static bool has_raw_control(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;
	for (size_t i = 0; i < len; i++) {
		if ((at[i] < 0x20 && at[i] != '\n') || at[i] == 0x7f)
			return true;
		if (i + 1 < len && at[i] == 0xc2 && at[i + 1] >= 0x80 && at[i + 1] < 0xa0)
			return true;
		if (i + 2 < len && at[i] == 0xe2 &&
			((at[i + 1] == 0x80 && at[i + 2] >= 0xaa && at[i + 2] <= 0xae) ||
				(at[i + 1] == 0x81 && at[i + 2] >= 0xa6 && at[i + 2] <= 0xa9)))
			return true;
	}
	return false;
}

static bool is_promised(const char *command, int status)
{
	return status == 0 || status == 1 || (status == 3 && strcmp(command, "victim") == 0);
}

static enum verdict judge(const char *command, bool json, const struct outcome *outcome)
{
	if (outcome->late || (WIFSIGNALED(outcome->status) && WTERMSIG(outcome->status) == SIGXCPU))
		return HANG;
	if (!WIFEXITED(outcome->status) || !is_promised(command, WEXITSTATUS(outcome->status)))
		return CRASH;
	if (json)
		return is_json(outcome) ? FINE : BAD_JSON;
	return has_raw_control(outcome->out, outcome->out_len) ||
			       has_raw_control(outcome->err, strlen(outcome->err))
		       ? RAW_CONTROL
		       : FINE;
}

/* --- what is kept */

/* Where a sanitizer saw it, "core/host.c:12:3", or what it says in one line; else the command. */
static const char *place_of(const struct outcome *outcome, const char *command, size_t *ret_len)
{
	const char *at = strstr(outcome->err, ": runtime error: "), *from = at;
	if (at) {
		while (from > outcome->err && from[-1] != '\n')
			from--;
		*ret_len = (size_t)(at - from);
		return from;
	}
	at = strstr(outcome->err, "SUMMARY: ");
	at = at ? at + strlen("SUMMARY: ") : command;
	*ret_len = strcspn(at, "\n");
	return at;
}

static void name_of_kind(enum verdict verdict, const char *command, const struct outcome *outcome,
	char *ret_name, size_t size)
{
	size_t len;
	const char *place = place_of(outcome, command, &len);
	snprintf(ret_name, size, "%s-%.*s", verdict_names[verdict], len < 100 ? (int)len : 100,
		place);
	for (char *at = ret_name; *at; at++)
		if (strchr(" /:'\"()<>", *at))
			*at = '_';
}

static void keep_text(const char *folder, const char *name, const char *text, size_t len)
{
	char path[1024];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	struct bytes bytes = { (char *)(uintptr_t)text, len };
	write_whole(path, &bytes);
}

/* The command, what it said, and the whole of what it read; the first few of each kind. */
static void keep(const struct fuzz *fuzz, const char *const words[], enum verdict verdict,
	const struct outcome *outcome, const char *input)
{
	char kind[160], folder[512], line[1024] = "";
	name_of_kind(verdict, words[0], outcome, kind, sizeof(kind));
	for (int i = 1; i <= KEPT_OF_A_KIND; i++) {
		snprintf(folder, sizeof(folder), "%s/%s.%d", fuzz->found, kind, i);
		if (mkdir(folder, 0700) == 0)
			break;
		if (i == KEPT_OF_A_KIND)
			return;
	}
	for (size_t i = 0; words[i]; i++) {
		strncat(line, words[i], sizeof(line) - strlen(line) - 2);
		strcat(line, words[i + 1] ? " " : "\n");
	}
	fprintf(stderr, "%s: %s", folder, line);
	keep_text(folder, "command", line, strlen(line));
	keep_text(folder, "stdout", outcome->out ? outcome->out : "", outcome->out_len);
	keep_text(folder, "stderr", outcome->err, strlen(outcome->err));
	char copy[2048];
	snprintf(copy, sizeof(copy), "cp -a '%s' '%s/input'", input, folder);
	if (system(copy) != 0)
		die(copy);
}

static void try_command(struct fuzz *fuzz, const char *const words[], const char *input)
{
	struct outcome outcome;
	bool json = false;
	for (size_t i = 0; words[i]; i++)
		json |= strcmp(words[i], "--json") == 0;
	run(fuzz, words, &outcome);
	enum verdict verdict = judge(words[0], json, &outcome);
	if (verdict != FINE)
		keep(fuzz, words, verdict, &outcome, input);
	fuzz->counts[verdict]++;
	fuzz->runs++;
	free(outcome.out);
}

#define TRY(fuzz, input, ...) try_command(fuzz, (const char *const[]){ __VA_ARGS__, NULL }, input)

/* --- what is damaged */

static const struct file *some_file(const struct files *files, struct dice *dice)
{
	return &files->at[dice_roll(dice, files->count)];
}

static void damage(struct fuzz *fuzz, const struct file *file, const struct files *others)
{
	memcpy(fuzz->damaged.at, file->bytes.at, file->bytes.len);
	fuzz->damaged.len = file->bytes.len;
	if (dice_roll(&fuzz->dice, 2) == 0)
		mutate_numbers(&fuzz->damaged, &fuzz->dice);
	else
		mutate(&fuzz->damaged, &some_file(others, &fuzz->dice)->bytes,
			1 + dice_roll(&fuzz->dice, 8), &fuzz->dice);
}

static void try_log(struct fuzz *fuzz)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/log", fuzz->work);
	damage(fuzz, some_file(&fuzz->logs, &fuzz->dice), &fuzz->logs);
	write_whole(path, &fuzz->damaged);
	TRY(fuzz, path, "events", path);
	TRY(fuzz, path, "events", "--json", path);
}

static const char *const names[] = { "4194304", "2147483648", "0", "-1", "a\x1b[31mb", "a\nb",
	"\xff\xfe",
	"a\xe2\x80\xae"
	"b",
	"a\\x2db.service", "memory.max", "(deleted)", "a b", "%s%n", "\xc2\x9b" };

/* Gives the directory of a file another name. Returns whether it has it; *ret_new is the name. */
static bool rename_parent(struct fuzz *fuzz, const char *path, char old[512], char ret_new[1024])
{
	snprintf(old, 512, "%s", path);
	char *slash = strrchr(old, '/');
	if (!slash)
		return false;
	*slash = '\0';
	slash = strrchr(old, '/');
	snprintf(ret_new, 1024, "%.*s/%s", (int)(slash - old), old,
		names[dice_roll(&fuzz->dice, sizeof(names) / sizeof(names[0]))]);
	return access(ret_new, F_OK) != 0 && rename(old, ret_new) == 0;
}

static void try_root(struct fuzz *fuzz, const char *root)
{
	TRY(fuzz, root, "list", "--root", root);
	TRY(fuzz, root, "cgroups", "--root", root);
	TRY(fuzz, root, "list", "--json", "--root", root);
	TRY(fuzz, root, "cgroups", "--json", "--root", root);
	TRY(fuzz, root, "victim", "--root", root);
	TRY(fuzz, root, "victim", "--json", "--root", root);
}

/* The captured machine that a file is of: the folder of WORK that it is in. */
static void root_of(const struct fuzz *fuzz, const char *path, char ret_root[512])
{
	size_t len = strlen(fuzz->work) + 1;
	len += strcspn(path + len, "/");
	snprintf(ret_root, 512, "%.*s", (int)len, path);
}

static bool is_of(const char *path, const char *root)
{
	size_t len = strlen(root);
	return strncmp(path, root, len) == 0 && path[len] == '/';
}

#define DAMAGED_FILES 24

static void try_machine(struct fuzz *fuzz)
{
	const struct file *changed[DAMAGED_FILES] = { some_file(
		&fuzz->machine_files, &fuzz->dice) };
	char root[512], old[512] = "", new[1024];
	root_of(fuzz, changed[0]->path, root);
	size_t count = 1 + dice_roll(&fuzz->dice, DAMAGED_FILES - 1);
	for (size_t i = 0; i < count; i++) {
		do
			changed[i] = some_file(&fuzz->machine_files, &fuzz->dice);
		while (!is_of(changed[i]->path, root));
		damage(fuzz, changed[i], &fuzz->machine_files);
		if (dice_roll(&fuzz->dice, 8) == 0)
			unlink(changed[i]->path);
		else
			write_whole(changed[i]->path, &fuzz->damaged);
	}
	bool renamed =
		dice_roll(&fuzz->dice, 3) == 0 && rename_parent(fuzz, changed[0]->path, old, new);
	try_root(fuzz, root);
	if (renamed && rename(new, old) != 0)
		die(new);
	for (size_t i = 0; i < count; i++)
		write_whole(changed[i]->path, &changed[i]->bytes);
}

/* --- all of it */

static double now(void)
{
	struct timespec spec;
	clock_gettime(CLOCK_MONOTONIC, &spec);
	return (double)spec.tv_sec + (double)spec.tv_nsec / 1e9;
}

static void say(const struct fuzz *fuzz, double seconds)
{
	printf("%zu runs in %.0f s (%.1f a second): %zu crashes, %zu hangs, %zu bad JSON, %zu raw "
	       "controls\n",
		fuzz->runs, seconds, (double)fuzz->runs / seconds, fuzz->counts[CRASH],
		fuzz->counts[HANG], fuzz->counts[BAD_JSON], fuzz->counts[RAW_CONTROL]);
}

/* Three logs a machine: as many commands of each. */
static void fuzz_for(struct fuzz *fuzz, double seconds)
{
	double began = now();
	while (now() - began < seconds) {
		for (int i = 0; i < 3; i++)
			try_log(fuzz);
		try_machine(fuzz);
	}
	say(fuzz, now() - began);
}

/* A sanitizer's word ends it by a signal, so that it is no status of its own. */
static void set_sanitizers(void)
{
	setenv("ASAN_OPTIONS",
		"abort_on_error=1:allocator_may_return_null=1:detect_stack_use_after_return=1:"
		"hard_rss_limit_mb=2048",
		1);
	setenv("UBSAN_OPTIONS", "abort_on_error=1:print_stacktrace=1", 1);
	setenv("LSAN_OPTIONS", "exitcode=99", 1);
	setenv("XDG_CONFIG_HOME", "/dev/null", 1);
}

int main(int argc, char *argv[])
{
	if (argc < 7) {
		fprintf(stderr, "usage: %s PROGRAM SECONDS SEED WORK FOUND LOG...\n", argv[0]);
		return 2;
	}
	struct fuzz fuzz = { .program = argv[1], .work = argv[4], .found = argv[5] };
	fuzz.dice.state = strtoull(argv[3], NULL, 10);
	fuzz.damaged.at = malloc(MUTATE_MAX);
	if (!fuzz.damaged.at)
		die("malloc");
	for (int i = 6; i < argc; i++)
		files_add(&fuzz.logs, argv[i]);
	files_walk(&fuzz.machine_files, fuzz.work);
	set_sanitizers();
	printf("%zu logs, %zu files of machines, seed %s\n", fuzz.logs.count,
		fuzz.machine_files.count, argv[3]);
	fuzz_for(&fuzz, strtod(argv[2], NULL));
	return fuzz.counts[FINE] == fuzz.runs && fuzz.runs > 0 ? 0 : 1;
}
