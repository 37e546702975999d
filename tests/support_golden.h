/* Whole screens of text below tests/screens, which were looked at once and must stay. */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

/* Fails, with the first line that differs, unless `text` is that of tests/screens/NAME.txt. With
 * UPDATE_SCREENS in the environment the file is written instead. */
void golden_compare(const char *text, const char *name);

#endif
