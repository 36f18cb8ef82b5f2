/* SPDX-License-Identifier: GPL-2.0-only */
/* The profile in use: parameters "profile" and "getsockopt". */
#ifndef TOA_SETTINGS_H
#define TOA_SETTINGS_H

#include <linux/rcupdate.h>

#include "profile.h"
#include "uapi/toa.h"

struct toa_settings {
	struct rcu_head rcu;
	struct toa_profile profile;
	/* As it was given, for those who read the parameter. */
	char text[TOA_PROFILE_MAX_LENGTH + 1];
};

extern struct toa_settings __rcu *toa_settings;

/*
 * What every handshake asks before all else, without RCU: a bit for each kind
 * of option that may be of interest, and whether one looks elsewhere. Right
 * but for the moment in which a profile replaces another one.
 */
extern u32 toa_known_kinds[256 / 32];
extern bool toa_looks_elsewhere;

/* Under rcu_read_lock(), between start and stop. */
static inline const struct toa_profile *toa_profile(void)
{
	return &rcu_dereference(toa_settings)->profile;
}

/* Makes the default profile the one in use when no other was given. */
int toa_settings_init(void);
/* Last of all; also when loading fails. */
void toa_settings_exit(void);

/* The hooks are there: does what the profile wants beyond them. */
int toa_settings_start(void);
/*
 * Undoes that, but for the memory of what waits, which the other hooks may
 * still look at. From now on the profile can not be changed.
 */
void toa_settings_stop(void);

#endif
