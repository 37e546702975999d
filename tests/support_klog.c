#include "support.h"

#include "support_klog.h"

#include <poll.h>
#include <time.h>

#define PATIENCE_S 10

enum klog_status klog_wait(struct klog *klog, struct klog_record *record, struct err *err)
{
	time_t until = time(NULL) + PATIENCE_S;
	for (;;) {
		enum klog_status status = klog_read(klog, record, err);
		if (status != KLOG_MORE && status != KLOG_AGAIN)
			return status;
		struct pollfd pollfd = { .fd = klog_fd(klog), .events = POLLIN };
		if (status == KLOG_AGAIN) {
			int due_ms = klog_due_ms(klog);
			poll(&pollfd, 1, due_ms >= 0 && due_ms < 100 ? due_ms : 100);
		}
		if (time(NULL) > until)
			fail_msg("no record within %d s", PATIENCE_S);
	}
}

enum klog_status klog_wait_text(struct klog *klog, char text[128], struct err *err)
{
	struct klog_record record;
	enum klog_status status = klog_wait(klog, &record, err);
	text[0] = '\0';
	if (status == KLOG_RECORD)
		text_copy(record.text, text, 128);
	return status;
}
