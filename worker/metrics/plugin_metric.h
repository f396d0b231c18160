/*
 * plugin_metric.h - the metrics of plugins: what a name and its labels may be, and the limits on how many there are.
 * Used by the task, which refuses what is not allowed, and by the worker, which does not take the task's word for it.
 */
#ifndef KC_METRICS_PLUGIN_METRIC_H
#define KC_METRICS_PLUGIN_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "metrics/exposition.h"

enum {
    KC_PLUGIN_METRICS = 64, /* of one task, all of its plugins together */
    KC_PLUGIN_LABELS = 4,   /* of one metric */
    KC_PLUGIN_NAME_BYTES = 64,
    KC_PLUGIN_LABEL_BYTES = 64, /* of a label's name, and of its value */
    KC_PLUGIN_FAMILY_BYTES = 200,
};

/* "key=value,key=value" taken apart. */
struct kc_plugin_labels {
    size_t n;
    char names[KC_PLUGIN_LABELS][KC_PLUGIN_LABEL_BYTES + 1];
    char values[KC_PLUGIN_LABELS][KC_PLUGIN_LABEL_BYTES + 1];
};

/* NULL: both are fine. Otherwise what is wrong with them, as the end of a sentence. `labels` may be NULL. */
const char *kc_plugin_metric_fault(const char *name, const char *labels);
/* The same check of the labels alone, with the labels. */
const char *kc_plugin_labels_parse(const char *text, struct kc_plugin_labels *out);
/*
 * The family: kconnect_plugin_<component>_<name>, with _total for a counter. Characters of the component's id that a
 * name must not have become '_'.
 */
void kc_plugin_family(const char *component, const char *name, bool counter,
                      char family[KC_PLUGIN_FAMILY_BYTES]);

#endif
