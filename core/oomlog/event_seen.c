#include "oomspect/event_seen.h"

#include <stdlib.h>
#include <string.h>

/* A record that is read this long after its stamp is no news. */
#define FRESH_US INT64_C(2000000)

/* printk's clock is not corrected as CLOCK_MONOTONIC is: after a year they may be minutes apart. */
#define DRIFT_PARTS 20000 /* one part in so many of the uptime */

#define KILL_COMM_SIZE 16 /* TASK_COMM_LEN, with its NUL */

/* --- the victim -------------------------------------------------------------------------------- */

static bool is_news(const struct oom_event *event, int64_t now_us)
{
	int64_t apart = event->boot_us == UNKNOWN_SIGNED ? 0 : llabs(now_us - event->boot_us);
	return apart <= FRESH_US + now_us / DRIFT_PARTS;
}

/* When it was, as far as its stamp can be believed; SIGHTINGS_NEVER. */
static int64_t time_of(const struct oom_event *event, int64_t now_us)
{
	bool believed = event->boot_us != UNKNOWN_SIGNED && event->boot_us <= now_us &&
			event->boot_us >= now_us - FRESH_US;
	return believed ? event->boot_us : SIGHTINGS_NEVER;
}

/* A pid that was given anew has another name. */
static bool is_same(const struct oom_victim *victim, const struct task *task)
{
	return strncmp(victim->comm, task->comm, KILL_COMM_SIZE - 1) == 0;
}

static bool find(const struct sightings *sightings, const struct oom_victim *victim,
	int64_t when_us, struct sighting *ret)
{
	return victim->pid > 0 && victim->pid <= INT32_MAX &&
	       sightings_find(sightings, (pid_t)victim->pid, when_us, ret) &&
	       is_same(victim, ret->task);
}

/* --- whose limit it was ------------------------------------------------------------------------ */

/* One cgroup on the way up from the victim's, in our sample, before the kill and after it. */
struct level {
	int32_t row;
	const struct memcg *before;
	struct memcg after;
	bool looked; /* there is an `after` */
};

static struct level level_of(
	struct sightings *sightings, const struct sight *sight, int32_t row, int64_t when_us)
{
	const struct memcg *then = &sight->tree.rows[row];
	struct level level = { .row = row,
		.before = sightings_row_before(sightings, sight, then, when_us),
		.after = *then };
	level.looked = sightings->look_again &&
		       sightings->look_again(sightings->context, then->path, &level.after);
	return level;
}

static struct oom_seen_count count_of(const struct level *level, int64_t before, int64_t after)
{
	return (struct oom_seen_count){ before == UNKNOWN ? UNKNOWN_SIGNED : before,
		!level->looked || after == UNKNOWN ? UNKNOWN_SIGNED : after };
}

/* The counter that a ground speaks of. */
static struct oom_seen_count hits_of(const struct level *level, enum oom_seen_ground ground)
{
	const struct memcg *before = level->before, *after = &level->after;
	switch (ground) {
	case OOM_SEEN_LOCAL_OOM:
		return count_of(level, before->events_local.oom, after->events_local.oom);
	case OOM_SEEN_OOM:
		return count_of(level, before->events.oom, after->events.oom);
	case OOM_SEEN_FAILCNT:
		return count_of(level, before->failcnt, after->failcnt);
	default:
		return (struct oom_seen_count){ UNKNOWN_SIGNED, UNKNOWN_SIGNED };
	}
}

static bool went_up(struct oom_seen_count count)
{
	return count.before != UNKNOWN_SIGNED && count.after != UNKNOWN_SIGNED &&
	       count.after > count.before;
}

static uint64_t left_of(const struct memcg *row)
{
	if (!amount_known(row->usage))
		return row->limit.bytes;
	return row->limit.bytes > row->usage.bytes ? row->limit.bytes - row->usage.bytes : 0;
}

/* What is said of the limiting cgroup: the level and how we know. */
struct limiting {
	struct level level;
	enum oom_seen_ground ground;
};

/* The grounds, the best first. A charge goes up from the leaf, and the lowest level that fails it has
 * the OOM: of two of the same ground the lower one is it. */
static bool is_better(
	const struct level *level, enum oom_seen_ground ground, const struct limiting *best)
{
	if (best->ground == OOM_SEEN_UNDECIDED)
		return true;
	if (ground != best->ground)
		return ground < best->ground;
	return ground == OOM_SEEN_LEAST_LEFT &&
	       left_of(level->before) < left_of(best->level.before);
}

static enum oom_seen_ground ground_of(const struct level *level)
{
	static const enum oom_seen_ground counted[] = { OOM_SEEN_LOCAL_OOM, OOM_SEEN_OOM,
		OOM_SEEN_FAILCNT };
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		if (went_up(hits_of(level, counted[i])))
			return counted[i];
	return OOM_SEEN_LEAST_LEFT;
}

/* Among those that the victim was in and that have a limit. */
static struct limiting infer_limiting(
	struct sightings *sightings, const struct sighting *sighting, int64_t when_us)
{
	const struct memcg_tree *tree = &sighting->sight->tree;
	struct limiting best = { .ground = OOM_SEEN_UNDECIDED };
	unsigned limits = 0;
	for (int32_t row = sighting->task->memcg; row >= 0; row = tree->rows[row].parent) {
		if (!amount_known(tree->rows[row].limit) ||
			!memcg_tree_covers(tree, row, sighting->task->memcg))
			continue;
		struct level level = level_of(sightings, sighting->sight, row, when_us);
		enum oom_seen_ground ground = ground_of(&level);
		limits++;
		if (is_better(&level, ground, &best))
			best = (struct limiting){ level, ground };
	}
	if (limits == 1)
		best.ground = OOM_SEEN_ONLY_LIMIT;
	return best;
}

/* What the log says outranks all of it. */
static struct limiting said_limiting(struct sightings *sightings, const struct sighting *sighting,
	const char *path, int64_t when_us)
{
	const struct memcg_tree *tree = &sighting->sight->tree;
	struct limiting said = { .ground = OOM_SEEN_UNDECIDED };
	for (int32_t row = sighting->task->memcg; row >= 0; row = tree->rows[row].parent)
		if (strcmp(tree->rows[row].path, path) == 0)
			return (struct limiting){
				level_of(sightings, sighting->sight, row, when_us), OOM_SEEN_SAID
			};
	return said;
}

static int64_t kb_of(struct amount amount)
{
	return amount.kind == AMOUNT_UNLIMITED ? OOM_UNLIMITED
	       : amount_known(amount)          ? (int64_t)(amount.bytes / 1024)
					       : UNKNOWN_SIGNED;
}

static bool keep(char **ret, const char *text)
{
	*ret = strdup(text);
	return *ret;
}

static bool take_limiting(
	struct oom_seen *seen, const struct sight *sight, const struct limiting *limiting)
{
	const struct memcg *row = &sight->tree.rows[limiting->level.row];
	seen->ground = limiting->ground;
	seen->limit_kb = kb_of(row->limit);
	seen->usage_kb = kb_of(row->usage);
	if (amount_known(row->limit) && amount_known(row->usage))
		seen->left_kb = (int64_t)(left_of(row) / 1024);
	seen->hits = hits_of(&limiting->level, limiting->ground);
	return keep(&seen->oom_memcg, row->path);
}

static bool take_own(struct oom_seen *seen, struct sightings *sightings,
	const struct sighting *sighting, int64_t when_us)
{
	if (sighting->task->memcg < 0)
		return true;
	struct level own = level_of(sightings, sighting->sight, sighting->task->memcg, when_us);
	seen->kills = count_of(&own, own.before->events.oom_kill, own.after.events.oom_kill);
	return keep(&seen->task_memcg, sighting->sight->tree.rows[own.row].path);
}

/* --- its rank there ---------------------------------------------------------------------------- */

/* Those before it that were not told dead: it was chosen though they lived. */
static void take_ahead(struct oom_seen *seen, const struct sight *sight,
	const struct outlook *outlook, const struct ranking_row *row)
{
	seen->ahead = 0;
	for (const struct ranking_row *other = outlook->ranking.rows; other < row; other++) {
		if (sightings_told(sight, other->task))
			continue;
		if (seen->ahead++)
			continue;
		seen->ahead_pid = other->task->pid;
		memcpy(seen->ahead_comm, other->task->comm, sizeof(seen->ahead_comm) - 1);
		if (!points_apart(
			    &sight->shot.host.era, other->points, row->points, &seen->ahead_pages))
			seen->ahead_pages = UNKNOWN_SIGNED;
	}
}

static void take_rank(
	struct oom_seen *seen, const struct sighting *sighting, const struct outlook *outlook)
{
	const struct ranking_row *row = ranking_find(&outlook->ranking, sighting->task->pid);
	size_t rank = row ? outlook_rank(outlook, row) : 0;
	if (!rank || outlook->ranking.domain.totalpages == UNKNOWN)
		return;
	seen->rank = (int64_t)rank;
	seen->candidates = (int64_t)outlook->ranking.killable;
	if (!points_in_pages(&sighting->sight->shot.host.era, row->points, &seen->badness_pages))
		seen->badness_pages = UNKNOWN_SIGNED;
	take_ahead(seen, sighting->sight, outlook, row);
}

/* False where the log leaves open among whom the kernel chose. */
static bool domain_of(const struct oom_event *event, const struct sighting *sighting,
	const struct limiting *limiting, struct domain *ret)
{
	const struct snapshot *shot = &sighting->sight->shot;
	if (limiting->ground != OOM_SEEN_UNDECIDED)
		*ret = domain_memcg(shot, limiting->level.row);
	else
		*ret = domain_host(shot);
	return limiting->ground != OOM_SEEN_UNDECIDED ||
	       (event->scope == OOM_SCOPE_HOST && event->constraint != OOM_CONSTRAINT_CPUSET &&
		       event->constraint != OOM_CONSTRAINT_MEMPOLICY);
}

/* --- all of it --------------------------------------------------------------------------------- */

static enum err_code take(struct oom_event *event, struct sightings *sightings,
	const struct sighting *sighting, int64_t when_us)
{
	struct oom_seen *seen = &event->seen;
	struct limiting limiting = { .ground = OOM_SEEN_UNDECIDED };
	struct domain domain;
	struct err err;
	bool kept = take_own(seen, sightings, sighting, when_us);
	if (event->scope == OOM_SCOPE_MEMCG)
		limiting = event->oom_memcg
				   ? said_limiting(sightings, sighting, event->oom_memcg, when_us)
				   : infer_limiting(sightings, sighting, when_us);
	if (kept && limiting.ground != OOM_SEEN_UNDECIDED)
		kept = take_limiting(seen, sighting->sight, &limiting);
	if (!kept)
		return ERR_NO_MEMORY;
	if (!domain_of(event, sighting, &limiting, &domain))
		return ERR_OK;
	enum moment moment = event->trigger == OOM_TRIGGER_SYSRQ ? MOMENT_NOW : MOMENT_OOM;
	enum err_code code = sightings_rank(sightings, sighting->sight, &domain, moment, &err);
	if (!code)
		take_rank(seen, sighting, &sightings->outlook);
	return code;
}

static void tell_all(const struct oom_event *event, struct sightings *sightings, int64_t when_us)
{
	struct sighting sighting;
	for (size_t i = 0; i < event->victim_count; i++)
		if (find(sightings, &event->victims[i], when_us, &sighting))
			sightings_tell(sightings, sighting.task);
}

enum err_code event_seen_join(struct oom_event *event, struct sightings *sightings, int64_t now_us)
{
	struct sighting sighting;
	int64_t when_us = time_of(event, now_us);
	if (!event->victim_count || !is_news(event, now_us) ||
		!find(sightings, &event->victims[0], when_us, &sighting))
		return ERR_OK;
	struct oom_seen *seen = &event->seen;
	int64_t begun_us = sighting.sight->begun_us;
	int64_t age_us = (when_us == SIGHTINGS_NEVER ? now_us : when_us) - begun_us;
	seen->age_us = age_us > 0 ? age_us : 0;
	seen->pid = sighting.task->pid;
	seen->start_ticks = (int64_t)sighting.task->start_ticks;
	enum err_code code = take(event, sightings, &sighting, when_us);
	seen->known = code == ERR_OK;
	tell_all(event, sightings, when_us);
	return code;
}
