/* struct app: every bit of state of the live screen that can change.
 *
 * It is passed down from app_run; views look at it, reactions (react.h) change it. */
#ifndef OOMSPECT_LIVE_H
#define OOMSPECT_LIVE_H

#include "cgroup_line.h"
#include "cursor.h"
#include "model/adjust.h"
#include "model/config.h"
#include "model/event_log.h"
#include "model/listing.h"
#include "model/marks.h"
#include "model/matches.h"
#include "model/process.h"
#include "model/process_columns.h"
#include "model/recovery.h"
#include "model/report.h"
#include "model/sending.h"
#include "model/visible.h"
#include "model/vm_settings.h"
#include "model/watch.h"
#include "prompt.h"
#include "term/layout.h"
#include "term/rescue.h"

#include "oomspect/exhaustion.h"
#include "oomspect/killer.h"

#define APP_MESSAGE_SIZE 160

/* What can fill the screen, a line each: its id, and the name of its object in view.h. The tabs come
 * first, with a number each. */
#define VIEW_TABS_LIST(X) \
	X(PROCS, procs) \
	X(CGROUPS, cgroups) \
	X(EVENTS, events) \
	X(DETAIL, detail)
#define VIEW_PAGES_LIST(X) \
	X(HELP, help) \
	X(SETTINGS, settings)

#define VIEW_ID(id, object) VIEW_##id,
enum view_id {
	VIEW_TABS_LIST(VIEW_ID) VIEW_TABS,
	VIEW_TABS_END = VIEW_TABS - 1,
	VIEW_PAGES_LIST(VIEW_ID) VIEW_COUNT
};
#undef VIEW_ID

/* The process pointed at, never a row number. */
struct pointed {
	pid_t pid;
	uint64_t start_ticks;
	char comm[TASK_COMM_SIZE];
};

/* Everything of the Cgroups view that can change: its rows, its cursor, how they are shown, and what is
 * computed for them once a sample. */
#define CGROUPS_NEAREST 4 /* rows of the strip */

struct cgroups {
	struct cgroup_rows rows;
	struct marks folds; /* by inode, which is not given again while the cgroup lives */
	struct cgroup_rates rates;
	struct memcg_victims victims;
	struct cgroup_line_context context;
	struct column_set line;
	unsigned long samples; /* of struct app when all this was computed; 0: never */

	bool shaped; /* tree or flat has been decided, by the first sample or by a key */
	bool tree, limited_only, full_paths;
	enum cgroup_column_id sort;
	bool reversed;
	char filter_text[PROMPT_TEXT_SIZE];

	struct cursor cursor;
	char path[PATH_MAX]; /* of the row pointed at, when it is bound: never a row number */

	/* Who would die in it: of the row pointed at, where the screen has room for that. */
	struct outlook inside;
	struct column_set inside_columns;
	struct column_context inside_context;

	/* Those with a limit of their own, by the share of it that cannot be reclaimed. */
	struct cgroup_entry nearest[CGROUPS_NEAREST];
	size_t nearest_count;
	bool limits_seen; /* there were some in this sample or in one before */
	int32_t first;    /* the row that meets its limit first; UNKNOWN without a trend */
	int64_t first_s;  /* in how many seconds: an estimate */
};

/* The Events view: the log, the event pointed at, and its report. The cursor is on an event, not on a
 * row: a new one moves it only while it follows the newest. */
struct events_pane {
	struct event_log log;
	struct report report;
	bool follow;          /* the cursor stays on the newest */
	bool raw;             /* the report is the messages themselves */
	struct cursor cursor; /* row 0 is the newest */
	uint64_t chosen;      /* number of the event pointed at; 0 before there was one */
	size_t report_top;

	/* What the report was made from. */
	uint64_t made_of;
	size_t made_victims;
	int made_width;
	bool made_raw;
};

/* The setup of the screen. */
struct setup {
	bool open;
	enum config_page page;
	size_t at; /* the line pointed at */
};

/* What is being done to processes: acting.h. */
enum dialog_id { DIALOG_NONE, DIALOG_ADJUST, DIALOG_SIGNAL, DIALOG_COUNT };

struct acting {
	struct action_rights rights;
	struct audit audit;
	struct history history;
	struct marks tags;
	enum dialog_id dialog; /* while one is open no sample is taken: the list is frozen */
	struct adjust adjust;
	struct sending sending;
	struct recovery recovery;
	struct reserve reserve;
};

/* The box over the list: whole_command.h. */
struct whole_command {
	char *text; /* NULL: it is not open */
	pid_t pid;
	int top; /* the first line that is seen */
};

/* The views that are one long text: texts.h. */
struct texts {
	struct grid help;         /* the whole help, as wide as the screen */
	int top[VIEW_COUNT];      /* the first line that is asked for */
	int found;                /* the line that was searched; -1: none */
	enum view_id from;        /* where a page goes back to */
	enum view_id before_help; /* and the help */
};

struct sort_menu {
	bool open;
	size_t at;
};

/* What was sampled, and what is known of it. */
struct model {
	struct watch watch;
	struct column_context context; /* of the sample that is shown */
	struct killers killers;        /* who kills before the kernel */
	struct exhaustion exhaustion;  /* of the machine */
	struct visible visible;        /* of the processes that are seen */
	struct process_detail process; /* what the Detail view shows */
	struct vm_values vm;           /* what the page of settings shows */
	char user[NAME_SIZE];          /* whoever runs this */
};

/* When: by our clock but for what says otherwise. */
struct clock {
	int64_t delay_ms;
	int64_t now_ms, taken_ms;    /* of this picture, of the sample in it */
	int64_t sample_ms;           /* since boot of the machine that is shown: of the sample */
	struct host_vmstat previous; /* counters of the sample before, for rates */
	int64_t previous_ms;         /* 0: there is none */
	int64_t kill_ms; /* when vmstat's oom_kill rose last while we looked; 0: never */
	unsigned long samples;
	bool paused;
};

/* The Procs view: which processes are listed, how, and the one pointed at. */
struct procs {
	struct listing listing;
	struct listing_filter filter; /* its `found` is of matches */
	struct listing_order order;
	struct matches matches; /* whom filter_text finds */
	struct moves moves;
	struct column_set columns;
	bool tree;          /* by parent */
	struct marks folds; /* whose branches are folded there */
	char filter_text[PROMPT_TEXT_SIZE];
	char user_text[PROMPT_TEXT_SIZE];
	bool seeking; /* the user that was typed: names.h has not answered yet */
	struct cursor cursor;
	struct pointed pointed; /* by the cursor, when it is bound */
};

/* The settings, and what is stronger than they are. */
struct settings {
	struct config config; /* of `path`, and of the options that override it */
	char path[PATH_MAX];
	bool ascii_only; /* the locale has no more */
	bool no_color;   /* NO_COLOR is set */
	bool header_hidden;
	enum units units;
};

/* The status line: status.h. */
struct status {
	char missed[APP_MESSAGE_SIZE];  /* why the last sample failed; "": it did not */
	char message[APP_MESSAGE_SIZE]; /* stands there until the next key */
	char news[APP_MESSAGE_SIZE];    /* what goes on by itself: stands there behind a message */
	int64_t message_ms, news_ms;    /* by our clock: when they were said last */
	int64_t failure_ms;             /* the same of a message that says what failed */
};

/* What is being typed, or pasted. */
struct typing {
	struct prompt prompt;
	char search_text[PROMPT_TEXT_SIZE];
	bool in_burst;    /* keys came before this one, and faster than anybody presses them */
	bool pasting;     /* what comes is not typed */
	int64_t paste_ms; /* when the last of it came */
};

/* What a reaction asks of the loop. */
struct request {
	bool quit, suspend, repaint;
	bool thawed;        /* a sample at once */
	bool restart_timer; /* there is another delay */
	bool new_look;      /* colours or the mouse were switched */
};

struct app {
	const struct options *options;
	struct settings settings;
	struct model model;
	struct clock clock;

	/* What each view keeps. */
	struct procs procs;
	struct cgroups cgroups;
	struct events_pane events;
	struct texts texts;

	/* And what may stand over it. */
	struct sort_menu sort_menu;
	struct setup setup;
	struct whole_command whole_command;
	struct acting acting;

	enum view_id view;
	struct layout layout;
	struct grid grid; /* what is to be seen */
	int shift;        /* columns scrolled away to the left */
	bool follow;      /* the cursor of a list is kept on the screen */
	struct typing typing;
	struct status status;
	struct request request;
};

#endif
