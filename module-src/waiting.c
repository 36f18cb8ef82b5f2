// SPDX-License-Identifier: GPL-2.0-only
#include "waiting.h"

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/vmalloc.h>
#include <net/ipv6.h>

#include "compat.h"

#define GROUPS 4096U
#define PLACES 4
#define LOCKS 64U

/*
 * An option on a later segment is believed in the first bytes only: a balancer
 * writes it until the server has answered.
 */
#define LATE_WINDOW 65536U

struct place {
	struct toa_waiting waiting;
	unsigned long since;
};

struct group {
	struct place places[PLACES];
};

/* NULL: nothing waits. */
static struct group *groups;
static u32 seed;

/* Raw for the same reason as those of the store. */
static raw_spinlock_t locks[LOCKS];

void toa_flow_read(struct toa_flow *flow, const struct net *net,
		   const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);

	memset(flow, 0, sizeof(*flow));
	flow->net = net;
	flow->source_port = th->source;
	flow->dest_port = th->dest;
	if (skb->protocol == htons(ETH_P_IP)) {
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &flow->source);
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, &flow->dest);
	} else {
		flow->source = ipv6_hdr(skb)->saddr;
		flow->dest = ipv6_hdr(skb)->daddr;
	}
}

/* Hooks come before the profile that was given at load is put into effect. */
static bool is_started(void)
{
	/* What toa_waiting_start() has written before. */
	return smp_load_acquire(&groups);
}

static unsigned int number_of(const struct toa_flow *flow)
{
	const __be32 *source = flow->source.s6_addr32;
	const __be32 *dest = flow->dest.s6_addr32;

	/* Only trusted sources have anything to wait for. */
	return jhash_3words((__force u32)(source[1] ^ source[2] ^ source[3]),
			    (__force u32)(dest[2] ^ dest[3]),
			    (__force u16)flow->source_port << 16 |
			    (__force u16)flow->dest_port, seed) % GROUPS;
}

static raw_spinlock_t *lock_of(unsigned int number)
{
	return &locks[number % LOCKS];
}

static struct place *find_place(unsigned int number,
				const struct toa_flow *flow)
{
	struct group *group = &groups[number];
	unsigned int i;

	for (i = 0; i < PLACES; i++)
		if (group->places[i].waiting.kind != TOA_WAITING_NONE &&
		    !memcmp(&group->places[i].waiting.flow, flow,
			    sizeof(*flow)))
			return &group->places[i];
	return NULL;
}

static struct place *free_place(unsigned int number)
{
	struct group *group = &groups[number];
	struct place *oldest = &group->places[0];
	unsigned int i;

	for (i = 0; i < PLACES; i++) {
		struct place *place = &group->places[i];

		if (place->waiting.kind == TOA_WAITING_NONE)
			return place;
		if (time_before(place->since, oldest->since))
			oldest = place;
	}
	return oldest;
}

/*
 * The socket of TCP Fast Open is there before the ACK, which is first looked at
 * like those for which there is none.
 */
static bool is_fulfilled(const struct toa_waiting *present,
			 const struct toa_waiting *waiting)
{
	return present->kind == TOA_WAITING_SOCKET &&
	       waiting->kind == TOA_WAITING_ACK &&
	       present->remote_isn == waiting->remote_isn;
}

void toa_waiting_put(const struct toa_waiting *waiting)
{
	unsigned int number = number_of(&waiting->flow);
	raw_spinlock_t *lock = lock_of(number);
	struct place *place;
	unsigned long flags;

	if (!is_started())
		return;

	raw_spin_lock_irqsave(lock, flags);
	place = find_place(number, &waiting->flow);
	if (!place || !is_fulfilled(&place->waiting, waiting)) {
		if (!place)
			place = free_place(number);
		place->waiting = *waiting;
		place->since = jiffies;
	}
	raw_spin_unlock_irqrestore(lock, flags);
}

enum toa_waiting_kind toa_waiting_client(const struct toa_flow *flow,
					 u32 remote_isn, u32 local_isn,
					 struct toa_client *client)
{
	enum toa_waiting_kind kind = TOA_WAITING_NONE;
	unsigned int number = number_of(flow);
	raw_spinlock_t *lock = lock_of(number);
	const struct toa_waiting *waiting;
	const struct place *place;
	unsigned long flags;

	if (!is_started())
		return TOA_WAITING_NONE;

	raw_spin_lock_irqsave(lock, flags);
	place = find_place(number, flow);
	if (place) {
		waiting = &place->waiting;
		if (waiting->remote_isn == remote_isn &&
		    (waiting->kind == TOA_WAITING_SYN ||
		     (waiting->kind == TOA_WAITING_ACK &&
		      waiting->local_isn == local_isn))) {
			kind = waiting->kind;
			*client = waiting->client;
		}
	}
	raw_spin_unlock_irqrestore(lock, flags);
	return kind;
}

bool toa_waiting_socket(const struct toa_flow *flow, u32 seq, u32 ack)
{
	unsigned int number = number_of(flow);
	raw_spinlock_t *lock = lock_of(number);
	struct toa_waiting *waiting;
	struct place *place;
	unsigned long flags;
	bool found = false;

	if (!is_started())
		return false;

	raw_spin_lock_irqsave(lock, flags);
	place = find_place(number, flow);
	if (place) {
		waiting = &place->waiting;
		found = waiting->kind == TOA_WAITING_SOCKET &&
			seq - waiting->remote_isn - 1 < LATE_WINDOW &&
			ack == waiting->local_isn + 1;
		if (found)
			waiting->kind = TOA_WAITING_NONE;
	}
	raw_spin_unlock_irqrestore(lock, flags);
	return found;
}

int toa_waiting_start(void)
{
	struct group *room = vzalloc(GROUPS * sizeof(*room));
	unsigned int i;

	if (!room)
		return -ENOMEM;
	get_random_bytes(&seed, sizeof(seed));
	for (i = 0; i < LOCKS; i++)
		raw_spin_lock_init(&locks[i]);
	/* After all else, for is_started(). */
	smp_store_release(&groups, room);
	return 0;
}

void toa_waiting_stop(void)
{
	vfree(groups);
	groups = NULL;
}
