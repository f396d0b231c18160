#include "metrics/plugin_metric.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* Labels that the worker sets itself. */
static bool is_taken(const char *name)
{
    return strcmp(name, "connector") == 0 || strcmp(name, "task") == 0 || strcmp(name, "le") == 0 ||
           strcmp(name, "quantile") == 0 || strncmp(name, "__", 2) == 0;
}

static const char *add_label(const char *text, size_t n, struct kc_plugin_labels *out)
{
    const char *equals = memchr(text, '=', n);
    size_t name = equals != NULL ? (size_t)(equals - text) : 0, value = n - name - 1;

    if (equals == NULL)
        return "its labels are not key=value,key=value";
    if (out->n == KC_PLUGIN_LABELS)
        return "it has more than 4 labels";
    if (name > KC_PLUGIN_LABEL_BYTES || value > KC_PLUGIN_LABEL_BYTES)
        return "a label is longer than 64 bytes";
    (void)snprintf(out->names[out->n], sizeof(out->names[0]), "%.*s", (int)name, text);
    (void)snprintf(out->values[out->n], sizeof(out->values[0]), "%.*s", (int)value, equals + 1);
    if (!kc_expose_name_ok(out->names[out->n]))
        return "a label's name is not made of letters, digits and underscores";
    if (!kc_utf8_valid(equals + 1, value))
        return "a label's value is not UTF-8";
    if (is_taken(out->names[out->n]))
        return "connector, task, le, quantile and names with __ in front are labels of the worker's own";
    for (size_t i = 0; i < out->n; i++)
        if (strcmp(out->names[i], out->names[out->n]) == 0)
            return "a label comes twice";
    out->n++;
    return NULL;
}

const char *kc_plugin_labels_parse(const char *text, struct kc_plugin_labels *out)
{
    const char *fault = NULL;

    out->n = 0;
    if (text == NULL || *text == '\0')
        return NULL;
    for (size_t n; fault == NULL; text += n + 1) {
        n = strcspn(text, ",");
        fault = add_label(text, n, out);
        if (text[n] == '\0')
            break;
    }
    return fault;
}

const char *kc_plugin_metric_fault(const char *name, const char *labels)
{
    struct kc_plugin_labels parsed;

    if (name == NULL || strlen(name) > KC_PLUGIN_NAME_BYTES)
        return "its name is longer than 64 bytes";
    if (!kc_expose_name_ok(name))
        return "its name is not made of letters, digits and underscores";
    return kc_plugin_labels_parse(labels, &parsed);
}

void kc_plugin_family(const char *component, const char *name, bool counter,
                      char family[KC_PLUGIN_FAMILY_BYTES])
{
    static const char total[] = "_total";
    size_t n = strlen(name), end = sizeof(total) - 1;
    bool has = n > end && strcmp(name + n - end, total) == 0;

    (void)snprintf(family, KC_PLUGIN_FAMILY_BYTES, "kconnect_plugin_%.64s_%s%s", component, name,
                   counter && !has ? total : "");
    for (char *p = family; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) || (unsigned char)*p > 127)
            *p = '_';
}
