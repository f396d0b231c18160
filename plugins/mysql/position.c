#include "position.h"

#include <kconnect/sdk.h>
#include <stdlib.h>

enum key { KEY_SERVER_UUID, KEY_FILE, KEY_POS, KEY_GTIDS, KEY_EVENT, KEY_ROW, KEY_TS_SEC, KEY_SEQUENCE };

static const char *const keys[KC_POSITION_KEYS] = {
    [KEY_SERVER_UUID] = "server_uuid",
    [KEY_FILE] = "file",
    [KEY_POS] = "pos",
    [KEY_GTIDS] = "gtids",
    [KEY_EVENT] = "event",
    [KEY_ROW] = "row",
    [KEY_TS_SEC] = "ts_sec",
    [KEY_SEQUENCE] = "sequence",
};

static void put_number(struct kc_kv *kv, enum key key, uint64_t value)
{
    kv->key = kc_str(keys[key]);
    kv->value = kc_int64((int64_t)value);
}

static void put_text(struct kc_kv *kv, enum key key, struct kc_str text)
{
    kv->key = kc_str(keys[key]);
    kv->value = kc_string(text.ptr, text.len);
}

uint32_t kc_position_to_map(const struct kc_position *position, struct kc_kv kvs[KC_POSITION_KEYS])
{
    uint32_t n = 0;

    memset(kvs, 0, KC_POSITION_KEYS * sizeof(*kvs));
    if (position->server_uuid.len != 0)
        put_text(&kvs[n++], KEY_SERVER_UUID, position->server_uuid);
    put_text(&kvs[n++], KEY_FILE, position->file);
    put_number(&kvs[n++], KEY_POS, position->pos);
    if (position->gtids.ptr != NULL)
        put_text(&kvs[n++], KEY_GTIDS, position->gtids);
    put_number(&kvs[n++], KEY_EVENT, position->event);
    put_number(&kvs[n++], KEY_ROW, position->row);
    put_number(&kvs[n++], KEY_TS_SEC, (uint64_t)position->ts_sec);
    put_number(&kvs[n++], KEY_SEQUENCE, position->sequence);
    return n;
}

static kc_status bad_key(enum key key, const char *what, struct kc_error *err)
{
    return kc_fail(err, KC_ERR_CONFIG, "its member %s %s", keys[key], what);
}

static kc_status get_number(const struct kc_map *map, enum key key, bool required, uint64_t *out,
                            struct kc_error *err)
{
    const struct kc_value *v = kc_map_get(map, keys[key]);

    if (v == NULL || v->type == KC_NULL)
        return required ? bad_key(key, "is missing", err) : KC_OK;
    if (v->type == KC_UINT64)
        *out = v->as.u64;
    else if (v->type >= KC_INT8 && v->type <= KC_INT64 && v->as.i64 >= 0)
        *out = (uint64_t)v->as.i64;
    else
        return bad_key(key, "is not a number of 0 or more", err);
    return KC_OK;
}

static kc_status get_text(const struct kc_map *map, enum key key, bool required, struct kc_str *out,
                          struct kc_error *err)
{
    const struct kc_value *v = kc_map_get(map, keys[key]);

    if (v == NULL || v->type == KC_NULL)
        return required ? bad_key(key, "is missing", err) : KC_OK;
    if (v->type != KC_STRING)
        return bad_key(key, "is not text", err);
    *out = (struct kc_str){v->as.str, v->len, 0};
    return KC_OK;
}

kc_status kc_position_from_map(const struct kc_map *map, struct kc_position *out, struct kc_error *err)
{
    struct kc_position p = {0};
    uint64_t ts_sec = 0;

    if (get_text(map, KEY_SERVER_UUID, false, &p.server_uuid, err) < 0 ||
        get_text(map, KEY_FILE, true, &p.file, err) < 0 || get_number(map, KEY_POS, true, &p.pos, err) < 0 ||
        get_text(map, KEY_GTIDS, false, &p.gtids, err) < 0 ||
        get_number(map, KEY_EVENT, false, &p.event, err) < 0 ||
        get_number(map, KEY_ROW, false, &p.row, err) < 0 ||
        get_number(map, KEY_TS_SEC, false, &ts_sec, err) < 0 ||
        get_number(map, KEY_SEQUENCE, false, &p.sequence, err) < 0)
        return KC_ERR_CONFIG;
    p.ts_sec = (int64_t)ts_sec;
    *out = p;
    return KC_OK;
}

/* The number behind the last dot, or 0. */
static uint64_t file_number(const char *file)
{
    const char *dot = strrchr(file, '.');

    return dot != NULL ? strtoull(dot + 1, NULL, 10) : 0;
}

int kc_binlog_place_compare(const char *file_a, uint64_t pos_a, const char *file_b, uint64_t pos_b)
{
    uint64_t a = file_number(file_a), b = file_number(file_b);

    if (a != b)
        return a < b ? -1 : 1;
    if (pos_a != pos_b)
        return pos_a < pos_b ? -1 : 1;
    return 0;
}
