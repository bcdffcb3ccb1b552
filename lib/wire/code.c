/*
 * code.c - floating codes: a leading one, 3 bits of exponent, and a mantissa of 4 or 12 bits with
 * a hidden one before it. Values that need no exponent stand for themselves. Units are the caller's.
 *
 * RFC 9776 4.1.1 and 4.1.7, RFC 9777 5.1.3 and 5.1.9.
 */
#include "wire/code.h"

enum { MANTISSA8 = 4, MANTISSA16 = 12, EXPONENT_MOST = 7 };

static uint32_t value_of(uint32_t code, unsigned bits)
{
	uint32_t hidden = 1u << bits;

	if (code < hidden << 3)
		return code;
	return ((code & (hidden - 1)) | hidden) << ((code >> bits & EXPONENT_MOST) + 3);
}

static uint32_t code_of(uint64_t value, unsigned bits)
{
	uint32_t hidden = 1u << bits, exponent = 0;

	if (value < hidden << 3)
		return (uint32_t)value;
	if (value >> (EXPONENT_MOST + 3) >= hidden << 1)
		return (hidden << 4) - 1;
	while (value >> (exponent + 3) >= hidden << 1)
		exponent++;
	return hidden << 3 | exponent << bits | ((uint32_t)(value >> (exponent + 3)) & (hidden - 1));
}

uint32_t mc_code8_value(uint8_t code)
{
	return value_of(code, MANTISSA8);
}

uint32_t mc_code16_value(uint16_t code)
{
	return value_of(code, MANTISSA16);
}

uint8_t mc_code8(uint64_t value)
{
	return (uint8_t)code_of(value, MANTISSA8);
}

uint16_t mc_code16(uint64_t value)
{
	return (uint16_t)code_of(value, MANTISSA16);
}
