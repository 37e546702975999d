#include "lookout.h"

#include "oomspect/clock.h"

#define EACH_MS       1000
#define HURRIED_MS    300
#define HOT_PROCESSES 400 /* of thousands: attention.h */
#define SLICE         64  /* processes between two looks at the log */

struct sightings_clock lookout_clock(void)
{
	return (struct sightings_clock){ clock_us(CLOCK_MONOTONIC), clock_us(CLOCK_BOOTTIME) };
}

static void note(struct lookout *lookout)
{
	struct err err;
	const struct snapshot *latest = sampler_latest(&lookout->sampler);
	if (sightings_note(&lookout->sightings, latest, lookout_clock(), &err) == ERR_OK)
		sightings_look_at(&lookout->sightings, latest->memcgs);
}

void lookout_open(struct lookout *lookout, int64_t now_ms)
{
	static const struct sampler_options options = { .memcgs = true, .hot = HOT_PROCESSES };
	struct err err;
	*lookout = (struct lookout){ .begun_ms = now_ms, .due_ms = now_ms + EACH_MS };
	sightings_init(&lookout->sightings);
	oomtrace_init(&lookout->trace);
	if (root_open(&lookout->root, "/", &err) != ERR_OK)
		return;
	if (sampler_init(&lookout->sampler, &lookout->root, &options, &err) != ERR_OK) {
		root_release(&lookout->root);
		return;
	}
	lookout->open = true;
	oomtrace_open(&lookout->trace, &lookout->root, &err);
	if (sampler_sample(&lookout->sampler, &err) == ERR_OK)
		note(lookout);
}

void lookout_release(struct lookout *lookout)
{
	sightings_release(&lookout->sightings);
	oomtrace_release(&lookout->trace);
	if (!lookout->open)
		return;
	sampler_release(&lookout->sampler);
	root_release(&lookout->root);
	lookout->open = false;
}

int lookout_due_ms(const struct lookout *lookout, int64_t now_ms)
{
	if (!lookout->open)
		return -1;
	return lookout->sampling || lookout->due_ms <= now_ms ? 0 : (int)(lookout->due_ms - now_ms);
}

bool lookout_step(struct lookout *lookout, int64_t now_ms)
{
	bool finished = false;
	struct err err;
	if (lookout_due_ms(lookout, now_ms) != 0)
		return false;
	if (!lookout->sampling) {
		lookout->begun_ms = now_ms;
		lookout->due_ms = now_ms + EACH_MS;
		lookout->sampling = sampler_begin(&lookout->sampler, &err) == ERR_OK;
	} else if (sampler_step(&lookout->sampler, SLICE, &finished, &err) != ERR_OK) {
		lookout->sampling = false; /* the next one is due in its time */
	} else if (finished) {
		lookout->sampling = false;
		note(lookout);
	}
	return finished;
}

void lookout_hurry(struct lookout *lookout, int64_t now_ms)
{
	int64_t soon = lookout->begun_ms + HURRIED_MS;
	soon = soon > now_ms ? soon : now_ms;
	if (soon < lookout->due_ms)
		lookout->due_ms = soon;
}
