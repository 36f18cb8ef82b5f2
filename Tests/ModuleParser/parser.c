// SPDX-License-Identifier: GPL-2.0-only
#include "ModuleParser.h"

#include <stdarg.h>
#include <stdio.h>

#include "../../module-src/options.c"
#include "../../module-src/profile.c"

struct answer {
	char *text;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static void
say(struct answer *answer, const char *format, ...)
{
	va_list arguments;
	int count;

	va_start(arguments, format);
	count = vsnprintf(answer->text, answer->size, format, arguments);
	va_end(arguments);
	if (count < 0 || (size_t)count >= answer->size)
		count = answer->size - 1;
	answer->text += count;
	answer->size -= count;
}

static void say_option(struct answer *answer, const struct toa_format *format)
{
	say(answer, "%u/%u:", format->kind, format->length);
	if (!format->family) {
		say(answer, "none ");
		return;
	}
	say(answer, "ip%u@%u", format->family, format->address);
	if (format->port)
		say(answer, "+port@%u", format->port);
	if (format->version)
		say(answer, "=%u", format->version);
	say(answer, " ");
}

static bool parse(const char *text, struct toa_profile *profile)
{
	const char *word;
	size_t size;

	return !toa_profile_parse(text, profile, &word, &size);
}

void module_profile(const char *text, char *buffer, size_t size)
{
	struct answer answer = { buffer, size };
	struct toa_profile profile;
	unsigned int i;

	if (!parse(text, &profile)) {
		say(&answer, "refused");
		return;
	}
	for (i = 0; i < profile.formats.count; i++)
		say_option(&answer, &profile.formats.list[i]);
	say(&answer, "%s%s", profile.calls & TOA_CALL_NAT64 ? "4096 " : "",
	    profile.calls & TOA_CALL_TTM ? "1345 " : "");
	say(&answer, "%s%s%s%s",
	    profile.behaviours & TOA_DEFERRED ? "deferred " : "",
	    profile.behaviours & TOA_LATE ? "late " : "",
	    profile.behaviours & TOA_SYN ? "syn " : "",
	    profile.behaviours & TOA_LAST ? "last " : "");
}

void module_search(const char *text, bool syn, const uint8_t *options,
		   unsigned int length, char *buffer, size_t size)
{
	struct answer answer = { buffer, size };
	struct toa_profile profile;
	struct toa_client client = {};
	unsigned int how = syn ? TOA_FIND_IN_SYN : 0;
	enum toa_verdict verdict;
	unsigned int i;

	if (!parse(text, &profile)) {
		say(&answer, "refused");
		return;
	}
	if (profile.behaviours & TOA_LAST)
		how |= TOA_FIND_LAST;
	verdict = toa_options_find(&profile.formats, how, options, length,
				   &client);
	if (verdict != TOA_FOUND) {
		say(&answer, verdict == TOA_NONE ? "none" : "malformed");
		return;
	}
	say(&answer, "client ");
	for (i = 0; i < sizeof(client.ip); i++)
		say(&answer, "%02x", ((const uint8_t *)&client.ip)[i]);
	say(&answer, " %u %u/%u",
	    ((const uint8_t *)&client.port)[0] * 256U +
		    ((const uint8_t *)&client.port)[1],
	    client.kind, client.length);
}
