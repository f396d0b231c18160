/* Compressed transactions of MySQL and compressed events of MariaDB, made here and damaged here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compressed_value.h"
#include "fake_host.h"
#include "le.h"
#include "mariadb_unzip.h"
#include "payload_reader.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

static struct kc_error err = {.struct_size = sizeof(err)};

enum { EVENTS = 500 };

/* Event i has i * 7 bytes of body, each the low byte of i. */
static uint8_t *make_events(size_t *len)
{
    uint8_t *bytes = malloc(EVENTS * (KC_EVENT_HEADER_BYTES + 7 * EVENTS)), *p = bytes;

    for (uint32_t i = 0; i < EVENTS; i++) {
        uint32_t size = KC_EVENT_HEADER_BYTES + i * 7;

        memset(p, 0, KC_EVENT_HEADER_BYTES);
        p[4] = KC_EVENT_QUERY;
        kc_put_le32(p + 9, size);
        memset(p + KC_EVENT_HEADER_BYTES, (int)(i & 255), i * 7);
        p += size;
    }
    *len = (size_t)(p - bytes);
    return bytes;
}

/* Fields of type, length and value: compression 0, payload size in nine bytes, end. */
static uint8_t *make_payload(const uint8_t *zstd, size_t zstd_len, size_t *len)
{
    uint8_t *body = malloc(zstd_len + 40), *p = body;

    *p++ = 2;
    *p++ = 1;
    *p++ = 0;
    *p++ = 1;
    *p++ = 9;
    *p++ = 254;
    kc_put_le64(p, zstd_len);
    p += 8;
    *p++ = 0;
    memcpy(p, zstd, zstd_len);
    *len = (size_t)(p - body) + zstd_len;
    return body;
}

static uint8_t *make_zstd_payload(size_t *len)
{
    size_t plain_len, room, n;
    uint8_t *plain = make_events(&plain_len), *packed, *body;

    room = ZSTD_compressBound(plain_len);
    packed = malloc(room);
    n = ZSTD_compress(packed, room, plain, plain_len, 3);
    assert_false(ZSTD_isError(n));
    body = make_payload(packed, n, len);
    free(packed);
    free(plain);
    return body;
}

static void a_compressed_transaction_gives_its_events(void **state)
{
    struct kc_payload_reader *r = kc_payload_reader_create();
    size_t len, n;
    uint8_t *body = make_zstd_payload(&len);
    const uint8_t *bytes;

    (void)state;
    for (int round = 0; round < 2; round++) {
        assert_int_equal(kc_payload_reader_open(r, body, len, &err), KC_OK);
        for (size_t i = 0; i < EVENTS; i++) {
            assert_int_equal(kc_payload_reader_next(r, &bytes, &n, &err), KC_OK);
            assert_int_equal(n, KC_EVENT_HEADER_BYTES + i * 7);
            if (i > 0)
                assert_int_equal(bytes[n - 1], i & 255);
        }
        assert_int_equal(kc_payload_reader_next(r, &bytes, &n, &err), KC_NOTHING);
    }
    free(body);
    kc_payload_reader_destroy(r);
}

static void a_compressed_transaction_cut_short_is_refused(void **state)
{
    struct kc_payload_reader *r = kc_payload_reader_create();
    size_t len, n, events = 0;
    uint8_t *body = make_zstd_payload(&len);
    const uint8_t *bytes;
    kc_status status;

    (void)state;
    kc_put_le64(body + 6, kc_le64(body + 6) - 20); /* the header agrees with the size, zstd does not */
    assert_int_equal(kc_payload_reader_open(r, body, len, &err), KC_ERR_FATAL);
    assert_int_equal(kc_payload_reader_open(r, body, len - 20, &err), KC_OK);
    while ((status = kc_payload_reader_next(r, &bytes, &n, &err)) == KC_OK)
        events++;
    assert_int_equal(status, KC_ERR_FATAL);
    assert_true(events < EVENTS);
    for (n = 0; n < 15; n++)
        assert_int_equal(kc_payload_reader_open(r, body, n, &err), KC_ERR_FATAL);
    free(body);
    kc_payload_reader_destroy(r);
}

/* "db" and a query of `size` letters, as MariaDB compresses it. */
static uint8_t *make_compressed_query(size_t size, size_t *len)
{
    uint8_t *text = malloc(size), *body = calloc(1, size + 200);
    uLongf packed = (uLongf)size + 100;

    memset(text, 'q', size);
    body[8] = 2;
    memcpy(body + 13, "db", 3);
    body[16] = 0x82;
    body[17] = (uint8_t)(size >> 8);
    body[18] = (uint8_t)size;
    assert_int_equal(compress(body + 19, &packed, text, (uLong)size), Z_OK);
    *len = 19 + packed;
    free(text);
    return body;
}

static void a_compressed_query_becomes_a_plain_one(void **state)
{
    struct kc_unzip_buffer buffer = {NULL, 0};
    struct kc_event event = {.header.type = KC_EVENT_MARIADB_QUERY_COMPRESSED};
    size_t len;
    uint8_t *body = make_compressed_query(5000, &len);

    (void)state;
    event.body = body;
    event.body_len = len;
    assert_true(kc_event_is_compressed(event.header.type));
    assert_int_equal(kc_event_unzip(&event, &buffer, &err), KC_OK);
    assert_int_equal(event.header.type, KC_EVENT_QUERY);
    assert_int_equal(event.body_len, 16 + 5000);
    assert_int_equal(event.body[16], 'q');
    assert_int_equal(event.body[5015], 'q');
    for (size_t n = 0; n < len; n++) {
        struct kc_event cut = {.header.type = KC_EVENT_MARIADB_QUERY_COMPRESSED, .body = body, .body_len = n};

        assert_true(kc_event_unzip(&cut, &buffer, &err) < 0);
    }
    free(body);
    free(buffer.bytes);
}

/* "abcabcabc..." 300 bytes, as MariaDB packs it without a zlib header. */
static void a_compressed_value_is_unpacked_or_refused(void **state)
{
    static const uint8_t packed[] = {0x8a, 0x01, 0x2c, 0x4b, 0x4c, 0x4a, 0x4e, 0x1c, 0x45, 0xc4, 0x21, 0x00};
    static const uint8_t plain[] = {0x00, 'h', 'i'};
    struct kc_arena arena = fake_arena();
    const uint8_t *p = packed;
    uint32_t len = sizeof(packed);
    uint8_t bad[sizeof(packed)];

    (void)state;
    assert_true(kc_compressed_value_unpack(&p, &len, &arena));
    assert_int_equal(len, 300);
    assert_memory_equal(p + 297, "abc", 3);
    p = plain;
    len = sizeof(plain);
    assert_true(kc_compressed_value_unpack(&p, &len, &arena));
    assert_int_equal(len, 2);
    assert_ptr_equal(p, plain + 1);
    len = 0;
    assert_true(kc_compressed_value_unpack(&p, &len, &arena));
    for (len = 1; len < sizeof(packed); len++) {
        uint32_t cut = len;

        p = packed;
        assert_false(kc_compressed_value_unpack(&p, &cut, &arena));
    }
    for (size_t i = 0; i < 4; i++) {
        memcpy(bad, packed, sizeof(bad));
        bad[i] ^= 0xf1;
        p = bad;
        len = sizeof(bad);
        assert_false(kc_compressed_value_unpack(&p, &len, &arena));
    }
    fake_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_compressed_transaction_gives_its_events),
        cmocka_unit_test(a_compressed_transaction_cut_short_is_refused),
        cmocka_unit_test(a_compressed_query_becomes_a_plain_one),
        cmocka_unit_test(a_compressed_value_is_unpacked_or_refused),
    };

    return cmocka_run_group_tests_name("compressed", tests, NULL, NULL);
}
