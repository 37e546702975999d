#include "scene.h"

#include "group.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *playing = "judge";

void report(const char *what, const char *format, ...)
{
	char line[1024];
	int length = snprintf(line, sizeof(line), "judge\t%s\t", what);
	va_list args;
	va_start(args, format);
	length += vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, args);
	va_end(args);
	if ((size_t)length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	/* One write: lines of several processes do not mix. */
	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(1);
}

_Noreturn void scene_broken(const char *format, ...)
{
	char reason[512];
	va_list args;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	for (char *at = reason; *at; at++)
		if (*at == '\n' || *at == '\t')
			*at = ' ';
	report("broken", "%s\t%s", playing, reason);
	_exit(1);
}

void scene_claim(const struct scene *scene, bool holds, const char *format, ...)
{
	char found[400];
	va_list args;
	va_start(args, format);
	vsnprintf(found, sizeof(found), format, args);
	va_end(args);
	report("verdict", "%s\t%u.1\tclaim\t%s\t%s\t%s\t-\t", scene->kind->name, scene->run,
		scene->kind->claim, found, holds ? "agree" : "miss");
}

pid_t scene_hog(struct scene *scene, const struct hog *hog)
{
	pid_t pid = hog_start(hog);
	if (!pid)
		scene_broken("process %zu (%s) did not start", scene->hogs.count, hog->name);
	pids_add(&scene->hogs, pid);
	if (hog->kin == HOG_LEADER_GONE) {
		pids_add(&scene->leaderless, pid);
		pids_add(&scene->survivors, other_thread(pid));
	}
	return pid;
}

void scene_sizes(struct scene *scene, const char *name, int count)
{
	struct hog hog = { .name = name };
	for (int i = 0; i < count; i++) {
		hog.anon = guest_mib(1) * (1 + i * 5 % 6) + chance_between(&scene->chance, 0, 100);
		scene_hog(scene, &hog);
	}
}

void scene_group(struct scene *scene, const char *path, long limit_pages)
{
	if (!group_make(path) || !group_limit(path, limit_pages))
		scene_broken("cgroup %s: %s", path, strerror(errno));
	if (!scene->group)
		scene->group = path;
}

void scene_set(const char *path, const char *value)
{
	if (!guest_write(path, "%s", value))
		scene_broken("%s: %s", path, strerror(errno));
}

/* When nobody is left but -1000, a shortage of the whole machine panics it. These are the last
 * that the kernel would choose, with enough memory to come above the watermarks again. */
static void start_guards(void)
{
	enum { GUARDS = 4 };
	const struct hog guard = { .name = "guard", .adj = -998, .anon = guest_mib(1) };
	for (int i = 0; i < GUARDS; i++)
		if (!hog_start(&guard))
			scene_broken("no guard: %s", strerror(errno));
}

static bool someone_lives(const struct pids *pids)
{
	for (size_t i = 0; i < pids->count; i++)
		if (is_living(pids->list[i]))
			return true;
	return false;
}

/* One that cannot begin ends by itself: that is no shortage. */
static void check_trigger(const struct scene *scene)
{
	int status;
	if (scene->trigger && waitpid(scene->trigger, &status, WNOHANG) == scene->trigger &&
		WIFEXITED(status))
		scene_broken("memory could not be used up");
}

static void wait_for_choice(const struct scene *scene, struct kernlog *log)
{
	const struct kind *kind = scene->kind;
	long patience_ms = kind->prediction && !strcmp(kind->prediction, "none") ? 1500 : 30000;
	int64_t until = guest_ms() + patience_ms;
	while (!log->killed.count && !log->nobody && guest_ms() < until) {
		kernlog_poll(log);
		check_trigger(scene);
		guest_sleep_ms(2);
	}
}

/* Waits until those named and those predicted are gone, and a moment for others. */
static void settle(const struct death *predicted, struct kernlog *log)
{
	int64_t until = guest_ms() + 3000;
	while ((someone_lives(&log->killed) || someone_lives(&predicted->dead)) &&
		guest_ms() < until) {
		guest_sleep_ms(2);
		kernlog_poll(log);
	}
	guest_sleep_ms(15);
	kernlog_poll(log);
}

static void end_trigger(struct scene *scene)
{
	if (!scene->trigger)
		return;
	kill(scene->trigger, SIGKILL);
	for (int i = 0; i < 1000 && is_living(scene->trigger); i++)
		guest_sleep_ms(2);
	scene->trigger = 0;
}

/* A setup that does not show what the kind claims says nothing about the claim. */
static void check_setup(const struct scene *scene, unsigned kill, const struct answer *answer)
{
	const struct kind *kind = scene->kind;
	const char *expected = kind->prediction ? kind->prediction : "victim";
	/* Further events may have taken all that were left, and then there is nothing to judge. */
	if (kill > 1 && !strcmp(answer->prediction, "none") && scene->group &&
		group_is_empty(scene->group))
		_exit(0);
	if (strcmp(answer->prediction, expected))
		scene_broken("prediction %s, not %s", answer->prediction, expected);
	if (kind->differ && !answer->differ)
		scene_broken("now and at OOM are the same: %d", answer->death.victim);
	/* Equal loads may still differ by a page of the program: once more, or that was the last tie. */
	bool untied = kind->tie && answer->margin_pages != 0;
	if (untied && (kill > 1 || !scene->last_try))
		_exit(kill > 1 ? 0 : SCENE_VOID);
	if (untied)
		scene_broken("no tie: margin %ld", answer->margin_pages);
	if (scene->inside && strcmp(answer->domain, "memcg"))
		scene_broken("in a container the domain is %s", answer->domain);
	if (!scene->nodes && !strcmp(answer->prediction, "victim") &&
		answer->listed != answer->death.victim)
		scene_broken("victim names %d, and list %d", answer->death.victim, answer->listed);
	if (kind->doubt && !answer_doubts(answer, kind->doubt))
		scene_broken("uncertain does not announce %s", kind->doubt);
}

struct outcome {
	pid_t victim;
	struct pids dead;
};

static bool foreseen(const struct kind *kind, const struct scene *scene,
	const struct answer *answer, const struct outcome *outcome)
{
	const struct death *predicted = &answer->death;
	if (!strcmp(answer->prediction, "none"))
		return outcome->victim == 0 && outcome->dead.count == 0;
	if (!strcmp(answer->prediction, "allocating_task"))
		return outcome->victim == scene->trigger;
	return outcome->victim == predicted->victim && pids_same(&outcome->dead, &predicted->dead);
}

static const char *verdict_of(const struct kind *kind, const struct answer *answer, bool agree)
{
	if (agree)
		return "agree";
	if (kind->doubt || (kind->may_doubt && answer_doubts(answer, kind->may_doubt)))
		return "announced";
	return "miss";
}

static void report_verdict(const struct scene *scene, unsigned kill, const struct answer *answer,
	const struct outcome *outcome, const struct kernlog *log)
{
	const struct kind *kind = scene->kind;
	const struct death *predicted = &answer->death;
	char said[160], died[160], later[64];
	pids_text(&predicted->dead, said, sizeof(said));
	pids_text(&outcome->dead, died, sizeof(died));
	report("verdict", "%s\t%u.%u\t%s\t%d:%s\t%d:%s\t%s\t%s\tmargin %ld%s%s", kind->name,
		scene->run, kill, kind->judged == JUDGE_NOW ? "now" : "oom", predicted->victim,
		said, outcome->victim, died,
		verdict_of(kind, answer, foreseen(kind, scene, answer, outcome)),
		*answer->uncertain ? answer->uncertain : "-", answer->margin_pages,
		log->later.count ? ", then killed " : "",
		log->later.count ? pids_text(&log->later, later, sizeof(later)) : "");
}

/* "Killed process" names the thread that held the memory; its process has another id when the
 * first thread has exited before. */
static pid_t process_of(const struct scene *scene, pid_t named)
{
	for (size_t i = 0; i < scene->survivors.count; i++)
		if (scene->survivors.list[i] == named)
			return scene->leaderless.list[i];
	return named;
}

static struct pids processes_of(const struct scene *scene, const struct pids *named)
{
	struct pids processes = { .count = 0 };
	for (size_t i = 0; i < named->count; i++)
		pids_add(&processes, process_of(scene, named->list[i]));
	return processes;
}

/* One that was to die along, as all inside a pid namespace do with its first process, has died along
 * even if a further event named it before its turn came. The members of a group are named at once. */
static struct outcome outcome_of(const struct scene *scene, const struct death *predicted,
	const struct pids *before, struct kernlog *log)
{
	struct pids after;
	census(&after);
	kernlog_poll(log); /* a death is logged before it is seen: those of further events too */
	struct pids gone = pids_without(before, &after);
	struct pids later = processes_of(scene, &log->later);
	struct pids others = log->group ? later : pids_without(&later, &predicted->dead);
	return (struct outcome){
		process_of(scene, kernlog_victim(log)),
		pids_without(&gone, &others),
	};
}

static void judge_kill(struct scene *scene, unsigned kill)
{
	const struct kind *kind = scene->kind;
	static struct answer answer;
	static struct kernlog log;
	static struct pids before;
	char why[512];
	const struct question question = {
		.group = scene->inside ? NULL : scene->group,
		.nodes = scene->nodes,
		.uid = scene->asks_as,
		.inside = scene->inside,
		.now = kind->judged == JUDGE_NOW,
	};
	if (!answer_ask(&answer, &question, why, sizeof(why)))
		scene_broken("%s", why);
	check_setup(scene, kill, &answer);
	if (!kernlog_begin(&log))
		scene_broken("/dev/kmsg: %s", strerror(errno));
	census(&before);
	if (!strcmp(answer.prediction, "panic"))
		report("panic", "%s", kind->name);
	kind->trigger(scene);
	wait_for_choice(scene, &log);
	settle(&answer.death, &log);
	struct outcome outcome = outcome_of(scene, &answer.death, &before, &log);
	report_verdict(scene, kill, &answer, &outcome, &log);
	kernlog_end(&log);
	end_trigger(scene);
}

pid_t scene_kill_by(struct scene *scene, void (*trigger)(struct scene *scene))
{
	static struct kernlog log;
	int64_t until = guest_ms() + 10000;
	if (!kernlog_begin(&log))
		scene_broken("/dev/kmsg: %s", strerror(errno));
	trigger(scene);
	while (!log.killed.count && guest_ms() < until) {
		guest_sleep_ms(2);
		kernlog_poll(&log);
	}
	kernlog_end(&log);
	end_trigger(scene);
	return kernlog_victim(&log);
}

pid_t scene_kill(struct scene *scene)
{
	return scene_kill_by(scene, trigger_sysrq);
}

_Noreturn void scene_play(const struct kind *kind, uint64_t seed, unsigned run, bool last_try)
{
	static struct scene scene;
	playing = kind->name;
	scene.kind = kind;
	scene.run = run;
	scene.last_try = last_try;
	/* A seed of its own for each kind and run: leaving one out changes no other. */
	scene.chance.state = seed + run * 0x10001;
	for (const char *at = kind->name; *at; at++)
		scene.chance.state = scene.chance.state * 131 + (unsigned char)*at;
	/* On one CPU, equal loads leave equal counters also where the kernel keeps them per CPU. */
	guest_run_on(0);
	start_guards();
	if (kind->check) {
		kind->check(&scene);
		_exit(0);
	}
	kind->setup(&scene);
	for (unsigned i = 1; i <= (kind->kills ? kind->kills : 1); i++)
		judge_kill(&scene, i);
	_exit(0);
}
