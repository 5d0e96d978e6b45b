/*
 * yaml_block: a tree as a page of YAML for people: a key a line, two blanks of indentation a level. It reads back as
 * the same tree; comments of the file that it came from are lost.
 */
#ifndef SCENARIOS_READER_YAML_BLOCK_H
#define SCENARIOS_READER_YAML_BLOCK_H

#include <stdio.h>

#include "scenarios/reader/yaml_node.h"

/* Writes a mapping or a sequence. */
void yaml_block_write(FILE *out, const YamlNode *root);

#endif
