/* Any bytes as a log file: every record borrows from memory that is there, and the end is reached. */
#include "oomspect/klog.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_packed(const uint8_t *data, size_t size)
{
	return size > 1 &&
	       ((data[0] == 0x1f && data[1] == 0x8b) || (data[0] == 0xfd && data[1] == '7') ||
		       (data[0] == 0x28 && data[1] == 0xb5) || (data[0] == 'B' && data[1] == 'Z'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct klog klog;
	struct klog_record record;
	struct err err;
	char path[64];
	volatile char last = 0;
	if (is_packed(data, size))
		return 0; /* would start a program */
	int fd = memfd_create("log", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (klog_open_file(&klog, path, &err) != ERR_OK)
		abort();
	size_t records = 0;
	enum klog_status status;
	while ((status = klog_read(&klog, &record, &err)) == KLOG_RECORD || status == KLOG_MORE) {
		if (status == KLOG_MORE)
			continue;
		if (record.text.len)
			last = record.text.at[record.text.len - 1];
		if (record.stamp.len)
			last = record.stamp.at[record.stamp.len - 1];
		if (++records > size + 1)
			abort();
	}
	(void)last;
	klog_close(&klog);
	close(fd);
	return 0;
}
