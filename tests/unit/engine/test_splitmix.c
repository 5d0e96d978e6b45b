#include "sim/engine/splitmix.h"

#include <criterion/criterion.h>

Test(splitmix, numbers_are_those_of_the_published_generator) {
    /* Seed 1234567, as Rosetta Code lists them under "Pseudo-random numbers/Splitmix64". */
    const uint64_t numbers[] = {6457827717110365317U, 3203168211198807973U, 9817491932198370423U, 4593380528125082431U,
                                16408922859458223821U};
    for (uint64_t i = 0; i < 5; i++)
        cr_expect_eq(splitmix_finish(1234567U + (i + 1) * SPLITMIX_STEP), numbers[i]);
}

Test(splitmix, the_hash_of_a_seed_is_its_first_number) {
    cr_expect_eq(splitmix_hash(1234567U), 6457827717110365317U);
}
