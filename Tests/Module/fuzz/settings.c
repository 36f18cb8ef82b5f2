// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any profiles written to the parameter of a running module, one after the
 * other, while memory and hooks fail now and then: all of a profile comes into
 * effect, or nothing at all.
 */
#include "settings.h"

#include <errno.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "fuzz.h"
#include "sockopt.h"
#include "stats.h"
#include "waiting.h"

extern const struct kernel_param_ops * const shim_parameter_profile;

/* What the rest of the module was told. */
static bool waiting_on, waiting_fails, hooks_on, hooks_fail;
static unsigned int calls;

int toa_waiting_start(void)
{
	require(!waiting_on, "the table is there already");
	if (waiting_fails)
		return -ENOMEM;
	waiting_on = true;
	return 0;
}

void toa_waiting_stop(void)
{
	require(waiting_on && !hooks_on, "the table is used, or not there");
	waiting_on = false;
}

int toa_hooks_elsewhere_start(void)
{
	require(waiting_on && !hooks_on, "too early, or too late");
	if (hooks_fail)
		return -EBUSY;
	hooks_on = true;
	return 0;
}

void toa_hooks_elsewhere_stop(void)
{
	require(hooks_on, "the hooks are not there");
	hooks_on = false;
}

void toa_sockopt_answer(unsigned int wanted)
{
	calls = wanted;
}

const char *toa_sockopt_answered(void)
{
	return "none";
}

u8 toa_option_counter(u8 kind, u8 length)
{
	return kind ^ length;
}

/* What is in effect, as it was given. */
static char current[TOA_PROFILE_MAX_LENGTH + 1];

static void check_effect(void)
{
	static char page[PAGE_SIZE];
	struct toa_profile expected;
	size_t size, length = strlen(current);
	const char *word;
	unsigned int i;
	int count;

	require(!toa_profile_parse(current, &expected, &word, &size),
		"'%s' is not a profile", current);
	for (i = 0; i < expected.formats.count; i++)
		expected.formats.list[i].counter =
			toa_option_counter(expected.formats.list[i].kind,
					   expected.formats.list[i].length);
	require(!memcmp(&expected, toa_profile(), sizeof(expected)),
		"another profile than '%s'", current);
	require(!memcmp(toa_known_kinds, expected.formats.kinds,
			sizeof(toa_known_kinds)),
		"other kinds than '%s'", current);
	require(calls == expected.calls, "calls %x with '%s'", calls, current);
	require(hooks_on == !!(expected.behaviours & TOA_ELSEWHERE),
		"hooks %d with '%s'", hooks_on, current);
	require(waiting_on == hooks_on, "a table without hooks");
	require(toa_looks_elsewhere == hooks_on, "looks elsewhere: %d",
		toa_looks_elsewhere);

	while (length && strchr(" \t\r\n", current[length - 1]))
		length--;
	count = shim_parameter_profile->get(page, NULL);
	require((size_t)count == length + 1 && page[length] == '\n' &&
			!memcmp(page, current, length),
		"'%s' reads back as %s", current, page);
	require(shim_allocated == 1, "%d profiles in memory", shim_allocated);
}

static void write_profile(const char *text, bool out_of_memory)
{
	bool was_on = hooks_on, too_long = strlen(text) > TOA_PROFILE_MAX_LENGTH;
	struct toa_profile profile;
	int err, expected = 0;
	const char *word;
	size_t size;

	if (too_long)
		expected = -EINVAL;
	else if (out_of_memory)
		expected = -ENOMEM;
	else if (toa_profile_parse(text, &profile, &word, &size))
		expected = -EINVAL;
	else if (!was_on && profile.behaviours & TOA_ELSEWHERE)
		expected = waiting_fails ? -ENOMEM : hooks_fail ? -EBUSY : 0;

	shim_out_of_memory = out_of_memory;
	err = shim_parameter_profile->set(text, NULL);
	shim_out_of_memory = false;
	require(err == expected, "'%s' gives %d, expected %d", text, err,
		expected);
	if (!err)
		strcpy(current, text);
	check_effect();
}

/* As when the module is loaded with this profile, at the third attempt. */
static void load(const char *text)
{
	strcpy(current, text);
	require(!shim_parameter_profile->set(text, NULL), "'%s' at load", text);
	require(!toa_settings_init(), "the profile that was given is replaced");
	waiting_fails = true;
	require(toa_settings_start() == -ENOMEM, "started without a table");
	waiting_fails = false;
	hooks_fail = true;
	require(toa_settings_start() == -EBUSY, "started without hooks");
	hooks_fail = false;
	require(!toa_settings_start(), "cannot be started");
	check_effect();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned int rounds = take(&input) % 3 + 1;

	waiting_fails = hooks_fail = false;
	if (!*current)
		load("default,late");
	/* What an input does must not hang on those before it. */
	if (strcmp(current, "default"))
		write_profile("default", false);

	while (rounds--) {
		uint8_t code = take(&input), how = take(&input);
		char *text = grow(take_text(&input), how,
				  TOA_PROFILE_MAX_LENGTH);

		hooks_fail = code & 1;
		waiting_fails = code & 2;
		write_profile(text, code % 8 == 7);
		free(text);
	}
	return 0;
}
