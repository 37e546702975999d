/* What the lines of the panel above the tabs are made of: labels, bars, sizes, rates, each as wide
 * as it may get, so that a refresh changes few cells. */
#ifndef OOMSPECT_HEADER_LINE_H
#define OOMSPECT_HEADER_LINE_H

#include "live.h"

/* Whether the screen has room for the long form of the panel. */
bool header_is_wide(const struct grid *grid);

/* A pen behind the label of a line, or one that writes nothing when the line is left out. */
struct pen header_begin(
	const struct app *app, struct grid *grid, enum part part, const char *label);

/* kB of a count of pages; UNKNOWN stays. */
int64_t header_kb(const struct app *app, int64_t pages);

/* The first and the second of two amounts; UNKNOWN when either is. */
int64_t header_difference(int64_t whole, int64_t part);

void header_put_bar(struct pen *pen, enum level level, int64_t part, int64_t whole);

/* "29.8/32.0G" */
void header_put_of(struct pen *pen, int64_t part, int64_t whole);

/* A label and a size in at least `width` columns; nothing when it is UNKNOWN. */
void header_put_size(struct pen *pen, const char *label, int64_t kb, int width);

/* The same, and any words of the program's own, whole or not at all. */
void header_put_whole_size(struct pen *pen, const char *label, int64_t kb, int width);
void header_put_whole(struct pen *pen, unsigned style, const char *format, ...)
	__attribute__((format(__printf__, 3, 4)));

/* Events a second since the sample before; UNKNOWN when that cannot be told. */
int64_t header_rate(const struct app *app, int64_t now, int64_t before);

/* A label and a rate, whole or not at all: of events, or of pages as a size. A dash when it cannot
 * be told. */
void header_put_count_rate(
	struct pen *pen, const struct app *app, const char *label, int64_t now, int64_t before);
void header_put_page_rate(
	struct pen *pen, const struct app *app, const char *label, int64_t now, int64_t before);

/* "at this rate ~6m", flush right in what is left of the line: when the machine runs out. Nothing
 * without an estimate, or without the room. */
void header_put_estimate(struct pen *pen, const struct app *app);

/* "PAUSED 12s": that the picture does not go on as one expects, and how old it is. False, and
 * nothing, when it does. */
bool header_put_standstill(struct pen *pen, const struct app *app);

/* Pressure and zones. */
void header_pressure_draw(const struct app *app, struct grid *grid);
void header_zones_draw(const struct app *app, struct grid *grid);

#endif
