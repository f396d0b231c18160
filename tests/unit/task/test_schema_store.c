#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "task/schema_store.h"

static struct kc_str text(const char *s)
{
    return (struct kc_str){s, (uint32_t)strlen(s), 0};
}

static const struct kc_schema *scalar(struct kc_schemas *s, uint8_t type, const char *name)
{
    struct kc_schema spec = {.struct_size = sizeof(spec), .type = type, .name = text(name)};
    struct kc_error err = {.struct_size = sizeof(err)};

    return kc_schemas_get(s, &spec, &err);
}

static const struct kc_schema *row(struct kc_schemas *s, const struct kc_schema *field,
                                   const char *field_name, const char *precision)
{
    struct kc_field fields[] = {{text(field_name), field}};
    struct kc_kv params[] = {
        {text("precision"), {.type = KC_STRING, .len = (uint32_t)strlen(precision), .as.str = precision}}};
    struct kc_value fallback = {.type = KC_STRUCT, .len = 1};
    struct kc_value inner = {.type = KC_STRING, .len = 3, .as.str = "abc"};
    struct kc_schema spec = {.struct_size = sizeof(spec),
                             .type = KC_STRUCT,
                             .name = text("row"),
                             .n_fields = 1,
                             .fields = fields,
                             .default_value = &fallback,
                             .params = {params, 1, 0}};
    struct kc_error err = {.struct_size = sizeof(err)};

    fallback.as.items = &inner;
    return kc_schemas_get(s, &spec, &err);
}

static void equal_schemas_are_one_pointer(void **state)
{
    struct kc_schemas *s = kc_schemas_create();
    const struct kc_schema *a = scalar(s, KC_INT32, "a"), *b = scalar(s, KC_INT32, "a");
    const struct kc_schema *r1 = row(s, a, "id", "10"), *r2 = row(s, b, "id", "10");

    (void)state;
    assert_ptr_equal(a, b);
    assert_ptr_equal(r1, r2);
    assert_ptr_equal(r1->fields[0].schema, a);
    assert_string_equal(r1->fields[0].name.ptr, "id");
    assert_memory_equal(r1->default_value->as.items[0].as.str, "abc", 3);
    assert_int_equal(kc_schemas_count(s), 2);
    kc_schemas_destroy(s);
}

static void any_difference_is_another_schema(void **state)
{
    struct kc_schemas *s = kc_schemas_create();
    const struct kc_schema *a = scalar(s, KC_INT32, "a");
    const struct kc_schema *list[] = {a,
                                      scalar(s, KC_INT64, "a"),
                                      scalar(s, KC_INT32, "b"),
                                      row(s, a, "id", "10"),
                                      row(s, a, "ix", "10"),
                                      row(s, a, "id", "11")};

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        for (size_t j = 0; j < i; j++) {
            assert_ptr_not_equal(list[i], list[j]);
            assert_int_not_equal(list[i]->id, list[j]->id);
            assert_int_not_equal(list[i]->fingerprint, list[j]->fingerprint);
        }
    }
    kc_schemas_destroy(s);
}

static void a_schema_and_its_children_go_with_the_last_reference(void **state)
{
    struct kc_schemas *s = kc_schemas_create();
    const struct kc_schema *a = scalar(s, KC_INT32, "a");
    const struct kc_schema *r = row(s, a, "id", "10");
    uint64_t id = r->id;

    (void)state;
    kc_schema_unref(a); /* the row still holds it */
    assert_int_equal(kc_schemas_count(s), 2);
    kc_schema_ref(r);
    kc_schema_unref(r);
    kc_schema_unref(r);
    assert_int_equal(kc_schemas_count(s), 0);
    kc_schema_unref(NULL);
    a = scalar(s, KC_INT32, "a");
    r = row(s, a, "id", "10");
    assert_true(r->id > id); /* a number is never used again */
    kc_schemas_destroy(s);
}

static void a_fingerprint_is_the_same_in_every_store(void **state)
{
    struct kc_schemas *s = kc_schemas_create(), *other = kc_schemas_create();
    const struct kc_schema *r;

    (void)state;
    (void)scalar(other, KC_INT8, "something that shifts the ids");
    r = row(s, scalar(s, KC_INT32, "a"), "id", "10");
    assert_int_equal(r->fingerprint, row(other, scalar(other, KC_INT32, "a"), "id", "10")->fingerprint);
    kc_schemas_destroy(s);
    kc_schemas_destroy(other);
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct kc_schemas *s = kc_schemas_create();
    struct kc_field fields[] = {{text("id"), NULL}};
    struct kc_schema spec = {.struct_size = sizeof(spec), .type = KC_STRUCT, .n_fields = 1, .fields = fields};
    struct kc_error err = {.struct_size = sizeof(err)};

    (void)state;
    assert_null(kc_schemas_get(s, &spec, &err));
    assert_non_null(strstr(err.message, "id"));
    spec = (struct kc_schema){.struct_size = sizeof(spec), .type = KC_ARRAY};
    assert_null(kc_schemas_get(s, &spec, &err));
    spec.type = 99;
    assert_null(kc_schemas_get(s, &spec, &err));
    kc_schemas_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_schemas_are_one_pointer),
        cmocka_unit_test(any_difference_is_another_schema),
        cmocka_unit_test(a_schema_and_its_children_go_with_the_last_reference),
        cmocka_unit_test(a_fingerprint_is_the_same_in_every_store),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };

    return cmocka_run_group_tests_name("schema_store", tests, NULL, NULL);
}
