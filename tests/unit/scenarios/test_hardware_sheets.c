/* Figures of the catalogue that come from a vendor's sheet: each says where it is from and fits the others. */
#include <criterion/criterion.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_LIMIT = 512 };

/* The number after the first `key:` of a file, NAN when it has none; `text` becomes the line. */
static double figure(const char *path, const char *key, char text[LINE_LIMIT]) {
    FILE *in = fopen(path, "r");
    cr_assert(in != NULL, "%s", path);
    double value = NAN;
    while (isnan(value) && fgets(text, LINE_LIMIT, in)) {
        const char *word = text + strspn(text, " ");
        size_t length = strlen(key);
        if (strncmp(word, key, length) == 0 && word[length] == ':' && word[length + 1] == ' ')
            value = strtod(word + length + 1 + strspn(word + length + 1, " \""), NULL);
    }
    fclose(in);
    return value;
}

static bool is_near(double found, double expected) {
    return fabs(found / expected - 1) < 0.03;
}

/* With sparsity a sheet's figures are twice as large, so that one mixed in breaks the ratios of the others. */
static void check_peaks(const char *path) {
    char text[LINE_LIMIT];
    double fp32 = figure(path, "fp32", text), tf32 = figure(path, "tf32", text), fp16 = figure(path, "fp16", text);
    double bf16 = figure(path, "bf16", text), fp8 = figure(path, "fp8", text);
    cr_expect(isnan(bf16) || is_near(bf16, fp16), "%s: bf16 %g, fp16 %g", path, bf16, fp16);
    cr_expect(isnan(tf32) || is_near(tf32, fp16 / 2) || is_near(tf32, fp32), "%s: tf32 %g, fp16 %g", path, tf32, fp16);
    bool has_fp8 = strstr(text, "Tflop") != NULL;
    cr_expect(!has_fp8 || isnan(fp8) || is_near(fp8, 2 * fp16), "%s: fp8 %g, fp16 %g", path, fp8, fp16);
}

/* "derived: H100's, by bandwidth": the ramp of the relative's file, times bandwidth over bandwidth. */
static void check_ramp(const char *path, const char *key) {
    static const char *const RELATIVES[][2] = {{"A100's", "a100-80"},
                                               {"H100's", "h100"},
                                               {"MI300X's", "mi300x"},
                                               {"as b200.yaml", "b200"},
                                               {"as gb200.yaml", "gb200"}};
    char text[LINE_LIMIT], name[LINE_LIMIT], other[LINE_LIMIT];
    double ramp = figure(path, key, text), bandwidth = figure(path, "hbm_bandwidth", other);
    if (isnan(ramp) || strstr(text, "by bandwidth") == NULL)
        return;
    for (size_t i = 0; i < sizeof RELATIVES / sizeof *RELATIVES; i++) {
        if (strstr(text, RELATIVES[i][0]) == NULL)
            continue;
        snprintf(name, sizeof name, "scenarios/hardware/%s.yaml", RELATIVES[i][1]);
        double expected = figure(name, key, other) * bandwidth / figure(name, "hbm_bandwidth", other);
        cr_expect(is_near(ramp, expected), "%s: %s %g, by bandwidth %g", path, key, ramp, expected);
        return;
    }
    cr_expect(false, "%s: whose ramp is this: %s", path, text);
}

/* Names and counts of the entry itself need no source, nor does the head of a mapping, whose members have one. */
static bool needs_source(const char *word) {
    static const char *const NAMES[] = {"gpu:", "gpus:", "node:", "nic:"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strncmp(word, NAMES[i], strlen(NAMES[i])) == 0)
            return false;
    return *word != '#' && strchr(word, ':') != NULL;
}

/* Lines before `kernels:`, whose constants test_hardware_provenance reads. A mapping may say it once at its head. */
static int check_sources(const char *path) {
    char line[LINE_LIMIT];
    int count = 0, told_depth = LINE_LIMIT;
    FILE *in = fopen(path, "r");
    cr_assert(in != NULL, "%s", path);
    while (fgets(line, sizeof line, in) && strncmp(line, "  kernels:", 10) != 0) {
        int depth = (int)strspn(line, " ");
        bool is_told = strstr(line, "# ") != NULL || depth > told_depth;
        cr_expect(is_told || !needs_source(line + depth), "%s: where is this from: %s", path, line);
        told_depth = strncmp(line, "  peak:", 7) == 0 ? depth : depth > told_depth ? told_depth : LINE_LIMIT;
        count += needs_source(line + depth);
    }
    fclose(in);
    return count;
}

static void in_every_file(void (*check)(const char *path)) {
    glob_t files;
    cr_assert_eq(glob("scenarios/hardware/*.yaml", 0, NULL, &files), 0);
    cr_assert_geq(files.gl_pathc, 60);
    for (size_t i = 0; i < files.gl_pathc; i++)
        check(files.gl_pathv[i]);
    globfree(&files);
}

static void check_figures(const char *path) {
    cr_expect_geq(check_sources(path), 5, "%s", path);
}

static void check_gpu_peaks(const char *path) {
    char text[LINE_LIMIT];
    if (!isnan(figure(path, "hbm_bandwidth", text)))
        check_peaks(path);
}

static void check_ramps(const char *path) {
    check_ramp(path, "hbm_ramp");
    check_ramp(path, "cache_ramp");
}

Test(hardware_sheets, every_figure_of_a_sheet_says_where_it_is_from) {
    in_every_file(check_figures);
}

Test(hardware_sheets, no_peak_is_the_one_with_sparsity) {
    in_every_file(check_gpu_peaks);
}

Test(hardware_sheets, a_ramp_derived_by_bandwidth_is_in_proportion) {
    in_every_file(check_ramps);
}

/* Vendors' GB of HBM are GiB of cells, and what ECC of GDDR leaves is no whole number of GB: only T4 is as printed. */
Test(hardware_sheets, memory_is_what_the_device_reports_not_the_rounded_gb_of_its_name) {
    static const struct {
        const char *name;
        double bytes;
    } REPORTED[] = {{"h20", 97871.0 * (1 << 20)},
                    {"gh200-96", 97871.0 * (1 << 20)},
                    {"h100-nvl", 95830.0 * (1 << 20)},
                    {"l40", 46068.0 * (1 << 20)},
                    {"a10g", 22587.0 * (1 << 20)},
                    {"rtx-pro-6000", 97887.0 * (1 << 20)},
                    {"mi350x", 309220868096.0},
                    {"mi355x", 309220868096.0},
                    {"mi300x", 206141652992.0},
                    {"mi250x-gcd", 68702699520.0},
                    {"gb300", 298013687808.0},
                    {"b300", 288400343040.0},
                    {"a30", 25769803776.0},
                    {"rtx6000-ada", 49140.0 * (1 << 20)},
                    {"l40s", 48305799168.0}};
    for (size_t i = 0; i < sizeof REPORTED / sizeof *REPORTED; i++) {
        char path[LINE_LIMIT], text[LINE_LIMIT];
        snprintf(path, sizeof path, "scenarios/hardware/%s.yaml", REPORTED[i].name);
        double amount = figure(path, "hbm_capacity", text);
        double bytes = amount * (strstr(text, "GiB\"") != NULL ? 1024.0 * 1024 * 1024 : 1e9);
        cr_expect(is_near(bytes, REPORTED[i].bytes), "%s: %g B, the device reports %g", REPORTED[i].name, bytes,
                  REPORTED[i].bytes);
    }
}
