/* Settles a tie inside a v2 memory cgroup: the one place where a ranking asks the machine again.
 *
 * The kernel scans such a cgroup in the order in which its processes joined, and of equals it
 * kills the last (5.3) or the first; only cgroup.procs shows that order, so it is read when, and
 * only when, equals compete. */
#ifndef OOMSPECT_TIE_H
#define OOMSPECT_TIE_H

#include "oomspect/ranking.h"

/* Reads the orders that `ranking` still needs and applies them. Where one cannot be read, and with
 * ERR_NO_MEMORY, the ranking keeps UNCERTAIN_TIE_ORDER. `snapshot` must be its sampler's latest. */
enum err_code tie_settle(struct ranking *ranking, const struct snapshot *snapshot, struct err *err);

#endif
