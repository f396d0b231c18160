#include "stored_offsets.h"

#include "base/clock.h"
#include "base/log.h"
#include "offsets/offsets.h"
#include "offsets_check.h"
#include "plugin/connector_config.h"

enum { READ_MS = 3000 };

static bool any_position(const struct kc_offset_table *t)
{
    for (int32_t i = 0; i < t->n_slots; i++)
        if (t->slots[i].partition != NULL && t->slots[i].offset != NULL)
            return true;
    return false;
}

char *kc_stored_offsets(const struct kc_request *q, const struct kc_props *config)
{
    const char *name = kc_props_or(config, "name", "");
    struct kc_offsets_of of = {
        .config = q->context->config, .connector = name, .connector_config = config, .stopping = q->stopping};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_offset_table table = {0};
    struct kc_buf text = {0};
    kc_status status;

    if (kc_connector_name_check(name, NULL) != KC_OK || kc_offsets_hidden_key(q, config) != NULL)
        return NULL;
    status = kc_offset_table_init(&table, of.config->offset_storage_partitions, &err);
    if (status == KC_OK)
        status = kc_offsets_read(&of, false, kc_mono_ms() + READ_MS, &table, &err);
    if (status < 0)
        kc_log_for(KC_WARN, "api", name, "its stored offsets are not checked: %s", err.message);
    else if (any_position(&table))
        kc_offset_table_print(&table, &text);
    kc_offset_table_finish(&table);
    return text.len > 0 ? kc_buf_take(&text) : NULL;
}
