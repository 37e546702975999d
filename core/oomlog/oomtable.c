#include "oomspect/oomtable.h"

#include "oomspect/array.h"
#include "oomspect/logscan.h"

#include <string.h>

static enum oom_column column_of(struct text name)
{
	static const struct {
		const char *name;
		enum oom_column column;
	} rows[] = {
		{ "uid", OOM_COLUMN_UID }, { "tgid", OOM_COLUMN_TGID },
		{ "total_vm", OOM_COLUMN_TOTAL_VM }, { "rss", OOM_COLUMN_RSS },
		{ "rss_shmem", OOM_COLUMN_RSS_SHMEM }, /* v6.8, beside rss_anon and rss_file */
		{ "nr_ptes", OOM_COLUMN_NR_PTES },     /* v3.7 to v4.14 */
		{ "nr_pmds", OOM_COLUMN_NR_PMDS },     /* v4.0 to v4.14 */
		{ "pgtables_bytes", OOM_COLUMN_PGTABLES_BYTES }, /* v4.15, af5b0f6a09e4 */
		{ "swapents", OOM_COLUMN_SWAPENTS },
		{ "oom_score_adj", OOM_COLUMN_ADJ }, /* v2.6.36, a63d83f427fb */
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (text_equals(name, rows[i].name))
			return rows[i].column;
	}
	return OOM_COLUMN_OTHER;
}

bool oomtable_columns(struct text text, struct oom_columns *ret)
{
	struct oom_columns columns = { .count = 0 };
	struct text rest = text, field;
	bool bracket = text_skip(&rest, "[");
	if (!text_next_field(&rest, &field) || !text_equals(field, "pid") ||
		!text_next_field(&rest, &field) || !text_equals(field, "]"))
		return false;
	columns.mangled = !bracket;
	while (columns.count < OOM_COLUMNS_MAX && text_next_field(&rest, &field) &&
		!columns.whole) {
		if (text_equals(field, "name"))
			columns.whole = true;
		else
			columns.column[columns.count++] = column_of(field);
	}
	if (columns.count < 3 || columns.column[0] != OOM_COLUMN_UID)
		return false;
	*ret = columns;
	return true;
}

/* "[ 1234]" of a row, not "[   12.345678]" of a stamp. */
static bool take_pid(struct text *rest, int64_t *ret)
{
	struct text text = *rest;
	if (!text_skip(&text, "["))
		return false;
	scan_blanks(&text);
	if (!text.len || !scan_is_digit(*text.at) || !scan_number(&text, ret) ||
		!text_skip(&text, "]"))
		return false;
	*rest = text;
	return true;
}

bool oomtable_begins(struct text text)
{
	int64_t pid;
	struct text rest = text, field;
	if (take_pid(&rest, &pid))
		return true;
	return text_skip(&text, "[") && text_next_field(&text, &field) && text_equals(field, "pid");
}

static size_t take_numbers(struct text *rest, size_t limit, int64_t *values)
{
	size_t count = 0;
	while (count < limit) {
		struct text text = *rest, field, number;
		if (!text_next_field(&text, &field))
			break;
		number = field;
		if (!scan_number(&number, &values[count]) || number.len)
			break;
		*rest = text;
		count++;
	}
	return count;
}

/* Without a header the last number is oom_score_adj and the one before it swapents, in every
 * table since v3.7; page tables are told by being whole pages of bytes (v4.15). */
static void guess_columns(size_t count, const int64_t *values, struct oom_columns *ret)
{
	static const enum oom_column head[] = { OOM_COLUMN_UID, OOM_COLUMN_TGID,
		OOM_COLUMN_TOTAL_VM, OOM_COLUMN_RSS };
	*ret = (struct oom_columns){ .count = count };
	for (size_t i = 0; i < 4 && i < count; i++)
		ret->column[i] = head[i];
	if (count < 7)
		return;
	ret->column[count - 1] = OOM_COLUMN_ADJ;
	int64_t tables = values[count - 3];
	if (tables >= 4096 && tables % 1024 == 0) {
		ret->column[count - 3] = OOM_COLUMN_PGTABLES_BYTES;
		ret->column[count - 2] = OOM_COLUMN_SWAPENTS;
		if (count == 10)
			ret->column[count - 4] = OOM_COLUMN_RSS_SHMEM;
	}
}

static void add_page_tables(struct oom_task *task, int64_t pages)
{
	task->page_tables = task->page_tables == UNKNOWN_SIGNED ? pages : task->page_tables + pages;
}

static void set_column(struct oom_task *task, enum oom_column column, int64_t value)
{
	switch (column) {
	case OOM_COLUMN_UID:
		task->uid = value;
		break;
	case OOM_COLUMN_TGID:
		task->tgid = value;
		break;
	case OOM_COLUMN_TOTAL_VM:
		task->total_vm_pages = value;
		break;
	case OOM_COLUMN_RSS:
		task->rss_pages = value;
		break;
	case OOM_COLUMN_RSS_SHMEM:
		task->rss_shmem_pages = value;
		break;
	case OOM_COLUMN_NR_PTES:
	case OOM_COLUMN_NR_PMDS:
		add_page_tables(task, value);
		break;
	case OOM_COLUMN_PGTABLES_BYTES:
		task->pgtables_bytes = value;
		break;
	case OOM_COLUMN_SWAPENTS:
		task->swapents_pages = value;
		break;
	case OOM_COLUMN_ADJ:
		task->oom_score_adj = value;
		break;
	case OOM_COLUMN_OTHER:
		break;
	}
}

bool oomtable_row(struct text text, const struct oom_columns *columns, int64_t stamp_pid,
	struct oom_task *ret, bool *ret_named)
{
	struct oom_task task;
	int64_t values[OOM_COLUMNS_MAX];
	struct oom_columns guessed;
	struct text rest = text;
	oom_task_init(&task);
	if (columns->mangled)
		task.pid = stamp_pid;
	else if (!take_pid(&rest, &task.pid))
		return false;
	size_t count =
		take_numbers(&rest, columns->count ? columns->count : OOM_COLUMNS_MAX, values);
	if (count < 4 || (columns->mangled && count < columns->count))
		return false;
	if (!columns->count) {
		guess_columns(count, values, &guessed);
		columns = &guessed;
	}
	for (size_t i = 0; i < count; i++)
		set_column(&task, columns->column[i], values[i]);
	if (task.pid < 0 || task.tgid < 0)
		return false;
	if (rest.len && scan_is_blank(*rest.at))
		rest = scan_from(rest, rest.at + 1);
	*ret_named = rest.len && count == columns->count;
	if (*ret_named)
		text_copy(rest, task.comm, sizeof(task.comm));
	*ret = task;
	return true;
}
