/*
 * spelling: which known word a mistyped one was meant to be. Distance: insertions, deletions, replacements and swaps of
 * neighbours (Damerau 1964, optimal string alignment). Words above 63 bytes are never near to anything.
 */
#ifndef SCENARIOS_READER_SPELLING_H
#define SCENARIOS_READER_SPELLING_H

/* Edits from one word to the other, 64 or more when a word is too long. */
int spelling_distance(const char *one, const char *other);

/* Keeps in *best the word nearest to `typed`, and in *distance how near: start with NULL and 0. Only words at most a
 * third of the letters away count, and those that begin with four letters or more that were typed. */
void spelling_consider(const char *typed, const char *word, const char **best, int *distance);

#endif
