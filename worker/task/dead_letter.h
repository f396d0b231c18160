/*
 * dead_letter.h - notes in the dead letter topic of the records that a batch has left out.
 *
 * A dead letter is what would have been written: the same key and headers, and the value where there is one
 * and the dead letter topic takes it, else null. That of a record which a transform failed is the record as
 * it came from the source, as far as the converters take it. It is sent into the open transaction, so it is
 * there exactly if the position behind its record is. With errors.deadletterqueue.context.headers.enable it
 * also has Kafka Connect's headers (org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter), as
 * UTF-8 text:
 *   __connect.errors.topic, .partition          where the record was to go; no partition: by its key
 *   __connect.errors.connector.name, .task.id, .stage, .class.name, .exception.class.name, .exception.message
 *   __kconnect.errors.bytes, .limit.bytes       of a record that is too large
 *   __kconnect.errors.source.offset             of a record that is a resume point: its position as JSON
 */
#ifndef KC_TASK_DEAD_LETTER_H
#define KC_TASK_DEAD_LETTER_H

#include "task/pairing.h"
#include "task/producer.h"
#include "task/task.h"

/*
 * Logs every failure of the batch and sends its dead letters, one for each message that its record would have
 * been. `out` holds the values of `pairs`. Negative: the transaction must be given up.
 */
kc_status kc_dead_letters_send(struct kc_task *t, struct kc_producer *p, const struct kc_pairing *pairs,
                               struct kc_out *out, struct kc_error *err);

#endif
