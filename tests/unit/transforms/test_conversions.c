/* Transforms that change the values of fields: MaskField, Cast, TimestampConverter, Flatten; and TimestampRouter. */
#include "fixture.h"

#define LOGICAL(name) "<org.apache.kafka.connect.data." name ">@1"
#define TIMESTAMP     "int64" LOGICAL("Timestamp")
#define DATE          "int32" LOGICAL("Date")
#define TIME          "int32" LOGICAL("Time")

static void mask_field(void **state)
{
#define ALL    "R{a int8,b int64,c float32,d boolean,e string?,f [int8],g map(string,int8),h string}?="
#define FIELDS "fields=a,b,c,d,e,f,g"
    static const struct line lines[] = {
        {FIELDS, "t; 1; " ALL "{1,2,3.5,true,'x',[1],{'k':1},'y'}",
         "t; 1; " ALL "{0,0,0,false,'',[],{},'y'}"},
        {FIELDS, "t; 1; " ALL "{1,2,3.5,true,null,[1],{'k':1},'y'}",
         "t; 1; " ALL "{0,0,0,false,null,[],{},'y'}"},
        {"fields=d", "t; 1; {d bytes" LOGICAL("Decimal") "}={x'1234'}",
         "t; 1; {d bytes" LOGICAL("Decimal") "}={x'00'}"},
        {"fields=d", "t; 1; {d " TIMESTAMP "}={99}", "t; 1; {d " TIMESTAMP "}={0}"},
        {"fields=d", "t; 1; {d bytes}={x'1234'}", "failed: Cannot mask value of type: BYTES"},
        {"fields=d", "t; 1; {d {a int8}}={{1}}", "failed: Cannot mask value of type: STRUCT"},
        {"fields=a,b,z", "t; 1; {'a':1,'b':'x','c':3}", "t; 1; {'a':0,'b':'','c':3,'z':null}"},
        {"fields=a,c,e\nreplacement=7", "t; 1; " ALL "{1,2,3.5,true,'x',[1],{'k':1},'y'}",
         "t; 1; " ALL "{7,2,7,true,'7',[1],{'k':1},'y'}"},
        {"fields=a\nreplacement=300", "t; 1; {a int8}={1}", "t; 1; {a int8}={44}"},
        {"fields=a\nreplacement=-2.9", "t; 1; {a int16}={1}", "t; 1; {a int16}={-2}"},
        {"fields=a\nreplacement=x", "t; 1; {a int8}={1}", "failed: Unable to convert x (INT8) to number"},
        {"fields=d\nreplacement=1.50", "t; 1; {d bytes" LOGICAL("Decimal") "}={x'05'}",
         "failed: Unable to convert 1.50 (BYTES) to number"},
        {"fields=d\nreplacement=-300", "t; 1; {d bytes" LOGICAL("Decimal") "}={x'05'}",
         "t; 1; {d bytes" LOGICAL("Decimal") "}={x'fed4'}"},
        {"fields=d\nreplacement=7", "t; 1; {d " TIMESTAMP "}={99}",
         "failed: Cannot mask value of type: INT64 with custom replacement."},
        {"fields=d\nreplacement=7", "t; 1; {d boolean}={true}",
         "failed: Cannot mask value of type: BOOLEAN with custom replacement."},
        {"fields=a", "t; 1; null",
         "failed: Only Map objects supported in absence of schema for [mask fields], found: null"},
        {"fields=a", "t; 1; {a int8?!3,b int8?!4}={null,null}", "t; 1; {a int8?!3,b int8?!4}={0,4}"},
        {"fields=a\nreplace.null.with.default=false", "t; 1; {a int8?!3}={null}", "t; 1; {a int8?!3}={null}"},
    };

    (void)state;
    RUN_LINES(kc_smt_mask_field_value, lines);
}

static void cast(void **state)
{
#define BIG "R{a int8,b int16,c int32,d int64,e float32,f float64,g boolean,h string}="
    static const struct line lines[] = {
        {"spec=a:int8,b:int8,c:int8,d:int8,e:int8,f:int8,g:int8,h:int8",
         "t; 1; R{a int64,b int64,c float64,d float64,e boolean,f string,g string,h "
         "uint64}={1,257,2.9,-1e30,true,'+12','-128',258}",
         "t; 1; R{a int8,b int8,c int8,d int8,e int8,f int8,g int8,h int8}={1,1,2,0,1,12,-128,2}"},
        {"spec=a:int32,b:int64,c:int32", "t; 1; {a float64,b float64,c float64}={1e30,1e30,NaN}",
         "t; 1; {a int32,b int64,c int32}={2147483647,9223372036854775807,0}"},
        {"spec=a:string,b:string,c:string,d:string,e:string,f:string",
         "t; 1; {a int64,b boolean,c float64,d float32,e bytes,f "
         "uint64}={-5,true,100,0.1,x'0102ff01',18446744073709551615}",
         "t; 1; {a string,b string,c string,d string,e string,f "
         "string}={'-5','true','100.0','0.1','AQL/AQ==','18446744073709551615'}"},
        {"spec=a:string,b:string,c:string,d:string,e:string,f:string",
         "t; 1; {a float64,b float64,c float64,d float64,e float64,f "
         "float64}={0.001,0.0001,1e7,123456.789,-0.0,12345678.9}",
         "t; 1; {a string,b string,c string,d string,e string,f "
         "string}={'0.001','1.0E-4','1.0E7','123456.789','-0.0','1.23456789E7'}"},
        {"spec=a:boolean,b:boolean,c:boolean,d:boolean", "t; 1; {'a':2,'b':'TRUE','c':0.5,'d':'yes'}",
         "t; 1; {'a':true,'b':true,'c':false,'d':false}"},
        {"spec=a:float32,b:float64", "t; 1; {'a':'1.5f','b':3}", "t; 1; {'a':1.5f,'b':3}"},
        {"spec=a : INT16", "t; 1; R{a int32?!7,b string}@3?={null,'x'}",
         "t; 1; R{a int16?!7,b string}@3?={7,'x'}"},
        {"spec=a:int16\nreplace.null.with.default=false", "t; 1; {a int32?!7}={null}",
         "t; 1; {a int16?!7}={null}"},
        {"spec=int8", "t; 1; int32<n>@2?!300=5", "t; 1; int8<n>@2?!44=5"},
        {"spec=string", "t; 1; 5", "t; 1; '5'"},
        {"spec=z:int8", "t; 1; {'a':1}", "t; 1; {'a':1,'z':null}"},
        {"spec=a:string", "t; 1; {a " DATE "}={19723}", "t; 1; {a string}={'2024-01-01'}"},
        {"spec=a:string", "t; 1; {a " TIMESTAMP "}={1704067200123}",
         "t; 1; {a string}={'2024-01-01T00:00:00.123Z'}"},
        {"spec=a:string", "t; 1; {a " TIME "}={3723004}", "t; 1; {a string}={'01:02:03.004Z'}"},
        {"spec=a:int64", "t; 1; {a " DATE "}={19723}", "t; 1; {a int64}={19723}"},
        {"spec=a:string,b:int32,c:float64",
         "t; 1; {a bytes" LOGICAL("Decimal") ",b bytes" LOGICAL("Decimal") ",c bytes" LOGICAL(
             "Decimal") "}={x'fed4',x'fed4',x'0c'}",
         "t; 1; {a string,b int32,c float64}={'-300',-300,12}"},
        {"spec=a:int8", "t; 1; {'a':'300'}",
         "failed: Value (300) was out of range for requested data type INT8"},
        {"spec=a:int8", "t; 1; {'a':' 3'}",
         "failed: Value ( 3) was out of range for requested data type INT8"},
        {"spec=a:float64", "t; 1; {'a':'0x10'}",
         "failed: Value (0x10) was out of range for requested data type FLOAT64"},
        {"spec=a:int8", "t; 1; {'a':x'01'}",
         "failed: Unexpected type in Cast transformation: BYTES can only be cast to STRING"},
        {"spec=a:string", "t; 1; {'a':[1]}",
         "failed: Cast transformation does not support casting from ARRAY; supported types are [INT8, INT16, "
         "INT32, "
         "INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]"},
        {"spec=a:int8", "t; 1; null", "t; 1; null"},
        {"spec=a:bytes", "t; 1; 1",
         "config: spec: Cast transformation does not support casting to BYTES; supported types are [INT8, "
         "INT16, INT32, "
         "INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]"},
        {"spec=a:int9", "t; 1; 1", "config: spec: Invalid type found in casting spec: int9"},
        {"spec=a:int8:b", "t; 1; 1", "config: spec: Invalid cast mapping: a:int8:b (write field:type)"},
        {"spec=int8,a:int8", "t; 1; 1",
         "config: spec: Cast transformations that specify a type to cast the entire value to may only "
         "specify a single "
         "cast in their spec"},
        {"spec=", "t; 1; 1", "config: spec: Must specify at least one field to cast."},
    };

    (void)state;
    RUN_LINES(kc_smt_cast_value, lines);
}

static void timestamp_converter(void **state)
{
#define TO(type) "target.type=" type "\n"
#define ISO      "format=yyyy-MM-dd'T'HH:mm:ss.SSSX\n"
    static const struct line lines[] = {
        {TO("string") ISO, "t; 1; int64?=1704164645006", "t; 1; string?='2024-01-02T03:04:05.006Z'"},
        {TO("Date"), "t; 1; " TIMESTAMP "=1704164645006", "t; 1; " DATE "=19724"},
        {TO("Time"), "t; 1; " TIMESTAMP "?=1704164645006", "t; 1; " TIME "?=11045006"},
        {TO("Timestamp"), "t; 1; " DATE "=-1", "t; 1; " TIMESTAMP "=-86400000"},
        {TO("Date"), "t; 1; int64=-1", "t; 1; " DATE "=-1"},
        {TO("unix") "unix.precision=seconds", "t; 1; " TIMESTAMP "=-1500", "t; 1; int64=-1"},
        {TO("unix") "unix.precision=nanoseconds", "t; 1; " TIMESTAMP "=5", "t; 1; int64=5000000"},
        {TO("Timestamp") "unix.precision=microseconds", "t; 1; 5999", "t; 1; 5"},
        {TO("Timestamp") "unix.precision=seconds", "t; 1; 5", "t; 1; 5000"},
        {TO("unix") ISO, "t; 1; '2024-01-02T03:04:05.006+0a'",
         "failed: Could not parse timestamp: value (2024-01-02T03:04:05.006+0a) does not match pattern "
         "(yyyy-MM-dd'T'HH:mm:ss.SSSX)"},
        {TO("unix") "format=yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "t; 1; '2024-01-02T03:04:05.006+01:00'",
         "t; 1; 1704161045006"},
        {TO("Timestamp") "field=a", "t; 1; R{a int64?,b string?!'d'}@3?={5,null}",
         "t; 1; R{a " TIMESTAMP "?,b string?!'d'}@3?={5,'d'}"},
        {TO("Timestamp") "field=a", "t; 1; R{a int64?}?=null", "t; 1; R{a " TIMESTAMP "?}?=null"},
        {TO("Timestamp") "field=z", "t; 1; R{a int64}={1}", "t; 1; R{a int64}={1}"},
        {TO("string") "format=yy\nfield=a", "t; 1; {'a':0,'b':1}", "t; 1; {'a':'70','b':1}"},
        {TO("Time"), "t; 1; -9223372036854775808", "t; 1; 60424192i"},
        {TO("Date"), "t; 1; 9223372036854775807",
         "failed: 9223372036854775807 ms are no Date: too far from 1970"},
        {TO("unix") "field=a\nformat=yyyyMMdd", "t; 1; {'b':1}", "t; 1; {'b':1,'a':null}"},
        {TO("unix"), "t; 1; null", "t; 1; null"},
        {TO("unix"), "t; 1; int64?=null", "t; 1; int64?=null"},
        {TO("unix"), "t; 1; int32=5",
         "failed: Schema INT32 does not correspond to a known timestamp type format"},
        {TO("unix"), "t; 1; 5i", "failed: TimestampConverter does not support INT32 objects as timestamps"},
        {TO("unix"), "t; 1; '5'",
         "failed: TimestampConverter requires format option to be specified when using string timestamps"},
        {TO("string"), "t; 1; 1",
         "config: TimestampConverter requires format option to be specified when using string timestamps"},
        {TO("string") "format=yyyy-QQ", "t; 1; 1",
         "config: the date format yyyy-QQ has the letter Q: there are y M d D E u a H k K h m s S z Z X, and "
         "text "
         "between quotes"},
        {TO("string") "format='a", "t; 1; 1", "config: the date format 'a has a quote that does not end"},
    };

    (void)state;
    RUN_LINES(kc_smt_timestamp_converter_value, lines);
}

/* Each line is written and, where it says enough, read back. */
static void date_patterns(void **state)
{
    static const struct line written[] = {
        {"target.type=string\nformat=EEE, d MMM yyyy HH:mm:ss Z", "t; 1; 1704164645006",
         "t; 1; 'Tue, 2 Jan 2024 03:04:05 +0000'"},
        {"target.type=string\nformat=EEEE MMMM DDD u yy", "t; 1; 1709164800000",
         "t; 1; 'Thursday February 060 4 24'"},
        {"target.type=string\nformat=hh:mm a z K k", "t; 1; 0", "t; 1; '12:00 AM UTC 0 24'"},
        {"target.type=string\nformat=hh 'o''''clock' a", "t; 1; 46800000", "t; 1; '01 o''clock PM'"},
        {"target.type=string\nformat=yyyyMMddHHmmssSSS", "t; 1; -1", "t; 1; '19691231235959999'"},
    };
    static const struct line read[] = {
        {"target.type=unix\nformat=yyyyMMddHHmmssSSS", "t; 1; '20240102030405006'", "t; 1; 1704164645006"},
        {"target.type=unix\nformat=EEE, d MMM yyyy HH:mm:ss z",
         "t; 1; 'Tue, 2 January 2024 03:04:05 GMT-02:30'", "t; 1; 1704173645000"},
        {"target.type=unix\nformat=d.M.yyyy h a", "t; 1; '31.12.1999 12 pm and more'", "t; 1; 946641600000"},
        {"target.type=unix\nformat=yyyy-MM-dd", "t; 1; '2023-14-32'", "t; 1; 1709424000000"},
        {"target.type=unix\nformat=yy-DDD", "t; 1; '24-060'", "t; 1; 1709164800000"},
        {"target.type=unix\nformat=yyyy-MM-dd", "t; 1; '0001-01-01'", "t; 1; -62135596800000"},
        {"target.type=unix\nformat=yyyy-MM-dd", "t; 1; '2024-01'",
         "failed: Could not parse timestamp: value (2024-01) does not match pattern (yyyy-MM-dd)"},
    };

    (void)state;
    RUN_LINES(kc_smt_timestamp_converter_value, written);
    RUN_LINES(kc_smt_timestamp_converter_value, read);
}

static void flatten(void **state)
{
    static const struct line lines[] = {
        {"", "t; 1; R{a int32,b {c string?,d {e int8}?}}@2?={1,{'x',{5}}}",
         "t; 1; R{a int32?,b.c string?,b.d.e int8?}@2={1,'x',5}"},
        {"delimiter=_", "t; 1; R{a [int8],b {c int8}}={[1],{2}}", "t; 1; R{a [int8],b_c int8}={[1],2}"},
        {"", "t; 1; R{b {c int8}?}={null}", "t; 1; R{b.c int8?}={null}"},
        {"", "t; 1; R{b {c int8,d int8!4}!{7,8}}={{1,2}}", "t; 1; R{b.c int8!7,b.d int8!4}={1,2}"},
        {"", "t; 1; {'a':1,'b':{'c':null,'d':{'e':[1]}},'f':{}}", "t; 1; {'a':1,'b.c':null,'b.d.e':[1]}"},
        {"", "t; 1; {a.b int8,a {b int8}}={1,{2}}",
         "failed: Cannot create field because of field name duplication a.b"},
        {"", "t; 1; null", "t; 1; null"},
        {"", "t; 1; 5",
         "failed: Only Map objects supported in absence of schema for [flattening], found: INT64"},
        {"", "t; 1; int8=5", "failed: Only Struct objects supported for [flattening], found: INT8"},
    };

    (void)state;
    RUN_LINES(kc_smt_flatten_value, lines);
}

static void timestamp_router(void **state)
{
    static const struct line lines[] = {
        {"", "orders@1704164645006; 1; 2", "orders-20240102@1704164645006; 1; 2"},
        {"topic.format=a_${timestamp}_${topic}_${topic}\ntimestamp.format=yyyy", "t@0; 1; 2",
         "a_1970_t_t@0; 1; 2"},
        {"timestamp.format=yyyy/MM", "t@0; 1; 2",
         "failed: TimestampRouter makes \"t-1970/01\" out of topic t, which is no legal topic name: 1 to 249 "
         "of letters, "
         "digits, '.', '_' and '-'"},
        {"", "t; 1; 2", "failed: Timestamp missing on record: one of topic t has none to route by"},
    };

    (void)state;
    RUN_LINES(kc_smt_timestamp_router, lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mask_field, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(cast, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(timestamp_converter, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(date_patterns, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(flatten, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(timestamp_router, fixture_begin, fixture_end),
    };

    return cmocka_run_group_tests_name("conversions", tests, NULL, NULL);
}
