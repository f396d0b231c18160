/*
 * layout.c - where each member of the ABI's structures lies, compared with the file that was kept.
 *
 * Constants are listed, too, their value in the place of the size; and texts that both sides compare.
 *
 * layout              prints the layout of the headers it was built with
 * layout FILE         compares it with FILE. While the major is 0 both must be equal, so that nobody changes a
 *                     structure without noticing. From 1.0 on every line of FILE must still be there; only
 *                     structures may grow.
 */
#include <kconnect/plugin.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 2000, MAX_LINE = 160 };

static char lines[MAX_LINES][MAX_LINE];
static size_t n_lines;
static size_t covered; /* bytes of the current structure that its members take */
static int problems;

static void add(const char *type, const char *member, size_t offset, size_t size)
{
    if (n_lines == MAX_LINES)
        abort();
    (void)snprintf(lines[n_lines++], MAX_LINE, "%s %s %zu %zu", type, member, offset, size);
}

static void add_constant(const char *name, int64_t value)
{
    if (n_lines == MAX_LINES)
        abort();
    (void)snprintf(lines[n_lines++], MAX_LINE, "constant %s 0 %" PRId64, name, value);
}

static void add_text(const char *name, const char *value)
{
    if (n_lines == MAX_LINES)
        abort();
    (void)snprintf(lines[n_lines++], MAX_LINE, "text %s 0 %s", name, value);
}

static void problem(const char *what, const char *line)
{
    (void)fprintf(stderr, "%s: %s\n", what, line);
    problems++;
}

/* No structure has a hole, so members that are not listed show as bytes that nobody takes. */
static void end(const char *type, size_t size)
{
    if (covered != size && strncmp(type, "union", 5) != 0)
        problem("members.inc does not list every member of", type);
    add(type, "sizeof", 0, size);
}

static void collect(void)
{
#define BEGIN(type) covered = 0;
#define MEMBER(type, member)                                                                                 \
    add(#type, #member, offsetof(type, member), sizeof(((type *)0)->member));                                \
    covered += sizeof(((type *)0)->member);
#define END(type)      end(#type, sizeof(type));
#define CONSTANT(name) add_constant(#name, name);
#define TEXT(name)     add_text(#name, name);
#include "members.inc"
}

static bool is_there(const char *line)
{
    for (size_t i = 0; i < n_lines; i++)
        if (strcmp(lines[i], line) == 0)
            return true;
    return false;
}

/* A structure may grow when it says its size itself, or the array that it lives in does. */
static bool is_growable(const char *type, size_t n)
{
    static const char *const in_arrays[] = {"struct kc_record", "struct kc_config_key"};

    for (size_t i = 0; i < sizeof(in_arrays) / sizeof(in_arrays[0]); i++)
        if (strlen(in_arrays[i]) == n && memcmp(in_arrays[i], type, n) == 0)
            return true;
    for (size_t i = 0; i < n_lines; i++)
        if (strncmp(lines[i], type, n) == 0 && strncmp(lines[i] + n, " struct_size ", 13) == 0)
            return true;
    return false;
}

/* "struct kc_x sizeof 0 48" may be "... 56" now. */
static bool has_grown(const char *line)
{
    const char *size = strstr(line, " sizeof 0 ");

    if (size == NULL || !is_growable(line, (size_t)(size - line)))
        return false;
    for (size_t i = 0; i < n_lines; i++)
        if (strncmp(lines[i], line, (size_t)(size - line) + 10) == 0)
            return strtoul(lines[i] + (size - line) + 10, NULL, 10) > strtoul(size + 10, NULL, 10);
    return false;
}

static void compare(const char *file)
{
    char line[MAX_LINE];
    size_t n = 0;
    FILE *f = fopen(file, "re");

    if (f == NULL) {
        problem("can't be read", file);
        return;
    }
    while (fgets(line, sizeof(line), f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        n++;
        if (!is_there(line) && (KC_ABI_MAJOR == 0 || !has_grown(line)))
            problem("no longer so", line);
    }
    if (KC_ABI_MAJOR == 0 && n != n_lines)
        problem("members are new: say why in sdk/CHANGES.md, then run tests/abi/freeze", file);
    (void)fclose(f);
}

int main(int argc, char **argv)
{
    collect();
    if (argc > 1)
        compare(argv[1]);
    else
        for (size_t i = 0; i < n_lines; i++)
            (void)puts(lines[i]);
    return problems == 0 ? 0 : 1;
}
