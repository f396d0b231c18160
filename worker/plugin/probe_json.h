/* probe_json.h - what the probe prints: the description of a plugin, or why it is refused, as one JSON object. */
#ifndef KC_PLUGIN_PROBE_JSON_H
#define KC_PLUGIN_PROBE_JSON_H

#include <kconnect/plugin.h>

#include "base/buf.h"

/*
 *   {"outcome":"loaded","name":s,"version":s,"components":[
 *      {"kind":n,"id":s,"version":s,"title":s,"doc":s,"aliases":[s],"keys":[
 *         {"name":s,"default_value":s,"doc":s,"group":s,"display_name":s,"type":n,"flags":n,"importance":n,"width":n,
 *          "order":n,"min":s,"max":s,"choices":[s],"dependents":[s]}]}]}
 *   {"outcome":"refused","reason":s,"detail":s}
 *
 * Members that are NULL in the plugin are left out. min and max are text, as JSON numbers stop being exact at 2^53.
 */
void kc_probe_json_plugin(const struct kc_plugin *plugin, struct kc_buf *out);
void kc_probe_json_refusal(const char *reason, const char *detail, struct kc_buf *out);

#endif
