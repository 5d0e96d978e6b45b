#include "plots/fabric_view.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "plots/fabric_file.h"
#include "plots/report.h"
#include "tests/unit/plots/fixture.h"

enum { PER_LEAF = 2 };

/* Ports, NICs and two cables up from each leaf of two nodes; `step` is 1 s, capacities 10 GB/s. */
static Results *results_of(int nodes, Arena *arena) {
    int leaves = (nodes + PER_LEAF - 1) / PER_LEAF, count = 0;
    LinkUse *links = ARENA_ARRAY(arena, 2 * nodes + 2 * leaves, LinkUse);
    for (int node = 0; node < nodes; node++) {
        FabricEnd end = {FABRIC_NODE, node}, leaf = {FABRIC_SWITCH, node / PER_LEAF};
        links[count++] =
            (LinkUse){.name = "port", .kind = LINK_NVLINK, .from = end, .to = end, .fullest_fraction = 0.1};
        links[count++] = (LinkUse){.name = arena_format(arena, "node[%d].nic", node),
                                   .kind = LINK_NIC,
                                   .from = end,
                                   .to = leaf,
                                   .fullest_fraction = 0.2 + 0.01 * (node % 7)};
    }
    for (int i = 0; i < 2 * leaves; i++)
        links[count++] = (LinkUse){.name = arena_format(arena, "leaf[%d].up[%d]", i / 2, i % 2),
                                   .kind = LINK_FABRIC,
                                   .from = {FABRIC_SWITCH, i / 2},
                                   .to = {FABRIC_AGGREGATION, 0},
                                   .fullest_fraction = 0.3 + 0.1 * (i % 2)};
    Results *results = ARENA_NEW(arena, Results);
    *results = *fixture_tiny(arena);
    results->links = links;
    results->link_count = count;
    return results;
}

Test(fabric_view, cables_between_the_same_ends_are_one_line_as_full_as_the_fullest) {
    Arena *arena = arena_create();
    FabricView view = fabric_view_create(results_of(5, arena), arena);
    cr_assert_eq(view.nodes, 5);
    cr_assert_eq(view.levels, 2);
    cr_assert_eq(view.spot_count, 5 + 3 + 1);
    cr_assert_eq(view.line_count, 5 + 3);
    const FabricLine *last = &view.lines[view.line_count - 1];
    cr_assert_float_eq(last->percent, 40, 1e-9);
    cr_assert_str_eq(last->name, "leaf[2].up[1]");
    for (int i = 1; i < view.line_count; i++)
        cr_assert_leq(view.lines[i - 1].percent, view.lines[i].percent);
    arena_destroy(arena);
}

Test(fabric_view, switches_stand_above_their_nodes_and_carry_their_names) {
    Arena *arena = arena_create();
    FabricView view = fabric_view_create(results_of(6, arena), arena);
    const FabricSpot *leaf = &view.spots[6 + 1];
    cr_assert_str_eq(leaf->label, "leaf[1]");
    cr_assert_float_eq(leaf->x, 0.5, 1e-12);
    cr_assert_float_eq(leaf->y, 1, 0);
    cr_assert_float_eq(leaf->low_x, 2.5 / 6, 1e-12);
    cr_assert_float_eq(leaf->high_x, 3.5 / 6, 1e-12);
    cr_assert_str_eq(view.spots[6 + 3].label, "spines");
    arena_destroy(arena);
}

Test(fabric_view, switches_without_names_say_their_level_and_number) {
    Arena *arena = arena_create();
    Results *results = results_of(6, arena);
    LinkUse *links = ARENA_ARRAY(arena, results->link_count, LinkUse);
    for (int i = 0; i < results->link_count; i++) {
        links[i] = results->links[i];
        links[i].to.index = links[i].kind == LINK_FABRIC ? 3 + i % 2 : links[i].to.index;
    }
    results->links = links;
    FabricView view = fabric_view_create(results, arena);
    cr_assert_str_eq(view.spots[6 + 3].label, "spine 3");
    cr_assert_str_eq(view.spots[6 + 4].label, "spine 4");
    arena_destroy(arena);
}

Test(fabric_view, the_fullest_links_are_ranked_with_one_port_of_each_node) {
    Arena *arena = arena_create();
    Results *results = results_of(3, arena);
    LinkUse *links = ARENA_ARRAY(arena, results->link_count, LinkUse);
    memcpy(links, results->links, (size_t)results->link_count * sizeof *links);
    links[2].name = "gpu[9].nvlink.in";
    links[2].fullest_fraction = 0.385;
    results->links = links;
    FabricView view = fabric_view_create(results, arena);
    cr_assert_eq(view.busiest_count, view.line_count + 3);
    cr_assert_str_eq(view.busiest[0].name, "leaf[0].up[1]");
    cr_assert_str_eq(view.busiest[1].name, "leaf[1].up[1]");
    cr_assert_str_eq(view.busiest[2].name, "gpu[9].nvlink.in");
    cr_assert_float_eq(view.busiest[2].percent, 38.5, 1e-9);
    arena_destroy(arena);
}

Test(fabric_view, many_nodes_have_no_lines_and_share_cells) {
    Arena *arena = arena_create();
    FabricView view = fabric_view_create(results_of(2385, arena), arena);
    cr_assert_eq(view.cell_count, FABRIC_VIEW_CELLS_MAX);
    cr_assert_eq(view.spot_count, 1193 + 1);
    cr_assert_eq(view.line_count, 1193);
    cr_assert_float_eq(view.cells[17].port_percent, 10, 1e-9);
    cr_assert_geq(view.cells[17].nic_percent, 20);
    view = fabric_view_create(results_of(8000, arena), arena);
    cr_assert_eq(view.line_count, FABRIC_VIEW_LINES_MAX);
    cr_assert_eq(view.hidden_lines, 4000 - FABRIC_VIEW_LINES_MAX);
    arena_destroy(arena);
}

Test(fabric_view, one_node_has_no_fabric_to_draw) {
    Arena *arena = arena_create();
    cr_assert(fabric_view_applies(results_of(2, arena)));
    cr_assert_not(fabric_view_applies(results_of(1, arena)));
    arena_destroy(arena);
}

Test(fabric_view, equally_full_links_of_a_kind_are_one_row_of_the_list) {
    Arena *arena = arena_create();
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    fabric_file_write(out, results_of(9, arena));
    fclose(out);
    const char *list = strstr(text, "# busiest\n");
    cr_assert_not_null(list);
    cr_expect_not_null(strstr(list, "0 40 \"leaf[0].up[1] +4\" \"40.0 %\"\n1 26 \"node[6].nic\" \"26.0 %\"\n"), "%s",
                       list);
    cr_expect_not_null(strstr(list, " 10 \"port +8\" \"10.0 %\"\n"), "%s", list);
    free(text);
    arena_destroy(arena);
}

/* Draws a fabric of so many nodes and returns gnuplot's status. */
static int draw(int nodes, Arena *arena) {
    ErrorList errors;
    error_list_init(&errors, arena);
    char *folder = arena_text(arena, "/tmp/chokepoint-plots-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    ReportTarget target = {.folder = folder, .share = ".", .command = "", .version = "", .scenario = ""};
    cr_assert(report_write_run(&target, results_of(nodes, arena), &errors));
    int status = system(arena_format(arena, "cd %s/plots && gnuplot fabric.gp 2>&1 && test -s fabric.png", folder));
    cr_assert_not_null(strstr(fixture_file_text(arena, folder, "links.csv"), "leaf[0].up[1],fabric,"));
    cr_assert_eq(system(arena_format(arena, "rm -rf %s", folder)), 0);
    return status;
}

Test(fabric_view, the_picture_is_drawn_by_gnuplot_alone_for_few_and_many_nodes) {
    if (system("command -v gnuplot >/dev/null") != 0)
        cr_skip_test("gnuplot is not installed");
    Arena *arena = arena_create();
    cr_assert_eq(draw(16, arena), 0);
    cr_assert_eq(draw(1000, arena), 0);
    arena_destroy(arena);
}
