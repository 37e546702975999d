/* The keys of the tree of processes. */
#ifndef OOMSPECT_REACT_TREE_H
#define OOMSPECT_REACT_TREE_H

#include "live.h"
#include "model/keymap.h"

/* False when the key has no such meaning. */
bool react_tree(struct app *app, enum action action);

#endif
