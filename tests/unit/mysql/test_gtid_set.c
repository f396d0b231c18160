#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_host.h"
#include "gtid_set.h"

#include <stdlib.h>

#define A "3e11fa47-71ca-11e1-9e33-c80aa9429562"
#define B "4e11fa47-71ca-11e1-9e33-c80aa9429562"

static struct kc_gtid_set *parse(enum kc_flavor flavor, const char *text)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_gtid_set *set = NULL;

    assert_int_equal(kc_gtid_set_parse(flavor, text, strlen(text), &set, &err), KC_OK);
    return set;
}

static void assert_prints(enum kc_flavor flavor, const char *in, const char *out)
{
    struct kc_gtid_set *set = parse(flavor, in);
    char *text = kc_gtid_set_text(set);

    assert_string_equal(text, out);
    assert_int_equal(kc_gtid_set_text_length(set), strlen(out));
    free(text);
    kc_gtid_set_destroy(set);
}

static void mysql_sets_print_in_canonical_form(void **state)
{
    (void)state;
    assert_prints(KC_FLAVOR_MYSQL, "", "");
    assert_prints(KC_FLAVOR_MYSQL, " \n", "");
    assert_prints(KC_FLAVOR_MYSQL, A ":1", A ":1");
    assert_prints(KC_FLAVOR_MYSQL, A ":1-5:6-7:9", A ":1-7:9");
    assert_prints(KC_FLAVOR_MYSQL, A ":9:1-3:2-5", A ":1-5:9");
    assert_prints(KC_FLAVOR_MYSQL, B ":1,\n" A ":2-4", A ":2-4," B ":1");
    assert_prints(KC_FLAVOR_MYSQL, "3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5:tag:1-3:8," A ":6",
                  A ":1-6:tag:1-3:8");
    assert_prints(KC_FLAVOR_MYSQL, A ":tag:1:Other_9:4", A ":other_9:4:tag:1");
    assert_prints(KC_FLAVOR_MYSQL, A ":1-3:5-7:9-11:2-10", A ":1-11");
}

static void mariadb_sets_keep_the_last_of_each_domain(void **state)
{
    (void)state;
    assert_prints(KC_FLAVOR_MARIADB, "", "");
    assert_prints(KC_FLAVOR_MARIADB, "1-2-7,0-1-100", "0-1-100,1-2-7");
    assert_prints(KC_FLAVOR_MARIADB, "0-1-100,0-5-90", "0-1-100");
    assert_prints(KC_FLAVOR_MARIADB, "4294967295-4294967295-18446744073709551615",
                  "4294967295-4294967295-18446744073709551615");
}

static void what_is_no_set_is_refused(void **state)
{
    static const char *const bad[] = {A,
                                      A ":",
                                      A ":0",
                                      A ":1-",
                                      A ":x y:1",
                                      A ":1 2",
                                      A ":1,,",
                                      A ":99999999999999999999",
                                      "3e11fa47:1",
                                      A ":1;",
                                      A ":tag_that_is_longer_than_thirty_two_chars:1"};
    static const char *const bad_mariadb[] = {"1",     "1-2", "1-2-", "1-2-3-4", "4294967296-1-1",
                                              "a-b-c", A ":1"};
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_gtid_set *set;

    (void)state;
    for (size_t i = 2; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(kc_gtid_set_parse(KC_FLAVOR_MYSQL, bad[i], strlen(bad[i]), &set, &err),
                         KC_ERR_CONFIG);
    for (size_t i = 0; i < sizeof(bad_mariadb) / sizeof(bad_mariadb[0]); i++)
        assert_int_equal(
            kc_gtid_set_parse(KC_FLAVOR_MARIADB, bad_mariadb[i], strlen(bad_mariadb[i]), &set, &err),
            KC_ERR_CONFIG);
}

static void adding_fills_gaps_and_joins_runs(void **state)
{
    struct kc_gtid_set *set = parse(KC_FLAVOR_MYSQL, A ":1-3:7"), *same;
    struct kc_gtid gtid = {.flavor = KC_FLAVOR_MYSQL};
    char *text;

    (void)state;
    same = parse(KC_FLAVOR_MYSQL, A ":1");
    memcpy(gtid.uuid, "\x3e\x11\xfa\x47\x71\xca\x11\xe1\x9e\x33\xc8\x0a\xa9\x42\x95\x62", 16);
    for (uint64_t n = 4; n <= 6; n++) {
        gtid.number = n;
        assert_false(kc_gtid_set_contains(set, &gtid));
        assert_int_equal(kc_gtid_set_add(set, &gtid), KC_OK);
        assert_int_equal(kc_gtid_set_add(set, &gtid), KC_OK);
        assert_true(kc_gtid_set_contains(set, &gtid));
    }
    gtid.number = 8;
    assert_int_equal(kc_gtid_set_add(set, &gtid), KC_OK);
    gtid.number = 0; /* anonymous */
    assert_int_equal(kc_gtid_set_add(set, &gtid), KC_OK);
    text = kc_gtid_set_text(set);
    assert_string_equal(text, A ":1-8");
    free(text);
    assert_true(kc_gtid_set_includes(set, same));
    assert_false(kc_gtid_set_includes(same, set));
    kc_gtid_set_destroy(same);
    kc_gtid_set_destroy(set);
}

/* Every subset of eight numbers, added in two orders, prints the same and contains what it should. */
static void all_small_sets_behave_as_sets(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 256; bits++) {
        struct kc_gtid_set *up = kc_gtid_set_create(KC_FLAVOR_MYSQL),
                           *down = kc_gtid_set_create(KC_FLAVOR_MYSQL);
        struct kc_gtid gtid = {.flavor = KC_FLAVOR_MYSQL};
        char *a, *b;

        for (unsigned i = 0; i < 8; i++) {
            gtid.number = i + 1;
            if ((bits & 1u << i) != 0)
                assert_int_equal(kc_gtid_set_add(up, &gtid), KC_OK);
            gtid.number = 8 - i;
            if ((bits & 1u << (7 - i)) != 0)
                assert_int_equal(kc_gtid_set_add(down, &gtid), KC_OK);
        }
        a = kc_gtid_set_text(up);
        b = kc_gtid_set_text(down);
        assert_string_equal(a, b);
        for (unsigned i = 0; i < 8; i++) {
            gtid.number = i + 1;
            assert_int_equal(kc_gtid_set_contains(down, &gtid), (bits & 1u << i) != 0);
        }
        assert_true(kc_gtid_set_includes(up, down) && kc_gtid_set_includes(down, up));
        free(a);
        free(b);
        kc_gtid_set_destroy(up);
        kc_gtid_set_destroy(down);
    }
}

static void union_and_copy_keep_everything(void **state)
{
    struct kc_gtid_set *a = parse(KC_FLAVOR_MYSQL, A ":1-3:x:5"),
                       *b = parse(KC_FLAVOR_MYSQL, A ":4," B ":1-2");
    struct kc_gtid_set *copy;
    char *text;

    (void)state;
    assert_int_equal(kc_gtid_set_union(a, b), KC_OK);
    copy = kc_gtid_set_copy(a);
    text = kc_gtid_set_text(copy);
    assert_string_equal(text, A ":1-4:x:5," B ":1-2");
    free(text);
    assert_true(kc_gtid_set_includes(copy, b));
    kc_gtid_set_destroy(a);
    kc_gtid_set_destroy(b);
    kc_gtid_set_destroy(copy);
}

static void mariadb_sets_compare_by_domain(void **state)
{
    struct kc_gtid_set *big = parse(KC_FLAVOR_MARIADB, "0-1-10,1-1-5"),
                       *small = parse(KC_FLAVOR_MARIADB, "0-9-10"),
                       *other = parse(KC_FLAVOR_MARIADB, "2-1-1");
    const struct kc_gtid before = {.flavor = KC_FLAVOR_MARIADB, .domain = 1, .server = 7, .number = 4};

    (void)state;
    assert_true(kc_gtid_set_includes(big, small));
    assert_false(kc_gtid_set_includes(small, big));
    assert_false(kc_gtid_set_includes(big, other));
    assert_true(kc_gtid_set_contains(big, &before));
    kc_gtid_set_destroy(big);
    kc_gtid_set_destroy(small);
    kc_gtid_set_destroy(other);
}

/* The plain form is documented; the tagged one is what MySQL 9.7 writes into PREVIOUS_GTIDS_LOG_EVENT. */
static void sets_encode_as_the_server_does(void **state)
{
    static const uint8_t tagged_head[8] = {1, 2, 0, 0, 0, 0, 0, 1};
    struct kc_gtid_set *plain = parse(KC_FLAVOR_MYSQL, A ":1-5"),
                       *tagged = parse(KC_FLAVOR_MYSQL, A ":1-5:ab:7");
    uint8_t bytes[200];

    (void)state;
    assert_int_equal(kc_gtid_set_encode(plain, NULL), 8 + 16 + 8 + 16);
    assert_int_equal(kc_gtid_set_encode(plain, bytes), 48);
    assert_int_equal(bytes[0], 1);
    assert_int_equal(bytes[24], 1);
    assert_int_equal(bytes[32], 1);
    assert_int_equal(bytes[40], 6);
    assert_int_equal(kc_gtid_set_encode(tagged, NULL), 8 + (16 + 1 + 8 + 16) + (16 + 3 + 8 + 16));
    (void)kc_gtid_set_encode(tagged, bytes);
    assert_memory_equal(bytes, tagged_head, 8);
    assert_int_equal(bytes[8 + 16], 0);
    assert_memory_equal(bytes + 8 + 41 + 16,
                        "\x04"
                        "ab",
                        3);
    kc_gtid_set_destroy(plain);
    kc_gtid_set_destroy(tagged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mysql_sets_print_in_canonical_form),
        cmocka_unit_test(mariadb_sets_keep_the_last_of_each_domain),
        cmocka_unit_test(what_is_no_set_is_refused),
        cmocka_unit_test(adding_fills_gaps_and_joins_runs),
        cmocka_unit_test(all_small_sets_behave_as_sets),
        cmocka_unit_test(union_and_copy_keep_everything),
        cmocka_unit_test(mariadb_sets_compare_by_domain),
        cmocka_unit_test(sets_encode_as_the_server_does),
    };

    return cmocka_run_group_tests_name("gtid_set", tests, NULL, NULL);
}
