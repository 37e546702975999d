/* The machine of the drawings, as a captured tree: web-07, 32 GiB of RAM and 4 of swap, fourteen
 * processes and a few kernel threads. Written below a new directory for each test program. */
#ifndef TESTS_SUPPORT_MACHINE_H
#define TESTS_SUPPORT_MACHINE_H

#include <stddef.h>

/* Makes the tree and puts its path into `path`. Asserts that it could be written. */
void machine_make(char *path, size_t size);
void machine_remove(const char *path);

/* Gives the process another parent; all have pid 1 at first. */
void machine_set_parent(const char *path, int pid, int parent);

/* Writes `content` as file `name` of the tree. */
void machine_write(const char *path, const char *name, const char *content);

/* One more process, which uses next to nothing, with that name and command line. */
void machine_add_process(const char *path, int pid, const char *name);

#endif
