/*
 * reading: what the tests of the reader share: a text as a tree, the errors as one text, files in a folder of their
 * own.
 */
#ifndef TESTS_UNIT_SCENARIOS_READING_H
#define TESTS_UNIT_SCENARIOS_READING_H

#include "scenarios/reader/yaml_node.h"

/* An arena with an error list in it. */
typedef struct Reading {
    Arena *arena;
    ErrorList errors;
} Reading;

Reading *reading_create(void);
void reading_destroy(Reading *reading);

/* A text as the file t.yaml. */
YamlNode *reading_tree(Reading *reading, const char *text);

/* All errors as the program prints them. */
const char *reading_errors(Reading *reading);

/* A new folder below the system's temporary one. */
const char *reading_folder(Reading *reading);

/* Writes a file into a folder, whose missing subfolders are made, and returns its path. */
const char *reading_file(Reading *reading, const char *folder, const char *name, const char *text);

/* Removes a folder with everything in it. */
void reading_remove(const char *folder);

#endif
