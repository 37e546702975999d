#include "level.h"

enum level level_of(const struct levels *levels, int64_t part, int64_t whole)
{
	if (part < 0 || whole <= 0)
		return LEVEL_CALM;
	double percent = (double)part / (double)whole * 100;
	if (percent >= levels->critical_percent)
		return LEVEL_CRITICAL;
	return percent >= levels->warn_percent ? LEVEL_WARN : LEVEL_CALM;
}

unsigned level_style(enum level level)
{
	static const unsigned styles[] = { STYLE_NORMAL, STYLE_RISK, STYLE_RISK | STYLE_BOLD };
	return styles[level];
}

const char *level_end(enum level level)
{
	static const char *const ends[] = { "]", "!", "!!" };
	return ends[level];
}
