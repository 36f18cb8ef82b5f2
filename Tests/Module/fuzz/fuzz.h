/* SPDX-License-Identifier: GPL-2.0-only */
/* What all targets share: bytes taken one by one, and a check that tells what was wrong. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define require(condition, ...) do {				\
	if (!(condition)) {					\
		fprintf(stderr, "FAILED: %s: ", #condition);	\
		fprintf(stderr, __VA_ARGS__);			\
		fputc('\n', stderr);				\
		abort();					\
	}							\
} while (0)

/* For long loops whose every turn would be news to libFuzzer. */
#define no_coverage __attribute__((no_sanitize("coverage")))

struct input {
	const uint8_t *at;
	size_t left;
};

/* 0 behind the end. */
static inline uint8_t take(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->at++;
}

/* A piece of heap of exactly @size bytes, so that the sanitizer sees a read of one byte too many. */
static inline uint8_t *copy_bytes(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size);

	if (size)
		memcpy(copy, bytes, size);
	return copy;
}

/* The text up to a zero byte or the end, as such a piece. */
static inline char *take_text(struct input *input)
{
	size_t size = strnlen((const char *)input->at, input->left);
	char *text = malloc(size + 1);

	memcpy(text, input->at, size);
	text[size] = '\0';
	size += size < input->left;
	input->at += size;
	input->left -= size;
	return text;
}

/*
 * Inputs are short; what happens at the limits takes long texts, which take
 * long. Replaces @text, for a few values of @how: with spaces up to about
 * @limit, or again and again.
 */
static inline char *grow(char *text, uint8_t how, size_t limit)
{
	size_t size = strlen(text), more = how % 8;
	size_t wanted = limit - 3 + more, times = 252 + more, i;
	char *grown;

	if (how / 8 == 2 && size < wanted) {
		grown = malloc(wanted + 1);
		memcpy(grown, text, size);
		memset(grown + size, ' ', wanted - size);
		grown[wanted] = '\0';
	} else if (how / 8 == 3) {
		grown = malloc(times * (size + 1) + 1);
		for (i = 0; i < times; i++) {
			memcpy(grown + i * (size + 1), text, size);
			grown[i * (size + 1) + size] = ' ';
		}
		grown[times * (size + 1)] = '\0';
	} else {
		return text;
	}
	free(text);
	return grown;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
