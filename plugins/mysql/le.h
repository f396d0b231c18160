/* le.h - integers out of unaligned bytes: little-endian (le) in events, big-endian (be) in decimals and times. */
#ifndef KC_MYSQL_LE_H
#define KC_MYSQL_LE_H

#include <stdint.h>
#include <string.h>

static inline uint16_t kc_le16(const uint8_t *p)
{
    uint16_t v;

    memcpy(&v, p, sizeof(v)); /* the SDK is little-endian only */
    return v;
}

static inline uint32_t kc_le32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static inline uint64_t kc_le64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static inline uint32_t kc_le24(const uint8_t *p)
{
    return (uint32_t)(p[0] | p[1] << 8 | p[2] << 16);
}

static inline uint64_t kc_le48(const uint8_t *p)
{
    return kc_le32(p) | (uint64_t)kc_le16(p + 4) << 32;
}

/* The first n (0 to 8) bytes. */
static inline uint64_t kc_le_n(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static inline uint64_t kc_be_n(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static inline void kc_put_le16(uint8_t *p, uint16_t v)
{
    memcpy(p, &v, sizeof(v));
}

static inline void kc_put_le32(uint8_t *p, uint32_t v)
{
    memcpy(p, &v, sizeof(v));
}

static inline void kc_put_le64(uint8_t *p, uint64_t v)
{
    memcpy(p, &v, sizeof(v));
}

#endif
