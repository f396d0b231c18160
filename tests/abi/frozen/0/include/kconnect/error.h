/* error.h - how a call says what went wrong. */
#ifndef KC_ERROR_H
#define KC_ERROR_H

#include <kconnect/abi.h>

KC_BEGIN_DECLS

/* Result of every fallible call. Zero or positive: done. Negative: failed; an unknown negative is
 * KC_ERR_FATAL. */
typedef int32_t kc_status;

enum {
    KC_OK = 0,
    KC_NOTHING = 1,      /* poll: no record yet; a header converter's encode: no value. Not an error */
    KC_ERR_FATAL = -1,   /* the task goes to FAILED */
    KC_ERR_RETRY = -2,   /* the host repeats the same call after a back-off */
    KC_ERR_RECORD = -3,  /* one record is bad: errors.tolerance and the dead letter queue decide */
    KC_ERR_CONFIG = -4,  /* the configuration is wrong: a restart cannot help, the host does not retry */
    KC_ERR_STOPPED = -5, /* the call ended early because interrupt() was called */
    KC_ERR_NOMEM = -6,
    KC_ERR_UNSUPPORTED = -7, /* this side does not have the call, or not for this argument */
};

/*
 * Filled by the callee only when it returns a negative status.
 * The caller owns it, zeroes it and sets struct_size; the callee writes at most struct_size bytes and
 * keeps `message` NUL-terminated. Plain bytes, so there is nothing to free on any path.
 */
struct kc_error {
    uint32_t struct_size;
    int32_t status;          /* repeats the returned status */
    int32_t vendor_code;     /* code of the external system, e.g. a MySQL error number; 0: none */
    uint32_t retry_after_ms; /* with KC_ERR_RETRY: the callee's wish; 0: host policy */
    char sqlstate[8];        /* NUL-terminated, "" when it does not apply */
    char message[488];       /* UTF-8, one sentence, no secret in it */
};

KC_END_DECLS
#endif
