/* A process that takes memory of a described kind, says so, and then lies still for ever: the
 * kernel's next choice and the prediction then look at the same numbers. */
#ifndef JUDGE_HOG_H
#define JUDGE_HOG_H

#include <stdbool.h>
#include <sys/types.h>

enum hog_kin {
	HOG_ALONE,
	HOG_FORKED,      /* children by fork(2): they share its pages until someone writes */
	HOG_SHARES_MM,   /* children by clone(CLONE_VM): processes of their own in the same mm */
	HOG_VFORKED,     /* a child by vfork(2) that never execs */
	HOG_LEADER_GONE, /* its first thread has exited, another one holds the memory */
	HOG_PID_NS,      /* pid 1 of a pid namespace, with children in it */
};

/* Sizes are pages of this machine. */
struct hog {
	const char *name;
	int adj;
	uid_t uid;            /* as whom it lives, in the end */
	const char *group;    /* the cgroup it joins before it takes memory; NULL: stays */
	const char *moves_to; /* the cgroup it goes to afterwards; NULL: stays */
	long anon, shmem;
	long file, dirty; /* mapped pages of a disk: only read, written too */
	bool file_locked;
	long tables;   /* page tables: touches one page in so many different ones */
	long zero;     /* reads memory that was never written */
	long huge;     /* hugetlb pages */
	long thp;      /* anonymous, in transparent huge pages where the kernel gives them */
	bool swapped;  /* its anonymous memory is pushed out to swap */
	int only_node; /* 1 + NUMA node its memory is bound to by a policy; 0: any */
	int cpu;       /* where it runs, and finds its memory first; -1: anywhere */
	enum hog_kin kin;
	int kin_count;
	const char *kin_group; /* the cgroup its kin go to; NULL: stay */
};

/* Starts one and waits until it lies still. Its pid; 0 when it did not come so far. */
pid_t hog_start(const struct hog *hog);

#endif
