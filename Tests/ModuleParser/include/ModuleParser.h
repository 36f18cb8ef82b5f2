/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module's own code says of a profile and of TCP options, as text: a test compares it with what Swift says. */
#ifndef MODULE_PARSER_H
#define MODULE_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes "254/8:ip4@4+port@2 28/7:ip4@3=1 250/8:none 4096 late" for a profile, "refused" for what is none.
 */
void module_profile(const char *text, char *answer, size_t size);

/*
 * Writes "client", 16 bytes of address in hexadecimal digits, port and option; or "malformed" or "none".
 * The profile is a good one.
 */
void module_search(const char *profile, bool syn, const uint8_t *options, unsigned int length, char *answer, size_t size);

#endif
