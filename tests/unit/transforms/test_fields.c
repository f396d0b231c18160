/* Transforms that add, remove and rename fields. */
#include "fixture.h"

#define TIMESTAMP "int64<org.apache.kafka.connect.data.Timestamp>@1"

static void insert_field(void **state)
{
    static const struct line lines[] = {
        {"topic.field=t\npartition.field=p!\ntimestamp.field=ts?\nstatic.field=s\nstatic.value=x",
         "a:3@77; null; R{id int32}@2=[1]",
         "failed: Only Struct objects supported for [field insertion], found: ARRAY"},
        {"topic.field=t\npartition.field=p!\ntimestamp.field=ts?\nstatic.field=s\nstatic.value=x",
         "a:3@77; null; R{id int32}@2={1}",
         "a:3@77; null; R{id int32,t string?,p int32,ts " TIMESTAMP "?,s string?}@2={1,'a',3,77,'x'}"},
        {"topic.field=t\npartition.field=p\ntimestamp.field=ts", "a; null; {'id':1}",
         "a; null; {'id':1,'t':'a'}"},
        {"topic.field=id", "a; null; {'id':1}", "a; null; {'id':'a'}"},
        {"partition.field=p!", "a; null; {id int32}={1}",
         "failed: Invalid value: null used for required field: \"p\""},
        {"partition.field=p", "a; null; {id int32}={1}", "a; null; {id int32,p int32?}={1,null}"},
        {"topic.field=id", "a; null; {id int32}={1}",
         "failed: Cannot create field because of field name duplication id"},
        {"offset.field=o!", "a:1#42; null; {id int32}={1}", "a:1#42; null; {id int32,o int64}={1,42}"},
        {"offset.field=o", "a; null; {'id':1}",
         "failed: Only SinkRecord supported for [field insertion]: offset.field (o) works in sink "
         "connectors, a source's "
         "record has no offset yet"},
        {"topic.field=t", "a; 1; null", "a; 1; null"},
        {"topic.field=t", "a; 1; 5i",
         "failed: Only Map objects supported in absence of schema for [field insertion], found: INT32"},
        {"static.field=s", "a; 1; {'id':1}", "config: static.value: No value specified for static field: s"},
        {"static.value=s", "a; 1; {'id':1}",
         "config: No field insertion configured: name at least one field"},
        {"topic.field=t", "a; 1; {id int32?!7,b int32?}={null,null}",
         "a; 1; {id int32?!7,b int32?,t string?}={7,null,'a'}"},
        {"topic.field=t\nreplace.null.with.default=false", "a; 1; {id int32?!7}={null}",
         "a; 1; {id int32?!7,t string?}={null,'a'}"},
        {"topic.field=t", "a; 1; {id int32?!7}?={absent}", "a; 1; {id int32?!7,t string?}={absent,'a'}"},
    };
    static const struct line keys[] = {
        {"static.field=s\nstatic.value=x", "a; {'k':1}; 2", "a; {'k':1,'s':'x'}; 2"},
        {"static.field=s\nstatic.value=x", "a; null; 2", "a; null; 2"},
    };

    (void)state;
    RUN_LINES(kc_smt_insert_field_value, lines);
    RUN_LINES(kc_smt_insert_field_key, keys);
}

static void replace_field(void **state)
{
    static const struct line lines[] = {
        {"exclude=b, c\nrenames=a:x,d:y", "t; null; R{a int8,b int8,c int8,d int8}?={1,2,3,4}",
         "t; null; R{x int8,y int8}={1,4}"},
        {"include=a,b\nexclude=b", "t; null; {'a':1,'b':2,'c':3}", "t; null; {'a':1}"},
        {"renames=a:b\nexclude=b", "t; null; {'a':1,'b':2}", "t; null; {'b':1}"},
        {"renames=a:b", "t; null; {a int8,b int8}={1,2}",
         "failed: Cannot create field because of field name duplication b"},
        {"include=z", "t; null; {a int8}={1}", "t; null; {}={}"},
        {"include=a", "t; null; {a int8?!5}={null}", "t; null; {a int8?!5}={5}"},
        {"include=a\nreplace.null.with.default=false", "t; null; {a int8?!5}={null}",
         "t; null; {a int8?!5}={null}"},
        {"include=a", "t; 1; R{a int8}?=null", "t; 1; R{a int8}?=null"},
        {"include=a", "t; 1; 'x'",
         "failed: Only Map objects supported in absence of schema for [field replacement], found: STRING"},
        {"include=a", "t; 1; string='x'",
         "failed: Only Struct objects supported for [field replacement], found: STRING"},
        {"renames=a", "t; 1; 1", "config: renames: Invalid rename mapping: a (write old:new)"},
        {"renames=a:b:c", "t; 1; 1", "config: renames: Invalid rename mapping: a:b:c (write old:new)"},
    };

    (void)state;
    RUN_LINES(kc_smt_replace_field_value, lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(insert_field, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(replace_field, fixture_begin, fixture_end),
    };

    return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
