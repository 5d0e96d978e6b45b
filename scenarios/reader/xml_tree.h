/*
 * xml_tree: an XML text as a tree of elements with attributes that know their place: as much of XML 1.0 as programs
 * write for tables of hardware. It knows no element by name. Comments, a declaration and the five named and the
 * numbered entities (ASCII) are read; text between elements, DOCTYPE, CDATA and other instructions are refused.
 *
 * Limits: 4 MiB, 100,000 elements, 64 levels, 64 attributes. The first mistake ends the reading.
 */
#ifndef SCENARIOS_READER_XML_TREE_H
#define SCENARIOS_READER_XML_TREE_H

#include <stddef.h>

#include "sim/engine/arena.h"
#include "sim/engine/error.h"

enum { XML_MOST_BYTES = 4 * 1024 * 1024, XML_MOST_ELEMENTS = 100000, XML_MOST_LEVELS = 64, XML_MOST_ATTRIBUTES = 64 };

typedef struct XmlAttribute {
    const char *name;
    const char *value; /* entities replaced */
    ErrorPlace place;
} XmlAttribute;

typedef struct XmlElement XmlElement;
struct XmlElement {
    const char *name;
    ErrorPlace place;
    const XmlAttribute *attributes; /* names differ */
    int attribute_count;
    XmlElement *first_child; /* NULL = none */
    XmlElement *next;        /* the following child of the same element, NULL = none */
};

/* The outermost element of a file; NULL and an error when it is no such XML. */
const XmlElement *xml_tree_read_file(const char *path, Arena *arena, ErrorList *errors);

/* The same of a text of `bytes` bytes that stands in `file`. */
const XmlElement *xml_tree_read_text(const char *text, size_t bytes, const char *file, Arena *arena, ErrorList *errors);

/* The attribute of that name, NULL when there is none. */
const XmlAttribute *xml_tree_attribute(const XmlElement *element, const char *name);

#endif
