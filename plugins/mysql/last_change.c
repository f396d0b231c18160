#include "last_change.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <kconnect/sdk.h>

static const char state_key[] = "last_change";

kc_status kc_last_change_store(struct kc_last_change *l, struct kc_ctx *ctx, struct kc_error *err)
{
    cJSON *o = cJSON_CreateObject();
    char *text = NULL;
    kc_status status;

    if (o != NULL && cJSON_AddStringToObject(o, "server", l->server) != NULL &&
        cJSON_AddStringToObject(o, "gtid", l->gtid) != NULL &&
        cJSON_AddStringToObject(o, "file", l->file) != NULL &&
        cJSON_AddNumberToObject(o, "pos", (double)l->pos) != NULL)
        text = cJSON_PrintUnformatted(o);
    cJSON_Delete(o);
    if (text == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the place of a statement");
    status = kc_host->state_put(ctx, kc_str(state_key), kc_str(text));
    free(text);
    l->unsaved = status < 0;
    return status < 0 ? kc_fail(err, status, "cannot store the place of a statement") : KC_OK;
}

static void read_text(const cJSON *o, const char *member, char *out, size_t size)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, member));

    (void)snprintf(out, size, "%s", text != NULL && strlen(text) < size ? text : "");
}

kc_status kc_last_change_load(struct kc_last_change *l, struct kc_ctx *ctx, struct kc_error *err)
{
    struct kc_str text = {0};
    kc_status status = kc_host->state_get(ctx, kc_str(state_key), &text);
    const cJSON *pos;
    cJSON *o;

    if (status != KC_OK || text.len == 0)
        return status < 0 ? kc_fail(err, status, "cannot read the connector's state") : KC_OK;
    o = cJSON_ParseWithLength(text.ptr, text.len);
    pos = cJSON_GetObjectItemCaseSensitive(o, "pos");
    if (!cJSON_IsNumber(pos) || pos->valuedouble < 0 || pos->valuedouble > 9e15) {
        cJSON_Delete(o);
        return kc_fail(err, KC_ERR_CONFIG, "the stored place of the last change of a table is not readable");
    }
    read_text(o, "server", l->server, sizeof(l->server));
    read_text(o, "gtid", l->gtid, sizeof(l->gtid));
    read_text(o, "file", l->file, sizeof(l->file));
    l->pos = (uint64_t)pos->valuedouble;
    cJSON_Delete(o);
    return KC_OK;
}

static bool gtids_have(enum kc_flavor flavor, struct kc_str gtids, const char *gtid)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_gtid_set *all = NULL, *one = NULL;
    bool have = kc_gtid_set_parse(flavor, gtids.ptr, gtids.len, &all, &err) == KC_OK &&
                kc_gtid_set_parse(flavor, gtid, strlen(gtid), &one, &err) == KC_OK &&
                kc_gtid_set_includes(all, one);

    kc_gtid_set_destroy(all);
    kc_gtid_set_destroy(one);
    return have;
}

bool kc_last_change_is_behind(const struct kc_last_change *l, enum kc_flavor flavor,
                              const struct kc_position *p, const char *gtid)
{
    bool inside = p->event > 0 || p->row > 0; /* behind the statement with which the transaction began */
    char file[KC_BINLOG_FILE_BYTES];

    if (l->gtid[0] != '\0' && p->gtids.ptr != NULL)
        return !(inside && strcmp(gtid, l->gtid) == 0) && !gtids_have(flavor, p->gtids, l->gtid);
    if (l->file[0] == '\0' || p->file.len == 0 || p->file.len >= sizeof(file) ||
        p->server_uuid.len != strlen(l->server) ||
        memcmp(p->server_uuid.ptr, l->server, p->server_uuid.len) != 0)
        return false;
    (void)snprintf(file, sizeof(file), "%.*s", (int)p->file.len, p->file.ptr);
    return kc_binlog_place_compare(file, p->pos + (inside ? 1 : 0), l->file, l->pos) < 0;
}
