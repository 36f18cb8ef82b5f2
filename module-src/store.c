// SPDX-License-Identifier: GPL-2.0-only
#include "store.h"

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/moduleparam.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <net/sock.h>

#include "compat.h"
#include "stats.h"

#define BUCKET_BITS 15
#define BUCKETS BIT(BUCKET_BITS)
#define LOCKS 256U

static unsigned int max_entries = 1U << 20;
module_param(max_entries, uint, 0444);
MODULE_PARM_DESC(max_entries, "sockets that can have an address at one time");

static struct hlist_head *buckets;
static struct kmem_cache *cache;
static atomic_t entries = ATOMIC_INIT(0);

/*
 * Raw, because entries are also removed inside ftrace and kprobe handlers,
 * which must not sleep on PREEMPT_RT either.
 */
static raw_spinlock_t locks[LOCKS];

static struct hlist_head *bucket_of(const struct sock *sk)
{
	return &buckets[hash_ptr((void *)sk, BUCKET_BITS)];
}

static raw_spinlock_t *lock_of(const struct hlist_head *bucket)
{
	return &locks[(bucket - buckets) % LOCKS];
}

static void free_entry(struct rcu_head *rcu)
{
	kmem_cache_free(cache, container_of(rcu, struct toa_entry, rcu));
}

/* Under the lock of the bucket, or when nobody else is left. */
static void remove_entry(struct toa_entry *entry)
{
	hlist_del_rcu(&entry->node);
	atomic_dec(&entries);
	toa_count(TOA_ENTRY_FREE);
	call_rcu(&entry->rcu, free_entry);
}

static void remove_socket(struct hlist_head *bucket, const struct sock *sk)
{
	struct hlist_node *next;
	struct toa_entry *entry;

	hlist_for_each_entry_safe(entry, next, bucket, node)
		if (entry->sk == sk)
			remove_entry(entry);
}

bool toa_store_add(struct sock *sk, const struct toa_connection *connection)
{
	struct hlist_head *bucket = bucket_of(sk);
	raw_spinlock_t *lock = lock_of(bucket);
	struct toa_entry *entry;
	unsigned long flags;

	if (atomic_inc_return(&entries) > max_entries) {
		atomic_dec(&entries);
		toa_count(TOA_TABLE_FULL);
		return false;
	}

	entry = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!entry) {
		atomic_dec(&entries);
		toa_count(TOA_ALLOC_FAILED);
		return false;
	}

	entry->sk = sk;
	entry->cookie = toa_sock_cookie_make(sk);
	entry->connection = *connection;
	toa_count(TOA_ENTRY_ALLOC);

	raw_spin_lock_irqsave(lock, flags);
	/*
	 * A socket that died unseen, because somebody had switched off all
	 * probes: its memory is in use again, so its entry goes now.
	 */
	remove_socket(bucket, sk);
	hlist_add_head_rcu(&entry->node, bucket);
	raw_spin_unlock_irqrestore(lock, flags);
	return true;
}

const struct toa_entry *toa_store_find(const struct sock *sk)
{
	struct toa_entry *entry;

	hlist_for_each_entry_rcu(entry, bucket_of(sk), node)
		if (entry->sk == sk && entry->cookie == toa_sock_cookie(sk))
			return entry;
	return NULL;
}

void toa_store_forget(const struct sock *sk)
{
	struct hlist_head *bucket;
	struct toa_entry *entry;
	raw_spinlock_t *lock;
	unsigned long flags;
	bool found = false;

	/* Runs for every socket of the machine, so without a lock at first. */
	if (!atomic_read(&entries))
		return;

	bucket = bucket_of(sk);
	rcu_read_lock();
	hlist_for_each_entry_rcu(entry, bucket, node)
		if (entry->sk == sk)
			found = true;
	rcu_read_unlock();
	if (!found)
		return;

	lock = lock_of(bucket);
	raw_spin_lock_irqsave(lock, flags);
	remove_socket(bucket, sk);
	raw_spin_unlock_irqrestore(lock, flags);
}

const struct hlist_head *toa_store_bucket(u64 number)
{
	return number < BUCKETS ? &buckets[number] : NULL;
}

int toa_store_init(void)
{
	unsigned int i;

	cache = kmem_cache_create("toa_entry", sizeof(struct toa_entry), 0, 0,
				  NULL);
	if (!cache)
		return -ENOMEM;

	buckets = vzalloc(BUCKETS * sizeof(*buckets));
	if (!buckets) {
		kmem_cache_destroy(cache);
		return -ENOMEM;
	}

	for (i = 0; i < LOCKS; i++)
		raw_spin_lock_init(&locks[i]);
	return 0;
}

void toa_store_exit(void)
{
	struct hlist_node *next;
	struct toa_entry *entry;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++)
		hlist_for_each_entry_safe(entry, next, &buckets[i], node)
			remove_entry(entry);

	/* free_entry() is our code: it must have run before we are gone. */
	rcu_barrier();
	vfree(buckets);
	kmem_cache_destroy(cache);
}
