#include "support.h"

#include "model/vm_settings.h"

#include "oomspect/host.h"

#include <stdio.h>
#include <string.h>

static struct vm_values usual(void)
{
	struct vm_values values = { .mem_total_kb = 16 << 20 };
	static const int64_t defaults[VM_SETTING_COUNT] = {
		[VM_DUMP_TASKS] = 1,
		[VM_OVERCOMMIT_RATIO] = 50,
		[VM_SWAPPINESS] = 60,
		[VM_MIN_FREE] = 67584,
		[VM_WATERMARK_SCALE] = 10,
		[VM_ADMIN_RESERVE] = 8192,
		[VM_USER_RESERVE] = 131072,
	};
	memcpy(values.values, defaults, sizeof(defaults));
	return values;
}

static size_t count_rules(const struct vm_values *values, enum vm_setting_id id)
{
	size_t count = 0;
	for (size_t i = 0; i < vm_rule_count; i++)
		count += vm_rules[i].id == id && vm_rule_applies(&vm_rules[i], values);
	return count;
}

static void every_setting_has_a_whole_row(void **state)
{
	(void)state;
	for (enum vm_setting_id id = 0; id < VM_SETTING_COUNT; id++) {
		char path[128];
		assert_non_null(vm_settings[id].name);
		assert_non_null(vm_settings[id].preset);
		assert_non_null(vm_settings[id].meaning);
		snprintf(path, sizeof(path), "proc/sys/%s", vm_settings[id].name);
		*strchr(path, '.') = '/';
		assert_string_equal(vm_settings[id].path, path);
	}
}

static void every_rule_has_words_and_a_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < vm_rule_count; i++) {
		assert_true(vm_rules[i].id < VM_SETTING_COUNT);
		assert_true(vm_rules[i].from <= vm_rules[i].to);
		assert_non_null(vm_rules[i].words);
	}
}

static void the_defaults_of_a_kernel_are_not_unusual(void **state)
{
	struct vm_values values = usual();
	(void)state;
	for (enum vm_setting_id id = 0; id < VM_SETTING_COUNT; id++)
		assert_int_equal(count_rules(&values, id), 0);
}

static void what_is_unknown_is_not_unusual(void **state)
{
	struct vm_values values = { .mem_total_kb = UNKNOWN };
	(void)state;
	for (enum vm_setting_id id = 0; id < VM_SETTING_COUNT; id++)
		values.values[id] = UNKNOWN_SIGNED;
	for (enum vm_setting_id id = 0; id < VM_SETTING_COUNT; id++)
		assert_int_equal(count_rules(&values, id), 0);
}

struct rule_row {
	const char *claim;
	enum vm_setting_id id;
	int64_t value;
	enum vm_setting_id with;
	int64_t with_value;
	size_t rules;
};

static const struct rule_row rule_rows[] = {
	{ "panic_on_oom 1 is unusual", VM_PANIC_ON_OOM, 1, VM_SWAPPINESS, 60, 1 },
	{ "panic_on_oom 2 is unusual", VM_PANIC_ON_OOM, 2, VM_SWAPPINESS, 60, 1 },
	{ "a panic that nobody ends is unusual where an OOM panics", VM_KERNEL_PANIC, 0,
		VM_PANIC_ON_OOM, 1, 1 },
	{ "a panic that ends in a boot is not", VM_KERNEL_PANIC, 30, VM_PANIC_ON_OOM, 1, 0 },
	{ "kernel.panic does not matter where an OOM kills", VM_KERNEL_PANIC, 0, VM_PANIC_ON_OOM, 0,
		0 },
	{ "nor is another one than the default unusual there", VM_KERNEL_PANIC, 1, VM_PANIC_ON_OOM,
		0, 0 },
	{ "the overcommit ratio does not matter without strict overcommit", VM_OVERCOMMIT_RATIO, 10,
		VM_OVERCOMMIT_MEMORY, 0, 0 },
	{ "it does with it", VM_OVERCOMMIT_RATIO, 10, VM_OVERCOMMIT_MEMORY, 2, 1 },
	{ "swappiness 100 is allowed", VM_SWAPPINESS, 100, VM_PANIC_ON_OOM, 0, 0 },
	{ "swappiness 101 is unusual", VM_SWAPPINESS, 101, VM_PANIC_ON_OOM, 0, 1 },
	{ "4.9 % of RAM kept free is not unusual", VM_MIN_FREE, 838860, VM_PANIC_ON_OOM, 0, 0 },
	{ "5 % of RAM kept free is", VM_MIN_FREE, 838861, VM_PANIC_ON_OOM, 0, 1 },
	{ "a number near the end of its range does not overflow", VM_MIN_FREE, INT64_MAX,
		VM_PANIC_ON_OOM, 0, 0 },
};

static void check_rule(void **state)
{
	const struct rule_row *row = *state;
	struct vm_values values = usual();
	values.values[row->with] = row->with_value;
	values.values[row->id] = row->value;
	assert_int_equal(count_rules(&values, row->id), row->rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_has_a_whole_row),
		cmocka_unit_test(every_rule_has_words_and_a_range),
		cmocka_unit_test(the_defaults_of_a_kernel_are_not_unusual),
		cmocka_unit_test(what_is_unknown_is_not_unusual),
	};
	return run_rows("rules", rule_rows, check_rule) +
	       cmocka_run_group_tests_name("vm settings", tests, NULL, NULL);
}
