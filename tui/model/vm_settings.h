/* The settings of the kernel that decide whether an OOM comes, whom it kills and what follows: one
 * table with the meaning of each, one with what is unusual. Knows no screen. */
#ifndef OOMSPECT_VM_SETTINGS_H
#define OOMSPECT_VM_SETTINGS_H

#include "oomspect/root.h"

#include <stddef.h>

enum vm_setting_id {
	VM_PANIC_ON_OOM,
	VM_KERNEL_PANIC,
	VM_ALLOCATING_TASK,
	VM_DUMP_TASKS,
	VM_OVERCOMMIT_MEMORY,
	VM_OVERCOMMIT_RATIO,
	VM_OVERCOMMIT_KBYTES,
	VM_SWAPPINESS,
	VM_MIN_FREE,
	VM_WATERMARK_SCALE,
	VM_ADMIN_RESERVE,
	VM_USER_RESERVE,
	VM_HUGEPAGES,
	VM_DMESG_RESTRICT,
	VM_SETTING_COUNT,
};

struct vm_setting {
	const char *name;   /* as sysctl(8) has it */
	const char *path;   /* below the root */
	const char *preset; /* the kernel's default, for people: another value is not unusual yet */
	const char *meaning;
};

extern const struct vm_setting vm_settings[VM_SETTING_COUNT];

/* Something unusual: a range of values, perhaps only together with a range of another setting. */
struct vm_rule {
	enum vm_setting_id id;
	bool of_ram; /* the range is in percent of RAM, the value in kB */
	int64_t from, to;
	enum vm_setting_id with; /* VM_SETTING_COUNT: no matter what the others are */
	int64_t with_from, with_to;
	const char *words;
};

extern const struct vm_rule vm_rules[];
extern const size_t vm_rule_count;

struct vm_values {
	int64_t values[VM_SETTING_COUNT]; /* UNKNOWN_SIGNED */
	int64_t mem_total_kb;             /* UNKNOWN */
};

/* Reads them all. */
void vm_values_read(struct vm_values *values, const struct root *root, int64_t mem_total_kb);

/* Whether a rule says something of these values. */
bool vm_rule_applies(const struct vm_rule *rule, const struct vm_values *values);

#endif
