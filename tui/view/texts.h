/* The views that are one long text: scrolled, searched, and left again. Of those that are pages of a
 * frame, what they have in common. */
#ifndef OOMSPECT_TEXTS_H
#define OOMSPECT_TEXTS_H

#include "term/page.h"
#include "view.h"

/* The first line that is seen. */
int texts_top(const struct app *app);

/* What the keys of a text do, and a moved cursor; for struct view. */
extern reaction *const texts_reactions[ACTION_COUNT];
void texts_move(struct app *app, int lines);
void texts_entered(struct app *app, enum view_id before);
bool texts_take(struct app *app);

/* A page needs the room: nothing of the panel but the title. */
#define TEXTS_PAGE_WITHOUT \
	(1u << PART_MEMORY | 1u << PART_SWAP | 1u << PART_COMMIT | 1u << PART_PSI | \
		1u << PART_ZONES | 1u << PART_RUNNER_UP)

/* The functions of struct view_text and struct view of a page. */
int texts_page_lines(const struct app *app);
int texts_page_rows(const struct app *app);
enum view_id texts_page_behind(const struct app *app);
enum err_code texts_page_find(
	const struct app *app, int from, int step, int *ret_line, struct err *err);
bool texts_page_means(const struct app *app, const struct key_row *row);
void texts_page_draw(const struct app *app, struct grid *grid);
void texts_page_describe(const struct app *app, char *buffer, size_t size);

/* struct view_text of a page, but for what is its own. */
#define TEXTS_PAGE \
	.where = "here", .rows = texts_page_rows, .lines = texts_page_lines, \
	.find = texts_page_find, .behind = texts_page_behind

/* And struct view of one. */
#define TEXTS_PAGE_VIEW \
	.without = TEXTS_PAGE_WITHOUT, .draw = texts_page_draw, .describe = texts_page_describe, \
	.take_text = texts_take, .move = texts_move

#endif
