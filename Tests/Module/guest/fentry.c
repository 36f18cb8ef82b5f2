// SPDX-License-Identifier: GPL-2.0-only
/* A BPF program at the entry of a kernel function: without a library, as a guest has none. */
#define _GNU_SOURCE
#include "fentry.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How much follows a type's head. */
static size_t rest_of(const struct btf_type *type)
{
	size_t count = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return count * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return count * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return count * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return count * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return count * sizeof(struct btf_var_secinfo);
	default:
		return 0;
	}
}

/* The number of @function in the kernel's own type information; 0: not there. */
static uint32_t number_of(const char *function)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	const struct btf_header *header;
	const char *at, *end, *names;
	uint32_t number = 1, found = 0;
	struct stat stat;
	char *all;
	ssize_t size = 0, count;

	if (fd < 0 || fstat(fd, &stat))
		return 0;
	all = malloc(stat.st_size);
	while (all && size < stat.st_size &&
	       (count = read(fd, all + size, stat.st_size - size)) > 0)
		size += count;
	close(fd);
	header = (const void *)all;
	at = all + header->hdr_len + header->type_off;
	end = at + header->type_len;
	names = all + header->hdr_len + header->str_off;
	for (; at < end && !found; number++) {
		const struct btf_type *type = (const void *)at;

		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
		    !strcmp(names + type->name_off, function))
			found = number;
		at += sizeof(*type) + rest_of(type);
	}
	free(all);
	return found;
}

static long bpf(int command, union bpf_attr *attributes)
{
	return syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

int fentry_attach(const char *function)
{
	/* r0 = 0; exit */
	static const struct bpf_insn instructions[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attributes = { 0 };
	int program, link;

	attributes.prog_type = BPF_PROG_TYPE_TRACING;
	attributes.expected_attach_type = BPF_TRACE_FENTRY;
	attributes.insns = (uintptr_t)instructions;
	attributes.insn_cnt = 2;
	attributes.license = (uintptr_t)"GPL";
	attributes.attach_btf_id = number_of(function);
	if (!attributes.attach_btf_id) {
		errno = ENOENT;
		return -1;
	}
	program = bpf(BPF_PROG_LOAD, &attributes);
	if (program < 0)
		return -1;
	memset(&attributes, 0, sizeof(attributes));
	attributes.raw_tracepoint.prog_fd = program;
	link = bpf(BPF_RAW_TRACEPOINT_OPEN, &attributes);
	close(program);
	return link;
}
