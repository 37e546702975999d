/* Names that would do something to a terminal if they reached it as they are: escape sequences, C0
 * and C1 controls, text from right to left, what is no UTF-8, and bytes at random. */
#ifndef TESTS_SUPPORT_HOSTILE_H
#define TESTS_SUPPORT_HOSTILE_H

#include <stddef.h>

/* Name `number` of a seed, at most `size` - 1 bytes and at least one, NUL-terminated, without the
 * bytes of `without`. */
void hostile_name(unsigned seed, size_t number, const char *without, char *name, size_t size);

#define HOSTILE_COMM_SIZE 16

/* `events` kills as Linux 6.12 tells of one, with another name each time. Free it. */
char *hostile_log(unsigned seed, unsigned events);

/* Adds to a captured machine (support_machine.h) 200 processes of 30 users and 20 memory cgroups, the
 * heaviest of it, with such names for all that has one: those that the kernel does not let us have
 * are there too. */
void hostile_machine(unsigned seed, const char *root);

#endif
