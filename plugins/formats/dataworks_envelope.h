/* dataworks_envelope.h - where the parts of a change event are: Debezium's envelope, looked up once by field names. */
#ifndef KC_FORMATS_DATAWORKS_ENVELOPE_H
#define KC_FORMATS_DATAWORKS_ENVELOPE_H

#include <kconnect/error.h>
#include <kconnect/record.h>

struct kc_dw_envelope {
    uint32_t before, after, op;  /* indexes of fields */
    const struct kc_schema *row; /* of both images; borrowed from the record */
    struct kc_str db, table;     /* of this record's source block; borrowed */
};

/* KC_ERR_RECORD: the record is not a change event with before, after, source and op; the message names its topic. */
kc_status kc_dw_envelope_read(const struct kc_record *rec, struct kc_dw_envelope *out, struct kc_error *err);

/* Schema of the rows of an envelope schema; NULL: it is none (NULL is allowed). */
const struct kc_schema *kc_dw_row_schema(const struct kc_schema *envelope);

#endif
