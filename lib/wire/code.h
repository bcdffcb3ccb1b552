/*
 * code.h - the 8- and 16-bit floating codes of times and intervals (RFC 9776 4.1.1, 4.1.7, RFC 9777 5.1.3).
 */
#ifndef MC_CODE_H
#define MC_CODE_H

#include <stdint.h>

/* The value of a code, in the field's own units. */
uint32_t mc_code8_value(uint8_t code);
uint32_t mc_code16_value(uint16_t code);

/* The code of the greatest value that is not over this one; past the range, the last code. */
uint8_t mc_code8(uint64_t value);
uint16_t mc_code16(uint64_t value);

#endif
