// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any list of options, made and changed as a profile does it, and any header:
 * a number of changes, the changes, how to look, and the header.
 */
#include "fuzz.h"
#include "walk.h"

/* Those that are seen in the wild, so that they are often tried. */
#define PORT_IP4(kind, length) { kind, length, 4, 4, 2, 0, 0 }
#define PORT_IP6(kind, length) { kind, length, 6, 4, 2, 0, 0 }
#define NO_CLIENT(kind, length) { kind, length, 0, 0, 0, 0, 0 }

static const struct toa_format wild[] = {
	PORT_IP4(254, 8), PORT_IP4(200, 8), PORT_IP4(253, 8),
	PORT_IP6(254, 20), PORT_IP6(253, 20), PORT_IP4(252, 20),
	PORT_IP4(254, 16), PORT_IP6(249, 40), { 28, 7, 4, 3, 0, 1, 0 },
	{ 28, 19, 6, 3, 0, 0, 0 }, NO_CLIENT(250, 8), NO_CLIENT(201, 6),
	NO_CLIENT(202, 8),
};

enum { WILD = sizeof(wild) / sizeof(wild[0]) };

/* One that a profile could name: every field inside. */
static struct toa_format any_format(struct input *input)
{
	struct toa_format format = { 0 };
	unsigned int size;

	format.kind = take(input) % 254 + 2;
	format.length = take(input) % 39 + 2;
	format.family = (uint8_t[]){ 0, 4, 6, 4 }[take(input) % 4];
	size = format.family == 6 ? 16 : 4;
	if (!format.family || format.length < 2 + size) {
		format.family = 0;
		return format;
	}
	format.address = take(input) % (format.length - size - 1) + 2;
	if (format.length >= 4)
		format.port = take(input) % (format.length - 2);
	if (format.port < 2)
		format.port = 0;
	format.version = take(input) % 8 == 7;
	return format;
}

/* The same lengths a second time: which (kind, length) are in the list. */
static bool present[256][41];
static unsigned int present_count;

static void change(struct toa_formats *formats, struct input *input)
{
	uint8_t code = take(input);
	bool remove = code & 0x80;
	struct toa_format format;
	bool *cell, done;

	code &= 0x7f;
	format = code < WILD ? wild[code] : any_format(input);
	cell = &present[format.kind][format.length];
	if (remove) {
		done = toa_formats_remove(formats, format.kind, format.length);
		require(done == *cell, "removing %d/%d", format.kind, format.length);
		present_count -= done;
		*cell = false;
	} else {
		done = toa_formats_add(formats, &format);
		require(done == (!*cell && present_count < TOA_MAX_OPTIONS),
			"adding %d/%d to %u", format.kind, format.length,
			present_count);
		present_count += done;
		*cell |= done;
	}
	require(formats->count == present_count, "%u in the list, not %u",
		formats->count, present_count);
	require(!!toa_formats_find(formats, format.kind, format.length) == *cell,
		"finding %d/%d", format.kind, format.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned int changes = take(&input) % 24, how, i;
	struct toa_formats formats = { 0 };

	for (i = 0; i < changes; i++)
		change(&formats, &input);
	how = take(&input) & (TOA_FIND_LAST | TOA_FIND_IN_SYN);
	check_walk(&formats, how, input.at, input.left < 40 ? input.left : 40);

	for (i = 0; i < formats.count; i++)
		present[formats.list[i].kind][formats.list[i].length] = false;
	present_count = 0;
	return 0;
}
