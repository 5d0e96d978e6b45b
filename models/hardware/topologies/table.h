/* The menu of topologies: one word per file in this folder. */
TOPOLOGY(leaf_spine)
TOPOLOGY(fat_tree)
TOPOLOGY(rail_optimised)
TOPOLOGY(single_switch)
TOPOLOGY(torus)
TOPOLOGY(dragonfly)
TOPOLOGY(graph)
