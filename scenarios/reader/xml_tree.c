#include "scenarios/reader/xml_tree.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the reading stands. After a mistake `at` is `end` and nothing more is read. */
typedef struct Reading {
    Arena *arena;
    ErrorList *errors;
    const char *at;
    const char *end;
    ErrorPlace place; /* of `at` */
    int elements;
    bool failed;
} Reading;

/* The first mistake counts. */
static void fail(Reading *reading, ErrorPlace place, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void fail(Reading *reading, ErrorPlace place, const char *format, ...) {
    char message[256];
    va_list arguments;
    if (reading->failed)
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    error_list_add(reading->errors, place, NULL, "%s", message);
    reading->failed = true;
    reading->at = reading->end;
}

static void advance(Reading *reading, size_t bytes) {
    for (; bytes > 0 && reading->at < reading->end; bytes--) {
        bool line = *reading->at++ == '\n';
        reading->place.line += line;
        reading->place.column = line ? 1 : reading->place.column + 1;
    }
}

static bool starts(const Reading *reading, const char *word) {
    size_t length = strlen(word);
    return (size_t)(reading->end - reading->at) >= length && memcmp(reading->at, word, length) == 0;
}

static bool take(Reading *reading, const char *word) {
    bool there = starts(reading, word);
    if (there)
        advance(reading, strlen(word));
    return there;
}

static void skip_blanks(Reading *reading) {
    while (reading->at < reading->end && strchr(" \t\r\n", *reading->at) != NULL)
        advance(reading, 1);
}

/* What stands here, for a message. */
static const char *shown(const Reading *reading) {
    if (reading->at == reading->end)
        return "the end of the file";
    int character = (unsigned char)*reading->at;
    return arena_format(reading->arena, "'%c'", isprint(character) ? character : '?');
}

/* Moves behind a word; the end of the file before it is a mistake that began at `start`. */
static void skip_to(Reading *reading, const char *word, ErrorPlace start, const char *what) {
    while (reading->at < reading->end && !starts(reading, word))
        advance(reading, 1);
    if (!take(reading, word))
        fail(reading, start, "found no end of the %s, expected %s", what, word);
}

/* Blanks and comments between elements. */
static void skip_between(Reading *reading) {
    skip_blanks(reading);
    while (starts(reading, "<!--")) {
        ErrorPlace start = reading->place;
        advance(reading, 4);
        skip_to(reading, "-->", start, "comment");
        skip_blanks(reading);
    }
}

static bool is_name_character(char character, bool first) {
    bool letter = isalpha((unsigned char)character) || character == '_' || character == ':';
    return letter || (!first && (isdigit((unsigned char)character) || character == '-' || character == '.'));
}

static const char *read_name(Reading *reading, const char *expected) {
    const char *start = reading->at;
    while (reading->at < reading->end && is_name_character(*reading->at, reading->at == start))
        advance(reading, 1);
    if (reading->at == start)
        fail(reading, reading->place, "found %s, expected %s", shown(reading), expected);
    return arena_format(reading->arena, "%.*s", (int)(reading->at - start), start);
}

/* The character that an entity at `text` stands for, and behind it; '\0' when it is none that is known. */
static char entity(const char *text, const char **behind) {
    static const struct {
        const char *word;
        char character;
    } NAMED[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof NAMED / sizeof *NAMED; i++)
        if (strncmp(text, NAMED[i].word, strlen(NAMED[i].word)) == 0) {
            *behind = text + strlen(NAMED[i].word);
            return NAMED[i].character;
        }
    bool hexadecimal = strncmp(text, "&#x", 3) == 0;
    const char *digits = text + (hexadecimal ? 3 : 2);
    if (strncmp(text, "&#", 2) != 0 || !isxdigit((unsigned char)*digits))
        return '\0';
    char *end = NULL;
    long number = strtol(digits, &end, hexadecimal ? 16 : 10);
    *behind = end + 1;
    return *end == ';' && number > 0 && number < 128 ? (char)number : '\0';
}

/* The text of a value with its entities replaced. */
static const char *replace_entities(Reading *reading, char *value, ErrorPlace place) {
    char *out = value;
    for (const char *in = value; *in != '\0';) {
        char character = *in;
        const char *behind = in + 1;
        if (character == '&')
            character = entity(in, &behind);
        if (character == '\0') {
            fail(reading, place, "found an unknown entity in \"%.40s\", expected &lt; &gt; &amp; &quot; &apos; or &#N;",
                 in);
            break;
        }
        *out++ = character;
        in = behind;
    }
    *out = '\0';
    return value;
}

static const char *read_value(Reading *reading) {
    ErrorPlace place = reading->place;
    char quote = reading->at < reading->end ? *reading->at : '\0';
    if (quote != '"' && quote != '\'') {
        fail(reading, place, "found %s, expected a value in quotes", shown(reading));
        return "";
    }
    advance(reading, 1);
    const char *start = reading->at;
    while (reading->at < reading->end && *reading->at != quote && *reading->at != '<')
        advance(reading, 1);
    size_t bytes = (size_t)(reading->at - start);
    if (reading->at == reading->end || *reading->at != quote) {
        fail(reading, place, "found no end of the value, expected %c", quote);
        return "";
    }
    advance(reading, 1);
    char *value = arena_allocate(reading->arena, bytes + 1);
    memcpy(value, start, bytes);
    return replace_entities(reading, value, place);
}

static void read_attribute(Reading *reading, XmlElement *element, XmlAttribute *attributes) {
    XmlAttribute attribute = {.place = reading->place};
    attribute.name = read_name(reading, "an attribute, > or />");
    skip_blanks(reading);
    if (!take(reading, "="))
        fail(reading, reading->place, "found %s, expected = after %s", shown(reading), attribute.name);
    skip_blanks(reading);
    attribute.value = read_value(reading);
    if (xml_tree_attribute(element, attribute.name) != NULL)
        fail(reading, attribute.place, "found %s again, expected each attribute once", attribute.name);
    if (element->attribute_count == XML_MOST_ATTRIBUTES)
        fail(reading, attribute.place, "found more than %d attributes, expected fewer", XML_MOST_ATTRIBUTES);
    if (!reading->failed)
        attributes[element->attribute_count++] = attribute;
}

/* From behind < to behind > or />; true when children follow. */
static bool read_start(Reading *reading, XmlElement *element) {
    XmlAttribute attributes[XML_MOST_ATTRIBUTES];
    element->name = read_name(reading, "the name of an element");
    element->attributes = attributes;
    skip_blanks(reading);
    while (!reading->failed && !starts(reading, ">") && !starts(reading, "/>")) {
        read_attribute(reading, element, attributes);
        bool blank = reading->at < reading->end && strchr(" \t\r\n", *reading->at) != NULL;
        skip_blanks(reading);
        if (!blank && !starts(reading, ">") && !starts(reading, "/>"))
            fail(reading, reading->place, "found %s, expected a blank, > or />", shown(reading));
    }
    XmlAttribute *kept = ARENA_ARRAY(reading->arena, element->attribute_count, XmlAttribute);
    if (element->attribute_count > 0)
        memcpy(kept, attributes, (size_t)element->attribute_count * sizeof *kept);
    element->attributes = kept;
    return !take(reading, "/>") && take(reading, ">");
}

/* Behind </ */
static void read_end(Reading *reading, const XmlElement *element) {
    ErrorPlace place = reading->place;
    const char *name = read_name(reading, "the name of an element");
    skip_blanks(reading);
    if (strcmp(name, element->name) != 0)
        fail(reading, place, "found </%s>, expected </%s>, which began in line %d", name, element->name,
             element->place.line);
    else if (!take(reading, ">"))
        fail(reading, reading->place, "found %s, expected >", shown(reading));
}

/* The elements that are open, outermost first, and the last child of each. */
typedef struct OpenElement {
    XmlElement *element;
    XmlElement *last_child;
} OpenElement;

/* One element's start, put below the innermost open one; returns it. */
static XmlElement *read_element(Reading *reading, OpenElement *parent, bool *opened) {
    XmlElement *element = ARENA_NEW(reading->arena, XmlElement);
    element->place = reading->place;
    advance(reading, 1);
    if (++reading->elements > XML_MOST_ELEMENTS)
        fail(reading, element->place, "found more than %d elements, expected fewer", XML_MOST_ELEMENTS);
    *opened = read_start(reading, element);
    if (parent != NULL) {
        *(parent->last_child ? &parent->last_child->next : &parent->element->first_child) = element;
        parent->last_child = element;
    }
    return element;
}

static XmlElement *read_elements(Reading *reading) {
    OpenElement open[XML_MOST_LEVELS];
    XmlElement *root = NULL;
    int levels = 0;
    do {
        bool opened = false;
        skip_between(reading);
        if (levels > 0 && take(reading, "</")) {
            read_end(reading, open[--levels].element);
        } else if (starts(reading, "<") && !starts(reading, "<!") && !starts(reading, "<?")) {
            XmlElement *element = read_element(reading, levels > 0 ? &open[levels - 1] : NULL, &opened);
            root = root != NULL ? root : element;
            if (opened && levels == XML_MOST_LEVELS)
                fail(reading, element->place, "found more than %d levels, expected fewer", XML_MOST_LEVELS);
            else if (opened)
                open[levels++] = (OpenElement){element, NULL};
        } else if (levels > 0 && reading->at == reading->end) {
            fail(reading, open[levels - 1].element->place, "found no end of <%s>, expected </%s>",
                 open[levels - 1].element->name, open[levels - 1].element->name);
        } else {
            fail(reading, reading->place, "found %s, expected an element", shown(reading));
        }
    } while (levels > 0 && !reading->failed);
    return root;
}

const XmlElement *xml_tree_read_text(const char *text, size_t bytes, const char *file, Arena *arena,
                                     ErrorList *errors) {
    Reading reading = {.arena = arena,
                       .errors = errors,
                       .at = text,
                       .end = text + bytes,
                       .place = {.file = arena_text(arena, file), .line = 1, .column = 1}};
    if (bytes > XML_MOST_BYTES)
        fail(&reading, reading.place, "found more than 4 MiB, expected a smaller file");
    else if (bytes > 0 && memchr(text, '\0', bytes) != NULL)
        fail(&reading, reading.place, "found a NUL character, expected text");
    take(&reading, "\xEF\xBB\xBF");
    reading.place.column = 1;
    ErrorPlace start = reading.place;
    if (take(&reading, "<?xml"))
        skip_to(&reading, "?>", start, "declaration");
    const XmlElement *root = read_elements(&reading);
    skip_between(&reading);
    if (reading.at < reading.end)
        fail(&reading, reading.place, "found %s behind the last element, expected the end of the file",
             shown(&reading));
    return reading.failed ? NULL : root;
}

const XmlElement *xml_tree_read_file(const char *path, Arena *arena, ErrorList *errors) {
    FILE *in = fopen(path, "rb");
    char *text = in != NULL ? malloc(XML_MOST_BYTES + 1) : NULL;
    size_t bytes = text != NULL ? fread(text, 1, XML_MOST_BYTES + 1, in) : 0;
    bool whole = text != NULL && !ferror(in);
    const XmlElement *root = NULL;
    if (whole)
        root = xml_tree_read_text(text, bytes, path, arena, errors);
    else
        error_list_add(errors, (ErrorPlace){.file = path}, NULL, "cannot be read: %s", strerror(errno));
    free(text);
    if (in != NULL)
        fclose(in);
    return root;
}

const XmlAttribute *xml_tree_attribute(const XmlElement *element, const char *name) {
    for (int i = 0; i < element->attribute_count; i++)
        if (strcmp(element->attributes[i].name, name) == 0)
            return &element->attributes[i];
    return NULL;
}
