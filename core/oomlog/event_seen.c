#include "oomspect/event_seen.h"

#include "limiting.h"

#include <stdlib.h>
#include <string.h>

/* A record that is read this long after its stamp is no news. */
#define FRESH_US INT64_C(2000000)

/* How far printk's clock lags behind is at most what passes until a record is read. */
#define PROMPT_US 100000

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

/* --- its cgroup -------------------------------------------------------------------------------- */

static bool take_own(struct oom_seen *seen, const struct limiting_span *span, int32_t own)
{
	if (own < 0)
		return true;
	struct limiting_level level = limiting_level_of(span, own);
	seen->kills = limiting_kills(&level);
	seen->task_memcg = strdup(span->sight->tree.rows[own].path);
	return seen->task_memcg;
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
	const struct limiting_span span = {
		.sightings = sightings, .sight = sighting->sight, .when_us = when_us
	};
	int32_t own = sighting->task->memcg;
	struct oom_seen *seen = &event->seen;
	struct limiting limiting = { .ground = OOM_SEEN_UNDECIDED };
	struct domain domain;
	struct err err;
	if (event->scope == OOM_SCOPE_MEMCG)
		limiting = event->oom_memcg ? limiting_said(&span, own, event->oom_memcg)
					    : limiting_infer(&span, own);
	if (!take_own(seen, &span, own) || !limiting_keep(&limiting, span.sight, seen))
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

/* A victim that is in samples begun after it was killed, and in none before: then the stamp is wrong,
 * unless the record came so soon that it cannot be. */
static bool find_at(const struct sightings *sightings, const struct oom_victim *victim,
	int64_t now_us, int64_t *when_us, struct sighting *ret)
{
	if (find(sightings, victim, *when_us, ret))
		return true;
	if (*when_us == SIGHTINGS_NEVER || now_us - *when_us < PROMPT_US)
		return false;
	*when_us = SIGHTINGS_NEVER;
	return find(sightings, victim, *when_us, ret);
}

enum err_code event_seen_join(struct oom_event *event, struct sightings *sightings, int64_t now_us)
{
	struct sighting sighting;
	int64_t when_us = time_of(event, now_us);
	if (!event->victim_count || !is_news(event, now_us) ||
		!find_at(sightings, &event->victims[0], now_us, &when_us, &sighting))
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
