/*
 * heap_bytes.h - an output buffer of a converter that is used again and again and whose bytes somebody copies:
 * keys, headers. The bytes of values, which are not copied, are in out_buffer.h.
 */
#ifndef KC_TASK_HEAP_BYTES_H
#define KC_TASK_HEAP_BYTES_H

#include <kconnect/pipeline.h>

/*
 * An empty buffer; set len to 0 to use it again, free(data) at the end. It grows to twice its size as often as
 * it takes, and not beyond what librdkafka can take: KC_ERR_NOMEM, as without memory, and it stays as it was.
 */
struct kc_bytes kc_heap_bytes(void);

#endif
