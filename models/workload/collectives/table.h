/* The menu of collective algorithms: one word per file in this folder. Of equally cheap ones `auto` takes the first. */
COLLECTIVE_ALGORITHM(ring)
COLLECTIVE_ALGORITHM(hierarchical)
