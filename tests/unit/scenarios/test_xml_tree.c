#include "scenarios/reader/xml_tree.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/scenarios/reading.h"

static const XmlElement *read_text(Reading *reading, const char *text) {
    return xml_tree_read_text(text, strlen(text), "t.xml", reading->arena, &reading->errors);
}

Test(xml_tree, elements_attributes_and_their_places_are_read) {
    Reading *reading = reading_create();
    const XmlElement *root = read_text(reading, "<?xml version=\"1.0\"?>\n<!-- a < b -->\n<system version='1'>\n"
                                                "  <cpu numaid=\"0\">\n    <pci a = \"1 &lt; &#50;&amp;&quot;\"/>\n"
                                                "    <nic></nic>\n  </cpu>\n  <cpu/>\n</system>\n<!-- end -->\n");
    cr_assert_not_null(root, "%s", reading_errors(reading));
    cr_assert_str_eq(root->name, "system");
    cr_assert_str_eq(xml_tree_attribute(root, "version")->value, "1");
    cr_assert_null(xml_tree_attribute(root, "versio"));
    const XmlElement *cpu = root->first_child;
    cr_assert_str_eq(cpu->name, "cpu");
    cr_assert(cpu->place.line == 4 && cpu->place.column == 3);
    const XmlAttribute *odd = xml_tree_attribute(cpu->first_child, "a");
    cr_assert_str_eq(odd->value, "1 < 2&\"");
    cr_assert(odd->place.line == 5 && odd->place.column == 10);
    cr_assert_str_eq(cpu->first_child->next->name, "nic");
    cr_assert_null(cpu->first_child->next->next);
    cr_assert_null(cpu->next->next);
    reading_destroy(reading);
}

static void expect_error(const char *text, const char *expected) {
    Reading *reading = reading_create();
    cr_assert_null(read_text(reading, text), "%s", text);
    cr_assert_str_eq(reading_errors(reading), expected, "found %s, expected %s", reading_errors(reading), expected);
    reading_destroy(reading);
}

Test(xml_tree, every_mistake_has_its_place) {
    expect_error("", "t.xml:1:1: found the end of the file, expected an element\n");
    expect_error("system", "t.xml:1:1: found 's', expected an element\n");
    expect_error("<a>\n text</a>", "t.xml:2:2: found 't', expected an element\n");
    expect_error("<a>\n<b>\n</a>", "t.xml:3:3: found </a>, expected </b>, which began in line 2\n");
    expect_error("<a>\n <b/>\n", "t.xml:1:1: found no end of <a>, expected </a>\n");
    expect_error("<a/>\n<b/>", "t.xml:2:1: found '<' behind the last element, expected the end of the file\n");
    expect_error("<a b=1/>", "t.xml:1:6: found '1', expected a value in quotes\n");
    expect_error("<a b>", "t.xml:1:5: found '>', expected = after b\n");
    expect_error("<a b='1\n/>", "t.xml:1:6: found no end of the value, expected '\n");
    expect_error("<a b='1' c='2' b='3'/>", "t.xml:1:16: found b again, expected each attribute once\n");
    expect_error("<a b='1'c='2'/>", "t.xml:1:9: found 'c', expected a blank, > or />\n");
    expect_error("<a b='&nbsp;'/>", "t.xml:1:6: found an unknown entity in \"&nbsp;\", expected &lt; &gt; &amp; &quot; "
                                    "&apos; or &#N;\n");
    expect_error("<!DOCTYPE a><a/>", "t.xml:1:1: found '<', expected an element\n");
    expect_error("<a><!-- never", "t.xml:1:4: found no end of the comment, expected -->\n");
    expect_error("<?xml", "t.xml:1:1: found no end of the declaration, expected ?>\n");
    expect_error("<1/>", "t.xml:1:2: found '1', expected the name of an element\n");
    expect_error("<a/", "t.xml:1:3: found '/', expected an attribute, > or />\n");
}

Test(xml_tree, depth_and_attributes_have_limits) {
    char text[4096] = "";
    for (int i = 0; i < 65; i++)
        strcat(text, "<a>");
    expect_error(text, "t.xml:1:193: found more than 64 levels, expected fewer\n");
    size_t used = (size_t)snprintf(text, sizeof text, "<a");
    for (int i = 0; i < 65; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, " b%02d='1'", i);
    snprintf(text + used, sizeof text - used, "/>");
    expect_error(text, "t.xml:1:516: found more than 64 attributes, expected fewer\n");
}

Test(xml_tree, a_file_that_is_not_there_is_an_error) {
    Reading *reading = reading_create();
    cr_assert_null(xml_tree_read_file("/nowhere/t.xml", reading->arena, &reading->errors));
    cr_assert_str_eq(reading_errors(reading), "/nowhere/t.xml: cannot be read: No such file or directory\n");
    reading_destroy(reading);
}
