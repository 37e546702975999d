/* What the command and the dialogs do to processes, with every right and with none; and that the
 * kernel then chooses whom the preview named. */
#include "scene.h"

#include "group.h"
#include "screen.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USER = 1000, TEXT = 4096, WORDS = 8 };

static struct screen screen;

static int adj_of(pid_t pid)
{
	char path[64], text[32];
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	return guest_read(path, text, sizeof(text)) > 0 ? atoi(text) : 9999;
}

/* `oomspect adj WORD...` as root; the words end with NULL. */
static int run_adj(const char *const words[])
{
	static char output[TEXT];
	const struct question root = { .uid = 0 };
	char storage[WORDS][64];
	char *args[WORDS + 3] = { strcpy(storage[0], "oomspect"), strcpy(storage[1], "adj") };
	for (int i = 0; words[i] && i + 2 < WORDS; i++) {
		snprintf(storage[i + 2], sizeof(storage[i + 2]), "%s", words[i]);
		args[i + 2] = storage[i + 2];
	}
	return oomspect_run(args, &root, output, sizeof(output));
}

static void open_screen(const struct scene *scene, uid_t uid)
{
	(void)scene;
	if (!screen_open(&screen, &(struct question){ .uid = uid }))
		scene_broken("no pseudo-terminal: %s", strerror(errno));
	if (!screen_wait(&screen, "can be killed"))
		scene_broken("the screen does not come up");
}

static void type(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void type(const char *format, ...)
{
	char keys[64];
	va_list args;
	va_start(args, format);
	vsnprintf(keys, sizeof(keys), format, args);
	va_end(args);
	if (!screen_type(&screen, keys))
		scene_broken("the screen takes no key: %s", strerror(errno));
}

/* --- the command ------------------------------------------------------------------------------- */

/* The largest are lowered; the judge then asks and compares as ever. */
static void set_up_lowered(struct scene *scene)
{
	char pid[16];
	scene_sizes(scene, "lowered", 6);
	snprintf(pid, sizeof(pid), "%d", scene->hogs.list[1]);
	if (run_adj((const char *const[]){ "--", "-1000", pid, NULL }))
		scene_broken("-1000 was refused");
	snprintf(pid, sizeof(pid), "%d", scene->hogs.list[2]);
	if (run_adj((const char *const[]){ "--", "-500", pid, NULL }))
		scene_broken("-500 was refused");
}

/* How many living processes have the value. */
static int count_with(int adj)
{
	static struct pids living;
	int count = 0;
	census(&living);
	for (size_t i = 0; i < living.count; i++)
		count += adj_of(living.list[i]) == adj;
	return count;
}

static void check_descendants(struct scene *scene)
{
	enum { KIN = 3 };
	char pid[16];
	struct hog hog = { .name = "family", .kin = HOG_FORKED, .kin_count = KIN };
	snprintf(pid, sizeof(pid), "%d", scene_hog(scene, &hog));
	int alone = run_adj((const char *const[]){ "--", "-400", pid, NULL });
	int with_one = count_with(-400);
	int family = run_adj((const char *const[]){ "--descendants", "--", "-401", pid, NULL });
	scene_claim(scene, !alone && with_one == 1 && !family && count_with(-401) == 1 + KIN,
		"the one: exit status %d, %d of -400; all: %d, %d of -401", alone, with_one, family,
		count_with(-401));
}

static void check_cgroup(struct scene *scene)
{
	struct hog hog = { .name = "inside", .group = "/adjusted" };
	const struct hog outside = { .name = "outside" };
	scene_group(scene, "/adjusted", GROUP_NO_LIMIT);
	scene_hog(scene, &hog);
	scene_hog(scene, &hog);
	pid_t other = scene_hog(scene, &outside);
	int status = run_adj((const char *const[]){ "--cgroup", "/adjusted", "--", "-402", NULL });
	scene_claim(scene, !status && count_with(-402) == 2 && adj_of(other) == 0,
		"exit status %d, %d of -402, the one outside has %d", status, count_with(-402),
		adj_of(other));
}

/* --- the adjust dialog -------------------------------------------------------------------------- */

struct preview {
	pid_t before, after; /* whom NEXT names and would name */
	bool changes;
};

/* "NEXT VICTIM, host 123 java 456 node <== CHANGES", without its blanks. */
static struct preview read_preview(void)
{
	struct preview preview = { .before = 0 };
	const char *at = strstr(screen_look(&screen), "NEXTVICTIM,host");
	if (!at)
		return preview;
	at += strlen("NEXTVICTIM,host");
	char *end;
	preview.before = (pid_t)strtol(at, &end, 10);
	while (*end && !isdigit((unsigned char)*end))
		end++;
	preview.after = (pid_t)strtol(end, &end, 10);
	end += strcspn(end, "<|");
	preview.changes = !strncmp(end, "<==CHANGES", strlen("<==CHANGES"));
	return preview;
}

/* The first of the list gets a value in the dialog. Whether it is in force, is shown, and the
 * kernel then kills the one that the preview named. */
static bool lower_first(struct scene *scene, const char *keys, int adj, char found[200])
{
	char shown[32];
	pid_t first = screen_next(&screen);
	type("ga%s", keys);
	struct preview preview = read_preview();
	int before = adj_of(first);
	type("\r");
	snprintf(shown, sizeof(shown), "-> %d, read back", adj);
	bool said = screen_wait(&screen, shown);
	pid_t killed = scene_kill(scene);
	snprintf(found, 200, "NEXT %d, preview %d to %d%s, adj %d to %d%s, killed %d", first,
		preview.before, preview.after, preview.changes ? "" : " (no change said)", before,
		adj_of(first), said ? "" : " (not said)", killed);
	screen_pass(&screen, 1500);
	return first && preview.before == first && preview.changes && before == 0 && said &&
	       adj_of(first) == adj && killed == preview.after;
}

static void check_dialog_lowers(struct scene *scene)
{
	char typed[200], home[200], audit[64];
	scene_sizes(scene, "shown", 6);
	open_screen(scene, 0);
	pid_t first = screen_next(&screen);
	bool held = lower_first(scene, "-500", -500, typed);
	held &= lower_first(scene, "\033[1~", -1000, home);
	snprintf(audit, sizeof(audit), "oomspect: %d shown oom_score_adj 0 -> -500", first);
	bool told = strstr(screen_quit(&screen), audit) != NULL;
	scene_claim(scene, held && told, "-500: %s; Home: %s%s", typed, home,
		told ? "" : "; nothing told at the end");
}

static void check_dialog_undoes(struct scene *scene)
{
	scene_sizes(scene, "undone", 6);
	open_screen(scene, 0);
	pid_t first = screen_next(&screen);
	type("ga-300\r");
	bool lowered = screen_wait(&screen, "-> -300, read back");
	int low = adj_of(first);
	type("a250\r");
	bool raised = screen_wait(&screen, "-300 -> 250, read back");
	type("au\r");
	bool undone = screen_wait(&screen, "250 -> 0, read back");
	int back = adj_of(first);
	pid_t killed = scene_kill(scene);
	screen_quit(&screen);
	scene_claim(scene,
		lowered && low == -300 && raised && undone && back == 0 && killed == first,
		"%d: lowered to %d, put back to %d, killed %d", first, low, back, killed);
}

/* Tab takes the children in. */
static void check_dialog_family(struct scene *scene)
{
	struct hog hog = { .name = "family", .kin = HOG_FORKED, .kin_count = 2 };
	hog.anon = guest_mib(12);
	pid_t pid = scene_hog(scene, &hog);
	open_screen(scene, 0);
	type("/%d\r", pid);
	type("a-403\t\r");
	bool said = screen_wait(&screen, "3 written");
	screen_quit(&screen);
	scene_claim(scene, said && count_with(-403) == 3, "%d of -403%s", count_with(-403),
		said ? "" : ", not said");
}

/* A user raises, comes back to the floor, and is told why not below it. */
static void check_dialog_user(struct scene *scene)
{
	struct hog hog = { .name = "mine", .adj = 100, .anon = guest_mib(1), .uid = USER };
	pid_t pid = scene_hog(scene, &hog);
	open_screen(scene, USER);
	type("/%d\r", pid);
	type("a99\r");
	bool refused = screen_wait(&screen, "in force: 100. Refused") &&
		       screen_wait(&screen, "needs CAP_SYS_RESOURCE");
	int below = adj_of(pid);
	type("\033");
	screen_pass(&screen, 500);
	type("a300\r");
	bool raised = screen_wait(&screen, "-> 300, read back");
	int above = adj_of(pid);
	type("a100\r");
	bool back = screen_wait(&screen, "-> 100, read back");
	screen_quit(&screen);
	scene_claim(scene,
		refused && below == 100 && raised && above == 300 && back && adj_of(pid) == 100,
		"99: %s, %d; 300: %s, %d; 100: %s, %d", refused ? "refused" : "no reason", below,
		raised ? "written" : "not said", above, back ? "written" : "not said", adj_of(pid));
}

/* --- the signal dialog --------------------------------------------------------------------------- */

static long available_mib(void)
{
	return guest_number("/proc/meminfo", "MemAvailable:") / 1024;
}

static void check_dialog_kills(struct scene *scene)
{
	enum { SIZE = 60 };
	struct hog hog = { .name = "killed", .anon = guest_mib(SIZE) };
	pid_t pid = scene_hog(scene, &hog);
	open_screen(scene, 0);
	long before = available_mib();
	type("/%d\r", pid);
	type("k\033[B\r");
	bool said = screen_wait(&screen, "at the kill");
	bool released = strstr(screen.words, "released:avail") != NULL;
	bool rested = screen_wait(&screen, "at rest after");
	long gain = available_mib() - before;
	screen_quit(&screen);
	/* Not all: what lies in the lists of each CPU is free, and not counted as available. */
	scene_claim(scene, said && rested && !is_living(pid) && gain > SIZE / 2,
		"%ld MiB of %d are back, %s%s", gain, SIZE,
		released ? "released at once" : "not released by us", said ? "" : ", not said");
}

const struct kind kinds_action[] = {
	{ "act-lowered", "whom root lowers is passed over", .setup = set_up_lowered,
		.trigger = trigger_sysrq, .kills = 4 },
	{ "act-descendants", "--descendants reaches all of a family", .check = check_descendants },
	{ "act-cgroup", "--cgroup reaches all of a cgroup", .check = check_cgroup },
	{ "act-dialog-lowers", "the dialog lowers, and its preview comes true",
		.check = check_dialog_lowers, .needs = NEED_TERMINFO, .quick = true },
	{ "act-dialog-undoes", "u puts back the value from before", .check = check_dialog_undoes,
		.needs = NEED_TERMINFO },
	{ "act-dialog-family", "Tab takes the children in", .check = check_dialog_family,
		.needs = NEED_TERMINFO },
	{ "act-dialog-user", "a user is told why not below the floor", .check = check_dialog_user,
		.needs = NEED_TERMINFO },
	{ "act-dialog-kills", "a killed process gives its memory back", .check = check_dialog_kills,
		.needs = NEED_TERMINFO },
	{ .name = NULL },
};
