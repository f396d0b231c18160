/* Any bytes as the body of any event, as a GTID set, as a compressed transaction: errors, never a crash or a hang. */
#include "event_control.h"
#include "event_transaction.h"
#include "fake_host.h"
#include "mariadb_unzip.h"
#include "payload_reader.h"
#include "table_map.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse_set(enum kc_flavor flavor, const uint8_t *data, size_t size)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_gtid_set *set, *again;
    char *text;

    if (kc_gtid_set_parse(flavor, (const char *)data, size, &set, &err) < 0)
        return;
    text = kc_gtid_set_text(set);
    if (kc_gtid_set_parse(flavor, text, strlen(text), &again, &err) < 0 ||
        !kc_gtid_set_includes(set, again) || !kc_gtid_set_includes(again, set))
        abort(); /* what is printed must be the set */
    free(text);
    kc_gtid_set_destroy(set);
    kc_gtid_set_destroy(again);
}

static void read_payload(const uint8_t *data, size_t size)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_payload_reader *r = kc_payload_reader_create();
    const uint8_t *bytes;
    size_t len;

    if (kc_payload_reader_open(r, data, size, &err) == KC_OK)
        while (kc_payload_reader_next(r, &bytes, &len, &err) == KC_OK)
            ;
    kc_payload_reader_destroy(r);
}

static void read_event(struct kc_event *event)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_unzip_buffer buffer = {NULL, 0};
    struct kc_table_maps *maps = kc_table_maps_create();
    struct kc_gtid_set *set = kc_gtid_set_create(KC_FLAVOR_MARIADB);
    struct kc_event_gtid gtid;
    struct kc_event_query query;
    struct kc_event_format format;
    struct kc_table_map *map;
    struct kc_str text;
    char printed[KC_GTID_TEXT_BYTES];
    uint64_t number;
    bool flag;

    if (kc_event_is_compressed(event->header.type))
        (void)kc_event_unzip(event, &buffer, &err);
    if (kc_event_gtid_read(event, &gtid, &err) == KC_OK)
        (void)kc_gtid_print(&gtid.gtid, printed);
    (void)kc_event_query_read(event, &query, &err);
    (void)kc_event_format_read(event->body, event->body_len, &format, &err);
    (void)kc_event_rotate_read(event, &text, &number, &err);
    (void)kc_event_heartbeat_read(event, &text, &number, &flag, &err);
    (void)kc_event_xid_read(event, &number, &err);
    (void)kc_event_rows_query_read(event, &text, &err);
    (void)kc_event_gtid_list_read(event, set, &err);
    (void)kc_table_maps_put(maps, event, &map, &flag, &err);
    kc_table_maps_destroy(maps);
    kc_gtid_set_destroy(set);
    free(buffer.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kc_event event = {.body = data + 1, .body_len = size - 1};

    if (size == 0)
        return 0;
    event.header.type = data[0];
    switch (data[0]) {
    case 0: parse_set(KC_FLAVOR_MYSQL, data + 1, size - 1); break;
    case 1: parse_set(KC_FLAVOR_MARIADB, data + 1, size - 1); break;
    case KC_EVENT_TRANSACTION_PAYLOAD: read_payload(data + 1, size - 1); break;
    default: read_event(&event); break;
    }
    return 0;
}
