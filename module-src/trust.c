// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "TOA: " fmt

#include "trust.h"

#include <linux/ctype.h>
#include <linux/if_ether.h>
#include <linux/inet.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "compat.h"
#include "uapi/toa.h"

#define DEFAULT_TRUSTED \
	"127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16," \
	"100.64.0.0/10,169.254.0.0/16,::1/128,fc00::/7,fe80::/10"

#define SEPARATORS ", \t\r\n"

struct prefix {
	struct in6_addr address;
	unsigned int length;
	/* The first four bytes of the address; up to 32 bits. */
	bool ip4;
};

/* A prefix of IPv4, made ready for the handshakes. */
struct network {
	__be32 address;
	__be32 mask;
};

struct trusted_list {
	struct rcu_head rcu;
	unsigned int count;
	bool any;
	unsigned int network_count;
	struct network networks[TOA_TRUSTED_MAX_PREFIXES];
	/* As it was given, for those who read the parameter. */
	char text[TOA_TRUSTED_MAX_LENGTH + 1];
	struct prefix prefixes[];
};

static struct trusted_list __rcu *trusted_list;

static bool host_bits_clear(const struct prefix *prefix, unsigned int width)
{
	unsigned int bit;

	for (bit = prefix->length; bit < width; bit++)
		if (prefix->address.s6_addr[bit / 8] & (0x80 >> bit % 8))
			return false;
	return true;
}

/* "address" or "address/length", not terminated. */
static bool parse_prefix(const char *text, size_t size, struct prefix *prefix)
{
	const char *slash = memchr(text, '/', size);
	size_t address_size = slash ? slash - text : size;
	unsigned int width;
	char digits[4];
	const char *end;
	size_t count;

	memset(prefix, 0, sizeof(*prefix));
	if (!address_size)
		return false;

	prefix->ip4 = !memchr(text, ':', address_size);
	if (prefix->ip4) {
		width = 32;
		if (!in4_pton(text, address_size, prefix->address.s6_addr, -1,
			      &end))
			return false;
	} else {
		width = 128;
		if (!in6_pton(text, address_size, prefix->address.s6_addr, -1,
			      &end))
			return false;
		/* Mapped peers are compared as IPv4, so this would never match. */
		if (ipv6_addr_v4mapped(&prefix->address))
			return false;
	}
	if (end != text + address_size)
		return false;

	prefix->length = width;
	if (slash) {
		count = size - address_size - 1;
		if (!count || count >= sizeof(digits) || !isdigit(slash[1]))
			return false;
		memcpy(digits, slash + 1, count);
		digits[count] = '\0';
		if (kstrtouint(digits, 10, &prefix->length) ||
		    prefix->length > width)
			return false;
	}
	return host_bits_clear(prefix, width);
}

static bool is_word(const char *word, size_t size, const char *name)
{
	return size == strlen(name) && !memcmp(word, name, size);
}

/* At most TOA_TRUSTED_MAX_PREFIXES words that are prefixes, "any" or "none". */
static int parse_list(const char *text, struct trusted_list *list)
{
	unsigned int words = 0;
	bool none = false;
	size_t size;

	for (text += strspn(text, SEPARATORS); *text;
	     text += strspn(text, SEPARATORS)) {
		size = strcspn(text, SEPARATORS);
		words++;

		if (is_word(text, size, "any")) {
			list->any = true;
		} else if (is_word(text, size, "none")) {
			none = true;
		} else if (list->count == TOA_TRUSTED_MAX_PREFIXES) {
			pr_warn("trusted: more than %d prefixes, all refused\n",
				TOA_TRUSTED_MAX_PREFIXES);
			return -EINVAL;
		} else if (!parse_prefix(text, size,
					 &list->prefixes[list->count++])) {
			pr_warn("trusted: %.*s is not a prefix, all refused\n",
				(int)min_t(size_t, size, 64), text);
			return -EINVAL;
		}
		text += size;
	}

	if (!words || (none && words > 1)) {
		pr_warn("trusted: empty, or none next to others, all refused\n");
		return -EINVAL;
	}
	return 0;
}

static void note_networks(struct trusted_list *list)
{
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		const struct prefix *prefix = &list->prefixes[i];

		if (prefix->ip4)
			list->networks[list->network_count++] = (struct network){
				.address = prefix->address.s6_addr32[0],
				.mask = inet_make_mask(prefix->length),
			};
	}
}

/*
 * Nobody else writes at the same time: the kernel holds the lock of the
 * module's parameters, or nobody knows the module yet.
 */
static int set_trusted(const char *text, const struct kernel_param *kp)
{
	struct trusted_list *list, *old;
	size_t length = strlen(text);
	int err;

	/*
	 * The kernel cuts longer writes to the file into pieces; this also
	 * refuses the first of them.
	 */
	if (length > TOA_TRUSTED_MAX_LENGTH) {
		pr_warn("trusted: more than %d characters, all refused\n",
			TOA_TRUSTED_MAX_LENGTH);
		return -EINVAL;
	}

	list = kzalloc(sizeof(*list) +
		       TOA_TRUSTED_MAX_PREFIXES * sizeof(list->prefixes[0]),
		       GFP_KERNEL);
	if (!list)
		return -ENOMEM;

	err = parse_list(text, list);
	if (err) {
		kfree(list);
		return err;
	}
	note_networks(list);

	while (length && isspace(text[length - 1]))
		length--;
	memcpy(list->text, text, length);

	old = rcu_dereference_protected(trusted_list, true);
	rcu_assign_pointer(trusted_list, list);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

static int get_trusted(char *buffer, const struct kernel_param *kp)
{
	const struct trusted_list *list;
	int length = 0;

	rcu_read_lock();
	list = rcu_dereference(trusted_list);
	if (list)
		length = scnprintf(buffer, PAGE_SIZE, "%s\n", list->text);
	rcu_read_unlock();
	return length;
}

/* Called by the kernel after the module's exit, and when loading fails. */
static void free_trusted(void *unused)
{
	kfree(rcu_dereference_protected(trusted_list, true));
}

static const struct kernel_param_ops trusted_ops = {
	.set = set_trusted,
	.get = get_trusted,
	.free = free_trusted,
};

module_param_cb(trusted, &trusted_ops, NULL, 0644);
MODULE_PARM_DESC(trusted, "prefixes of load balancers whose option is believed, or any, or none");

int toa_trust_init(void)
{
	if (rcu_access_pointer(trusted_list))
		return 0;
	return set_trusted(DEFAULT_TRUSTED, NULL);
}

void toa_trust_exit(void)
{
	TOA_FREE_PARAMETER(trusted);
}

static bool holds_ip4(const struct trusted_list *list, __be32 source)
{
	unsigned int i;

	for (i = 0; i < list->network_count; i++)
		if (!((source ^ list->networks[i].address) &
		      list->networks[i].mask))
			return true;
	return false;
}

static bool holds_ip6(const struct trusted_list *list,
		      const struct in6_addr *source)
{
	unsigned int i;

	for (i = 0; i < list->count; i++)
		if (!list->prefixes[i].ip4 &&
		    ipv6_prefix_equal(&list->prefixes[i].address, source,
				      list->prefixes[i].length))
			return true;
	return false;
}

bool toa_trusted(const struct sk_buff *skb)
{
	const struct trusted_list *list = rcu_dereference(trusted_list);

	if (skb->protocol == htons(ETH_P_IP))
		return list->any || holds_ip4(list, ip_hdr(skb)->saddr);
	if (skb->protocol == htons(ETH_P_IPV6))
		return list->any || holds_ip6(list, &ipv6_hdr(skb)->saddr);
	return false;
}
