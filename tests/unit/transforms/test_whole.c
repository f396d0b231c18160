/* Transforms that take out, wrap or move whole fields. */
#include "fixture.h"

static void extract_field(void **state)
{
    static const struct line lines[] = {
        {"field=a", "t; 1; R{a int32?,b string}={5,'x'}", "t; 1; int32?=5"},
        {"field=a", "t; 1; R{a int32?!9}={null}", "t; 1; int32?!9=9"},
        {"field=a\nreplace.null.with.default=false", "t; 1; R{a int32?!9}={null}", "t; 1; int32?!9=null"},
        {"field=a", "t; 1; R{a int32}?=null", "t; 1; int32=null"},
        {"field=a", "t; 1; null", "t; 1; null"},
        {"field=a", "t; 1; {'a':[1]}", "t; 1; [1]"},
        {"field=b", "t; 1; {'a':1}", "t; 1; null"},
        {"field=b", "t; 1; {a int32}={1}", "failed: Unknown field: b"},
        {"field=a.b", "t; 1; {'a.b':1,'a':{'b':2}}", "t; 1; 1"},
        {"field=a.b\nfield.syntax.version=v2", "t; 1; {'a.b':1,'a':{'b':2}}", "t; 1; 2"},
        {"field=`a.b`\nfield.syntax.version=V2", "t; 1; {'a.b':1,'a':{'b':2}}", "t; 1; 1"},
        {"field=x.`a.b`.c\nfield.syntax.version=V2", "t; 1; {x {a.b {c int32}?}}={{{7}}}", "t; 1; int32=7"},
        {"field=x.`a.b`.c\nfield.syntax.version=V2", "t; 1; {x {a.b {c int32}?}}={{null}}",
         "t; 1; int32=null"},
        {"field=a.\nfield.syntax.version=V2", "t; 1; {'a':{'':3}}", "t; 1; 3"},
        {"field=`a`b`.c\nfield.syntax.version=V2", "t; 1; {'a`b':{'c':3}}", "t; 1; 3"},
        {"field=`a\\`.b`\nfield.syntax.version=V2", "t; 1; {'a`.b':4}", "t; 1; 4"},
        {"field=x.`a\nfield.syntax.version=V2", "t; 1; 1",
         "config: Incomplete backtick pair in path: [x.`a], consider adding a backslash before backtick at "
         "position 2 "
         "to escape it"},
        {"field=a.b\nfield.syntax.version=V2", "t; 1; {'a':1}",
         "failed: Only Map objects supported in absence of schema for [nested field access], found: INT64"},
        {"field=a.b\nfield.syntax.version=V2", "t; 1; {a int32}={1}",
         "failed: Cannot look up fields on non-struct type: b of a.b is INT32"},
        {"field=a\nfield.syntax.version=3", "t; 1; 1",
         "config: field.syntax.version: 3 is no version of the syntax: V1 or V2"},
        {"field=a", "t; 1; 'x'",
         "failed: Only Map objects supported in absence of schema for [field extraction], found: STRING"},
    };

    (void)state;
    RUN_LINES(kc_smt_extract_field_value, lines);
}

static void value_to_key(void **state)
{
    static const struct line lines[] = {
        {"fields=b,a", "t; 1; {a int32,b string?,c int8}={1,'x',2}",
         "t; {b string?,a int32}={'x',1}; {a int32,b string?,c int8}={1,'x',2}"},
        {"fields=a,z", "t; 1; {'a':1}", "t; {'a':1,'z':null}; {'a':1}"},
        {"fields=z", "t; 1; {a int32}={1}", "failed: Field does not exist: z"},
        {"fields=z", "t; 1; null",
         "failed: Only Map objects supported in absence of schema for [copying fields from value to key], "
         "found: null"},
        {"fields=", "t; 1; null", "config: fields: the value must be not empty"},
    };

    (void)state;
    RUN_LINES(kc_smt_value_to_key, lines);
}

static void hoist_field(void **state)
{
    static const struct line lines[] = {
        {"field=x", "t; int32?=5; 1", "t; {x int32?}={5}; 1"},
        {"field=x", "t; int32?=null; 1", "t; {x int32?}={null}; 1"},
        {"field=x", "t; 'k'; 1", "t; {'x':'k'}; 1"},
        {"field=x", "t; null; 1", "t; {'x':null}; 1"},
    };

    (void)state;
    RUN_LINES(kc_smt_hoist_field_key, lines);
}

static void header_from(void **state)
{
    static const struct line lines[] = {
        {"fields=a,c\nheaders=x,y\noperation=move",
         "t; 1; R{a int32,b string?!'d',c {d int8}}?={1,null,{2}}; h:0",
         "t; 1; R{b string?!'d'}={'d'}; h:0,x:int32=1,y:{d int8}={2}"},
        {"fields=a\nheaders=x\noperation=copy", "t; 1; R{a int32}?={1}", "t; 1; R{a int32}?={1}; x:int32=1"},
        {"fields=a,z\nheaders=x,y\noperation=move", "t; 1; {'a':1,'b':2}", "t; 1; {'b':2}; x:1,y:null"},
        {"fields=a\nheaders=x\noperation=copy", "t; 1; {'a':1}", "t; 1; {'a':1}; x:1"},
        {"fields=z\nheaders=x\noperation=copy", "t; 1; {a int32}={1}", "failed: z is not a valid field name"},
        {"fields=a,b\nheaders=x\noperation=copy", "t; 1; 1",
         "config: 'fields' config must have the same number of elements as 'headers' config."},
        {"fields=a\nheaders=x\noperation=move", "t; 1; null",
         "failed: Only Map objects supported in absence of schema for [header move], found: null"},
        {"fields=a\nheaders=x\noperation=take", "t; 1; null",
         "config: operation: the value must be one of those that the connector's documentation names"},
    };

    (void)state;
    RUN_LINES(kc_smt_header_from_value, lines);
}

static void drop_headers(void **state)
{
    static const struct line lines[] = {
        {"headers=a,b", "t; 1; 2; a:1,c:2,a:3,b:4", "t; 1; 2; c:2"},
        {"headers=a", "t; 1; 2; c:2", "t; 1; 2; c:2"},
        {"headers=a", "t; 1; 2", "t; 1; 2"},
    };

    (void)state;
    RUN_LINES(kc_smt_drop_headers, lines);
}

static void insert_header(void **state)
{
#define LITERAL(text, value)                                                                                 \
    {                                                                                                        \
        "header=h\nvalue.literal=" text, "t; 1; 2; a:1", "t; 1; 2; a:1,h:" value                             \
    }
#define LOGICAL(name) "<org.apache.kafka.connect.data." name ">@1"
    static const struct line lines[] = {
        LITERAL("text", "string='text'"),
        LITERAL("null", "null"),
        LITERAL("true", "boolean=true"),
        LITERAL("12", "int8=12"),
        LITERAL("-129", "int16=-129"),
        LITERAL("70000", "int32=70000"),
        LITERAL("1E10", "int64=10000000000"),
        LITERAL("1.5", "float32=1.5"),
        LITERAL("1e300", "float64=1e+300"),
        LITERAL("18446744073709551616", "bytes" LOGICAL("Decimal") "=x'010000000000000000'"),
        LITERAL("1.2.3", "string='1.2.3'"),
        LITERAL("1970-01-11", "int32" LOGICAL("Date") "=10"),
        LITERAL("00:00:01.002Z", "int32" LOGICAL("Time") "=1002"),
        LITERAL("1970-01-02T00:00:00.001Z", "int64" LOGICAL("Timestamp") "=86400001"),
        LITERAL("[1, 300]", "[int16]=[1,300]"),
        LITERAL("[null]", "[null]"),
        LITERAL("[1, null]", "string='[1, null]'"),
        LITERAL("[1, 2.5]", "[float32]=[1,2.5]"),
        LITERAL("[1, \"a\"]", "[1b,'a']"),
        LITERAL("[]", "[]"),
        LITERAL("[1,", "string='[1,'"),
        LITERAL("[[1],[2]]", "[[int8]]=[[1],[2]]"),
        LITERAL("{\"a\": 1, \"b\": 300}", "map(string,int16)={'a':1,'b':300}"),
        LITERAL("{12:3.5}", "map(int8,float32)={12:3.5}"),
        LITERAL("{1:00:00:01.002Z}", "map(int8,int32" LOGICAL("Time") ")={1:1002}"),
        LITERAL("{a:1}", "string='{a:1}'"),
        {"header=h", "t; 1; 2", "config: value.literal is missing: it is required and has no default"},
    };

    (void)state;
    RUN_LINES(kc_smt_insert_header, lines);
}

static void set_schema_metadata(void **state)
{
    static const struct line lines[] = {
        {"schema.name=n", "t; 1; R{a int32}@2?={1}", "t; 1; n{a int32}@2?={1}"},
        {"schema.version=7", "t; 1; R{a int32?!4}@2={null}", "t; 1; R{a int32?!4}@7={4}"},
        {"schema.version=7\nreplace.null.with.default=false", "t; 1; R{a int32?!4}={null}",
         "t; 1; R{a int32?!4}@7={null}"},
        {"schema.name=n", "t; 1; [int32]?=[1]", "t; 1; [int32]<n>?=[1]"},
        {"schema.name=n", "t; 1; string?=null", "t; 1; string<n>?=null"},
        {"schema.name=n", "t; 1; null", "t; 1; null"},
        {"schema.name=n", "t; 1; 5", "failed: Schema required for [updating schema metadata]"},
    };

    (void)state;
    RUN_LINES(kc_smt_set_schema_metadata_value, lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(extract_field, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(value_to_key, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(hoist_field, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(header_from, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(drop_headers, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(insert_header, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(set_schema_metadata, fixture_begin, fixture_end),
    };

    return cmocka_run_group_tests_name("whole", tests, NULL, NULL);
}
