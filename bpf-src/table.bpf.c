// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the value of each socket in `clients` to the reader, of all network
 * namespaces. An object of its own, as it alone needs the kernel's BTF.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "layout.h"

/* The beginning of the kernel's types of these names, since 5.9. */
struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	struct sock *sk;
	struct toa_client *value;
};

SEC("iter/bpf_sk_storage_map")
int toa_table(struct bpf_iter__bpf_sk_storage_map *at)
{
	struct toa_client *value = at->value;

	/* Called a last time with nothing. */
	if (at->sk && value)
		bpf_seq_write(at->meta->seq, value, sizeof(*value));
	return 0;
}

char _license[] SEC("license") = "GPL";
