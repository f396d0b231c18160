#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool say(const char *what, const char *name)
{
    (void)fprintf(stderr, "kc-plugin-check: %s%s\n", what, name);
    return false;
}

static char *trimmed(char *text)
{
    size_t n;

    text += strspn(text, " \t");
    n = strlen(text);
    while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
        text[--n] = '\0';
    return text;
}

/* Takes "key=value"; a later value of the same key takes the place of the earlier one. */
static bool add(struct check_settings *s, const char *text)
{
    char *copy = strdup(text), *equals = copy == NULL ? NULL : strchr(copy, '=');
    char **list;

    if (equals == NULL) {
        free(copy);
        return say("a key=value is expected, not ", text);
    }
    *equals = '\0';
    for (uint32_t i = 0; i < s->n; i += 2) {
        if (strcmp(s->list[i], trimmed(copy)) != 0)
            continue;
        free(s->list[i + 1]);
        s->list[i + 1] = strdup(trimmed(equals + 1));
        free(copy);
        return s->list[i + 1] != NULL;
    }
    list = reallocarray(s->list, s->n + 3, sizeof(*list));
    if (list == NULL) {
        free(copy);
        return say("out of memory", "");
    }
    s->list = list;
    list[s->n] = strdup(trimmed(copy));
    list[s->n + 1] = strdup(trimmed(equals + 1));
    list[s->n + 2] = NULL;
    s->n += 2;
    free(copy);
    return true;
}

static bool read_file(struct check_settings *s, const char *file)
{
    FILE *f = fopen(file, "re");
    char *line = NULL;
    size_t size = 0;
    bool good = true;

    if (f == NULL)
        return say(strerror(errno), ": the file of --config");
    while (good && getline(&line, &size, f) >= 0) {
        const char *text = trimmed(line);

        if (text[0] != '\0' && text[0] != '#' && text[0] != '!')
            good = add(s, text);
    }
    free(line);
    (void)fclose(f);
    return good;
}

static bool number(const char *text, uint32_t *out)
{
    char *end = NULL;
    unsigned long v = strtoul(text, &end, 10);

    if (end == text || *end != '\0' || v == 0 || v > 1000000)
        return say("a number from 1 to 1000000 is expected, not ", text);
    *out = (uint32_t)v;
    return true;
}

static bool option(const char *name, const char *value, struct check_options *o, struct check_settings *s)
{
    if (strcmp(name, "--config") == 0)
        return read_file(s, value);
    if (strcmp(name, "--set") == 0)
        return add(s, value);
    if (strcmp(name, "--records") == 0)
        return number(value, &o->records);
    if (strcmp(name, "--restarts") == 0 && strcmp(value, "all") == 0) {
        o->restarts = UINT32_MAX;
        return true;
    }
    if (strcmp(name, "--restarts") == 0)
        return number(value, &o->restarts);
    if (strcmp(name, "--deadline") == 0)
        return number(value, &o->deadline_s);
    if (strcmp(name, "--component") == 0)
        o->component = value;
    else if (strcmp(name, "--path") == 0)
        o->provider_path = value;
    else
        return say("there is no option ", name);
    return true;
}

bool check_options_read(int argc, char **argv, struct check_options *o, struct check_settings *settings)
{
    static const char *const none[] = {NULL};

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--verbose") == 0) {
            o->verbose = true;
        } else if (argv[i][0] != '-') {
            if (o->file != NULL)
                return say("there is one FILE, but also ", argv[i]);
            o->file = argv[i];
        } else if (i + 1 >= argc) {
            return say("a value is missing, or there is no option ", argv[i]);
        } else if (!option(argv[i], argv[i + 1], o, settings)) {
            return false;
        } else {
            i++;
        }
    }
    o->settings = settings->list == NULL ? none : (const char *const *)(void *)settings->list;
    return o->file != NULL || say("the FILE of the plugin is missing", "");
}

void check_settings_finish(struct check_settings *s)
{
    for (uint32_t i = 0; i < s->n; i++)
        free(s->list[i]);
    free(s->list);
    *s = (struct check_settings){0};
}
