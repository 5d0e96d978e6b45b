#include "plots/bands.h"

enum { BANDS_BEFORE_GAP = BANDS_MOST / 2 };

int bands_shown(int count) {
    return count <= BANDS_MOST ? count : BANDS_MOST;
}

int bands_item(int count, int band) {
    if (count <= BANDS_MOST || band < BANDS_BEFORE_GAP) {
        return band;
    }
    return band == BANDS_BEFORE_GAP ? -1 : count - (BANDS_MOST - band);
}

int bands_of(int count, int item) {
    if (count <= BANDS_MOST || item < BANDS_BEFORE_GAP) {
        return item;
    }
    int band = BANDS_MOST - (count - item);
    return band > BANDS_BEFORE_GAP ? band : -1;
}
