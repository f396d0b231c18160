/* test_ticks.c - the plugin's own tests: the kit stands in for the worker, so neither Kafka nor a worker
 * is needed. */
#include <kconnect/testkit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const settings[] = {"topic", "t", "interval.ms", "0", "count", "10", NULL};

static void check(int good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "test_ticks: %s\n", what);
    exit(1);
}

static void it_sends_numbered_records_until_the_count(const struct kc_component *ticks)
{
    struct kc_kit *kit = kc_kit_create(0);
    struct kc_kit_source *source = kc_kit_source_open(kit, ticks, settings, NULL);

    check(source != NULL, "open() failed");
    check(kc_kit_source_collect(source, 11, 50, 4, NULL) == KC_NOTHING, "there are more than 10 records");
    check(kc_kit_source_count(source) == 10, "there are not 10 records");
    check(strcmp(kc_kit_source_record(source, 3)->value, "{\"seq\":3,\"text\":\"tick 3\"}") == 0,
          "record 3 is wrong");
    check(strcmp(kc_kit_source_record(source, 3)->offset, "{\"seq\":3}") == 0, "offset 3 is wrong");
    kc_kit_source_close(source);
    check(kc_kit_schema_refs(kit) == 0, "a schema was not given back");
    check(kc_kit_fault(kit, 0) == NULL, "a rule of the ABI was broken");
    kc_kit_destroy(kit);
}

static void it_continues_where_the_last_commit_was(const struct kc_component *ticks)
{
    struct kc_kit *before = kc_kit_create(0), *after = kc_kit_create(0);
    struct kc_kit_source *source = kc_kit_source_open(before, ticks, settings, NULL);

    check(kc_kit_source_collect(source, 6, 50, 100, NULL) == KC_OK, "6 records did not come");
    check(kc_kit_source_commit(source, 4, NULL) == KC_OK, "committed() failed");
    kc_kit_source_close(source);
    check(kc_kit_restart_from(after, before) == KC_OK, "no restart");
    source = kc_kit_source_open(after, ticks, settings, NULL);
    check(kc_kit_source_collect(source, 5, 50, 100, NULL) == KC_OK, "5 records did not come");
    check(strcmp(kc_kit_source_record(source, 0)->value, "{\"seq\":5,\"text\":\"tick 5\"}") == 0,
          "5 is not first");
    kc_kit_source_close(source);
    kc_kit_destroy(before);
    kc_kit_destroy(after);
}

int main(void)
{
    const struct kc_plugin *plugin = kc_plugin_v0(kc_kit_host());
    const struct kc_component *ticks = kc_kit_component(plugin, "ticks-source");

    it_sends_numbered_records_until_the_count(ticks);
    it_continues_where_the_last_commit_was(ticks);
    (void)puts("test_ticks: passed");
    return 0;
}
