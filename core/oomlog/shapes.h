/* Inside of oomlog: the shapes of the lines of a report, one table of them. A row says where its
 * marker stands and what such a line does to the report that is open. */
#ifndef OOMSPECT_SHAPES_H
#define OOMSPECT_SHAPES_H

#include "oomspect/logjoin.h"
#include "oomspect/oomlog_state.h"

/* Takes a message of its shape; false if it is none after all. */
typedef bool oomlog_take_fn(struct oomlog *log, struct text text);

/* Where the marker of a shape stands in a message. */
enum oomlog_where {
	OOMLOG_TABLE, /* at its start, and what follows is a row of the task table or its header */
	OOMLOG_INNER, /* behind the name of a process */
	OOMLOG_ANYWHERE, /* also behind the address of a frame */
	OOMLOG_START,    /* at its start */
	OOMLOG_QUOTED,   /* the same, or behind what people quote with */
	OOMLOG_LAST,     /* no marker: asked of any message that nothing above has taken */
};

/* A row carries all that is known of a shape. */
struct oomlog_shape {
	const char *marker;
	enum oomlog_where where;
	oomlog_take_fn *take; /* OOMLOG_QUOTED: of the text from the marker on, else whole */
	logjoin_open *open;   /* NULL: never wrapped in a way that matters */
	const char *note;     /* where it comes from */
};

/* In the order in which they are asked. */
extern const struct oomlog_shape oomlog_shapes[];
extern const size_t oomlog_shape_count;

void oomlog_filter_init(struct oomlog_filter *filter);

/* The first row that may take the message; of OOMLOG_LAST if its shape is not known. */
const struct oomlog_shape *oomlog_shape_of(const struct oomlog_filter *filter, struct text message);

/* Gives the message at hand to its row and those below it, until one takes it. False if none does. */
bool oomlog_take(struct oomlog *log);

/* A text of no known shape and the line behind it make one, with `gap` between them: the break
 * is inside the marker. */
bool oomlog_makes_shape(struct text text, struct text next, const char *gap);

#endif
