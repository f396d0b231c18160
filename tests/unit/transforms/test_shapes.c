/* What transforms remember of schemas: found again, bounded, and never thrown away while a batch may use it. */
#include "../cm.h"

#include "shapes.h"

#include <kconnect/sdk.h>

static int released;

static void unref(const struct kc_schema *s)
{
    if (s != NULL)
        released++;
}

static const struct kc_host host = {.struct_size = sizeof(host), .schema_unref = unref};
const struct kc_host *kc_host = &host;
static const struct kc_schema schema;
static struct kc_error err = {.struct_size = sizeof(err)};

static void a_shape_is_found_by_schema_and_variant(void **state)
{
    struct kc_shapes s = {0};
    struct kc_shape *one = kc_shapes_add(&s, 7, 0, &schema, NULL, 0, &err),
                    *two = kc_shapes_add(&s, 7, 1, NULL, NULL, 0, &err);

    (void)state;
    released = 0;
    assert_ptr_equal(kc_shapes_find(&s, 7, 0), one);
    assert_ptr_equal(kc_shapes_find(&s, 7, 1), two);
    assert_ptr_equal(kc_shapes_find(&s, 7, 0), one);
    assert_null(kc_shapes_find(&s, 7, 2));
    assert_null(kc_shapes_find(&s, 71, 0));
    kc_shapes_finish(&s);
    assert_int_equal(released, 1);
}

static void too_many_shapes_outlive_the_batch_that_begins(void **state)
{
    struct kc_shapes s = {0};

    (void)state;
    released = 0;
    for (uint64_t id = 0; id <= KC_SHAPES_KEPT; id++)
        assert_non_null(kc_shapes_add(&s, id, 0, &schema, NULL, 0, &err));
    assert_non_null(kc_shapes_find(&s, 0, 0));
    kc_shapes_begin_batch(&s);
    assert_null(kc_shapes_find(&s, 0, 0));
    assert_int_equal(released, 0);
    for (uint64_t id = 0; id <= KC_SHAPES_KEPT; id++)
        assert_non_null(kc_shapes_add(&s, id, 0, &schema, NULL, 0, &err));
    kc_shapes_begin_batch(&s);
    assert_int_equal(released, KC_SHAPES_KEPT + 1);
    kc_shapes_begin_batch(&s); /* nothing new: nothing is thrown away */
    assert_int_equal(released, KC_SHAPES_KEPT + 1);
    kc_shapes_finish(&s);
    assert_int_equal(released, 2 * (KC_SHAPES_KEPT + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shape_is_found_by_schema_and_variant),
        cmocka_unit_test(too_many_shapes_outlive_the_batch_that_begins),
    };

    return cmocka_run_group_tests_name("shapes", tests, NULL, NULL);
}
