#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "event_control.h"
#include "event_transaction.h"
#include "fake_host.h"
#include "le.h"

static struct kc_error err = {.struct_size = sizeof(err)};

static void a_header_cut_short_is_refused(void **state)
{
    const uint8_t bytes[KC_EVENT_HEADER_BYTES] = {1, 0, 0, 0, KC_EVENT_XID, 2, 0, 0, 0, 31, 0, 0, 0,
                                                  4, 1, 0, 0, 0x20};
    struct kc_event_header h;

    (void)state;
    assert_true(kc_event_header_read(bytes, sizeof(bytes), &h));
    assert_int_equal(h.timestamp_s, 1);
    assert_int_equal(h.type, KC_EVENT_XID);
    assert_int_equal(h.server_id, 2);
    assert_int_equal(h.size, 31);
    assert_int_equal(h.next, 260);
    assert_int_equal(h.flags, KC_EVENT_FLAG_ARTIFICIAL);
    for (size_t n = 0; n < sizeof(bytes); n++)
        assert_false(kc_event_header_read(bytes, n, &h));
}

static void an_event_smaller_than_its_header_is_refused(void **state)
{
    const uint8_t bytes[KC_EVENT_HEADER_BYTES] = {[9] = KC_EVENT_HEADER_BYTES - 1};
    struct kc_event_header h;

    (void)state;
    assert_false(kc_event_header_read(bytes, sizeof(bytes), &h));
}

/* A GTID event of MySQL 9.7 with both commit times, body without checksum. */
static void a_gtid_event_gives_number_and_times(void **state)
{
    uint8_t body[] = {
        0x00, 0x3e, 0x11, 0xfa, 0x47, 0x71, 0xca, 0x11, 0xe1, 0x9e, 0x33, 0xc8, 0x0a,
        0xa9, 0x42, 0x95, 0x62, 0x07, 0,    0,    0,    0,    0,    0,    0, /* number */
        2,    1,    0,    0,    0,    0,    0,    0,    0,    2,    0,    0,    0,
        0,    0,    0,    0,    0x10, 0x27, 0,    0,    0,    0,    0x80, /* commit time 10000, the other one follows */
        0x20, 0x4e, 0,    0,    0,    0,    0,                            /* 20000 */
        0xfc, 0x00, 0x01};                                                /* 256 bytes */
    struct kc_event event = {.header.type = KC_EVENT_GTID, .body = body, .body_len = sizeof(body)};
    struct kc_event_gtid g;
    char text[KC_GTID_TEXT_BYTES];

    (void)state;
    assert_int_equal(kc_event_gtid_read(&event, &g, &err), KC_OK);
    assert_int_equal(kc_gtid_print(&g.gtid, text), 38);
    assert_string_equal(text, "3e11fa47-71ca-11e1-9e33-c80aa9429562:7");
    assert_int_equal(g.commit_us, 10000);
    assert_int_equal(g.original_commit_us, 20000);
    assert_int_equal(g.transaction_bytes, 256);
    event.body_len = 42; /* MySQL 5.7 */
    assert_int_equal(kc_event_gtid_read(&event, &g, &err), KC_OK);
    assert_int_equal(g.commit_us, 0);
    event.body_len = 24;
    assert_int_equal(kc_event_gtid_read(&event, &g, &err), KC_ERR_FATAL);
    event.body_len = sizeof(body);
    event.header.type = KC_EVENT_ANONYMOUS_GTID;
    assert_int_equal(kc_event_gtid_read(&event, &g, &err), KC_OK);
    assert_int_equal(kc_gtid_print(&g.gtid, text), 0);
}

/* The serialized form: numbers with their extra bytes counted by the ones at the low end of the first byte. */
static void a_tagged_gtid_event_gives_its_tag(void **state)
{
    uint8_t body[] = {
        0x02, 0x80, 0x10,                                     /* version 1, size, last field */
        0x00, 0x02,                                           /* flags */
        0x02, 0x7c, 0x22, 0xe9, 0x03, 0x8e, 0xe2, 0x29, 0x03, /* UUID: bytes of 0x80 or more take two */
        0x22, 0x85, 0x03, 0x79, 0x02, 0x66, 0x21, 0x03, 0x14,
        0xa5, 0x02, 0x84, 0x55, 0x02, 0xc4, 0x04, 0x1c, /* number 7 */
        0x06, 0x06, 't',  'a',  'g',                    /* tag */
        0x08, 0x00, 0x0a, 0x04,                         /* counters of parallel replication */
        0x0c, 0x41, 0x9c,                               /* commit time 10000 */
        0x10, 0x01, 0x04};                              /* 256 bytes */
    struct kc_event event = {.header.type = KC_EVENT_GTID_TAGGED, .body = body, .body_len = sizeof(body)};
    struct kc_event_gtid g;
    char text[KC_GTID_TEXT_BYTES];

    (void)state;
    assert_int_equal(kc_event_gtid_read(&event, &g, &err), KC_OK);
    kc_gtid_print(&g.gtid, text);
    assert_string_equal(text, "3e11fa47-71ca-11e1-9e33-c80aa9429562:tag:7");
    assert_int_equal(g.commit_us, 10000);
    assert_int_equal(g.original_commit_us, 10000);
    assert_int_equal(g.transaction_bytes, 256);
    for (size_t n = 0; n < 3; n++) {
        event.body_len = n;
        assert_int_equal(kc_event_gtid_read(&event, &g, &err), KC_ERR_FATAL);
    }
}

static void a_mariadb_gtid_says_whether_it_stands_alone(void **state)
{
    const uint8_t body[19] = {9, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1};
    struct kc_event event = {
        .header = {.type = KC_EVENT_MARIADB_GTID, .server_id = 12}, .body = body, .body_len = sizeof(body)};
    struct kc_event_gtid g;
    char text[KC_GTID_TEXT_BYTES];

    (void)state;
    assert_int_equal(kc_event_gtid_read(&event, &g, &err), KC_OK);
    kc_gtid_print(&g.gtid, text);
    assert_string_equal(text, "3-12-9");
    assert_true(g.standalone);
    event.body_len = 12;
    assert_int_equal(kc_event_gtid_read(&event, &g, &err), KC_ERR_FATAL);
}

static void a_gtid_list_fills_a_set(void **state)
{
    const uint8_t body[4 + 2 * 16] = {2, 0, 0, 0x10, 0, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0,
                                      0, 0, 7, 0,    0, 0, 2, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0};
    struct kc_event event = {
        .header.type = KC_EVENT_MARIADB_GTID_LIST, .body = body, .body_len = sizeof(body)};
    struct kc_gtid_set *set = kc_gtid_set_create(KC_FLAVOR_MARIADB);
    char text[100];

    (void)state;
    assert_int_equal(kc_event_gtid_list_read(&event, set, &err), KC_OK);
    kc_gtid_set_print(set, text);
    assert_string_equal(text, "0-1-5,7-2-6");
    event.body_len--;
    assert_int_equal(kc_event_gtid_list_read(&event, set, &err), KC_ERR_FATAL);
    kc_gtid_set_destroy(set);
}

static enum kc_query_kind kind_of(const char *sql)
{
    uint8_t body[200] = {5, 0, 0, 0, 0, 0, 0, 0, 2}; /* thread 5, database of two characters */
    struct kc_event event = {.header.type = KC_EVENT_QUERY, .body = body};
    struct kc_event_query q;
    enum kc_query_kind kind;

    body[11] = 12;
    memcpy(body + 13, "\0\0\0\0\0\4\41\0\41\0\10\0db", 15);
    strcpy((char *)body + 28, sql);
    event.body_len = 28 + strlen(sql);
    assert_int_equal(kc_event_query_read(&event, &q, &err), KC_OK);
    assert_int_equal(q.thread_id, 5);
    assert_int_equal(q.charset, 33);
    assert_int_equal(q.database.len, 2);
    assert_memory_equal(q.database.ptr, "db", 2);
    assert_int_equal(q.sql.len, strlen(sql));
    kind = q.kind;
    for (size_t n = 0; n < 28; n++) {
        event.body_len = n;
        assert_int_equal(kc_event_query_read(&event, &q, &err), KC_ERR_FATAL);
    }
    return kind;
}

static void statements_around_transactions_are_known(void **state)
{
    static const struct {
        const char *sql;
        enum kc_query_kind kind;
    } cases[] = {
        {"BEGIN", KC_QUERY_BEGIN},
        {"begin", KC_QUERY_BEGIN},
        {"COMMIT", KC_QUERY_COMMIT},
        {"ROLLBACK", KC_QUERY_ROLLBACK},
        {"ROLLBACK TO `a`", KC_QUERY_SAVEPOINT},
        {"SAVEPOINT `a`", KC_QUERY_SAVEPOINT},
        {"XA START X'61',X'',1", KC_QUERY_XA_START},
        {"XA END X'61',X'',1", KC_QUERY_XA_END},
        {"XA COMMIT X'61',X'',1", KC_QUERY_XA_COMMIT},
        {"XA ROLLBACK X'61',X'',1", KC_QUERY_XA_ROLLBACK},
        {"CREATE TABLE begin (a INT)", KC_QUERY_OTHER},
        {"BEGINNING", KC_QUERY_OTHER},
        {"", KC_QUERY_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(kind_of(cases[i].sql), cases[i].kind);
}

static void a_rotate_event_names_the_next_file(void **state)
{
    const uint8_t body[] = "\x04\0\0\0\x01\0\0\0binlog.000007";
    struct kc_event event = {.header.type = KC_EVENT_ROTATE, .body = body, .body_len = sizeof(body) - 1};
    struct kc_str file;
    uint64_t pos;

    (void)state;
    assert_int_equal(kc_event_rotate_read(&event, &file, &pos, &err), KC_OK);
    assert_int_equal(pos, UINT64_C(0x100000004));
    assert_int_equal(file.len, 13);
    assert_memory_equal(file.ptr, "binlog.000007", 13);
    event.body_len = 8;
    assert_int_equal(kc_event_rotate_read(&event, &file, &pos, &err), KC_ERR_FATAL);
}

static void a_heartbeat_tells_the_position(void **state)
{
    const uint8_t v2[] = {1, 2, 'b', '1', 2, 9, 254, 1, 0, 0, 0, 2, 0, 0, 0, 0};
    struct kc_event event = {.header = {.type = KC_EVENT_HEARTBEAT_V2}, .body = v2, .body_len = sizeof(v2)};
    struct kc_str file;
    uint64_t pos;
    bool wide;

    (void)state;
    assert_int_equal(kc_event_heartbeat_read(&event, &file, &pos, &wide, &err), KC_OK);
    assert_true(wide);
    assert_int_equal(pos, UINT64_C(0x200000001));
    assert_memory_equal(file.ptr, "b1", 2);
    event.header.type = KC_EVENT_HEARTBEAT;
    event.header.next = 77;
    assert_int_equal(kc_event_heartbeat_read(&event, &file, &pos, &wide, &err), KC_OK);
    assert_false(wide);
    assert_int_equal(pos, 77);
}

static void an_unknown_checksum_or_version_is_refused(void **state)
{
    uint8_t body[57 + 42 + 1 + 4] = {4, 0, '9', '.', '7', '.', '0'};
    struct kc_event_format format;

    (void)state;
    body[56] = KC_EVENT_HEADER_BYTES;
    body[57 + 42] = KC_CHECKSUM_CRC32;
    assert_int_equal(kc_event_format_read(body, sizeof(body), &format, &err), KC_OK);
    assert_string_equal(format.server_version, "9.7.0");
    assert_int_equal(format.checksum, KC_CHECKSUM_CRC32);
    body[57 + 42] = 2;
    assert_int_equal(kc_event_format_read(body, sizeof(body), &format, &err), KC_ERR_UNSUPPORTED);
    body[57 + 42] = 0;
    body[0] = 3;
    assert_int_equal(kc_event_format_read(body, sizeof(body), &format, &err), KC_ERR_UNSUPPORTED);
    assert_int_equal(kc_event_format_read(body, 60, &format, &err), KC_ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_cut_short_is_refused),
        cmocka_unit_test(an_event_smaller_than_its_header_is_refused),
        cmocka_unit_test(a_gtid_event_gives_number_and_times),
        cmocka_unit_test(a_tagged_gtid_event_gives_its_tag),
        cmocka_unit_test(a_mariadb_gtid_says_whether_it_stands_alone),
        cmocka_unit_test(a_gtid_list_fills_a_set),
        cmocka_unit_test(statements_around_transactions_are_known),
        cmocka_unit_test(a_rotate_event_names_the_next_file),
        cmocka_unit_test(a_heartbeat_tells_the_position),
        cmocka_unit_test(an_unknown_checksum_or_version_is_refused),
    };

    return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
