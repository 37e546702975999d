/* What a command says, beside its answer, of how sure that is. */
#ifndef OOMSPECT_DOUBTS_H
#define OOMSPECT_DOUBTS_H

/* A line on stderr for each reason why the prediction just printed is not certain (bits of enum
 * uncertainty). */
void doubts_print(unsigned uncertain);

#endif
