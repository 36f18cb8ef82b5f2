// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's functions, for code of the module that is compiled in user space. */
#include <linux/ctype.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool shim_out_of_memory;
int shim_allocated;

void *kzalloc(size_t size, int flags)
{
	void *memory;

	(void)flags;
	if (shim_out_of_memory) {
		shim_out_of_memory = false;
		return NULL;
	}
	memory = calloc(1, size);
	if (!memory)
		abort();
	shim_allocated++;
	return memory;
}

void kfree(const void *memory)
{
	if (!memory)
		return;
	shim_allocated--;
	free((void *)memory);
}

void shim_log(const char *format, ...)
{
	char line[1024];
	va_list list;

	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
}

/* Unlike snprintf(), tells what is there and not what there was no room for. */
int scnprintf(char *text, size_t size, const char *format, ...)
{
	va_list list;
	int length;

	va_start(list, format);
	length = vsnprintf(text, size, format, list);
	va_end(list);
	return (size_t)length < size ? length : (int)size - 1;
}

int kstrtouint(const char *text, unsigned int base, unsigned int *value)
{
	unsigned long long number = 0;

	if (base != 10)
		abort();
	if (*text == '+')
		text++;
	if (!isdigit(*text))
		return -EINVAL;
	for (; isdigit(*text); text++) {
		number = number * 10 + (*text - '0');
		if (number > UINT32_MAX)
			return -ERANGE;
	}
	if (*text == '\n')
		text++;
	if (*text)
		return -EINVAL;
	*value = number;
	return 0;
}

/* The byte at @at, or -1 where the text ends. */
static int next_byte(const char *at, const char *limit, int delimiter)
{
	if (at == limit || !*at || *at == delimiter)
		return -1;
	return (unsigned char)*at;
}

/* Four numbers up to 255, with as many zeros before them as one likes. */
int in4_pton(const char *text, int size, u8 *address, int delimiter,
	     const char **end)
{
	const char *limit = text + (size < 0 ? strlen(text) : (size_t)size);
	unsigned int part, value;
	u8 result[4];

	*end = text;
	for (part = 0; part < 4; part++) {
		int byte = next_byte(*end, limit, delimiter);

		if (byte < 0 || !isdigit(byte))
			return 0;
		for (value = 0; byte >= 0 && isdigit(byte);
		     byte = next_byte(++*end, limit, delimiter)) {
			value = value * 10 + (byte - '0');
			if (value > 255)
				return 0;
		}
		result[part] = value;
		if (part < 3) {
			if (byte != '.')
				return 0;
			++*end;
		} else if (byte >= 0 && byte != ':') {
			return 0;
		}
	}
	memcpy(address, result, sizeof(result));
	return 1;
}

static int hex_digit(int byte)
{
	if (isdigit(byte))
		return byte - '0';
	if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
		return (byte | 0x20) - 'a' + 10;
	return -1;
}

/* Up to eight groups, one gap of zeros between them, maybe IPv4 at the end. */
int in6_pton(const char *text, int size, u8 *address, int delimiter,
	     const char **end)
{
	const char *limit = text + (size < 0 ? strlen(text) : (size_t)size);
	unsigned int filled = 0, gap = 17;
	u8 result[16] = { 0 };

	*end = text;
	if (next_byte(text, limit, delimiter) == ':') {
		if (next_byte(text + 1, limit, delimiter) != ':')
			return 0;
		gap = 0;
		*end += 2;
	}

	while (next_byte(*end, limit, delimiter) >= 0) {
		const char *group = *end;
		unsigned int value = 0;
		int byte = next_byte(group, limit, delimiter);

		if (hex_digit(byte) < 0 || filled > 14)
			return 0;
		for (; byte >= 0 && hex_digit(byte) >= 0;
		     byte = next_byte(++*end, limit, delimiter)) {
			value = value * 16 + hex_digit(byte);
			if (value > 0xffff)
				return 0;
		}

		if (byte == '.') {
			if (filled > 12 ||
			    !in4_pton(group, limit - group, result + filled,
				      delimiter, end))
				return 0;
			filled += 4;
			break;
		}
		result[filled++] = value >> 8;
		result[filled++] = value;

		if (byte < 0)
			break;
		if (byte != ':')
			return 0;
		++*end;
		byte = next_byte(*end, limit, delimiter);
		if (byte == ':') {
			if (gap <= 16)
				return 0;
			gap = filled;
			++*end;
		} else if (byte < 0) {
			return 0;
		}
	}

	if (gap <= 16) {
		if (filled > 14)
			return 0;
		memmove(result + 16 - (filled - gap), result + gap,
			filled - gap);
		memset(result + gap, 0, 16 - filled);
	} else if (filled != 16) {
		return 0;
	}
	memcpy(address, result, sizeof(result));
	return 1;
}
