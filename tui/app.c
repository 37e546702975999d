#include "app.h"

#include "oomspect/clock.h"

#include "term/input.h"
#include "term/printer.h"
#include "term/screen.h"
#include "view/acting.h"
#include "view/events.h"
#include "view/frame.h"
#include "view/mouse.h"
#include "view/react.h"
#include "view/setup.h"
#include "view/state.h"
#include "view/status.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define STEP_PROCESSES 25    /* what is read between two looks at the keyboard: 1 ms */
#define LOG_RECORDS    500   /* of the kernel's log, read between two looks at the keyboard */
#define RECOVERY_MS    250   /* between two looks at the memory that comes back */
#define BURST_MS       10    /* between two keys that somebody presses there is more */
#define REPAINT_MS     60000 /* wall(1) and the kernel write to terminals too */
#define SIGNALS        64    /* of Linux, but for MIPS */
#define SIGNAL_STATUS  128   /* exit status of a program ended by a signal, less its number */

/* What the loop listens to. Another source is a row of `sources` and a field here. */
enum source_id {
	SOURCE_KEYS,
	SOURCE_SIGNALS,
	SOURCE_TIMER,
	SOURCE_LOG,
	SOURCE_RECOVERY,
	SOURCE_NAMES,
	SOURCE_COUNT,
};

struct loop {
	struct app *app;
	struct screen *screen;
	int epoll_fd;
	int fds[SOURCE_COUNT];
	bool sampling, changed, ended, watching_memory;
	bool named;    /* there are names that are not shown yet */
	bool more_log; /* the kernel's log has more than was read at once */
	int status;
	int64_t idle_from_ms,
		idle_to_ms; /* no key was waiting then, since the last one; 0: always */
	int64_t painted_ms; /* when everything was sent last */
	struct err *err;
};

static int64_t now_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

static void end(struct loop *loop, int status)
{
	loop->ended = true;
	loop->status = status;
}

static void fail(struct loop *loop)
{
	end(loop, STATUS_FAILED);
}

/* While a dialog is open nothing below it may change: not even a sample goes on. */
static bool is_frozen(const struct app *app)
{
	return app->acting.dialog != DIALOG_NONE;
}

/* --- sampling ------------------------------------------------------------------------------- */

/* What was asked for may be wrong when it fails at first; later on, and when only memory or
 * descriptors are short, it may be better the next time. */
static void miss_sample(struct loop *loop, const struct err *why)
{
	loop->sampling = false;
	loop->changed = true;
	if (loop->app->clock.samples > 0 || err_is_shortage(why->code)) {
		state_missed(loop->app, why);
		return;
	}
	*loop->err = *why;
	fail(loop);
}

static void begin_sample(struct loop *loop)
{
	struct err err = { 0 };
	if (loop->sampling || loop->app->clock.paused || is_frozen(loop->app))
		return;
	loop->sampling = true;
	if (sampler_begin(&loop->app->model.watch.sampler, &err))
		miss_sample(loop, &err);
}

static void finish_sample(struct loop *loop)
{
	struct err err = { 0 };
	loop->sampling = false;
	loop->changed = true;
	loop->app->clock.now_ms = now_ms();
	if (state_sampled(loop->app, &err))
		miss_sample(loop, &err);
	else
		loop->app->clock.taken_ms = loop->app->clock.now_ms;
	events_pane_update(&loop->app->events); /* kills that the log does not mention */
}

/* A step between two looks at the keyboard. */
static void go_on_sampling(struct loop *loop)
{
	struct err err = { 0 };
	bool finished = false;
	if (!loop->sampling || is_frozen(loop->app))
		return;
	if (sampler_step(&loop->app->model.watch.sampler, STEP_PROCESSES, &finished, &err))
		miss_sample(loop, &err);
	else if (finished)
		finish_sample(loop);
}

/* Whether as many samples have been shown as were asked for. */
static bool is_last_sample(const struct app *app)
{
	return app->options->iterations && (int64_t)app->clock.samples >= app->options->iterations;
}

static void arm(int timer_fd, int64_t ms)
{
	struct timespec every = { ms / 1000, ms % 1000 * 1000000 };
	struct itimerspec spec = { every, every };
	timerfd_settime(timer_fd, 0, &spec, NULL);
}

static void set_timer(struct loop *loop)
{
	arm(loop->fds[SOURCE_TIMER], loop->app->clock.delay_ms);
	loop->app->request.restart_timer = false;
}

/* The list goes on after a dialog: what was being read when it opened is too old by now. */
static void thaw(struct loop *loop)
{
	loop->app->request.thawed = loop->sampling = false;
	begin_sample(loop);
}

/* Memory is coming back, or has just come back: there is more to show than samples. */
static void watch_memory(struct loop *loop)
{
	bool watching = loop->app->acting.recovery.watching || loop->app->status.news[0];
	if (watching != loop->watching_memory)
		arm(loop->fds[SOURCE_RECOVERY], watching ? RECOVERY_MS : 0);
	loop->watching_memory = watching;
}

/* --- what the sources bring ------------------------------------------------------------------ */

static void suspend(struct loop *loop)
{
	sigset_t stop;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	loop->app->request.suspend = false;
	screen_suspend(loop->screen);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL); /* stopped here until SIGCONT */
	sigprocmask(SIG_BLOCK, &stop, NULL);
	screen_resume(loop->screen);
	loop->changed = true;
}

static void resize(struct loop *loop)
{
	int rows, cols;
	screen_resize(loop->screen);
	screen_size(loop->screen, &rows, &cols);
	loop->changed = true;
	struct err err = { 0 };
	if (state_resize(loop->app, rows, cols, &err) == ERR_OK)
		return;
	status_say(loop->app, "%s", err.text);
	if (loop->app->grid.rows == 0) { /* there was no size before */
		*loop->err = err;
		fail(loop);
	}
}

static struct screen_look look_of(const struct app *app)
{
	return (struct screen_look){
		.color = app->settings.config.color && !app->settings.no_color,
		.mouse = app->settings.config.mouse,
	};
}

static void change_look(struct loop *loop)
{
	struct screen_look look = look_of(loop->app);
	screen_set_look(loop->screen, &look);
	loop->app->request.new_look = false;
}

/* What a reaction asked for. */
static void obey(struct loop *loop)
{
	struct app *app = loop->app;
	if (app->request.restart_timer)
		set_timer(loop);
	watch_memory(loop);
	if (app->request.thawed)
		thaw(loop);
	if (app->request.new_look)
		change_look(loop);
	if (app->request.repaint)
		screen_repaint(loop->screen);
	app->request.repaint = false;
	if (app->request.suspend) {
		suspend(loop);
		resize(loop);
	}
	if (app->request.quit)
		end(loop, 0);
}

static void on_keys(struct loop *loop)
{
	bool any = false;
	int key;
	if (loop->idle_to_ms - loop->idle_from_ms >= BURST_MS)
		react_burst_over(loop->app);
	while (!loop->ended && (key = screen_key(loop->screen)) != INPUT_NONE) {
		any = true;
		loop->app->clock.now_ms = now_ms(); /* of what is answered */
		if (key == INPUT_MOUSE)
			mouse_react(loop->app, screen_mouse(loop->screen));
		else
			react_key(loop->app, key);
		obey(loop);
	}
	loop->idle_from_ms = loop->idle_to_ms = 0;
	loop->changed |= any;
	if (!any && screen_gone(loop->screen))
		end(loop, STATUS_FAILED);
}

static void on_signals(struct loop *loop)
{
	struct signalfd_siginfo info;
	while (read(loop->fds[SOURCE_SIGNALS], &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGWINCH) {
			/* Another size and back again is none, but terminals cut what they show. */
			screen_repaint(loop->screen);
			resize(loop);
		} else if (info.ssi_signo == SIGTSTP) {
			loop->app->request.suspend = true;
			obey(loop);
		} else if (info.ssi_signo == SIGCONT) {
			screen_continue(loop->screen);
			loop->changed = true;
		} else {
			end(loop, SIGNAL_STATUS + (int)info.ssi_signo);
		}
	}
}

static void on_timer(struct loop *loop)
{
	uint64_t expired;
	if (read(loop->fds[SOURCE_TIMER], &expired, sizeof(expired)) != (ssize_t)sizeof(expired))
		return;
	acting_look(loop->app);
	/* The age has changed. */
	loop->changed |= loop->app->clock.paused || loop->sampling || is_frozen(loop->app);
	begin_sample(loop);
}

/* The log that is waited for is another descriptor when its program was started; one that is closed
 * leaves the epoll by itself. One that is a file cannot be waited for: it is read to its end, and
 * that is it. */
static void listen_to_log(struct loop *loop)
{
	int fd = event_log_fd(&loop->app->events.log);
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = SOURCE_LOG };
	if (fd == loop->fds[SOURCE_LOG])
		return;
	if (fd < 0)
		epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, loop->fds[SOURCE_LOG], NULL);
	else
		epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	loop->fds[SOURCE_LOG] = fd;
}

/* Some at a time, so that a storm of records does not hold the keyboard. */
static void read_log(struct loop *loop, bool quiet)
{
	struct app *app = loop->app;
	uint64_t seen = app->events.log.seen;
	bool caught_up = app->events.log.caught_up, open = app->events.log.open;
	bool silent = event_log_is_silent(&app->events.log);
	loop->more_log = event_log_read(&app->events.log, LOG_RECORDS, now_ms(), quiet);
	listen_to_log(loop);
	loop->changed |=
		open != app->events.log.open || silent != event_log_is_silent(&app->events.log);
	if (app->events.log.seen == seen)
		return;
	events_pane_update(&app->events);
	if (caught_up)
		app->clock.kill_ms = now_ms();
	loop->changed = true;
}

static void on_log(struct loop *loop)
{
	read_log(loop, false);
}

static void on_recovery(struct loop *loop)
{
	uint64_t expired;
	if (read(loop->fds[SOURCE_RECOVERY], &expired, sizeof(expired)) != (ssize_t)sizeof(expired))
		return;
	loop->changed = true;
	acting_watch_memory(loop->app, now_ms());
	watch_memory(loop);
}

static void on_names(struct loop *loop)
{
	loop->named |= names_hear(&loop->app->model.watch.names);
}

/* What was drawn may have wanted names. The answer comes through another pipe each time. */
static void tend_names(struct loop *loop)
{
	struct names *names = &loop->app->model.watch.names;
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = SOURCE_NAMES };
	loop->named |= names_tend(names, now_ms());
	if (loop->named && !is_frozen(loop->app)) {
		state_named(loop->app);
		loop->named = false;
		loop->changed = true;
	}
	if (names_fd(names) >= 0)
		epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, names_fd(names), &event);
}

static void (*const sources[SOURCE_COUNT])(struct loop *loop) = {
	[SOURCE_KEYS] = on_keys,
	[SOURCE_SIGNALS] = on_signals,
	[SOURCE_TIMER] = on_timer,
	[SOURCE_LOG] = on_log,
	[SOURCE_RECOVERY] = on_recovery,
	[SOURCE_NAMES] = on_names,
};

/* --- the loop ------------------------------------------------------------------------------- */

static void draw(struct loop *loop)
{
	struct app *app = loop->app;
	app->clock.now_ms = now_ms();
	if (app->clock.now_ms - loop->painted_ms >= REPAINT_MS) {
		screen_repaint(loop->screen);
		loop->painted_ms = app->clock.now_ms;
	}
	state_fetch(app);
	frame_draw(app, &app->grid);
	screen_draw(loop->screen, &app->grid);
	loop->changed = false;
}

/* What came while a picture was drawn or a sample read came before it could be looked at. */
static void note_idle(struct loop *loop)
{
	loop->idle_to_ms = now_ms();
	if (!loop->idle_from_ms)
		loop->idle_from_ms = loop->idle_to_ms;
}

static int wait_some(struct loop *loop, struct epoll_event events[SOURCE_COUNT], int wait_ms)
{
	bool keys = false;
	int count = epoll_wait(loop->epoll_fd, events, SOURCE_COUNT, 0);
	for (int i = 0; i < count; i++)
		keys |= events[i].data.u32 == SOURCE_KEYS;
	if (!keys)
		note_idle(loop);
	if (count || wait_ms == 0)
		return count;
	count = epoll_wait(loop->epoll_fd, events, SOURCE_COUNT, wait_ms);
	note_idle(loop);
	return count;
}

static void wait_for_sources(struct loop *loop)
{
	struct epoll_event events[SOURCE_COUNT];
	int due_ms = event_log_due_ms(&loop->app->events.log);
	int names_ms = names_due_ms(&loop->app->model.watch.names, now_ms());
	bool log_first = due_ms >= 0 && (names_ms < 0 || due_ms <= names_ms);
	bool busy = (loop->sampling && !is_frozen(loop->app)) || loop->more_log || loop->changed;
	int wait_ms = busy ? 0 : log_first ? due_ms : names_ms;
	int count = wait_some(loop, events, wait_ms);
	if (loop->more_log || (count == 0 && log_first))
		read_log(loop, count == 0 && !busy);
	for (int i = 0; i < count && !loop->ended; i++) {
		enum source_id id = events[i].data.u32;
		sources[id](loop);
		if (id == SOURCE_KEYS && events[i].events & (EPOLLHUP | EPOLLERR))
			end(loop, STATUS_FAILED);
	}
}

static void run(struct loop *loop)
{
	begin_sample(loop);
	draw(loop); /* before the first sample is finished */
	while (!loop->ended) {
		wait_for_sources(loop);
		/* What a key did is shown first, on the sample before. */
		if (loop->changed && !loop->ended)
			draw(loop);
		if (!loop->ended && is_last_sample(loop->app))
			end(loop, 0);
		if (!loop->ended)
			go_on_sampling(loop);
		tend_names(loop);
	}
}

/* --- setting up ----------------------------------------------------------------------------- */

/* What glibc keeps for its threads, of which there are none here: it lets nobody block or handle
 * them, and anyone may send them all the same. As the kernel has a set, glibc's and musl's are. */
static void block_reserved(sigset_t *set)
{
	static const int reserved[] = { 32, 33 };
	unsigned long *words = (unsigned long *)(void *)set;
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		size_t bit = (size_t)reserved[i] - 1, width = 8 * sizeof(*words);
		words[bit / width] |= 1ul << bit % width;
	}
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, set, NULL, SIGNALS / 8);
}

/* Signals come through a descriptor, also those that were ignored by whoever started us: a
 * terminal that is gone ends the program even under nohup(1). */
static int open_signals(void)
{
	static const int taken[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT };
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		signal(taken[i], SIG_DFL); /* an ignored signal would never be queued */
		sigaddset(&set, taken[i]);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	block_reserved(&set);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum err_code open_own_sources(struct loop *loop, struct err *err)
{
	static const enum source_id timers[] = { SOURCE_TIMER, SOURCE_RECOVERY };
	bool open = (loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC)) >= 0;
	for (size_t i = 0; open && i < sizeof(timers) / sizeof(timers[0]); i++) {
		loop->fds[timers[i]] = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
		open = loop->fds[timers[i]] >= 0;
	}
	return open ? ERR_OK : err_set_errno(err, errno, "cannot wait for keys and signals");
}

static enum err_code open_sources(struct loop *loop, struct err *err)
{
	enum err_code code = open_own_sources(loop, err);
	if (code)
		return code;
	loop->fds[SOURCE_KEYS] = screen_fd(loop->screen);
	loop->fds[SOURCE_LOG] = -1;
	loop->more_log = true;
	listen_to_log(loop);
	for (enum source_id id = 0; id < SOURCE_COUNT; id++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u32 = id };
		if (loop->fds[id] < 0 || id == SOURCE_LOG) /* tend_names adds the names */
			continue;
		if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->fds[id], &event) < 0)
			return err_set_errno(err, errno, "cannot wait for keys and signals");
	}
	set_timer(loop);
	return ERR_OK;
}

static void close_sources(const struct loop *loop)
{
	const int own[] = { loop->fds[SOURCE_TIMER], loop->fds[SOURCE_RECOVERY], loop->epoll_fd };
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i] >= 0)
			close(own[i]);
}

/* Whether a limit on locked memory would hold for this process. The right to lock any amount is asked
 * for in the initial user namespace, and root of a container often lacks it; with a limit of 0 only
 * that right locks a page (mm/mlock.c:can_do_mlock). */
static bool may_lock_all(void)
{
	struct rlimit limit, none;
	char byte = 0;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return false;
	if (limit.rlim_cur == RLIM_INFINITY)
		return true;
	none = (struct rlimit){ 0, limit.rlim_max };
	if (setrlimit(RLIMIT_MEMLOCK, &none) < 0)
		return false;
	bool locked = mlock(&byte, sizeof(byte)) == 0;
	return setrlimit(RLIMIT_MEMLOCK, &limit) == 0 && locked;
}

/* Under memory pressure a program that is paged out shows nothing. Only where the limit on locked
 * memory does not make a later allocation fail. */
static void lock_memory(void)
{
	if (!may_lock_all() || mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)
		return;
	mlockall(MCL_CURRENT | MCL_FUTURE); /* kernels before 4.4 */
}

static enum err_code show(struct loop *loop, struct err *err)
{
	struct screen_look look = look_of(loop->app);
	enum err_code code = screen_open(&loop->screen, &look, err);
	if (code) {
		loop->status = err_is_shortage(code) ? STATUS_FAILED : STATUS_USAGE;
		return code;
	}
	loop->status = STATUS_FAILED;
	code = open_sources(loop, err);
	if (!code) {
		lock_memory();
		loop->painted_ms = now_ms();
		resize(loop);
		run(loop);
	}
	close_sources(loop);
	screen_close(loop->screen);
	return code;
}

/* Only settings that were asked for have to be there; whoever became another user may still have the
 * HOME of the first. */
static enum err_code read_settings(const struct options *options, struct config *config,
	char path[PATH_MAX], struct config_ignored *ignored, struct err *unread, struct err *err)
{
	config_defaults(config);
	enum err_code code = config_locate(path, options->config, unread);
	if (code == ERR_OK)
		code = config_read(config, path, options->config != NULL, ignored, unread);
	if (code == ERR_OK || (code != ERR_NO_MEMORY && !options->config))
		return ERR_OK;
	*err = *unread;
	return code;
}

int app_run(const struct options *options, struct err *err)
{
	struct config config;
	struct config_ignored ignored = { 0 };
	struct err unread = { 0 };
	char path[PATH_MAX];
	if (read_settings(options, &config, path, &ignored, &unread, err) != ERR_OK)
		return STATUS_FAILED;
	const char *no_color = getenv("NO_COLOR");
	struct app *app = malloc(sizeof(*app));
	if (!app) {
		err_set(err, ERR_NO_MEMORY, "cannot begin: out of memory");
		return STATUS_FAILED;
	}
	struct loop loop = { .app = app, .epoll_fd = -1, .status = STATUS_FAILED, .err = err };
	for (enum source_id id = 0; id < SOURCE_COUNT; id++)
		loop.fds[id] = -1;
	if (state_init(app, options, printer_ascii_only(), err) == ERR_OK) {
		app->settings.no_color = no_color && *no_color;
		setup_begin(app, &config, path);
		setup_say_unread(app, &unread, &ignored);
		loop.fds[SOURCE_SIGNALS] = open_signals();
		if (loop.fds[SOURCE_SIGNALS] < 0) {
			err_set_errno(err, errno, "cannot wait for signals");
		} else {
			show(&loop, err);
			close(loop.fds[SOURCE_SIGNALS]);
		}
		history_print(&app->acting.history);
		state_release(app);
	}
	free(app);
	return loop.status;
}
