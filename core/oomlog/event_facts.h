/* What the text of an event proves: the facts that its sentences need (event_say.h).
 *
 * A fact holds only if lines of the log say so; that something is missing proves nothing, but for
 * the few facts whose name says so. Pure. */
#ifndef OOMSPECT_EVENT_FACTS_H
#define OOMSPECT_EVENT_FACTS_H

#include "oomspect/event.h"

enum event_fact {
	/* where */
	EVENT_FACT_MEMCG,
	EVENT_FACT_HOST,
	EVENT_FACT_CPUSET,
	EVENT_FACT_MEMPOLICY,
	/* what set it off */
	EVENT_FACT_SYSRQ,
	EVENT_FACT_FAULT,
	EVENT_FACT_ASKED,
	EVENT_FACT_ALLOCATING_TASK,
	EVENT_FACT_SUPPRESSED,
	EVENT_FACT_REPEATED,
	/* the limit, and what was there */
	EVENT_FACT_COUNTER,
	EVENT_FACT_MEMORY_USED,
	EVENT_FACT_UNLIMITED,
	EVENT_FACT_NO_SWAP_ALLOWED,
	EVENT_FACT_SUBTREE,
	EVENT_FACT_CONTENT,
	EVENT_FACT_RAM,
	EVENT_FACT_SWAP,
	EVENT_FACT_AMPLE,
	EVENT_FACT_HUGE_PAGES,
	EVENT_FACT_SHORT_ZONE,
	EVENT_FACT_SPARE_ZONE,
	EVENT_FACT_ORDER,
	EVENT_FACT_IN_PIECES,
	/* the outcome */
	EVENT_FACT_KILLED,
	EVENT_FACT_SIZES,
	EVENT_FACT_SHMEM_SIZE,
	EVENT_FACT_LARGE_TABLES,
	EVENT_FACT_ADJ,
	EVENT_FACT_PLACE,
	EVENT_FACT_GROUP,
	EVENT_FACT_GROUP_PATH,
	EVENT_FACT_COMPANY,
	EVENT_FACT_EXITING,
	EVENT_FACT_SHARING,
	EVENT_FACT_REAPED,
	EVENT_FACT_REAPED_IN_VAIN,
	EVENT_FACT_SKIPPED,
	EVENT_FACT_NO_VICTIM,
	EVENT_FACT_PANIC,
	EVENT_FACT_NO_CANDIDATE,
	EVENT_FACT_PANIC_SETTING,
	EVENT_FACT_PANIC_COMPULSORY,
	EVENT_FACT_INIT_KILLED,
	/* the choice */
	EVENT_FACT_CHOSEN,
	EVENT_FACT_SCORE,
	EVENT_FACT_BONUS,
	EVENT_FACT_VIRTUAL_SIZE,
	EVENT_FACT_HEADED,
	EVENT_FACT_TABLE,
	EVENT_FACT_WHOLE_TABLE,
	EVENT_FACT_CHOSEN_ROW,
	EVENT_FACT_BADNESS,
	EVENT_FACT_FIRST,
	EVENT_FACT_OTHER_FIRST,
	EVENT_FACT_SECOND,
	EVENT_FACT_SHIELDED,
	EVENT_FACT_CHILD,
	EVENT_FACT_THREAD_CHOSEN,
	EVENT_FACT_THREAD_KILLED,
	EVENT_FACT_OTHER_KILLED,
	EVENT_FACT_NEXT,
	/* not of the log */
	EVENT_FACT_SEEN,
	EVENT_FACT_COUNT,
};

typedef uint64_t event_facts;
_Static_assert(EVENT_FACT_COUNT <= 64, "a set of facts has a bit for each");

/* The set of one. */
#define EVENT_HAS(fact) (UINT64_C(1) << EVENT_FACT_##fact)

/* All facts of a ranked event. */
event_facts event_facts_of(const struct oom_event *event);

/* What in the log proves a fact, as a noun. Never NULL. */
const char *event_fact_proof(enum event_fact fact);

/* --- the things behind some of them, where the fact holds ------------------------------------- */

/* A zone below its minimum that the request could use; one with plenty that it could not; the one with
 * the most free memory that it could. NULL: none was printed. */
const struct oom_zone *event_short_zone(const struct oom_event *event);
const struct oom_zone *event_spare_zone(const struct oom_event *event);
const struct oom_zone *event_widest_zone(const struct oom_event *event);

/* The first of the rows by rank that did not die, or NULL. */
const struct oom_task *event_next_task(const struct oom_event *event);

/* A larger one than the chosen with a lower oom_score_adj: the `index`-th in the table, or NULL. */
const struct oom_task *event_shielded_task(const struct oom_event *event, size_t index);

/* RAM that the kernel manages, in pages; UNKNOWN_SIGNED. */
int64_t event_ram_pages(const struct oom_event *event);

/* Kernel memory of the memcg: by its statistics, its counter, or slab alone; UNKNOWN_SIGNED. */
int64_t event_memcg_kernel_kb(const struct oom_event *event);

/* Page tables of the first victim: of its kill line, else of its row; UNKNOWN_SIGNED. */
int64_t event_victim_tables_kb(const struct oom_event *event);

/* rss and swap of a row, without page tables; 0 where it does not say. */
int64_t event_task_memory(const struct oom_task *task);

#endif
