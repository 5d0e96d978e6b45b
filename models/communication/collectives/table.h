/* The menu of collective algorithms: one word per file in this folder. Of equally cheap ones `auto` takes the first. */
COLLECTIVE_ALGORITHM(ring)
COLLECTIVE_ALGORITHM(double_binary_tree)
COLLECTIVE_ALGORITHM(halving_doubling)
COLLECTIVE_ALGORITHM(direct)
COLLECTIVE_ALGORITHM(hierarchical)
COLLECTIVE_ALGORITHM(in_network)
COLLECTIVE_ALGORITHM(nvls_tree)
