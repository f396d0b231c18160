#include "connector_topics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char BLANKS[] = " \t\r\n";

bool kc_topic_names_have(const struct kc_topic_names *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->names[i], name) == 0)
            return true;
    return false;
}

void kc_topic_names_finish(struct kc_topic_names *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->names[i]);
    free(t->names);
    memset(t, 0, sizeof(*t));
}

/* Takes over `name`, which may be NULL after an allocation failed. */
static bool add(struct kc_topic_names *t, char *name)
{
    char **names;

    if (name == NULL)
        return false;
    if (kc_topic_names_have(t, name)) {
        free(name);
        return true;
    }
    names = realloc(t->names, (t->n + 1) * sizeof(*names));
    if (names == NULL) {
        free(name);
        return false;
    }
    t->names = names;
    names[t->n++] = name;
    return true;
}

/* The topic for `n` characters of a list; NULL: out of memory. */
static char *topic_name(const char *prefix, const char *item, size_t n)
{
    const char *dot = prefix == NULL ? NULL : memchr(item, '.', n);
    char *name = NULL;

    if (prefix == NULL)
        return strndup(item, n);
    if (dot != NULL) {
        n -= (size_t)(dot + 1 - item);
        item = dot + 1;
    }
    return asprintf(&name, "%s_%.*s", prefix, (int)n, item) < 0 ? NULL : name;
}

/* Adds a topic for each name of a list by comma; with a prefix the names are tables. */
static bool add_list(struct kc_topic_names *t, const char *list, const char *prefix)
{
    while (*list != 0) {
        size_t all = strcspn(list, ","), skip = strspn(list, BLANKS), n;

        n = skip > all ? 0 : all - skip;
        while (n > 0 && strchr(BLANKS, list[skip + n - 1]) != NULL)
            n--;
        if (n > 0 && !add(t, topic_name(prefix, list + skip, n)))
            return false;
        list += all;
        list += *list == ',';
    }
    return true;
}

static bool configured_topics(const struct kc_props *config, struct kc_topic_names *out)
{
    const char *prefix = kc_props_get(config, "topic.prefix"),
               *tables = kc_props_get(config, "table.include.list");

    if (prefix != NULL && tables != NULL)
        return add_list(out, tables, prefix);
    return add_list(out, kc_props_or(config, "topics", ""), NULL) &&
           add_list(out, kc_props_or(config, "topic", ""), NULL);
}

bool kc_connector_topics(const struct kc_props *config, char *const *used, size_t n_used,
                         struct kc_topic_names *out)
{
    const char *transforms = kc_props_or(config, "transforms", "");
    bool good;

    memset(out, 0, sizeof(*out));
    good = configured_topics(config, out);
    if (good && n_used > 0 && (out->n == 0 || transforms[strspn(transforms, BLANKS)] != '\0')) {
        kc_topic_names_finish(out);
        for (size_t i = 0; i < n_used && good; i++)
            good = add(out, strdup(used[i]));
    }
    if (!good)
        kc_topic_names_finish(out);
    return good;
}
