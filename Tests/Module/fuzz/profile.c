// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text of a profile, against a second reader that is written from the
 * tables of module-src/README.md; then, with what the profile says, any header.
 */
#include "profile.h"

#include "fuzz.h"
#include "walk.h"

struct meaning {
	struct {
		unsigned int kind, length;
		/* "ip4@4+port@2" in the form of print_layout(). */
		char layout[32];
	} options[TOA_MAX_OPTIONS];
	unsigned int count;
	bool deferred, late, syn, last, call_4096, call_1345;
};

static const struct {
	const char *option, *layout;
} known[] = {
	{ "254/8", "ip4@4+port@2" },	{ "253/8", "ip4@4+port@2" },
	{ "200/8", "ip4@4+port@2" },	{ "254/20", "ip6@4+port@2" },
	{ "253/20", "ip6@4+port@2" },	{ "252/20", "ip4@4+port@2" },
	{ "254/16", "ip4@4+port@2" },	{ "249/40", "ip6@4+port@2" },
	{ "28/7", "ip4@3 version 1" },	{ "28/19", "ip6@3" },
	{ "250/8", "none" },		{ "201/6", "none" },
	{ "202/8", "none" },
};

static const struct {
	const char *name, *words;
} profiles[] = {
	{ "default", "254/8,254/20,253/20,200/8,4096,1345" },
	{ "lvs", "254/8,253/20,200/8,syn" },
	{ "dpvs", "254/8,254/20,4096" },
	{ "tencent-clb", "200/8,253/20,4096" },
	{ "tencent-gaap", "200/8" },
	{ "ksyun", "254/8,253/20,254/20,1345" },
	{ "huawei-elb", "254/8,254/20,253/20,4096" },
	{ "ucloud", "200/8,254/8,253/8" },
	{ "alibaba-cdn", "28/7,28/19,254/8,254/20,syn" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void print_layout(char text[32], unsigned int family,
			 unsigned int address, unsigned int port,
			 unsigned int version)
{
	if (!family) {
		strcpy(text, "none");
		return;
	}
	text += sprintf(text, "ip%u@%u", family, address);
	if (port)
		text += sprintf(text, "+port@%u", port);
	if (version)
		sprintf(text, " version %u", version);
}

/* A number of only digits, all of @text. */
static bool number(const char *text, unsigned long least, unsigned long most,
		   unsigned int *value)
{
	size_t size = strlen(text);
	unsigned long read;

	if (!size || strspn(text, "0123456789") != size)
		return false;
	read = strtoul(text, NULL, 10);
	*value = read;
	return read >= least && read <= most;
}

/* Takes what is behind the first @mark in @text away, and returns it. */
static char *split(char *text, char mark)
{
	char *at = strchr(text, mark);

	if (at)
		*at++ = '\0';
	return at;
}

static bool layout_of(char *text, unsigned int length, char layout[32])
{
	unsigned int family, address, port = 0, size;
	char *second;

	if (!strcmp(text, "none")) {
		strcpy(layout, text);
		return true;
	}
	if (!strncmp(text, "ip4@", 4))
		family = 4;
	else if (!strncmp(text, "ip6@", 4))
		family = 6;
	else
		return false;
	size = family == 4 ? 4 : 16;
	second = split(text + 4, '+');
	if (!number(text + 4, 2, 40, &address) || address + size > length)
		return false;
	if (second) {
		if (strncmp(second, "port@", 5) ||
		    !number(second + 5, 2, 40, &port) || port + 2 > length)
			return false;
		/* Two fields in one place. */
		if (port + 1 >= address && port <= address + size - 1)
			return false;
	}
	print_layout(layout, family, address, port, 0);
	return true;
}

static bool apply(struct meaning *meaning, const char *given, bool names);

static bool option(struct meaning *meaning, char *word, bool less)
{
	char *layout = split(word, ':'), *length_text = split(word, '/');
	unsigned int kind, length, i;
	char wanted[32], name[16];

	if (!length_text || !number(word, 2, 255, &kind) ||
	    !number(length_text, 2, 40, &length))
		return false;
	for (i = 0; i < meaning->count; i++)
		if (meaning->options[i].kind == kind &&
		    meaning->options[i].length == length)
			break;

	if (less) {
		if (layout)
			return false;
		if (i < meaning->count)
			meaning->options[i] = meaning->options[--meaning->count];
		return true;
	}

	if (layout) {
		if (!layout_of(layout, length, wanted))
			return false;
	} else {
		unsigned int j;

		sprintf(name, "%u/%u", kind, length);
		for (j = 0; j < COUNT(known); j++)
			if (!strcmp(known[j].option, name))
				break;
		if (j == COUNT(known))
			return false;
		strcpy(wanted, known[j].layout);
	}
	if (i < meaning->count)
		return !strcmp(meaning->options[i].layout, wanted);
	if (meaning->count == TOA_MAX_OPTIONS)
		return false;
	meaning->options[i].kind = kind;
	meaning->options[i].length = length;
	strcpy(meaning->options[i].layout, wanted);
	meaning->count++;
	return true;
}

static bool one_word(struct meaning *meaning, char *word, bool names)
{
	bool less = *word == '-';
	struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "deferred", &meaning->deferred },
		{ "late", &meaning->late },
		{ "syn", &meaning->syn },
		{ "last", &meaning->last },
		{ "4096", &meaning->call_4096 },
		{ "1345", &meaning->call_1345 },
	};
	unsigned int i;

	for (i = 0; i < COUNT(flags); i++) {
		if (!strcmp(word + less, flags[i].name)) {
			*flags[i].flag = !less;
			return true;
		}
	}
	for (i = 0; i < COUNT(profiles); i++)
		if (names && !strcmp(word, profiles[i].name))
			return apply(meaning, profiles[i].words, false);
	return option(meaning, word + less, less);
}

static bool apply(struct meaning *meaning, const char *given, bool names)
{
	char *text = strdup(given), *rest = text, *word;
	bool good = true;

	while (good && (word = strsep(&rest, ", \t\r\n")))
		if (*word)
			good = one_word(meaning, word, names);
	free(text);
	return good;
}

static bool names_a_client(const struct meaning *meaning)
{
	unsigned int i;

	for (i = 0; i < meaning->count; i++)
		if (strcmp(meaning->options[i].layout, "none"))
			return true;
	return false;
}

static void compare(const struct toa_profile *profile,
		    const struct meaning *meaning)
{
	unsigned int behaviours = 0, calls = 0, i;
	char layout[32];

	behaviours |= meaning->deferred ? TOA_DEFERRED : 0;
	behaviours |= meaning->late ? TOA_LATE : 0;
	behaviours |= meaning->syn ? TOA_SYN : 0;
	behaviours |= meaning->last ? TOA_LAST : 0;
	calls |= meaning->call_4096 ? TOA_CALL_NAT64 : 0;
	calls |= meaning->call_1345 ? TOA_CALL_TTM : 0;
	require(profile->behaviours == behaviours, "behaviours %x, expected %x",
		profile->behaviours, behaviours);
	require(profile->calls == calls, "calls %x, expected %x",
		profile->calls, calls);
	require(profile->formats.count == meaning->count,
		"%u options, expected %u", profile->formats.count,
		meaning->count);
	for (i = 0; i < meaning->count; i++) {
		const struct toa_format *format =
			toa_formats_find(&profile->formats,
					 meaning->options[i].kind,
					 meaning->options[i].length);

		require(format, "%u/%u is missing", meaning->options[i].kind,
			meaning->options[i].length);
		print_layout(layout, format->family, format->address,
			     format->port, format->version);
		require(!strcmp(layout, meaning->options[i].layout),
			"%u/%u is %s, expected %s", meaning->options[i].kind,
			meaning->options[i].length, layout,
			meaning->options[i].layout);
	}
}

/* A text that is put together from what may be in one, a byte for each piece. */
static char *put_together(struct input *input)
{
	static const char *const pieces[] = {
		",", " ", "\t", "-", "/", ":", ":ip4@", ":ip6@", "+port@",
		":none", "254/", "28/", "222/", "0", "1", "254", "255", "256",
		"default", "lvs", "dpvs", "tencent-clb", "tencent-gaap",
		"ksyun", "huawei-elb", "ucloud", "alibaba-cdn", "deferred",
		"late", "syn", "last", "4096", "1345", "254/8", "253/20",
		"200/8", "28/7", "28/19", "250/8", "201/6", "249/40",
	};
	char *text = malloc(16 * 256 + 1), *at = text, *exact;
	uint8_t code;

	/* Other bytes are numbers, up to one more than any length may be. */
	while (at < text + 16 * 255 && (code = take(input)))
		at += code > COUNT(pieces) ?
			sprintf(at, "%u", (code - (unsigned int)COUNT(pieces)) % 42) :
			sprintf(at, "%s", pieces[code - 1]);
	*at = '\0';
	exact = strdup(text);
	free(text);
	return exact;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint8_t code = take(&input);
	unsigned int how = code & (TOA_FIND_LAST | TOA_FIND_IN_SYN);
	char *text = code & 4 ? put_together(&input) : take_text(&input);
	struct meaning meaning = { .count = 0 };
	struct toa_profile profile;
	const char *wrong, *word = NULL;
	size_t word_size = 0;
	bool good;

	good = apply(&meaning, text, true) && names_a_client(&meaning);
	wrong = toa_profile_parse(text, &profile, &word, &word_size);
	require(!wrong == good, "'%s' is %s", text, wrong ? wrong : "accepted");
	if (wrong) {
		/* The kernel log shows it. */
		require(word >= text && word + word_size <= text + strlen(text),
			"the wrong word is not in '%s'", text);
	} else {
		compare(&profile, &meaning);
		check_walk(&profile.formats, how, input.at,
			   input.left < 40 ? input.left : 40);
	}
	free(text);
	return 0;
}
