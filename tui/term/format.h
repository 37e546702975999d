/* Numbers as people read them on the screen: sizes, thousandths, durations, and how full a thing is.
 * Knows no column. */
#ifndef OOMSPECT_FORMAT_H
#define OOMSPECT_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/* Large enough for any text of this file. */
#define FORMAT_SIZE 48

enum units { UNITS_AUTO, UNITS_K, UNITS_M, UNITS_G, UNITS_PAGES, UNITS_SHARE, UNITS_COUNT };

struct units_row {
	const char *name; /* as the status line says it */
	int width;        /* columns that any size needs */
};
extern const struct units_row units_rows[UNITS_COUNT];

/* What a size is measured with besides kB. */
struct measure {
	enum units units;
	int64_t page_kb;    /* of this machine */
	int64_t totalpages; /* what a share is a share of; UNKNOWN */
};

/* A size of `kb`; "-" when it is UNKNOWN. */
void format_size(const struct measure *measure, int64_t kb, char buffer[FORMAT_SIZE]);

/* The same in automatic units whatever is chosen: "312M", "3.8G", "10.1G", "0". */
void format_kb(int64_t kb, char buffer[FORMAT_SIZE]);

/* A count in at most four columns: "999", "1.2k", "91k", "3.4M"; "-" when it is UNKNOWN. */
void format_count(int64_t count, char buffer[FORMAT_SIZE]);

/* kB as GiB with one decimal, without a unit: "29.8"; "-" when UNKNOWN. */
void format_gib(int64_t kb, char buffer[FORMAT_SIZE]);

/* Tenths as a decimal number: -2497 gives "-249.7". */
void format_tenths(int64_t tenths, char buffer[FORMAT_SIZE]);

/* The same without a decimal that is 0, as ADJ is shown: "-500", "990.2". */
void format_weight(int64_t tenths, char buffer[FORMAT_SIZE]);

/* Hundredths (as PSI averages are kept): "12.31"; "-" when UNKNOWN. */
void format_hundredths(int64_t hundredths, char buffer[FORMAT_SIZE]);

/* A time span in one unit: "41d", "3h", "4m", "12s". */
void format_span(int64_t seconds, char buffer[FORMAT_SIZE]);

/* A rounded share in thousandths, with one more decimal: part * 10000 / whole, half up. UNKNOWN
 * when either is. */
int64_t format_share_tenths(int64_t part, int64_t whole);

/* From which share on a thing that fills up is pointed out, and how: for memory and for cgroups
 * alike. A style for those who see it, a character for all. */
struct levels {
	int warn_percent, critical_percent; /* config.h */
};

enum level { LEVEL_CALM, LEVEL_WARN, LEVEL_CRITICAL };

/* Calm when either is unknown, or the whole is nothing. */
enum level level_of(const struct levels *levels, int64_t part, int64_t whole);

unsigned level_style(enum level level);

/* What a bar ends in: "]", "!" or "!!". */
const char *level_end(enum level level);

#endif
