#include "scenarios/reader/spelling.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { MOST_LETTERS = 63 };

/* So many letters that begin a word are meant for it, however many are missing. */
enum { LEAST_START = 4 };

static int least(int one, int other) {
    return one < other ? one : other;
}

int spelling_distance(const char *one, const char *other) {
    size_t rows = strlen(one);
    size_t columns = strlen(other);
    if (rows > MOST_LETTERS || columns > MOST_LETTERS)
        return MOST_LETTERS + 1;
    int edits[MOST_LETTERS + 1][MOST_LETTERS + 1];
    for (size_t i = 0; i <= rows; i++)
        edits[i][0] = (int)i;
    for (size_t j = 0; j <= columns; j++)
        edits[0][j] = (int)j;
    for (size_t i = 1; i <= rows; i++) {
        for (size_t j = 1; j <= columns; j++) {
            int replaced = edits[i - 1][j - 1] + (one[i - 1] != other[j - 1]);
            edits[i][j] = least(replaced, least(edits[i - 1][j], edits[i][j - 1]) + 1);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                edits[i][j] = least(edits[i][j], edits[i - 2][j - 2] + 1);
        }
    }
    return edits[rows][columns];
}

/* Of words equally near, one as long as what was typed: people hit wrong keys more often than too many. */
static bool is_nearer(const char *typed, const char *word, int edits, const char *best, int distance) {
    if (best == NULL || edits != distance)
        return best == NULL || edits < distance;
    return strlen(word) == strlen(typed) && strlen(best) != strlen(typed);
}

void spelling_consider(const char *typed, const char *word, const char **best, int *distance) {
    bool is_start = strlen(typed) >= LEAST_START && strncmp(typed, word, strlen(typed)) == 0;
    int edits = is_start ? 1 : spelling_distance(typed, word);
    int most = ((int)strlen(typed) + 2) / 3;
    if (edits > most || edits >= (int)strlen(typed) || !is_nearer(typed, word, edits, *best, *distance))
        return;
    *best = word;
    *distance = edits;
}
