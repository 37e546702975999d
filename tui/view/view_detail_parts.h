/* The blocks of the Detail view: pure functions of what is known of one process. */
#ifndef OOMSPECT_VIEW_DETAIL_PARTS_H
#define OOMSPECT_VIEW_DETAIL_PARTS_H

#include "model/process.h"
#include "term/page.h"

/* The kernel's oom_score beside ours. */
void view_detail_score(const struct process_detail *detail, struct page *page);

/* The terms of its badness line by line, a column for the machine and for each cgroup that limits
 * it; its place among the candidates there. */
void view_detail_domains(const struct process_detail *detail, struct page *page);

/* Who dies with it. */
void view_detail_company(const struct process_detail *detail, struct page *page);

void view_detail_identity(const struct process_detail *detail, struct page *page);
void view_detail_cgroups(const struct process_detail *detail, struct page *page);
void view_detail_memory(const struct process_detail *detail, struct page *page);
void view_detail_children(const struct process_detail *detail, struct page *page);
void view_detail_limits(const struct process_detail *detail, struct page *page);

#endif
