/* What the fuzzers found worth keeping, run once more. */

#define LLVMFuzzerTestOneInput fuzz_klog
#include "support.h"

#include "fuzz/fuzz_klog.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_oomlog
#include "fuzz/fuzz_oomlog.c"

#include <dirent.h>

typedef int target_fn(const uint8_t *data, size_t size);

static void run_file(target_fn *target, const char *path)
{
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	uint8_t *bytes = malloc(1 << 20);
	size_t length = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	assert_int_equal(target(bytes, length), 0);
	free(bytes);
}

static void run_directory(target_fn *target, const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, NULL, alphasort);
	assert_true(count > 2);
	for (int i = 0; i < count; i++) {
		char path[512];
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			run_file(target, path);
		free(entries[i]);
	}
	free(entries);
}

static void klog_reads_them(void **state)
{
	(void)state;
	run_directory(fuzz_klog, "tests/fuzz/corpus/klog");
}

static void oomlog_reads_them(void **state)
{
	(void)state;
	run_directory(fuzz_oomlog, "tests/fuzz/corpus/oomlog");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "klog reads each of its corpus", klog_reads_them, NULL, NULL, NULL },
		{ "oomlog reads each of its corpus", oomlog_reads_them, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests_name("fuzz_corpus", tests, NULL, NULL);
}
