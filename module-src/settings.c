// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "TOA: " fmt

#include "settings.h"

#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "hooks.h"
#include "sockopt.h"
#include "stats.h"
#include "waiting.h"

struct toa_settings __rcu *toa_settings;
u32 toa_known_kinds[256 / 32];
bool toa_looks_elsewhere;

/*
 * Between start and stop a new profile is put into effect by whoever writes
 * the parameter. The kernel removes the file only after the module's exit.
 */
static DEFINE_MUTEX(mutex);
static enum {
	BEFORE,
	RUNNING,
	AFTER,
} phase = BEFORE;

static struct toa_settings *current_settings(void)
{
	return rcu_dereference_protected(toa_settings, true);
}

static bool looks_elsewhere(const struct toa_settings *settings)
{
	return settings->profile.behaviours & TOA_ELSEWHERE;
}

static struct toa_settings *parse(const char *text)
{
	struct toa_settings *settings;
	const char *wrong, *word;
	size_t length = strlen(text);
	size_t size;

	if (length > TOA_PROFILE_MAX_LENGTH) {
		pr_warn("profile: more than %d characters, all refused\n",
			TOA_PROFILE_MAX_LENGTH);
		return ERR_PTR(-EINVAL);
	}

	settings = kzalloc(sizeof(*settings), GFP_KERNEL);
	if (!settings)
		return ERR_PTR(-ENOMEM);

	wrong = toa_profile_parse(text, &settings->profile, &word, &size);
	if (wrong) {
		pr_warn("profile: %.*s %s, all refused\n",
			(int)min_t(size_t, size, 64), word, wrong);
		kfree(settings);
		return ERR_PTR(-EINVAL);
	}

	while (length && isspace(text[length - 1]))
		length--;
	memcpy(settings->text, text, length);
	return settings;
}

static void number_options(struct toa_formats *formats)
{
	unsigned int i;

	for (i = 0; i < formats->count; i++)
		formats->list[i].counter =
			toa_option_counter(formats->list[i].kind,
					   formats->list[i].length);
}

static void put_into_effect(struct toa_settings *settings)
{
	struct toa_settings *old = current_settings();

	number_options(&settings->profile.formats);
	rcu_assign_pointer(toa_settings, settings);
	memcpy(toa_known_kinds, settings->profile.formats.kinds,
	       sizeof(toa_known_kinds));
	WRITE_ONCE(toa_looks_elsewhere, looks_elsewhere(settings));
	if (old)
		kfree_rcu(old, rcu);
}

static int elsewhere_start(void)
{
	int err = toa_waiting_start();

	if (err)
		return err;
	err = toa_hooks_elsewhere_start();
	if (err)
		toa_waiting_stop();
	return err;
}

/* What can fail comes first, so that a refused profile changes nothing. */
static int change_to(struct toa_settings *settings)
{
	bool looked = looks_elsewhere(current_settings());
	int err;

	if (looks_elsewhere(settings) && !looked) {
		err = elsewhere_start();
		if (err) {
			pr_warn("profile: deferred, late and syn are not possible, all refused (%d)\n",
				err);
			return err;
		}
	}
	put_into_effect(settings);
	toa_sockopt_answer(settings->profile.calls);
	if (!looks_elsewhere(settings) && looked) {
		/* It also waits for those who make sockets right now. */
		toa_hooks_elsewhere_stop();
		toa_waiting_stop();
	}
	return 0;
}

static int set_profile(const char *text, const struct kernel_param *kp)
{
	struct toa_settings *settings = parse(text);
	int err = 0;

	if (IS_ERR(settings))
		return PTR_ERR(settings);

	mutex_lock(&mutex);
	if (phase == RUNNING)
		err = change_to(settings);
	else if (phase == BEFORE)
		put_into_effect(settings);
	else
		err = -ESHUTDOWN;
	mutex_unlock(&mutex);
	if (err)
		kfree(settings);
	return err;
}

static int get_profile(char *buffer, const struct kernel_param *kp)
{
	int length;

	mutex_lock(&mutex);
	length = scnprintf(buffer, PAGE_SIZE, "%s\n", current_settings()->text);
	mutex_unlock(&mutex);
	return length;
}

/* Called by the kernel after the module's exit, and when loading fails. */
static void free_profile(void *unused)
{
	kfree(current_settings());
}

static const struct kernel_param_ops profile_ops = {
	.set = set_profile,
	.get = get_profile,
	.free = free_profile,
};

module_param_cb(profile, &profile_ops, NULL, 0644);
MODULE_PARM_DESC(profile, "vendors, options, socket calls and where options are looked for");

static int refuse_getsockopt(const char *text, const struct kernel_param *kp)
{
	pr_warn("getsockopt: is chosen by the profile\n");
	return -EINVAL;
}

static int get_getsockopt(char *buffer, const struct kernel_param *kp)
{
	int length;

	mutex_lock(&mutex);
	length = scnprintf(buffer, PAGE_SIZE, "%s\n", toa_sockopt_answered());
	mutex_unlock(&mutex);
	return length;
}

static const struct kernel_param_ops getsockopt_ops = {
	.set = refuse_getsockopt,
	.get = get_getsockopt,
};

module_param_cb(getsockopt, &getsockopt_ops, NULL, 0444);
MODULE_PARM_DESC(getsockopt, "reads as the socket calls that are answered");

int toa_settings_init(void)
{
	if (current_settings())
		return 0;
	return set_profile("default", NULL);
}

void toa_settings_exit(void)
{
	TOA_FREE_PARAMETER(profile);
}

int toa_settings_start(void)
{
	int err = 0;

	mutex_lock(&mutex);
	if (looks_elsewhere(current_settings()))
		err = elsewhere_start();
	if (err) {
		pr_err("profile: deferred, late and syn are not possible (%d)\n",
		       err);
	} else {
		toa_sockopt_answer(current_settings()->profile.calls);
		phase = RUNNING;
	}
	mutex_unlock(&mutex);
	return err;
}

void toa_settings_stop(void)
{
	mutex_lock(&mutex);
	phase = AFTER;
	toa_sockopt_answer(0);
	if (looks_elsewhere(current_settings()))
		toa_hooks_elsewhere_stop();
	mutex_unlock(&mutex);
}
