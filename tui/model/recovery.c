#include "recovery.h"

#include "term/format.h"

#include "oomspect/amount.h"
#include "oomspect/line.h"

#include <stdlib.h>

#define FIRST_MS    1000
#define SECOND_MS   5000
#define REST_MS     2000
#define PATIENCE_MS 30000
#define LITTLE_KB   4096 /* MemAvailable of an idle machine moves as much by itself */

void recovery_begin(struct recovery *recovery, int64_t now_ms, int64_t available_kb)
{
	*recovery = (struct recovery){
		.watching = available_kb >= 0,
		.begun_ms = now_ms,
		.before_kb = available_kb,
		.latest_ms = now_ms,
		.latest_kb = available_kb,
		.after_1s_kb = UNKNOWN,
		.after_5s_kb = UNKNOWN,
		.rest_ms = now_ms,
		.rest_kb = available_kb,
	};
}

/* A hundredth of what has come back so far, or LITTLE_KB if that is more, is no movement. */
static bool has_moved(const struct recovery *recovery, int64_t available_kb)
{
	int64_t gain = llabs(available_kb - recovery->before_kb) / 100;
	return llabs(available_kb - recovery->rest_kb) > (gain > LITTLE_KB ? gain : LITTLE_KB);
}

bool recovery_note(struct recovery *recovery, int64_t now_ms, int64_t available_kb)
{
	int64_t age = now_ms - recovery->begun_ms;
	if (!recovery->watching || available_kb < 0)
		return recovery->watching;
	recovery->latest_ms = now_ms;
	recovery->latest_kb = available_kb;
	if (has_moved(recovery, available_kb)) {
		recovery->rest_ms = now_ms;
		recovery->rest_kb = available_kb;
	}
	if (age >= FIRST_MS && recovery->after_1s_kb == UNKNOWN)
		recovery->after_1s_kb = available_kb;
	if (age >= SECOND_MS && recovery->after_5s_kb == UNKNOWN)
		recovery->after_5s_kb = available_kb;
	recovery->at_rest = age >= SECOND_MS && now_ms - recovery->rest_ms >= REST_MS;
	recovery->watching = !recovery->at_rest && age < PATIENCE_MS;
	return recovery->watching;
}

void recovery_describe(const struct recovery *recovery, char *buffer, size_t size)
{
	const struct {
		const char *before, *behind;
		int64_t kb;
	} parts[] = {
		{ " ", " at the kill", recovery->before_kb },
		{ ", 1 s ", "", recovery->after_1s_kb },
		{ ", 5 s ", "", recovery->after_5s_kb },
		{ ", now ", "", recovery->watching ? recovery->latest_kb : UNKNOWN },
	};
	int64_t tenths = (recovery->rest_ms - recovery->begun_ms) / 100;
	struct line line = line_begin(buffer, size);
	line_add(&line, "%s: avail", recovery->released ? "released" : "memory back");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char text[FORMAT_SIZE];
		if (parts[i].kb < 0)
			continue;
		format_kb(parts[i].kb, text);
		line_add(&line, "%s%s%s", parts[i].before, text, parts[i].behind);
	}
	if (recovery->at_rest)
		line_add(&line, ", at rest after %lld.%lld s", (long long)(tenths / 10),
			(long long)(tenths % 10));
}
