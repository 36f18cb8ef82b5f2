/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps. User space pins `control`, `clients` and `counters` for all generations together, the others for each. */
#ifndef TOA_BPF_MAPS_H
#define TOA_BPF_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "layout.h"

/* Set before the programs are loaded. */
const volatile __u32 generation SEC(".rodata.generation");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct toa_control);
} control SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct toa_client);
} clients SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TOA_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TOA_MAX_TRUSTED);
	__type(key, struct toa_prefix);
	__type(value, __u32);
} trusted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TOA_MAX_OPTIONS);
	__type(key, struct toa_option_key);
	__type(value, struct toa_option_format);
} options SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct toa_settings);
} settings SEC(".maps");

/*
 * Connections from trusted peers whose handshake had no option, by socket
 * cookie: their option may still come. What falls out was not waited for.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TOA_MAX_WAITING);
	__type(key, __u64);
	__type(value, __u8);
} waiting SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct toa_about);
} about SEC(".maps");

static __always_inline void count(__u32 counter)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &counter);

	if (value)
		*value += 1;
}

static __always_inline int is_active(void)
{
	__u32 zero = 0;
	const struct toa_control *now = bpf_map_lookup_elem(&control, &zero);

	return now && now->generation == generation;
}

#endif
