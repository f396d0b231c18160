/* Time zones: wall clocks to instants; the C library is asked for a second opinion. */
#include "time_text.h"
#include "tzif.h"
#include "zone.h"

#include <kconnect/sdk.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

const struct kc_host *kc_host; /* the zones never call it */

static struct kc_zone *zone(const char *name)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_zone *z = kc_zone_open(kc_str(name), &err);

    if (z == NULL)
        fail_msg("%s", err.message);
    return z;
}

/* Seconds of a date and time, as if the clock were UTC's. */
static int64_t wall(int64_t year, int month, int day, int hour, int minute)
{
    return kc_days_from_date(year, month, day) * 86400 + hour * 3600 + minute * 60;
}

static void assert_instant(const char *name, int64_t wall_s, int64_t instant_s)
{
    struct kc_zone *z = zone(name);

    for (int i = 0; i < 2; i++) /* the second time from the cache */
        assert_int_equal(kc_zone_instant_ms(z, wall_s * 1000 + 7), instant_s * 1000 + 7);
    kc_zone_close(z);
}

static void offsets_and_names_without_summer_time(void **state)
{
    (void)state;
    assert_instant("UTC", 0, 0);
    assert_instant("Z", wall(2021, 3, 3, 0, 0), 1614729600);
    assert_instant("+08:00", wall(2021, 3, 3, 0, 0), 1614700800);
    assert_instant("-05:30", wall(2021, 3, 3, 0, 0), 1614749400);
    assert_instant("Asia/Shanghai", wall(2021, 3, 3, 0, 0), 1614700800);
    assert_instant("Etc/GMT-8", wall(2021, 3, 3, 0, 0), 1614700800);
    assert_instant("Asia/Shanghai", wall(9999, 12, 31, 23, 59), wall(9999, 12, 31, 15, 59));
    assert_instant("UTC", wall(1, 1, 1, 0, 0), -62135596800);
}

static void shanghai_had_local_mean_time_and_summer_time(void **state)
{
    (void)state;
    assert_instant("Asia/Shanghai", wall(1900, 1, 1, 0, 0), -2209017943);
    assert_instant("Asia/Shanghai", wall(1988, 7, 1, 0, 0), 583686000);
}

static void a_time_shown_twice_is_the_earlier(void **state)
{
    (void)state;
    assert_instant("America/New_York", wall(2021, 11, 7, 0, 59), 1636261140);
    assert_instant("America/New_York", wall(2021, 11, 7, 1, 0), 1636261200);
    assert_instant("America/New_York", wall(2021, 11, 7, 1, 59), 1636261200 + 59 * 60);
    assert_instant("America/New_York", wall(2021, 11, 7, 2, 0), 1636261200 + 2 * 3600);
}

static void a_time_never_shown_is_the_first_instant_after_the_gap(void **state)
{
    struct kc_zone *z = zone("America/New_York");

    (void)state;
    assert_instant("America/New_York", wall(2021, 3, 14, 1, 59), 1615705140);
    assert_int_equal(kc_zone_instant_ms(z, wall(2021, 3, 14, 2, 0) * 1000), 1615705200000);
    assert_int_equal(kc_zone_instant_ms(z, wall(2021, 3, 14, 2, 30) * 1000 + 5), 1615705200000);
    assert_instant("America/New_York", wall(2021, 3, 14, 3, 0), 1615705200);
    kc_zone_close(z);
    z = zone("America/Sao_Paulo"); /* its summer time began at midnight: the day began at one o'clock */
    assert_int_equal(kc_zone_instant_ms(z, wall(2018, 11, 4, 0, 0) * 1000), 1541300400000);
    kc_zone_close(z);
}

static void the_rule_goes_on_behind_the_last_transition_of_the_file(void **state)
{
    (void)state;
    assert_instant("America/New_York", wall(2100, 7, 1, 0, 0), 4118097600);
    assert_instant("Europe/Berlin", wall(2100, 12, 1, 0, 0), 4131298800);
    assert_instant("Australia/Sydney", wall(2090, 6, 1, 0, 0), 3799922400);
    assert_instant("Australia/Lord_Howe", wall(2100, 1, 1, 0, 0), 4102405200);
}

static void the_c_library_agrees_over_two_centuries(void **state)
{
    static const char *const names[] = {"America/New_York",    "Asia/Shanghai",     "Europe/London",
                                        "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia",
                                        "Asia/Kolkata",        "America/Sao_Paulo"};
    uint64_t x = 88172645463325252u;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct kc_zone *z = zone(names[i]);

        assert_int_equal(setenv("TZ", names[i], 1), 0);
        tzset();
        for (int k = 0; k < 5000; k++) {
            time_t at, found;
            struct tm tm;
            int64_t shown;

            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            at = (time_t)(x % 6000000000) - 1500000000; /* 1922 to 2112 */
            assert_non_null(localtime_r(&at, &tm));
            shown = wall(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min) + tm.tm_sec;
            found = kc_zone_instant_ms(z, shown * 1000) / 1000;
            if (found == at)
                continue;
            assert_true(found <
                        at); /* shown twice: the other instant, which is the earlier, shows the same */
            assert_non_null(localtime_r(&found, &tm));
            assert_int_equal(
                wall(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min) + tm.tm_sec, shown);
        }
        kc_zone_close(z);
    }
    (void)unsetenv("TZ");
}

static void names_that_are_none_are_refused_with_a_sentence(void **state)
{
    static const char *const names[] = {"",        "Mars/Olympus", "../etc/passwd", "/etc/passwd",
                                        "America", "+25:00",       "CST "};
    struct kc_error err = {.struct_size = sizeof(err)};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        err.message[0] = 0;
        assert_null(kc_zone_open(kc_str(names[i]), &err));
        assert_int_equal(err.status, KC_ERR_CONFIG);
        assert_true(strlen(err.message) > 20);
    }
}

static void a_zone_file_cut_short_or_damaged_does_no_harm(void **state)
{
    static uint8_t data[8192], copy[8192];
    FILE *f = fopen("/usr/share/zoneinfo/America/New_York", "rb");
    struct kc_tzif t;
    size_t n;

    (void)state;
    assert_non_null(f);
    n = fread(data, 1, sizeof(data), f);
    (void)fclose(f);
    assert_true(kc_tzif_decode(data, n, &t));
    assert_true(t.has_rule);
    kc_tzif_free(&t);
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *exact = malloc(cut > 0 ? cut : 1);

        memcpy(exact, data, cut);
        assert_false(kc_tzif_decode(exact, cut, &t));
        free(exact);
    }
    for (size_t at = 0; at < n; at++) {
        memcpy(copy, data, n);
        copy[at] ^= 0xff;
        if (kc_tzif_decode(copy, n, &t))
            kc_tzif_free(&t);
    }
}

static void posix_rules(void **state)
{
    struct kc_zone_change year[2];
    struct kc_zone_rule r;

    (void)state;
    assert_true(kc_zone_rule_parse("<+0330>-3:30", &r));
    assert_int_equal(r.standard_s, 12600);
    assert_false(r.has_summer);
    assert_true(kc_zone_rule_parse("EST5EDT,M3.2.0,M11.1.0", &r));
    kc_zone_rule_year(&r, 2021, year);
    assert_int_equal(year[0].at_s, 1615705200);
    assert_int_equal(year[0].offset_s, -4 * 3600);
    assert_int_equal(year[1].at_s, 1636264800);
    assert_true(
        kc_zone_rule_parse("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", &r)); /* America/Nuuk: a time before midnight */
    assert_int_equal(r.start.time_s, -3600);
    assert_true(kc_zone_rule_parse("ABC0DEF,J60/0,J300", &r));
    kc_zone_rule_year(&r, 2024, year);
    assert_int_equal(year[0].at_s, wall(2024, 3, 1, 0, 0)); /* day 60 is 1 March in every year */
    assert_true(kc_zone_rule_parse("ABC0DEF,59/0,300", &r));
    kc_zone_rule_year(&r, 2024, year);
    assert_int_equal(year[0].at_s, wall(2024, 2, 29, 0, 0));
    assert_false(kc_zone_rule_parse("", &r));
    assert_false(kc_zone_rule_parse("EST", &r));
    assert_false(kc_zone_rule_parse("EST5EDT", &r));
    assert_false(kc_zone_rule_parse("EST5EDT,M13.1.0,M11.1.0", &r));
    assert_false(kc_zone_rule_parse("EST5EDT,M3.2.0,M11.1.0x", &r));
}

static void instants_as_text(void **state)
{
    static const char *const wrong[] = {"",
                                        "2021-03-03",
                                        "2021-03-03T05:21:10",
                                        "2021-03-03 05:21:10Z",
                                        "2021-13-03T05:21:10Z",
                                        "2021-04-31T05:21:10Z",
                                        "2021-03-03T24:00:00Z",
                                        "2021-03-03T05:21:60Z",
                                        "2021-03-03T05:21:10Zx",
                                        "2021-03-03T05:21:10+0800"};
    int64_t us = 0;

    (void)state;
    assert_true(kc_parse_instant("2021-03-03T05:21:10Z", 20, &us));
    assert_int_equal(us, 1614748870000000);
    assert_true(kc_parse_instant("2021-03-03T05:21:10.9999999Z", 28, &us));
    assert_int_equal(us, 1614748870999999);
    assert_true(kc_parse_instant("2021-03-03T13:21:10.5+08:00", 27, &us));
    assert_int_equal(us, 1614748870500000);
    assert_true(kc_parse_instant("2024-02-29T00:00:00Z", 20, &us));
    assert_true(kc_parse_instant("1969-12-31T23:59:59.5Z", 22, &us));
    assert_int_equal(us, -500000);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_false(kc_parse_instant(wrong[i], strlen(wrong[i]), &us));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_and_names_without_summer_time),
        cmocka_unit_test(shanghai_had_local_mean_time_and_summer_time),
        cmocka_unit_test(a_time_shown_twice_is_the_earlier),
        cmocka_unit_test(a_time_never_shown_is_the_first_instant_after_the_gap),
        cmocka_unit_test(the_rule_goes_on_behind_the_last_transition_of_the_file),
        cmocka_unit_test(the_c_library_agrees_over_two_centuries),
        cmocka_unit_test(names_that_are_none_are_refused_with_a_sentence),
        cmocka_unit_test(a_zone_file_cut_short_or_damaged_does_no_harm),
        cmocka_unit_test(posix_rules),
        cmocka_unit_test(instants_as_text),
    };

    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
