#include "support_meter.h"

#include "support.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NEVER_MS   1000.0
#define PAUSE_MS   250.0
#define CURSOR     '>'
#define KEY_DOWN   "\033OB"
#define KEY_UP     "\033OA"
#define MS_FOREVER 1e9

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

struct figures figures_of(double *values, size_t count)
{
	struct figures figures = { .count = count };
	if (!count)
		return figures;
	qsort(values, count, sizeof(*values), compare);
	for (size_t i = 0; i < count; i++)
		figures.mean += values[i] / (double)count;
	figures.median = values[count / 2];
	figures.p90 = values[count * 90 / 100];
	figures.p99 = values[count * 99 / 100];
	figures.max = values[count - 1];
	return figures;
}

/* Bytes that came before `end`: 0 when none did. */
static size_t receive(const struct terminal *terminal, double end, char *bytes, size_t size)
{
	struct pollfd poll_fd = { .fd = terminal->master, .events = POLLIN };
	double left = end - now_ms();
	struct timespec wait = { (time_t)(left / 1e3), (long)(left * 1e6) % 1000000000L };
	if (left <= 0 || ppoll(&poll_fd, 1, &wait, NULL) <= 0)
		return 0;
	ssize_t length = read(terminal->master, bytes, size);
	assert_true(length > 0);
	return (size_t)length;
}

static void drain(const struct terminal *terminal, double end)
{
	char bytes[4096];
	while (now_ms() < end)
		receive(terminal, end, bytes, sizeof(bytes));
}

static double press(const struct terminal *terminal, const char *key)
{
	char bytes[4096];
	double pressed = now_ms();
	terminal_send(terminal, key);
	while (now_ms() < pressed + NEVER_MS) {
		size_t length = receive(terminal, pressed + NEVER_MS, bytes, sizeof(bytes));
		if (memchr(bytes, CURSOR, length))
			return now_ms() - pressed;
	}
	return NEVER_MS;
}

void meter_keys(const struct terminal *terminal, double *ret_ms, size_t presses, int apart_ms)
{
	unsigned seed = 1;
	for (size_t i = 0; i < presses; i++) {
		drain(terminal, now_ms() + (double)rand_r(&seed) / RAND_MAX * apart_ms);
		ret_ms[i] = press(terminal, i % 2 ? KEY_UP : KEY_DOWN);
	}
}

size_t meter_refreshes(const struct terminal *terminal, int ms, double *ret_bytes, size_t capacity)
{
	char bytes[4096];
	double end = now_ms() + ms, last = -MS_FOREVER;
	size_t count = 0;
	while (now_ms() < end) {
		size_t length = receive(terminal, end, bytes, sizeof(bytes));
		if (!length)
			continue;
		if (now_ms() - last > PAUSE_MS && count == capacity)
			break;
		if (now_ms() - last > PAUSE_MS)
			ret_bytes[count++] = 0;
		ret_bytes[count - 1] += (double)length;
		last = now_ms();
	}
	return count;
}
