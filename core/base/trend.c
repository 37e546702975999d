#include "oomspect/trend.h"

#include "oomspect/amount.h"

static unsigned place(const struct trend *trend, unsigned index)
{
	return (trend->first + index) % TREND_SAMPLES;
}

static int64_t at_ms(const struct trend *trend, unsigned index)
{
	return trend->at_ms[place(trend, index)];
}

void trend_init(struct trend *trend)
{
	*trend = (struct trend){ 0 };
}

static void drop_oldest(struct trend *trend)
{
	trend->first = (uint8_t)place(trend, 1);
	trend->count--;
}

/* The newest sample always stands, so that the estimate is of now; it is overwritten until it is
 * a step away from the one before it. */
static bool newest_is_close(const struct trend *trend)
{
	return trend->count >= 2 &&
	       at_ms(trend, trend->count - 1u) - at_ms(trend, trend->count - 2u) < TREND_STEP_MS;
}

void trend_add(struct trend *trend, int64_t now_ms, int64_t bytes)
{
	if (trend->count && now_ms < at_ms(trend, trend->count - 1u))
		trend_init(trend);
	while (trend->count && now_ms - at_ms(trend, 0) > TREND_MAX_SPAN_MS)
		drop_oldest(trend);
	if (newest_is_close(trend))
		trend->count--;
	else if (trend->count == TREND_SAMPLES)
		drop_oldest(trend);
	unsigned newest = place(trend, trend->count++);
	trend->at_ms[newest] = now_ms;
	trend->bytes[newest] = bytes;
}

/* Sums of squares about the means: of time, of bytes, and of their product. */
struct spread {
	double time, bytes, both;
};

/* Relative to the first sample, so that the products keep their precision. */
static struct spread spread_of(const struct trend *trend)
{
	struct spread spread = { 0 };
	double mean_time = 0, mean_bytes = 0;
	unsigned first = place(trend, 0);
	for (unsigned i = 0; i < trend->count; i++) {
		unsigned at = place(trend, i);
		double time = (double)(trend->at_ms[at] - trend->at_ms[first]) / 1000;
		double bytes = (double)(trend->bytes[at] - trend->bytes[first]);
		double time_off = time - mean_time, bytes_off = bytes - mean_bytes;
		mean_time += time_off / (i + 1);
		mean_bytes += bytes_off / (i + 1);
		spread.time += time_off * (time - mean_time);
		spread.bytes += bytes_off * (bytes - mean_bytes);
		spread.both += time_off * (bytes - mean_bytes);
	}
	return spread;
}

bool trend_growth(const struct trend *trend, int64_t *ret_bytes_s)
{
	if (trend->count < TREND_MIN_SAMPLES ||
		at_ms(trend, trend->count - 1u) - at_ms(trend, 0) < TREND_MIN_SPAN_MS)
		return false;
	struct spread spread = spread_of(trend);
	/* The line must explain at least half of the variance (r squared >= 1/2). */
	if (2 * spread.both * spread.both < spread.time * spread.bytes)
		return false;
	*ret_bytes_s = (int64_t)(spread.both / spread.time);
	return true;
}

int64_t trend_eta_s(const struct trend *trend, uint64_t headroom_bytes)
{
	int64_t growth;
	if (!trend_growth(trend, &growth) || growth <= 0)
		return UNKNOWN;
	uint64_t eta = headroom_bytes / (uint64_t)growth;
	return eta > (uint64_t)TREND_MAX_ETA_S ? UNKNOWN : (int64_t)eta;
}
