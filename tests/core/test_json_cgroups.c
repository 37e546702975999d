#include "support.h"
#include "support_json.h"

#include "oomspect/json.h"
#include "oomspect/memcg_file.h"

#include <stdlib.h>
#include <string.h>

#define MIB (UINT64_C(1) << 20)

static struct snapshot snapshot;
static struct memcg_tree tree;
static struct memcg rows[2];
static struct memcg_victim victims[2];
static struct memcg_victims all_victims;
static struct task task;

static json_t *document_of(const int32_t *order, size_t count)
{
	struct written_json written;
	written_json_begin(&written);
	json_cgroups(written.file, &snapshot, &all_victims, order, count);
	json_t *whole = written_json_read(&written);
	written_json_release(&written);
	return whole;
}

/* A top of which nothing is known, and a full row below it. */
static json_t *document(void)
{
	static const int32_t order[] = { 1, 0 };
	memset(rows, 0, sizeof(rows));
	memcg_row_forget(&rows[0], 2);
	memcg_row_forget(&rows[1], 2);
	rows[0].path = "/";
	rows[0].parent = rows[0].limited_by = -1;
	rows[0].subtree_end = 2;
	rows[1].path = "/a\xff";
	rows[1].subtree_end = 2;
	rows[1].depth = 1;
	rows[1].usage = amount_bytes(60 * MIB);
	rows[1].limit = amount_bytes(100 * MIB);
	rows[1].inactive_file = amount_bytes(10 * MIB);
	rows[1].active_file = rows[1].slab_reclaimable = amount_bytes(5 * MIB);
	rows[1].dirty = rows[1].writeback = amount_bytes(MIB);
	rows[1].high = (struct amount){ AMOUNT_UNLIMITED, 0 };
	rows[1].oom_group = 1;
	rows[1].events.oom_kill = 3;
	rows[1].psi.some.avg10 = 910;
	rows[1].processes = 2;
	task = proc_unknown(9120);
	strcpy(task.comm, "node");
	victims[0] = (struct memcg_victim){ .prediction = PREDICTION_NONE };
	victims[1] = (struct memcg_victim){ .task = &task,
		.points = { -5 },
		.prediction = PREDICTION_VICTIM,
		.uncertain = 1u << UNCERTAIN_NEAR_TIE };
	all_victims = (struct memcg_victims){ .rows = victims, .count = 2 };
	tree = (struct memcg_tree){ .version = 2, .rows = rows, .count = 2 };
	memcg_tree_derive(&tree);
	snapshot = (struct snapshot){ .memcgs = &tree };
	return document_of(order, 2);
}

static const json_t *cgroup(const json_t *whole, size_t index)
{
	return json_array_get(json_object_get(whole, "cgroups"), index);
}

struct member_row {
	const char *claim;          /* the member */
	const char *full, *unknown; /* as JSON */
};

static const struct member_row members[] = {
	{ "path", "\"/a\xef\xbf\xbd\"", "\"/\"" },
	{ "path_hex", "\"2f61ff\"", NULL },
	{ "name", "\"a\xef\xbf\xbd\"", "\"/\"" },
	{ "kind", "\"other\"", "\"other\"" },
	{ "id", "null", "null" },
	{ "usage_bytes", "62914560", "null" },
	{ "limit_bytes", "104857600", "null" },
	{ "effective_limit_bytes", "104857600", "null" },
	{ "limited_by", "\"/a\xef\xbf\xbd\"", "null" },
	{ "limit_hidden", "false", "false" },
	{ "headroom_bytes", "41943040", "null" },
	{ "high_bytes", "null", "null" },
	{ "swap_bytes", "null", "null" },
	{ "swap_limit_bytes", "null", "null" },
	{ "peak_bytes", "null", "null" },
	{ "reclaimable_bytes", "18874368", "null" },
	{ "unreclaimable_bytes", "44040192", "null" },
	{ "anon_bytes", "null", "null" },
	{ "file_bytes", "null", "null" },
	{ "shmem_bytes", "null", "null" },
	{ "kernel_bytes", "null", "null" },
	{ "processes", "2", "0" },
	{ "oom_group", "true", "null" },
	{ "oom_kill_disable", "null", "null" },
	{ "under_oom", "null", "null" },
	{ "oom", "null", "null" },
	{ "oom_kill", "3", "null" },
	{ "max_events", "null", "null" },
	{ "failcnt", "null", "null" },
	{ "psi_some_avg10", "9.1", "null" },
	{ "growth_bytes_s", "null", "null" },
	{ "eta_s", "null", "null" },
	{ "pod", "null", "null" },
	{ "qos", "null", "null" },
	{ "uncertain", "[\"near_tie\"]", "[]" },
	{ "victim", "{\"pid\":9120,\"comm\":\"node\",\"badness_pages\":-5}", "null" },
};

static void assert_member(const json_t *object, const char *name, const char *expected)
{
	const json_t *member = json_object_get(object, name);
	if (!expected) {
		assert_null(member);
		return;
	}
	char *text = json_dumps(member, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void check_member(void **state)
{
	const struct member_row *row = *state;
	json_t *whole = document();
	assert_member(cgroup(whole, 0), row->claim, row->full);
	assert_member(cgroup(whole, 1), row->claim, row->unknown);
	json_decref(whole);
}

static void nothing_else_is_in_it(void **state)
{
	(void)state;
	json_t *whole = document();
	size_t hex_of = 0;
	const char *name;
	const json_t *value;
	void *at;
	json_t *object = json_deep_copy(cgroup(whole, 0));
	for (at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
		name = json_object_iter_key(at);
		value = json_object_iter_value(at);
		assert_non_null(value);
		bool known = false;
		for (size_t i = 0; i < ARRAY_SIZE(members); i++)
			known |= strcmp(members[i].claim, name) == 0;
		hex_of += strstr(name, "_hex") != NULL;
		assert_true(known || strstr(name, "_hex"));
	}
	assert_int_equal(hex_of, 3); /* path, name, limited_by */
	json_decref(object);
	json_decref(whole);
}

static void the_document_says_what_it_is(void **state)
{
	(void)state;
	json_t *whole = document();
	assert_member(whole, "schema", "\"oomspect.cgroups/2\"");
	assert_member(whole, "version", "2");
	assert_int_equal(json_array_size(json_object_get(whole, "cgroups")), 2);
	assert_true(json_is_object(json_object_get(whole, "host")));
	json_decref(whole);
}

static void without_a_controller_the_version_is_null(void **state)
{
	(void)state;
	json_decref(document());
	tree.version = 0;
	json_t *whole = document_of(NULL, 0);
	assert_member(whole, "version", "null");
	assert_member(whole, "cgroups", "[]");
	json_decref(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_else_is_in_it),
		cmocka_unit_test(the_document_says_what_it_is),
		cmocka_unit_test(without_a_controller_the_version_is_null),
	};
	return run_rows("members of a memory cgroup", members, check_member) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
