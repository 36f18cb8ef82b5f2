// SPDX-License-Identifier: GPL-2.0-only
#include "profile.h"

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define SEPARATORS ", \t\r\n"
#define MAX_OPTION 40

#define PORT_IP4(k, l) \
	{ .kind = (k), .length = (l), .family = 4, .port = 2, .address = 4 }
#define PORT_IP6(k, l) \
	{ .kind = (k), .length = (l), .family = 6, .port = 2, .address = 4 }
#define NO_CLIENT(k, l) { .kind = (k), .length = (l) }

/* What is behind the client is not for us: the virtual server, the VPC. */
static const struct toa_format known_formats[] = {
	PORT_IP4(254, 8),
	PORT_IP4(253, 8),
	PORT_IP4(200, 8),
	PORT_IP6(254, 20),
	PORT_IP6(253, 20),
	PORT_IP4(252, 20),
	PORT_IP4(254, 16),
	PORT_IP6(249, 40),
	{ .kind = 28, .length = 7, .family = 4, .address = 3, .version = 1 },
	{ .kind = 28, .length = 19, .family = 6, .address = 3 },
	NO_CLIENT(250, 8),
	NO_CLIENT(201, 6),
	NO_CLIENT(202, 8),
};

/* In words of the same language; docs/profiles.md says where each is from. */
static const struct {
	const char *name;
	const char *words;
} vendors[] = {
	{ "default", "254/8 254/20 253/20 200/8 4096 1345" },
	{ "lvs", "254/8 253/20 200/8 syn" },
	{ "dpvs", "254/8 254/20 4096" },
	{ "tencent-clb", "200/8 253/20 4096" },
	{ "tencent-gaap", "200/8" },
	{ "ksyun", "254/8 253/20 254/20 1345" },
	{ "huawei-elb", "254/8 254/20 253/20 4096" },
	{ "ucloud", "200/8 254/8 253/8" },
	{ "alibaba-cdn", "28/7 28/19 254/8 254/20 syn" },
};

static const struct {
	const char *name;
	unsigned int behaviour;
	unsigned int call;
} switches[] = {
	{ "deferred", TOA_DEFERRED, 0 },
	{ "late", TOA_LATE, 0 },
	{ "syn", TOA_SYN, 0 },
	{ "last", TOA_LAST, 0 },
	{ "4096", 0, TOA_CALL_NAT64 },
	{ "1345", 0, TOA_CALL_TTM },
};

struct text {
	const char *at;
	const char *end;
};

static bool word_is(const struct text *word, const char *name)
{
	size_t size = word->end - word->at;

	return size == strlen(name) && !memcmp(word->at, name, size);
}

static bool eat(struct text *text, const char *prefix)
{
	size_t size = strlen(prefix);

	if ((size_t)(text->end - text->at) < size ||
	    memcmp(text->at, prefix, size))
		return false;
	text->at += size;
	return true;
}

/* Decimal, at most @max. */
static bool eat_number(struct text *text, unsigned int max, u8 *number)
{
	const char *start = text->at;
	unsigned int value = 0;

	while (text->at < text->end && *text->at >= '0' && *text->at <= '9') {
		value = value * 10 + (*text->at++ - '0');
		if (value > max)
			return false;
	}
	*number = value;
	return text->at > start;
}

/* "ip4@4", "ip6@4+port@2" or "none". */
static bool eat_layout(struct text *text, struct toa_format *format)
{
	unsigned int size;

	if (eat(text, "none"))
		return true;

	if (eat(text, "ip4@"))
		format->family = 4;
	else if (eat(text, "ip6@"))
		format->family = 6;
	else
		return false;

	size = format->family == 6 ? 16 : 4;
	if (!eat_number(text, MAX_OPTION, &format->address) ||
	    format->address < 2 || format->address + size > format->length)
		return false;
	if (!eat(text, "+port@"))
		return true;
	return eat_number(text, MAX_OPTION, &format->port) &&
	       format->port >= 2 && format->port + 2 <= format->length &&
	       (format->port + 2 <= format->address ||
		format->port >= format->address + size);
}

static bool same_format(const struct toa_format *a, const struct toa_format *b)
{
	return a->family == b->family && a->address == b->address &&
	       a->port == b->port && a->version == b->version;
}

static const char *add_option(struct toa_profile *profile,
			      const struct toa_format *format)
{
	const struct toa_format *present =
		toa_formats_find(&profile->formats, format->kind, format->length);

	if (present)
		return same_format(present, format) ? NULL :
						      "has two meanings";
	return toa_formats_add(&profile->formats, format) ? NULL :
							    "is one too many";
}

/* "254/8" or "222/12:ip4@6+port@4". */
static const char *read_option(struct toa_profile *profile, struct text *word,
			       bool take)
{
	static const char * const unclear = "is not KIND/LENGTH or KIND/LENGTH:LAYOUT";
	struct toa_format format = {};
	unsigned int i;

	if (!eat_number(word, 255, &format.kind) || !eat(word, "/") ||
	    !eat_number(word, MAX_OPTION, &format.length) ||
	    format.kind < 2 || format.length < 2)
		return unclear;

	if (take) {
		if (word->at != word->end)
			return unclear;
		toa_formats_remove(&profile->formats, format.kind,
				   format.length);
		return NULL;
	}

	if (word->at != word->end) {
		if (!eat(word, ":") || !eat_layout(word, &format) ||
		    word->at != word->end)
			return unclear;
		return add_option(profile, &format);
	}

	for (i = 0; i < ARRAY_SIZE(known_formats); i++)
		if (known_formats[i].kind == format.kind &&
		    known_formats[i].length == format.length)
			return add_option(profile, &known_formats[i]);
	return "is not a known option, so it needs a layout";
}

static const char *read_words(const char *text, struct toa_profile *profile,
			      bool vendors_too, const char **word, size_t *size);

static const char *read_word(struct toa_profile *profile, struct text word,
			     bool vendors_too)
{
	bool take = eat(&word, "-");
	const char *ignored;
	size_t also_ignored;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(switches); i++) {
		if (!word_is(&word, switches[i].name))
			continue;
		if (take) {
			profile->behaviours &= ~switches[i].behaviour;
			profile->calls &= ~switches[i].call;
		} else {
			profile->behaviours |= switches[i].behaviour;
			profile->calls |= switches[i].call;
		}
		return NULL;
	}

	for (i = 0; i < ARRAY_SIZE(vendors) && vendors_too && !take; i++)
		if (word_is(&word, vendors[i].name))
			return read_words(vendors[i].words, profile, false,
					  &ignored, &also_ignored);

	if (word.at < word.end && *word.at >= '0' && *word.at <= '9')
		return read_option(profile, &word, take);
	return "is not known";
}

/* The words of a vendor have no vendors in them: one level, not more. */
static const char *read_words(const char *text, struct toa_profile *profile,
			      bool vendors_too, const char **word, size_t *size)
{
	const char *wrong;

	for (text += strspn(text, SEPARATORS); *text;
	     text += strspn(text, SEPARATORS)) {
		struct text now = { text, text + strcspn(text, SEPARATORS) };

		*word = text;
		*size = now.end - now.at;
		wrong = read_word(profile, now, vendors_too);
		if (wrong)
			return wrong;
		text = now.end;
	}
	return NULL;
}

const char *toa_profile_parse(const char *text, struct toa_profile *profile,
			      const char **word, size_t *size)
{
	const char *wrong;
	unsigned int i;

	memset(profile, 0, sizeof(*profile));
	wrong = read_words(text, profile, true, word, size);
	if (wrong)
		return wrong;

	for (i = 0; i < profile->formats.count; i++)
		if (profile->formats.list[i].family)
			return NULL;
	*word = text;
	*size = strlen(text);
	return "has no option that names a client";
}
