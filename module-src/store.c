// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "TOA: " fmt

#include "store.h"

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <net/ipv6.h>

#include "compat.h"
#include "stats.h"

#define ENTRIES_A_BUCKET 32
#define LEAST_BUCKET_BITS 10
#define MOST_BUCKET_BITS 20
#define SHARDS 256U
#define MAX_SPARE 8

static unsigned int max_entries = 1U << 20;
module_param(max_entries, uint, 0444);
MODULE_PARM_DESC(max_entries, "sockets that can have an address at one time");

struct toa_store toa_store;
static struct kmem_cache *cache;
static atomic_t entries = ATOMIC_INIT(0);
static bool closing;

/*
 * What one lock is for: every SHARDS-th bucket, and some entries that were in
 * use there. Sockets come and go, mostly at the same places of memory, and an
 * entry from here costs a tenth of one from the allocator.
 */
static struct shard {
	/*
	 * Raw, because entries are also made inside ftrace and kprobe handlers,
	 * which must not sleep on PREEMPT_RT either.
	 */
	raw_spinlock_t lock;
	unsigned int spare_count;
	struct toa_entry *spare;
} shards[SHARDS];

static toa_destruct_t ip4_destruct;
static toa_destruct_t ip6_destruct;

static struct shard *shard_of(unsigned int number)
{
	return &shards[number % SHARDS];
}

static struct toa_entry *find_entry(unsigned int number, const struct sock *sk)
{
	struct hlist_nulls_node *node;
	struct toa_entry *entry;

	hlist_nulls_for_each_entry_rcu(entry, node, &toa_store.buckets[number], node)
		/* What is read next was written before the socket was. */
		if (smp_load_acquire(&entry->sk) == sk)
			return entry;
	/* Another bucket's end: the entry on the way was moved meanwhile. */
	return get_nulls_value(node) == number ? NULL : ERR_PTR(-EAGAIN);
}

const struct toa_entry *toa_store_find(const struct sock *sk)
{
	unsigned int number = toa_store_bucket_of(sk);
	struct toa_entry *entry;

	do {
		entry = find_entry(number, sk);
	} while (IS_ERR(entry));
	return entry;
}

/* Under the lock. */
static void remove_entry(struct shard *shard, struct toa_entry *entry)
{
	hlist_nulls_del_rcu(&entry->node);
	/* For readers who pass by while it becomes another one. */
	WRITE_ONCE(entry->sk, NULL);
	entry->next_spare = shard->spare;
	shard->spare = entry;
	shard->spare_count++;
	atomic_dec(&entries);
	toa_count(TOA_ENTRY_FREE);
}

/* Nobody else removes entries of this bucket, so none of them moves. */
static void remove_socket(struct shard *shard, unsigned int number,
			  const struct sock *sk)
{
	struct toa_entry *entry = find_entry(number, sk);

	if (entry)
		remove_entry(shard, entry);
}

static struct toa_entry *take_spare(struct shard *shard)
{
	struct toa_entry *entry = shard->spare;

	if (entry) {
		shard->spare = entry->next_spare;
		shard->spare_count--;
	}
	return entry;
}

/*
 * One entry too many, to be given back behind the lock, as the allocator may
 * sleep on PREEMPT_RT.
 */
static struct toa_entry *take_surplus(struct shard *shard)
{
	return shard->spare_count > MAX_SPARE ? take_spare(shard) : NULL;
}

static void give_back(struct toa_entry *entry)
{
	if (entry)
		kmem_cache_free(cache, entry);
}

static void forget(const struct sock *sk)
{
	unsigned int number = toa_store_bucket_of(sk);
	struct shard *shard = shard_of(number);
	struct toa_entry *surplus;
	unsigned long flags;

	raw_spin_lock_irqsave(&shard->lock, flags);
	remove_socket(shard, number, sk);
	surplus = take_surplus(shard);
	raw_spin_unlock_irqrestore(&shard->lock, flags);
	give_back(surplus);
}

void toa_destruct_ip4(struct sock *sk)
{
	forget(sk);
	ip4_destruct(sk);
}

void toa_destruct_ip6(struct sock *sk)
{
	forget(sk);
	ip6_destruct(sk);
}

static toa_destruct_t ours_for(toa_destruct_t original)
{
	if (original == ip4_destruct)
		return toa_destruct_ip4;
	if (original && original == ip6_destruct)
		return toa_destruct_ip6;
	return NULL;
}

static toa_destruct_t original_of(toa_destruct_t ours)
{
	if (ours == toa_destruct_ip4)
		return ip4_destruct;
	if (ours == toa_destruct_ip6)
		return ip6_destruct;
	return NULL;
}

/*
 * Gives @sk its own destructor back. False: somebody has put another one
 * before ours (TLS in the network card does so) and will call it.
 */
static bool detach(struct sock *sk)
{
	toa_destruct_t ours = READ_ONCE(sk->sk_destruct);
	toa_destruct_t original = original_of(ours);

	return original && cmpxchg(&sk->sk_destruct, ours, original) == ours;
}

/* Called by ftrace and kprobe handlers, so it gives nothing back. */
void toa_store_disown(struct sock *sk)
{
	unsigned int number = toa_store_bucket_of(sk);
	struct shard *shard = shard_of(number);
	unsigned long flags;

	raw_spin_lock_irqsave(&shard->lock, flags);
	if (detach(sk))
		remove_socket(shard, number, sk);
	raw_spin_unlock_irqrestore(&shard->lock, flags);
}

/* An option without a port leaves that of the balancer. */
static void describe(const struct sock *sk, const struct toa_client *client,
		     struct toa_connection *connection)
{
	connection->client = client->ip;
	toa_read_addresses(sk, &connection->peer, &connection->local);
	connection->peer_port = toa_peer_port(sk);
	connection->local_port = toa_local_port(sk);
	connection->client_port = client->port ? : connection->peer_port;
	connection->kind = client->kind;
	connection->length = client->length;
	connection->netns = toa_net_number(sock_net(sk));
}

/* Under the lock. */
static void insert(unsigned int number, struct toa_entry *entry,
		   struct sock *sk, const struct toa_client *client,
		   toa_destruct_t destruct)
{
	describe(sk, client, &entry->connection);
	/* After all else, for find_entry(). */
	smp_store_release(&entry->sk, sk);
	hlist_nulls_add_head_rcu(&entry->node, &toa_store.buckets[number]);
	WRITE_ONCE(sk->sk_destruct, destruct);
	toa_count(TOA_ENTRY_ALLOC);
}

bool toa_store_add(struct sock *sk, const struct toa_client *client)
{
	toa_destruct_t destruct = ours_for(READ_ONCE(sk->sk_destruct));
	unsigned int number = toa_store_bucket_of(sk);
	struct shard *shard = shard_of(number);
	struct toa_entry *entry;
	unsigned long flags;
	bool added;

	if (!destruct) {
		toa_count(TOA_DESTRUCTOR_UNKNOWN);
		return false;
	}
	if (atomic_inc_return(&entries) > max_entries) {
		toa_count(TOA_TABLE_FULL);
		goto fail;
	}

	raw_spin_lock_irqsave(&shard->lock, flags);
	entry = take_spare(shard);
	if (!entry) {
		raw_spin_unlock_irqrestore(&shard->lock, flags);
		entry = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);
		if (!entry) {
			toa_count(TOA_ALLOC_FAILED);
			goto fail;
		}
		raw_spin_lock_irqsave(&shard->lock, flags);
	}

	added = !closing;
	if (likely(added)) {
		/* One whose destructor somebody has replaced died unseen. */
		remove_socket(shard, number, sk);
		insert(number, entry, sk, client, destruct);
	}
	raw_spin_unlock_irqrestore(&shard->lock, flags);
	if (added)
		return true;
	give_back(entry);
fail:
	atomic_dec(&entries);
	return false;
}

unsigned int toa_store_buckets(void)
{
	return 1U << toa_store.bucket_bits;
}

bool toa_store_is_empty(unsigned int number)
{
	return hlist_nulls_empty(&toa_store.buckets[number]);
}

unsigned int toa_store_copy(unsigned int number, unsigned int skip,
			    struct toa_connection *connections,
			    unsigned int room)
{
	struct shard *shard = shard_of(number);
	struct hlist_nulls_node *node;
	struct toa_entry *entry;
	unsigned int count = 0;
	unsigned long flags;

	raw_spin_lock_irqsave(&shard->lock, flags);
	hlist_nulls_for_each_entry(entry, node, &toa_store.buckets[number], node) {
		if (skip) {
			skip--;
			continue;
		}
		if (count == room)
			break;
		connections[count++] = entry->connection;
	}
	raw_spin_unlock_irqrestore(&shard->lock, flags);
	return count;
}

/*
 * A socket of an entry is still there: its destructor, which is ours or calls
 * ours, would first have to take the lock and remove the entry.
 */
static struct toa_entry *detachable(unsigned int number, unsigned int *left)
{
	struct hlist_nulls_node *node;
	struct toa_entry *entry;

	*left = 0;
	hlist_nulls_for_each_entry(entry, node, &toa_store.buckets[number], node) {
		if (detach(entry->sk))
			return entry;
		++*left;
	}
	return NULL;
}

/* How many are left. */
static unsigned int close_bucket(unsigned int number)
{
	struct shard *shard = shard_of(number);
	struct toa_entry *entry, *surplus;
	unsigned long flags;
	unsigned int left;

	do {
		raw_spin_lock_irqsave(&shard->lock, flags);
		closing = true;
		entry = detachable(number, &left);
		if (entry)
			remove_entry(shard, entry);
		surplus = take_surplus(shard);
		raw_spin_unlock_irqrestore(&shard->lock, flags);
		give_back(surplus);
	} while (entry);
	return left;
}

static unsigned int close_buckets(void)
{
	unsigned int left = 0;
	unsigned int number;

	for (number = 0; number < toa_store_buckets(); number++) {
		left += close_bucket(number);
		cond_resched();
	}
	return left;
}

void toa_store_close(void)
{
	unsigned int left = close_buckets();

	if (!left)
		return;
	pr_warn("%u connections have a destructor before ours: waiting for their end\n",
		left);
	while (close_buckets())
		schedule_timeout_idle(HZ / 10);
}

void toa_store_destructors(toa_destruct_t ip4, toa_destruct_t ip6)
{
	ip4_destruct = ip4;
	ip6_destruct = ip6;
}

int toa_store_init(void)
{
	unsigned int i;

	toa_store.bucket_bits =
		clamp(ilog2(max_entries / ENTRIES_A_BUCKET + 1),
		      LEAST_BUCKET_BITS, MOST_BUCKET_BITS);
	cache = kmem_cache_create("toa_entry", sizeof(struct toa_entry), 0,
				  SLAB_TYPESAFE_BY_RCU, NULL);
	if (!cache)
		return -ENOMEM;

	toa_store.buckets = vzalloc(toa_store_buckets() *
				    sizeof(*toa_store.buckets));
	if (!toa_store.buckets) {
		kmem_cache_destroy(cache);
		return -ENOMEM;
	}

	for (i = 0; i < toa_store_buckets(); i++)
		INIT_HLIST_NULLS_HEAD(&toa_store.buckets[i], i);
	for (i = 0; i < SHARDS; i++)
		raw_spin_lock_init(&shards[i].lock);
	return 0;
}

void toa_store_exit(void)
{
	unsigned int i;

	for (i = 0; i < SHARDS; i++)
		while (shards[i].spare)
			kmem_cache_free(cache, take_spare(&shards[i]));
	vfree(toa_store.buckets);
	kmem_cache_destroy(cache);
}
