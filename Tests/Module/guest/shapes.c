// SPDX-License-Identifier: GPL-2.0-only
#include "shapes.h"

#include <string.h>

#define DATA "hello"
#define SIZE 5

static const uint8_t decoy[] = { 254, 8, PORT, 9, 9, 9, 9 };

static void segment(struct wire_connection *wire, const struct options *options,
		    int flags, const char *data)
{
	wire_send(wire, ACK | flags, options ? options->bytes : NULL,
		  options ? options->size : 0, data, strlen(data));
}

static bool bare(struct wire_connection *wire, const struct options *options)
{
	if (!wire_syn(wire))
		return false;
	segment(wire, options, 0, "");
	return true;
}

static bool with_data(struct wire_connection *wire, const struct options *options)
{
	if (!wire_syn(wire))
		return false;
	segment(wire, options, 0, DATA);
	return true;
}

static bool with_fin(struct wire_connection *wire, const struct options *options)
{
	if (!wire_syn(wire))
		return false;
	segment(wire, options, FIN, "");
	return true;
}

static bool with_fin_data(struct wire_connection *wire, const struct options *options)
{
	if (!wire_syn(wire))
		return false;
	segment(wire, options, FIN, DATA);
	return true;
}

/* As a balancer does that repeats the option until the server answers. */
static bool repeated(struct wire_connection *wire, const struct options *options)
{
	if (!bare(wire, options))
		return false;
	segment(wire, options, 0, DATA);
	return true;
}

static bool overtaken_by_own(struct wire_connection *wire, const struct options *options)
{
	if (!with_data(wire, options))
		return false;
	wire->sequence -= SIZE;
	segment(wire, options, 0, "");
	wire->sequence += SIZE;
	return true;
}

/* The second data segment is the first to come. */
static bool second_first(struct wire_connection *wire, const struct options *options)
{
	if (!wire_syn(wire))
		return false;
	wire->sequence += SIZE;
	segment(wire, options, 0, DATA);
	wire->sequence -= 2 * SIZE;
	segment(wire, options, 0, DATA);
	wire->sequence += SIZE;
	return true;
}

/* The segment with the option is overtaken by one without. */
static bool overtaken(struct wire_connection *wire, const struct options *options)
{
	if (!with_data(wire, NULL))
		return false;
	wire->sequence -= SIZE;
	segment(wire, options, 0, "");
	wire->sequence += SIZE;
	return true;
}

static bool second_first_without(struct wire_connection *wire,
				 const struct options *options)
{
	if (!wire_syn(wire))
		return false;
	wire->sequence += SIZE;
	segment(wire, NULL, 0, DATA);
	wire->sequence -= 2 * SIZE;
	segment(wire, options, 0, DATA);
	wire->sequence += SIZE;
	return true;
}

/* Nothing was overtaken: the bare ACK had no option. */
static bool on_data_only(struct wire_connection *wire, const struct options *options)
{
	if (!bare(wire, NULL))
		return false;
	segment(wire, options, 0, DATA);
	return true;
}

static bool on_syn(struct wire_connection *wire, const struct options *options)
{
	if (!wire_syn_with(wire, options->bytes, options->size, "", 0))
		return false;
	segment(wire, NULL, 0, "");
	return true;
}

/* The completing segment wins. */
static bool on_both(struct wire_connection *wire, const struct options *options)
{
	if (!wire_syn_with(wire, decoy, sizeof(decoy), "", 0))
		return false;
	segment(wire, options, 0, "");
	return true;
}

static bool ack_then_data(struct wire_connection *wire, const struct options *options)
{
	if (!bare(wire, options))
		return false;
	segment(wire, NULL, 0, DATA);
	return true;
}

/* Twice swallowed. */
static bool ack_ack_data(struct wire_connection *wire, const struct options *options)
{
	if (!bare(wire, NULL))
		return false;
	segment(wire, options, 0, "");
	segment(wire, NULL, 0, DATA);
	return true;
}

static bool fast_open(struct wire_connection *wire, const struct options *options)
{
	return wire_syn_with(wire, options->bytes, options->size, DATA, SIZE);
}

static bool fast_open_repeated(struct wire_connection *wire,
			       const struct options *options)
{
	if (!fast_open(wire, options))
		return false;
	segment(wire, options, 0, "");
	return true;
}

const struct shape shapes[] = {
	{ "ACK", bare, ORDINARY, "", true, true },
	{ "ACK and data", with_data, ORDINARY, DATA, true, true },
	{ "FIN", with_fin, ORDINARY, "", true, true },
	{ "FIN and data", with_fin_data, ORDINARY, DATA, true, true },
	{ "repeated", repeated, ORDINARY, DATA, true, true },
	{ "data before ACK", overtaken_by_own, ORDINARY, DATA, true, true },
	{ "second segment first", second_first, ORDINARY, DATA DATA, true, true },
	{ "overtaken", overtaken, ORDINARY, DATA, false, true,
	  .full_counter = "late_option" },
	{ "overtaken by the second segment", second_first_without, ORDINARY,
	  DATA DATA, false, true, .full_counter = "late_option" },
	{ "ACK without, data with it", on_data_only, ORDINARY, DATA, false, true,
	  .full_counter = "late_option" },
	{ "SYN only", on_syn, ORDINARY, "", false, true,
	  .full_counter = "syn_option" },
	{ "another one on the SYN", on_both, ORDINARY, "", true, true },
	{ "deferred, data with it", repeated, DEFERRED, DATA, true, true },
	{ "deferred, data without", ack_then_data, DEFERRED, DATA, false, true,
	  "deferred_lost", "deferred_option" },
	{ "deferred, second ACK", ack_ack_data, DEFERRED, DATA, false, true,
	  "deferred_lost", "deferred_option" },
	{ "deferred, no ACK", with_data, DEFERRED, DATA, true, true },
	{ "Fast Open", fast_open, FAST_OPEN, DATA, true, true },
	{ "Fast Open, repeated", fast_open_repeated, FAST_OPEN, DATA, true, true },
	{ "cookie", bare, ORDINARY, "", true, true, .cookies = true },
	{ "cookie, data", with_data, ORDINARY, DATA, true, true, .cookies = true },
	{ "cookie, SYN only", on_syn, ORDINARY, "", false, true,
	  .full_counter = "syn_option", .cookies = true },
	/* Nothing is deferred then: nobody remembers the SYN. */
	{ "cookie, deferred", ack_then_data, DEFERRED, DATA, true, true, .cookies = true },
	{ "cookie, overtaken", overtaken, ORDINARY, DATA, false, true,
	  .full_counter = "late_option", .cookies = true },
};

const size_t shapes_count = sizeof(shapes) / sizeof(shapes[0]);
