/* The table of line shapes: that its rows are whole, and that each can be reached. */
#include "../../core/oomlog/shapes.h"

#include "support.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool begins_a_message(const struct oomlog_shape *shape)
{
	return shape->where == OOMLOG_START || shape->where == OOMLOG_QUOTED;
}

static void every_row_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < oomlog_shape_count; i++) {
		const struct oomlog_shape *shape = &oomlog_shapes[i];
		assert_non_null(shape->marker);
		assert_non_null(shape->take);
		assert_true(shape->note && *shape->note);
		assert_int_equal(*shape->marker == '\0', shape->where == OOMLOG_LAST);
	}
}

/* A message is given to its row and those below it: what takes anything stands last, and a row of
 * the task table, which holds names that anybody chose, is not searched for markers. */
static void rows_stand_in_the_order_of_where(void **state)
{
	(void)state;
	bool others = false, last = false;
	for (size_t i = 0; i < oomlog_shape_count; i++) {
		enum oomlog_where where = oomlog_shapes[i].where;
		assert_false(where == OOMLOG_TABLE && others);
		assert_false(where != OOMLOG_LAST && last);
		others |= where != OOMLOG_TABLE;
		last |= where == OOMLOG_LAST;
	}
	assert_true(last);
}

/* What quotes is skipped before a marker is looked for: a marker that began so would not be found. */
static void no_marker_begins_with_what_quotes(void **state)
{
	(void)state;
	for (size_t i = 0; i < oomlog_shape_count; i++)
		if (begins_a_message(&oomlog_shapes[i]))
			assert_true(isalpha((unsigned char)*oomlog_shapes[i].marker));
}

/* The message `before` + marker + `behind` is of a row with that marker, or one it begins with. */
static void is_found(const struct oomlog_filter *filter, const struct oomlog_shape *shape,
	const char *before, const char *behind)
{
	char message[128];
	snprintf(message, sizeof(message), "%s%s%s", before, shape->marker, behind);
	const struct oomlog_shape *found = oomlog_shape_of(filter, text_of(message));
	assert_int_equal(found->where, shape->where);
	assert_true(found <= shape && text_starts(text_of(shape->marker), found->marker));
}

static void every_marker_is_found_where_it_belongs(void **state)
{
	struct oomlog_filter filter;
	(void)state;
	oomlog_filter_init(&filter);
	for (size_t i = 0; i < oomlog_shape_count; i++) {
		const struct oomlog_shape *shape = &oomlog_shapes[i];
		switch (shape->where) {
		case OOMLOG_TABLE:
			is_found(&filter, shape, "", " 1234] 0 1234 100 10 3 0 0 x");
			break;
		case OOMLOG_INNER:
			is_found(&filter, shape, "a-name-of-15-by ", ": x");
			is_found(&filter, shape, "rest of another <4>x ", ": x");
			break;
		case OOMLOG_ANYWHERE:
			is_found(&filter, shape, "[<ffffffff81234567>] ? and so on ", "+0x1");
			break;
		case OOMLOG_QUOTED:
			is_found(&filter, shape, "> \"", " x");
			is_found(&filter, shape, "", " x");
			break;
		case OOMLOG_START:
			is_found(&filter, shape, "", " x");
			break;
		case OOMLOG_LAST:
			is_found(&filter, shape, "", "nothing that is known");
			break;
		}
	}
}

static void inside_of_another_message_it_is_none(void **state)
{
	struct oomlog_filter filter;
	(void)state;
	oomlog_filter_init(&filter);
	for (size_t i = 0; i < oomlog_shape_count; i++) {
		const struct oomlog_shape *shape = &oomlog_shapes[i];
		char message[128];
		if (!begins_a_message(shape) && shape->where != OOMLOG_INNER)
			continue;
		snprintf(message, sizeof(message), "usb 1-1: a device that calls itself %s x",
			shape->marker);
		assert_int_equal(oomlog_shape_of(&filter, text_of(message))->where, OOMLOG_LAST);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(rows_stand_in_the_order_of_where),
		cmocka_unit_test(no_marker_begins_with_what_quotes),
		cmocka_unit_test(every_marker_is_found_where_it_belongs),
		cmocka_unit_test(inside_of_another_message_it_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
