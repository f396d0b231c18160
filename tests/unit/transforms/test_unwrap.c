/* ExtractNewRecordState on Debezium's envelopes. */
#include "fixture.h"

#define ROW     "s.t.Value{id int32,name string?!'n',to string?}?"
#define ROW_OUT "s.t.Value{id int32,name string?!'n',to string?}"
#define SOURCE  "x.Source{ts_ms int64,table string?,server_id int64}"
#define BLOCK   "event.block{id string,total_order int64}@1?"
#define ENVELOPE                                                                                             \
    "s.t.Envelope{before " ROW ",after " ROW ",source " SOURCE ",transaction " BLOCK                         \
    ",op string,ts_ms int64?}@2="
#define FROM     ",{7,'t',3},null,"
#define INSERT   "t; {'id':1}; " ENVELOPE "{null,{1,'a','x'}" FROM "'c',99}"
#define UPDATE   "t; {'id':1}; " ENVELOPE "{{1,'a','x'},{1,null,'y'}" FROM "'u',99}"
#define DELETE   "t; {'id':1}; " ENVELOPE "{{1,'b','x'},null" FROM "'d',99}"
#define TRUNCATE "t; null; " ENVELOPE "{null,null" FROM "'t',99}"

#define DELETED ",__deleted string?}"
#define ROW_DEL "s.t.Value{id int32,name string?!'n',to string?" DELETED

static void the_row_after_the_change(void **state)
{
    static const struct line lines[] = {
        {"", INSERT, "t; {'id':1}; " ROW_OUT "={1,'a','x'}"},
        {"", UPDATE, "t; {'id':1}; " ROW_OUT "={1,null,'y'}"},
        {"", TRUNCATE, "dropped"},
        {"", "t; 1; {'after':1}", "t; 1; {'after':1}"},
        {"", "t; 1; R{after int32}={1}", "t; 1; R{after int32}={1}"},
        {"", "t; 1; R.Envelope{before int32}={1}", "failed: Unknown field: after (in R.Envelope)"},
    };

    (void)state;
    RUN_LINES(kc_smt_extract_new_record_state, lines);
}

static void deletes_and_tombstones(void **state)
{
#define MODE "delete.tombstone.handling.mode="
    static const struct line lines[] = {
        {"", DELETE, "t; {'id':1}; " ROW "=null"},
        {"", "t; 1; null", "dropped"},
        {MODE "drop", DELETE, "dropped"},
        {MODE "drop", "t; 1; null", "dropped"},
        {MODE "delete-to-tombstone", DELETE, "t; {'id':1}; null"},
        {MODE "Rewrite", DELETE, "t; {'id':1}; " ROW_DEL "={1,'b','x','true'}"},
        {MODE "rewrite", UPDATE, "t; {'id':1}; " ROW_DEL "={1,'n','y','false'}"},
        {MODE "rewrite\nreplace.null.with.default=false", UPDATE,
         "t; {'id':1}; " ROW_DEL "={1,null,'y','false'}"},
        {MODE "rewrite", "t; 1; null", "dropped"},
        {MODE "rewrite-with-tombstone", "t; 1; null", "t; 1; null"},
        {MODE "rewrite-with-tombstone\nadd.headers=op,table", "t; 1; null; a:1",
         "t; 1; null; a:1,__op:string='d'"},
        {MODE "keep", DELETE,
         "config: "
         "delete.tombstone.handling.mode: keep is none of drop, tombstone, rewrite, rewrite-with-tombstone, "
         "delete-to-tombstone"},
        {"drop.tombstones=false\ndelete.handling.mode=rewrite", "t; 1; null", "t; 1; null"},
        {"drop.tombstones=false\ndelete.handling.mode=rewrite", DELETE,
         "t; {'id':1}; " ROW_DEL "={1,'b','x','true'}"},
        {"drop.tombstones=false", DELETE, "dropped"},
        {"drop.tombstones=false", TRUNCATE, TRUNCATE},
        {"delete.handling.mode=none", DELETE, "t; {'id':1}; " ROW "=null"},
        {"delete.handling.mode=none", "t; 1; null", "dropped"},
        {"delete.handling.mode=never", DELETE,
         "config: delete.handling.mode: never is none of drop, rewrite, none"},
    };

    (void)state;
    RUN_LINES(kc_smt_extract_new_record_state, lines);
}

static void added_fields_and_headers(void **state)
{
    static const struct line lines[] = {
        {"add.fields=op,table,source.ts_ms,ts_ms,transaction.id,total_order:T,nothing", INSERT,
         "t; {'id':1}; s.t.Value{id int32,name string?!'n',to string?,__op string?,__table "
         "string?,__source_ts_ms int64?,"
         "__ts_ms int64?,__transaction_id string?,__T int64?}={1,'a','x','c','t',7,99,null,null}"},
        {"add.fields=op\nadd.fields.prefix=\ndelete.tombstone.handling.mode=rewrite", DELETE,
         "t; {'id':1}; s.t.Value{id int32,name string?!'n',to string?,__deleted string?,op "
         "string?}={1,'b','x','true','d'}"},
        {"add.fields=id\nadd.fields.prefix=", INSERT,
         "failed: Cannot create field because of field name duplication id"},
        {"add.headers=op,source.server_id:ID,nothing\nadd.headers.prefix=h.", DELETE "; a:1",
         "t; {'id':1}; " ROW "=null; a:1,h.op:string?='d',h.ID:int64?=3"},
        {"add.fields=a.b.c", INSERT,
         "config: add.fields: Unexpected field name: a.b.c (write field, struct.field or field:name)"},
        {"add.headers=a:b:c", INSERT,
         "config: add.headers: Unexpected field name: a:b:c (write field, struct.field or field:name)"},
    };

    (void)state;
    RUN_LINES(kc_smt_extract_new_record_state, lines);
}

static void routing_by_a_field(void **state)
{
    static const struct line lines[] = {
        {"route.by.field=to", INSERT, "x; {'id':1}; " ROW_OUT "={1,'a','x'}"},
        {"route.by.field=to", DELETE, "x; {'id':1}; " ROW "=null"},
        {"route.by.field=name", UPDATE, "t; {'id':1}; " ROW_OUT "={1,null,'y'}"},
        {"route.by.field=id", INSERT, "failed: Field 'id' is not of type STRING (route.by.field)"},
        {"route.by.field=z", INSERT, "failed: z is not a valid field name (route.by.field)"},
    };

    (void)state;
    RUN_LINES(kc_smt_extract_new_record_state, lines);
}

static void fields_that_a_header_drops(void **state)
{
#define DROP  "drop.fields.header.name=drop\n"
#define KEYED "t; K{id int32,k int32?}={1,2}; " ENVELOPE "{null,{1,'a','x'}" FROM "'c',99}"
    static const struct line lines[] = {
        {DROP, INSERT "; drop:['to','id']",
         "t; {'id':1}; s.t.Value{id int32,name string?!'n'}={1,'a'}; drop:['to','id']"},
        {DROP "drop.fields.keep.schema.compatible=false", INSERT "; drop:['to','id']",
         "t; {'id':1}; s.t.Value{name string?!'n'}={'a'}; drop:['to','id']"},
        {DROP "drop.fields.from.key=true", KEYED "; drop:['k','to']",
         "t; K{id int32}={1}; s.t.Value{id int32,name string?!'n'}={1,'a'}; drop:['k','to']"},
        {DROP, INSERT, "t; {'id':1}; " ROW_OUT "={1,'a','x'}"},
        {DROP, INSERT "; drop:'to'",
         "failed: the header drop (drop.fields.header.name) must be an array of names, not STRING"},
    };

    (void)state;
    RUN_LINES(kc_smt_extract_new_record_state, lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_row_after_the_change, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(deletes_and_tombstones, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(added_fields_and_headers, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(routing_by_a_field, fixture_begin, fixture_end),
        cmocka_unit_test_setup_teardown(fields_that_a_header_drops, fixture_begin, fixture_end),
    };

    return cmocka_run_group_tests_name("unwrap", tests, NULL, NULL);
}
