/* struct app: every bit of state of the live screen that can change.
 *
 * It is passed down from app_run; views look at it, reactions (react.h) change it. */
#ifndef OOMSPECT_LIVE_H
#define OOMSPECT_LIVE_H

#include "cgroups.h"
#include "events_pane.h"
#include "model/adjust.h"
#include "model/config.h"
#include "model/detail.h"
#include "model/listing.h"
#include "model/marks.h"
#include "model/matches.h"
#include "model/process.h"
#include "model/prompt.h"
#include "model/recovery.h"
#include "model/sending.h"
#include "model/vm_settings.h"
#include "model/watch.h"
#include "setup.h"
#include "term/layout.h"
#include "term/rescue.h"

#include "oomspect/exhaustion.h"
#include "oomspect/killer.h"

#define APP_MESSAGE_SIZE 160

/* What can stand on the screen. The ones before VIEW_TABS are tabs, with a number each. */
enum view_id {
	VIEW_PROCS,
	VIEW_CGROUPS,
	VIEW_EVENTS,
	VIEW_DETAIL,
	VIEW_TABS,
	VIEW_HELP = VIEW_TABS,
	VIEW_SETTINGS,
	VIEW_COUNT,
};

/* The row pointed at: a process, never a row number. Before the first move it is whatever stands
 * first. */
struct cursor {
	bool bound;
	pid_t pid;
	uint64_t start_ticks;
	char comm[TASK_COMM_SIZE];
	size_t index; /* where it stands in the listing now, or stood last */
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
	bool thawed; /* asks of the loop: a sample at once */
};

/* The box over the list: whole_command.h. */
struct whole_command {
	char *text; /* NULL: it is not open */
	pid_t pid;
	int top; /* the first line that is seen */
};

struct app {
	const struct options *options;
	struct config config; /* of config_path, and of the options that override it */
	char config_path[PATH_MAX];
	struct watch watch;
	struct detail detail;
	struct events_pane events;
	struct process_detail process; /* what the Detail view shows */
	struct vm_values vm;           /* what the page of settings shows */
	struct listing listing;
	struct moves moves;
	struct cgroups cgroups;
	struct killers killers;       /* who kills before the kernel */
	struct exhaustion exhaustion; /* of the machine */
	struct column_set columns;
	struct column_context context; /* of the sample that is shown */
	struct grid grid;              /* what is to be seen */
	struct grid help;              /* the whole help, as wide as the screen */
	char user[NAME_SIZE];          /* whoever runs this */
	bool ascii_only;               /* the locale has no more, whatever the settings say */
	bool no_color;                 /* NO_COLOR is set, whatever the settings say */

	enum view_id view, view_before;
	struct layout layout;
	bool header_hidden, paused, follow;
	enum units units;
	struct listing_filter filter; /* its `found` is of matches */
	struct matches matches;       /* whom filter_text finds */
	struct listing_order order;
	bool tree;          /* the processes by parent */
	struct marks folds; /* whose branches are folded there */
	char filter_text[PROMPT_TEXT_SIZE];
	char user_text[PROMPT_TEXT_SIZE];
	bool seeking; /* the user that was typed: names.h has not answered yet */
	char search_text[PROMPT_TEXT_SIZE];
	struct cursor cursor;
	size_t top; /* first row of the listing that is seen */
	int shift;  /* columns scrolled away to the left */
	int help_top;
	int page_top;           /* of view_pages.h: the first line that is seen */
	int found_line;         /* of the help or a page: the one that was searched; -1: none */
	enum view_id page_from; /* where such a view goes back to */
	struct prompt prompt;
	bool sort_menu;
	size_t sort_menu_at;
	struct setup setup;
	struct whole_command whole_command;
	struct acting acting;
	bool in_burst;    /* keys came before this one, and faster than anybody presses them */
	bool pasting;     /* what comes is not typed */
	int64_t paste_ms; /* when the last of it came */
	char missed[APP_MESSAGE_SIZE];  /* why the last sample failed; "": it did not */
	char message[APP_MESSAGE_SIZE]; /* stands in the status line until the next key */
	char news[APP_MESSAGE_SIZE];    /* what goes on by itself: stands there behind a message */
	int64_t message_ms, news_ms;    /* by our clock: when they were said last */
	int64_t failure_ms;             /* the same of a message that says what failed */

	int64_t delay_ms;
	int64_t now_ms, taken_ms;    /* by our clock: of this picture, of the sample in it */
	int64_t sample_ms;           /* since boot of the machine that is shown: of the sample */
	struct host_vmstat previous; /* counters of the sample before, for rates */
	int64_t previous_ms;         /* 0: there is none */
	int64_t kill_ms; /* by our clock: when vmstat's oom_kill rose last while we looked; 0: never */
	unsigned long samples;

	/* What a reaction asks of the loop. */
	bool restart_timer, repaint, suspend, quit;
	bool new_look; /* colours or the mouse were switched */
};

#endif
