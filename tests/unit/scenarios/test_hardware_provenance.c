#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

enum { LINE_LIMIT = 512 };

static bool says_where_from(const char *text) {
    static const char *const WORDS[] = {"measured", "fitted", "derived", "assumed"};
    for (int i = 0; i < 4; i++)
        if (strstr(text, WORDS[i]))
            return true;
    return false;
}

/* A key with a value, not the head of a mapping. */
static bool has_value(const char *line) {
    const char *colon = strchr(line, ':');
    return colon && colon[1] == ' ' && colon[strspn(colon + 1, " ") + 1] != '#';
}

/* Returns the constants of a GPU's kernels that a file has; each says in its line or in the one above where it is from.
 */
static int check_file(const char *path) {
    char line[LINE_LIMIT], above[LINE_LIMIT] = "";
    bool is_inside = false;
    int count = 0, number = 0;
    FILE *in = fopen(path, "r");
    cr_assert(in != NULL);
    while (fgets(line, sizeof line, in)) {
        number++;
        const char *text = line + strspn(line, " ");
        is_inside = is_inside || strncmp(line, "  kernels:", 10) == 0;
        if (is_inside && *text != '#' && has_value(line)) {
            bool is_told = says_where_from(line) || (above[strspn(above, " ")] == '#' && says_where_from(above));
            cr_expect(is_told, "%s:%d: no word for where the number is from: %s", path, number, line);
            count++;
        }
        strcpy(above, line);
    }
    fclose(in);
    return count;
}

Test(hardware_provenance, every_kernel_constant_says_whether_it_is_measured_fitted_derived_or_assumed) {
    glob_t files;
    int gpus = 0;
    cr_assert_eq(glob("scenarios/hardware/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        int count = check_file(files.gl_pathv[i]);
        cr_expect(count == 0 || count >= 32, "%s has %d constants", files.gl_pathv[i], count);
        gpus += count > 0;
    }
    globfree(&files);
    cr_assert_geq(gpus, 11);
}

/* What an offloaded optimizer needs of any node. */
Test(hardware_provenance, every_node_says_how_fast_its_host_memory_is_and_where_that_is_from) {
    glob_t files;
    int nodes = 0;
    cr_assert_eq(glob("scenarios/hardware/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char line[LINE_LIMIT];
        bool is_node = false, is_told = false;
        FILE *in = fopen(files.gl_pathv[i], "r");
        cr_assert(in != NULL);
        while (fgets(line, sizeof line, in)) {
            is_node = is_node || strcmp(line, "node:\n") == 0;
            is_told = is_told || (strncmp(line, "  host_memory_bandwidth: ", 25) == 0 && strchr(line, '#'));
        }
        fclose(in);
        cr_expect(is_told == is_node, "%s", files.gl_pathv[i]);
        nodes += is_node;
    }
    globfree(&files);
    cr_assert_geq(nodes, 18);
}

/* `list gpus` shows it: whoever chooses an entry sees whether its kernels were measured or are a relative's. */
Test(hardware_provenance, the_first_line_of_every_gpu_says_whose_kernels_it_has) {
    glob_t files;
    int gpus = 0, not_measured = 0;
    cr_assert_eq(glob("scenarios/hardware/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char first[LINE_LIMIT] = "", second[LINE_LIMIT] = "";
        FILE *in = fopen(files.gl_pathv[i], "r");
        cr_assert(in != NULL && fgets(first, sizeof first, in) && fgets(second, sizeof second, in));
        fclose(in);
        if (strcmp(second, "gpu:\n") != 0)
            continue;
        cr_expect(strstr(first, "; kernels: ") != NULL, "%s: %s", files.gl_pathv[i], first);
        not_measured += strstr(first, "not measured") != NULL;
        gpus++;
    }
    globfree(&files);
    cr_assert_geq(gpus, 30);
    cr_assert_geq(not_measured, 20);
}
